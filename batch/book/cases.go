package book

import (
	"slices"

	"github.com/furnisher/furnisher/rules"
)

// caseRow is a row of CaseRead: a party of a case of a loan.
type caseRow struct {
	loan int64
	rules.Case
	namesLoans bool // the case names loans
	named      bool // it names this one
	position   int  // of the party on the loan
	onLoan     bool // the party is a consumer of the loan
	onNone     bool // the party is a customer who is on no loan
	ofOthers   bool // the case has customers, and none of them is on this loan
}

func (r *caseRow) columns() []any {
	return []any{
		&r.loan, &r.ID, &r.Type, &r.Status, &r.Outcome, &r.OpenedOn, &r.ClosedOn, &r.DeletedOn, &r.AutoCreated, &r.Acknowledged,
		&r.Chapter, &r.FiledOn, &r.Disposition, &r.DispositionOn, &r.DebtNotListed, &r.DisputeKind, &r.DisputedAmount,
		&r.ReceivedOn, &r.AnswerOn, &r.namesLoans, &r.named, &r.position, &r.onLoan, &r.onNone,
		&r.ofOthers,
	}
}

// addCase adds a party to the case of the row, which is the last one or a new one.
func (f *Facts) addCase(r *caseRow) {
	if r.namesLoans && !r.named && !r.Type.OfPerson() {
		return
	}
	if n := len(f.Cases); n == 0 || f.Cases[n-1].ID != r.ID {
		f.Cases = append(f.Cases, r.Case)
		f.Cases[n].Parties = nil
	}
	c := &f.Cases[len(f.Cases)-1]
	stranger := r.ofOthers && r.Type.OfPerson() // whose bankruptcy, death or duty it is cannot be said of this loan (CA8)
	if (r.onLoan || r.onNone || stranger) && !slices.Contains(c.Parties, r.position) {
		c.Parties = append(c.Parties, r.position)
	}
}

// cancelledRow is a row of PaymentCancelled.
type cancelledRow struct {
	loan int64
	rules.CancelledPayment
}

func (r *cancelledRow) columns() []any { return []any{&r.loan, &r.On, &r.ToldOn} }

package servicing

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// AnswerDisputeRequest asks to answer a dispute (BR10).
type AnswerDisputeRequest struct {
	Order
	CaseID    string              `json:"caseId"` // or its external id
	Answer    rules.DisputeAnswer `json:"answer"`
	Checked   string              `json:"checked"`            // what was checked
	Disagrees bool                `json:"disagrees"`          // the consumer still disagrees
	Removes   bool                `json:"removes"`            // the notation is removed
	Copies    []string            `json:"copies,omitempty"`   // bureaus that get a carbon copy; none: all that show the account, where anything changes
	Fields    []CorrectedField    `json:"fields,omitempty"`   // that an update corrects
	Approver  string              `json:"approver,omitempty"` // of a date of first delinquency that moves later (Q36)
}

// CorrectedField is a field of the record by its number or name, with the value that it shall have.
type CorrectedField struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// Correction is what the answer to a dispute corrects (BR9).
type Correction struct {
	LoanID   string
	Fields   []CorrectedField
	Reason   string
	Evidence string
	Approver string
	Who      string
}

func (r *AnswerDisputeRequest) answering() rules.Answering {
	return rules.Answering{Answer: r.Answer, Disagrees: r.Disagrees, Removes: r.Removes, Corrects: len(r.Fields)}
}

func (r *AnswerDisputeRequest) validate() error {
	switch {
	case r.Checked == "":
		return invalid("it does not say what was checked")
	case len(r.Checked) > longestText:
		return invalid("what was checked is longer than %d bytes", longestText)
	case len(r.Approver) > longestKey:
		return invalid("the approver is longer than %d bytes", longestKey)
	}
	for _, bureau := range r.Copies {
		if !slices.Contains(rules.Bureaus(), bureau) {
			return invalid("%q is not a bureau", bureau)
		}
	}
	return refused(ErrInvalid, rules.CheckAnswering(r.answering()))
}

// AnswerDispute answers a dispute: its case ends with the outcome that the answer means. An update corrects fields and locks them
// (BR9), with the dispute as evidence; a deletion goes out once, with the next file (DC5, DC6), that of a fraud without waiting for
// what is owed (Q56).
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) AnswerDispute(ctx context.Context, r AnswerDisputeRequest) (*DisputeResult, error) {
	if err := r.validate(); err != nil {
		return nil, fmt.Errorf("answer the dispute: %w", err)
	}
	return d.onDispute(ctx, "ANSWER_DISPUTE", "answer the dispute", r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile, u *book.Dispute) error {
		return d.answerDispute(ctx, tx, w, c, u, &r)
	})
}

func (d *Desk) answerDispute(ctx context.Context, tx *sqlx.Tx, w *deed, c *book.CaseFile, u *book.Dispute, r *AnswerDisputeRequest) error {
	now, err := rules.AnswerDispute(c.CaseEntry, r.answering(), w.by.On)
	if err != nil {
		return refused(ErrRefused, err)
	}
	if err := book.WriteCase(ctx, tx, c, now); err != nil { // first: what is decided next is decided without the dispute
		return err
	}
	said := book.Dispute{Answer: r.Answer, Checked: r.Checked}
	fraudCase := int64(0)
	switch {
	case r.Answer == rules.AnswerUpdated:
		said.Corrected, err = d.correct(ctx, tx, c, u, r)
	case r.Answer == rules.AnswerDeleted:
		err = reportDeleted(ctx, tx, w, u.Loan)
	case r.Answer == rules.AnswerDeletedFraud && c.Type == rules.CaseDispute:
		fraudCase, err = confirmFraud(ctx, tx, w, c, u)
	}
	if err != nil {
		return err
	}
	if said.Copies, err = r.copies(ctx, tx, u); err != nil {
		return err
	}
	return book.AnswerDispute(ctx, tx, w.by, c.Key, &said, fraudCase)
}

// correct corrects the fields of an update, and returns the numbers of the corrections.
func (d *Desk) correct(ctx context.Context, tx *sqlx.Tx, c *book.CaseFile, u *book.Dispute, r *AnswerDisputeRequest) ([]int64, error) {
	evidence := "dispute " + c.CaseID
	if u.ControlNumber != "" {
		evidence += ", ACDV " + u.ControlNumber + " of " + u.Bureau
	}
	return d.Correct(ctx, tx, Correction{
		LoanID: u.LoanID, Fields: r.Fields, Reason: r.Why, Evidence: evidence + "; checked: " + r.Checked, Approver: r.Approver, Who: r.By,
	})
}

// reportDeleted flags a loan to be reported as deleted while it stays in servicing (DC5). What is deleted, or is to be, stays so.
func reportDeleted(ctx context.Context, tx *sqlx.Tx, w *deed, loan int64) error {
	l, err := book.ReadTerminable(ctx, tx, loan)
	if err != nil {
		return err
	}
	if l.Deleted || l.Termination != nil && l.Termination.ReportAsDeleted == rules.StatusDelete && l.Termination.RescindedOn == 0 {
		return nil
	}
	t, err := rules.Terminate(l.Terminable, rules.Terminating{ReportAsDeleted: rules.StatusDelete, On: w.by.On}, w.by.On)
	if err != nil {
		return refused(ErrRefused, err)
	}
	if l.Termination != nil {
		t.Source = l.Source
	}
	return book.Terminate(ctx, tx, w.by, loan, t)
}

// confirmFraud adds the case of the fraud that a plain dispute turned out to be, confirmed: by it the account is deleted, or one of
// several liable consumers leaves it (Q56, Q77).
func confirmFraud(ctx context.Context, tx *sqlx.Tx, w *deed, c *book.CaseFile, u *book.Dispute) (int64, error) {
	of := []CaseAssociation{{rules.AssociationLoan, u.LoanID}}
	for _, customer := range c.CustomerIDs {
		of = append(of, CaseAssociation{rules.AssociationCustomer, customer})
	}
	e := rules.CaseEntry{
		Type: rules.CaseFraudClaim, Outcome: rules.OutcomeConfirmed, OpenedOn: min(c.OpenedOn, w.by.On), ReceivedOn: u.ReceivedOn, ClosedOn: w.by.On,
	}.WithDefaults(w.by.On)
	fraud, err := newCase(ctx, tx, w, "", e, of)
	if err != nil {
		return 0, err
	}
	w.cases = append(w.cases, fraud.Key)
	return fraud.Key, nil
}

// copies are the bureaus that get a carbon copy of the answer: those that were named, else where anything changes all that show the
// account, but for the one that asked.
func (r *AnswerDisputeRequest) copies(ctx context.Context, tx *sqlx.Tx, u *book.Dispute) ([]string, error) {
	bureaus := slices.Clone(r.Copies)
	if len(bureaus) == 0 && r.Answer != rules.AnswerVerified {
		var err error
		if bureaus, err = book.FurnishedTo(ctx, tx, u.Loan); err != nil {
			return nil, err
		}
	}
	slices.Sort(bureaus)
	return slices.DeleteFunc(slices.Compact(bureaus), func(bureau string) bool { return bureau == u.Bureau }), nil
}

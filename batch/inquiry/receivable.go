package inquiry

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Receivables are what of a loan is open as of a date, and the charges among its postings (DC3, Q13).
type Receivables struct {
	LoanID string     `json:"loanId"`
	AsOf   rules.Date `json:"asOf"`
	Open   bool       `json:"open"`
	rules.Receivables
	Postings []Charge `json:"postings"` // charges that no reversal has undone, oldest first
}

// Charge is a posting that charges something.
type Charge struct {
	TransactionID string      `json:"transactionId"`
	Type          string      `json:"type"`
	Amount        rules.Cents `json:"amount"`
	EffectiveOn   rules.Date  `json:"effectiveOn"`
}

// postingRow is a posting and the state of its loan; of a loan without postings all but the state is empty.
type postingRow struct {
	status     rules.Status
	closedOn   rules.Date
	reversedOn rules.Date
	Charge
}

func (r *postingRow) columns() []any {
	return []any{&r.status, &r.closedOn, &r.TransactionID, &r.Type, &r.Amount, &r.EffectiveOn, &r.reversedOn}
}

// OpenReceivables says what of a loan is open as of a date: each must be paid, waived or reversed before a contract that was a mistake
// is deleted (DC3). ErrNotFound if there is no such loan.
func OpenReceivables(ctx context.Context, db *sqlx.DB, loanID string, asOf rules.Date) (*Receivables, error) {
	r := &Receivables{LoanID: loanID, AsOf: asOf, Postings: []Charge{}}
	var entries []rules.Entry
	var state *postingRow
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		return database.Each(ctx, tx, (*postingRow).columns, func(p *postingRow) error {
			state = new(*p)
			if p.TransactionID == "" || p.EffectiveOn > asOf {
				return nil
			}
			kind, known := rules.ParseKind(p.Type)
			if !known {
				return fmt.Errorf("posting %q has the unknown type %q", p.TransactionID, p.Type)
			}
			entry := rules.Entry{Kind: kind, Amount: p.Amount, Effective: p.EffectiveOn}
			if p.reversedOn != 0 && p.reversedOn <= asOf {
				undone, reversal := entry.Reversed(p.reversedOn)
				entries = append(entries, undone, reversal)
				return nil
			}
			entries = append(entries, entry)
			if kind.Charge() {
				r.Postings = append(r.Postings, p.Charge)
			}
			return nil
		}, inquiryPostings, loanID)
	})
	if err == nil && state == nil {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read the postings of loan %q: %w", loanID, err)
	}
	r.Receivables = rules.OpenReceivables(state.status, state.closedOn, rules.NewLedger(entries, nil), asOf)
	r.Open = r.Receivables.Open()
	return r, nil
}

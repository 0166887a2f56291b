package servicing

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// SettleRequest asks to settle something of a terminated loan that is open, by a transaction, so that its deletion need not wait
// (DC3).
type SettleRequest struct {
	Order
	LoanID        string         `json:"loanId"`
	How           rules.Settling `json:"how"`
	Amount        rules.Cents    `json:"amount,omitempty"`        // to be paid or waived
	Reverses      string         `json:"reverses,omitempty"`      // id of the transaction to be reversed
	TransactionID string         `json:"transactionId,omitempty"` // empty: a new one, which names the operation
	EffectiveOn   rules.Date     `json:"effectiveOn,omitempty"`   // 0: the business date
}

// SettleResult is what was posted, and what of the loan is open with it.
type SettleResult struct {
	Receipt
	LoanID        string      `json:"loanId"`
	TransactionID string      `json:"transactionId"`
	Type          string      `json:"type"`
	Amount        rules.Cents `json:"amount"`
	Reverses      string      `json:"reverses,omitempty"`
	EffectiveOn   rules.Date  `json:"effectiveOn"`
	Open          bool        `json:"open"`
	rules.Receivables
}

func (r *SettleRequest) validate() error {
	if err := needsWhy(r.Order); err != nil {
		return err
	}
	switch {
	case r.How != rules.Pay && r.How != rules.Waive && r.How != rules.Reverse:
		return invalid("it is neither paid nor waived nor reversed")
	case (r.How == rules.Reverse) != (r.Reverses != ""):
		return invalid("a reversal names the transaction that it undoes, and nothing else does")
	case r.How == rules.Reverse && r.Amount != 0:
		return invalid("a reversal undoes the whole amount")
	case len(r.TransactionID) > longestID || len(r.Reverses) > longestID:
		return invalid("the id of a transaction has at most %d bytes", longestID)
	}
	return refused(ErrInvalid, rules.CheckSettlement(rules.Settlement{How: r.How, Amount: r.Amount}))
}

// Settle posts a payment or a waiver of a terminated loan, up to what is open, or reverses what it owes by (DC3, Q13). The next night
// decides by it. A transaction that the lender's system posts, too, has its id there: by that the extract does not post it again.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) Settle(ctx context.Context, r SettleRequest) (*SettleResult, error) {
	err := r.validate()
	done := &SettleResult{}
	if err == nil {
		err = d.perform(ctx, "SETTLE", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error { return d.settle(ctx, tx, w, &r, done) })
	}
	if err != nil {
		return nil, fmt.Errorf("settle what is open: %w", err)
	}
	return done, nil
}

func (d *Desk) settle(ctx context.Context, tx *sqlx.Tx, w *deed, r *SettleRequest, done *SettleResult) error {
	known, err := one(ctx, tx, w, r.LoanID)
	if err != nil {
		return err
	}
	contract, err := book.ReadTerminable(ctx, tx, known.Loan)
	if err != nil {
		return err
	}
	before, err := openOf(ctx, tx, known, w.by.On)
	if err != nil {
		return err
	}
	s := rules.Settlement{How: r.How, Amount: r.Amount, On: r.EffectiveOn}
	if s.On == 0 {
		s.On = w.by.On
	}
	if err := rules.Settle(contract.Terminable, before, s, w.by.On); err != nil {
		return refused(ErrRefused, err)
	}
	p := book.NewPosting{ID: r.TransactionID, Type: rules.Payment.String(), Amount: r.Amount, On: s.On, Reverses: r.Reverses}
	switch r.How {
	case rules.Waive:
		p.Type = rules.Waiver.String()
	case rules.Reverse:
		entry, found, err := book.ReadStanding(ctx, tx, known.Loan, r.Reverses)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("%w: the loan has no transaction %q", ErrUnknown, r.Reverses)
		}
		if err := rules.CheckReversal(entry, s); err != nil {
			return refused(ErrRefused, err)
		}
		p.Type, p.Amount = "REVERSAL", entry.Amount
	}
	if p.ID == "" {
		p.ID = fmt.Sprintf("operation-%d", w.by.Operation)
	}
	posted, err := book.Post(ctx, tx, known.Loan, p, d.Now())
	if err != nil {
		return err
	}
	if !posted {
		return fmt.Errorf("%w: there is a transaction of this id already", ErrRefused)
	}
	now, err := openOf(ctx, tx, known, w.by.On)
	if err != nil {
		return err
	}
	done.LoanID, done.TransactionID, done.Type, done.Amount, done.Reverses, done.EffectiveOn = r.LoanID, p.ID, p.Type, p.Amount, p.Reverses, p.On
	done.Open, done.Receivables = now.Open(), now
	w.before, w.after = before, now
	return nil
}

// openOf is what of a loan is open.
func openOf(ctx context.Context, tx *sqlx.Tx, known *book.Known, on rules.Date) (rules.Receivables, error) {
	ledger, err := book.ReadLedger(ctx, tx, known.Loan)
	return rules.OpenReceivables(known.Status, known.ClosedOn, ledger, on), err
}

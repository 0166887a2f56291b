package servicing

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// StatusRequest asks to set the account status of a loan by hand (ST5).
type StatusRequest struct {
	Order
	LoanID    string       `json:"loan_id"`
	Status    rules.Status `json:"status"`
	ClosedOn  rules.Date   `json:"closed_on"`         // of a closed status; 0: the business date
	ChargeOff *rules.Cents `json:"charge_off_amount"` // of a charge-off; nil: not given
}

// StatusResult is what became of the status.
type StatusResult struct {
	Receipt
	LoanID   string       `json:"loan_id"`
	From     rules.Status `json:"from"`
	To       rules.Status `json:"to"`
	ClosedOn rules.Date   `json:"closed_on"` // 0: open
}

// HoldRequest asks that nights leave a loan alone until a date, inclusive (ST5).
type HoldRequest struct {
	Order
	LoanID string     `json:"loan_id"`
	Until  rules.Date `json:"until"`
}

// ReleaseRequest asks to end a hold.
type ReleaseRequest struct {
	Order
	LoanID string `json:"loan_id"`
}

// HoldResult is what became of a hold.
type HoldResult struct {
	Receipt
	LoanID string     `json:"loan_id"`
	Before rules.Date `json:"hold_until_before"` // 0: none
	Until  rules.Date `json:"hold_until"`        // 0: released
}

// statusOf and holdOf are what an operation's row says of a loan.
type statusOf struct {
	LoanID   string       `json:"loan_id"`
	Status   rules.Status `json:"status"`
	Since    rules.Date   `json:"status_since"`
	ClosedOn rules.Date   `json:"closed_on"`
}

type holdOf struct {
	LoanID string     `json:"loan_id"`
	Until  rules.Date `json:"hold_until"`
}

// SetStatus sets the account status of a loan by hand: the night of the same business date leaves it alone (ST5), and a closed
// status of people stays (ST2).
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) SetStatus(ctx context.Context, r StatusRequest) (*StatusResult, error) {
	h := rules.ByHand{Status: r.Status, ClosedOn: r.ClosedOn}
	if r.ChargeOff != nil {
		h.ChargeOff, h.HasChargeOff = *r.ChargeOff, true
	}
	err := needsWhy(r.Order)
	if err == nil {
		err = refused(ErrInvalid, rules.CheckByHand(h))
	}
	done := &StatusResult{}
	if err == nil {
		err = d.perform(ctx, "SET_STATUS", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error {
			known, err := one(ctx, tx, w, r.LoanID)
			if err != nil {
				return err
			}
			h.On = w.by.On
			now, change, err := rules.SetByHand(known.Known, known.OpenedOn, h)
			if err != nil {
				return refused(ErrRefused, err)
			}
			done.LoanID, done.From, done.To, done.ClosedOn = r.LoanID, known.Status, now.Status, now.ClosedOn
			w.before = []statusOf{{r.LoanID, known.Status, known.Since, known.ClosedOn}}
			w.after = []statusOf{{r.LoanID, now.Status, now.Since, now.ClosedOn}}
			return book.SetByHand(ctx, tx, w.by, known.Loan, now, change)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("set the status: %w", err)
	}
	return done, nil
}

// Hold makes nights leave a loan's status alone until a date (ST5). A hold of another date replaces the one that runs.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) Hold(ctx context.Context, r HoldRequest) (*HoldResult, error) {
	done, err := d.hold(ctx, "HOLD", r.Order, r, r.LoanID, func(known *book.Known, on rules.Date) (rules.Date, error) {
		return r.Until, rules.CheckHold(r.Until, on)
	})
	if err != nil {
		return nil, fmt.Errorf("hold the loan: %w", err)
	}
	return done, nil
}

// Release ends a hold: the next night looks at the loan (ST5).
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) Release(ctx context.Context, r ReleaseRequest) (*HoldResult, error) {
	done, err := d.hold(ctx, "RELEASE", r.Order, r, r.LoanID, func(known *book.Known, on rules.Date) (rules.Date, error) {
		return 0, rules.CheckRelease(known.HoldUntil, on)
	})
	if err != nil {
		return nil, fmt.Errorf("release the loan: %w", err)
	}
	return done, nil
}

// hold writes the hold that decide says.
func (d *Desk) hold(ctx context.Context, kind string, o Order, request any, loanID string, decide func(*book.Known, rules.Date) (rules.Date, error)) (*HoldResult, error) {
	if err := needsWhy(o); err != nil {
		return nil, err
	}
	done := &HoldResult{}
	err := d.perform(ctx, kind, o, request, done, func(tx *sqlx.Tx, w *deed) error {
		known, err := one(ctx, tx, w, loanID)
		if err != nil {
			return err
		}
		until, err := decide(known, w.by.On)
		if err != nil {
			return refused(ErrRefused, err)
		}
		done.LoanID, done.Before, done.Until = loanID, known.HoldUntil, until
		w.before, w.after = []holdOf{{loanID, known.HoldUntil}}, []holdOf{{loanID, until}}
		return book.Hold(ctx, tx, known.Loan, until)
	})
	return done, err
}

// one locks and reads the one loan of an operation.
func one(ctx context.Context, tx *sqlx.Tx, w *deed, loanID string) (*book.Known, error) {
	loan, err := findLoan(ctx, tx, loanID)
	if err != nil {
		return nil, err
	}
	w.loans = []int64{loan}
	known, err := book.ReadKnown(ctx, tx, w.loans)
	if err != nil {
		return nil, err
	}
	if len(known) != 1 {
		return nil, unknown("loan", loanID)
	}
	return &known[0], nil
}

func needsWhy(o Order) error {
	if o.Why == "" {
		return invalid("it does not say why")
	}
	return nil
}

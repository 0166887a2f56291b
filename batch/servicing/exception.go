package servicing

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
)

// ResolveRequest says that a person has seen to a loan's exceptions. Why is the reason.
type ResolveRequest struct {
	Order
	LoanID string `json:"loan_id"`
	Code   string `json:"code,omitempty"` // empty: every open one
}

// ResolveResult lists what the note is about.
type ResolveResult struct {
	Receipt
	LoanID   string          `json:"loan_id"`
	Resolved []OpenException `json:"resolved"`
}

// OpenException is an exception that no night resolved, and the newest run that listed it.
type OpenException struct {
	Step string `json:"step" db:"step"`
	Code string `json:"code" db:"code"`
	Run  int64  `json:"run" db:"run"`
}

// ResolveExceptions notes that a supervisor has seen to a loan's exceptions, and why. It decides nothing about the loan: the next
// night looks at it again, and if it still cannot decide it, lists it again, after the note. An exception that stands until a person
// resolves it (rules.StandingCodes) is open no more.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused if none is open, ErrKeyUsed, ErrBusy, batch.ErrNotSupervisor.
func (d *Desk) ResolveExceptions(ctx context.Context, r ResolveRequest) (*ResolveResult, error) {
	done := &ResolveResult{}
	err := needsWhy(r.Order)
	if err == nil {
		err = d.perform(ctx, "RESOLVE_EXCEPTION", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error {
			return d.resolve(ctx, tx, w, &r, done)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("resolve the exceptions of loan %q: %w", r.LoanID, err)
	}
	return done, nil
}

func (d *Desk) resolve(ctx context.Context, tx *sqlx.Tx, w *deed, r *ResolveRequest, done *ResolveResult) error {
	loan, err := findLoan(ctx, tx, r.LoanID)
	if err != nil {
		return err
	}
	act := batch.Act{Kind: batch.ActResolve, About: "loan " + r.LoanID, Who: r.By, Why: r.Why}
	if err := d.Authority.Permit(ctx, tx, act, d.Now()); err != nil {
		return err
	}
	if err := tx.SelectContext(ctx, &done.Resolved, exceptionOpen, loan, r.Code); err != nil {
		return fmt.Errorf("read its exceptions: %w", err)
	}
	if len(done.Resolved) == 0 {
		return fmt.Errorf("%w: no such exception of the loan is open", ErrRefused)
	}
	for _, e := range done.Resolved {
		if _, err := tx.ExecContext(ctx, exceptionNote, loan, e.Step, e.Code, w.by.Operation, e.Run, r.By, r.Why, d.Now()); err != nil {
			return fmt.Errorf("note it: %w", err)
		}
	}
	done.LoanID, w.loans, w.after = r.LoanID, []int64{loan}, done.Resolved
	return nil
}

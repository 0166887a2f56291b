package servicing

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// TerminateRequest asks to terminate the contract of a loan (DC1, DC4), or with neither source nor reason to report it as deleted
// while it stays in servicing (DC5).
type TerminateRequest struct {
	Order
	LoanID          string     `json:"loanId"`
	Source          string     `json:"source,omitempty"`
	Reason          string     `json:"reason,omitempty"`       // of the closed list, or an alias of the loan's program (Q70)
	TerminatedOn    rules.Date `json:"terminatedOn,omitempty"` // 0: the business date
	ReportAsDeleted string     `json:"reportAsDeleted,omitempty"`
}

// UndoTerminationRequest asks to take the termination of a loan back.
type UndoTerminationRequest struct {
	Order
	LoanID string `json:"loanId"`
}

// TerminationResult is what became of the contract.
type TerminationResult struct {
	Receipt
	LoanID     string          `json:"loanId"`
	Terminated bool            `json:"terminated"`
	Contract   TerminationView `json:"termination"` // that stands, or that was undone
}

// TerminationView is a termination as results and the rows of operations tell of it.
type TerminationView struct {
	TerminatedOn    rules.Date `json:"terminatedOn,omitempty"` // 0: none
	Source          string     `json:"source,omitempty"`
	Reason          string     `json:"reason,omitempty"`
	ReportAsDeleted string     `json:"reportAsDeleted,omitempty"`
	RescindedOn     rules.Date `json:"rescindedOn,omitempty"`
}

func viewOfTermination(l *book.Terminable) TerminationView {
	t := l.Termination
	if t == nil {
		return TerminationView{}
	}
	return TerminationView{TerminatedOn: t.On, Source: l.Source, Reason: t.Reason, ReportAsDeleted: t.ReportAsDeleted, RescindedOn: t.RescindedOn}
}

// TerminateContract terminates a loan's contract: the next file tells of it. A deletion because it was a mistake waits until nothing
// of the loan is open (DC3); inquiry.Receivables says what is.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) TerminateContract(ctx context.Context, r TerminateRequest) (*TerminationResult, error) {
	err := needsWhy(r.Order)
	if err == nil && (len(r.Source) > longestID || len(r.Reason) > longestID) {
		err = invalid("source and reason have at most %d bytes", longestID)
	}
	asked := rules.Terminating{Source: r.Source, Reason: r.Reason, ReportAsDeleted: r.ReportAsDeleted, On: r.TerminatedOn}
	if err == nil {
		err = refused(ErrInvalid, rules.CheckTerminating(asked))
	}
	done := &TerminationResult{}
	if err == nil {
		err = d.perform(ctx, "TERMINATE", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error {
			return contract(ctx, tx, w, r.LoanID, done, func(loan int64, l *book.Terminable) error {
				if asked.On == 0 {
					asked.On = w.by.On
				}
				t, err := rules.Terminate(l.Terminable, asked, w.by.On)
				if err != nil {
					return refused(ErrRefused, err)
				}
				if t.Source == "" && l.Termination != nil {
					t.Source = l.Source
				}
				return book.Terminate(ctx, tx, w.by, loan, t)
			})
		})
	}
	if err != nil {
		return nil, fmt.Errorf("terminate the contract: %w", err)
	}
	return done, nil
}

// UndoTermination takes the termination of a loan back as if it had never been, with its flag, before a file that tells of it was
// released; later only a rescission helps (Q94).
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) UndoTermination(ctx context.Context, r UndoTerminationRequest) (*TerminationResult, error) {
	err := needsWhy(r.Order)
	done := &TerminationResult{}
	if err == nil {
		err = d.perform(ctx, "UNDO_TERMINATION", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error {
			if err := book.HoldFiles(ctx, tx); err != nil {
				return err
			}
			return contract(ctx, tx, w, r.LoanID, done, func(loan int64, l *book.Terminable) error {
				return undo(ctx, tx, w, loan, l)
			})
		})
	}
	if err != nil {
		return nil, fmt.Errorf("undo the termination: %w", err)
	}
	return done, nil
}

// RescindRequest asks to rescind the termination of a loan from a date on (Q94): the months before stay as they were reported.
type RescindRequest struct {
	Order
	LoanID      string     `json:"loanId"`
	RescindedOn rules.Date `json:"rescindedOn,omitempty"` // 0: the business date
}

// RescindTermination rescinds the termination of a loan: the next file tells of it, such as that an account is reinstated.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) RescindTermination(ctx context.Context, r RescindRequest) (*TerminationResult, error) {
	err := needsWhy(r.Order)
	done := &TerminationResult{}
	if err == nil {
		err = d.perform(ctx, "RESCIND_TERMINATION", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error {
			return contract(ctx, tx, w, r.LoanID, done, func(loan int64, l *book.Terminable) error {
				from := r.RescindedOn
				if from == 0 {
					from = w.by.On
				}
				if err := rules.CheckRescission(l.Terminable, from, w.by.On); err != nil {
					return refused(ErrRefused, err)
				}
				return book.RescindTermination(ctx, tx, w.by, loan, from)
			})
		})
	}
	if err != nil {
		return nil, fmt.Errorf("rescind the termination: %w", err)
	}
	return done, nil
}

func undo(ctx context.Context, tx *sqlx.Tx, w *deed, loan int64, l *book.Terminable) error {
	var said []rules.SaidOf
	reason := ""
	if l.Termination != nil {
		var err error
		if said, err = book.SaidSince(ctx, tx, loan, l); err != nil {
			return err
		}
		reason, _ = l.Aliases.Reason(l.Termination.Reason)
	}
	if err := rules.CheckUndo(l.Termination, reason, said); err != nil {
		return refused(ErrRefused, err)
	}
	return book.UndoTermination(ctx, tx, w.by, loan)
}

// contract locks a loan, changes its contract and says so in the result and the deed.
func contract(ctx context.Context, tx *sqlx.Tx, w *deed, loanID string, done *TerminationResult, change func(int64, *book.Terminable) error) error {
	known, err := one(ctx, tx, w, loanID)
	if err != nil {
		return err
	}
	before, err := book.ReadTerminable(ctx, tx, known.Loan)
	if err != nil {
		return err
	}
	if err := change(known.Loan, before); err != nil {
		return err
	}
	now, err := book.ReadTerminable(ctx, tx, known.Loan)
	if err != nil {
		return err
	}
	done.LoanID, done.Terminated, done.Contract = loanID, now.Termination != nil, viewOfTermination(now)
	w.before, w.after = viewOfTermination(before), done.Contract
	if !done.Terminated {
		done.Contract = viewOfTermination(before)
	}
	return nil
}

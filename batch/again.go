package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// ErrNoStep: the plan has no step of that name.
var ErrNoStep = errors.New("there is no such step")

// Portion is what another attempt at a date does of the plan, of the steps that are done together all. The zero value: everything.
// What it leaves undone the next night does.
type Portion struct {
	From, Only string  // a step to begin with, and the only one; empty: none is named
	Loans      []int64 // the servicing pass looks at these alone; nil: at all that it picks
}

// of returns the steps of a plan that the portion has.
func (p Portion) of(plan Plan) (Plan, error) {
	for _, name := range []string{p.From, p.Only} {
		if name != "" && plan.step(name) == nil {
			return nil, fmt.Errorf("%w: %q; the steps are %s", ErrNoStep, name, strings.Join(plan.all(), ", "))
		}
	}
	var portion Plan
	begun := p.From == ""
	for _, s := range plan {
		names := Plan{s}.all()
		begun = begun || slices.Contains(names, p.From)
		if begun && (p.Only == "" || slices.Contains(names, p.Only)) {
			portion = append(portion, s)
		}
	}
	if len(portion) == 0 {
		return nil, fmt.Errorf("%w: %q is before %q", ErrNoStep, p.Only, p.From)
	}
	return portion, nil
}

// Again runs the business date that was closed last once more, by what is known by now: loans that something has come in of are
// decided from where they were before that date, and only what differs is written. It is an attempt of its own in the ledger. All
// is one transaction, a chunk at a time: whatever happens before its end, nothing has changed, and the same call does it.
//
// Errors to branch on: those of Run, ErrNotLast, ErrNoStep and ErrNotSupervisor. What a brake stops leaves nothing in the ledger that could be accepted.
func (r *Runner) Again(ctx context.Context, d rules.Date) (summary *Summary, err error) {
	if r, err = r.withDefaults(); err != nil {
		return nil, err
	}
	if r.Plan, err = r.Portion.of(r.Plan.with(r.With)); err != nil {
		return nil, err
	}
	if r.Trial != nil {
		return r.again(ctx, r.Trial.book, d)
	}
	book, err := lockBook(ctx, r.Direct, r.Patience)
	if err != nil {
		return nil, err
	}
	defer book.Release()
	err = database.InOneTx(ctx, r.DB, func(one *sqlx.DB) error {
		inside := *r
		inside.DB, inside.Direct = one, one
		inside.workAlone()
		summary, err = inside.again(ctx, book, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, s := range r.Plan {
		if repeater, ok := s.(Repeater); ok {
			_ = repeater.Settled(ctx, r.DB) // the attempt has ended, whatever comes of it
		}
	}
	return summary, nil
}

// again is Again by the holder of the book, in its transaction.
func (r *Runner) again(ctx context.Context, book *Book, d rules.Date) (summary *Summary, err error) {
	work, end := r.outlive(ctx)
	defer end()
	err = book.Do(work, func(ctx context.Context) error {
		run, err := r.openAgain(ctx, book, d)
		if err != nil {
			return err
		}
		if err := r.repeat(ctx, run); err != nil {
			return err
		}
		summary, err = LoadSummary(ctx, r.DB, run.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("run %s again: %w", d, err)
	}
	return summary, nil
}

// openAgain opens another attempt at a date.
func (r *Runner) openAgain(ctx context.Context, book *Book, d rules.Date) (run Run, err error) {
	err = r.inTx(ctx, Run{book: book}, func(tx *sqlx.Tx) error {
		var known []runRow
		if err := tx.SelectContext(ctx, &known, runFind, d); err != nil {
			return err
		}
		var last runRow
		for _, k := range known {
			if k.State != "CLOSED" {
				return fmt.Errorf("%w: %s", ErrUnfinished, k.BusinessDate)
			}
			last = k
		}
		switch {
		case last.Run == 0:
			return fmt.Errorf("%w: none was", ErrNotLast)
		case last.BusinessDate != d:
			return fmt.Errorf("%w: %s", ErrNotLast, last.BusinessDate)
		}
		var row runRow
		if err := tx.GetContext(ctx, &row, runOpenAgain, last.Run, r.Plan.Hash(), r.Version, r.Who, r.Why, r.Now()); err != nil {
			return err
		}
		if err := r.permit(ctx, tx, ActRunAgain, fmt.Sprintf("run %d: %s", row.Run, d), r.Why); err != nil {
			return err
		}
		run = Run{ID: row.Run, Date: d, Previous: row.PreviousDate, LastLoan: row.LastLoan, Again: true, Loans: r.Portion.Loans, Authority: r.Authority, book: book}
		_, err := tx.ExecContext(ctx, runOpenSteps, row.Run, pq.Array(r.Plan.all()))
		return err
	})
	return run, err
}

// repeat does the steps of another attempt and closes it.
func (r *Runner) repeat(ctx context.Context, run Run) error {
	for _, s := range r.Plan {
		do := func(s Step) error { return r.step(ctx, run, s) }
		var err error
		if repeater, ok := s.(Repeater); ok {
			err = repeater.Repeat(ctx, r.DB, run, do)
		} else {
			err = do(s)
		}
		if err == nil {
			err = r.halted()
		}
		if err != nil {
			return fmt.Errorf("step %s: %w", s.Name(), err)
		}
	}
	err := run.InTx(ctx, r.DB, func(tx *sqlx.Tx) error {
		return changeOne(ctx, tx, "close the run", runClose, run.ID, r.Now())
	})
	for _, s := range r.Plan {
		if repeater, ok := s.(Repeater); ok && err == nil {
			err = repeater.Settle(ctx, r.DB, run)
		}
	}
	return err
}

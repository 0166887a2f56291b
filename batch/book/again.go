package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// beforeRow is the state of a loan before the attempts at a date moved it.
type beforeRow struct {
	loan   int64
	state  rules.State
	stated bool
}

func (r *beforeRow) columns() []any {
	s := &r.state
	return []any{
		&r.loan, &s.Status, &s.Since, &s.ByHand, &s.ClosedOn, &s.Episode, &s.CountFrom, &s.ReopenedOn, &s.ChargedOffOn, &s.ChargeOff, &r.stated,
	}
}

// TakeBack takes those of some loans that are awake, and that attempts at d have moved and nobody else since, to where they were
// before: they are decided once more. Save writes what becomes of them.
func TakeBack(ctx context.Context, tx *sqlx.Tx, settings *Settings, d rules.Date, loans []*Loan) error {
	byLoan := map[int64]*Loan{}
	var keys database.IntArray
	for _, l := range loans {
		if l.Awake {
			byLoan[l.Facts.Loan] = l
			keys = append(keys, l.Facts.Loan)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	err := database.Each(ctx, tx, (*beforeRow).columns, func(r *beforeRow) error {
		l := byLoan[r.loan]
		r.state.BoardedClosed = l.State.BoardedClosed
		l.repeated = &rules.Repeated{Before: r.state, After: l.State, Stated: r.stated}
		l.Facts.State, l.repack = l.repeated.Base(), true
		l.Loan = l.Facts.Rules(settings, d)
		return nil
	}, stateBefore, keys, d)
	if err != nil {
		return fmt.Errorf("read the states before: %w", err)
	}
	return nil
}

// WakeListed wakes the loans that some steps could not decide: another attempt at a date tries them again, or it would take them
// for decided.
func WakeListed(ctx context.Context, tx *sqlx.Tx, steps []string) error {
	var loans []int64
	if err := tx.SelectContext(ctx, &loans, wakeListed, pq.Array(steps), pq.Array(rules.StandingCodes)); err != nil {
		return fmt.Errorf("find loans that could not be decided: %w", err)
	}
	return Wake(ctx, tx, loans, Listed)
}

// Repeated reports whether the loan is decided once more, and if so whether as before: then it stays as it is.
func (l *Loan) Repeated() (repeated, same bool) {
	r := l.repeated
	if r == nil {
		return false, false
	}
	if same = r.Same(l.State); same {
		l.State, l.Facts.State, l.moves, l.repeated = r.After, r.After, nil, nil
	}
	return true, same
}

// WasClosed reports whether the loan was closed by what is decided once more.
func (l *Loan) WasClosed() bool { return l.repeated != nil && l.repeated.After.Status.Closed() }

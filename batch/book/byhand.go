package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Known is a loan's two states and its hold, as people see them before they change one.
type Known struct {
	Loan      int64
	LoanID    string
	OpenedOn  rules.Date
	HoldUntil rules.Date // 0: none
	rules.Known
}

func (k *Known) columns() []any {
	return []any{
		&k.Loan, &k.LoanID, &k.OpenedOn, &k.HoldUntil, &k.Status, &k.Since, &k.ByHand, &k.ClosedOn, &k.Episode, &k.BoardedClosed,
		&k.CountFrom, &k.ReopenedOn, &k.ChargedOffOn, &k.ChargeOff, &k.HasChargeOff, &k.Servicing, &k.StopReason,
		&k.SentStatus, &k.SentSince, &k.SentServicing,
	}
}

// ReadKnown locks loans and reads their states, in the order of the key.
func ReadKnown(ctx context.Context, tx *sqlx.Tx, loans []int64) ([]Known, error) {
	if err := LockLoans(ctx, tx, loans); err != nil {
		return nil, err
	}
	var known []Known
	err := database.Each(ctx, tx, (*Known).columns, func(k *Known) error {
		known = append(known, *k)
		return nil
	}, knownRead, database.IntArray(loans))
	if err != nil {
		return nil, fmt.Errorf("read states: %w", err)
	}
	return known, nil
}

// SetByHand writes the account status that a person has set, with its row of history (ST4), and wakes the loan.
func SetByHand(ctx context.Context, tx *sqlx.Tx, by By, loan int64, now rules.Known, change rules.StateChange) error {
	var amount *int64
	if now.HasChargeOff {
		amount = new(int64(now.ChargeOff))
	}
	_, err := tx.ExecContext(ctx, stateByHand, loan, now.Status, now.Since, given(now.ClosedOn), now.Episode, now.CountFrom,
		given(now.ReopenedOn), given(now.ChargedOffOn), amount)
	if err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	_, err = tx.ExecContext(ctx, historyByHand, loan, change.From, change.To, change.On, given(change.ClosedOn), change.Rule,
		by.operation(), by.who(), by.why(), change.Facts.String())
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return Wake(ctx, tx, []int64{loan}, LoanChanged)
}

// Hold holds a loan until a date, inclusive, or releases it with 0 (ST5), and wakes it.
func Hold(ctx context.Context, tx *sqlx.Tx, loan int64, until rules.Date) error {
	if _, err := tx.ExecContext(ctx, holdWrite, loan, given(until)); err != nil {
		return fmt.Errorf("write the hold: %w", err)
	}
	return Wake(ctx, tx, []int64{loan}, LoanChanged)
}

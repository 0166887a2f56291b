package bureau

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// State is the state of a file.
type State string

// The states of a file. VOIDED is for a file that was never sent, REJECTED for one that a bureau refused whole.
const (
	Generated   State = "GENERATED"
	Released    State = "RELEASED"
	Transmitted State = "TRANSMITTED"
	Accepted    State = "ACCEPTED"
	Voided      State = "VOIDED"
	Rejected    State = "REJECTED"
)

// follows lists the states that may follow each state.
var follows = map[State][]State{
	Generated:   {Released, Voided},
	Released:    {Transmitted, Voided},
	Transmitted: {Accepted, Rejected},
}

// Errors that a caller of Change branches on.
var (
	// ErrNoFile: there is no such file.
	ErrNoFile = errors.New("no such file")
	// ErrState: the file cannot go from its state to that one.
	ErrState = errors.New("the file cannot change to that state")
)

// Change takes a file to another state and notes who did it and why. Voiding or rejecting a file gives
// its deletions back: they did not count, and go into the next file (DC6).
func Change(ctx context.Context, db *sqlx.DB, file int64, to State, who, why string, now time.Time) error {
	err := database.InTx(ctx, db, func(tx *sqlx.Tx) error { return change(ctx, tx, file, to, who, why, now) })
	if err != nil {
		return fmt.Errorf("file %d: %w", file, err)
	}
	return nil
}

func change(ctx context.Context, tx *sqlx.Tx, file int64, to State, who, why string, now time.Time) error {
	var present State
	err := tx.GetContext(ctx, &present, fileState, file)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoFile
	}
	if err != nil {
		return err
	}
	if !slices.Contains(follows[present], to) {
		return fmt.Errorf("%w: it is %s, not %s", ErrState, present, to)
	}
	if _, err := tx.ExecContext(ctx, fileChange, file, to, why); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fileEventAdd, file, to, who, why, now); err != nil {
		return err
	}
	if to == Voided || to == Rejected {
		if _, err := tx.ExecContext(ctx, deletionGiveBack, file); err != nil {
			return err
		}
	}
	return nil
}

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
	// ErrFileDiffers: the file on disk is not the one that was made.
	ErrFileDiffers = errors.New("the file on disk is not the one that was made")
)

// Change takes a file to another state and notes who did it and why. It is durable when Change returns.
//
// A file moves on only if the one on disk is the one that was made (ErrFileDiffers). A file that is voided or
// rejected is moved aside, into a folder of that name beside it, and gives its deletions back: they did not count,
// and go into the next file (DC6). A file that was sent answers what bureaus refused or changed of its accounts in files
// before; if it is rejected later, that is open again (BR11). Locks of fields that ended with a file that does not count last (BR9).
func Change(ctx context.Context, db *sqlx.DB, file int64, to State, who, why string, now time.Time) error {
	err := database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error {
		present, _, err := enter(ctx, tx, file, to, now)
		if err != nil {
			return err
		}
		path := present.Path
		if to == Voided || to == Rejected {
			if path, err = present.moveAside(to); err != nil {
				return err
			}
		}
		return note(ctx, tx, file, to, path, who, why, now)
	})
	if err != nil {
		return fmt.Errorf("file %d: %w", file, err)
	}
	return nil
}

// Effect is what a change of a file's state does to what the file said.
type Effect struct {
	Answered  int64 // answers of bureaus that the file answers (BR11)
	Deletions int64 // they go into the next file (DC6)
	Reopened  int64
	Restored  int64 // locks of fields that last again (BR9)
}

// Preview does all of Change but the move and the commit, and returns what it would do. It has the errors of Change.
func Preview(ctx context.Context, db *sqlx.DB, file int64, to State, now time.Time) (Effect, error) {
	var effect Effect
	err := database.InTx(ctx, db, func(tx *sqlx.Tx) (err error) {
		if _, effect, err = enter(ctx, tx, file, to, now); err != nil {
			return err
		}
		return errPreview
	})
	if !errors.Is(err, errPreview) {
		return Effect{}, fmt.Errorf("file %d: %w", file, err)
	}
	return effect, nil
}

// errPreview rolls a preview back.
var errPreview = errors.New("only a preview")

// enter takes what a file said to where it is in another state, and returns the file as it still is.
func enter(ctx context.Context, tx *sqlx.Tx, file int64, to State, now time.Time) (present onDisk, effect Effect, err error) {
	if present, err = lockFile(ctx, tx, file); err != nil {
		return present, effect, err
	}
	if !slices.Contains(follows[present.State], to) {
		return present, effect, fmt.Errorf("%w: it is %s, not %s", ErrState, present.State, to)
	}
	count := func(n *int64, query string, args ...any) {
		if err == nil {
			*n, err = changed(ctx, tx, query, args...)
		}
	}
	switch to {
	case Voided, Rejected: // it does not count
		count(&effect.Deletions, deletionGiveBack, file)
		count(&effect.Reopened, answerReopen, file, nil)
		count(&effect.Restored, correctionRestore, file, nil)
	case Transmitted:
		if err = present.compare(); err == nil {
			count(&effect.Answered, answerByFile, file, now)
		}
	default:
		err = present.compare()
	}
	return present, effect, err
}

// changed runs a statement and returns how many rows it changed.
func changed(ctx context.Context, tx *sqlx.Tx, query string, args ...any) (int64, error) {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Verify looks whether a file on disk, wherever it was moved, is the one that was made: its size and its SHA-256. It returns
// where it is, and ErrFileDiffers with what is wrong, ErrNoFile, or ErrState for one that is not written yet.
func Verify(ctx context.Context, db *sqlx.DB, file int64) (path string, err error) {
	var f onDisk
	err = db.GetContext(ctx, &f, fileWritten, file)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = ErrNoFile
	case err == nil && f.Path == "":
		err = fmt.Errorf("%w: it is not written yet", ErrState)
	case err == nil:
		err = f.compare()
	}
	if err != nil {
		return "", fmt.Errorf("file %d: %w", file, err)
	}
	return f.Path, nil
}

// lockFile reads a file and locks it against other changes.
func lockFile(ctx context.Context, tx *sqlx.Tx, file int64) (f onDisk, err error) {
	err = tx.GetContext(ctx, &f, fileState, file)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoFile
	}
	return f, err
}

// note writes the new state, where the file is now, and who changed it.
func note(ctx context.Context, tx *sqlx.Tx, file int64, to State, path, who, why string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, fileChange, file, to, why, path); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, fileEventAdd, file, to, who, why, now)
	return err
}

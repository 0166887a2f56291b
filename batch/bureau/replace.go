package bureau

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
)

// ErrCounted: a file of that date or of a later one counts, so none is made again.
var ErrCounted = errors.New("no file is made again beside one that counts")

// Replacement is a file that was made again, and the one that it replaces.
type Replacement struct {
	New    Generation `json:"new"`
	Before Generation `json:"before"`
	Path   string     `json:"path"`
}

// Generation is one of the files of a destination and date.
type Generation struct {
	File      int64 `json:"file" db:"file"`
	Records   int64 `json:"records" db:"records"`
	Excluded  int64 `json:"excluded" db:"excluded"`
	Deletions int64 `json:"deletions" db:"deletions"`
}

// Replace makes the file of a destination and date again after it was voided or rejected: as of its date, of the book of its night,
// and with all that is known now. It holds the book. All of it is one transaction: after a crash the database has nothing of it, and
// the same call does it, also over a file that had its name already. A file that the next one of its destination went by is not made
// again: that one tells of all accounts.
//
// Errors to branch on: ErrNoFile, ErrState, ErrCounted, ErrInvalidFile, ErrCounts, ErrFolder, and those of batch.BetweenNights.
func (f Files) Replace(ctx context.Context, db, direct *sqlx.DB, file int64, who, why string, now time.Time) (done *Replacement, err error) {
	var placed string
	err = batch.BetweenNights(ctx, db, direct, func(ctx context.Context, tx *sqlx.Tx) error {
		if err := f.Prepare(); err != nil {
			return err
		}
		b, err := plan(ctx, tx, file, who)
		if err != nil {
			return err
		}
		if err := f.Sweep(ctx, tx, []Building{*b}); err != nil {
			return err
		}
		if err := f.furnishAll(ctx, tx, b); err != nil {
			return err
		}
		d, err := f.newDraft(*b)
		if err != nil {
			return err
		}
		err = d.write(ctx, func(ctx context.Context, work func(tx *sqlx.Tx) error) error { return work(tx) }, f.VendorVersion)
		if err == nil {
			err = noteReplaced(ctx, tx, file, b.File, who, why, now)
		}
		if err == nil {
			err = d.publish(ctx, tx)
		}
		if err = errors.Join(err, d.pending.Cleanup()); err != nil {
			return err
		}
		done, placed = &Replacement{Path: d.path}, placing+b.Name()
		return errors.Join(tx.GetContext(ctx, &done.New, fileGeneration, b.File), tx.GetContext(ctx, &done.Before, fileGeneration, file))
	})
	if err != nil {
		return nil, fmt.Errorf("make file %d again: %w", file, err)
	}
	_ = os.Remove(filepath.Join(f.Dir, placed)) // the file is made; a note that stays goes with the next night
	return done, nil
}

// plan notes the file that replaces another one.
func plan(ctx context.Context, tx *sqlx.Tx, file int64, who string) (*Building, error) {
	old, err := lockFile(ctx, tx, file)
	if err != nil {
		return nil, err
	}
	if old.Boarded {
		return nil, fmt.Errorf("%w: it is of the former servicer", ErrState)
	}
	if old.State != Voided && old.State != Rejected {
		return nil, fmt.Errorf("%w: it is %s, neither VOIDED nor REJECTED", ErrState, old.State)
	}
	if _, err := tx.ExecContext(ctx, fileDestination, file); err != nil { // no file that it goes by is taken back meanwhile
		return nil, err
	}
	if err := old.mayReturn(ctx, tx); err != nil {
		return nil, err
	}
	var run int64
	if err := tx.GetContext(ctx, &run, fileAgain, file, who); err != nil {
		return nil, err
	}
	files, err := Pending(ctx, tx, run)
	if err == nil && len(files) != 1 {
		err = fmt.Errorf("run %d has %d files to write, not the one that is made again", run, len(files))
	}
	if err != nil {
		return nil, err
	}
	return &files[0], nil
}

// mayReturn returns ErrCounted for a file that was taken back and is made again neither by hand nor by another attempt: one of its
// destination of that date or a later one counts, which tells of all accounts.
func (f onDisk) mayReturn(ctx context.Context, tx *sqlx.Tx) error {
	var counts otherFile
	err := tx.GetContext(ctx, &counts, fileCounting, f.Destination, f.AsOf)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("find files that count: %w", err)
	}
	return fmt.Errorf("%w: file %d, as of %s, is %s", ErrCounted, counts.File, counts.AsOf, counts.State)
}

// furnishAll decides what a file says of all loans of its night.
func (f Files) furnishAll(ctx context.Context, tx *sqlx.Tx, b *Building) error {
	chunks, err := batch.ChunksOf(ctx, tx, b.Run, ExportStep)
	if err != nil {
		return err
	}
	for _, c := range chunks {
		if err := ctx.Err(); err != nil {
			return err
		}
		var tally batch.Tally // the ledger of its night stays as it is; who is left out stands on the file's own list
		if _, err := f.Furnish(ctx, tx, c, []Building{*b}, &tally); err != nil {
			return fmt.Errorf("chunk %d: %w", c.Seq, err)
		}
	}
	return nil
}

// noteReplaced notes with the new file which one it replaces.
func noteReplaced(ctx context.Context, tx *sqlx.Tx, old, made int64, who, why string, now time.Time) error {
	_, err := tx.ExecContext(ctx, fileEventAdd, made, Generated, who, fmt.Sprintf("replaces file %d: %s", old, why), now, pq.Array([]string{}))
	return err
}

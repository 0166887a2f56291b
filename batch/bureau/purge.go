package bureau

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Purging asks to purge old files of what is personal.
type Purging struct {
	On        rules.Date // the date of the calendar: files are purged whose retention is over by then
	Before    rules.Date // and that are as of dates before this one; 0: whatever their date
	Who, Why  string
	Authority batch.Authority
	Outgoing  string // see Move
	Preview   bool   // say which, and purge none
}

// Purged is a file that was purged, or cannot be.
type Purged struct {
	File          int64      `json:"file" db:"file"`
	Name          string     `json:"name" db:"name"`
	AsOf          rules.Date `json:"as_of" db:"as_of"`
	State         State      `json:"state" db:"state"`
	Records       int64      `json:"records" db:"records"`
	SHA256        string     `json:"sha256" db:"sha256"` // it is kept
	RetainedUntil rules.Date `json:"retained_until"`
	Held          bool       `json:"held" db:"held"`          // it tells of a customer under legal hold: it stays as it is
	Copies        []string   `json:"copies"`                  // in folders from which people send: they are theirs to remove
	Months        int        `json:"-" db:"retention_months"` // of its program
}

// Purge removes what is personal of files whose retention is over: their bytes on the disk, wherever the file was moved, what was
// encrypted of them, and the records that they could be made again from. What stays is the file's row with its SHA-256 and its counts,
// its ledger, and its tradelines, which have no personal field. Kept are files that are still to be sent, and the last that count of
// each destination with the 31 days before, as by Trim; and those that tell of a customer under legal hold, which are in the result.
//
// Each file is a transaction of its own. Its bytes go before that commits: a process that is killed in between leaves a file that is
// missing, which the next Purge finishes, and never one that is said to be purged and is there.
//
// Errors to branch on: batch.ErrNotSupervisor, ErrFileDiffers if something else has the name of a file, ErrFolder.
func Purge(ctx context.Context, db *sqlx.DB, p Purging, now time.Time) ([]Purged, error) {
	before := p.Before
	if before == 0 {
		before = p.On
	}
	var old []Purged
	if err := db.SelectContext(ctx, &old, fileExpired, before, cycleDays); err != nil {
		return nil, fmt.Errorf("find old files: %w", err)
	}
	done := []Purged{}
	for _, f := range old {
		if f.RetainedUntil = rules.FileRetainedUntil(f.AsOf, f.Months); f.RetainedUntil > p.On {
			continue
		}
		f.Copies = []string{}
		if !f.Held {
			err := database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error { return f.purge(ctx, tx, p, now) })
			if err != nil && !(p.Preview && errors.Is(err, errPreview)) {
				return done, fmt.Errorf("purge file %d: %w", f.File, err)
			}
		}
		done = append(done, f)
	}
	return done, nil
}

func (f *Purged) purge(ctx context.Context, tx *sqlx.Tx, p Purging, now time.Time) error {
	present, err := lockFile(ctx, tx, f.File) // nobody makes it again meanwhile
	if err != nil {
		return err
	}
	act := batch.Act{Kind: batch.ActPurge, About: fmt.Sprintf("file %d", f.File), Who: p.Who, Why: p.Why}
	if err := p.Authority.Permit(ctx, tx, act, now); err != nil {
		return err
	}
	if err := f.copies(ctx, tx); err != nil {
		return err
	}
	if p.Preview {
		return errPreview
	}
	if _, err := tx.ExecContext(ctx, filePurge, f.File, now, p.Who); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fileEventAdd, f.File, f.State, p.Who, "it was purged: "+p.Why, now, pq.Array([]string{})); err != nil {
		return err
	}
	if p.Outgoing != "" {
		if err := removeSealed(p.Outgoing, f.File); err != nil {
			return err
		}
	}
	return present.remove()
}

// copies finds the copies that lie in folders from which people send.
func (f *Purged) copies(ctx context.Context, tx *sqlx.Tx) error {
	var paths []string
	if err := tx.SelectContext(ctx, &paths, fileCopies, f.File); err != nil {
		return fmt.Errorf("find its copies: %w", err)
	}
	for _, path := range paths {
		if _, err := os.Lstat(path); err == nil {
			f.Copies = append(f.Copies, path)
		}
	}
	return nil
}

// remove removes the file from the disk, durably, with what a killed process left of it: from its place, and from where a command that
// did not end may have moved it. Something else that has its name stays: nobody knows what it is.
func (f onDisk) remove() error {
	paths := []string{f.Path}
	for _, state := range []State{Voided, Rejected} {
		if moved := f.movedTo(state); moved != "" {
			paths = append(paths, moved)
		}
		if moved := f.archivedAs(state); moved != "" && moved != f.Path {
			paths = append(paths, moved)
		}
	}
	for _, path := range paths {
		switch _, err := os.Lstat(path); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("%w: %w", ErrFolder, err)
		default:
			if err := f.differs(path); err != nil && !IsArchived(path) {
				return err
			}
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("%w: %w", ErrFolder, err)
			}
		}
		err := removeRemains(path)
		if err == nil {
			err = syncDir(filepath.Dir(path))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // the folder is gone, too
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	return nil
}

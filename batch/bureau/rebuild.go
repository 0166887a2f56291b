package bureau

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/metro2"
)

// Errors of Rebuild. With any of them no file was made or changed.
var (
	// ErrNotKept: the database does not keep all that the file was made from.
	ErrNotKept = errors.New("the file cannot be made again")
	// ErrPurged comes with ErrNotKept: what is personal in the file was removed.
	ErrPurged = errors.New("it was purged")
	// ErrRebuilt: what the database keeps makes other bytes than the file had.
	ErrRebuilt = errors.New("the bytes made again are not those of the file")
	// ErrInTheWay: something else has the file's name.
	ErrInTheWay = errors.New("something else has the name of the file, and stays")
)

// Rebuilt is a file that was made again.
type Rebuilt struct {
	File    int64  `json:"file"`
	Path    string `json:"path"`
	SHA256  string `json:"sha256"`
	Bytes   int64  `json:"bytes"`
	Records int64  `json:"records"`
	There   bool   `json:"there"` // the same bytes had that name before
}

// Rebuild makes the bytes of a file again from the records that the database keeps, whatever its state, and proves them by size
// and SHA-256. If dir is empty the file goes to its place, which is noted with who asked for it; else to that folder.
// Nothing is ever overwritten, and the file is on disk when Rebuild returns.
//
// Errors to branch on: ErrNoFile, ErrState for a file that is not written yet, ErrNotKept, ErrRebuilt, ErrInTheWay, ErrArchived for one that is to
// go to its place, ErrFolder.
func (f Files) Rebuild(ctx context.Context, db *sqlx.DB, file int64, dir, who string, now time.Time) (done Rebuilt, err error) {
	err = database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error {
		old, err := lockFile(ctx, tx, file) // nobody voids and moves it meanwhile
		if err != nil {
			return err
		}
		if old.SHA256 == "" {
			return fmt.Errorf("%w: it is not written yet", ErrState)
		}
		target := old.Path
		var kept kept
		if err := tx.GetContext(ctx, &kept, fileKept, file); err != nil {
			return err
		}
		if dir == "" && IsArchived(target) {
			return fmt.Errorf("%w: %s", ErrArchived, target)
		}
		if dir != "" {
			if target, err = filepath.Abs(filepath.Join(dir, kept.Name)); err != nil {
				return err
			}
		}
		done = Rebuilt{File: file, Path: target, SHA256: old.SHA256, Bytes: old.Bytes, Records: kept.Records}
		if done.There, err = kept.restore(ctx, source{ownTx(db), f.Vault, file}, target, old); err != nil || done.There || dir != "" {
			return err
		}
		_, err = tx.ExecContext(ctx, fileEventAdd, file, old.State, who, "the file was missing and was made again", now, pq.Array([]string{}))
		return err
	})
	if err != nil {
		return Rebuilt{}, fmt.Errorf("file %d: %w", file, err)
	}
	return done, nil
}

// kept is what a file is made from beside its records.
type kept struct {
	Name    string     `db:"name"`
	Header  string     `db:"header"`
	Records int64      `db:"records"`
	LetGoAt *time.Time `db:"let_go_at"` // nil: its records are kept
	LetGoBy string     `db:"let_go_by"`

	PurgedAt *time.Time `db:"purged_at"` // nil: it was not purged
	PurgedBy string     `db:"purged_by"`
}

// restore makes the file under a temporary name, proves it, and gives it its name. there: the name had the same bytes.
func (k kept) restore(ctx context.Context, from source, target string, f onDisk) (there bool, err error) {
	draft, err := k.draft(ctx, from, target, f)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, draft.Close(), os.Remove(draft.Name())) }()
	return f.place(draft.Name(), target)
}

// draft makes the file under a temporary name beside another one, and proves it.
func (k kept) draft(ctx context.Context, from source, target string, f onDisk) (draft *os.File, err error) {
	header, err := k.header()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := removeRemains(target); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	draft, err = os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+"*") // as removeRemains knows it
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := k.fill(ctx, from, draft, header, f); err != nil {
		return nil, errors.Join(err, draft.Close(), os.Remove(draft.Name()))
	}
	return draft, nil
}

// fill writes the file's bytes and proves them.
func (k kept) fill(ctx context.Context, from source, draft *os.File, header metro2.Header, f onDisk) error {
	if err := k.make(ctx, from, draft, header, nil); err != nil {
		return err
	}
	if err := draft.Sync(); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	err := f.differs(draft.Name())
	if errors.Is(err, ErrFileDiffers) {
		err = fmt.Errorf("%w: %s", ErrRebuilt, strings.TrimPrefix(err.Error(), ErrFileDiffers.Error()+": "))
	}
	return err
}

// purged returns ErrNotKept and ErrPurged for a file that was purged.
func (k kept) purged() error {
	if k.PurgedAt == nil {
		return nil
	}
	return fmt.Errorf("%w: %w on %s by %s (files purge); its SHA-256 is kept", ErrNotKept, ErrPurged, k.PurgedAt.UTC().Format(time.DateOnly), k.PurgedBy)
}

// header is the header that the file had.
func (k kept) header() (metro2.Header, error) {
	if err := k.purged(); err != nil {
		return metro2.Header{}, err
	}
	if k.LetGoAt != nil {
		return metro2.Header{}, fmt.Errorf("%w: %s let its records go on %s (files trim); its SHA-256 is kept", ErrNotKept, k.LetGoBy, k.LetGoAt.UTC().Format(time.DateOnly))
	}
	if k.Header == "" {
		return metro2.Header{}, fmt.Errorf("%w: a version of furnisher made it that did not keep its records and header", ErrNotKept)
	}
	item, err := metro2.NewReader(strings.NewReader(k.Header + lineEnd)).Next()
	if err != nil || item.Kind != metro2.KindHeader {
		return metro2.Header{}, fmt.Errorf("%w: its stored header is damaged", ErrNotKept)
	}
	return *item.Header, nil
}

// place gives a draft its name by a link, which, unlike a rename, replaces nothing.
func (f onDisk) place(draft, target string) (there bool, err error) {
	err = os.Link(draft, target)
	switch {
	case errors.Is(err, fs.ErrExist):
		if err := f.differs(target); err != nil {
			return false, fmt.Errorf("%w: %w", ErrInTheWay, err)
		}
		there = true
	case err != nil:
		return false, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := syncDir(filepath.Dir(target)); err != nil {
		return there, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return there, nil
}

package bureau

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Trimming asks to let the kept records of old files go.
type Trimming struct {
	Before    rules.Date // of files as of dates before this one
	Who, Why  string
	Authority batch.Authority
	Preview   bool // say which, and let none go
}

// Trimmed is a file whose records were let go.
type Trimmed struct {
	File    int64      `json:"file" db:"file"`
	Name    string     `json:"name" db:"name"`
	AsOf    rules.Date `json:"as_of" db:"as_of"`
	State   State      `json:"state" db:"state"`
	Records int64      `json:"records" db:"records"`
	Bytes   int64      `json:"bytes" db:"kept_bytes"` // that its records took
	SHA256  string     `json:"sha256" db:"sha256"`    // it is kept
}

// Trim lets the records go that old files could be made again from. Their SHA-256, their tradelines and who did what with them stay.
// Kept are those of files that are still to be sent, and of the last that count of each destination and the 31 days before it, with
// which the next file is compared. Each file is a transaction of its own, so what is let go when Trim fails is in the result.
//
// Errors to branch on: batch.ErrNotSupervisor.
func Trim(ctx context.Context, db *sqlx.DB, t Trimming, now time.Time) ([]Trimmed, error) {
	var old []Trimmed
	if err := db.SelectContext(ctx, &old, fileOld, t.Before, cycleDays); err != nil {
		return nil, fmt.Errorf("find old files: %w", err)
	}
	done := []Trimmed{}
	for _, f := range old {
		err := database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error { return f.trim(ctx, tx, t, now) })
		if err != nil && !(t.Preview && errors.Is(err, errPreview)) {
			return done, fmt.Errorf("let the records of file %d go: %w", f.File, err)
		}
		done = append(done, f)
	}
	return done, nil
}

func (f Trimmed) trim(ctx context.Context, tx *sqlx.Tx, t Trimming, now time.Time) error {
	if _, err := lockFile(ctx, tx, f.File); err != nil { // nobody makes it again meanwhile
		return err
	}
	act := batch.Act{Kind: batch.ActTrim, About: fmt.Sprintf("file %d", f.File), Who: t.Who, Why: t.Why}
	if err := t.Authority.Permit(ctx, tx, act, now); err != nil {
		return err
	}
	if t.Preview {
		return errPreview
	}
	if _, err := tx.ExecContext(ctx, fileLetGo, f.File, now, t.Who); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, fileEventAdd, f.File, f.State, t.Who, "its records were let go: "+t.Why, now, pq.Array([]string{}))
	return err
}

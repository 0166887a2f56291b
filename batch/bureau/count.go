package bureau

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// The queries of counting files.
var (
	countWanted = database.Query("bureau", "CountWanted")
	countFile   = database.Query("bureau", "CountFile")
)

// CountFile counts what a file says beside the one before it of its destination: how accounts moved between statuses, and whom it leaves
// out, and keeps that with the loans, so that pages show it without reading the file's tradelines. It says whether it counted: what was
// counted beside the same file before stays. It returns ErrNoFile, or ErrState for a file that is not written yet.
func CountFile(ctx context.Context, db *sqlx.DB, file int64, now time.Time) (counted bool, err error) {
	err = database.InRetriedTx(ctx, db, func(tx *sqlx.Tx) error {
		counted = false
		f, err := lockFile(ctx, tx, file) // two count one after the other
		if err == nil && f.State == inWork {
			err = fmt.Errorf("%w: it is not written yet", ErrState)
		}
		if err != nil {
			return err
		}
		var is struct {
			Wanted  *int64 `db:"wanted"`
			Counted bool   `db:"counted"`
			Before  *int64 `db:"before"`
		}
		if err := tx.GetContext(ctx, &is, countWanted, file, f.Calendar.ByCycle()); err != nil {
			return err
		}
		if is.Counted && sameFile(is.Wanted, is.Before) {
			return nil
		}
		counted = true
		_, err = tx.ExecContext(ctx, countFile, file, is.Wanted, now)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("count file %d: %w", file, err)
	}
	return counted, nil
}

func sameFile(a, b *int64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

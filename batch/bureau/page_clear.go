package bureau

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
)

// clearPage is a page that an older program kept in clear.
type clearPage struct {
	File         int64  `db:"file"`
	FirstAccount string `db:"first_account"`
	Loan         int64  `db:"loan"`
	Loans        string `db:"loans"`
	Checksum     int64  `db:"checksum"`
	Records      string `db:"records"`
}

// clearAtOnce is how many pages are sealed in one transaction: some megabytes.
const clearAtOnce = 500

// SealClear seals what an older program left in clear, customers and then the records of files, and returns how many customers. Killed,
// the next call goes on. It needs no keys for a book in which nothing is in clear.
//
// Errors to branch on: those of book.Vault.Bind.
func SealClear(ctx context.Context, db *sqlx.DB, v book.Vault) (customers int64, err error) {
	if customers, err = v.SealClear(ctx, db); err != nil {
		return customers, err
	}
	if clear, err := book.IsClear(ctx, db); err != nil || !clear {
		return customers, err
	}
	if err := database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error { return v.BindClear(ctx, tx) }); err != nil {
		return customers, err
	}
	for last, more := (clearPage{}), true; more; {
		err := database.InTx(ctx, db, func(tx *sqlx.Tx) (err error) {
			last, more, err = sealPages(ctx, tx, v, last)
			return err
		})
		if err != nil {
			return customers, fmt.Errorf("seal the records of files: %w", err)
		}
	}
	if _, err := db.ExecContext(ctx, pageClearDrop); err != nil {
		return customers, fmt.Errorf("drop the records in clear: %w", err)
	}
	return customers, nil
}

// sealPages seals the pages that come after one, and returns the last of them.
func sealPages(ctx context.Context, tx *sqlx.Tx, v book.Vault, after clearPage) (last clearPage, more bool, err error) {
	var pages []clearPage
	if err := tx.SelectContext(ctx, &pages, pageClearRead, after.File, after.FirstAccount, after.Loan, clearAtOnce); err != nil || len(pages) == 0 {
		return after, false, err
	}
	for i := range pages {
		sealed, err := v.Keys.Seal([]byte(pages[i].Records), pagePlace(pages[i].File))
		if err != nil {
			return after, false, err
		}
		pages[i].Records = string(sealed)
	}
	err = database.Copy(ctx, tx, "file_page", "file, first_account, loan, loans, checksum, records", len(pages), func(i int, r *database.CopyRow) {
		r.Int(pages[i].File)
		r.Text(pages[i].FirstAccount)
		r.Int(pages[i].Loan)
		r.Text(pages[i].Loans)
		r.Int(pages[i].Checksum)
		r.Bytea(pages[i].Records)
	})
	if err != nil {
		return after, false, err
	}
	last = pages[len(pages)-1]
	_, err = tx.ExecContext(ctx, pageClearDone, after.File, after.FirstAccount, after.Loan, last.File, last.FirstAccount, last.Loan)
	return last, true, err
}

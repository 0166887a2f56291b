package bureau

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
)

// Resealed counts what was sealed anew.
type Resealed struct {
	Customers int64 `json:"customers"`
	Rows      int64 `json:"packed_rows"`
	Pages     int64 `json:"pages"`
	Users     int64 `json:"users"` // of the console
}

// Sum is how many there are of all kinds.
func (r Resealed) Sum() int64 { return r.Customers + r.Rows + r.Pages + r.Users }

// pagesAtOnce is how many pages are sealed anew in one transaction: some megabytes.
const pagesAtOnce = 300

// Reseal seals anew what another key than the primary one has sealed: what book.Vault.Reseal does, and the records of files. After a
// kill the next call goes on.
func Reseal(ctx context.Context, db *sqlx.DB, v book.Vault) (done Resealed, err error) {
	if done.Customers, done.Rows, err = v.Reseal(ctx, db); err != nil {
		return done, err
	}
	err = database.InTx(ctx, db, func(tx *sqlx.Tx) (err error) {
		done.Users, err = v.ResealUsers(ctx, tx)
		return err
	})
	if err != nil {
		return done, err
	}
	for last, n := (clearPage{}), 1; n > 0; done.Pages += int64(n) {
		err := database.InTx(ctx, db, func(tx *sqlx.Tx) (err error) {
			last, n, err = resealPages(ctx, tx, v, last)
			return err
		})
		if err != nil {
			return done, fmt.Errorf("seal the records of files anew: %w", err)
		}
	}
	return done, nil
}

// resealPages seals pages anew that come after one, and returns the last of them and how many.
func resealPages(ctx context.Context, tx *sqlx.Tx, v book.Vault, after clearPage) (last clearPage, n int, err error) {
	var pages []clearPage
	err = tx.SelectContext(ctx, &pages, pageResealRead, after.File, after.FirstAccount, after.Loan, v.PrimaryID(), pagesAtOnce)
	if err != nil || len(pages) == 0 {
		return after, 0, err
	}
	files, loans := make([]int64, len(pages)), make([]int64, len(pages))
	accounts, records := make([]string, len(pages)), make([][]byte, len(pages))
	for i, p := range pages {
		opened, err := v.Keys.Open([]byte(p.Records), pagePlace(p.File))
		if err == nil {
			records[i], err = v.Keys.Seal(opened, pagePlace(p.File))
		}
		if err != nil {
			return after, 0, fmt.Errorf("file %d: %w", p.File, err)
		}
		files[i], accounts[i], loans[i] = p.File, p.FirstAccount, p.Loan
	}
	_, err = tx.ExecContext(ctx, pageReseal, database.IntArray(files), pq.Array(accounts), database.IntArray(loans), pq.ByteaArray(records))
	return pages[len(pages)-1], len(pages), err
}

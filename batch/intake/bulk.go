package intake

import (
	"context"
	"strings"

	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
)

// bulkRows is how many rows make it worth while to make the indexes of empty tables after them.
const bulkRows = 5_000

// bulk calls fill, which brings so many rows of a file into the book. Where the file's tables are empty, as they are in a
// first import, they are locked and stand without indexes and foreign keys meanwhile: made at once, these take a third of
// the time, and no room in the log of a server that keeps one only for crashes.
func (i *importer) bulk(ctx context.Context, t *table, rows int64, fill func() error) error {
	if rows < bulkRows || len(t.bulk) == 0 {
		return fill()
	}
	indexes, err := i.strip(ctx, t.bulk)
	if err != nil {
		return err
	}
	if err := fill(); err != nil {
		return err
	}
	for _, index := range indexes {
		if _, err := i.tx.ExecContext(ctx, index.Make); err != nil {
			return err
		}
	}
	return nil
}

// index is an index or a foreign key of a table.
type index struct {
	Drop string `db:"drop"` // the statement that drops it
	Make string `db:"make"` // and the one that makes it again
}

// strip takes the indexes and foreign keys off tables, if all of them are empty and ours, and nobody is just using them.
// Truncated, a table is one of this transaction: what comes into it is not logged where the table itself is made durable.
func (i *importer) strip(ctx context.Context, tables []string) ([]index, error) {
	if empty, err := i.empty(ctx, tables); err != nil || !empty {
		return nil, err
	}
	var indexes []index
	if err := i.tx.SelectContext(ctx, &indexes, importIndexes, pq.Array(tables)); err != nil || len(indexes) == 0 {
		return nil, err
	}
	if locked, err := i.lockAlone(ctx, tables); err != nil || !locked {
		return nil, err
	}
	if empty, err := i.empty(ctx, tables); err != nil || !empty { // somebody was faster
		return nil, err
	}
	if _, err := i.tx.ExecContext(ctx, "TRUNCATE "+strings.Join(tables, ", ")); err != nil {
		return nil, err
	}
	for k := len(indexes) - 1; k >= 0; k-- { // foreign keys first
		if _, err := i.tx.ExecContext(ctx, indexes[k].Drop); err != nil {
			return nil, err
		}
	}
	return indexes, nil
}

// empty reports whether the tables have no row.
func (i *importer) empty(ctx context.Context, tables []string) (empty bool, err error) {
	err = i.tx.GetContext(ctx, &empty, "SELECT NOT EXISTS (SELECT FROM "+strings.Join(tables, ") AND NOT EXISTS (SELECT FROM ")+")")
	return empty, err
}

// lockAlone keeps everybody else from tables, unless somebody uses one of them just now.
func (i *importer) lockAlone(ctx context.Context, tables []string) (locked bool, err error) {
	if _, err := i.tx.ExecContext(ctx, "SAVEPOINT bulk"); err != nil {
		return false, err
	}
	_, err = i.tx.ExecContext(ctx, "LOCK TABLE "+strings.Join(tables, ", ")+" IN ACCESS EXCLUSIVE MODE NOWAIT")
	if database.IsLockTimeout(err) {
		_, err = i.tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT bulk")
		return false, err
	}
	return err == nil, err
}

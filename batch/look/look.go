package look

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jmoiron/sqlx"
)

// ErrNotFound is returned by Story and FileNumber when the database knows no such thing.
var ErrNotFound = errors.New("not found")

// snapshot lets f read in one transaction that changes nothing and sees one state of the database.
func snapshot(ctx context.Context, db *sqlx.DB, f func(tx *sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			return errors.Join(err, rollback)
		}
		return err
	}
	return tx.Commit()
}

// stream reads the rows of a statement one at a time; the row belongs to stream and changes with the next one.
func stream[T any](ctx context.Context, db *sqlx.DB, yield func(*T) error, statement string, args ...any) error {
	return snapshot(ctx, db, func(tx *sqlx.Tx) error {
		rows, err := tx.QueryxContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var row T
			if err := rows.StructScan(&row); err != nil {
				return err
			}
			if err := yield(&row); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

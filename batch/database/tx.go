package database

import (
	"context"
	stdsql "database/sql"
	"encoding/json"
	"errors"

	"github.com/jmoiron/sqlx"
)

// InTx runs f in one transaction: committed if f returns nil, else rolled back.
func InTx(ctx context.Context, db *sqlx.DB, f func(tx *sqlx.Tx) error) error {
	return inTx(ctx, db, nil, f)
}

// durably makes the commit of a transaction wait for the disk. Never less than the server does by itself: remote_apply waits
// for more.
const durably = "SELECT set_config('synchronous_commit', 'on', TRUE) WHERE current_setting('synchronous_commit') <> 'remote_apply'"

// InDurableTx is InTx for what the outside relies on: when it returns nil the transaction is on disk, with all that
// committed before it, also on a server whose commits are lazy.
func InDurableTx(ctx context.Context, db *sqlx.DB, f func(tx *sqlx.Tx) error) error {
	return InTx(ctx, db, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, durably); err != nil {
			return err
		}
		return f(tx)
	})
}

// InSnapshot lets f read in one transaction that changes nothing and sees one state of the database.
func InSnapshot(ctx context.Context, db *sqlx.DB, f func(tx *sqlx.Tx) error) error {
	return inTx(ctx, db, &stdsql.TxOptions{Isolation: stdsql.LevelRepeatableRead, ReadOnly: true}, f)
}

func inTx(ctx context.Context, db *sqlx.DB, options *stdsql.TxOptions, f func(tx *sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, options)
	if err != nil {
		return Ended(err)
	}
	if err := f(tx); err != nil {
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, stdsql.ErrTxDone) {
			return errors.Join(err, Ended(rollback))
		}
		return err
	}
	return Ended(tx.Commit())
}

// attempts at a transaction that the server refuses for reasons that pass.
const attempts = 5

// InRetriedTx is InDurableTx for what runs beside a night: when the server refuses the transaction for a deadlock or as not
// serializable, f is called again in a new one, a few times. A lock that is not free in time is no such reason: f decides how
// long it waits. What f fills in outside of the database it must fill in anew.
func InRetriedTx(ctx context.Context, db *sqlx.DB, f func(tx *sqlx.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := InDurableTx(ctx, db, f)
		if err == nil || attempt == attempts || !IsTransient(err) || IsLockTimeout(err) {
			return err
		}
	}
}

// WriteRows executes a set-based query whose last parameter is rows as one JSON array; no rows, no query.
func WriteRows[T any](ctx context.Context, tx *sqlx.Tx, query string, rows []T, args ...any) error {
	if len(rows) == 0 {
		return nil
	}
	document, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, query, append(args, string(document))...)
	return err
}

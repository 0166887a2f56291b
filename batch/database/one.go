package database

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// InOneTx calls f with a database of a single connection, all of whose work is one transaction: committed, and on disk, if f
// returns nil, else rolled back. What f takes for a transaction of that database is a savepoint: it is rolled back by itself,
// sees what came before it, and becomes final with the whole. Isolation levels that f asks for are not given.
//
// f must not ask for a second connection while it has one open, in a transaction or for rows: it would wait for ever. It works
// alone. If the connection is lost there is no other one, and whatever f does after that fails.
func InOneTx(ctx context.Context, db *sqlx.DB, f func(one *sqlx.DB) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	// Around Raw: told of a lost connection it would say no more than that.
	raw := conn.Raw(func(driverConn any) error {
		lent, ok := driverConn.(lendable)
		if !ok {
			err = fmt.Errorf("the database driver's %T has no savepoints", driverConn)
			return nil
		}
		var end error
		err, end = inOneTx(context.WithoutCancel(ctx), lent, f)
		return end
	})
	if errors.Is(raw, driver.ErrBadConn) {
		raw = nil
	}
	if closed := conn.Close(); !errors.Is(closed, stdsql.ErrConnDone) {
		raw = errors.Join(raw, closed)
	}
	return errors.Join(err, raw)
}

// Undone calls f within InOneTx and undoes what it did in the database, whatever it returns.
func Undone(ctx context.Context, one *sqlx.DB, f func() error) error {
	if _, err := one.ExecContext(ctx, "SAVEPOINT undone"); err != nil {
		return err
	}
	err := f()
	_, undo := one.ExecContext(context.WithoutCancel(ctx), "ROLLBACK TO SAVEPOINT undone; RELEASE SAVEPOINT undone")
	return errors.Join(err, undo)
}

// inOneTx does the work of InOneTx on a connection. end is driver.ErrBadConn if the connection is of no more use.
func inOneTx(ctx context.Context, conn lendable, f func(one *sqlx.DB) error) (err, end error) {
	tx, err := conn.BeginTx(ctx, driver.TxOptions{})
	if err != nil {
		return err, nil
	}
	if _, err = conn.ExecContext(ctx, durably, nil); err == nil {
		one := sqlx.NewDb(stdsql.OpenDB(&lender{conn: savepoints{conn}}), "postgres")
		one.SetMaxOpenConns(1)
		err = f(one)
		if !idle(ctx, one) {
			return err, driver.ErrBadConn
		}
		err = errors.Join(err, one.Close())
	}
	if err == nil {
		if err = tx.Commit(); err != nil {
			end = driver.ErrBadConn
		}
		return err, end
	}
	if rollback := tx.Rollback(); rollback != nil { // the server does it when the connection ends
		end = driver.ErrBadConn
	}
	return err, end
}

// stragglers is how long InOneTx waits for what f has left behind.
const stragglers = 5 * time.Second

// idle waits until nobody uses the connection of a database that has one. It reports false if somebody hangs on it.
func idle(ctx context.Context, one *sqlx.DB) bool {
	ctx, cancel := context.WithTimeout(ctx, stragglers)
	defer cancel()
	conn, err := one.Conn(ctx)
	if err == nil {
		err = conn.Close()
	}
	return !errors.Is(err, context.DeadlineExceeded)
}

// lendable is a connection of the driver with all that a pool asks of it.
type lendable interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
}

// lender is a pool's source of connections that has one, once.
type lender struct {
	conn savepoints
	lent atomic.Bool
}

// Connect gives the connection. A second one would be outside of the transaction.
func (l *lender) Connect(context.Context) (driver.Conn, error) {
	if l.lent.Swap(true) {
		return nil, fmt.Errorf("the connection of the transaction was lost: %w", driver.ErrBadConn)
	}
	return l.conn, nil
}

// Driver is the driver of the connection.
func (*lender) Driver() driver.Driver { return pq.Driver{} }

// savepoints is a connection in a transaction, with savepoints for transactions.
type savepoints struct{ lendable }

// Close leaves the connection to its owner.
func (savepoints) Close() error { return nil }

// BeginTx makes a savepoint.
func (s savepoints) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if _, err := s.ExecContext(ctx, "SAVEPOINT part", nil); err != nil {
		return nil, err
	}
	return part(s), nil
}

// part is what was done since a savepoint.
type part savepoints

// Commit keeps the part. If that fails the part is undone.
func (p part) Commit() error {
	_, err := p.ExecContext(context.Background(), "RELEASE SAVEPOINT part", nil)
	if err != nil {
		err = errors.Join(err, p.Rollback())
	}
	return err
}

// Rollback undoes the part.
func (p part) Rollback() error {
	_, err := p.ExecContext(context.Background(), "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part", nil)
	return err
}

package step_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// openCounting opens a database whose statements, transactions and commits are counted as points; when
// the count reaches killAt the process kills itself with SIGKILL. A point lies before and after each
// round trip, so every state that a crash can leave behind is reached: work done but not committed,
// committed but not known to be, a file renamed but not noted.
func openCounting(t testing.TB, url string, killAt int64) (*sqlx.DB, *atomic.Int64) {
	t.Helper()
	connector, err := pq.NewConnector(url)
	if err != nil {
		t.Fatal(err)
	}
	points := new(atomic.Int64)
	db := sqlx.NewDb(sql.OpenDB(countingConnector{connector, points, killAt}), "postgres")
	t.Cleanup(func() { db.Close() })
	return db, points
}

type countingConnector struct {
	driver.Connector
	points *atomic.Int64
	killAt int64
}

func (c countingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &countingConn{Conn: conn, c: c}, nil
}

type countingConn struct {
	driver.Conn
	c countingConnector
}

func (c *countingConn) point() {
	if c.c.points.Add(1) == c.c.killAt {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal ends the process; nothing more may reach the database
	}
}

func (c *countingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.point()
	defer c.point()
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c *countingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.point()
	defer c.point()
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c *countingConn) CheckNamedValue(v *driver.NamedValue) error {
	return c.Conn.(driver.NamedValueChecker).CheckNamedValue(v)
}

func (c *countingConn) ResetSession(ctx context.Context) error {
	return c.Conn.(driver.SessionResetter).ResetSession(ctx)
}

func (c *countingConn) IsValid() bool { return c.Conn.(driver.Validator).IsValid() }

func (c *countingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	c.point()
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
	return countingTx{tx, c}, err
}

type countingTx struct {
	driver.Tx
	conn *countingConn
}

func (t countingTx) Commit() error {
	t.conn.point()
	defer t.conn.point()
	return t.Tx.Commit()
}

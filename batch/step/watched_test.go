package step_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// moment is a point in the life of a session: just before a round trip to the server or just after it.
type moment struct {
	after bool
	query string // of a statement; else BEGIN, COMMIT or ROLLBACK
}

// openWatched opens a database and calls watch at every moment of its sessions, by the goroutine that uses the session.
func openWatched(t testing.TB, url string, watch func(s *session, m moment)) *sqlx.DB {
	t.Helper()
	connector, err := pq.NewConnector(url)
	if err != nil {
		t.Fatal(err)
	}
	db := sqlx.NewDb(sql.OpenDB(watchedConnector{connector, watch}), "postgres")
	t.Cleanup(func() { db.Close() })
	return db
}

type watchedConnector struct {
	driver.Connector
	watch func(s *session, m moment)
}

func (c watchedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &session{Conn: conn, watch: c.watch}, nil
}

// session is a watched connection.
type session struct {
	driver.Conn
	watch func(s *session, m moment)
}

// around tells of the moment before a round trip, and gives what tells of the one after it.
func (s *session) around(query string) (after func()) {
	s.watch(s, moment{false, query})
	return func() { s.watch(s, moment{true, query}) }
}

func (s *session) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	defer s.around(query)()
	return s.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (s *session) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	defer s.around(query)()
	return s.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (s *session) CheckNamedValue(v *driver.NamedValue) error {
	return s.Conn.(driver.NamedValueChecker).CheckNamedValue(v)
}

func (s *session) ResetSession(ctx context.Context) error {
	return s.Conn.(driver.SessionResetter).ResetSession(ctx)
}

func (s *session) IsValid() bool { return s.Conn.(driver.Validator).IsValid() }

func (s *session) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	defer s.around("BEGIN")()
	tx, err := s.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
	return watchedTx{tx, s}, err
}

type watchedTx struct {
	driver.Tx
	session *session
}

func (t watchedTx) Commit() error {
	defer t.session.around("COMMIT")()
	return t.Tx.Commit()
}

func (t watchedTx) Rollback() error {
	defer t.session.around("ROLLBACK")()
	return t.Tx.Rollback()
}

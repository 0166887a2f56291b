package database

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// preparedMost bounds the statements that a connection keeps: the server keeps a plan of each in its memory.
const preparedMost = 64

// preparedConns bounds the connections of that pool, which come on top of the usual one's: both fit a stock server.
const preparedConns = 24

// Prepared is another pool of connections to the database, for who asks the same questions all day: each connection keeps its statements
// prepared, so that the server does not parse and plan them anew each time. Behind a pooler, which gives each transaction another session,
// it is the usual pool. end closes it.
func (d *Database) Prepared() (db *sqlx.DB, end func() error, err error) {
	if d.Direct != d.DB {
		return d.DB, func() error { return nil }, nil
	}
	config, err := poolConfig(d.URL)
	if err != nil {
		return nil, nil, err
	}
	connector, err := newConnector(config)
	if err != nil {
		return nil, nil, err
	}
	db = limited(sqlx.NewDb(stdsql.OpenDB(preparing{sessions{connector}}), "postgres"))
	db.SetMaxOpenConns(preparedConns)
	return db, db.Close, nil
}

// preparing makes connections that keep their statements.
type preparing struct{ driver.Connector }

// Connect makes a connection.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, is := conn.(pqConn)
	if !is {
		return nil, errors.Join(errors.New("the driver's connections are not those that statements can be kept with"), conn.Close())
	}
	return &preparedConn{pqConn: whole, kept: map[string]driver.Stmt{}}, nil
}

// pqConn is what database/sql asks of a connection of the driver.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// preparedConn is a connection with the statements that it keeps, by their text.
type preparedConn struct {
	pqConn
	kept  map[string]driver.Stmt
	stale bool // the tables have changed under a kept statement
}

// IsValid says whether the connection may be used again.
func (c *preparedConn) IsValid() bool { return !c.stale && c.pqConn.IsValid() }

// QueryContext asks by a statement that is kept, or is from now on.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	statement, is := c.kept[query]
	if !is {
		if len(args) == 0 || len(c.kept) == preparedMost { // without parameters the driver asks in one message
			return c.pqConn.QueryContext(ctx, query, args)
		}
		made, err := c.PrepareContext(ctx, query)
		if err != nil {
			return nil, err
		}
		statement, c.kept[query] = made, made
	}
	rows, err := statement.(driver.StmtQueryContext).QueryContext(ctx, args)
	if pq.As(err, pqerror.FeatureNotSupported) != nil { // a migration changed what a statement gives
		c.stale = true
	}
	return rows, err
}

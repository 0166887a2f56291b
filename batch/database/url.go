package database

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// schemaName is the schema that holds everything.
const schemaName = "furnisher"

// WithSearchPath adds search_path=furnisher, a run-time parameter of the connection, to a database URL or
// to key=value pairs. It returns ErrBadURL for text that is neither, and for another search_path.
func WithSearchPath(database string) (string, error) {
	config, err := pq.NewConfig(database)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadURL, withoutURL(err))
	}
	switch path := config.Runtime["search_path"]; path {
	case schemaName:
		return database, nil
	case "":
	default:
		return "", fmt.Errorf("%w: search_path=%s: everything is in schema %s: take the search_path out",
			ErrBadURL, path, schemaName)
	}
	if !strings.HasPrefix(database, "postgres://") && !strings.HasPrefix(database, "postgresql://") {
		return "search_path=" + schemaName + " " + database, nil // in front: the pairs may end within a value
	}
	address, err := url.Parse(database)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadURL, withoutURL(err))
	}
	if address.RawQuery != "" {
		address.RawQuery += "&"
	}
	address.RawQuery += "search_path=" + schemaName
	return address.String(), nil
}

// withoutURL takes the text out of the error about it, because it may hold a password.
func withoutURL(err error) error {
	if parse, ok := errors.AsType[*url.Error](err); ok {
		return parse.Err
	}
	return err
}

// Open opens a pool of connections with search_path=furnisher and makes one, so that what is wrong shows
// now. It returns ErrBadURL, ErrUnreachable, ErrEncoding, ErrOldServer, or ErrPooler from a pooler that refuses the
// search_path.
func Open(ctx context.Context, database string) (*sqlx.DB, error) {
	db, err := openPool(database)
	if err != nil {
		return nil, err
	}
	return firstUse(ctx, db)
}

func firstUse(ctx context.Context, db *sqlx.DB) (*sqlx.DB, error) {
	var s session
	err := db.GetContext(ctx, &s, askSession)
	switch {
	case refusedByPooler(err):
		err = fmt.Errorf("%w: %w", ErrPooler, err)
	case err != nil:
		err = fmt.Errorf("%w: %w", ErrUnreachable, err)
	default:
		err = s.check()
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// session is what the server says of a new session.
type session struct {
	Path     string `db:"path"`
	Encoding string `db:"encoding"`
	Version  int    `db:"version"` // 150004 is 15.4
}

const askSession = `SELECT current_setting('search_path') AS path, current_setting('server_encoding') AS encoding,
	CAST(current_setting('server_version_num') AS integer) AS version`

// oldestServer is the first version that this program works with; the project is tested with 15.
const oldestServer = 14

// check refuses a database that this program cannot work in. A pooler may be set to drop run-time parameters, and
// then tables would be made, and missed, in another schema. An encoding that cannot hold every name would end an
// import in the middle, and SQL_ASCII would take bytes that are no text at all.
func (s session) check() error {
	switch {
	case s.Version < oldestServer*10_000:
		return fmt.Errorf("%w: it is version %d, the oldest that works is %d", ErrOldServer, s.Version/10_000, oldestServer)
	case s.Encoding != "UTF8":
		return fmt.Errorf("%w: it is %s", ErrEncoding, s.Encoding)
	case s.Path != schemaName:
		return fmt.Errorf("%w: asked for search_path %s and got %s: set it for the role (ALTER ROLE ... SET search_path = %s)",
			ErrBadURL, schemaName, s.Path, schemaName)
	}
	return nil
}

// openPool connects nowhere yet.
func openPool(database string) (*sqlx.DB, error) {
	config, err := poolConfig(database)
	if err != nil {
		return nil, err
	}
	return newPool(config)
}

func poolConfig(database string) (config pq.Config, err error) {
	if database, err = WithSearchPath(database); err != nil {
		return config, err
	}
	if config, err = pq.NewConfig(database); err != nil {
		return config, fmt.Errorf("%w: %w", ErrBadURL, withoutURL(err))
	}
	return config, nil
}

func newPool(config pq.Config) (*sqlx.DB, error) {
	connector, err := newConnector(config)
	if err != nil {
		return nil, err
	}
	return limited(sqlx.NewDb(stdsql.OpenDB(sessions{connector}), "postgres")), nil
}

func newConnector(config pq.Config) (driver.Connector, error) {
	if filepath.IsAbs(config.Host) {
		config.Hostaddr = netip.Addr{} // from the environment it would send us elsewhere
	}
	connector, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadURL, err)
	}
	return connector, nil
}

// limited bounds the connections of a pool.
func limited(db *sqlx.DB) *sqlx.DB {
	// Below the 100 connections of a stock server, so that a second program and a person still get in.
	db.SetMaxOpenConns(64)
	db.SetMaxIdleConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db
}

package database

import (
	"context"
	stdsql "database/sql"
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
// now. It returns ErrBadURL, ErrUnreachable, or ErrPooler from a pooler that refuses the search_path.
func Open(ctx context.Context, database string) (*sqlx.DB, error) {
	db, err := openPool(database)
	if err != nil {
		return nil, err
	}
	return firstUse(ctx, db)
}

func firstUse(ctx context.Context, db *sqlx.DB) (*sqlx.DB, error) {
	if err := checkSearchPath(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// checkSearchPath also is the first use of the pool. A pooler may be set to drop run-time parameters, and
// then tables would be made, and missed, in another schema.
func checkSearchPath(ctx context.Context, db *sqlx.DB) error {
	var path string
	if err := db.GetContext(ctx, &path, "SHOW search_path"); refusedByPooler(err) {
		return fmt.Errorf("%w: %w", ErrPooler, err)
	} else if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if path != schemaName {
		return fmt.Errorf("%w: asked for search_path %s and got %s: set it for the role (ALTER ROLE ... SET search_path = %s)",
			ErrBadURL, schemaName, path, schemaName)
	}
	return nil
}

// openPool connects nowhere yet.
func openPool(database string) (*sqlx.DB, error) {
	database, err := WithSearchPath(database)
	if err != nil {
		return nil, err
	}
	config, err := pq.NewConfig(database)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadURL, withoutURL(err))
	}
	return newPool(config)
}

func newPool(config pq.Config) (*sqlx.DB, error) {
	if filepath.IsAbs(config.Host) {
		config.Hostaddr = netip.Addr{} // from the environment it would send us elsewhere
	}
	connector, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadURL, err)
	}
	db := sqlx.NewDb(stdsql.OpenDB(connector), "postgres")
	// Below the 100 connections of a stock server, so that a second program and a person still get in.
	db.SetMaxOpenConns(64)
	db.SetMaxIdleConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

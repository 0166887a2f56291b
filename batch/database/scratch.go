package database

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

var (
	// ErrInUse is returned by WithCopy while somebody is connected to the database or to the copy of it: PostgreSQL
	// copies a database only when nobody is.
	ErrInUse = errors.New("somebody else is connected to the database or to its copy")

	// ErrMayNotCopy is returned by WithCopy for a role that may not make databases.
	ErrMayNotCopy = errors.New("the role may not make databases")
)

// copySuffix marks the throw-away copy of a database. There is one at a time, so a copy that a killed process left
// behind is found and dropped by the next.
const copySuffix = "_simulation"

// WithCopy lets work use the address of a throw-away copy of a database on the same server, and drops the copy afterwards.
// It takes the address past any pooler. The caller must not be connected to the database.
//
// It returns ErrBadURL, ErrUnreachable, ErrInUse or ErrMayNotCopy.
func WithCopy(ctx context.Context, address string, work func(address string) error) (err error) {
	config, err := pq.NewConfig(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBadURL, withoutURL(err))
	}
	original := config.Database
	if original == "" {
		original = config.User
	}
	copied, err := withName(address, original+copySuffix)
	if err != nil {
		return err
	}
	config.Database = "postgres"
	admin, err := newPool(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, admin.Close()) }()
	if err := admin.PingContext(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if err := dropCopy(ctx, admin, original); err != nil {
		return err
	}
	create := fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", pq.QuoteIdentifier(original+copySuffix), pq.QuoteIdentifier(original))
	if _, err := admin.ExecContext(ctx, create); err != nil {
		return fmt.Errorf("copy the database: %w", copyRefused(err))
	}
	defer func() { err = errors.Join(err, dropCopy(context.WithoutCancel(ctx), admin, original)) }()
	return work(copied)
}

func dropCopy(ctx context.Context, admin *sqlx.DB, original string) error {
	_, err := admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+pq.QuoteIdentifier(original+copySuffix))
	if err != nil {
		return fmt.Errorf("drop the copy of the database: %w", copyRefused(err))
	}
	return nil
}

func copyRefused(err error) error {
	switch {
	case pq.As(err, pqerror.ObjectInUse) != nil:
		return fmt.Errorf("%w: %w", ErrInUse, err)
	case pq.As(err, pqerror.InsufficientPrivilege) != nil:
		return fmt.Errorf("%w: %w", ErrMayNotCopy, err)
	}
	return err
}

// withName returns the address of another database on the same server.
func withName(address, name string) (string, error) {
	if !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name)
		return address + " dbname='" + quoted + "'", nil // the last one counts
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadURL, withoutURL(err))
	}
	query := parsed.Query()
	query.Del("dbname")
	parsed.RawQuery = query.Encode()
	parsed.Path, parsed.RawPath = "/"+name, ""
	return parsed.String(), nil
}

package localpg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"
)

// Database is the program's database: a pool of connections, and the share in the private server if it is
// there.
type Database struct {
	*sqlx.DB
	// Direct is a pool of connections that keep their session, for session locks and LISTEN. It is DB itself
	// unless a pooler stands before DB.
	Direct *sqlx.DB
	// URL is where it is past any pooler, with search_path=furnisher, for those who make connections of
	// their own. It may hold a password.
	URL string
	// Private is this process's share in the private server; nil for an external database.
	Private *Server
}

// Connect opens the database that the configuration names, or else the private one, with a schema that
// fits this program: the private one is migrated, an external one has to be.
//
// It returns ErrUnreachable, ErrBadURL, or for an external database ErrSchemaBehind or ErrPooler.
func Connect(ctx context.Context, c Config) (*Database, error) {
	c, err := c.WithDefaults()
	if err != nil {
		return nil, err
	}
	if c.DatabaseURL != "" {
		return connectExternal(ctx, c)
	}
	return connectPrivate(ctx, c)
}

// Close closes the connections and gives up the share in the private server.
func (d *Database) Close() error {
	err := d.DB.Close()
	if d.Direct != d.DB {
		err = errors.Join(err, d.Direct.Close())
	}
	if d.Private != nil {
		err = errors.Join(err, d.Private.Close())
	}
	return err
}

func connectExternal(ctx context.Context, c Config) (*Database, error) {
	database, err := open(ctx, cmp.Or(c.DirectURL, c.DatabaseURL))
	if err != nil {
		return nil, err
	}
	if err := checkExternal(ctx, database, c); err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return database, nil
}

func checkExternal(ctx context.Context, database *Database, c Config) error {
	if err := checkSession(ctx, database.Direct); err != nil {
		return err
	}
	if c.DirectURL != "" && c.DirectURL != c.DatabaseURL {
		pooled, err := openPooled(ctx, c.DatabaseURL)
		if err != nil {
			return err
		}
		database.DB = pooled
		if err := checkSame(ctx, database); err != nil {
			return err
		}
	}
	return checkSchema(ctx, database.Direct, c.Schema)
}

func connectPrivate(ctx context.Context, c Config) (*Database, error) {
	server, err := Start(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	database, err := open(ctx, server.URL("furnisher"))
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	database.Private = server
	if err := bringSchemaUp(ctx, database, c); err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return database, nil
}

func open(ctx context.Context, address string) (*Database, error) {
	address, err := WithSearchPath(address)
	if err != nil {
		return nil, err
	}
	db, err := Open(ctx, address)
	if err != nil {
		return nil, err
	}
	return &Database{DB: db, Direct: db, URL: address}, nil
}

// checkSchema refuses a database that lacks migrations. One that has more is fine: code works before and
// after each migration.
func checkSchema(ctx context.Context, db *sqlx.DB, files fs.FS) error {
	migrations, err := status(ctx, db, files)
	if err != nil {
		return err
	}
	if current, latest := versions(migrations); current < latest {
		return fmt.Errorf("%w: it is at version %d, this program needs %d", ErrSchemaBehind, current, latest)
	}
	return nil
}

func bringSchemaUp(ctx context.Context, database *Database, c Config) error {
	err := checkSchema(ctx, database.DB, c.Schema)
	if !errors.Is(err, ErrSchemaBehind) {
		return err
	}
	applied, err := Migrate(ctx, database.URL, c.Schema)
	for _, migration := range applied {
		c.Log.WithField("migration", migration.Name).Info("migrated the private database")
	}
	return err
}

package database

import (
	"cmp"
	"context"
	"errors"
	"io/fs"

	"github.com/jmoiron/sqlx"
)

// Database is the program's database: its pools of connections and its address.
type Database struct {
	*sqlx.DB
	// Direct is a pool of connections that keep their session, for session locks and LISTEN. It is DB itself
	// unless there is a pooler in front of DB.
	Direct *sqlx.DB
	// URL is the address past any pooler, with search_path=furnisher, for those who make connections of
	// their own. It may hold a password.
	URL string
	// Private says that the database belongs to this program alone.
	Private bool
}

// Connect opens the database of the configuration, with a schema that fits this program.
//
// It returns ErrUnreachable, ErrBadURL, ErrPooler, ErrEncoding, ErrOldServer, ErrSchemaAhead, or ErrSchemaBehind for a
// database that is not private.
func Connect(ctx context.Context, c Config) (*Database, error) {
	c = c.WithDefaults()
	database, err := open(ctx, cmp.Or(c.DirectURL, c.URL))
	if err != nil {
		return nil, err
	}
	database.Private = c.Private
	if err := database.check(ctx, c); err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return database, nil
}

// Close closes the connections.
func (d *Database) Close() error {
	err := d.DB.Close()
	if d.Direct != d.DB {
		err = errors.Join(err, d.Direct.Close())
	}
	return err
}

// check makes sure that the addresses are what they are said to be, and that the schema fits.
func (d *Database) check(ctx context.Context, c Config) error {
	if c.Private {
		return d.bringSchemaUp(ctx, c)
	}
	if err := checkSession(ctx, d.Direct); err != nil {
		return err
	}
	if c.DirectURL != "" && c.DirectURL != c.URL {
		pooled, err := openPooled(ctx, c.URL)
		if err != nil {
			return err
		}
		d.DB = pooled
		if err := checkSame(ctx, d); err != nil {
			return err
		}
	}
	return checkSchema(ctx, d.Direct, c.Schema)
}

func (d *Database) bringSchemaUp(ctx context.Context, c Config) error {
	err := checkSchema(ctx, d.DB, c.Schema)
	if !errors.Is(err, ErrSchemaBehind) {
		return err
	}
	applied, err := Migrate(ctx, d.URL, c.Schema)
	for _, migration := range applied {
		c.Log.WithField("migration", migration.Name).Info("migrated the private database")
	}
	return err
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

// checkSchema refuses a database with fewer or more migrations than this program has.
func checkSchema(ctx context.Context, db *sqlx.DB, files fs.FS) error {
	migrations, err := status(ctx, db, files)
	if err != nil {
		return err
	}
	return Fit(migrations)
}

package database

import (
	"cmp"
	"io"
	"io/fs"

	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/sql"
)

// Config says which database to connect to.
type Config struct {
	// URL is the address of the database, as a URL or as key=value pairs.
	URL string
	// DirectURL is the address of the same database past a pooler, for what needs a session of its own.
	// Empty: there is no pooler in front of URL.
	DirectURL string
	// Private says that the database belongs to this program alone: Connect applies the migrations that it
	// lacks. Any other database must have them.
	Private bool
	// Schema holds the migrations as schema/*.sql. Default: those of package sql.
	Schema fs.FS
	// Log hears of migrations that Connect applies. Default: nobody does.
	Log logrus.FieldLogger
}

// FromEnv reads DATABASE_URL and DATABASE_URL_DIRECT. DATABASE_URL_DIRECT alone serves for both: it must not
// be taken for "no address", which means a new, empty private database.
func FromEnv(getenv func(string) string) Config {
	direct := getenv("DATABASE_URL_DIRECT")
	return Config{URL: cmp.Or(getenv("DATABASE_URL"), direct), DirectURL: direct}
}

// WithDefaults fills what is not set.
func (c Config) WithDefaults() Config {
	if c.Schema == nil {
		c.Schema = sql.Schema
	}
	if c.Log == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		c.Log = silent
	}
	return c
}

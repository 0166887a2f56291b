package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/localpg"
)

// storage says where the book is kept: at the address of external, or if that is empty in the private server.
type storage struct {
	external database.Config
	private  localpg.Config
}

// storage returns what the settings and the environment say.
func (a *app) storage() storage {
	s := storage{database.FromEnv(a.getenv), localpg.FromEnv(a.getenv)}
	if a.settings.databaseURL != "" {
		s.external.URL = a.settings.databaseURL
	}
	if a.settings.directURL != "" {
		s.external.DirectURL = a.settings.directURL
		s.external.URL = cmp.Or(s.external.URL, s.external.DirectURL)
	}
	if a.settings.data != "" {
		s.private.DataDir = a.settings.data
	}
	if a.log != nil {
		s.external.Log, s.private.Log = a.log, a.log
	}
	return s
}

// withDB lets work use the database that the settings name, and closes it afterwards.
func (a *app) withDB(ctx context.Context, work func(db *sqlx.DB) error) error {
	return a.withDatabase(ctx, func(d *database.Database) error { return work(d.DB) })
}

func (a *app) withDatabase(ctx context.Context, work func(d *database.Database) error) error {
	return a.storage().use(ctx, work)
}

// withURL lets work use the address of the database that the settings name, past any pooler and whatever the
// state of its schema.
func (a *app) withURL(ctx context.Context, work func(url string) error) error {
	s := a.storage()
	if s.external.URL != "" {
		return work(cmp.Or(s.external.DirectURL, s.external.URL))
	}
	return s.started(ctx, work)
}

// use lets work use the database.
func (s storage) use(ctx context.Context, work func(d *database.Database) error) error {
	if s.external.URL != "" {
		return connected(ctx, s.external, work)
	}
	return s.started(ctx, func(url string) error {
		return connected(ctx, database.Config{URL: url, Private: true, Log: s.external.Log}, work)
	})
}

// started lets work use the address of the private server's database, and gives up the share in the server
// afterwards.
func (s storage) started(ctx context.Context, work func(url string) error) (err error) {
	ignoreClientSettings()
	server, err := localpg.Start(ctx, s.private)
	if err != nil {
		return fmt.Errorf("%w: %w", database.ErrUnreachable, err)
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	return work(server.URL("furnisher"))
}

func connected(ctx context.Context, c database.Config, work func(d *database.Database) error) (err error) {
	d, err := database.Connect(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return work(d)
}

// ignoreClientSettings takes the PG… variables out of the environment: they are meant for another server than
// the private one, and the driver would read them.
func ignoreClientSettings() {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "PG") {
			os.Unsetenv(name) //nolint:errcheck // it fails for a name that the environment cannot hold
		}
	}
}

package database_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/sql"
)

// tolerant lets a pooler take the search_path that it will not set.
const tolerant = "ignore_startup_parameters = search_path"

// TestConnectPastPooler uses a database both ways: statements with parameters through the pooler, a session's
// lock past it.
func TestConnectPastPooler(t *testing.T) {
	t.Parallel()
	direct := pgtest.NewURL(t)
	db, err := database.Connect(t.Context(), database.Config{URL: pgtest.Pooled(t, direct), DirectURL: direct})
	if err != nil {
		t.Fatal(err)
	}
	defer closeDatabase(t, db)
	var group errgroup.Group
	for i := range 16 {
		group.Go(func() error {
			for j := range 100 {
				var got int
				err := db.GetContext(t.Context(), &got, "SELECT CAST($1 AS integer) + count(*) FROM loan WHERE loan = $2", i, j)
				if err != nil || got != i {
					return fmt.Errorf("got %d, want %d: %w", got, i, err)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}

	conn, err := db.Direct.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, want := range []bool{true, false} { // taken, then given back by the session that took it
		var got bool
		query := map[bool]string{true: "SELECT pg_try_advisory_lock(1)", false: "SELECT NOT pg_advisory_unlock(1)"}[want]
		if err := conn.GetContext(t.Context(), &got, query); err != nil || got != want {
			t.Errorf("%s gave %v, %v", query, got, err)
		}
	}
	if strings.Contains(db.URL, "pooler") {
		t.Error("those who make connections of their own are sent to the pooler")
	}
}

// TestPoolerRefused has every address that a night must not run on.
func TestPoolerRefused(t *testing.T) {
	t.Parallel()
	direct, other := pgtest.NewURL(t), pgtest.NewURL(t)
	strict, lax := pgtest.Pooled(t, direct), pgtest.Pooled(t, direct, tolerant)
	fewest := pgtest.Pooled(t, direct, tolerant, "server_round_robin = 0", "default_pool_size = 1")
	busy := pgtest.Pooled(t, direct, tolerant)
	sessions(t, busy, 3)
	for name, c := range map[string]struct {
		config database.Config
		want   error
		says   string
	}{
		"no direct address":                      {database.Config{URL: strict}, database.ErrPooler, "search_path"},
		"none, and the pooler takes search_path": {database.Config{URL: lax}, database.ErrPooler, ""},
		"none, and one session for all":          {database.Config{URL: fewest}, database.ErrPooler, ""},
		"none, and many sessions":                {database.Config{URL: busy}, database.ErrPooler, ""},
		"the pooler's as direct address":         {database.Config{URL: lax, DirectURL: lax}, database.ErrPooler, ""},
		"another pooler's as direct address":     {database.Config{URL: strict, DirectURL: lax}, database.ErrPooler, ""},
		"direct address of another database":     {database.Config{URL: strict, DirectURL: other}, database.ErrBadURL, "another database"},
	} {
		db, err := database.Connect(t.Context(), c.config)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %v with %q", name, err, c.want, c.says)
		}
		if err == nil {
			closeDatabase(t, db)
		}
	}
	for _, address := range []string{strict, lax} {
		if _, err := database.Migrate(t.Context(), address, sql.Schema); !errors.Is(err, database.ErrPooler) {
			t.Errorf("Migrate through the pooler: got %v", err)
		}
	}
}

// sessions makes a pooler open sessions: as many as there are transactions at once.
func sessions(t *testing.T, address string, n int) {
	t.Helper()
	db, err := sqlx.Open("postgres", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range n {
		tx, err := db.BeginTxx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
	}
}

// TestPoolerWithoutSearchPath has a role whose sessions behind the pooler would miss every table.
func TestPoolerWithoutSearchPath(t *testing.T) {
	t.Parallel()
	direct := pgtest.NewURL(t)
	db, err := database.Open(t.Context(), direct)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `DO $$ BEGIN
		EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET search_path = public', current_database());
	END $$`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = database.Connect(t.Context(), database.Config{URL: pgtest.Pooled(t, direct), DirectURL: direct})
	if !errors.Is(err, database.ErrBadURL) || !strings.Contains(err.Error(), "ALTER ROLE") {
		t.Errorf("got %v, want ErrBadURL that says what to do", err)
	}
}

// TestSessionPooler needs no direct address: a pooler of sessions gives a connection one for its life.
func TestSessionPooler(t *testing.T) {
	t.Parallel()
	pooled := pgtest.Pooled(t, pgtest.NewURL(t), tolerant, "pool_mode = session")
	db, err := database.Connect(t.Context(), database.Config{URL: pooled})
	if err != nil {
		t.Fatal(err)
	}
	closeDatabase(t, db)
}

func closeDatabase(t *testing.T, db *database.Database) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

package step_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/sql"
)

// TestNightsThroughPooler migrates, imports a portfolio and runs its nights through pgbouncer, with more
// workers than the pooler has sessions, then a dry run and another attempt at the last date: tables and files are those of the
// same nights without it.
func TestNightsThroughPooler(t *testing.T) {
	t.Parallel()
	portfolio := fixtures.Options{Seed: 7, Loans: 150, Months: 12, Out: t.TempDir()}.WithDefaults()
	if _, err := fixtures.Generate(t.Context(), portfolio); err != nil {
		t.Fatal(err)
	}
	var tables, files [2]map[string]string
	for i := range tables {
		direct := emptied(t)
		config := database.Config{URL: direct, DirectURL: direct}
		if i == 1 {
			config.URL = pgtest.Pooled(t, direct)
		}
		tables[i], files[i] = nights(t, config, portfolio)
	}
	if diff := cmp.Diff(tables[0], tables[1]); diff != "" {
		t.Errorf("tables (-direct +pooled):\n%s", diff)
	}
	if diff := cmp.Diff(files[0], files[1]); diff != "" || len(files[0]) == 0 {
		t.Errorf("%d files (-direct +pooled):\n%s", len(files[0]), diff)
	}
}

// emptied returns the address of a database without the project's schema.
func emptied(t *testing.T) string {
	t.Helper()
	address := pgtest.NewURL(t)
	db, err := database.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "DROP SCHEMA furnisher CASCADE"); err != nil {
		t.Fatal(err)
	}
	return address
}

// nights takes a portfolio through its nights, on what the configuration names, and fingerprints what they left.
func nights(t *testing.T, c database.Config, portfolio fixtures.Options) (tables, files map[string]string) {
	t.Helper()
	if applied, err := database.Migrate(t.Context(), c.DirectURL, sql.Schema); err != nil || len(applied) == 0 {
		t.Fatalf("%d migrations, %v", len(applied), err)
	}
	db, err := database.Connect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	options := intake.Options{Dir: portfolio.Out, Now: clock, Direct: db.Direct, Vault: vault}.WithDefaults()
	if _, err := intake.Import(t.Context(), db.DB, options); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, date := range portfolio.NightDates() {
		r := runner(db.DB, dir)
		r.Direct, r.Workers, r.ChunkSize = db.Direct, 6, 7
		if _, err := through(r, date); err != nil {
			t.Fatalf("night %s: %v", date, err)
		}
	}
	r := runner(db.DB, dir)
	r.Direct = db.Direct
	last := portfolio.NightDates()[len(portfolio.NightDates())-1]
	err = batch.Try(t.Context(), db.DB, db.Direct, func(ctx context.Context, trial *batch.Trial) error {
		tried := runner(db.DB, t.TempDir())
		tried.Trial = trial
		_, err := tried.Run(ctx, last+1)
		return err
	})
	if err != nil {
		t.Fatalf("dry run: %v", err)
	}
	if _, err := r.Again(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	return fingerprint(t, db.DB), fileHashes(t, dir)
}

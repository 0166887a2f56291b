package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

var september = rules.NewDate(2026, time.September, 30)

// newApp returns a program whose database holds the extract of the scripts, and what it writes.
func newApp(t *testing.T) (a *app, db *database.Database, said *bytes.Buffer) {
	t.Helper()
	a, db = bookOf(t, "testdata/extract")
	said = &bytes.Buffer{}
	a.stdout, a.stderr = said, said
	a.log = a.newLog()
	return a, db, said
}

// bookOf returns a program whose database holds an extract.
func bookOf(t *testing.T, extract string) (*app, *database.Database) {
	t.Helper()
	url := pgtest.NewURL(t)
	a := &app{stdout: io.Discard, stderr: io.Discard, getenv: testKeyset, now: time.Now}
	a.settings = settings{databaseURL: url, verbose: true, quiet: true}
	a.log = a.newLog()
	db, err := database.Connect(t.Context(), database.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := intake.Import(t.Context(), db.DB, intake.Options{Dir: extract, Now: time.Now, Vault: book.Vault{Keys: pgtest.Keys()}}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
	return a, db
}

// hook is called with each line of the log.
type hook func(*logrus.Entry)

func (h hook) Levels() []logrus.Level { return logrus.AllLevels }
func (h hook) Fire(e *logrus.Entry) error {
	h(e)
	return nil
}

// atStep calls f when a step begins.
func (a *app) atStep(step string, f func()) {
	a.log.AddHook(hook(func(e *logrus.Entry) {
		if e.Message == "step begins" && e.Data["step"] == step {
			f()
		}
	}))
}

// TestNightInterrupted stops a night in its middle and goes on with it.
func TestNightInterrupted(t *testing.T) {
	a, db, _ := newApp(t)
	ctx, stop := context.WithCancel(t.Context())
	a.atStep("purge", stop)
	n := night{date: september, workers: workersFlag{here: 1}, dir: t.TempDir()}
	report, err := a.night(ctx, db, n)
	if status, _ := classify(ctx, err); status != exitInterrupted {
		t.Fatalf("got status %d, want %d: %v", status, exitInterrupted, err)
	}
	if report == nil || report.State != "STOPPED" || report.StoppedBecause != "interrupted" {
		t.Fatalf("got report %+v, want a stopped run", report)
	}
	a.log = a.newLog()
	if report, err = a.night(t.Context(), db, n); err != nil || report.State != "CLOSED" || report.Run != 1 {
		t.Fatalf("got %+v, %v; want run 1 closed", report, err)
	}
}

// TestDatabaseLost ends the connections of a night in the middle of a chunk.
func TestDatabaseLost(t *testing.T) {
	a, db, _ := newApp(t)
	lost := make(chan error, 1)
	a.atStep("delinquency", func() {
		blocked, err := blockStatements(t.Context(), a.settings.databaseURL)
		if err != nil {
			lost <- err
			return
		}
		go func() { lost <- blocked.terminate(t.Context()) }()
	})
	n := night{date: september, workers: workersFlag{here: 1}, dir: t.TempDir()}
	_, err := a.night(t.Context(), db, n)
	if err := <-lost; err != nil {
		t.Fatal(err)
	}
	// The night may meet the end of its chunk's connection first, or that of the one that holds the book.
	if status, hint := classify(t.Context(), err); status != exitUnreachable && status != exitLocked || hint == "" {
		t.Fatalf("got status %d, hint %q, want %d or %d: %v", status, hint, exitUnreachable, exitLocked, err)
	}
	a.log = a.newLog()
	if report, err := a.night(t.Context(), db, n); err != nil || report.State != "CLOSED" {
		t.Fatalf("got %+v, %v; want it closed", report, err)
	}
}

// TestLockLost ends the session that holds the book while a chunk waits for something else.
func TestLockLost(t *testing.T) {
	a, db, _ := newApp(t)
	var blocked *blocker
	lost := make(chan error, 1)
	a.atStep("delinquency", func() {
		var err error
		if blocked, err = blockStatements(t.Context(), a.settings.databaseURL); err != nil {
			lost <- err
			return
		}
		go func() { lost <- blocked.terminateHolder(t.Context()) }()
	})
	n := night{date: september, workers: workersFlag{here: 1}, dir: t.TempDir()}
	_, err := a.night(t.Context(), db, n)
	if err := <-lost; err != nil {
		t.Fatal(err)
	}
	// On a machine that is too busy to note in time why the night stopped, the database counts as away.
	if status, hint := classify(t.Context(), err); !errors.Is(err, batch.ErrLockLost) || status != exitLocked && status != exitUnreachable || hint == "" {
		t.Errorf("got status %d, hint %q, want %d or %d: %v", status, hint, exitLocked, exitUnreachable, err)
	}
	if err := blocked.letGo(); err != nil {
		t.Fatal(err)
	}
	a.log = a.newLog()
	if report, err := a.night(t.Context(), db, n); err != nil || report.State != "CLOSED" {
		t.Fatalf("got %+v, %v; want it closed", report, err)
	}
}

// blocker holds the table of final statements, so that a chunk waits for it.
type blocker struct {
	db *sqlx.DB
	tx *sqlx.Tx
}

func blockStatements(ctx context.Context, url string) (*blocker, error) {
	db, err := database.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, "LOCK TABLE statement")
	return &blocker{db, tx}, err
}

// terminate ends all other sessions of the database as soon as one of them waits, and lets go of the table.
func (b *blocker) terminate(ctx context.Context) error {
	if err := b.wait(ctx); err != nil {
		return err
	}
	_, err := b.tx.ExecContext(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	return errors.Join(err, b.letGo())
}

// terminateHolder ends the session that holds the book as soon as another one waits for the table.
func (b *blocker) terminateHolder(ctx context.Context) error {
	if err := b.wait(ctx); err != nil {
		return err
	}
	_, err := b.tx.ExecContext(ctx, `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE l.locktype = 'advisory' AND l.classid = 1718973038 AND l.objid = 1769171058 AND l.granted AND d.datname = current_database()`)
	return err
}

// wait waits until a session waits for the table.
func (b *blocker) wait(ctx context.Context) error {
	for waiting := false; !waiting; {
		err := b.tx.GetContext(ctx, &waiting, `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
			WHERE NOT l.granted AND d.datname = current_database())`)
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *blocker) letGo() error { return errors.Join(b.tx.Rollback(), b.db.Close()) }

// TestUnfinishedHint names the date that has to be run first.
func TestUnfinishedHint(t *testing.T) {
	a, db, _ := newApp(t)
	ctx, stop := context.WithCancel(t.Context())
	a.atStep("purge", stop)
	n := night{date: september, workers: workersFlag{here: 1}, dir: t.TempDir()}
	if _, err := a.night(ctx, db, n); err == nil {
		t.Fatal("the night was not stopped")
	}
	n.date++
	_, err := a.night(t.Context(), db, n)
	status, hint := classify(t.Context(), err)
	if !errors.Is(err, batch.ErrUnfinished) || status != exitFailed || hint != "furnisher run --date 2026-09-30" {
		t.Errorf("got status %d, hint %q: %v", status, hint, err)
	}
}

func TestOnlyOnce(t *testing.T) {
	first, again := deletion{account: "A1", file: "one"}, deletion{account: "A1", file: "two"}
	other := deletion{account: "A2", file: "two"}
	for _, c := range []struct {
		name     string
		found    []deletion
		promised int64
		says     string
	}{
		{"each once", []deletion{first, other}, 2, ""},
		{"twice", []deletion{first, other, again}, 3, "account A1 is deleted twice: in one and in two"},
		{"fewer than the ledger says", []deletion{first}, 2, "the files contain 1 deletions, the ledger 2"},
	} {
		err := onlyOnce(c.found, c.promised)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.says)
		}
	}
}

// testKeyset is an environment that has the keyset of the tests alone.
func testKeyset(name string) string {
	if name == keysetJSONVariable {
		return pgtest.Keyset
	}
	return ""
}

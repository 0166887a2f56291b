package batch_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// A chunk that the database refuses for a reason that passes (40001, 40P01, 55P03) is tried again, and counts once.
func TestRetry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    pqerror.Code
		workers int
		refused func(t *testing.T, db *sqlx.DB) func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error
	}{
		{pqerror.TRSerializationFailure, 1, unserializable},
		{pqerror.TRDeadlockDetected, 2, deadlocked},
		{pqerror.LockNotAvailable, 1, lockedOut},
	} {
		t.Run(string(c.code), func(t *testing.T) {
			t.Parallel()
			url := pgtest.NewURL(t)
			db := open(t, url)
			fill(t, db, 4)
			exec(t, db, "CREATE TABLE counter (n integer); INSERT INTO counter VALUES (0)")
			refused := c.refused(t, db)
			db = open(t, url) // with the settings that it made
			var met calls
			s := &step{name: "one", apply: func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
				if err := refused(ctx, tx, c); err != nil {
					met.add("%s", pq.As(err).Code)
					return batch.Tally{}, err
				}
				return counted(ctx, tx, c)
			}}
			r := newRunner(db, s)
			r.Workers = c.workers
			summary := run(t, r, "2026-08-31")
			if got := met.take(); len(got) == 0 || strings.Trim(strings.Join(got, ""), string(c.code)) != "" {
				t.Errorf("refused with %q, want %s", got, c.code)
			}
			if step := summary.Steps[0]; step.Read != 4 || step.Changed != 2 || step.Counts["even"] != 2 {
				t.Errorf("got %+v, want each loan counted once", step)
			}
			if n := number(t, db, "SELECT max(attempts) FROM run_chunk"); c.workers == 1 && n != 2 {
				t.Errorf("the ledger counts %d attempts, want 2", n)
			}
		})
	}
}

// unserializable changes a row in another transaction, once a chunk's has seen it.
func unserializable(t *testing.T, db *sqlx.DB) func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error {
	exec(t, db, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''repeatable read''', current_database()); END $$`)
	var once sync.Once
	return func(ctx context.Context, tx *sqlx.Tx, _ batch.Chunk) (err error) {
		once.Do(func() { _, err = db.ExecContext(ctx, "UPDATE counter SET n = n + 1") })
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE counter SET n = n + 1")
		}
		return err
	}
}

// deadlocked lets two chunks wait for each other, once.
func deadlocked(*testing.T, *sqlx.DB) func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error {
	var both sync.WaitGroup
	both.Add(2)
	var first sync.Map
	return func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error {
		if _, again := first.LoadOrStore(c.Seq, true); again {
			return nil
		}
		const lock = "SELECT pg_advisory_xact_lock($1) FROM (SELECT set_config('deadlock_timeout', '10ms', TRUE) OFFSET 0) s"
		if _, err := tx.ExecContext(ctx, lock, c.Seq); err != nil {
			return err
		}
		both.Done()
		both.Wait()
		_, err := tx.ExecContext(ctx, lock, 3-c.Seq)
		return err
	}
}

// lockedOut keeps a chunk from a table until it was refused.
func lockedOut(t *testing.T, db *sqlx.DB) func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error {
	other, err := db.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec("LOCK TABLE counter"); err != nil {
		t.Fatal(err)
	}
	var release sync.Once
	return func(ctx context.Context, tx *sqlx.Tx, _ batch.Chunk) error {
		_, err := tx.ExecContext(ctx, "SELECT set_config('lock_timeout', '10ms', TRUE)")
		if err == nil {
			_, err = tx.ExecContext(ctx, "LOCK TABLE counter IN SHARE MODE")
		}
		release.Do(func() { _ = other.Rollback() })
		return err
	}
}

// A chunk that is refused again and again stops the run with the place, and so does at once what another try would meet
// as well.
func TestNoRetry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raise string
		tries int
	}{
		{"40001", 5},
		{"23505", 1},
		{"55000", 1},
	} {
		t.Run(c.raise, func(t *testing.T) {
			t.Parallel()
			db := newBook(t, 4)
			tries := 0
			s := &step{name: "one", apply: func(ctx context.Context, tx *sqlx.Tx, chunk batch.Chunk) (batch.Tally, error) {
				if chunk.Seq == 1 {
					return counted(ctx, tx, chunk)
				}
				tries++
				_, err := tx.ExecContext(ctx, "DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '"+c.raise+"'; END $$")
				return batch.Tally{}, err
			}}
			summary, err := newRunner(db, s).Run(t.Context(), day("2026-08-31"))
			if pq.As(err, pqerror.Code(c.raise)) == nil || !strings.Contains(err.Error(), "step one: chunk 2: ") {
				t.Errorf("got %v, want the refusal with its place", err)
			}
			if tries != c.tries {
				t.Errorf("tried %d times, want %d", tries, c.tries)
			}
			if summary.State != "STOPPED" || summary.Steps[0].Pending != 1 || summary.Steps[0].Read != 2 {
				t.Errorf("got %+v, want chunk 1 done and 2 pending", summary)
			}
		})
	}
}

package batch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// bookLocks are the sessions that hold the book or wait for it.
const bookLocks = `pg_locks WHERE locktype = 'advisory' AND classid = 1718973038 AND objid = 1769171058
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// endHolder ends the session that holds the book, and waits until it is gone.
func endHolder(t testing.TB, db *sqlx.DB) {
	t.Helper()
	if n := number(t, db, "SELECT count(*) FROM (SELECT pg_terminate_backend(pid, 60000) AS ended FROM "+bookLocks+" AND granted) s WHERE ended"); n != 1 {
		t.Fatalf("ended %d sessions, want the one that holds the book", n)
	}
}

// hold takes the book and fails the test on an error.
func hold(t testing.TB, db *sqlx.DB) *batch.Book {
	t.Helper()
	book, err := batch.LockBook(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// No transaction that was fenced commits once another process has the book, and no other process gets the book while
// such a transaction is open.
func TestFence(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	exec(t, db, "CREATE TABLE done (n integer)")
	old := hold(t, db)
	write := func(book *batch.Book) error {
		return database.InTx(t.Context(), db, func(tx *sqlx.Tx) error {
			if err := book.Fence(t.Context(), tx); err != nil {
				return err
			}
			_, err := tx.ExecContext(t.Context(), "INSERT INTO done VALUES (1)")
			return err
		})
	}
	if err := write(old); err != nil {
		t.Fatalf("the holder is refused: %v", err)
	}
	late, err := db.BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Fence(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	endHolder(t, db)
	if _, err := batch.LockBook(t.Context(), db); !errors.Is(err, batch.ErrLocked) {
		t.Errorf("got %v, want that the book is refused while the old holder has a transaction open", err)
	}
	if err := write(old); !errors.Is(err, batch.ErrLockLost) {
		t.Errorf("got %v for a transaction after the session ended, want %v", err, batch.ErrLockLost)
	}
	if err := late.Commit(); err != nil {
		t.Fatal(err)
	}
	next := hold(t, db)
	if err := write(old); !errors.Is(err, batch.ErrLockLost) {
		t.Errorf("got %v for a transaction of the old holder, want %v", err, batch.ErrLockLost)
	}
	if err := write(next); err != nil {
		t.Errorf("the new holder is refused: %v", err)
	}
	next.Release()
	if err := write(next); !errors.Is(err, batch.ErrLockLost) {
		t.Errorf("got %v after the release, want %v", err, batch.ErrLockLost)
	}
	if n := number(t, db, "SELECT count(*) FROM done"); n != 2 {
		t.Errorf("%d transactions committed, want 2", n)
	}
}

// Who takes the book ends the transactions of an earlier holder that take longer than a chunk may.
func TestFenceOfFrozen(t *testing.T) {
	t.Parallel()
	db := newBook(t, 2)
	frozen, err := db.BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	old := hold(t, db)
	if err := old.Fence(t.Context(), frozen); err != nil {
		t.Fatal(err)
	}
	endHolder(t, db)
	r := newRunner(db, &step{name: "one"})
	r.Patience = 1 // nanosecond
	run(t, r, "2026-08-31")
	if err := frozen.Commit(); err == nil {
		t.Error("the frozen transaction committed")
	}
}

// waitFor waits until a condition on the database is true.
func waitFor(t testing.TB, db *sqlx.DB, condition string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), atLast)
	defer cancel()
	for is := false; !is; {
		if err := db.GetContext(ctx, &is, "SELECT "+condition+" FROM pg_sleep(0.01)"); err != nil {
			t.Fatalf("wait for %s: %v", condition, err)
		}
	}
}

// losing is a step that meets the loss of the lock in its second chunk, the first time.
func losing(lose func(ctx context.Context, tx *sqlx.Tx)) *step {
	s := &step{name: "one"}
	lost := false
	s.apply = func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
		if c.Seq == 2 && !lost {
			lost = true
			lose(ctx, tx)
		}
		return counted(context.WithoutCancel(ctx), tx, c) // it pays no heed
	}
	return s
}

// loses runs a date whose lock is lost, and wants at least so many chunks done and the run in a state.
func loses(t *testing.T, r *batch.Runner, done int64, state string) {
	t.Helper()
	if _, err := r.Run(t.Context(), day("2026-08-31")); !errors.Is(err, batch.ErrLockLost) {
		t.Fatalf("got %v, want %v", err, batch.ErrLockLost)
	}
	waitFor(t, r.DB, fmt.Sprintf("EXISTS (SELECT FROM run WHERE state = '%s')", state)) // a busy database notes it later
	summary, err := batch.LoadSummary(t.Context(), r.DB, 1)
	if err != nil {
		t.Fatal(err)
	}
	if s := summary.Steps[0]; s.State != "RUNNING" || s.Chunks-s.Pending < done {
		t.Errorf("got %+v, want %d chunks done", s, done)
	}
	if why := summary.StoppedBecause; state == "STOPPED" && !strings.Contains(why, "lock of the book was lost") {
		t.Errorf("stopped because %q", why)
	}
}

// resumes runs the date of a run that lost its lock once more: it does what was left.
func resumes(t *testing.T, r *batch.Runner) {
	t.Helper()
	summary := run(t, r, "2026-08-31")
	if s := summary.Steps[0]; summary.Run != 1 || summary.State != "CLOSED" || s.Read != 6 || s.Changed != 3 {
		t.Errorf("got %+v, want run 1 closed with every loan counted once", summary)
	}
}

// A run whose lock is lost while a chunk works ends, does not commit the chunk, says why, and can be resumed.
func TestLockLost(t *testing.T) {
	t.Parallel()
	db := newBook(t, 6)
	r := newRunner(db, losing(func(ctx context.Context, _ *sqlx.Tx) {
		endHolder(t, db)
		<-ctx.Done()
	}))
	loses(t, r, 1, "STOPPED")
	resumes(t, r)
}

// A chunk that ends before the loss is noticed counts, for nobody else got the book. The next one is refused.
func TestLockLostUnnoticed(t *testing.T) {
	t.Parallel()
	db := newBook(t, 6)
	r := newRunner(db, losing(func(context.Context, *sqlx.Tx) { endHolder(t, db) }))
	loses(t, r, 1, "STOPPED")
	resumes(t, r)
}

// A run ends although its chunk hangs for ever.
func TestLockLostDeaf(t *testing.T) {
	t.Parallel()
	db := newBook(t, 6)
	end := make(chan struct{})
	r := newRunner(db, losing(func(context.Context, *sqlx.Tx) {
		endHolder(t, db)
		<-end
	}))
	loses(t, r, 1, "STOPPED")
	book := hold(t, db) // the transaction of the chunk was ended
	close(end)
	book.Release()
	resumes(t, r)
}

// A run whose book was taken leaves the run ledger to the new holder.
func TestLockTaken(t *testing.T) {
	t.Parallel()
	db := newBook(t, 6)
	rival := make(chan *batch.Book, 1)
	r := newRunner(db, losing(func(ctx context.Context, _ *sqlx.Tx) {
		go func() {
			book, err := batch.LockBook(context.WithoutCancel(ctx), db)
			if err != nil {
				t.Error(err)
			}
			rival <- book
		}()
		waitFor(t, db, "EXISTS (SELECT FROM "+bookLocks+" AND NOT granted)")
		endHolder(t, db)
		<-ctx.Done()
	}))
	loses(t, r, 1, "RUNNING")
	if book := <-rival; book != nil {
		book.Release()
	}
	resumes(t, r)
}

// A step that loses the lock after its chunks cannot finish.
func TestLockLostInFinish(t *testing.T) {
	t.Parallel()
	db := newBook(t, 6)
	f := &finisher{step: step{name: "one"}}
	f.finish = func(ctx context.Context, db *sqlx.DB, run batch.Run) error {
		f.finish = func(context.Context, *sqlx.DB, batch.Run) error { return nil }
		endHolder(t, db)
		return run.InTx(context.WithoutCancel(ctx), db, func(*sqlx.Tx) error {
			t.Error("its transaction goes on")
			return nil
		})
	}
	loses(t, newRunner(db, f), 3, "STOPPED")
	resumes(t, newRunner(db, f))
}

// A session that hears nothing is lost. If the database is behind the same line, a query that hangs does not keep the
// run, and the error says that the database is gone.
func TestLineCut(t *testing.T) {
	t.Parallel()
	for _, all := range []bool{false, true} {
		t.Run(fmt.Sprintf("all %t", all), func(t *testing.T) {
			t.Parallel()
			url := pgtest.NewURL(t)
			db := open(t, url)
			fill(t, db, 6)
			proxy := pgtest.NewProxy(t, url)
			s := losing(func(ctx context.Context, tx *sqlx.Tx) {
				proxy.Cut()
				_, _ = tx.ExecContext(ctx, "SELECT 1") // it hangs if it is behind the line
				<-ctx.Done()
			})
			r := newRunner(db, s)
			r.Direct = open(t, proxy.URL)
			if all {
				r.DB = r.Direct
				summary, err := r.Run(t.Context(), day("2026-08-31"))
				if !errors.Is(err, batch.ErrLockLost) || !database.IsConnectionLost(err) {
					t.Errorf("got %+v, %v, want lock and database lost", summary, err)
				}
			} else {
				loses(t, r, 1, "STOPPED")
			}
			proxy.Mend()
			waitFor(t, db, "NOT EXISTS (SELECT FROM "+bookLocks+")")
			resumes(t, newRunner(db, s))
		})
	}
}

// A server that ends sessions which are idle does not end the one that holds the book.
func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	url := pgtest.NewURL(t)
	db := open(t, url)
	fill(t, db, 6)
	exec(t, db, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET idle_session_timeout = 500', current_database()); END $$`)
	limited := open(t, url)
	r := newRunner(db, losing(func(context.Context, *sqlx.Tx) {
		idle, err := limited.Conn(t.Context())
		if err != nil {
			t.Error(err)
			return
		}
		defer idle.Close()
		var session int64
		if err := idle.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&session); err != nil {
			t.Error(err)
			return
		}
		waitFor(t, db, fmt.Sprintf("NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %d)", session))
	}))
	r.Direct = limited
	resumes(t, r)
}

// A server that is killed takes the lock with it, and what it had not written: the run ends, and the next one does what
// is left.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	own := pgtest.NewOwn(t)
	db := open(t, own.URL)
	fill(t, db, 6)
	exec(t, db, "CHECKPOINT") // the server's commits are lazy, and the book is not what it loses here
	r := newRunner(db, losing(func(ctx context.Context, _ *sqlx.Tx) {
		own.Kill()
		<-ctx.Done()
	}))
	summary, err := r.Run(t.Context(), day("2026-08-31"))
	if !errors.Is(err, batch.ErrLockLost) || !database.IsConnectionLost(err) {
		t.Errorf("got %+v, %v, want lock and database lost", summary, err)
	}
	own.Start()
	resumes(t, r)
}

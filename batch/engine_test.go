package batch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// A run lays each step out in chunks that together are the book, applies each once, and sums what they did.
func TestChunks(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			t.Parallel()
			db := newBook(t, 7)
			r := newRunner(db, &step{name: "one"}, &step{name: "two"})
			r.Workers, r.ChunkSize = workers, 3
			summary := run(t, r, "2026-08-31")
			for _, name := range []string{"one", "two"} {
				want := []string{"1: 1-3 DONE 1", "2: 4-6 DONE 1", "3: 7-7 DONE 1"}
				if diff := cmp.Diff(want, chunks(t, db, name)); diff != "" {
					t.Errorf("chunks of %s (-want +got):\n%s", name, diff)
				}
			}
			want := []batch.StepSummary{
				{Step: "one", State: "DONE", Chunks: 3, Read: 7, Changed: 3, Amount: 12, Counts: map[string]int64{"even": 3}},
				{Step: "two", State: "DONE", Chunks: 3, Read: 7, Changed: 3, Amount: 12, Counts: map[string]int64{"even": 3}},
			}
			if diff := cmp.Diff(want, summary.Steps); diff != "" || summary.State != "CLOSED" {
				t.Errorf("state %s, steps (-want +got):\n%s", summary.State, diff)
			}
		})
	}
}

// A run that stopped goes on with the chunk that failed, and does no chunk twice.
func TestResume(t *testing.T) {
	t.Parallel()
	db := newBook(t, 6)
	var applied calls
	broken := errors.New("broken")
	s := &step{name: "one"}
	s.apply = func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
		applied.add("chunk %d", c.Seq)
		if c.Seq == 2 && len(applied.list) == 2 {
			return batch.Tally{}, broken
		}
		return counted(ctx, tx, c)
	}
	r := newRunner(db, s, &step{name: "two"})
	summary, err := r.Run(t.Context(), day("2026-08-31"))
	const place = "run 2026-08-31: step one: chunk 2: broken"
	if !errors.Is(err, broken) || err.Error() != place {
		t.Fatalf("got %v, want %s", err, place)
	}
	if summary == nil || summary.State != "STOPPED" || summary.StoppedBecause != place {
		t.Fatalf("got %+v, want it stopped with the place", summary)
	}
	summary = run(t, r, "2026-08-31")
	if diff := cmp.Diff([]string{"chunk 1", "chunk 2", "chunk 2", "chunk 3"}, applied.take()); diff != "" {
		t.Errorf("applied (-want +got):\n%s", diff)
	}
	if summary.State != "CLOSED" || summary.Run != 1 || summary.StoppedBecause != "" {
		t.Errorf("got %+v, want run 1 closed", summary)
	}
}

// An interrupted run finishes the chunk that is under way, begins no other, and says that it was stopped. The next run does
// what is left.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	db := newBook(t, 3)
	ctx, interrupt := context.WithCancel(t.Context())
	var applied []int
	s := &step{name: "one", apply: func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
		interrupt()
		applied = append(applied, c.Seq)
		_, err := tx.ExecContext(ctx, "SELECT 1")
		return batch.Tally{Read: 1}, err
	}}
	r := newRunner(db, s)
	r.Workers, r.ChunkSize = 1, 1
	summary, err := r.Run(ctx, day("2026-08-31"))
	if !errors.Is(err, context.Canceled) || summary == nil || summary.StoppedBecause != "interrupted" {
		t.Fatalf("got %+v, %v, want it interrupted", summary, err)
	}
	if len(applied) != 1 || summary.Steps[0].Read != 1 {
		t.Fatalf("applied chunks %v, committed %d loans, want one", applied, summary.Steps[0].Read)
	}
	if _, err := r.Run(t.Context(), day("2026-08-31")); err != nil {
		t.Fatal(err)
	}
	slices.Sort(applied)
	if len(slices.Compact(applied)) != 3 || len(applied) != 3 {
		t.Errorf("applied chunks %v, want each of three once", applied)
	}
}

// What does not end within the grace is cut off.
func TestInterruptedHanging(t *testing.T) {
	t.Parallel()
	db := newBook(t, 2)
	ctx, interrupt := context.WithCancel(t.Context())
	s := &step{name: "one", apply: func(ctx context.Context, _ *sqlx.Tx, _ batch.Chunk) (batch.Tally, error) {
		interrupt()
		<-ctx.Done()
		return batch.Tally{}, ctx.Err()
	}}
	r := newRunner(db, s)
	r.Grace = time.Millisecond
	summary, err := r.Run(ctx, day("2026-08-31"))
	if err == nil || summary == nil || summary.StoppedBecause != "interrupted" || summary.Steps[0].Read != 0 {
		t.Errorf("got %+v, %v, want it interrupted", summary, err)
	}
}

// A loan that cannot be decided is listed once for a reason, keeps the run of its first time, and is resolved by the
// first run that can decide it.
func TestExceptions(t *testing.T) {
	t.Parallel()
	db := newBook(t, 4)
	undecidable := true
	s := &step{name: "one"}
	s.apply = func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
		tally, err := counted(ctx, tx, c)
		for _, loan := range []int64{3, 3} {
			if undecidable && c.After < loan && loan <= c.Last && err == nil {
				err = tally.Except(loan, &rules.Undecidable{Code: "TEST", Detail: "for the test"})
			}
		}
		return tally, err
	}
	r := newRunner(db, s)
	for n, date := range []string{"2026-08-29", "2026-08-30"} {
		want := []batch.ExceptionSummary{{Step: "one", LoanID: "L3", Code: "TEST", Detail: "for the test", FirstRun: 1}}
		if diff := cmp.Diff(want, run(t, r, date).Exceptions); diff != "" {
			t.Errorf("run %d (-want +got):\n%s", n+1, diff)
		}
	}
	undecidable = false
	if got := run(t, r, "2026-08-31").Exceptions; len(got) > 0 {
		t.Errorf("run 3 has exceptions %+v", got)
	}
	if n := number(t, db, "SELECT count(*) FROM run_exception WHERE resolved_run = 3"); n != 2 {
		t.Errorf("%d exceptions are resolved by run 3, want 2", n)
	}
}

// Only an undecidable loan is an exception: another error is an error.
func TestExceptOtherError(t *testing.T) {
	t.Parallel()
	var tally batch.Tally
	broken := errors.New("broken")
	if err := tally.Except(1, broken); !errors.Is(err, broken) || len(tally.Exceptions) > 0 {
		t.Errorf("got %v and %+v, want the error", err, tally.Exceptions)
	}
}

// A step whose Finish asks for it is taken back: chunks pending, exceptions gone, the run stopped. The next call does it
// again. Another error of Finish leaves the chunks done.
func TestRedo(t *testing.T) {
	t.Parallel()
	db := newBook(t, 4)
	fault := fmt.Errorf("not yet: %w", batch.ErrRedo)
	f := &finisher{step: step{name: "one"}}
	f.finish = func(context.Context, *sqlx.DB, batch.Run) error { return fault }
	r := newRunner(db, f)
	summary, err := r.Run(t.Context(), day("2026-08-31"))
	if !errors.Is(err, batch.ErrRedo) || summary.State != "STOPPED" || f.undone != 1 {
		t.Fatalf("got %+v, %v and %d times undone, want it stopped and undone once", summary, err, f.undone)
	}
	if diff := cmp.Diff([]string{"1: 1-2 PENDING 1", "2: 3-4 PENDING 1"}, chunks(t, db, "one")); diff != "" {
		t.Errorf("chunks (-want +got):\n%s", diff)
	}
	if summary.Steps[0].Read != 0 || summary.Steps[0].Counts != nil {
		t.Errorf("got %+v, want nothing counted", summary.Steps[0])
	}
	fault = errors.New("no disk")
	summary, err = r.Run(t.Context(), day("2026-08-31"))
	if !errors.Is(err, fault) || f.undone != 1 || summary.Steps[0].Pending != 0 || summary.Steps[0].Read != 4 {
		t.Fatalf("got %+v, %v and %d times undone, want the chunks done", summary, err, f.undone)
	}
	fault = nil
	run(t, r, "2026-08-31")
}

// What Finish writes commits for the run, and is on disk when it is said.
func TestFinishInTx(t *testing.T) {
	t.Parallel()
	db := newBook(t, 2)
	var mode string
	f := &finisher{step: step{name: "one"}, finish: func(ctx context.Context, db *sqlx.DB, run batch.Run) error {
		return run.InTx(ctx, db, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &mode, "SHOW synchronous_commit") })
	}}
	run(t, newRunner(db, f), "2026-08-31")
	if mode != "on" || number(t, db, "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off'") != 1 {
		t.Errorf("synchronous_commit is %s in Finish, want on where the server has off", mode)
	}
}

// Every error that a caller branches on is what Run or Join returns in its case.
func TestErrors(t *testing.T) {
	t.Parallel()
	broken := &step{name: "broken", apply: func(context.Context, *sqlx.Tx, batch.Chunk) (batch.Tally, error) {
		return batch.Tally{}, errors.New("broken")
	}}
	short := &step{name: "short", apply: func(context.Context, *sqlx.Tx, batch.Chunk) (batch.Tally, error) {
		return batch.Tally{Read: 1}, nil
	}}
	meddled := &step{name: "meddled", apply: func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
		tally, err := counted(ctx, tx, c)
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE run SET state = 'ABANDONED', finished_at = started_at")
		}
		return tally, err
	}}
	good := &step{name: "good"}
	for _, c := range []struct {
		name    string
		loans   int
		prepare func(t *testing.T, db *sqlx.DB)
		plan    batch.Plan
		want    error
		says    string
	}{
		{name: "closed", prepare: ran("2026-08-31", good), plan: batch.Plan{good}, want: batch.ErrClosed, says: "closed up to 2026-08-31"},
		{name: "closed later", prepare: ran("2026-09-01", good), plan: batch.Plan{good}, want: batch.ErrBeforeBook, says: "the first night was 2026-09-01, and the book is closed up to 2026-09-01"},
		{name: "unfinished", prepare: stopped("2026-08-30", broken), plan: batch.Plan{broken}, want: batch.ErrUnfinished, says: "2026-08-30"},
		{name: "plan changed", prepare: stopped("2026-08-31", broken), plan: batch.Plan{good}, want: batch.ErrPlanChanged, says: "run 1"},
		{name: "empty book", loans: -1, plan: batch.Plan{good}, want: batch.ErrEmptyBook},
		{name: "not all read", plan: batch.Plan{short}, want: batch.ErrReconcile, says: "step short: loans were not read: chunk 1 read 1 of 2"},
		{name: "ledger changed", plan: batch.Plan{meddled}, want: batch.ErrLedger, says: "close the run"},
		{name: "locked", prepare: locked, plan: batch.Plan{good}, want: batch.ErrLocked},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := newBook(t, 4+4*min(c.loans, 0))
			if c.prepare != nil {
				c.prepare(t, db)
			}
			_, err := newRunner(db, c.plan...).Run(t.Context(), day("2026-08-31"))
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.says)
			}
		})
	}
}

// ran is a book with a closed run.
func ran(date string, s batch.Step) func(t *testing.T, db *sqlx.DB) {
	return func(t *testing.T, db *sqlx.DB) { run(t, newRunner(db, s), date) }
}

// stopped is a book with a run that stopped.
func stopped(date string, s batch.Step) func(t *testing.T, db *sqlx.DB) {
	return func(t *testing.T, db *sqlx.DB) {
		summary, err := newRunner(db, s).Run(t.Context(), day(date))
		if err == nil || summary.State != "STOPPED" {
			t.Fatalf("got %+v, %v, want a run that stopped", summary, err)
		}
	}
}

// locked is a book that somebody holds.
func locked(t *testing.T, db *sqlx.DB) {
	book, err := batch.LockBook(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(book.Release)
}

// The run ledger is looked at in every change of a state: if a row is not as this run left it, the run stops.
func TestLedgerChanged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, inApply, inFinish, says string }{
		{
			name: "chunk done", says: "step one: mark a chunk done",
			inApply: "UPDATE run_chunk SET state = 'DONE', finished_at = now() WHERE step = 'one' AND seq = 1",
		},
		{
			name: "chunk pending again", says: "step one: finish the step",
			inFinish: "UPDATE run_chunk SET state = 'PENDING', finished_at = NULL WHERE step = 'one' AND seq = 1",
		},
		{
			name: "step finished", says: "step one: finish the step",
			inFinish: "UPDATE run_step SET finished_at = now() WHERE step = 'one'",
		},
		{
			name: "part of a pass begun", says: "step two: begin the step",
			inFinish: "UPDATE run_step SET started_at = now() WHERE step = 'three'",
		},
		{
			name: "step gone", says: "step two: find the step",
			inFinish: "DELETE FROM run_step WHERE step IN ('two', 'three')",
		},
		{
			name: "run stopped", says: "close the run",
			inFinish: "UPDATE run SET state = 'STOPPED', stopped_because = 'by hand'",
		},
		{
			name: "run abandoned", says: "note why the run stopped: stop the run",
			inFinish: "UPDATE run SET state = 'ABANDONED', finished_at = now()",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := newBook(t, 4)
			one := &finisher{step: step{name: "one"}}
			one.apply = func(ctx context.Context, tx *sqlx.Tx, c2 batch.Chunk) (batch.Tally, error) {
				tally, err := counted(ctx, tx, c2)
				if err == nil && c.inApply != "" {
					_, err = tx.ExecContext(ctx, c.inApply)
				}
				return tally, err
			}
			one.finish = func(ctx context.Context, db *sqlx.DB, _ batch.Run) (err error) {
				if c.inFinish != "" {
					_, err = db.ExecContext(ctx, c.inFinish)
				}
				return err
			}
			_, err := newRunner(db, one, pass{"two", "three"}).Run(t.Context(), day("2026-08-31"))
			if !errors.Is(err, batch.ErrLedger) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v with %q", err, batch.ErrLedger, c.says)
			}
		})
	}
}

// pass does two steps of the plan at once.
type pass struct{ first, second string }

func (p pass) Name() string { return p.first }

func (p pass) Parts() []batch.Part {
	even := strings.Replace(pickAll, "WHERE", "WHERE s.loan % 2 = 0 AND", 1)
	return []batch.Part{{Name: p.first, Picks: pickAll}, {Name: p.second, Picks: even}}
}

var pickAll = database.Query("run", "PickBook")

func (p pass) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	tally, err := counted(ctx, tx, c)
	tally.Others = []batch.Tally{{Read: tally.Changed, Changed: 0}}
	return tally, err
}

// The steps of a pass have the same chunks; each has its row, its counts and what it picked.
func TestPass(t *testing.T) {
	t.Parallel()
	db := newBook(t, 5)
	summary := run(t, newRunner(db, pass{"one", "two"}), "2026-08-31")
	want := []batch.StepSummary{
		{Step: "one", State: "DONE", Chunks: 3, Read: 5, Changed: 2, Amount: 6, Counts: map[string]int64{"even": 2}},
		{Step: "two", State: "DONE", Chunks: 3, Read: 2},
	}
	if diff := cmp.Diff(want, summary.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(chunks(t, db, "one"), chunks(t, db, "two")); diff != "" {
		t.Errorf("chunks (-one +two):\n%s", diff)
	}
}

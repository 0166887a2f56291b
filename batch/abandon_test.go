package batch_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// A date far after today's, or before the book's first, is refused, unless somebody says why it is right: then the run
// keeps the reason, and is resumed without it.
func TestMistypedDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, today, date, allow string
		closed                   string // a date that was closed before
		says                     string // empty: it is run
	}{
		{name: "today", today: "2026-08-31", date: "2026-08-31"},
		{name: "a week ahead", today: "2026-08-31", date: "2026-09-07"},
		{name: "more than a week ahead", today: "2026-08-31", date: "2026-09-08", says: "it is 8 days after today, 2026-08-31"},
		{name: "more than a week ahead on purpose", today: "2026-08-31", date: "2026-09-08", allow: "a test"},
		{name: "no calendar", date: "2099-12-31"},
		{name: "the book's first date", today: "2026-08-31", date: "2026-05-01"},
		{name: "before it", today: "2026-08-31", date: "2026-04-30", says: "before the first loan was opened, on 2026-05-01"},
		{name: "before it on purpose", today: "2026-08-31", date: "2026-04-30", allow: "a test"},
		{name: "before it, after a closed date", today: "2026-08-31", date: "2026-04-30", closed: "2026-04-29"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := newBook(t, 2)
			r := newRunner(db, &step{name: "one"})
			if c.closed != "" {
				r.AllowDate = "it came before"
				run(t, r, c.closed)
			}
			r.AllowDate = c.allow
			if c.today != "" {
				r.Today = day(c.today)
			}
			summary, err := r.Run(t.Context(), day(c.date))
			if (c.says != "") != errors.Is(err, batch.ErrDate) || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want %q", err, c.says)
			}
			if c.says != "" {
				if n := number(t, db, "SELECT count(*) FROM run"); n > 0 {
					t.Errorf("a refused date left %d runs", n)
				}
				return
			}
			want := "a test"
			if c.allow != "" {
				want += "; the date is right: a test"
			}
			if summary.State != "CLOSED" || summary.Why != want {
				t.Errorf("got %+v, want it closed, why %q", summary, want)
			}
		})
	}
}

// A run of an unusual date that was allowed once is resumed without another reason.
func TestAllowedDateResumes(t *testing.T) {
	t.Parallel()
	db := newBook(t, 2)
	broken := errors.New("broken")
	s := &step{name: "one", apply: func(context.Context, *sqlx.Tx, batch.Chunk) (batch.Tally, error) { return batch.Tally{}, broken }}
	r := newRunner(db, s)
	r.Today, r.AllowDate = day("2026-08-31"), "a test"
	if _, err := r.Run(t.Context(), day("2027-08-31")); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	s.apply, r.AllowDate = nil, ""
	run(t, r, "2027-08-31")
}

// Nobody waits for a run that nobody will open.
func TestJoinMistypedDate(t *testing.T) {
	t.Parallel()
	r := newRunner(newBook(t, 2), &step{name: "one"})
	r.Today = day("2026-08-31")
	if err := r.Join(t.Context(), day("2027-08-31")); !errors.Is(err, batch.ErrDate) {
		t.Errorf("got %v, want %v", err, batch.ErrDate)
	}
}

// leaver is a step that leaves something behind.
type leaver struct {
	step
	abandon func(ctx context.Context, tx *sqlx.Tx, run batch.Run) error
}

func (l *leaver) Abandon(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	return l.abandon(ctx, tx, run)
}

// A run in which no chunk changed anything is taken back with what its steps left: its exceptions are gone, those that it
// resolved are as before, and an earlier date can be run.
func TestAbandon(t *testing.T) {
	t.Parallel()
	db := newBook(t, 6)
	exec(t, db, "CREATE TABLE left_behind (n integer)")
	undecidable := int64(1)
	broken := errors.New("broken")
	l := &leaver{}
	l.name = "one"
	l.abandon = func(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
		if run.Date != day("2026-09-30") || run.ID != 2 || run.Previous != day("2026-08-30") || run.LastLoan != 6 {
			t.Errorf("got %+v", run)
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM left_behind")
		return err
	}
	stops := false
	l.apply = func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
		if c.Seq == 3 && stops {
			return batch.Tally{}, broken
		}
		tally := batch.Tally{Read: 2}
		_, err := tx.ExecContext(ctx, "INSERT INTO left_behind VALUES ($1)", c.Seq)
		if err == nil && c.After < undecidable && undecidable <= c.Last {
			err = tally.Except(undecidable, &rules.Undecidable{Code: "TEST", Detail: "for the test"})
		}
		return tally, err
	}
	r := newRunner(db, l)
	run(t, r, "2026-08-30") // loan 1 is undecidable
	exec(t, db, "DELETE FROM left_behind")
	undecidable, stops = 3, true // the mistyped run resolves loan 1 and quarantines loan 3
	if _, err := r.Run(t.Context(), day("2026-09-30")); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if n := number(t, db, "SELECT count(*) FROM run_exception WHERE resolved_run = 2"); n != 1 {
		t.Fatalf("the run resolved %d exceptions, want 1", n)
	}
	if err := r.Abandon(t.Context(), 2, "meant August"); err != nil {
		t.Fatal(err)
	}
	summary, err := batch.LoadSummary(t.Context(), db, 2)
	if err != nil || summary.State != "ABANDONED" || summary.Why != "a test; abandoned by tester: meant August" || summary.Finished == nil {
		t.Errorf("got %+v, %v, want it abandoned", summary, err)
	}
	if n := number(t, db, "SELECT count(*) FROM left_behind"); n != 0 {
		t.Errorf("%d rows are left behind", n)
	}
	if n := number(t, db, "SELECT count(*) FROM run_exception WHERE run = 1 AND resolved_run IS NULL"); n != 1 || len(summary.Exceptions) > 0 {
		t.Errorf("%d exceptions are open, and the run has %+v; want 1 and none", n, summary.Exceptions)
	}
	stops = false
	for _, date := range []string{"2026-08-31", "2026-09-30"} {
		run(t, r, date)
	}
	if diff := cmp.Diff(int64(2), number(t, db, "SELECT count(*) FROM run WHERE business_date = '2026-09-30'")); diff != "" {
		t.Errorf("runs of the date (-want +got):\n%s", diff)
	}
}

// A run that is finished, changed something or cannot be taken back by its steps stays as it is.
func TestAbandonRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	failing := func(changed int64) *leaver {
		l := &leaver{abandon: func(context.Context, *sqlx.Tx, batch.Run) error { return nil }}
		l.name = "one"
		l.apply = func(_ context.Context, _ *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
			if c.Seq == 2 {
				return batch.Tally{}, broken
			}
			return batch.Tally{Read: 2, Changed: changed}, nil
		}
		return l
	}
	made := failing(0)
	made.abandon = func(ctx context.Context, tx *sqlx.Tx, _ batch.Run) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM run_chunk")
		return errors.Join(err, batch.ErrAbandon)
	}
	for _, c := range []struct {
		name  string
		opens batch.Step // the run
		takes batch.Step // it back
		run   int64
		want  error
		says  string
	}{
		{"changed", failing(2), failing(2), 1, batch.ErrAbandon, "chunk 1 of step one changed 2 loans"},
		{"closed", &step{name: "one"}, &step{name: "one"}, 1, batch.ErrAbandon, "it is CLOSED"},
		{"refused by a step", made, made, 1, batch.ErrAbandon, "step one"},
		{"another plan", failing(0), &step{name: "two"}, 1, batch.ErrPlanChanged, ""},
		{"no such run", failing(0), failing(0), 2, sql.ErrNoRows, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := newBook(t, 4)
			before, err := newRunner(db, c.opens).Run(t.Context(), day("2026-08-31"))
			if err != nil && !errors.Is(err, broken) {
				t.Fatal(err)
			}
			err = newRunner(db, c.takes).Abandon(t.Context(), c.run, "a test")
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.says)
			}
			after, err := batch.LoadSummary(t.Context(), db, 1)
			if diff := cmp.Diff(before, after); diff != "" || err != nil {
				t.Errorf("the run changed (-before +after), %v:\n%s", err, diff)
			}
		})
	}
}

// A run that somebody works on is not taken from under them.
func TestAbandonLocked(t *testing.T) {
	t.Parallel()
	db := newBook(t, 2)
	locked(t, db)
	if err := newRunner(db, &step{name: "one"}).Abandon(t.Context(), 1, "a test"); !errors.Is(err, batch.ErrLocked) {
		t.Errorf("got %v, want %v", err, batch.ErrLocked)
	}
}

package step_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// whole is a checksum of every column of every row of every table, and how far the sequences are.
func whole(t testing.TB, db *sqlx.DB) map[string]string {
	t.Helper()
	var tables []string
	if err := db.Select(&tables, "SELECT tablename FROM pg_tables WHERE schemaname = 'furnisher'"); err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, table := range tables {
		var sum string
		query := fmt.Sprintf("SELECT count(*) || ' rows ' || coalesce(md5(string_agg(CAST(r AS text), E'\\n' ORDER BY CAST(r AS text))), '') FROM %s r", table)
		if err := db.Get(&sum, query); err != nil {
			t.Fatal(err)
		}
		sums[table] = sum
	}
	var sequences string
	if err := db.Get(&sequences, "SELECT string_agg(format('%s %s', sequencename, last_value), ', ' ORDER BY sequencename) FROM pg_sequences"); err != nil {
		t.Fatal(err)
	}
	sums["sequences"] = sequences
	return sums
}

// try tries a night, with would-be files in a folder of the test's own, and returns its summary and that folder.
func try(t testing.TB, db *sqlx.DB, date string, change func(*batch.Runner)) (*batch.Summary, string, error) {
	t.Helper()
	dir := t.TempDir()
	var summary *batch.Summary
	err := batch.Try(t.Context(), db, db, func(ctx context.Context, trial *batch.Trial) (err error) {
		r := runner(db, dir)
		r.Plan = step.Nightly(bureau.Files{Dir: dir, VendorVersion: "1.0", Vault: vault, Mark: ".dry-run"})
		r.Trial = trial
		if change != nil {
			change(r)
		}
		summary, err = r.Run(ctx, day(date))
		return err
	})
	return summary, dir, err
}

// sameSummary leaves out of two summaries when and how fast they were made, and where files are.
var sameSummary = cmp.Options{
	cmpopts.IgnoreFields(batch.Summary{}, "Started", "Finished"), cmpopts.IgnoreFields(batch.StepSummary{}, "Seconds"),
	cmpopts.IgnoreFields(batch.FileSummary{}, "Path"),
}

// A night that is tried decides as the real one does, writes the files that it would write, and leaves every table, every
// sequence and the folder of the files as they were: a new night, and one that goes on with a night that was interrupted.
func TestDryRun(t *testing.T) {
	t.Parallel()
	for _, interrupted := range []bool{false, true} {
		t.Run(fmt.Sprintf("interrupted %t", interrupted), func(t *testing.T) {
			t.Parallel()
			db, dir := pgtest.New(t), t.TempDir()
			e := age(t, db, crashBook())
			e["terminations"] = "loan_id,terminated_on,source,reason\nL3,2026-07-20,,ERRO\n"
			e.add("loans", "LX,PL,P1,ACCTX,2026-05-01,1000.00,10,100.00,ACTIVE,2026-05-01,,SERVICING,,,") // without a consumer: an exception
			e.load(t, db)
			if interrupted {
				ctx, stop := context.WithCancel(t.Context())
				r := runner(db, dir)
				log := logrus.New()
				log.SetOutput(t.Output())
				log.AddHook(stopper{"export", stop})
				r.Log = log
				if _, err := r.Run(ctx, day("2026-09-30")); err == nil || ctx.Err() == nil {
					t.Fatalf("got %v, want it interrupted", err)
				}
			}
			before, filesBefore := whole(t, db), fileHashes(t, dir)
			var tried []*batch.Summary
			var would map[string]string
			for range 2 { // the second time is as the first
				summary, at, err := try(t, db, "2026-09-30", nil)
				if err != nil {
					t.Fatal(err)
				}
				tried, would = append(tried, summary), fileHashes(t, at)
				if diff := cmp.Diff(before, whole(t, db)); diff != "" {
					t.Errorf("tables differ (-before +after):\n%s", diff)
				}
				if diff := cmp.Diff(filesBefore, fileHashes(t, dir)); diff != "" {
					t.Errorf("files differ (-before +after):\n%s", diff)
				}
			}
			real := night(t, db, dir, "2026-09-30")
			for _, summary := range tried {
				if diff := cmp.Diff(real, summary, sameSummary); diff != "" {
					t.Errorf("the dry run differs from the night (-night +dry run):\n%s", diff)
				}
			}
			if len(real.Files) == 0 || real.ExceptionLoans == 0 {
				t.Fatalf("%d files and %d exceptions: want some", len(real.Files), real.ExceptionLoans)
			}
			want := map[string]string{}
			for name, hash := range fileHashes(t, dir) {
				want[name+".dry-run"] = hash
			}
			if diff := cmp.Diff(want, would); diff != "" {
				t.Errorf("the would-be files are not the night's (-night +dry run):\n%s", diff)
			}
		})
	}
}

// atStep calls f once, when a step begins.
type atStep struct {
	step string
	f    func()
	done *bool
}

// Levels are those of what the hook hears.
func (atStep) Levels() []logrus.Level { return []logrus.Level{logrus.InfoLevel} }

// Fire calls f.
func (a atStep) Fire(e *logrus.Entry) error {
	if e.Message == "step begins" && e.Data["step"] == a.step && !*a.done {
		*a.done = true
		a.f()
	}
	return nil
}

// during lets f happen when a step of a run begins.
func during(t *testing.T, r *batch.Runner, step string, f func()) {
	log := logrus.New()
	log.SetOutput(t.Output())
	log.AddHook(atStep{step, f, new(bool)})
	r.Log = log
}

// beside is the export with something beside each of its chunks.
type beside struct {
	step.Export
	f func()
}

// Apply calls f before it does the chunk.
func (b *beside) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	b.f()
	return b.Export.Apply(ctx, tx, c)
}

// A worker that waits for a killed night to go on does nothing in a dry run of it: what it did would stay.
func TestDryRunHasNoWorkers(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	age(t, db, crashBook())
	r := runner(db, dir)
	ctx, stop := context.WithCancel(t.Context())
	during(t, r, "export", stop)
	if _, err := r.Run(ctx, day("2026-09-30")); err == nil {
		t.Fatal("the night was not interrupted")
	}
	db.MustExec("UPDATE run SET state = 'RUNNING', stopped_because = NULL WHERE run = 2")
	before := whole(t, db)
	began := 0
	_, _, err := try(t, db, "2026-09-30", func(r *batch.Runner) {
		r.Plan[2] = &beside{Export: r.Plan[2].(step.Export), f: func() {
			if began++; began != 1 {
				return
			}
			for seq := 2; seq <= 5; seq++ {
				if err := runner(db, dir).Chunk(t.Context(), 2, "export", seq); err != nil {
					t.Error(err)
				}
			}
		}}
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, whole(t, db)); diff != "" {
		t.Errorf("tables differ (-before +after):\n%s", diff)
	}
}

// A night takes the book from a dry run at once and is what it would have been without; the dry run says so. Two dry runs do
// not end each other: the second is refused, as it is beside a night.
func TestDryRunGivesWay(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	age(t, db, crashBook())
	_, would, err := try(t, db, "2026-09-30", func(r *batch.Runner) {
		during(t, r, "export", func() {
			if _, _, err := try(t, db, "2026-09-30", nil); !errors.Is(err, batch.ErrLocked) {
				t.Errorf("a second dry run: %v, want %v", err, batch.ErrLocked)
			}
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	_, _, err = try(t, db, "2026-09-30", func(r *batch.Runner) {
		during(t, r, "export", func() {
			_, err := through(runner(db, dir), day("2026-09-30"))
			over <- err
		})
	})
	if err := <-over; err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, batch.ErrGaveWay) {
		t.Errorf("got %v, want %v", err, batch.ErrGaveWay)
	}
	want := map[string]string{}
	for name, hash := range fileHashes(t, dir) {
		want[name+".dry-run"] = hash
	}
	if diff := cmp.Diff(want, fileHashes(t, would)); diff != "" || len(want) == 0 {
		t.Errorf("the night's files are not those of the dry run before it (-night +dry run):\n%s", diff)
	}
}

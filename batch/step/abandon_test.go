package step_test

import (
	"context"
	"errors"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// stopper interrupts a run when a step of it begins.
type stopper struct {
	step string
	stop context.CancelFunc
}

// Levels are those of what the hook hears.
func (stopper) Levels() []logrus.Level { return []logrus.Level{logrus.InfoLevel} }

// Fire stops the run.
func (s stopper) Fire(e *logrus.Entry) error {
	if e.Message == "step begins" && e.Data["step"] == s.step {
		s.stop()
	}
	return nil
}

// A run of a mistyped date that is taken back leaves nothing behind: the files that it planned are gone, and the loans
// that it put to sleep until after that date are looked at on the date that was meant. L0 is delinquent in August and pays
// in September, so that nothing is to be done for it as of the end of September.
func TestAbandonedRunLeavesNothing(t *testing.T) {
	t.Parallel()
	e := book()
	e.loan("L0")
	e.entry("L0", "PAYMENT", "500.00", "2026-09-10", "")
	db, dir := pgtest.New(t), t.TempDir()
	e.load(t, db)
	night(t, db, dir, "2026-06-30")

	ctx, stop := context.WithCancel(t.Context())
	r := runner(db, dir)
	log := logrus.New()
	log.SetOutput(t.Output())
	log.AddHook(stopper{"export", stop})
	r.Log = log
	if _, err := r.Run(ctx, day("2026-09-30")); err == nil || ctx.Err() == nil {
		t.Fatalf("got %v, want it interrupted", err)
	}
	if asleep, planned := count(t, db, "SELECT count(*) FROM loan_wake WHERE wake_on > '2026-09-30'"),
		count(t, db, "SELECT count(*) FROM bureau_file WHERE state = 'BUILDING'"); asleep != 1 || planned != 3 {
		t.Fatalf("%d loans sleep and %d files are planned, want 1 and 3", asleep, planned)
	}
	if err := r.Abandon(t.Context(), 2, "meant August"); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db, "SELECT count(*) FROM bureau_file WHERE run = 2"); n > 0 {
		t.Errorf("%d files are still planned", n)
	}
	night(t, db, dir, "2026-08-31")
	if n := count(t, db, "SELECT count(*) FROM loan_state WHERE status = 'SUSPENDED::DELINQUENT'"); n != 1 {
		t.Error("the loan is not delinquent in August")
	}
	if got := fileHashes(t, dir); len(got) != 3 {
		t.Errorf("got files %v, want those of June, July and August", got)
	}
}

// A run that has made a file cannot be taken back, even if it said nothing of any loan.
func TestRunWithFileStays(t *testing.T) {
	t.Parallel()
	e := book()
	e.loan("L0")
	db, dir := pgtest.New(t), t.TempDir()
	e.load(t, db)
	night(t, db, dir, "2026-06-15")
	r := runner(db, dir)
	if _, err := r.Run(t.Context(), day("2026-06-30")); err != nil {
		t.Fatal(err)
	}
	// As if it had been killed behind its last file, of loans that were all left out.
	db.MustExec("UPDATE run_chunk SET changed_count = 0 WHERE run = 2")
	db.MustExec("UPDATE run SET state = 'RUNNING', finished_at = NULL WHERE run = 2")
	if err := r.Abandon(t.Context(), 2, "a test"); !errors.Is(err, batch.ErrAbandon) {
		t.Errorf("got %v, want %v", err, batch.ErrAbandon)
	}
}

package step_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// loans is a book of n loans of which no cycle is paid: delinquent on 2026-07-25, charged off on 2026-09-25 (DQ4, DQ5).
func loans(n int) extract {
	e := book()
	for i := range n {
		e.loan(fmt.Sprintf("L%03d", i))
	}
	return e
}

// closeLimits are limits that a book of some hundreds of loans can reach.
var closeLimits = []string{
	"delinquent=5%,200", "charged-off=1%,100", "charged-off-amount=1%,1000000", "closed=5%,200", "deleted=0.5%,100", "excluded=2%,100",
	"file-records=10%,500",
}

// braking is a runner with close limits, but for some settings.
func braking(t testing.TB, db *sqlx.DB, dir string, settings ...string) *batch.Runner {
	t.Helper()
	r := runner(db, dir)
	r.ChunkSize, r.Limits = 50, batch.Limits{}
	for _, s := range slices.Concat(closeLimits, settings) {
		if err := r.Limits.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// accepting is a runner that accepts brakes.
func accepting(t testing.TB, db *sqlx.DB, dir string, names ...string) *batch.Runner {
	t.Helper()
	r := braking(t, db, dir)
	r.Who, r.Accept, r.AcceptWhy = "supervisor", names, "the lender confirmed it"
	return r
}

// brakedBy wants a run to be stopped by brakes, and no loan, no file and no chunk to be changed by that.
func brakedBy(t testing.TB, r *batch.Runner, dir, date string, want ...string) *batch.Summary {
	t.Helper()
	before, loans := fileHashes(t, dir), fingerprint(t, r.DB)["status_history"]
	summary, err := through(r, day(date))
	var braked *batch.BrakedError
	if !errors.As(err, &braked) {
		t.Fatalf("night %s: got %v, want it braked by %v", date, err, want)
	}
	var got []string
	for _, b := range braked.Brakes {
		got = append(got, b.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("night %s: brakes (-want +got):\n%s", date, diff)
	}
	if diff := cmp.Diff(before, fileHashes(t, dir)); diff != "" {
		t.Errorf("night %s: files (-before +after):\n%s", date, diff)
	}
	if after := fingerprint(t, r.DB)["status_history"]; after != loans {
		t.Errorf("night %s: history %s before, %s after", date, loans, after)
	}
	if summary.State != "STOPPED" {
		t.Errorf("night %s: %s, want STOPPED", date, summary.State)
	}
	return summary
}

const (
	delinquent300 = "delinquent 300 (at most 200; before: 0)"
	brakedFields  = "state, now, allowed, before, coalesce(accepted_by, '-'), coalesce(accepted_why, '-')"
)

// brakeRows are the rows of the ledger of what braked.
func brakeRows(t testing.TB, db *sqlx.DB) (rows []string) {
	t.Helper()
	if err := db.Select(&rows, "SELECT format('%s %s/%s %s %s %s', "+brakedFields+") FROM run_brake ORDER BY run, seq"); err != nil {
		t.Fatal(err)
	}
	return rows
}

// A third of a book does not become delinquent without a question: nothing is written, and the same night stops again. Accepted,
// it ends with the files and the states of a night without brakes.
func TestBrakedNightIsAccepted(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	loans(300).load(t, db)
	night(t, db, dir, "2026-06-30")
	r := braking(t, db, dir)
	summary := brakedBy(t, r, dir, "2026-07-31", delinquent300)
	if summary.Steps[0].Pending != 6 || len(summary.Brakes) != 1 {
		t.Errorf("%d chunks are pending and %d brakes told, want 6 and 1", summary.Steps[0].Pending, len(summary.Brakes))
	}
	brakedBy(t, r, dir, "2026-07-31", delinquent300)
	if diff := cmp.Diff([]string{"BRAKED 300/200 {0} - -"}, brakeRows(t, db)); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	if _, err := through(accepting(t, db, dir, "closed"), day("2026-07-31")); !errors.Is(err, batch.ErrNotBraked) || !strings.Contains(err.Error(), "closed; it was stopped by delinquent") {
		t.Errorf("accepted what did not brake: %v", err)
	}
	accepted := accepting(t, db, dir, "delinquent")
	summary, err := through(accepted, day("2026-07-31"))
	if err != nil || summary.State != "CLOSED" {
		t.Fatalf("accepted: %v", err)
	}
	if diff := cmp.Diff([]string{"ACCEPTED 300/200 {0} supervisor the lender confirmed it"}, brakeRows(t, db)); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	if _, err := through(accepted, day("2026-07-31")); !errors.Is(err, batch.ErrClosed) {
		t.Errorf("accepted twice: got %v, want %v", err, batch.ErrClosed)
	}
	if _, err := through(accepting(t, db, dir, "delinquent"), day("2026-08-01")); !errors.Is(err, batch.ErrNotBraked) {
		t.Errorf("the acceptance holds for another date: %v", err)
	}

	twin, twinDir := pgtest.New(t), t.TempDir()
	loans(300).load(t, twin)
	night(t, twin, twinDir, "2026-06-30")
	free := runner(twin, twinDir)
	free.ChunkSize = 50
	if _, err := through(free, day("2026-07-31")); err != nil {
		t.Fatal(err)
	}
	want, got := fingerprint(t, twin), fingerprint(t, db)
	for _, table := range []string{"run_brake", "act", "proof_entry"} { // who accepted it, and that
		delete(want, table)
		delete(got, table)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables without (-) and with a brake (+):\n%s", diff)
	}
	if diff := cmp.Diff(fileHashes(t, twinDir), fileHashes(t, dir)); diff != "" {
		t.Errorf("files without (-) and with a brake (+):\n%s", diff)
	}
}

// Each brake of the pass stops a night.
func TestEachServicingBrakeStops(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, setting, before, date, want string
		paid                              bool
	}{
		{"charged off", "", "2026-07-31", "2026-09-30", "charged-off 210 (at most 100; before: 0, 0)", false},
		{"amount", "charged-off-amount=1%,150000", "2026-07-31", "2026-09-30", "charged-off-amount 210000.00 (at most 150000.00; before: 0.00, 0.00)", false},
		{"closed", "", "", "2026-07-10", "closed 210 (at most 200; before: 0)", true},
		{"news", "news-age=10", "", "2026-12-02", "news-age 11 (at most 10; before: 0)", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := loans(210)
			if c.paid {
				for i := range 210 {
					e.entry(fmt.Sprintf("L%03d", i), "PAYMENT", "1000.00", "2026-07-05", "")
				}
			}
			db, dir := pgtest.New(t), t.TempDir()
			e.load(t, db)
			night(t, db, dir, "2026-06-30")
			if c.before != "" {
				night(t, db, dir, c.before)
			}
			r := braking(t, db, dir)
			if c.setting != "" {
				r.Limits = batch.Limits{}
				if err := r.Limits.Set(c.setting); err != nil {
					t.Fatal(err)
				}
			} else if c.name == "closed" || c.name == "charged off" {
				for name := range r.Limits {
					if name != strings.ReplaceAll(c.name, " ", "-") {
						delete(r.Limits, name)
					}
				}
			}
			brakedBy(t, r, dir, c.date, c.want)
		})
	}
}

// Neither a small book nor the first night is stopped by the limits out of the box.
func TestBrakesLeaveSmallBooksAndFirstNights(t *testing.T) {
	t.Parallel()
	small, dir := pgtest.New(t), t.TempDir()
	loans(100).load(t, small)
	for _, date := range []string{"2026-06-30", "2026-07-31", "2026-09-30", "2027-01-31"} {
		if _, err := through(braking(t, small, dir), day(date)); err != nil {
			t.Fatalf("a book of 100 loans, night %s: %v", date, err)
		}
	}
	first, dir := pgtest.New(t), t.TempDir()
	loans(210).load(t, first)
	if _, err := through(braking(t, first, dir), day("2026-07-31")); err != nil {
		t.Errorf("the first night: %v", err)
	}
}

// A braked night whose missing news come in is not stopped any more, and can be taken back as long as it changed nothing.
func TestBrakedNightAfterImport(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := loans(210)
	e.load(t, db)
	night(t, db, dir, "2026-06-30")
	brakedBy(t, braking(t, db, dir), dir, "2026-07-31", "delinquent 210 (at most 200; before: 0)")
	for i := range 50 {
		e.entry(fmt.Sprintf("L%03d", i), "PAYMENT", "300.00", "2026-07-10", "")
	}
	e.load(t, db)
	if err := braking(t, db, dir).Abandon(t.Context(), 2, "the news were missing"); err != nil {
		t.Errorf("abandon a braked run: %v", err)
	}
	if _, err := through(braking(t, db, dir, "delinquent=5%,100"), day("2026-07-31")); !errors.Is(err, batch.ErrBraked) {
		t.Fatalf("got %v, want it braked by another limit", err)
	}
	summary, err := through(braking(t, db, dir), day("2026-07-31"))
	if err != nil || summary.Steps[0].Counts["delinquent"] != 160 {
		t.Errorf("after the import: %v", err)
	}
	if diff := cmp.Diff([]string{"BRAKED 210/200 {0} - -", "PASSED 160/100 {0} - -"}, brakeRows(t, db)); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}

// A process may be killed between braking and accepting, and after accepting: whoever resumes needs no second acceptance, and
// one given again changes nothing. At larger numbers the acceptance does not hold.
func TestBrakedNightIsKilled(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := loans(260)
	for i := range 50 {
		e.entry(fmt.Sprintf("L%03d", i), "PAYMENT", "300.00", "2026-07-10", "")
	}
	e.load(t, db)
	night(t, db, dir, "2026-06-30")
	brakedBy(t, braking(t, db, dir), dir, "2026-07-31", "delinquent 210 (at most 200; before: 0)")
	killed := func() { db.MustExec("UPDATE run SET state = 'RUNNING', stopped_because = NULL WHERE run = 2") }
	killed()
	brakedBy(t, braking(t, db, dir), dir, "2026-07-31", "delinquent 210 (at most 200; before: 0)")
	killed()
	ctx, stop := context.WithCancel(t.Context())
	r := accepting(t, db, dir, "delinquent")
	log := logrus.New()
	log.SetOutput(t.Output())
	log.AddHook(stopper{"delinquency", stop})
	r.Log = log
	if _, err := r.Run(ctx, day("2026-07-31")); err == nil || ctx.Err() == nil {
		t.Fatalf("got %v, want it interrupted", err)
	}
	killed()
	for i := range 50 { // the payments are reversed
		e.entry(fmt.Sprintf("L%03d", i), "REVERSAL", "300.00", "2026-07-11", fmt.Sprintf("T%d", 261+i))
	}
	e.load(t, db)
	brakedBy(t, braking(t, db, dir), dir, "2026-07-31", "delinquent 260 (at most 200; before: 0)")
	again := accepting(t, db, dir, "delinquent")
	if _, err := through(again, day("2026-07-31")); err != nil {
		t.Fatal(err)
	}
	want := []string{"ACCEPTED 210/200 {0} supervisor the lender confirmed it", "ACCEPTED 260/200 {0} supervisor the lender confirmed it"}
	if diff := cmp.Diff(want, brakeRows(t, db)); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}

// A process that shares the night does no chunk of it before its brakes were asked, and ends when they stop it.
func TestBrakedNightHasNoJoinedWorkers(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	loans(210).load(t, db)
	night(t, db, dir, "2026-06-30")
	r := braking(t, db, dir)
	joined := make(chan error, 1)
	log := logrus.New()
	log.SetOutput(t.Output())
	begun := make(chan struct{})
	log.AddHook(atBegin{begun})
	r.Log = log
	go func() {
		<-begun
		joined <- runner(db, dir).Join(t.Context(), day("2026-07-31"))
	}()
	brakedBy(t, r, dir, "2026-07-31", "delinquent 210 (at most 200; before: 0)")
	if n := count(t, db, "SELECT count(*) FROM run_chunk WHERE run = 2 AND state = 'DONE'"); n != 0 {
		t.Errorf("%d chunks are done, want 0", n)
	}
	if _, err := through(accepting(t, db, dir, "delinquent"), day("2026-07-31")); err != nil {
		t.Fatal(err)
	}
	if err := <-joined; err != nil && !errors.Is(err, batch.ErrStopped) {
		t.Errorf("joined: %v", err)
	}
}

// atBegin closes a channel when the first step begins.
type atBegin struct{ begun chan struct{} }

// Levels are those of what the hook hears.
func (atBegin) Levels() []logrus.Level { return []logrus.Level{logrus.InfoLevel} }

// Fire tells that a step begins.
func (a atBegin) Fire(e *logrus.Entry) error {
	if e.Message == "step begins" && e.Data["step"] == "delinquency" {
		close(a.begun)
	}
	return nil
}

// failing is the servicing pass of a process that dies at its third chunk.
type failing struct{ step.Servicing }

// Apply does the first two chunks.
func (f failing) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	if c.Seq > 2 {
		return batch.Tally{}, errors.New("a fault")
	}
	return f.Servicing.Apply(ctx, tx, c)
}

// A run that is resumed in the middle of the pass is judged again, by what is done and what is left: news may have come.
func TestResumedNightIsBraked(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	loans(260).load(t, db)
	night(t, db, dir, "2026-06-30")
	r := braking(t, db, dir, "off")
	r.Workers, r.Plan = 1, slices.Clone(r.Plan)
	r.Plan[0] = failing{step.Servicing{Vault: vault}}
	if _, err := through(r, day("2026-07-31")); err == nil {
		t.Fatal("the night did not stop")
	}
	summary := brakedBy(t, braking(t, db, dir), dir, "2026-07-31", "delinquent 260 (at most 200; before: 0)")
	if want := "2 chunks were done before, 4 are not, and no file is made"; !strings.Contains(summary.StoppedBecause, want) {
		t.Errorf("got %q, want it to say %q", summary.StoppedBecause, want)
	}
	if _, err := through(accepting(t, db, dir, "delinquent"), day("2026-07-31")); err != nil {
		t.Error(err)
	}
}

// unrehearsed is a pass whose rehearsal must not happen.
type unrehearsed struct{ step.Servicing }

var errRehearsed = errors.New("the pass was rehearsed")

func (unrehearsed) Rehearse(context.Context, *sqlx.Tx, batch.Chunk) (batch.Tally, error) {
	return batch.Tally{}, errRehearsed
}

// TestNothingIsRehearsedInVain: with no brake that counts what the pass does, it does its work once; that on the age of the news stops it
// all the same.
func TestNothingIsRehearsedInVain(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	loans(3).load(t, db)
	night(t, db, dir, "2026-07-15")
	db.MustExec("UPDATE import SET finished_at = '2026-07-14 12:00+00'")
	with := func(settings ...string) *batch.Runner {
		r := braking(t, db, dir, settings...)
		r.Plan[0] = unrehearsed{step.Servicing{Vault: vault}}
		return r
	}
	if _, err := through(with(), day("2026-07-26")); !errors.Is(err, errRehearsed) {
		t.Errorf("with all brakes: got %v, want it rehearsed", err)
	}
	off := []string{"delinquent=off", "charged-off=off", "charged-off-amount=off", "closed=off"}
	if _, err := through(with(append(off, "news-age=0")...), day("2026-07-26")); !errors.Is(err, batch.ErrBraked) {
		t.Errorf("with the age of the news: got %v, want it braked", err)
	}
	if _, err := through(with(off...), day("2026-07-26")); err != nil {
		t.Errorf("with the brakes of files alone: %v", err)
	}
}

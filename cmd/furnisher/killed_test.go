package main

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/rules"
)

var (
	kills    = flag.Int("kills", 3, "how often TestScheduleKilled kills the scheduler")
	killSeed = flag.Uint64("kill-seed", 0, "seed of the moments at which it does, 0 for a random one")
)

// TestScheduleKilled kills the scheduler at random moments over ten business days (kill -9) and starts it again each time. It
// closes all of them by itself, and leaves the tables and files of ten nights that nothing disturbed.
func TestScheduleKilled(t *testing.T) {
	t.Parallel()
	const days = 10
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	random := rand.New(rand.NewPCG(seed, 0))
	portfolio := fixtures.Options{Loans: 150, Seed: 5, Out: t.TempDir()}.WithDefaults()
	if _, err := fixtures.Generate(t.Context(), portfolio); err != nil {
		t.Fatal(err)
	}
	first := rules.NewDate(2026, time.September, 24)
	n := night{workers: workersFlag{here: batch.DefaultWorkers}, share: batch.Share{Count: 1}, why: "schedule", dir: t.TempDir()}
	twin, twinDB := bookOf(t, portfolio.Out)
	for d := first; d <= first+days; d++ {
		onDate(t, twin, twinDB, n, d)
	}
	wantTables, wantFiles := fingerprint(t, twinDB.DB), hashes(t, n.dir)

	a, db := bookOf(t, portfolio.Out)
	n.dir = t.TempDir()
	onDate(t, a, db, n, first)
	d := &killable{t: t, url: a.settings.databaseURL, files: n.dir}
	began := time.Now()
	d.start(first+1, 0)
	d.until(first + 1)
	usual := time.Since(began)
	d.kill()
	t.Logf("seed %d; undisturbed a night takes %s from the start of the program", seed, usual.Round(time.Millisecond))
	for i := range *kills {
		day := first + 2 + rules.Date(i*(days-1) / *kills)
		d.start(day, -time.Duration(random.IntN(2))*2*time.Second) // a moment before its firing, or after it
		d.killAfter(time.Duration(random.Float64() * 1.2 * float64(usual)))
	}
	d.start(first+days, 0)
	d.until(first + days)
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := d.wait(); err != nil {
		t.Errorf("got %v, want a clean end", err)
	}
	if diff := cmp.Diff(wantTables, fingerprint(t, db.DB)); diff != "" {
		t.Errorf("seed %d, tables, undisturbed (-) and killed (+):\n%s", seed, diff)
	}
	if diff := cmp.Diff(wantFiles, hashes(t, n.dir)); diff != "" {
		t.Errorf("seed %d, files, undisturbed (-) and killed (+):\n%s", seed, diff)
	}
}

// killable is a scheduler in a process of its own.
type killable struct {
	t          *testing.T
	url, files string
	cmd        *exec.Cmd
	lines      *bufio.Scanner
	said       []string
}

// start starts it a second after its firing on a date, or at another moment from there.
func (k *killable) start(d rules.Date, at time.Duration) {
	k.t.Helper()
	k.cmd = exec.Command("furnisher", "schedule", "--cron", "15 23 * * *", "--log-json")
	clock := eveningOf(d)().Add(time.Second + at)
	k.cmd.Env = append(os.Environ(), "DATABASE_URL="+k.url, "FURNISHER_FILES="+k.files, testClock+"="+clock.Format(time.RFC3339))
	stderr, err := k.cmd.StderrPipe()
	if err == nil {
		err = k.cmd.Start()
	}
	if err != nil {
		k.t.Fatal(err)
	}
	k.lines, k.said = bufio.NewScanner(stderr), nil
	k.t.Cleanup(func() { k.cmd.Process.Kill() })
}

// until reads its log until it says that a date is closed: by its night, or before its start.
func (k *killable) until(d rules.Date) {
	k.t.Helper()
	for k.lines.Scan() {
		line := k.lines.Text()
		k.said = append(k.said, line)
		done := strings.Contains(line, fmt.Sprintf(`"business_date":"%s"`, d)) && strings.Contains(line, `"msg":"`+logNightDone)
		if done || strings.Contains(line, fmt.Sprintf(`"last_closed":"%s"`, d)) {
			return
		}
	}
	k.t.Fatalf("the scheduler ended before the night of %s: %v\n%s", d, k.cmd.Wait(), strings.Join(k.said, "\n"))
}

// killAfter kills it after so long.
func (k *killable) killAfter(d time.Duration) {
	k.t.Helper()
	timer := time.AfterFunc(d, func() { k.cmd.Process.Kill() })
	defer timer.Stop()
	var failed []string
	for k.lines.Scan() {
		if strings.Contains(k.lines.Text(), logNightFailed) {
			failed = append(failed, k.lines.Text())
		}
	}
	if len(failed) > 0 {
		k.t.Errorf("nights failed:\n%s", strings.Join(failed, "\n"))
	}
	if err := k.cmd.Wait(); k.cmd.ProcessState.ExitCode() != -1 {
		k.t.Errorf("ended before it was killed: %v", err)
	}
}

func (k *killable) kill() { k.killAfter(0) }

func (k *killable) wait() error {
	for k.lines.Scan() {
		k.said = append(k.said, k.lines.Text())
	}
	return k.cmd.Wait()
}

// TestAgainKilled kills another attempt at a date at random moments (kill -9). The same command then does it, once, and leaves the
// tables and files of one that nothing disturbed.
func TestAgainKilled(t *testing.T) {
	t.Parallel()
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	random := rand.New(rand.NewPCG(seed, 0))
	portfolio := fixtures.Options{Loans: 150, Seed: 5, Out: t.TempDir()}.WithDefaults()
	if _, err := fixtures.Generate(t.Context(), portfolio); err != nil {
		t.Fatal(err)
	}
	d := rules.NewDate(2026, time.September, 30)
	late := func(dir string) (*app, *database.Database, night) { // a night whose payments come after it
		t.Helper()
		n := night{workers: workersFlag{here: batch.DefaultWorkers}, share: batch.Share{Count: 1}, why: "payments came late", dir: dir}
		a, db := bookOf(t, portfolio.Out)
		onDate(t, a, db, n, d-1)
		onDate(t, a, db, n, d)
		db.MustExec(`INSERT INTO loan_transaction (loan, transaction_id, type, amount_cents, effective_on, posted_at, state)
			SELECT loan, 'LATE' || loan, 'PAYMENT', 50000, $1, CAST('2026-10-01' AS timestamptz), 'SETTLED' FROM loan_state WHERE status NOT LIKE 'CLOSED%'`, d-20)
		db.MustExec("SELECT furnisher.wake(array_agg(loan), 'late payments') FROM loan_transaction WHERE transaction_id LIKE 'LATE%'")
		return a, db, n
	}
	twin, twinDB, n := late(t.TempDir())
	n.date, n.again = d, true
	began := time.Now()
	if _, err := twin.night(t.Context(), twinDB, n); err != nil {
		t.Fatal(err)
	}
	usual := time.Since(began) + time.Second // with the start of a program
	a, db, m := late(t.TempDir())
	attempts := func() (count int) {
		t.Helper()
		if err := db.Get(&count, "SELECT max(attempt) FROM run WHERE business_date = $1", d); err != nil {
			t.Fatal(err)
		}
		return count
	}
	command := func() *exec.Cmd {
		c := exec.Command("furnisher", "run", "--date", d.String(), "--again", "--reason", "payments came late", "--quiet")
		c.Env = append(os.Environ(), "DATABASE_URL="+a.settings.databaseURL, "FURNISHER_FILES="+m.dir, testClock+"="+eveningOf(d)().Format(time.RFC3339))
		return c
	}
	before := fingerprint(t, db.DB)
	for range *kills {
		c := command()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(random.Float64()*float64(usual)), func() { c.Process.Kill() })
		_ = c.Wait()
		timer.Stop()
		if attempts() > 1 {
			break
		}
		if diff := cmp.Diff(before, fingerprint(t, db.DB)); diff != "" {
			t.Fatalf("seed %d: tables differ after a kill (-before +after):\n%s", seed, diff)
		}
	}
	for try := 0; attempts() == 1 && try < 20; try++ { // the server may still hold the book for the one that was killed
		out, err := command().CombinedOutput()
		t.Logf("%s%v", out, err)
	}
	want, got := fingerprint(t, twinDB.DB), fingerprint(t, db.DB)
	for _, table := range []string{"act", "proof_entry"} { // numbers that were drawn are gone
		got[table] = want[table]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seed %d, tables, undisturbed (-) and killed (+):\n%s", seed, diff)
	}
	for _, folder := range []string{"", "/voided"} {
		if diff := cmp.Diff(hashes(t, n.dir+folder), hashes(t, m.dir+folder)); diff != "" {
			t.Errorf("seed %d, files, undisturbed (-) and killed (+):\n%s", seed, diff)
		}
	}
}

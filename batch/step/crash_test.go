package step_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

var kills = flag.Int("kills", 8, "at how many points TestKilledNightGoesOn kills a night")

// TestKilledNightGoesOn kills a night with SIGKILL at random points, runs the date again, and compares tables
// and files with those of an undisturbed night.
func TestKilledNightGoesOn(t *testing.T) {
	t.Parallel()
	if os.Getenv("NIGHT_TO_KILL") != "" {
		runNightToKill(t)
		return
	}
	book := crashBook()
	undisturbed, url := freshBook(t, book)
	dir := t.TempDir()
	counting, points := openCounting(t, url, 0)
	night(t, counting, dir, "2026-08-31")
	wantTables, wantFiles := fingerprint(t, undisturbed), fileHashes(t, dir)
	if len(wantFiles) != 2 || points.Load() < 100 {
		t.Fatalf("the undisturbed night made %d files in %d points: too little to kill", len(wantFiles), points.Load())
	}
	const seed = 20261121
	random := rand.New(rand.NewPCG(seed, seed))
	killed := 0
	for n := range *kills {
		at := 1 + random.Int64N(points.Load())
		t.Run(fmt.Sprintf("seed %d kill %d at point %d", seed, n, at), func(t *testing.T) {
			db, url := freshBook(t, book)
			dir := t.TempDir()
			if killNight(t, url, dir, at) {
				killed++
			}
			_, err := runner(db, dir).Run(context.Background(), day("2026-08-31"))
			if err != nil && !errors.Is(err, batch.ErrClosed) { // closed: it was killed behind its last commit
				t.Fatal(err)
			}
			if diff := cmp.Diff(wantTables, fingerprint(t, db)); diff != "" {
				t.Errorf("tables differ from the undisturbed night's (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(wantFiles, fileHashes(t, dir)); diff != "" {
				t.Errorf("files differ from the undisturbed night's (-want +got):\n%s", diff)
			}
		})
	}
	if killed < *kills-3 {
		t.Errorf("only %d of %d nights were killed before their end", killed, *kills)
	}
}

// crashBook is a book in which a month-end night finds something to do in every step.
func crashBook() extract {
	e := book()
	for n := range 9 {
		id := fmt.Sprintf("L%d", n)
		e.loan(id)
		switch n % 3 {
		case 1:
			e.entry(id, "PAYMENT", "1000.00", "2026-08-14", "")
		case 2:
			e.entry(id, "PAYMENT", "300.00", "2026-06-10", "")
		}
	}
	e["scheduled_items"] = "item_id,loan_id,kind,state,due_at\n"
	e["loans"] = strings.ReplaceAll(e["loans"], "SERVICING,,,\n", "NOT_SERVICING,BANKRUPTCY,,\n")
	for n := range 9 {
		e.add("scheduled_items", "I%d,L%d,CALL,PENDING,2026-09-01T10:00:00Z", n, n)
	}
	return e
}

// freshBook is a book that had a night before: what came in since is added to some packed ledgers, and one is to be
// made anew.
func freshBook(t *testing.T, e extract) (*sqlx.DB, string) {
	t.Helper()
	url := pgtest.NewURL(t)
	db, err := sqlx.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	age(t, db, e)
	return db, url
}

// age makes a fresh book in an empty database, and returns the extract that was imported last.
func age(t *testing.T, db *sqlx.DB, e extract) extract {
	t.Helper()
	before := maps.Clone(e)
	delete(before, "scheduled_items") // that night would cancel them
	before.load(t, db)
	night(t, db, t.TempDir(), "2026-07-15")
	since := maps.Clone(e)
	for _, id := range []string{"L0", "L2", "L3", "L8"} {
		since.entry(id, "FEE", "1.00", "2026-07-14", "")
		since.add("cycles", "%s,7,2026-11-01,2026-11-30,2026-12-20,100.00", id)
	}
	since.entry("L8", "REVERSAL", "1.00", "2026-07-20", since.entry("L8", "FEE", "1.00", "2026-07-15", ""))
	since.load(t, db)
	if n := count(t, db, `SELECT count(*) FROM loan_wake w JOIN account a ON a.loan = w.loan WHERE w.state = 'AWAKE'`); n != 3 {
		t.Fatalf("%d packed rows were added to, want 3", n)
	}
	return since
}

// killNight runs the night in a process of its own that kills itself at a point, and reports whether it did.
func killNight(t *testing.T, url, dir string, at int64) (killed bool) {
	t.Helper()
	night := exec.Command(os.Args[0], "-test.run=^TestKilledNightGoesOn$", "-test.parallel=1")
	night.Env = append(os.Environ(), "NIGHT_TO_KILL="+url, "NIGHT_DIR="+dir, "NIGHT_KILL_AT="+strconv.FormatInt(at, 10))
	out, err := night.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		t.Fatalf("the night to kill failed by itself: %v\n%s", err, out)
	}
	return false // two workers race for chunks: a night may need a few points less than the one that was counted
}

func runNightToKill(t *testing.T) {
	at, err := strconv.ParseInt(os.Getenv("NIGHT_KILL_AT"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	db, _ := openCounting(t, os.Getenv("NIGHT_TO_KILL"), at)
	night(t, db, filepath.Clean(os.Getenv("NIGHT_DIR")), "2026-08-31")
}

// TestSameBytes runs the same book twice on two fresh databases, with other numbers of workers and loans a
// chunk, and compares the files.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	var want map[string]string
	for _, size := range []struct{ workers, chunk int }{{1, 1000}, {4, 1}} {
		db, _ := freshBook(t, crashBook())
		dir := t.TempDir()
		for _, date := range []string{"2026-07-31", "2026-08-31", "2026-09-30"} {
			r := runner(db, dir)
			r.Workers, r.ChunkSize = size.workers, size.chunk
			if _, err := through(r, day(date)); err != nil {
				t.Fatal(err)
			}
		}
		got := fileHashes(t, dir)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) != 3 {
			t.Errorf("%d files with %d workers and %d loans a chunk (-want +got):\n%s", len(got), size.workers, size.chunk, diff)
		}
	}
}

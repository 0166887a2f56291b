package main

import (
	"flag"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/rules"
)

var together = flag.Int("together", 3, "how often TestTogether starts two runs of one night")

// TestTogether starts two processes with the same night at the same moment: one does it, and the other exits 5, or 4 if it came
// when the night was closed. The book is closed once, with one file a date that has one.
func TestTogether(t *testing.T) {
	t.Parallel()
	portfolio := fixtures.Options{Loans: 150, Seed: 5, Out: t.TempDir()}.WithDefaults()
	if _, err := fixtures.Generate(t.Context(), portfolio); err != nil {
		t.Fatal(err)
	}
	first := rules.NewDate(2026, time.September, 24)
	a, db := bookOf(t, portfolio.Out)
	n := night{workers: workersFlag{here: batch.DefaultWorkers}, share: batch.Share{Count: 1}, why: "a test", dir: t.TempDir()}
	onDate(t, a, db, n, first)
	statuses := map[int]int{}
	for round := range *together {
		d := first + 1 + rules.Date(round)
		var runs [2]*exec.Cmd
		for i := range runs {
			runs[i] = exec.Command("furnisher", "--quiet", "run", "--date", d.String())
			runs[i].Env = append(os.Environ(), "DATABASE_URL="+a.settings.databaseURL, "FURNISHER_FILES="+n.dir, testClock+"="+eveningOf(d)().Format(time.RFC3339))
			if err := runs[i].Start(); err != nil {
				t.Fatal(err)
			}
		}
		done := 0
		for _, run := range runs {
			err := run.Wait()
			switch status := run.ProcessState.ExitCode(); status {
			case exitDone:
				done++
				statuses[status]++
			case exitLocked, exitClosed:
				statuses[status]++
			default:
				t.Errorf("%s: status %d: %v", d, status, err)
			}
		}
		if done != 1 {
			t.Errorf("%s: %d of two did the night", d, done)
		}
	}
	t.Logf("how they ended: %v", statuses)
	runs, err := inquiry.Runs(t.Context(), db.DB, inquiry.Page{Limit: *together + 1})
	if err != nil {
		t.Fatal(err)
	}
	closed := map[rules.Date]int{}
	for _, r := range runs.Rows {
		if r.State == "CLOSED" {
			closed[r.BusinessDate]++
		}
	}
	for d := first; d <= first+rules.Date(*together); d++ {
		if closed[d] != 1 {
			t.Errorf("%s was closed %d times", d, closed[d])
		}
	}
}

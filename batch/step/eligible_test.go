package step_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// departed is a book in which all that C1 and C2 had was paid off in June, nothing is retained, C3 has no loan and C4 an open one.
func departed(t *testing.T) (db *sqlx.DB, dir string) {
	t.Helper()
	e := book()
	e["programs"] = strings.NewReplacer("calendar\n", "calendar,retention_months\n", "monthly:last\n", "monthly:last,0\n").Replace(e["programs"])
	for _, c := range []string{"C2", "C3", "C4"} {
		e.add("customers", "%s,ALDERBROOK,KIM,66610000%s,1980-02-29,1 ELM ST,SPRINGFIELD,IL,62701", c, c[1:])
	}
	for _, id := range []string{"L1", "L2", "L3", "L4"} {
		e.loan(id)
	}
	e["loan_customers"] = "loan_id,customer_id,ecoa_code,position\nL1,C1,1,1\nL2,C2,1,1\nL3,C2,1,1\nL4,C4,1,1\n"
	e.entry("L1", "PAYMENT", "1000.00", "2026-06-10", "")
	e.entry("L2", "PAYMENT", "1000.00", "2026-06-10", "")
	e.entry("L3", "PAYMENT", "1000.00", "2026-06-12", "")
	db, dir = pgtest.New(t), t.TempDir()
	e.load(t, db)
	return db, dir
}

// listing is a runner of nights that list who has become eligible, a loan a chunk.
func listing(db *sqlx.DB, dir string) *batch.Runner {
	r := runner(db, dir)
	r.With, r.ChunkSize = []string{step.EligibleStep}, 1
	return r
}

// lastStep is the last step of a summary: its name, what it read and changed, and its counts.
func lastStep(s *batch.Summary) []any {
	last := s.Steps[len(s.Steps)-1]
	return []any{last.Step, last.State, last.Read, last.Changed, last.Counts["customers"], last.Counts["eligible"]}
}

func listedIn(t *testing.T, db *sqlx.DB) string {
	t.Helper()
	var all []string
	if err := db.Select(&all, `SELECT c.customer_id || ' ' || e.business_date FROM customer_eligible e JOIN customer c USING (customer) ORDER BY 1`); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

// CD4: C4 is charged off in September and looked at from then on. A night that is opened with the step lists each customer once, when no file tells of them any more; others do not have it.
func TestEligibleStep(t *testing.T) {
	t.Parallel()
	db, dir := departed(t)
	for _, n := range []struct {
		date   string
		with   bool
		step   []any
		listed string
	}{
		{"2026-06-30", true, []any{"eligible", "DONE", int64(2), int64(1), int64(3), int64(1)}, "C3 2026-06-30"},
		{"2026-07-31", false, []any{"export", "DONE"}, "C3 2026-06-30"},
		{"2026-08-31", true, []any{"eligible", "DONE", int64(2), int64(2), int64(2), int64(2)}, "C1 2026-08-31, C2 2026-08-31, C3 2026-06-30"},
		{"2026-09-30", true, []any{"eligible", "DONE", int64(1), int64(0), int64(1), int64(0)}, "C1 2026-08-31, C2 2026-08-31, C3 2026-06-30"},
	} {
		r := listing(db, dir)
		if !n.with {
			r.With = nil
		}
		summary, err := through(r, day(n.date))
		if err != nil {
			t.Fatalf("night %s: %v", n.date, err)
		}
		if diff := cmp.Diff(n.step, lastStep(summary)[:len(n.step)]); diff != "" {
			t.Errorf("night %s (-want +got):\n%s", n.date, diff)
		}
		if got := listedIn(t, db); got != n.listed {
			t.Errorf("night %s: listed %s, want %s", n.date, got, n.listed)
		}
	}
	// Another attempt at the date lists nobody twice; one that has the step first lists whom the night did not.
	summary, err := listing(db, dir).Again(t.Context(), day("2026-09-30"))
	if err != nil {
		t.Fatal(err)
	}
	if got := lastStep(summary); got[0] != "eligible" || got[3] != int64(0) {
		t.Errorf("again: %v", got)
	}
	db.MustExec(`DELETE FROM customer_eligible WHERE customer = (SELECT customer FROM customer WHERE customer_id = 'C2')`)
	only := listing(db, dir)
	only.Portion.Only = "eligible"
	if summary, err = only.Again(t.Context(), day("2026-09-30")); err != nil {
		t.Fatal(err)
	}
	if got := listedIn(t, db); len(summary.Steps) != 1 || got != "C1 2026-08-31, C2 2026-09-30, C3 2026-06-30" {
		t.Errorf("only the step again: %+v, listed %s", summary.Steps, got)
	}
	only.With = nil
	if _, err := only.Again(t.Context(), day("2026-09-30")); !errors.Is(err, batch.ErrNoStep) {
		t.Errorf("only a step that the run does not have: %v", err)
	}
}

// halfway is the step that fails at its second chunk.
type halfway struct {
	step.Eligible
	chunks *int
}

var errHalfway = errors.New("halfway")

func (h halfway) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	if *h.chunks++; *h.chunks == 2 {
		return batch.Tally{}, errHalfway
	}
	return h.Eligible.Apply(ctx, tx, c)
}

// What a run was opened with is what resuming it does, whatever the setting is by then.
func TestEligibleStepResumed(t *testing.T) {
	t.Parallel()
	db, dir := departed(t)
	night(t, db, dir, "2026-06-30")
	r := listing(db, dir)
	r.Workers = 1
	r.Plan = append(r.Plan[:len(r.Plan)-1:len(r.Plan)-1], halfway{chunks: new(int)})
	if _, err := r.Run(t.Context(), day("2026-07-31")); !errors.Is(err, errHalfway) {
		t.Fatalf("got %v", err)
	}
	summary, err := through(runner(db, dir), day("2026-07-31"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{"eligible", "DONE", int64(2), int64(3), int64(3), int64(3)}, lastStep(summary)); diff != "" {
		t.Errorf("resumed without the setting (-want +got):\n%s", diff)
	}
	if got := listedIn(t, db); got != "C1 2026-07-31, C2 2026-07-31, C3 2026-07-31" {
		t.Errorf("listed %s", got)
	}
	without := runner(db, dir)
	without.Plan[len(without.Plan)-2] = &unfinished{Export: without.Plan[len(without.Plan)-2].(step.Export)}
	if _, err := without.Run(t.Context(), day("2026-08-31")); !errors.Is(err, errHalfway) {
		t.Fatalf("got %v", err)
	}
	if summary, err = through(listing(db, dir), day("2026-08-31")); err != nil {
		t.Fatal(err)
	}
	if got := lastStep(summary); got[0] != "export" {
		t.Errorf("resumed with the setting: %v", got)
	}
}

// unfinished is an export that fails before its files are written.
type unfinished struct{ step.Export }

func (f *unfinished) Finish(context.Context, *sqlx.DB, batch.Run) error { return errHalfway }

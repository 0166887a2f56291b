package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// whatIfColumns are the fields of records that a file's lines keep.
var whatIfColumns = []string{
	"account_status", "payment_rating", "payment_history", "date_account_info", "date_first_delinquency", "date_closed", "date_last_payment",
	"current_balance", "amount_past_due", "scheduled_payment", "actual_payment", "original_charge_off", "special_comment", "compliance_code",
}

// octoberLines runs the nights of September's and October's ends and between, and returns what the files of October say of each loan.
func octoberLines(t *testing.T, change string) (a *app, db *database.Database, lines map[string][]string) {
	t.Helper()
	a, db = bookOf(t, "../../fixtures/portfolio")
	n := night{workers: workersFlag{here: 2}, share: batch.Share{Count: 1}, why: "a test", dir: t.TempDir()}
	onDate(t, a, db, n, september)
	if change != "" {
		db.DB.MustExec(change)
	}
	for d := september + 1; d <= september+31; d++ {
		onDate(t, a, db, n, d)
	}
	lines = map[string][]string{}
	var rows []struct {
		LoanID string `db:"loan_id"`
		File   int64  `db:"file"`
		Line   []byte `db:"line"`
	}
	query := "SELECT l.loan_id, t.file, array_to_string(ARRAY["
	for i, c := range whatIfColumns {
		if i > 0 {
			query += ", "
		}
		query += "coalesce(CAST(t." + c + " AS text), '')"
	}
	query += `], '|') AS line FROM tradeline t JOIN loan l USING (loan) WHERE t.as_of = $1`
	if err := db.DB.SelectContext(t.Context(), &rows, query, september+31); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		lines[r.LoanID] = strings.Split(string(r.Line), "|")
	}
	return a, db, lines
}

// TestWhatIf: what a simulation says of settings (DQ4, DQ5, DC10, Q33) is what the nights of a month and their files become with them,
// record by record and field by field; and it writes nothing.
func TestWhatIf(t *testing.T) {
	t.Parallel()
	a, db, is := octoberLines(t, "")
	_, _, as := octoberLines(t, `WITH p AS (UPDATE product SET delinquent_after = 1, charge_off_after = 1, trailing_reports = 3)
		UPDATE program SET charge_off_past_due = 'zero'`)
	fields, statuses := map[string]int64{}, map[[2]string]int64{}
	var changed, come int64
	for loan, would := range as {
		was, both := is[loan]
		if !both {
			come++
			continue
		}
		differs := false
		for i, c := range whatIfColumns {
			if was[i] != would[i] {
				fields[c]++
				differs = true
			}
		}
		if differs {
			changed++
		}
		if was[0] != would[0] {
			statuses[[2]string{was[0], would[0]}]++
		}
	}
	one, three := 1, 3
	q := bureau.WhatIf{DelinquentAfter: &one, ChargeOffAfter: &one, TrailingReports: &three, ChargeOffPastDue: rules.PastDueZero}
	v, err := a.vault(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	before := fingerprint(t, db.DB)
	var done int64
	e, err := q.Effects(t.Context(), db.DB, v, func(loan, last int64) { done = 100 * loan / last })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, fingerprint(t, db.DB)); diff != "" || done != 100 {
		t.Errorf("a simulation that is %d percent done changed the book:\n%s", done, diff)
	}
	got := map[string]int64{}
	for _, f := range e.Fields {
		if got[f.Field] = f.Records; f.Field == "segments" || f.Field == "consumers" {
			delete(got, f.Field)
		}
	}
	moved := map[[2]string]int64{}
	for _, s := range e.Statuses {
		if len(s.From) == 2 && len(s.To) == 2 {
			moved[[2]string{s.From, s.To}] = s.Count
		}
	}
	if len(fields) < 5 || len(statuses) < 5 || come == 0 {
		t.Fatalf("the settings change too little to be a test: %v, %v, %d come", fields, statuses, come)
	}
	if diff := cmp.Diff(fields, got); diff != "" {
		t.Errorf("fields (-nights +simulated):\n%s", diff)
	}
	if diff := cmp.Diff(statuses, moved); diff != "" {
		t.Errorf("statuses (-nights +simulated):\n%s", diff)
	}
	if int64(len(as)-len(is)) != e.Files[0].Would+e.Files[1].Would-e.Files[0].Records-e.Files[1].Records || e.Changed != changed+come || e.Kept != 0 {
		t.Errorf("%d records and %d with the settings, %d changed, %d come; simulated %+v, %d changed", len(is), len(as), changed, come, e.Files, e.Changed)
	}
	if e.Consumers < e.Changed || len(e.Examples) == 0 || e.Examples[0].LoanID == "" || len(e.LoanMoves) == 0 {
		t.Errorf("%d consumers, examples %+v, moves %+v", e.Consumers, e.Examples, e.LoanMoves)
	}
	for _, x := range e.Examples {
		if is[x.LoanID] != nil && is[x.LoanID][0] != x.From || as[x.LoanID] != nil && as[x.LoanID][0] != x.To {
			t.Errorf("example %+v; it was %v and would be %v", x, is[x.LoanID], as[x.LoanID])
		}
	}

	q = bureau.WhatIf{ChargeOffPastDue: rules.PastDueZero, Program: "COAST"}
	if e, err = q.Effects(t.Context(), db.DB, v, nil); err != nil || e.Files[0].Changed == 0 || e.Files[1].Changed != 0 {
		t.Errorf("one program alone: %+v, %v", e, err)
	}
	none, four := 0, 4
	for _, bad := range []bureau.WhatIf{
		{}, {TrailingReports: &none}, {TrailingReports: &four}, {Method: "weeks"}, {ChargeOffPastDue: "half"},
		{ChargeOffPastDue: "zero", Product: "NONE"}, {ChargeOffPastDue: "zero", Program: "NONE"},
	} {
		if _, err := bad.Effects(t.Context(), db.DB, v, nil); !errors.Is(err, bureau.ErrWhatIf) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := (bureau.WhatIf{ChargeOffPastDue: "zero", AsOf: september + 1}).Effects(t.Context(), db.DB, v, nil); !errors.Is(err, bureau.ErrNoFiles) {
		t.Errorf("a date without files: %v", err)
	}

	// The command says it, and refuses what it cannot try.
	var out, complaint strings.Builder
	run := func(args ...string) int {
		out.Reset()
		complaint.Reset()
		c := &app{stdin: strings.NewReader(""), bytes: &out, stderr: &complaint, getenv: testKeyset, now: a.now}
		return c.run(t.Context(), append([]string{"simulate", "--database-url", a.settings.databaseURL}, args...))
	}
	if status := run("--charge-off-past-due", "zero"); status != exitDone || !strings.Contains(out.String(), "nothing was changed") || !strings.Contains(out.String(), "amount_past_due") {
		t.Errorf("status %d: %s%s", status, &out, &complaint)
	}
	for _, bad := range [][]string{{"--trailing-reports", "4"}, {"--as-of", "2026-10-31"}, {"--charge-off-after", "2", "--from", "2026-10-31"}} {
		if status := run(bad...); status != exitUsage || complaint.Len() == 0 {
			t.Errorf("%v: status %d: %s", bad, status, &complaint)
		}
	}

	// The console's desk does one at a time, each once.
	d := a.newSimulationDesk(t.Context())
	order := console.SimulateOrder{ID: "S1", By: "ada", ChargeOffPastDue: "zero"}
	if err := d.begin(order); err != nil {
		t.Fatal(err)
	}
	d.ended.Wait()
	if err := d.begin(order); err != nil || len(d.list()) != 1 {
		t.Errorf("the form sent twice: %v, %d kept", err, len(d.list()))
	}
	done1 := d.find("S1")
	if done1.Works() || done1.Failed != "" || done1.Percent != 100 || done1.Effects.Changed == 0 || !strings.HasPrefix(done1.Effects.Examples[0].Account, "*") {
		t.Errorf("simulation %+v", done1)
	}
	d.kept[0].Ended = time.Time{} // as if it worked
	busy, busied := errors.AsType[*console.SimulationBusy](d.begin(console.SimulateOrder{ID: "S2", By: "eve", Method: "days"}))
	if !busied || busy.By != "ada" || busy.ID != "S1" {
		t.Errorf("a second simulation: %v", busy)
	}
	d.kept[0].Ended = a.now()
	otherwise := order
	otherwise.ChargeOffPastDue = "balance"
	if err := d.begin(otherwise); !errors.Is(err, servicing.ErrKeyUsed) {
		t.Errorf("other settings by the form of a simulation: %v", err)
	}
	if err := d.begin(console.SimulateOrder{ID: "S3"}); !errors.Is(err, servicing.ErrInvalid) {
		t.Errorf("no setting: %v", err)
	}
	d.end()
	if err := d.begin(console.SimulateOrder{ID: "S4", By: "eve", Method: "days"}); err != nil {
		t.Fatal(err)
	}
	d.ended.Wait()
	if s := d.find("S4"); s.Works() || s.Failed == "" {
		t.Errorf("a simulation at the end of the program: %+v", s)
	}
}

package main

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/rules"
)

// setCalendar makes the Federal Reserve's days the business days.
func setCalendar(t *testing.T, a *app, db *sqlx.DB, policies map[string]rules.ClosedDayPolicy) {
	t.Helper()
	_, err := a.desk(db).SetCalendar(t.Context(), servicing.CalendarRequest{
		Order: servicing.Order{By: "a test", Why: "a test"}, Kind: rules.FederalReserve, Policies: policies,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRestEqualsNoNight: nights in which every step rests on closed days leave the facts and the files of those that are not
// run on them. 2026-05-25 is Memorial Day, 2026-05-31 a Sunday.
func TestRestEqualsNoNight(t *testing.T) {
	t.Parallel()
	portfolio := fixtures.Options{Loans: 150, Seed: 11, Out: t.TempDir(), Cases: 20}.WithDefaults()
	if _, err := fixtures.Generate(t.Context(), portfolio); err != nil {
		t.Fatal(err)
	}
	first, last := rules.NewDate(2026, time.May, 20), rules.NewDate(2026, time.June, 8)
	live := func(policies map[string]rules.ClosedDayPolicy) (facts, files map[string]string, nights int) {
		a, db := bookOf(t, portfolio.Out)
		setCalendar(t, a, db.DB, policies)
		n := night{workers: workersFlag{here: 2}, share: batch.Share{Count: 1}, why: "a test", dir: t.TempDir()}
		calendar, err := book.ReadCalendar(t.Context(), db.DB)
		if err != nil {
			t.Fatal(err)
		}
		n.calendar = calendar
		onDate(t, a, db, n, first)
		a.now = eveningOf(last)
		c := &catchUp{until: last, done: func(_ context.Context, _ rules.Date, _ *batch.Summary, _ error) error { nights++; return nil }}
		if err := a.catchUp(t.Context(), db, n, c); err != nil {
			t.Fatal(err)
		}
		return outcomes(t, db), hashes(t, n.dir), nights
	}
	rests := map[string]rules.ClosedDayPolicy{}
	for _, entry := range rules.PolicyEntries() {
		rests[entry] = rules.Roll
	}
	delete(rests, rules.NightEntry)
	wantFacts, wantFiles, few := live(map[string]rules.ClosedDayPolicy{rules.NightEntry: rules.Skip})
	gotFacts, gotFiles, many := live(rests)
	if few != 12 || many != 19 || len(wantFiles) == 0 {
		t.Fatalf("%d and %d nights, %d files", few, many, len(wantFiles))
	}
	if diff := cmp.Diff(wantFacts, gotFacts); diff != "" {
		t.Errorf("facts, no night (-) and rest (+):\n%s", diff)
	}
	if diff := cmp.Diff(wantFiles, gotFiles); diff != "" {
		t.Errorf("files, no night (-) and rest (+):\n%s", diff)
	}
}

// outcomes are what nights have decided about loans, without the runs.
func outcomes(t *testing.T, db *database.Database) map[string]string {
	t.Helper()
	found := map[string]string{}
	for name, query := range map[string]string{
		"states":     `SELECT loan, status, status_since, closed_on FROM loan_state`,
		"history":    `SELECT loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, rule, facts FROM status_history`,
		"statements": `SELECT loan, episode, business_date, status, closed_on, cycle_no, starts_on FROM statement`,
		"items":      `SELECT loan, item_id, state, cancelled_on FROM scheduled_item`,
		"files":      `SELECT as_of, previous_on, created_on, sha256, records FROM bureau_file`,
	} {
		var print string
		err := db.DB.GetContext(t.Context(), &print, `SELECT count(*) || ' ' || md5(string_agg(said, E'\n' ORDER BY said))
			FROM (SELECT CAST(row_to_json(r) AS text) AS said FROM (`+query+`) r) s`)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found[name] = print
	}
	return found
}

// TestCatchUpRests: dates that need no night are left out, also the first and the last.
func TestCatchUpRests(t *testing.T) {
	t.Parallel()
	calendar := &rules.BusinessCalendar{
		Days: &rules.BusinessDays{Kind: rules.Weekdays}, Policies: map[string]rules.ClosedDayPolicy{rules.NightEntry: rules.Roll},
	}
	friday := rules.NewDate(2026, time.May, 22)
	for _, c := range []struct {
		name               string
		closed, first, end rules.Date
		want               rules.Date
		rests              bool
	}{
		{name: "a Saturday", closed: friday, end: friday + 1, rests: true},
		{name: "a Sunday, two dates missed", closed: friday - 2, end: friday + 2, want: friday - 1, rests: true},
		{name: "the Monday", closed: friday, end: friday + 3, want: friday + 3},
		{name: "no book begins on a Sunday", first: friday + 2, end: friday + 2, rests: true},
		{name: "a book begins", first: friday, end: friday, want: friday},
	} {
		u := &catchUp{until: c.end, first: c.first}
		if got := u.next(inquiry.Standing{Closed: c.closed}, calendar); got != c.want || u.rests != c.rests {
			t.Errorf("%s: %s, rests %v, want %s, %v", c.name, got, u.rests, c.want, c.rests)
		}
	}
}

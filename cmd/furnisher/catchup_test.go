package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/rules"
)

func TestCatchUpNext(t *testing.T) {
	t.Parallel()
	const d = rules.Date(20000)
	for _, c := range []struct {
		name        string
		at          inquiry.Standing
		until, want rules.Date
		first       rules.Date
	}{
		{name: "no night, and none begins the book", until: d},
		{name: "no night", until: d, first: d, want: d},
		{name: "up to date", at: inquiry.Standing{Closed: d}, until: d, first: d},
		{name: "ahead of it", at: inquiry.Standing{Closed: d + 1}, until: d},
		{name: "the oldest missed one", at: inquiry.Standing{Closed: d - 3}, until: d, want: d - 2},
		{name: "the unfinished one", at: inquiry.Standing{Closed: d - 3, Unfinished: d - 1}, until: d, want: d - 1},
		{name: "the unfinished one beyond the end", at: inquiry.Standing{Closed: d - 3, Unfinished: d + 1}, until: d, want: d + 1},
		{name: "the unfinished one is the first", at: inquiry.Standing{Unfinished: d}, until: d, want: d},
	} {
		if got := (&catchUp{until: c.until, first: c.first}).next(c.at, nil); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestCatchUpEqualsOnTime (Q17, Q50): ten missed dates that are caught up leave the tables and files of ten nights that were
// run on time.
func TestCatchUpEqualsOnTime(t *testing.T) {
	t.Parallel()
	portfolio := fixtures.Options{Loans: 150, Seed: 5, Out: t.TempDir(), Cases: 20}.WithDefaults()
	if _, err := fixtures.Generate(t.Context(), portfolio); err != nil {
		t.Fatal(err)
	}
	first := rules.NewDate(2026, time.September, 24)
	last := first + 10
	live := func(nights func(a *app, db *database.Database, n night)) (tables, files map[string]string) {
		a, db := bookOf(t, portfolio.Out)
		n := night{workers: workersFlag{here: 2}, share: batch.Share{Count: 1}, why: "a test", dir: t.TempDir()}
		onDate(t, a, db, n, first)
		nights(a, db, n)
		return fingerprint(t, db.DB), hashes(t, n.dir)
	}
	wantTables, wantFiles := live(func(a *app, db *database.Database, n night) {
		for d := first + 1; d <= last; d++ {
			onDate(t, a, db, n, d)
		}
	})
	gotTables, gotFiles := live(func(a *app, db *database.Database, n night) {
		a.now = eveningOf(last + 1)
		until, err := dueUntil(0, rules.DateOf(a.now()))
		if err != nil {
			t.Fatal(err)
		}
		if err := a.caughtUp(t.Context(), db, n, until, dryRun{}, false); err != nil {
			t.Fatal(err)
		}
	})
	if len(wantFiles) < 2 || len(wantTables) < 20 {
		t.Fatalf("got %d files and %d tables to compare", len(wantFiles), len(wantTables))
	}
	if diff := cmp.Diff(wantTables, gotTables); diff != "" {
		t.Errorf("tables, on time (-) and caught up (+):\n%s", diff)
	}
	if diff := cmp.Diff(wantFiles, gotFiles); diff != "" {
		t.Errorf("files, on time (-) and caught up (+):\n%s", diff)
	}
}

// eveningOf is a clock that stands at a quarter past eleven.
func eveningOf(d rules.Date) func() time.Time {
	return func() time.Time { return d.Time().Add(23*time.Hour + 15*time.Minute) }
}

// onDate runs a night in the evening of its date.
func onDate(t *testing.T, a *app, db *database.Database, n night, d rules.Date) {
	t.Helper()
	a.now, n.date = eveningOf(d), d
	if _, err := a.night(t.Context(), db, n); err != nil {
		t.Fatalf("night of %s: %v", d, err)
	}
}

// fingerprint is a hash of each table's rows, without time stamps, attempts and the place of files.
func fingerprint(t *testing.T, db *sqlx.DB) map[string]string {
	t.Helper()
	var shapes []struct {
		Name    string `db:"name"`
		Columns string `db:"columns"`
	}
	err := db.SelectContext(t.Context(), &shapes, `
		SELECT c.table_name AS name, string_agg(quote_ident(c.column_name), ', ' ORDER BY c.ordinal_position) AS columns
		FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'furnisher' AND t.table_type = 'BASE TABLE' AND c.table_name NOT LIKE 'goose%'
		  AND c.data_type <> 'timestamp with time zone' AND c.column_name NOT IN ('path', 'seconds', 'attempts')
		  AND (c.table_name, c.column_name) NOT IN (('customer', 'ssn'), ('customer', 'date_of_birth'), ('keyset', 'sealed'), ('file_page', 'records'), ('proof_entry', 'digest')) -- another text each time
		GROUP BY c.table_name`)
	if err != nil {
		t.Fatal(err)
	}
	prints := map[string]string{}
	for _, s := range shapes {
		var found string
		if s.Name == "account" { // but for what is sealed
			s.Columns = strings.Replace(s.Columns, "facts", `CASE WHEN octet_length(facts) > 5 THEN substr(facts, 6 + (get_byte(facts, 3) << 8) + get_byte(facts, 4)) ELSE facts END`, 1)
		}
		err := db.GetContext(t.Context(), &found, fmt.Sprintf(`SELECT format('%%s rows, %%s', count(*), md5(coalesce(string_agg(said, E'\n' ORDER BY said), '')))
			FROM (SELECT CAST(row_to_json(r) AS text) AS said FROM (SELECT %s FROM %s) r) s`, s.Columns, s.Name))
		if err != nil {
			t.Fatal(err)
		}
		prints[s.Name] = found
	}
	return prints
}

// hashes are those of a folder's files by name.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, e := range entries {
		if e.IsDir() && e.Name() == "voided" {
			continue
		}
		body, err := os.ReadFile(dir + "/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = fmt.Sprintf("%x", sha256.Sum256(body))
	}
	return found
}

// TestCatchUpBesideARun: another process closes a date between the look at the book and the night.
func TestCatchUpBesideARun(t *testing.T) {
	t.Parallel()
	a, db, _ := newApp(t)
	n := night{workers: workersFlag{here: 1}, share: batch.Share{Count: 1}, why: "a test", dir: t.TempDir()}
	onDate(t, a, db, n, september)
	a.now = eveningOf(september + 3)
	var nights []rules.Date
	c := &catchUp{until: september + 3, done: func(_ context.Context, d rules.Date, s *batch.Summary, err error) error {
		nights = append(nights, d)
		return nil
	}}
	c.news = func(_ context.Context, _ *database.Database, d rules.Date) error { // after the look
		onDate(t, a, db, n, d)
		a.now = eveningOf(september + 3)
		return nil
	}
	if err := a.catchUp(t.Context(), db, n, c); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]rules.Date{september + 2, september + 3}, nights); diff != "" {
		t.Errorf("nights (-want +got):\n%s", diff)
	}
}

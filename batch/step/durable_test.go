package step_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// struckDays is how many days of a book are struck, each at five moments.
const struckDays = 10

// TestSaidIsDurable kills the server, whose commits are lazy, at the moment when it was said that an import is in, a run
// is closed, or a file has moved on, 50 times. After each restart it is there, with all that was said before.
func TestSaidIsDurable(t *testing.T) {
	t.Parallel()
	own := pgtest.NewOwn(t)
	e := book()
	e["programs"] = strings.Replace(e["programs"], "monthly:last", "daily", 1)
	for n := range 5 {
		e.loan(fmt.Sprintf("L%d", n))
	}
	dir := t.TempDir()
	// said does what is said to be done, kills the server, and counts what of it is there after the restart.
	said := func(what string, do func(db *sqlx.DB), found string, want int) {
		t.Helper()
		db := openAs(t, own.URL, "first")
		do(db)
		own.Kill()
		own.Start()
		if got := count(t, openAs(t, own.URL, "second"), found); got != want {
			t.Errorf("%s: after a crash %d are there, want %d", what, got, want)
		}
	}
	if mode := setting(t, own.URL, "synchronous_commit"); mode != "off" {
		t.Fatalf("the server commits with synchronous_commit %s, want off", mode)
	}
	for n := range struckDays {
		date := day("2026-06-01") + rules.Date(n)
		said(fmt.Sprintf("import %d", n+1), func(db *sqlx.DB) {
			e.entry("L0", "FEE", "1.00", "2026-05-20", "")
			e.load(t, db)
		}, "SELECT count(*) FROM loan_transaction", 5+n+1)
		said(fmt.Sprintf("run of %s", date), func(db *sqlx.DB) { night(t, db, dir, date.String()) },
			`SELECT count(*) FROM run r WHERE state = 'CLOSED' AND NOT EXISTS (SELECT FROM run_chunk WHERE state = 'PENDING')
				AND (SELECT count(*) FROM tradeline) = 5 * (SELECT count(*) FROM bureau_file)`, n+1)
		for _, to := range []bureau.State{bureau.Released, bureau.Transmitted, bureau.Accepted} {
			said(fmt.Sprintf("file %d %s", n+1, to), func(db *sqlx.DB) {
				m := bureau.Move{File: int64(n + 1), To: to, Who: "tester", Why: "a test", Acknowledged: []string{bureau.AllWarnings}}
				if _, err := bureau.Change(t.Context(), db, m, clock()); err != nil {
					t.Fatal(err)
				}
			}, fmt.Sprintf("SELECT count(*) FROM bureau_file WHERE file = %d AND state = '%s'", n+1, to), 1)
		}
	}
}

// setting is a setting of a server.
func setting(t *testing.T, url, name string) (value string) {
	t.Helper()
	if err := openAs(t, url, "first").Get(&value, "SHOW "+name); err != nil {
		t.Fatal(err)
	}
	return value
}

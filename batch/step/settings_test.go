package step_test

import (
	"fmt"
	"testing"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// TestCalendarReadOnce holds that a chunk of the pass reads the business days once, with the other settings; a chunk of the purge and the
// plan of the files do, too.
func TestCalendarReadOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	for n := range 5 {
		e.loan(fmt.Sprintf("L%d", n))
	}
	e.load(t, db)
	db.MustExec("CREATE SEQUENCE reads")
	db.MustExec("ALTER TABLE business_calendar RENAME TO kept_calendar")
	db.MustExec("CREATE VIEW business_calendar AS SELECT * FROM kept_calendar WHERE nextval('reads') > 0")
	night(t, db, t.TempDir(), "2026-07-15")
	pass := count(t, db, "SELECT count(*) FROM run_chunk WHERE step = 'delinquency'")
	purge := count(t, db, "SELECT count(*) FROM run_chunk WHERE step = 'purge'")
	if got, want := count(t, db, "SELECT last_value FROM reads"), pass+purge+1; pass < 2 || got != want {
		t.Errorf("a night of %d chunks of the pass and %d of the purge read the business days %d times, want %d", pass, purge, got, want)
	}
}

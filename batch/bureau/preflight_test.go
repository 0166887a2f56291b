package bureau_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// findings lists them, each with how often it was seen and what people did.
func (l *lender) findings() string {
	l.t.Helper()
	return l.row(`SELECT coalesce(string_agg(concat_ws(' ', rule, nullif(about, ''), state, 'x' || times, 'months ' || months,
		'files ' || first_file || '-' || last_file, owner, accepted_by, 'fixed ' || fixed_file), ', ' ORDER BY rule, about), '') FROM finding`)
}

func look() bureau.Preflight {
	return bureau.Preflight{Vault: book.Vault{Keys: pgtest.Keys()}, Limits: rules.DefaultDriftLimits(), Who: "robin", Now: clock()}
}

// looked looks at a file and says what is open of it, by harm.
func (l *lender) looked(file int64) string {
	l.t.Helper()
	s, err := look().Run(l.t.Context(), l.db, file)
	if err != nil {
		l.t.Fatal(err)
	}
	return fmt.Sprintf("accounts %d, grave %d, serious %d", s[0].Accounts, s[0].Open(rules.Grave), s[0].Open(rules.Serious))
}

// TestPreflightRelease: a grave finding keeps its file from the release and is kept all the same; a supervisor who is not its maker accepts
// it; the next month asks again, and knows it; what is put right is fixed.
func TestPreflightRelease(t *testing.T) {
	t.Parallel()
	l := newLender(t, "monthly:last", "")
	l.loan("OK", "", 10)
	l.load()
	l.night("2026-01-31")
	if got := l.correct("OK", "21", "900"); got != "correction 1 known false" { // after the file was made
		t.Fatal(got)
	}
	release := bureau.Move{
		File: 1, To: bureau.Released, Who: "kim", Why: "because", Acknowledged: []string{bureau.AllWarnings},
		Vault: book.Vault{Keys: pgtest.Keys()}, Drift: rules.DefaultDriftLimits(),
	}
	if _, err := bureau.Preview(t.Context(), l.db, release, clock()); !errors.Is(err, bureau.ErrGrave) {
		t.Fatalf("a release that would be refused: %v", err)
	}
	if got := l.findings(); got != "" {
		t.Fatalf("a preview keeps %s", got)
	}
	_, err := bureau.Change(t.Context(), l.db, release, clock())
	if !errors.Is(err, bureau.ErrGrave) || !strings.HasSuffix(err.Error(), "grave findings that nobody accepted: V6 1") {
		t.Fatalf("a release with a grave finding: %v", err)
	}
	const first = "V16 OPEN x1 months 1 files 1-1, V6 current_balance OPEN x1 months 1 files 1-1"
	if got := l.findings(); got != first {
		t.Fatalf("kept: %s", got)
	}
	rows := func() string {
		return l.row(`SELECT string_agg(concat(xmin, ' ', ctid), ',' ORDER BY finding) FROM finding`)
	}
	before := rows()
	if got := l.looked(1); got != "accounts 1, grave 1, serious 1" || l.findings() != first || rows() != before {
		t.Fatalf("the same look again: %s, %s", got, l.findings())
	}
	numbers, err := bureau.OpenFindings(t.Context(), l.db, 1, "V6")
	if err != nil || len(numbers) != 1 {
		t.Fatal(numbers, err)
	}
	four := batch.Authority{FourEyes: true}
	for _, c := range []struct {
		do   func() error
		want error
	}{
		{func() error { return bureau.AcceptFindings(t.Context(), l.db, numbers, "test", "seen", four, clock()) }, batch.ErrFourEyes},
		{func() error {
			return bureau.AcceptFindings(t.Context(), l.db, []int64{99}, "kim", "seen", four, clock())
		}, bureau.ErrNoFinding},
		{func() error { return bureau.AssignFindings(t.Context(), l.db, numbers, "rivera", 0) }, nil},
		{func() error { return bureau.AcceptFindings(t.Context(), l.db, numbers, "kim", "seen", four, clock()) }, nil},
		{func() error { return bureau.AcceptFindings(t.Context(), l.db, numbers, "kim", "seen", four, clock()) }, bureau.ErrNotOpen},
	} {
		if err := c.do(); !errors.Is(err, c.want) {
			t.Fatalf("%v, want %v", err, c.want)
		}
	}
	if got := l.row(`SELECT string_agg(kind || ' ' || who, ', ') FROM act WHERE kind = 'ACCEPT_FINDING'`); got != "ACCEPT_FINDING kim" {
		t.Errorf("acts: %s", got)
	}
	if _, err := bureau.Change(t.Context(), l.db, release, clock()); err != nil {
		t.Fatalf("a release with an accepted finding: %v", err)
	}
	// The next file bears the correction; nobody has given the address yet.
	l.night("2026-02-28")
	l.db.MustExec(`ALTER TABLE correction DISABLE TRIGGER correction_is_kept`)
	l.db.MustExec(`UPDATE correction SET value = '800'`) // as if the lock had been lost
	if got := l.looked(2); got != "accounts 1, grave 1, serious 3" {
		t.Errorf("the next month: %s", got)
	}
	if got := l.findings(); got != "V16 OPEN x2 months 2 files 1-2, V27 V16 OPEN x1 months 1 files 2-2, V27 V6 current_balance OPEN x1 months 1 files 2-2, "+
		"V6 current_balance OPEN x2 months 2 files 1-2 rivera kim" {
		t.Errorf("a month later: %s", got)
	}
	later := l.findings()
	if got := l.looked(1); got != "accounts 1, grave 1, serious 1" || l.findings() != later {
		t.Errorf("a look at the file before, which knows of no later month: %s, %s", got, l.findings())
	}
	l.db.MustExec(`UPDATE correction SET value = '900'`)
	l.db.MustExec(`UPDATE program SET dispute_address = '1 Main St'`)
	if got := l.looked(2); got != "accounts 1, grave 0, serious 0" {
		t.Errorf("put right: %s", got)
	}
	if got := l.row(`SELECT string_agg(concat_ws(' ', c.file, c.before, x.was, x.became, x.accounts), ', ' ORDER BY c.file) FROM file_count c JOIN file_cell x USING (file)`); got != "1  11 1, 2 1 11 11 1" {
		t.Errorf("the looks counted: %s", got)
	}
	if got := l.findings(); got != "V16 FIXED x1 months 1 files 1-1 fixed 2, V27 V16 FIXED x1 months 1 files 2-2 fixed 2, "+
		"V27 V6 current_balance FIXED x1 months 1 files 2-2 fixed 2, V6 current_balance FIXED x1 months 1 files 1-1 rivera kim fixed 2" {
		t.Errorf("fixed: %s", got)
	}
	// What is counted of the last file, if it was not looked at, and what was kept are the same; a file without its records is not looked at.
	l.db.MustExec(`DELETE FROM preflight WHERE file = 1`)
	if got := l.looked(2); got != "accounts 1, grave 0, serious 0" {
		t.Errorf("after a file that was not looked at: %s", got)
	}
	l.db.MustExec(`CREATE TABLE kept AS SELECT * FROM file_page; DELETE FROM file_page WHERE file = 2`)
	before = l.findings()
	if _, err := look().Run(t.Context(), l.db, 2); !errors.Is(err, bureau.ErrNoRecords) || !strings.HasSuffix(err.Error(), "it has 0 of 1") || l.findings() != before {
		t.Errorf("a file whose records were let go: %v, %s", err, l.findings())
	}
	l.db.MustExec(`INSERT INTO file_page SELECT * FROM kept WHERE file = 2; DROP TABLE kept`)
	// A person who says so is believed until the next look.
	l.db.MustExec(`UPDATE program SET dispute_address = NULL`)
	l.looked(2)
	if numbers, err = bureau.OpenFindings(t.Context(), l.db, 2, "V16"); err != nil || len(numbers) != 1 {
		t.Fatal(numbers, err)
	}
	if err := bureau.ResolveFindings(t.Context(), l.db, numbers, "rivera", "asked for it"); err != nil {
		t.Fatal(err)
	}
	if got := l.row(`SELECT concat_ws(' ', state, fixed_by, fixed_why) FROM finding WHERE rule = 'V16'`); got != "FIXED rivera asked for it" {
		t.Errorf("resolved: %s", got)
	}
	if got := l.looked(2); got != "accounts 1, grave 0, serious 2" {
		t.Errorf("resolved, and there: %s", got)
	}
	// A file whose records were let go does not keep another one from being looked at.
	l.db.MustExec(`DELETE FROM file_page WHERE file = 2`)
	if s, err := look().Run(t.Context(), l.db, 2, 1); !errors.Is(err, bureau.ErrNoRecords) || len(s) != 1 || s[0].File != 1 {
		t.Errorf("beside one that has its records: %d files, %v", len(s), err)
	}
}

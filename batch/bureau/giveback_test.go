package bureau_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch/bureau"
)

// change takes the newest file through states.
func (l *lender) change(states ...bureau.State) {
	l.t.Helper()
	var file int64
	if err := l.db.Get(&file, `SELECT max(file) FROM bureau_file`); err != nil {
		l.t.Fatal(err)
	}
	for _, to := range states {
		m := bureau.Move{File: file, To: to, Who: "test", Why: "because", Acknowledged: []string{bureau.AllWarnings}}
		if _, err := bureau.Change(l.t.Context(), l.db, m, clock()); err != nil {
			l.t.Fatal(err)
		}
	}
}

// TestDeletionsGoOutAgain holds that the deletions of a file that a bureau rejected whole, or that was voided before it was
// sent, go into the next file, each with what it deletes by (DC6), and that those of a file that counts never do (DC2).
func TestDeletionsGoOutAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		states []bureau.State
		again  bool
	}{
		{"rejected", []bureau.State{bureau.Released, bureau.Transmitted, bureau.Rejected}, true},
		{"voided", []bureau.State{bureau.Released, bureau.Voided}, true},
		{"accepted", []bureau.State{bureau.Released, bureau.Transmitted, bureau.Accepted}, false},
		{"generated", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLender(t, "monthly:last", "")
			l.loan("ERR", "", 10)
			l.loan("FRD", "", 10)
			l.loan("OK", "", 10)
			l.load()
			l.night("2026-01-31")
			for _, id := range []string{"ERR", "FRD"} {
				l.entry(id, "PAYMENT", "1000.00", "2026-02-10")
			}
			l.add("terminations", "ERR,2026-02-10,,ERRO")
			l.add("terminations", "FRD,2026-02-10,,FRAD")
			l.load()
			february := `2026-02-28 after 2026-01-31 made 2026-02-28 cycle "": ERR=DA "" paid 1000 FRD=DF "" paid 1000 OK=11 "" paid 0`
			if diff := cmp.Diff([]string{february}, l.night("2026-02-28")); diff != "" {
				t.Fatalf("February (-want +got):\n%s", diff)
			}
			l.change(c.states...)

			march := []string{`2026-03-31 after 2026-02-28 made 2026-03-31 cycle "": OK=78 "" paid 0`}
			if c.again { // with what was paid since the last file that counts (Q23)
				march = []string{`2026-03-31 after 2026-02-28 made 2026-03-31 cycle "": ERR=DA "" paid 1000 FRD=DF "" paid 1000 OK=78 "" paid 0`}
			}
			if diff := cmp.Diff(march, l.night("2026-03-31")); diff != "" {
				t.Errorf("March (-want +got):\n%s", diff)
			}
			if got := l.excluded("ERR"); (got == "") != c.again {
				t.Errorf("March leaves the cancelled loan out: %q", got)
			}
			april := []string{`2026-04-30 after 2026-03-31 made 2026-04-30 cycle "": OK=80 "" paid 0`}
			if diff := cmp.Diff(april, l.night("2026-04-30")); diff != "" {
				t.Errorf("April (-want +got):\n%s", diff)
			}
			if got := l.excluded("ERR"); got != "ALREADY_DELETED DC2" {
				t.Errorf("April leaves the cancelled loan out: %q", got)
			}
			var live int
			if err := l.db.Get(&live, `SELECT count(*) FROM deletion WHERE live`); err != nil || live != 2 {
				t.Errorf("%d deletions count, %v; want each loan's once", live, err)
			}
		})
	}
}

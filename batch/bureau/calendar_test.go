package bureau_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// TestCalendars runs nights by each calendar and looks at the files that they make (BR1, Q17).
func TestCalendars(t *testing.T) {
	t.Parallel()
	type night struct {
		on   string
		want []string
	}
	for _, c := range []struct {
		name     string
		calendar rules.Calendar
		book     func(l *lender)
		nights   []night
	}{
		{
			"the last day of the month, also after a gap", "monthly:last",
			func(l *lender) {
				l.loan("A", "", 10)
				l.entry("A", "PAYMENT", "50.00", "2026-01-31")
				l.entry("A", "PAYMENT", "60.00", "2026-02-28")
				l.entry("A", "PAYMENT", "70.00", "2026-03-01")
			},
			[]night{
				{"2026-01-30", nil},
				{"2026-01-31", []string{`2026-01-31 after 2025-12-31 made 2026-01-31 cycle "": A=11 "" paid 50`}},
				{"2026-03-31", []string{
					`2026-02-28 after 2026-01-31 made 2026-03-31 cycle "": A=11 "" paid 60`,
					`2026-03-31 after 2026-02-28 made 2026-03-31 cycle "": A=11 "" paid 70`,
				}},
			},
		},
		{
			"a day that some months do not have", "monthly:31",
			func(l *lender) { l.loan("A", "", 10) },
			[]night{
				{"2026-02-27", nil},
				{"2026-02-28", []string{`2026-02-28 after 2026-01-31 made 2026-02-28 cycle "": A=11 "" paid 0`}},
				{"2026-03-30", nil},
				{"2026-04-30", []string{
					`2026-03-31 after 2026-02-28 made 2026-04-30 cycle "": A=78 "" paid 0`,
					`2026-04-30 after 2026-03-31 made 2026-04-30 cycle "": A=80 "" paid 0`,
				}},
			},
		},
		{
			"a day of the month, made by the night behind it", "monthly:15",
			func(l *lender) {
				l.loan("A", "", 10)
				l.entry("A", "PAYMENT", "50.00", "2026-02-15")
				l.entry("A", "PAYMENT", "60.00", "2026-02-16")
				l.entry("A", "PAYMENT", "70.00", "2026-03-16")
			},
			[]night{
				{"2026-02-16", []string{`2026-02-15 after 2026-01-15 made 2026-02-16 cycle "": A=11 "" paid 50`}},
				{"2026-03-14", nil},
				{"2026-03-16", []string{`2026-03-15 after 2026-02-15 made 2026-03-16 cycle "": A=11 "" paid 60`}},
			},
		},
		{
			"every day, also after a gap", "daily",
			func(l *lender) {
				l.loan("A", "", 10)
				l.entry("A", "PAYMENT", "50.00", "2026-02-04")
			},
			[]night{
				{"2026-02-02", []string{`2026-02-02 after 2026-02-01 made 2026-02-02 cycle "": A=11 "" paid 0`}},
				{"2026-02-03", []string{`2026-02-03 after 2026-02-02 made 2026-02-03 cycle "": A=11 "" paid 0`}},
				{"2026-02-06", []string{
					`2026-02-04 after 2026-02-03 made 2026-02-06 cycle "": A=11 "" paid 50`,
					`2026-02-05 after 2026-02-04 made 2026-02-06 cycle "": A=11 "" paid 0`,
					`2026-02-06 after 2026-02-05 made 2026-02-06 cycle "": A=11 "" paid 0`,
				}},
			},
		},
		{
			"each loan when its cycle ends, also after a gap", "cycle",
			func(l *lender) {
				l.loan("A", "07", 10)
				l.loan("B", "", 20)
				l.loan("C", "09", 20)
				l.entry("A", "PAYMENT", "50.00", "2026-03-10")
				l.entry("A", "PAYMENT", "60.00", "2026-03-11")
			},
			[]night{
				{"2026-02-09", nil},
				{"2026-02-10", []string{`2026-02-10 after 2026-01-10 made 2026-02-10 cycle "07": A=11 "07" paid 0`}},
				{"2026-04-15", []string{
					`2026-02-20 after 2026-01-20 made 2026-04-15 cycle "": B=11 "" paid 0 C=11 "09" paid 0`,
					`2026-03-10 after 2026-02-10 made 2026-04-15 cycle "07": A=11 "07" paid 50`,
					`2026-03-20 after 2026-02-20 made 2026-04-15 cycle "": B=71 "" paid 0 C=71 "09" paid 0`,
					`2026-04-10 after 2026-03-10 made 2026-04-15 cycle "07": A=11 "07" paid 60`,
				}},
			},
		},
		{
			"Q53 an account without a further cycle, on the day of its last one", "cycle",
			func(l *lender) { l.loan("A", "", 31) },
			[]night{
				{"2026-07-31", []string{ // its seventh cycle is the last
					`2026-07-31 after 2026-06-30 made 2026-07-31 cycle "": A=83 "" paid 0`,
				}},
				{"2026-09-30", []string{
					`2026-08-31 after 2026-07-31 made 2026-09-30 cycle "": A=84 "" paid 0`,
					`2026-09-30 after 2026-08-30 made 2026-09-30 cycle "": A=84 "" paid 0`,
				}},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLender(t, c.calendar, "")
			c.book(l)
			l.load()
			for _, n := range c.nights {
				if diff := cmp.Diff(n.want, l.night(n.on)); diff != "" {
					t.Errorf("files of night %s (-want +got):\n%s", n.on, diff)
				}
			}
		})
	}
}

// TestCycleIDs holds that a program reports the loans of its cycle ids, each when its cycle ends, and that the others are on
// the exclusion list (DC11).
func TestCycleIDs(t *testing.T) {
	t.Parallel()
	l := newLender(t, "cycle", "07 08")
	l.loan("A", "07", 10)
	l.loan("B", "", 10)
	l.loan("C", "09", 20)
	l.loan("D", "08", 25)
	l.load()
	for _, night := range []struct {
		on   string
		want []string
	}{
		{"2026-02-24", nil},
		{"2026-02-25", []string{`2026-02-25 after 2026-01-25 made 2026-02-25 cycle "08": D=11 "08" paid 0`}},
		{"2026-03-24", []string{`2026-03-10 after 2026-02-10 made 2026-03-24 cycle "07": A=71 "07" paid 0`}},
	} {
		if diff := cmp.Diff(night.want, l.night(night.on)); diff != "" {
			t.Errorf("files of night %s (-want +got):\n%s", night.on, diff)
		}
	}
	for loan, want := range map[string]string{"A": "", "B": "OTHER_CYCLE BR1", "C": "OTHER_CYCLE BR1", "D": "OTHER_CYCLE BR1"} {
		if got := l.excluded(loan); got != want {
			t.Errorf("loan %s: %q, want %q", loan, got, want)
		}
	}
}

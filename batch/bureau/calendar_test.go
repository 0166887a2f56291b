package bureau_test

import (
	"strings"
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

// TestCalendarChangedOnClosedDay: an import gives a program another calendar while a file of it waits for the next business day. The
// file is made by it all the same, by the calendar that it waited by (Q17); 2026-01-31 is a Saturday.
func TestCalendarChangedOnClosedDay(t *testing.T) {
	t.Parallel()
	made := `2026-01-31 after 2025-12-31 made 2026-02-02 cycle "": A=11 "" paid 50`
	for _, c := range []struct {
		name   string
		to     []rules.Calendar // an import after each of the nights from Saturday on
		monday []string
	}{
		{"to another day of the month", []rules.Calendar{"monthly:15"}, []string{made}},
		{"to one that has the day, too", []rules.Calendar{"monthly:31"}, []string{made}},
		{"to billing cycles", []rules.Calendar{"cycle"}, []string{made}},
		{"to a day that is due", []rules.Calendar{"monthly:02"}, []string{made, `2026-02-02 after 2026-01-02 made 2026-02-02 cycle "": A=11 "" paid 0`}},
		{"twice", []rules.Calendar{"monthly:01", "monthly:15"}, []string{
			made, `2026-02-01 after 2026-01-01 made 2026-02-02 cycle "": A=11 "" paid 0`,
		}},
		{"there and back", []rules.Calendar{"monthly:15", "monthly:last"}, []string{made}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLender(t, "monthly:last", "")
			l.loan("A", "", 10)
			l.entry("A", "PAYMENT", "50.00", "2026-01-30")
			l.load()
			l.rests()
			calendar := rules.Calendar("monthly:last")
			l.night("2026-01-30")
			for _, on := range []string{"2026-01-31", "2026-02-01"} {
				if got := l.night(on); got != nil {
					t.Errorf("the night of %s made %q", on, got)
				}
				if len(c.to) > 0 {
					l.extract["programs"] = strings.Replace(l.extract["programs"], string(calendar), string(c.to[0]), 1)
					calendar, c.to = c.to[0], c.to[1:]
					l.load()
				}
			}
			if diff := cmp.Diff(c.monday, l.night("2026-02-02")); diff != "" {
				t.Errorf("files of the next business day (-want +got):\n%s", diff)
			}
			if got := l.night("2026-02-03"); got != nil {
				t.Errorf("the day after made %q", got)
			}
		})
	}
}

// TestFirstNightOnClosedDay: a book whose very first night is on a closed day looks back from it as Q53 says, on the first business day.
func TestFirstNightOnClosedDay(t *testing.T) {
	t.Parallel()
	l := newLender(t, "monthly:30", "") // a Friday
	l.loan("A", "", 10)
	l.load()
	l.rests()
	if got := l.night("2026-01-31"); got != nil {
		t.Errorf("the first night made %q", got)
	}
	if got := l.night("2026-02-01"); got != nil {
		t.Errorf("the second night made %q", got)
	}
	want := []string{`2026-01-30 after 2025-12-30 made 2026-02-02 cycle "": A=11 "" paid 0`}
	if diff := cmp.Diff(want, l.night("2026-02-02")); diff != "" {
		t.Errorf("files of the first business day (-want +got):\n%s", diff)
	}
	if got := l.night("2026-02-03"); got != nil {
		t.Errorf("the day after made %q", got)
	}
}

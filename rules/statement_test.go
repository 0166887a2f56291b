package rules_test

import (
	"slices"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// billing is the cycles of the first quarter of 2026, with a gap from Mar 11 to Mar 15.
func billing() []rules.Cycle {
	return []rules.Cycle{
		{No: 1, StartsOn: day("2026-01-11"), EndsOn: day("2026-02-10")},
		{No: 2, StartsOn: day("2026-02-11"), EndsOn: day("2026-03-10")},
		{No: 3, StartsOn: day("2026-03-16"), EndsOn: day("2026-04-10")},
	}
}

// statementOn is the period of the statement that the night of d writes.
func statementOn(l rules.ClosedLoan, d rules.Date) (rules.StatementPeriod, bool) {
	if period, ok := rules.FinalStatement(l); ok && period.EndsOn <= d {
		return period, true
	}
	return rules.StatementPeriod{}, false
}

func TestFinalStatement(t *testing.T) {
	second := rules.StatementPeriod{StartsOn: day("2026-02-11"), EndsOn: day("2026-03-10"), CycleNo: 2}
	for _, c := range []struct {
		name          string
		closed, night string
		boarded       bool
		firstNight    string
		want          rules.StatementPeriod
		due           bool
		changeCycles  func([]rules.Cycle) []rules.Cycle
	}{
		{name: "FS1 the cycle has a day to run", closed: "2026-02-20", night: "2026-03-09"},
		{name: "FS1 at the end of the cycle", closed: "2026-02-20", night: "2026-03-10", want: second, due: true},
		{name: "FS1 a night later, when that night was missed", closed: "2026-02-20", night: "2026-03-11", want: second, due: true},
		{name: "FS1 closed on the last day: the same night", closed: "2026-03-10", night: "2026-03-10", want: second, due: true},
		{name: "FS1 closed on the first day of the cycle", closed: "2026-02-11", night: "2026-03-10", want: second, due: true},
		{
			name: "FS1 closed on the last day of the one before", closed: "2026-02-10", night: "2026-02-10", due: true,
			want: rules.StatementPeriod{StartsOn: day("2026-01-11"), EndsOn: day("2026-02-10"), CycleNo: 1},
		},
		{
			name: "FS1 the closing was found after its cycle ended", closed: "2026-02-08", night: "2026-02-28", due: true,
			want: rules.StatementPeriod{StartsOn: day("2026-01-11"), EndsOn: day("2026-02-10"), CycleNo: 1},
		},
		{
			name: "Q10 in no cycle, between two: the same night", closed: "2026-03-12", night: "2026-03-12", due: true,
			want: rules.StatementPeriod{StartsOn: day("2026-03-11"), EndsOn: day("2026-03-12")},
		},
		{
			name: "Q10 in no cycle, on the day after one", closed: "2026-03-11", night: "2026-03-11", due: true,
			want: rules.StatementPeriod{StartsOn: day("2026-03-11"), EndsOn: day("2026-03-11")},
		},
		{
			name: "Q10 in no cycle, after the last", closed: "2026-05-20", night: "2026-05-20", due: true,
			want: rules.StatementPeriod{StartsOn: day("2026-04-11"), EndsOn: day("2026-05-20")},
		},
		{
			name: "Q10 before the first cycle", closed: "2026-01-09", night: "2026-01-09", due: true,
			want: rules.StatementPeriod{StartsOn: day("2026-01-05"), EndsOn: day("2026-01-09")},
		},
		{
			name: "closed before it was opened: that day alone", closed: "2026-01-03", night: "2026-01-05", due: true,
			want: rules.StatementPeriod{StartsOn: day("2026-01-03"), EndsOn: day("2026-01-03")},
		},
		{
			name: "Q10 no cycles at all", closed: "2026-01-20", night: "2026-01-20", due: true,
			changeCycles: func([]rules.Cycle) []rules.Cycle { return nil },
			want:         rules.StatementPeriod{StartsOn: day("2026-01-05"), EndsOn: day("2026-01-20")},
		},
		{name: "Q10 boarded closed, its cycle over", closed: "2026-02-20", boarded: true, firstNight: "2026-03-11", night: "2026-03-11"},
		{
			name: "Q10 boarded closed, its cycle ends on the first night", closed: "2026-02-20", boarded: true,
			firstNight: "2026-03-10", night: "2026-03-10", want: second, due: true,
		},
		{
			name: "Q10 boarded closed, its cycle still runs: not yet", closed: "2026-02-20", boarded: true,
			firstNight: "2026-03-09", night: "2026-03-09",
		},
		{
			name: "Q10 boarded closed, its cycle still ran on the first night", closed: "2026-02-20", boarded: true,
			firstNight: "2026-03-09", night: "2026-03-10", want: second, due: true,
		},
		{
			name: "Q10 closed by us long after the boarding", closed: "2026-02-20", firstNight: "2026-01-20",
			night: "2026-03-10", want: second, due: true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			cycles := billing()
			if c.changeCycles != nil {
				cycles = c.changeCycles(cycles)
			}
			closed := day(c.closed)
			cycles = slices.DeleteFunc(cycles, func(c rules.Cycle) bool { return c.StartsOn > closed })
			l := rules.ClosedLoan{
				State: rules.State{ClosedOn: closed, Episode: 1, BoardedClosed: c.boarded}, OpenedOn: day("2026-01-05"), FirstNight: day(c.firstNight), Cycles: cycles,
			}
			got, due := statementOn(l, day(c.night))
			if got != c.want || due != c.due {
				t.Errorf("got %v %t, want %v %t", got, due, c.want, c.due)
			}
		})
	}
}

func TestAnnouncesStatement(t *testing.T) {
	for _, s := range rules.Statuses() {
		want := s == "CLOSED::PAID_OFF" || s == "CLOSED::SURPLUS_BALANCE" // FS2
		if got := rules.AnnouncesStatement(s); got != want {
			t.Errorf("%s: got %t, want %t", s, got, want)
		}
	}
}

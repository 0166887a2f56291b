package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// Q81: a cancelled payment excuses the cycle that it would have paid, which has the nearest due date.
func TestExcuses(t *testing.T) {
	dues := []rules.Due{{No: 1, DueOn: day("2026-03-10")}, {No: 2, DueOn: day("2026-04-10")}, {No: 3, DueOn: day("2026-05-10")}}
	payment := func(on, told string) rules.CancelledPayment {
		p := rules.CancelledPayment{On: day(on)}
		if told != "" {
			p.ToldOn = day(told)
		}
		return p
	}
	excuse := func(due, told string) rules.Excuse {
		p := payment(due, told)
		return rules.Excuse{DueOn: p.On, ToldOn: p.ToldOn}
	}
	for _, c := range []struct {
		name     string
		payments []rules.CancelledPayment
		dues     []rules.Due
		want     []rules.Excuse
	}{
		{"none", nil, dues, nil},
		{"no cycle", []rules.CancelledPayment{payment("2026-04-10", "")}, nil, nil},
		{"on the due date", []rules.CancelledPayment{payment("2026-04-10", "")}, dues, []rules.Excuse{excuse("2026-04-10", "")}},
		{"days before", []rules.CancelledPayment{payment("2026-04-05", "2026-04-02")}, dues, []rules.Excuse{excuse("2026-04-10", "2026-04-02")}},
		{"a day after: a due date on a Sunday", []rules.CancelledPayment{payment("2026-04-11", "")}, dues, []rules.Excuse{excuse("2026-04-10", "")}},
		{"in the middle: the later one", []rules.CancelledPayment{payment("2026-04-25", "")}, dues, []rules.Excuse{excuse("2026-05-10", "")}},
		{"before the first", []rules.CancelledPayment{payment("2026-01-01", "")}, dues, []rules.Excuse{excuse("2026-03-10", "")}},
		{"after the last", []rules.CancelledPayment{payment("2026-09-01", "")}, dues, []rules.Excuse{excuse("2026-05-10", "")}},
		{
			"two of one cycle, told of both", []rules.CancelledPayment{payment("2026-04-09", "2026-04-02"), payment("2026-04-10", "2026-04-03")}, dues,
			[]rules.Excuse{excuse("2026-04-10", "2026-04-03")},
		},
		{
			"two of one cycle, told of one", []rules.CancelledPayment{payment("2026-04-09", "2026-04-02"), payment("2026-04-10", "")}, dues,
			[]rules.Excuse{excuse("2026-04-10", "")},
		},
		{
			"two cycles", []rules.CancelledPayment{payment("2026-03-10", ""), payment("2026-05-10", "")}, dues,
			[]rules.Excuse{excuse("2026-03-10", ""), excuse("2026-05-10", "")},
		},
	} {
		if diff := cmp.Diff(c.want, rules.Excuses(c.payments, c.dues)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// DQ8, CA7: a bankruptcy's stay is no accommodation; any other pause is.
func TestIsStay(t *testing.T) {
	for reason, want := range map[string]bool{
		"BANKRUPTCY": true, "bankruptcy_stay": true, "automatic stay": true, "bankrupt": true, "hardship": false, "disaster": false,
		"stays abroad": false, "": false,
	} {
		if got := rules.IsStay(reason); got != want {
			t.Errorf("%q: got %t, want %t", reason, got, want)
		}
	}
}

// Q67: a cycle is billed at its end, and at its start if it is due by its end.
func TestCycleDue(t *testing.T) {
	for due, billed := range map[string]string{
		"2026-03-31": "2026-03-09", "2026-03-10": "2026-03-09", "2026-03-09": "2026-02-10", "2026-02-10": "2026-02-10",
	} {
		c := rules.Cycle{No: 3, StartsOn: day("2026-02-10"), EndsOn: day("2026-03-09"), DueOn: day(due), MinimumDue: 5_00}
		want := rules.Due{No: 3, BilledOn: day(billed), DueOn: day(due), MinimumDue: 5_00}
		if got := c.Due(); got != want {
			t.Errorf("due on %s: got %+v, want %+v", due, got, want)
		}
	}
}

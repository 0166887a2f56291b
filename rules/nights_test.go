package rules_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// night is what a test keeps of a loan from one night to the next.
type night struct {
	loan    rules.Loan
	events  []event
	moved   func(rules.Move) // is told of every move, if not nil
	history []string         // "business date status rule", with the effective date when it is another

	previous   rules.Date                           // business date of the night before, 0: none
	statements map[int]string                       // "date closed, period" of each closure's final statement
	cycleEnds  func(closedOn rules.Date) rules.Date // nil: no statements
}

// active is a loan that was opened long before its first cycle.
func active(product rules.Product, events ...event) *night {
	return &night{
		loan: rules.Loan{
			State: rules.State{Status: rules.Active, Since: day("2025-01-01")}, OpenedOn: day("2025-01-01"), HasCycles: true, Product: product,
		},
		events: events,
	}
}

// boarded is a loan that the lender gave a status on a date (Q4, Q5).
func boarded(product rules.Product, status rules.Status, since string, events ...event) *night {
	n := active(product, events...)
	n.loan.Status, n.loan.Since, n.loan.CountFrom, n.loan.ByHand = status, day(since), day(since), true
	if status.Closed() {
		n.loan.ClosedOn = day(since)
	}
	return n
}

// apply writes a move as the night does: the business date is the day on which the status changed.
func (n *night) apply(m rules.Move, d rules.Date) {
	line := d.String() + " " + string(m.To) + " " + m.Rule
	if m.EffectiveOn != d {
		line += " as of " + m.EffectiveOn.String()
	}
	n.history = append(n.history, line)
	n.loan.State = n.loan.After(m, d)
	if n.moved != nil {
		n.moved(m)
	}
}

// run makes steps 1 and 2 of one night and returns how many moves they made.
func (n *night) run(t rapid.TB, d rules.Date) int {
	t.Helper()
	n.loan.Ledger = ledgerOn(d, n.events)
	before := len(n.history)
	move, ok, err := rules.Delinquency(&n.loan, d)
	var listed *rules.Undecidable
	if err != nil && (!errors.As(err, &listed) || listed.Code != rules.CodeSmallBalance) {
		t.Fatalf("Delinquency on %s: %v", d, err)
	}
	if ok {
		n.apply(move, d)
	}
	moves, closed := rules.ClosureBetween(&n.loan, n.previous, d)
	for _, move := range moves {
		n.apply(move, d)
	}
	n.previous = d
	if n.cycleEnds != nil {
		n.state(append(closed, rules.ClosedFor{State: n.loan.State, From: d, Until: d + 1}))
	}
	return len(n.history) - before
}

// state makes the final statements of what was closed up to a night (FS1).
func (n *night) state(closed []rules.ClosedFor) {
	for _, c := range closed {
		if !c.Status.Closed() || n.statements[c.Episode] != "" {
			continue
		}
		ends := n.cycleEnds(c.ClosedOn)
		period, ok := rules.FinalStatement(rules.ClosedLoan{
			State: c.State, OpenedOn: n.loan.OpenedOn, FirstNight: n.loan.OpenedOn,
			Cycles: []rules.Cycle{{No: 1, StartsOn: c.ClosedOn, EndsOn: ends, DueOn: ends}},
		})
		if ok && c.Saw(period.EndsOn) {
			if n.statements == nil {
				n.statements = map[int]string{}
			}
			n.statements[c.Episode] = string(c.Status) + " " + c.ClosedOn.String() + " " + period.EndsOn.String()
		}
	}
}

// every runs all nights from one date to another, both included.
func (n *night) every(t testing.TB, from, to string) *night {
	t.Helper()
	for d := day(from); d <= day(to); d++ {
		n.run(t, d)
	}
	return n
}

// on runs the nights of the dates given, in order.
func (n *night) on(t testing.TB, dates ...string) *night {
	t.Helper()
	for _, d := range dates {
		n.run(t, day(d))
	}
	return n
}

// tell compares the moves that were made with those wanted.
func (n *night) tell(t testing.TB, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, n.history); diff != "" {
		t.Errorf("moves (-want +got):\n%s", diff)
	}
}

// nights is a table row: a loan, the nights that run, the moves that they must make.
type nights struct {
	name     string
	loan     *night
	from, to string
	want     []string
}

func runNights(t *testing.T, cases []nights) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.loan.every(t, c.from, c.to).tell(t, c.want...) })
	}
}

// with changes the loan of a row.
func (n *night) with(change func(*rules.Loan)) *night {
	change(&n.loan)
	return n
}

func (n *night) held(until string) *night {
	return n.with(func(l *rules.Loan) { l.HoldUntil = day(until) })
}

func (n *night) promo(until string) *night {
	return n.with(func(l *rules.Loan) { l.PromoEndsOn = day(until) })
}

func (n *night) paused(from, to string) *night {
	return n.with(func(l *rules.Loan) { l.Pauses = append(l.Pauses, rules.Pause{From: day(from), To: day(to)}) })
}

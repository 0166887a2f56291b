package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// Conservation: the balance is the sum of the effects of the entries, and undoing every entry leaves nothing.
func TestConservation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		s.all(func(d rules.Date) {
			l := ledgerOn(d, s.events)
			var sum rules.Cents
			for _, e := range l.Entries {
				sum += e.EffectOnBalance()
			}
			if got := l.At(d).Balance; got != sum {
				t.Fatalf("balance on %s: got %s, want %s", d, got, sum)
			}
		})
		undone := slices.Clone(s.events)
		for k := range undone {
			undone[k].undoneOn = s.last + rules.Date(rapid.IntRange(0, 5).Draw(t, "undone"))
		}
		end := s.last + 5
		for _, e := range undone {
			end = max(end, e.on)
		}
		for k := range undone {
			undone[k].undoneOn = max(undone[k].undoneOn, undone[k].on)
		}
		l := ledgerOn(end, undone)
		if got := l.At(end); got != (rules.Totals{}) || l.PastDue(end) != 0 || l.DaysPastDue(end) != 0 || l.LastPaymentOn(end) != 0 {
			t.Fatalf("all undone: got %+v, past due %s, want nothing", got, l.PastDue(end))
		}
	})
}

// A night that runs again for its date makes no move; a loan makes one automatic move on a date, and none
// jumps from ACTIVE to CHARGE_OFF (DQ5, Q1). Only payoffs undone and made again are two moves (Q11), and closures and reopenings
// of several days of which no night ran (Q50).
func TestNightsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		n := s.loan()
		for d := s.opened; d <= s.last; d += rules.Date(rapid.SampledFrom([]int{1, 1, 2, 9, 40}).Draw(t, "next night")) {
			was, gap := n.loan.Status, n.previous != 0 && n.previous < d-1
			moves := n.run(t, d)
			ofClosure := true
			for _, line := range n.history[len(n.history)-moves:] {
				ofClosure = ofClosure && strings.Contains(line, " PO")
			}
			if moves > 1 && (!gap || !ofClosure) && (moves != 2 || !was.PaidClosed() || !n.loan.Status.PaidClosed()) {
				t.Fatalf("%s: %d moves from %s: %v", d, moves, was, n.history)
			}
			if was == rules.Active && n.loan.Status == rules.ChargeOff {
				t.Fatalf("%s: from ACTIVE to CHARGE_OFF", d)
			}
			if again := n.run(t, d); again != 0 {
				t.Fatalf("%s again: %d moves: %v", d, again, n.history)
			}
			if n.loan.Status.Closed() != (n.loan.ClosedOn != 0) || n.loan.ClosedOn > d {
				t.Fatalf("%s: %s closed on %s", d, n.loan.Status, n.loan.ClosedOn)
			}
		}
	})
}

// Without payments the days past due of a loan that owes never fall, and rise by one a day once they began.
func TestDaysPastDueMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		s.events = slices.DeleteFunc(s.events, func(e event) bool {
			return e.kind != 0 && e.kind != rules.Origination && !strings.Contains(e.kind.String(), "FEE") && e.kind != rules.Interest
		})
		for k := range s.events {
			s.events[k].undoneOn = 0
		}
		before := 0
		s.all(func(d rules.Date) {
			days := ledgerOn(d, s.events).DaysPastDue(d)
			if days < before || before > 0 && days != before+1 {
				t.Fatalf("days past due on %s: got %d after %d", d, days, before)
			}
			before = days
		})
	})
}

// The count does not depend on which nights ran: whatever nights ran before, a loan that they did not move
// has the count that a first night would find (DQ2).
func TestCountIndependentOfNights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		s.product.ClosesOnPayoff, s.product.DelinquentAfter = false, 0
		n := s.loan()
		for d := s.opened; d < s.last; d += rules.Date(rapid.SampledFrom([]int{1, 2, 9, 40}).Draw(t, "next night")) {
			n.run(t, d)
		}
		fresh := s.loan()
		n.loan.Product.DelinquentAfter, fresh.loan.Product.DelinquentAfter = 1, 1
		got, want := n.run(t, s.last), fresh.run(t, s.last)
		if got != want || !slices.Equal(n.history, fresh.history) {
			t.Fatalf("got %v, want %v", n.history, fresh.history)
		}
	})
}

// How often nights run changes no closure and no statement (Q50): a loan that no count moves closes and reopens as of the same
// dates and has the same final statements, whichever nights ran. What comes late is known to the night that it comes to.
func TestClosuresIndependentOfNights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		s.product.DelinquentAfter = 0
		for k := range s.events {
			s.events[k].known = 0
		}
		often, seldom := s.loan(), s.loan()
		for _, n := range []*night{often, seldom} {
			n.cycleEnds = func(closedOn rules.Date) rules.Date { return closedOn + closedOn%12 }
			n.previous = s.opened - 1
		}
		for d := s.opened; d < s.last; d++ {
			often.run(t, d)
		}
		for d := s.opened; d < s.last; d += rules.Date(rapid.SampledFrom([]int{2, 9, 40}).Draw(t, "next night")) {
			seldom.run(t, d)
		}
		often.run(t, s.last)
		seldom.run(t, s.last)
		if often.loan.Status != seldom.loan.Status || often.loan.ClosedOn != seldom.loan.ClosedOn {
			t.Fatalf("every night %s %s, seldom %s %s\n%v\n%v", often.loan.Status, often.loan.ClosedOn, seldom.loan.Status, seldom.loan.ClosedOn,
				often.history, seldom.history)
		}
		if diff := cmp.Diff(effective(often.history), effective(seldom.history)); diff != "" {
			t.Fatalf("moves by their effective dates (-every night +seldom):\n%s", diff)
		}
		if diff := cmp.Diff(often.statements, seldom.statements); diff != "" {
			t.Fatalf("final statements (-every night +seldom):\n%s\n%v\n%v", diff, often.history, seldom.history)
		}
	})
}

// effective are moves with the dates on which they took effect alone.
func effective(history []string) []string {
	moves := make([]string, len(history))
	for k, line := range history {
		on, move, _ := strings.Cut(line, " ")
		if before, as, later := strings.Cut(move, " as of "); later {
			move, on = before, as
		}
		moves[k] = on + " " + move
	}
	return moves
}

package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// farOff is later than every event of a test.
const farOff = 1_000_000

// A loan that is looked at only on the days that NextLook gives, and when something was posted, makes the same moves
// as one that is looked at every night.
func TestNextLookIsNeverTooLate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		hold := rules.Date(0)
		if rapid.IntRange(0, 4).Draw(t, "held") == 0 {
			hold = s.within(t, "hold until")
		}
		always, seldom := s.loan(), s.loan()
		always.loan.HoldUntil, seldom.loan.HoldUntil = hold, hold
		next, looks := s.opened-3, 0
		for d := s.opened - 3; d <= s.last+70; d++ {
			always.run(t, d)
			for _, e := range s.events {
				if e.known == d {
					next = min(next, d)
				}
			}
			if d < next {
				continue
			}
			seldom.run(t, d)
			looks++
			next = rules.NextLook(&seldom.loan, ledgerAsOf(farOff, d, s.events), d)
			if next <= d {
				t.Fatalf("on %s the next look is on %s", d, next)
			}
		}
		if diff := cmp.Diff(always.history, seldom.history); diff != "" {
			t.Fatalf("%d looks (-every night +seldom):\n%s", looks, diff)
		}
	})
}

// A quiet loan sleeps: without anything posted, it is looked at when the count could reach N1.
func TestNextLookSleeps(t *testing.T) {
	product := instalment()
	product.GraceDays = 5
	events := []event{
		originated("2026-01-01", 1000_00), due("2026-02-01", 100_00), due("2026-03-01", 100_00), due("2026-04-01", 100_00),
	}
	known := ledgerAsOf(farOff, farOff, events)
	for _, c := range []struct {
		name, on, want string
		change         func(*rules.Loan)
	}{
		{"two cycles to go", "2026-01-15", "2026-03-06", nil},
		{"one underpaid, one to go", "2026-02-06", "2026-03-06", nil},
		{"moved tonight", "2026-01-15", "2026-01-16", func(l *rules.Loan) { l.Since = day("2026-01-15") }},
		{"held", "2026-01-15", "2026-01-21", func(l *rules.Loan) { l.HoldUntil = day("2026-01-20") }},
		{"promotion", "2026-01-15", "2026-02-01", func(l *rules.Loan) { l.PromoEndsOn = day("2026-01-31") }},
		{"paused", "2026-01-15", "2026-04-06", func(l *rules.Loan) { l.Pauses = []rules.Pause{{From: day("2026-01-20"), To: day("2026-02-20")}} }},
		{"not opened", "2026-01-15", "2026-05-01", func(l *rules.Loan) { l.OpenedOn = day("2026-05-01") }},
		{"no cycles", "2026-01-15", "2026-01-16", func(l *rules.Loan) { l.HasCycles = false }},
		{"delinquent", "2026-01-15", "2026-02-01", func(l *rules.Loan) { l.Status = rules.Delinquent }},
		{"charged off", "2026-01-15", "", func(l *rules.Loan) { l.Status = rules.ChargeOff }},
		{"never delinquent", "2026-01-15", "", func(l *rules.Loan) { l.Product.DelinquentAfter = 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := active(product).loan
			l.Ledger = known.AsOf(day(c.on))
			if c.change != nil {
				c.change(&l)
			}
			want := rules.Never
			if c.want != "" {
				want = day(c.want)
			}
			if got := rules.NextLook(&l, known, day(c.on)); got != want {
				t.Errorf("next look: got %s, want %s", got, want)
			}
		})
	}
}

// The ledger as of a date says the same whether it was read on that date or cut from what is known of the future.
func TestAsOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		known := ledgerAsOf(farOff, farOff, s.events)
		s.all(func(d rules.Date) {
			got, want := known.AsOf(d), ledgerAsOf(d, farOff, s.events)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("on %s (-read +cut):\n%s", d, diff)
			}
		})
	})
}

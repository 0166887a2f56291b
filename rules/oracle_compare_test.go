package rules_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// The facts of EXTRACT.md, on every day.
func TestFactsByOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		o := s.oracle()
		s.all(func(d rules.Date) {
			l := s.account(d).Loan
			totals := l.Ledger.At(d)
			got := []int64{
				int64(totals.Balance), int64(totals.Paid), int64(totals.Charged), int64(totals.Waived), int64(totals.Fees()), int64(l.PastDue(d)),
				int64(l.DaysPastDue(d, s.account(d).Program.Accommodations)),
			}
			want := []int64{
				o.balance(d, 0), o.paid(d, 0), o.charged(d, 0), o.waived(d, 0), o.charged(d, 0) - o.waived(d, 0), o.pastDue(d), int64(o.daysLate(d, d)),
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("balance, paid, charged, waived, fees, past due, days on %s (-want +got):\n%s", d, diff)
			}
		})
	})
}

// The count, for whoever asks on whatever day: N1 is reached exactly when the oracle counts as many.
func TestCountByOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		s.product.ClosesOnPayoff = false
		o := s.oracle()
		s.all(func(d rules.Date) {
			l := s.loan().loan
			l.Ledger = ledgerOn(d, s.events)
			l.CountFrom = s.opened - 100
			l.Product.DelinquentAfter = 1
			move, _, err := rules.Delinquency(&l, d)
			if err != nil {
				t.Fatal(err)
			}
			var facts struct {
				Cycles []int `json:"underpaid_cycles"`
			}
			if err := json.Unmarshal([]byte(move.Facts.String()), &facts); err != nil {
				t.Fatal(err)
			}
			want := o.count(d, s.opened-100, 0)
			if o.accommodated(d) {
				want = 0 // no move (Q46)
			}
			if len(facts.Cycles) != want {
				t.Fatalf("count on %s: got %v, want %d", d, facts.Cycles, want)
			}
		})
	})
}

// Every night of a loan's life: the moves of steps 1 and 2, and the date closed.
func TestNightsByOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		want := &naive{oracle: s.oracle(), product: s.product, promo: s.promo, status: "ACTIVE", since: s.opened - 1}
		want.nights(s.opened, s.last)
		got := s.loan()
		s.all(func(d rules.Date) { got.run(t, d) })
		var moves []string
		for _, line := range got.history {
			moves = append(moves, strings.Join(strings.Fields(line)[:2], " "))
		}
		if diff := cmp.Diff(want.history, moves); diff != "" {
			t.Fatalf("moves (-want +got):\n%s", diff)
		}
		if got.loan.ClosedOn != want.closedOn {
			t.Fatalf("closed on: got %s, want %s", got.loan.ClosedOn, want.closedOn)
		}
	})
}

// What bureaus are told of a running loan, and of its past at a first report.
func TestReportByOracle(t *testing.T) {
	codes := []string{"11", "71", "78", "80", "82", "83", "84"}
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		asOf := s.within(t, "as of")
		o := s.oracle()
		r := report(t, s.account(asOf))
		steps := o.steps(asOf, asOf)
		want := rules.Furnished{
			AccountStatus: codes[steps], CurrentBalance: max(0, o.balance(asOf, 0)) / 100, PaymentHistory: o.profile(s.opened, asOf),
		}
		if steps > 0 {
			_, pastDue := o.reported(asOf, asOf)
			want.AmountPastDue = pastDue / 100
			want.FirstMissedDueOn = o.firstMissed(s.opened-10, asOf, asOf)
			want.DateFirstDelinquency = o.first(want.FirstMissedDueOn, asOf)
		}
		got := rules.Furnished{
			AccountStatus: r.AccountStatus, CurrentBalance: r.CurrentBalance, AmountPastDue: r.AmountPastDue, PaymentHistory: r.PaymentHistory,
			FirstMissedDueOn: r.FirstMissedDueOn, DateFirstDelinquency: r.DateFirstDelinquency,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("report as of %s (-want +got):\n%s", asOf, diff)
		}
	})
}

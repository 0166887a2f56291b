package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// BR3, Q25: the first delinquency of a charge-off is frozen once it was reported, and does not need a cycle
// that was unpaid on the very day of the charge-off.
func TestChargeOffDelinquency(t *testing.T) {
	late := []event{originated("2025-06-01", 5000_00), due("2026-01-10", 100_00), due("2026-02-10", 100_00)}
	t.Run("BR3 Q36 once the charge-off was reported nothing moves it: what the ledger says is listed", func(t *testing.T) {
		events := join(late, paid("2026-02-12", 100_00).reversed("2026-05-02"))
		first := report(t, chargedOffOn(account("2026-04-30", events...), "2026-04-20", 5000_00))
		if first.DateFirstDelinquency != day("2026-03-12") {
			t.Fatalf("first report: got %s, want 2026-03-12", first.DateFirstDelinquency)
		}
		next := chargedOffOn(account("2026-05-31", events...), "2026-04-20", 5000_00)
		next.Tradelines = []rules.Furnished{first.Furnished}
		second := report(t, next)
		if second.DateFirstDelinquency != day("2026-03-12") || second.FirstMissedDueOn != day("2026-02-10") {
			t.Errorf("after the bounce: got %s of %s, want 2026-03-12 of 2026-02-10", second.DateFirstDelinquency, second.FirstMissedDueOn)
		}
		if len(second.Listed) != 1 || second.Listed[0].Code != rules.CodeFrozenDOFD {
			t.Errorf("after the bounce: listed %v, want %s", second.Listed, rules.CodeFrozenDOFD)
		}
		later := chargedOffOn(account("2026-06-30", join(late, paid("2026-02-12", 100_00))...), "2026-04-20", 5000_00)
		later.Tradelines = []rules.Furnished{second.Furnished}
		if got := report(t, later).DateFirstDelinquency; got != second.DateFirstDelinquency {
			t.Errorf("back-dated payment: got %s, want it where it was reported, %s", got, second.DateFirstDelinquency)
		}
	})
	t.Run("Q38 every instalment paid late, only a fee left: the first of the unbroken run of underpayments", func(t *testing.T) {
		events := join(late, due("2026-03-10", 100_00), lateFee("2026-02-20", 25_00), paid("2026-02-15", 200_00), paid("2026-03-20", 100_00))
		got := report(t, chargedOffOn(account("2026-04-30", events...), "2026-04-20", 4725_00))
		if got.FirstMissedDueOn != day("2026-01-10") || got.DateFirstDelinquency != day("2026-02-09") {
			t.Errorf("got %s of %s, want 2026-02-09 of 2026-01-10", got.DateFirstDelinquency, got.FirstMissedDueOn)
		}
	})
	t.Run("Q38 consecutive missed payments are one run", func(t *testing.T) {
		events := join(late, lateFee("2026-02-20", 25_00), paid("2026-02-15", 200_00))
		got := report(t, chargedOffOn(account("2026-02-28", events...), "2026-02-25", 4825_00))
		if got.FirstMissedDueOn != day("2026-01-10") || got.DateFirstDelinquency != day("2026-02-09") {
			t.Errorf("got %s of %s, want 2026-02-09 of 2026-01-10", got.DateFirstDelinquency, got.FirstMissedDueOn)
		}
	})
}

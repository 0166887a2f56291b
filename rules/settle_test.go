package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// DC3, Q13: what of a terminated loan is open is paid or waived up to what is open, or reversed once.
func TestSettle(t *testing.T) {
	ended := rules.Terminable{OpenedOn: day("2026-05-01"), Termination: &rules.Termination{On: day("2026-06-01"), Reason: "ERRO"}}
	rescinded := ended
	rescinded.Termination = &rules.Termination{On: day("2026-06-01"), RescindedOn: day("2026-06-10")}
	owes := rules.Receivables{Balance: 100_00, Charges: 30_00}
	pay := func(cents rules.Cents, on string) rules.Settlement {
		return rules.Settlement{How: rules.Pay, Amount: cents, On: day(on)}
	}
	for _, c := range []struct {
		name string
		loan rules.Terminable
		open rules.Receivables
		s    rules.Settlement
		want string
	}{
		{"all of it", ended, owes, pay(100_00, "2026-06-10"), ""},
		{"a cent more", ended, owes, pay(100_01, "2026-06-10"), "DC3"},
		{"nothing", ended, owes, pay(0, "2026-06-10"), "DC3"},
		{"a charge of a loan that owes nothing else", ended, rules.Receivables{Balance: -20_00, Charges: 30_00}, pay(30_00, "2026-06-10"), ""},
		{"nothing is owed", ended, rules.Receivables{Balance: -20_00}, pay(1, "2026-06-10"), "DC3"},
		{"tomorrow", ended, owes, pay(1, "2026-06-11"), "DC3"},
		{"on the first day", ended, owes, pay(1, "2026-05-01"), ""},
		{"before it", ended, owes, pay(1, "2026-04-30"), "DC3"},
		{"not terminated", rules.Terminable{OpenedOn: day("2026-05-01")}, owes, pay(1, "2026-06-10"), "DC3"},
		{"rescinded", rescinded, owes, pay(1, "2026-06-10"), "DC3"},
		{"a reversal has no amount", ended, owes, rules.Settlement{How: rules.Reverse, On: day("2026-06-10")}, ""},
	} {
		if got := refusedBy(t, rules.Settle(c.loan, c.open, c.s, day("2026-06-10"))); got != c.want {
			t.Errorf("%s: refused by %q, want %q", c.name, got, c.want)
		}
	}
	fee := rules.Standing{Kind: rules.LateFee, Amount: 30_00, On: day("2026-06-05"), Settled: true}
	with := func(change func(*rules.Standing)) rules.Standing {
		e := fee
		change(&e)
		return e
	}
	for name, c := range map[string]struct {
		e    rules.Standing
		on   string
		want string
	}{
		"a fee":             {fee, "2026-06-05", ""},
		"the day before it": {fee, "2026-06-04", "DC3"},
		"the loan itself":   {with(func(e *rules.Standing) { e.Kind = rules.Origination }), "2026-06-05", ""},
		"a payment":         {with(func(e *rules.Standing) { e.Kind = rules.Payment }), "2026-06-05", "DC3"},
		"a reversal":        {with(func(e *rules.Standing) { e.Reversal, e.Kind = true, 0 }), "2026-06-05", "DC3"},
		"a pending one":     {with(func(e *rules.Standing) { e.Settled = false }), "2026-06-05", "DC3"},
		"a second time":     {with(func(e *rules.Standing) { e.Reversed = true }), "2026-06-05", "DC3"},
		"a credit":          {with(func(e *rules.Standing) { e.Kind, e.Amount = rules.Adjustment, -1 }), "2026-06-05", "DC3"},
	} {
		if got := refusedBy(t, rules.CheckReversal(c.e, rules.Settlement{How: rules.Reverse, On: day(c.on)})); got != c.want {
			t.Errorf("%s: refused by %q, want %q", name, got, c.want)
		}
	}
}

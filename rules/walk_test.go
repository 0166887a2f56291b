package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// plain draws the ledger of an instalment loan as most are: instalments that are paid in time, late, in part, ahead or never,
// late fees, interest, and payments that bounce.
func plain() *rapid.Generator[sample] {
	return rapid.Custom(func(t *rapid.T) sample {
		s := sample{opened: day("2026-01-01") + rules.Date(rapid.IntRange(0, 60).Draw(t, "opened")), product: instalment()}
		s.product.GraceDays = rapid.SampledFrom([]int{0, 5, 10}).Draw(t, "grace")
		s.product.PaymentsAhead, s.product.DelinquencyMethod = rules.Carry, rules.ByDays
		s.events = []event{{kind: rules.Origination, on: s.opened, amount: 1200_00}}
		due := s.opened + rules.Date(rapid.IntRange(10, 40).Draw(t, "first due"))
		fees := rapid.IntRange(0, 2).Draw(t, "fees") > 0
		for k := range rapid.IntRange(1, 9).Draw(t, "cycles") {
			on := due.AddMonths(k)
			s.last = on + 40
			s.events = append(s.events, event{on: on, amount: 100_00, billed: on - 20})
			s.events = append(s.events, event{kind: rules.Interest, on: on - 20, amount: 5_00})
			paid := rapid.SampledFrom([]rules.Cents{0, 50_00, 100_00, 100_00, 100_00, 150_00, 200_00}).Draw(t, "paid")
			if paid > 0 {
				e := event{kind: rules.Payment, on: on + rules.Date(rapid.IntRange(-15, 50).Draw(t, "days")), amount: paid}
				if rapid.IntRange(0, 6).Draw(t, "bounces") == 0 {
					e.undoneOn = e.on + rules.Date(rapid.IntRange(0, 20).Draw(t, "after"))
				}
				s.events = append(s.events, e)
			}
			if fees && rapid.IntRange(0, 3).Draw(t, "fee") == 0 {
				s.events = append(s.events, event{kind: rules.LateFee, on: on + rules.Date(rapid.IntRange(0, 20).Draw(t, "fee after")), amount: 25_00})
			}
		}
		return s
	})
}

// One truth: wherever the formulas of a plain loan are used, the walk comes to the same, to the cent.
func TestFormulasAreTheWalk(t *testing.T) {
	both := 0
	check := func(draw *rapid.Generator[sample]) func(t *rapid.T) {
		return func(t *rapid.T) {
			s := draw.Draw(t, "loan")
			s.all(func(d rules.Date) {
				l := s.account(d).Loan
				formulas, walk, simple := l.BothWays(d)
				if !simple {
					return
				}
				both++
				if diff := cmp.Diff(walk, formulas); diff != "" {
					t.Fatalf("balance, unpaid, past due, steps, missed, began, underpaid …, to cure on %s (-walk +formulas):\n%s", d, diff)
				}
			})
		}
	}
	rapid.Check(t, check(plain()))
	if both == 0 {
		t.Fatal("no loan was plain")
	}
	rapid.Check(t, check(samples()))
}

// A loan without anything unusual is plain: the walk is for the others.
func TestPlainLoansUseTheFormulas(t *testing.T) {
	product := instalment().WithDefaults()
	ordinary := join(originated("2026-01-10", 1200_00), monthlyDues("2026-02-10", 6, 100_00), paid("2026-02-09", 100_00), paid("2026-03-25", 100_00))
	for _, c := range []struct {
		name   string
		want   bool
		events []event
		change func(*rules.Loan)
	}{
		{"paid late", true, ordinary, nil},
		{"Q89 a fee on its own", true, join(ordinary, lateFee("2026-03-20", 25_00)), nil},
		{"Q89 a fee while money is paid ahead", false, join(ordinary, paid("2026-02-20", 50_00), lateFee("2026-02-25", 25_00)), nil},
		{"Q87 nothing owed", false, join(ordinary, paid("2026-04-02", 1000_00)), nil},
		{"Q6 a cycle above the balance", false, join(ordinary, paid("2026-04-02", 950_00).reversed("2026-04-25"), entry(rules.PrincipalPayment, "2026-04-03", 940_00)), nil},
		{"Q68 a waiver", false, join(ordinary, waived("2026-04-02", 5_00)), nil},
		{"Q88 a re-age", false, join(ordinary, entry(rules.ReAge, "2026-04-02", 0)), nil},
		{"Q91 escrow", true, join(ordinary, entry(rules.Escrow, "2026-04-02", 10_00)), nil},
		{"Q67 whole", false, ordinary, func(l *rules.Loan) { l.Product.PaymentsAhead = rules.Whole }},
		{"Q31 months", false, ordinary, func(l *rules.Loan) { l.Product.DelinquencyMethod = rules.ByMonths }},
		{"CA7 a pause", false, ordinary, func(l *rules.Loan) { l.Pauses = []rules.Pause{{From: 1, To: 2}} }},
		{"Q92 past maturity", false, ordinary, func(l *rules.Loan) { l.LastDueOn = day("2026-04-10") }},
		{"Q71 the collateral is gone", false, ordinary, func(l *rules.Loan) { l.CollateralOn = day("2026-04-10") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := active(product).loan
			l.Ledger = ledgerOn(day("2026-04-20"), c.events)
			if c.change != nil {
				c.change(&l)
			}
			if _, _, got := l.BothWays(day("2026-04-20")); got != c.want {
				t.Errorf("by formulas: got %t, want %t", got, c.want)
			}
		})
	}
}

package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// benchLoan is a loan as a month-end meets it: 24 dues, one a month, of which two are to come, and 32 entries: the money lent,
// an instalment a month but for the missed ones, of which one bounced and came again, and interest.
func benchLoan(missed int) (known rules.Ledger, asOf rules.Date) {
	first := day("2024-02-10")
	entries := []rules.Entry{{Kind: rules.Origination, Amount: 24_000_00, Effective: day("2024-01-10")}}
	var dues []rules.Due
	for k := range 24 {
		due := first.AddMonths(k)
		dues = append(dues, rules.Due{No: k + 1, DueOn: due, MinimumDue: 1_000_00})
		if k < 22-missed {
			entries = append(entries, rules.Entry{Kind: rules.Payment, Amount: 1_000_00, Effective: due})
		}
	}
	for k := range 32 - len(entries) {
		entries = append(entries, rules.Entry{Kind: rules.Interest, Amount: 1_00, Effective: first.AddMonths(2*k) + 3})
	}
	bounced := &entries[5]
	bounced.UndoneOn = bounced.Effective + 4
	entries[len(entries)-1] = rules.Entry{Kind: rules.Payment, Amount: -1_000_00, Effective: bounced.UndoneOn, UndoneOn: bounced.UndoneOn}
	entries[len(entries)-2] = rules.Entry{Kind: rules.Payment, Amount: 1_000_00, Effective: bounced.UndoneOn + 3}
	return rules.NewLedger(entries, dues), first.AddMonths(21).MonthEnd()
}

func BenchmarkTradeline(b *testing.B) {
	for _, c := range []struct {
		name   string
		missed int
		first  bool
	}{{"current", 0, false}, {"late", 4, false}, {"first", 0, true}} {
		b.Run(c.name, func(b *testing.B) {
			known, asOf := benchLoan(c.missed)
			last := before(asOf.AddMonths(-1).String(), "11", "0", history24("0"))
			var earlier []rules.Furnished
			if !c.first {
				earlier = []rules.Furnished{last}
			}
			opened, consumers := day("2024-01-10"), []rules.Consumer{alone}
			b.ReportAllocs()
			for b.Loop() {
				a := &rules.Account{AsOf: asOf, PeriodAfter: asOf - 30, Furnish: true, OriginalAmount: 24_000_00, TermsDuration: "24", Tradelines: earlier}
				a.Status, a.Since, a.HasCycles, a.Product = rules.Active, asOf-400, true, instalment()
				a.Consumers = consumers
				a.OpenedOn, a.Ledger = opened, known.AsOf(asOf)
				if _, excluded, err := rules.Furnish(a); err != nil || excluded != nil {
					b.Fatal(excluded, err)
				}
			}
		})
	}
}

// BenchmarkPass is what the servicing pass decides about a loan that is awake.
func BenchmarkPass(b *testing.B) {
	for name, missed := range map[string]int{"current": 0, "late": 4} {
		b.Run(name, func(b *testing.B) {
			known, d := benchLoan(missed)
			l := rules.Loan{
				State:    rules.State{Status: rules.Active, Since: d - 400, CountFrom: d - 700},
				OpenedOn: d - 700, HasCycles: true, Product: instalment(), Ledger: known.AsOf(d),
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := rules.Delinquency(&l, d); err != nil {
					b.Fatal(err)
				}
				rules.Closure(&l, d)
				rules.NextLook(&l, known, d)
			}
		})
	}
}

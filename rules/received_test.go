package rules_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// receipt is a payment that became known on one date, and perhaps undone by a reversal that became known on another.
type receipt struct {
	on, known, undoneOn, undoneKnown rules.Date
	amount                           rules.Cents
}

// came is a payment of an amount that became known on a date.
func came(amount rules.Cents, on, known string) receipt {
	return receipt{on: day(on), known: day(known), amount: amount}
}

func (r receipt) bounced(on, known string) receipt {
	r.undoneOn, r.undoneKnown = day(on), day(known)
	return r
}

// knownBy is the loan's ledger as the night of a date reads it.
func knownBy(night rules.Date, receipts []receipt) rules.Ledger {
	entries := []rules.Entry{{Kind: rules.Origination, Effective: day("2026-01-01"), Amount: 100_000_00}}
	for _, r := range receipts {
		e := rules.Entry{Kind: rules.Payment, Effective: r.on, Amount: r.amount}
		switch {
		case r.known > night:
		case r.undoneOn != 0 && r.undoneKnown <= night:
			undone, reversal := e.Reversed(r.undoneOn)
			entries = append(entries, undone, reversal)
		default:
			entries = append(entries, e)
		}
	}
	return rules.NewLedger(entries, nil).AsOf(night)
}

// reportsOf are the actual payments of the month-end reports from January 2026 on; change may change an account before it is
// decided, with those that were reported.
func reportsOf(t rapid.TB, months int, receipts []receipt, change func(*rules.Account)) (actual []int64, last *rules.Tradeline) {
	t.Helper()
	var said []rules.Furnished
	for m := range months {
		end := rules.NewDate(2026, 2, 0).AddMonths(m).MonthEnd()
		a := account(end.String(), originated("2026-01-01", 100_000_00))
		a.Ledger, a.Tradelines = knownBy(end, receipts), said
		if change != nil {
			change(a)
		}
		last = report(t, a)
		actual = append(actual, last.ActualPayment)
		said = append([]rules.Furnished{last.Furnished}, said...)
	}
	return actual, last
}

// Q95, Q23: a payment counts once, in the first report that knows it while it stands.
func TestUnknownToTheLastReport(t *testing.T) {
	for _, c := range []struct {
		name     string
		receipts []receipt
		want     string
	}{
		{"known in time", []receipt{came(70_00, "2026-02-10", "2026-02-10")}, "[0 70 0 0]"},
		{"back-dated after the file", []receipt{came(70_00, "2026-02-10", "2026-03-02")}, "[0 0 70 0]"},
		{"on the last reporting date", []receipt{came(70_00, "2026-02-28", "2026-03-01")}, "[0 0 70 0]"},
		{"two reports late", []receipt{came(70_00, "2026-01-10", "2026-03-02")}, "[0 0 70 0]"},
		{"beside one of the period", []receipt{came(70_50, "2026-02-10", "2026-03-02"), came(30_50, "2026-03-10", "2026-03-10")}, "[0 0 101 0]"},
		{"beside known ones", []receipt{came(70_00, "2026-02-10", "2026-02-10"), came(80_00, "2026-02-09", "2026-03-02"), came(90_00, "2026-02-11", "2026-04-02")}, "[0 70 80 90]"},
		{"back-dated, with a reversal in the period", []receipt{came(70_00, "2026-02-10", "2026-03-02").bounced("2026-03-05", "2026-03-05")}, "[0 0 0 0]"},
		{"back-dated, with a back-dated reversal", []receipt{came(70_00, "2026-02-10", "2026-03-02").bounced("2026-02-12", "2026-03-02")}, "[0 0 0 0]"},
		{"known then, bounced since", []receipt{came(70_00, "2026-02-10", "2026-02-10").bounced("2026-03-05", "2026-03-05")}, "[0 70 0 0]"},
		{"known then, a back-dated reversal since", []receipt{came(70_00, "2026-02-10", "2026-02-10").bounced("2026-02-12", "2026-03-05")}, "[0 70 0 0]"},
		{"one bounced since does not hide a new one of another day", []receipt{
			came(70_00, "2026-02-10", "2026-02-10").bounced("2026-02-12", "2026-03-05"), came(70_00, "2026-02-11", "2026-03-06"),
		}, "[0 70 70 0]"},
		{"posted again as it was: the same money", []receipt{
			came(70_00, "2026-02-10", "2026-02-10").bounced("2026-02-10", "2026-03-05"), came(70_00, "2026-02-10", "2026-03-05"),
		}, "[0 70 0 0]"},
		{"posted again as it was after a reversal of the period: the same money", []receipt{
			came(70_00, "2026-02-10", "2026-02-10").bounced("2026-03-05", "2026-03-05"), came(70_00, "2026-02-10", "2026-03-05"),
		}, "[0 70 0 0]"},
		{"bounced before the report, which knew it, and posted again", []receipt{
			came(70_00, "2026-02-10", "2026-02-10").bounced("2026-02-12", "2026-02-12"), came(70_00, "2026-02-10", "2026-03-05"),
		}, "[0 0 70 0]"},
		{"two alike, one of them late", []receipt{came(70_00, "2026-02-10", "2026-02-10"), came(70_00, "2026-02-10", "2026-03-02")}, "[0 70 70 0]"},
		{"of before the first report", []receipt{came(70_00, "2026-01-10", "2026-01-10"), came(80_00, "2026-01-11", "2026-02-02")}, "[70 80 0 0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := reportsOf(t, 4, c.receipts, nil)
			if fmt.Sprint(got) != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
	t.Run("a file from before it was kept: by the date alone", func(t *testing.T) {
		got, _ := reportsOf(t, 4, []receipt{came(70_00, "2026-02-10", "2026-03-02"), came(80_00, "2026-03-10", "2026-04-02")}, func(a *rules.Account) {
			if len(a.Tradelines) == 2 { // before March's report
				a.Tradelines[0].ReceiptsKnown = 0
			}
		})
		if want := "[0 0 0 80]"; fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
	t.Run("a file that does not count", func(t *testing.T) { // February's, voided after it was made
		got, _ := reportsOf(t, 3, []receipt{came(70_00, "2026-02-10", "2026-02-10"), came(80_00, "2026-01-10", "2026-02-02")}, func(a *rules.Account) {
			if len(a.Tradelines) == 2 {
				a.Tradelines = a.Tradelines[1:]
			}
		})
		if want := "[0 150 150]"; fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
	t.Run("Q21 what is as old as the lender's own last report belongs to that", func(t *testing.T) {
		got, _ := reportsOf(t, 3, []receipt{came(70_00, "2026-01-15", "2026-02-02"), came(80_00, "2026-01-16", "2026-02-02")}, func(a *rules.Account) {
			a.Baseline = rules.Baseline{History: history24("0"), LastReportedOn: day("2026-01-15")}
		})
		if want := "[0 80 0]"; fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
	t.Run("the fact says how much", func(t *testing.T) {
		_, last := reportsOf(t, 3, []receipt{came(70_00, "2026-02-10", "2026-03-02"), came(30_00, "2026-03-03", "2026-03-03")}, nil)
		if want := `"received_before_last_report":"70.00"`; !last.Facts.Has("received_before_last_report") {
			t.Errorf("facts %s lack %s", last.Facts, want)
		}
	})
}

// Q95 with Q40: in a 13 it goes no further than the date paid, which may lie before the last report (Q41).
func TestUnknownPayoff(t *testing.T) {
	payoff := []receipt{came(99_950_00, "2026-02-25", "2026-03-02"), came(50_00, "2026-02-20", "2026-02-20"), came(30_00, "2026-02-27", "2026-03-02")}
	got, last := reportsOf(t, 3, payoff, func(a *rules.Account) {
		if a.AsOf == day("2026-03-31") {
			a.Status, a.ClosedOn, a.Since = rules.SurplusBalance, day("2026-02-25"), day("2026-03-31")
		}
	})
	if want := "[0 50 99950]"; fmt.Sprint(got) != want || last.AccountStatus != rules.StatusPaid {
		t.Errorf("got %v with status %s, want %s with 13", got, last.AccountStatus, want)
	}
}

// Q95: whatever comes late, and whatever is undone, each payment is reported once, by the first report that knows it, if it stands
// by then. Amounts differ, so that each is told from the sum.
func TestEachPaymentOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const months = 5
		var receipts []receipt
		want := make([]int64, months)
		end := func(m int) rules.Date { return rules.NewDate(2026, 2, 0).AddMonths(m).MonthEnd() }
		for k := range rapid.IntRange(0, 14).Draw(t, "payments") {
			r := receipt{amount: rules.Cents(100) << k, on: day("2026-01-01") + rules.Date(rapid.IntRange(0, 120).Draw(t, "on"))}
			r.known = r.on + rules.Date(rapid.SampledFrom([]int{0, 0, 0, 5, 40, 70}).Draw(t, "late"))
			if rapid.IntRange(0, 3).Draw(t, "undone") == 0 {
				r.undoneOn = r.on + rules.Date(rapid.IntRange(0, 50).Draw(t, "undone on"))
				r.undoneKnown = max(r.known, r.undoneOn) + rules.Date(rapid.SampledFrom([]int{0, 0, 30}).Draw(t, "undone late"))
			}
			receipts = append(receipts, r)
			for m := range months {
				if max(r.on, r.known) <= end(m) { // the first report that knows it
					if r.undoneOn == 0 || r.undoneKnown > end(m) {
						want[m] += int64(r.amount / 100)
					}
					break
				}
			}
		}
		if got, _ := reportsOf(t, months, receipts, nil); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %v, want %v of %+v", got, want, receipts)
		}
	})
}

// Many months that came at once are told, and what cannot be told is listed and not counted.
func TestManyUnknown(t *testing.T) {
	var receipts []receipt
	for k := range 60 { // a day each
		known := "2026-01-31"
		if k >= 20 {
			known = "2026-04-15"
		}
		receipts = append(receipts, came(100, (day("2026-01-02")+rules.Date(k)).String(), known))
	}
	if got, last := reportsOf(t, 4, receipts, nil); fmt.Sprint(got) != "[20 0 0 40]" || len(last.Listed) > 0 {
		t.Errorf("all since a day: got %v, %v", got, last.Listed)
	}
	for k := range receipts {
		if receipts[k].known = day("2026-01-31"); k%7 == 0 {
			receipts[k].known = day("2026-04-15")
		}
	}
	got, last := reportsOf(t, 4, receipts, nil)
	if fmt.Sprint(got) != "[25 24 2 0]" || len(last.Listed) != 1 || last.Listed[0].Code != rules.CodeReceipts {
		t.Errorf("here and there over two months: got %v, %v", got, last.Listed)
	}
}

package rules_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// closedAs gives the account a closed status.
func closedAs(a *rules.Account, status rules.Status, on string) *rules.Account {
	a.Status, a.ClosedOn, a.Episode = status, day(on), 1
	return a
}

// chargedOffOn gives the account a charge-off of an amount.
func chargedOffOn(a *rules.Account, on string, amount rules.Cents) *rules.Account {
	closedAs(a, rules.ChargeOff, on)
	a.ChargedOffOn, a.ChargeOff = day(on), amount
	return a
}

// ending is what a record says of the end of a loan.
type ending struct {
	Status, Rating               string
	Info, Closed, Missed, Delinq rules.Date
	Balance, PastDue, OCO, SMPA  int64
	Final                        bool
}

func endingOf(r *rules.Tradeline) ending {
	return ending{
		r.AccountStatus, r.PaymentRating, r.DateAccountInfo, r.DateClosed, r.FirstMissedDueOn, r.DateFirstDelinquency,
		r.CurrentBalance, r.AmountPastDue, r.OriginalChargeOff, r.ScheduledPayment, r.Final,
	}
}

// Q19, FORMAT 2.3, 3.2: the rating of a 13 is how late the loan was on the day before the pay-off, and a
// rating of 1 to 6 comes with the date of first delinquency.
func TestPaid(t *testing.T) {
	for _, c := range []struct {
		days   int
		rating string
	}{
		{0, "0"},
		{29, "0"},
		{30, "0"}, // 29 days late on the day before
		{31, "1"},
		{32, "1"},
		{60, "1"},
		{61, "2"},
		{90, "2"},
		{91, "3"},
		{120, "3"},
		{121, "4"},
		{150, "4"},
		{151, "5"},
		{180, "5"},
		{181, "6"},
		{500, "6"},
	} {
		paidOn := day("2026-01-10") + rules.Date(c.days)
		asOf := paidOn.MonthEnd()
		a := account(asOf.String(), join(lateLoan(), paid(paidOn.String(), 5000_00))...)
		r := report(t, closedAs(a, rules.PaidOff, paidOn.String()))
		want := ending{Status: "13", Rating: c.rating, Info: paidOn, Closed: paidOn, Final: true}
		if c.rating != "0" {
			want.Missed, want.Delinq = day("2026-01-10"), day("2026-02-09")
		}
		if diff := cmp.Diff(want, endingOf(r)); diff != "" {
			t.Errorf("paid %d days after the due date (-want +got):\n%s", c.days, diff)
		}
		if r.HistoryCharacter != c.rating || r.ActualPayment != 5000 || r.DateLastPayment != paidOn {
			t.Errorf("paid %d days after: history %s, actual %d, last %s", c.days, r.HistoryCharacter, r.ActualPayment, r.DateLastPayment)
		}
	}
}

func TestPaidWays(t *testing.T) {
	payoff := paid("2026-02-20", 5000_00) // 40 days late on Feb 19
	rated := ending{
		Status: "13", Rating: "1", Info: day("2026-02-20"), Closed: day("2026-02-20"), Missed: day("2026-01-10"),
		Delinq: day("2026-02-09"), Final: true,
	}
	unrated := rated
	unrated.Rating, unrated.Missed, unrated.Delinq = "0", 0, 0
	open := ending{
		Status: "71", Info: day("2026-02-28"), Missed: day("2026-01-10"), Delinq: day("2026-02-09"), Balance: 5000, PastDue: 100, SMPA: 100,
	}
	onCard := func(a *rules.Account) *rules.Account { a.Product.PortfolioType = "R"; return a }
	closedToUse := func(e ending, on string) ending { e.Closed = day(on); return e }
	for _, c := range []struct {
		name string
		a    *rules.Account
		want ending
	}{
		{"BR2 paid off", closedAs(account("2026-02-28", join(lateLoan(), payoff)...), rules.PaidOff, "2026-02-20"), rated},
		{"BR2 surplus", closedAs(account("2026-02-28", join(lateLoan(), payoff, paid("2026-02-22", 7_00))...), rules.SurplusBalance, "2026-02-20"), rated},
		{
			"Q19 paid up a day before the pay-off",
			closedAs(account("2026-02-28", join(lateLoan(), paid("2026-02-19", 100_00), paid("2026-02-20", 4900_00))...), rules.PaidOff, "2026-02-20"), unrated,
		},
		{
			"Q20 paid up by a payment that bounced",
			closedAs(account("2026-02-28", join(lateLoan(), paid("2026-02-12", 100_00).reversed("2026-02-25"), payoff)...), rules.PaidOff, "2026-02-20"), rated,
		},
		{"Q28 settled by hand, zero balance", closedAs(account("2026-02-28", join(lateLoan(), payoff)...), "CLOSED::SETTLEMENT", "2026-02-20"), rated},
		{
			"Q28 Q8 settled by hand later: the date paid",
			closedAs(account("2026-02-28", join(lateLoan(), payoff)...), "CLOSED::SETTLEMENT", "2026-02-25"), rated,
		},
		{"Q28 closed by hand, owed, I: no date closed", closedAs(account("2026-02-28", lateLoan()...), "CLOSED::RISK", "2026-01-20"), open},
		{
			"Q28 closed by hand, owed, R: the date closed",
			onCard(closedAs(account("2026-02-28", lateLoan()...), "CLOSED::CUSTOMER_REQUEST", "2026-01-20")), closedToUse(open, "2026-01-20"),
		},
		{
			"Q28 closed by hand, paid later, R: date paid, and closed to use before",
			onCard(closedAs(account("2026-02-28", join(lateLoan(), payoff)...), "CLOSED::CUSTOMER_REQUEST", "2026-01-20")), closedToUse(rated, "2026-01-20"),
		},
		{
			"3.1 closed by hand without a balance, R: the day it was closed",
			onCard(closedAs(account("2026-02-28", originated("2025-06-01", 50_00), paid("2025-06-20", 50_00)), "CLOSED::INACTIVITY", "2026-02-15")),
			ending{Status: "13", Rating: "0", Info: day("2026-02-15"), Closed: day("2026-02-15"), Final: true},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, endingOf(report(t, c.a))); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
		})
	}
}

// FORMAT 3.3, PO2, Q24: charge-offs.
func TestChargedOff(t *testing.T) {
	// Charged off on 2026-02-20 with 5000.75 owed: 40 days late, first missed 2026-01-10.
	lost := join(originated("2025-06-01", 5000_75), due("2026-01-10", 100_00))
	off := func(asOf string, events ...event) *rules.Account {
		return chargedOffOn(account(asOf, join(lost, events)...), "2026-02-20", 5000_75)
	}
	onCard := func(a *rules.Account) *rules.Account { a.Product.PortfolioType = "R"; return a }
	owed := func(asOf string, balance int64) ending {
		return ending{
			Status: "97", Info: day(asOf), Missed: day("2026-01-10"), Delinq: day("2026-02-09"), Balance: balance, PastDue: balance, OCO: 5000,
		}
	}
	settled := func(on string) ending {
		return ending{
			Status: "64", Info: day(on), Closed: day(on), Missed: day("2026-01-10"), Delinq: day("2026-02-09"), OCO: 5000, Final: true,
		}
	}
	closedToUse := func(e ending) ending { e.Closed = day("2026-02-20"); return e }
	for _, c := range []struct {
		name string
		a    *rules.Account
		want ending
	}{
		{"3.3 I: no date closed, past due is the balance", off("2026-02-28"), owed("2026-02-28", 5000)},
		{"3.3 R: closed to use", onCard(off("2026-02-28")), closedToUse(owed("2026-02-28", 5000))},
		{"3.3 payments lower the balance, not the amount charged off", off("2026-06-30", paid("2026-04-02", 400_00)), owed("2026-06-30", 4600)},
		{"3.3 interest raises it", off("2026-06-30", interest("2026-04-02", 400_25)), owed("2026-06-30", 5401)},
		{"Q39 a dollar owed", off("2026-06-30", paid("2026-05-05", 4999_75)), owed("2026-06-30", 1)},
		{"Q39 99 cents owed", off("2026-06-30", paid("2026-05-05", 4999_76)), settled("2026-05-05")},
		{"PO2 Q24 paid", off("2026-06-30", paid("2026-05-05", 5000_75)), settled("2026-05-05")},
		{"PO2 Q24 overpaid by a cent", off("2026-06-30", paid("2026-05-05", 5000_76)), settled("2026-05-05")},
		{"Q24 R: the date paid too", onCard(off("2026-06-30", paid("2026-05-05", 5000_75))), settled("2026-05-05")},
		{"3.3 settled: the rest is waived", off("2026-06-30", paid("2026-05-05", 1800_00), waived("2026-05-07", 3200_75)), settled("2026-05-07")},
		{"Q24 paid by an entry dated before the charge-off: the date paid", off("2026-06-30", entry(rules.Adjustment, "2026-02-15", -5000_75)), settled("2026-02-15")},
		{"the payment bounced: 97 again", off("2026-06-30", paid("2026-05-05", 5000_75).reversed("2026-05-09")), owed("2026-06-30", 5000)},
		{"BR3 instalments paid after the charge-off do not move the date", off("2026-06-30", paid("2026-03-05", 100_00)), owed("2026-06-30", 4900)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := report(t, c.a)
			if diff := cmp.Diff(c.want, endingOf(r)); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
			if r.HistoryCharacter != "L" {
				t.Errorf("history character: got %s, want L", r.HistoryCharacter)
			}
		})
	}
	undecidable := func(name, code string, a *rules.Account) {
		t.Run(name, func(t *testing.T) {
			r, excluded, err := rules.Furnish(a)
			var u *rules.Undecidable
			if r != nil || excluded != nil || !errors.As(err, &u) || u.Code != code {
				t.Errorf("got %v, %v, error %v, want %s", r, excluded, err, code)
			}
		})
	}
	t.Run("3.3 the lender sent no amount: the balance at the charge-off", func(t *testing.T) {
		a := off("2026-06-30", paid("2026-02-20", 50_00), paid("2026-02-21", 400_00))
		a.ChargeOff = 0
		if got := report(t, a); got.OriginalChargeOff != 4950 || got.CurrentBalance != 4550 {
			t.Errorf("got %d charged off, %d owed, want 4950 and 4550", got.OriginalChargeOff, got.CurrentBalance)
		}
	})
	t.Run("3.3 as it was reported before, whatever is posted since", func(t *testing.T) {
		a := off("2026-06-30", paid("2026-02-19", 100_00))
		a.ChargeOff = 0
		a.Tradelines = []rules.Furnished{report(t, off("2026-05-31")).Furnished}
		if got := report(t, a).OriginalChargeOff; got != 5000 {
			t.Errorf("got %d, want 5000", got)
		}
	})
	if text := (&rules.Undecidable{Code: "A", Detail: "b"}).Error(); text != "A: b" {
		t.Errorf("text of an undecidable: got %q", text)
	}
	undecidable("3.3 no amount charged off, and nothing owed then", rules.CodeNoChargeOff,
		chargedOffOn(account("2026-02-28", lost...), "2025-01-20", 0))
	t.Run("3.3 charged off by the lender without an amount: the balance then", func(t *testing.T) {
		r := report(t, chargedOffOn(account("2026-02-28", lost...), "2026-02-20", 0))
		if r.OriginalChargeOff != 5000 {
			t.Errorf("original charge-off amount: got %d, want 5000", r.OriginalChargeOff)
		}
	})
	undecidable("3.3 less than a dollar charged off", rules.CodeNoChargeOff, chargedOffOn(account("2026-02-28", lost...), "2026-02-20", 99))
	undecidable("3.2 nothing was unpaid", rules.CodeNoDOFD, chargedOffOn(account("2026-02-28", originated("2025-06-01", 50_00)), "2026-02-20", 50_00))
	noCycles := account("2026-02-28", originated("2025-06-01", 50_00))
	noCycles.HasCycles = false
	undecidable("no cycle at all", rules.CodeNoCycles, noCycles)
}

package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// lateLoan is 5000 lent on 2025-06-01 with one instalment of 100, due on 2026-01-10, unpaid.
func lateLoan() []event { return []event{originated("2025-06-01", 5000_00), due("2026-01-10", 100_00)} }

// BR2, BR3: the status by days late at every boundary, the past due and both dates of the delinquency.
func TestDaysLate(t *testing.T) {
	for _, c := range []struct {
		days   int
		status string
	}{
		{0, "11"},
		{1, "11"},
		{28, "11"},
		{29, "11"},
		{30, "71"},
		{31, "71"},
		{59, "71"},
		{60, "78"},
		{61, "78"},
		{89, "78"},
		{90, "80"},
		{91, "80"},
		{119, "80"},
		{120, "82"},
		{121, "82"},
		{149, "82"},
		{150, "83"},
		{151, "83"},
		{179, "83"},
		{180, "84"},
		{181, "84"},
		{1000, "84"},
	} {
		asOf := day("2026-01-10") + rules.Date(c.days)
		r := report(t, account(asOf.String(), lateLoan()...))
		want := rules.Furnished{AccountStatus: c.status, CurrentBalance: 5000, ScheduledPayment: 100, DateAccountInfo: asOf}
		if c.status != "11" {
			want.AmountPastDue = 100
			want.FirstMissedDueOn, want.DateFirstDelinquency = day("2026-01-10"), day("2026-02-09")
		}
		got := rules.Furnished{
			AccountStatus: r.AccountStatus, PaymentRating: r.PaymentRating, CurrentBalance: r.CurrentBalance, AmountPastDue: r.AmountPastDue,
			ScheduledPayment: r.ScheduledPayment, FirstMissedDueOn: r.FirstMissedDueOn, DateFirstDelinquency: r.DateFirstDelinquency,
			DateClosed: r.DateClosed, OriginalChargeOff: r.OriginalChargeOff, DateAccountInfo: r.DateAccountInfo, Final: r.Final,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d days (-want +got):\n%s", c.days, diff)
		}
	}
}

// FORMAT 3.4, Q18, Q30, BR5: what is past due, and when that is too little to be late.
func TestAmountPastDue(t *testing.T) {
	lateFeeOn := func(daysAgo int, amount rules.Cents) event {
		return event{kind: rules.LateFee, on: day("2026-02-28") - rules.Date(daysAgo), amount: amount}
	}
	for _, c := range []struct {
		name    string
		events  []event
		status  string
		pastDue int64
	}{
		{"3.4 the instalment that is 29 days late is not in it", join(lateLoan(), due("2026-01-30", 100_00)), "71", 100},
		{"3.4 the instalment that is 30 days late is", join(lateLoan(), due("2026-01-29", 100_00)), "71", 200},
		{"Q18 a fee of 29 days ago is not in it", join(lateLoan(), lateFeeOn(29, 15_00)), "71", 100},
		{"Q18 a fee of 30 days ago is", join(lateLoan(), lateFeeOn(30, 15_00)), "71", 115},
		{"Q18 a fee of 31 days ago is", join(lateLoan(), lateFeeOn(31, 15_00)), "71", 115},
		{"Q7 every type of charge", join(lateLoan(), lateFeeOn(31, 1_00), entry(rules.Fee, "2026-01-01", 2_00), entry(rules.ManualFee, "2026-01-01", 4_00),
			entry(rules.ReturnCheckFee, "2026-01-01", 8_00), entry(rules.LateFeeInterest, "2026-01-01", 16_00)), "71", 131},
		{"Q18 a waived fee is not", join(lateLoan(), lateFeeOn(31, 15_00), waived("2026-02-20", 15_00)), "71", 100},
		{"a fee that was reversed is not", join(lateLoan(), lateFeeOn(31, 15_00).reversed("2026-02-20")), "71", 100},
		{"ordinary interest is not", join(lateLoan(), interest("2026-01-15", 15_00)), "71", 100},
		{"BR5 cents are dropped, not rounded", join(lateLoan(), lateFeeOn(31, 99)), "71", 100},
		{"BR5 after the sum", join(lateLoan(), lateFeeOn(31, 50), due("2026-01-20", 50)), "71", 101},
		{"a partial payment lowers it", join(lateLoan(), paid("2026-02-01", 60_00)), "71", 40},
		{"Q18 one dollar is late", join(lateLoan(), paid("2026-02-01", 99_00)), "71", 1},
		{"Q18 a cent more", join(lateLoan(), paid("2026-02-01", 98_99)), "71", 1},
		{"Q18 less than a dollar is current", join(lateLoan(), paid("2026-02-01", 99_01)), "11", 0},
		{"Q18 one cent is current", join(lateLoan(), paid("2026-02-01", 99_99)), "11", 0},
		{"paid is current", join(lateLoan(), paid("2026-02-28", 100_00)), "11", 0},
		{"3.4 fees alone do not make it late", join(lateLoan(), lateFeeOn(45, 15_00), paid("2026-02-01", 100_00)), "11", 0},
		{"a refund takes the payment back", join(lateLoan(), paid("2026-02-01", 100_00), refunded("2026-02-10", 30_00)), "71", 30},
		{"never more than is owed", join(lateLoan(), entry(rules.Adjustment, "2026-02-10", -4960_00)), "71", 40},
		{"Q30 a balance under a dollar: 11", join(lateLoan(), entry(rules.Adjustment, "2026-02-10", -4999_01)), "11", 0},
		{"nothing owed, not closed yet: 11", join(lateLoan(), entry(rules.Adjustment, "2026-02-10", -5000_00)), "11", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := report(t, account("2026-02-28", c.events...))
			if r.AccountStatus != c.status || r.AmountPastDue != c.pastDue {
				t.Errorf("got %s past due %d, want %s past due %d", r.AccountStatus, r.AmountPastDue, c.status, c.pastDue)
			}
			if (r.AccountStatus == "11") != (r.DateFirstDelinquency == 0) {
				t.Errorf("status %s with date of first delinquency %s", r.AccountStatus, r.DateFirstDelinquency)
			}
		})
	}
}

// BR5, FORMAT 3.4, 3.5: amounts as the file gets them.
func TestReportedAmounts(t *testing.T) {
	card := func(a *rules.Account) {
		a.Product, a.CreditLimit, a.HighestBalance, a.TermsDuration = revolving(), 3000_50, 700_99, "060"
	}
	with := func(portfolio string) func(*rules.Account) {
		return func(a *rules.Account) { card(a); a.Product.PortfolioType = portfolio }
	}
	type amounts struct {
		Balance, Limit, High, Scheduled int64
		Terms                           string
	}
	for _, c := range []struct {
		name   string
		change func(*rules.Account)
		events []event
		want   amounts
	}{
		{"BR5 cents dropped", func(*rules.Account) {}, []event{originated("2026-01-05", 999_99), due("2026-02-05", 99_99)}, amounts{Balance: 999, Scheduled: 99}},
		{"Q30 a balance of 0.99 is 0", func(*rules.Account) {}, []event{originated("2026-01-05", 99)}, amounts{}},
		{"a balance of 1.00 is 1", func(*rules.Account) {}, []event{originated("2026-01-05", 1_00)}, amounts{Balance: 1}},
		{"a credit balance is 0", with("R"), []event{originated("2026-01-05", 10_00), paid("2026-01-06", 500_00)}, amounts{Limit: 3000, High: 700, Terms: "REV"}},
		{
			"3.4 too large is nine nines", func(a *rules.Account) { a.OriginalAmount = 1_000_000_000_00; a.TermsDuration = "5" },
			[]event{originated("2026-01-05", 1_000_000_000_00)},
			amounts{Balance: 999_999_999, High: 999_999_999, Terms: "005"},
		},
		{
			"3.5 I: no limit, original amount, months", func(a *rules.Account) { card(a); a.Product.PortfolioType, a.OriginalAmount = "I", 5000_99 },
			[]event{originated("2026-01-05", 800_00)},
			amounts{Balance: 800, High: 5000, Terms: "060"},
		},
		{
			"3.5 M: no limit, years padded", func(a *rules.Account) {
				card(a)
				a.Product.PortfolioType, a.OriginalAmount, a.TermsDuration = "M", 5000_99, "30"
			},
			[]event{originated("2026-01-05", 800_00)},
			amounts{Balance: 800, High: 5000, Terms: "030"},
		},
		{"3.5 R: limit, peak balance of the ledger", with("R"), []event{originated("2026-01-05", 800_99), paid("2026-01-20", 790_00)}, amounts{Balance: 10, Limit: 3000, High: 800, Terms: "REV"}},
		{"3.5 C: as R", with("C"), []event{originated("2026-01-05", 100_00), due("2026-02-01", 10_00)}, amounts{Balance: 100, Limit: 3000, High: 700, Scheduled: 10, Terms: "LOC"}},
		{"3.5 O: no scheduled payment", with("O"), []event{originated("2026-01-05", 100_00), due("2026-02-01", 100_00)}, amounts{Balance: 100, Limit: 3000, High: 700, Terms: "001"}},
		{
			"Q6 the latest cycle asks for nothing, so nothing is scheduled", func(*rules.Account) {},
			[]event{originated("2026-01-05", 100_00), due("2026-01-20", 10_00), entry(rules.Adjustment, "2026-01-25", -100_00), due("2026-02-01", 10_00)},
			amounts{},
		},
		{
			"Q6 the latest asks, though the one before did not", func(*rules.Account) {},
			[]event{due("2026-01-04", 10_00), originated("2026-01-05", 100_00), due("2026-02-01", 20_00)},
			amounts{Balance: 100, Scheduled: 20},
		},
		{
			"3.4 the scheduled payment that the lender sent", func(a *rules.Account) { a.HasSchedule, a.ScheduledPayment = true, 123_99 },
			[]event{originated("2026-01-05", 100_00), due("2026-02-01", 10_00)},
			amounts{Balance: 100, Scheduled: 123},
		},
		{
			"a scheduled payment of nothing that the lender sent", func(a *rules.Account) { a.HasSchedule = true },
			[]event{originated("2026-01-05", 100_00), due("2026-02-01", 10_00)},
			amounts{Balance: 100},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := account("2026-02-15", c.events...)
			c.change(a)
			r := report(t, a)
			got := amounts{r.CurrentBalance, r.CreditLimit, r.HighestCredit, r.ScheduledPayment, r.TermsDuration}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("amounts (-want +got):\n%s", diff)
			}
		})
	}
}

// FORMAT 2.6: an instalment of 100.01 as a monthly amount.
func TestScheduledPaymentByFrequency(t *testing.T) {
	for frequency, want := range map[string]int64{
		"M": 100, "P": 100, "W": 433, "B": 217, "E": 200, "L": 50, "Q": 33, "T": 25, "S": 16, "Y": 8,
	} {
		a := account("2026-02-15", originated("2026-01-05", 1000_00), due("2026-02-01", 100_01))
		a.Product.TermsFrequency = frequency
		if got := report(t, a).ScheduledPayment; got != want {
			t.Errorf("frequency %s: got %d, want %d", frequency, got, want)
		}
	}
}

// Q23, FORMAT 3.4: what was paid in the period, and the date of the last payment.
func TestActualPayment(t *testing.T) {
	lent := originated("2025-06-01", 5000_00)
	for _, c := range []struct {
		name   string
		change func(*rules.Account)
		events []event
		actual int64
		last   string
	}{
		{"none", nil, []event{lent}, 0, ""},
		{"on the last reporting date: that report had it", nil, []event{lent, paid("2026-01-31", 70_00)}, 0, "2026-01-31"},
		{"on the day after", nil, []event{lent, paid("2026-02-01", 70_99)}, 70, "2026-02-01"},
		{"on the reporting date", nil, []event{lent, paid("2026-02-28", 70_00)}, 70, "2026-02-28"},
		{"payments and offsets together, cents dropped after the sum", nil, []event{lent, paid("2026-02-03", 70_50), entry(rules.Offset, "2026-02-05", 5_50)}, 76, "2026-02-05"},
		{"Q23 no waivers, discounts, adjustments, refunds", nil, []event{
			lent, paid("2026-02-03", 70_00), waived("2026-02-06", 5_00), entry(rules.PrepaymentDiscount, "2026-02-07", 5_00),
			entry(rules.Adjustment, "2026-02-08", -5_00), refunded("2026-02-09", 5_00),
		}, 70, "2026-02-03"},
		{"Q23 a payment since reversed is left out", nil, []event{lent, paid("2026-02-03", 70_00), paid("2026-02-10", 80_00).reversed("2026-02-28")}, 70, "2026-02-03"},
		{"Q23 its reversal tomorrow does not count yet", nil, []event{lent, paid("2026-02-10", 80_00).reversed("2026-03-01")}, 80, "2026-02-10"},
		{"Q23 a payment of the period before, reversed in this one, is not negative", nil, []event{lent, paid("2026-01-20", 80_00).reversed("2026-02-10")}, 0, ""},
		{"since the last report, not since the calendar date", func(a *rules.Account) {
			a.Tradelines = []rules.Furnished{before("2025-12-31", "11", "0", history24("0"))}
		}, []event{lent, paid("2026-01-20", 80_00), paid("2026-02-20", 20_00)}, 100, "2026-02-20"},
		{"Q21 since the report before the boarding", func(a *rules.Account) {
			a.Baseline = rules.Baseline{History: history24("0"), LastReportedOn: day("2026-02-15")}
		}, []event{lent, paid("2026-02-15", 80_00), paid("2026-02-16", 20_00)}, 20, "2026-02-16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := account("2026-02-28", c.events...)
			if c.change != nil {
				c.change(a)
			}
			r := report(t, a)
			if r.ActualPayment != c.actual || r.DateLastPayment != day(c.last) {
				t.Errorf("got %d, last %s, want %d, last %s", r.ActualPayment, r.DateLastPayment, c.actual, c.last)
			}
		})
	}
}

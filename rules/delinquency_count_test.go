package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// counting is a product with N1, N2 and grace days.
func counting(n1, n2, grace int) rules.Product {
	p := instalment()
	p.DelinquentAfter, p.ChargeOffAfter, p.GraceDays = n1, n2, grace
	return p
}

const (
	delinquent = "SUSPENDED::DELINQUENT"
	chargedOff = "CLOSED::CHARGE_OFF"
	paidOff    = "CLOSED::PAID_OFF"
	surplus    = "CLOSED::SURPLUS_BALANCE"
)

// The loan of these cases: 1200 lent on 2026-01-10, 100 due on the 10th of each month from February on.
func year() []event {
	return join(originated("2026-01-10", 1200_00), monthlyDues("2026-02-10", 12, 100_00))
}

func TestEvaluation(t *testing.T) {
	runNights(t, []nights{
		{
			"DQ1 evaluated on the due date when there is no grace",
			active(counting(1, 0, 0), year()...), "2026-02-01", "2026-02-10",
			[]string{"2026-02-10 " + delinquent + " DQ4"},
		},
		{"DQ1 not before the due date", active(counting(1, 0, 0), year()...), "2026-02-01", "2026-02-09", nil},
		{"DQ1 grace 10: not on day 9", active(counting(1, 0, 10), year()...), "2026-02-01", "2026-02-19", nil},
		{
			"DQ1 grace 10: on day 10",
			active(counting(1, 0, 10), year()...), "2026-02-01", "2026-02-20",
			[]string{"2026-02-20 " + delinquent + " DQ4"},
		},
		{
			"DQ1 grace 10, first night on day 11",
			active(counting(1, 0, 10), year()...), "2026-02-21", "2026-02-21",
			[]string{"2026-02-21 " + delinquent + " DQ4"},
		},
		{
			"DQ2 paid on the evaluation date is in time",
			active(counting(1, 0, 10), join(year(), paid("2026-02-20", 100_00))...), "2026-02-01", "2026-03-09", nil,
		},
		{
			"DQ2 paid on the day after is an underpayment even if the night runs later",
			active(counting(1, 0, 10), join(year(), paid("2026-02-21", 100_00))...), "2026-02-25", "2026-02-25",
			[]string{"2026-02-25 " + delinquent + " DQ4"},
		},
		{
			"DQ2 one cent short is an underpayment",
			active(counting(1, 0, 10), join(year(), paid("2026-02-20", 99_99))...), "2026-02-20", "2026-02-20",
			[]string{"2026-02-20 " + delinquent + " DQ4"},
		},
		{
			"DQ2 one cent over is not",
			active(counting(1, 0, 10), join(year(), paid("2026-02-20", 100_01))...), "2026-02-20", "2026-02-20", nil,
		},
		{
			"DQ2 oldest due first: this month's instalment does not make up for the cent of last month",
			active(counting(2, 0, 0), join(year(), paid("2026-02-10", 99_99), paid("2026-03-10", 100_00))...),
			"2026-02-01", "2026-03-10",
			[]string{"2026-03-10 " + delinquent + " DQ4"},
		},
		{
			"DQ2 prepaid: two instalments in January",
			active(counting(1, 0, 0), join(year(), paid("2026-01-20", 200_00))...), "2026-02-01", "2026-04-09", nil,
		},
		{
			"DQ2 offsets and discounts pay, a refund takes back",
			active(counting(1, 0, 0), join(year(), entry(rules.Offset, "2026-02-01", 60_00),
				entry(rules.PrepaymentDiscount, "2026-02-01", 50_00), refunded("2026-02-02", 10_00))...),
			"2026-02-01", "2026-03-09", nil,
		},
		{
			"DQ2 a refund makes the cycle unpaid again before its evaluation",
			active(counting(1, 0, 10), join(year(), paid("2026-02-10", 100_00), refunded("2026-02-20", 1))...),
			"2026-02-01", "2026-02-20",
			[]string{"2026-02-20 " + delinquent + " DQ4"},
		},
		{
			"DQ2 a refund after its evaluation does not",
			active(counting(1, 0, 10), join(year(), paid("2026-02-10", 100_00), refunded("2026-02-21", 1))...),
			"2026-02-01", "2026-03-19", nil,
		},
		{
			"DQ1 grace over the end of February",
			active(counting(1, 0, 1), originated("2026-01-10", 1200_00), due("2026-02-28", 100_00)), "2026-02-20", "2026-03-01",
			[]string{"2026-03-01 " + delinquent + " DQ4"},
		},
		{
			"DQ1 grace to leap day",
			active(counting(1, 0, 1), originated("2028-01-10", 1200_00), due("2028-02-28", 100_00)), "2028-02-20", "2028-02-29",
			[]string{"2028-02-29 " + delinquent + " DQ4"},
		},
		{
			"Q6 a cycle due when nothing is owed asks for nothing",
			active(counting(1, 0, 0), originated("2026-02-11", 1200_00), due("2026-02-10", 100_00)), "2026-02-01", "2026-02-28", nil,
		},
		{
			"Q6 with one cent owed it asks",
			active(counting(1, 0, 0), originated("2026-02-10", 1), due("2026-02-10", 100_00)), "2026-02-10", "2026-02-10",
			[]string{"2026-02-10 " + delinquent + " DQ4"},
		},
		{
			"Q6 it is satisfied, so it ends a run",
			active(counting(2, 0, 20), originated("2026-01-10", 100_00), due("2026-02-10", 100_00),
				entry(rules.Adjustment, "2026-02-28", -100_00), due("2026-03-01", 100_00),
				entry(rules.Adjustment, "2026-03-02", 100_00), due("2026-04-10", 100_00)).promo("2026-12-31"),
			"2026-02-01", "2026-05-29", nil,
		},
	})
}

func TestCount(t *testing.T) {
	late := func(paidOn string) []event { return join(year(), paid(paidOn, 100_00)) }
	runNights(t, []nights{
		{"DQ4 N1-1", active(counting(3, 0, 5), year()...), "2026-02-01", "2026-04-14", nil},
		{
			"DQ4 N1", active(counting(3, 0, 5), year()...), "2026-02-01", "2026-04-15",
			[]string{"2026-04-15 " + delinquent + " DQ4"},
		},
		{"DQ5 a missing N1 means never", active(counting(0, 1, 0), year()...), "2026-02-01", "2027-06-30", nil},
		{
			"DQ5 a missing N2 means never", active(counting(2, 0, 0), year()...), "2026-02-01", "2027-06-30",
			[]string{"2026-03-10 " + delinquent + " DQ4"},
		},
		{
			"DQ3 a cycle satisfied in time ends the run",
			active(counting(2, 0, 0), join(year(), paid("2026-03-10", 200_00), paid("2026-05-09", 100_00))...),
			"2026-02-01", "2026-05-10", // Feb late, Mar in time, Apr late, May late: the run is Apr, May
			[]string{"2026-05-10 " + delinquent + " DQ4"},
		},
		{
			"DQ3 without that payment the run is Feb and Mar",
			active(counting(2, 0, 0), join(year(), paid("2026-03-11", 200_00))...), "2026-02-01", "2026-03-10",
			[]string{"2026-03-10 " + delinquent + " DQ4"},
		},
		{
			"Q2 caught up on the day before the next evaluation, then late again: the run stands",
			active(counting(2, 0, 0), late("2026-03-09")...), "2026-02-01", "2026-03-10",
			[]string{"2026-03-10 " + delinquent + " DQ4"},
		},
		{
			"DQ8 a cycle due on the first day of a pause does not count",
			active(counting(2, 0, 0), year()...).paused("2026-03-10", "2026-03-11"), "2026-02-01", "2026-04-10",
			[]string{"2026-04-10 " + delinquent + " DQ4"},
		},
		{
			"Q5 a cycle due on the last day of a pause does not count",
			active(counting(2, 0, 0), year()...).paused("2026-03-01", "2026-03-10"), "2026-02-01", "2026-04-10",
			[]string{"2026-04-10 " + delinquent + " DQ4"},
		},
		{
			"Q5 the pause ended on the day before",
			active(counting(2, 0, 0), year()...).paused("2026-03-01", "2026-03-09"), "2026-02-01", "2026-03-10",
			[]string{"2026-03-10 " + delinquent + " DQ4"},
		},
		{
			"Q5 Q46 the pause begins on the day after: the cycle counts, and the loan moves when the pause is over",
			active(counting(2, 0, 10), year()...).paused("2026-03-11", "2026-03-31"), "2026-02-01", "2026-04-01",
			[]string{"2026-04-01 " + delinquent + " DQ4"},
		},
		{
			"DQ8 a satisfied cycle in a pause does not end the run",
			active(counting(2, 0, 0), join(year(), paid("2026-03-10", 200_00))...).paused("2026-03-01", "2026-03-31"),
			"2026-02-01", "2026-04-10",
			[]string{"2026-04-10 " + delinquent + " DQ4"},
		},
		{
			"DQ8 a pause without an end",
			active(counting(2, 0, 0), year()...).paused("2026-03-10", ""), "2026-02-01", "2027-03-01", nil,
		},
		{
			"Q3 a reversal leaves cycles evaluated before it as they were",
			active(counting(2, 0, 0), join(year(), paid("2026-02-10", 100_00).reversed("2026-02-11"))...),
			"2026-02-01", "2026-03-10", nil,
		},
		{
			"Q3 a reversal effective on the evaluation date counts",
			active(counting(2, 0, 0), join(year(), paid("2026-02-09", 100_00).reversed("2026-02-10"))...),
			"2026-02-01", "2026-03-10",
			[]string{"2026-03-10 " + delinquent + " DQ4"},
		},
		{
			"Q4 boarded on the evaluation date: settled history",
			boarded(counting(1, 0, 5), rules.Active, "2026-02-15", year()...), "2026-02-15", "2026-03-14", nil,
		},
		{
			"Q4 boarded on the day before it",
			boarded(counting(1, 0, 5), rules.Active, "2026-02-14", year()...), "2026-02-14", "2026-02-15",
			[]string{"2026-02-15 " + delinquent + " DQ4"},
		},
	})
}

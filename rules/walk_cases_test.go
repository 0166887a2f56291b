package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// billed is a cycle with its billing date.
func (e event) billedOn(on string) event {
	e.billed = day(on)
	return e
}

// proceeds is an offset that names no cycle.
func proceeds(on string, amount rules.Cents) event {
	e := entry(rules.Offset, on, amount)
	e.noCycle = true
	return e
}

// product is a product with settings of its own.
func product(portfolio string, ahead rules.PaymentsAhead, method rules.DelinquencyMethod) rules.Product {
	return rules.Product{PortfolioType: portfolio, TermsFrequency: "M", PaymentsAhead: ahead, DelinquencyMethod: method}
}

// owed is what a loan is late by on a date: the status that is furnished, the amount past due in whole dollars, and what a
// cure takes.
type owed struct {
	status  string
	pastDue int64
	cure    rules.Cents
}

// moneyCase is a row of a table: a loan, a date, and what is owed then.
type moneyCase struct {
	name    string
	product rules.Product
	events  []event
	on      string
	want    owed
	change  func(*rules.Account)
}

func runMoney(t *testing.T, cases []moneyCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := account(c.on, c.events...)
			a.Product = c.product
			if c.change != nil {
				c.change(a)
			}
			r := report(t, a)
			got := owed{r.AccountStatus, r.AmountPastDue, a.PastDue(a.AsOf)}
			if got != c.want {
				t.Errorf("on %s: got %+v, want %+v", c.on, got, c.want)
			}
		})
	}
}

// What becomes of money beyond what is due (Q67, Q68, Q71, Q87 to Q92).
func TestMoneyAhead(t *testing.T) {
	carry := product("I", rules.Carry, rules.ByDays)
	whole := product("M", rules.Whole, rules.ByDays)
	card := product("R", rules.Drop, rules.ByDays)
	lent := originated("2026-01-01", 1200_00)
	months := monthlyDues("2026-02-10", 6, 100_00)
	statements := []event{
		due("2026-02-25", 30_00).billedOn("2026-01-31"), due("2026-03-25", 30_00).billedOn("2026-02-28"),
		due("2026-04-25", 30_00).billedOn("2026-03-31"),
	}
	runMoney(t, []moneyCase{
		{"Q67 carry: two instalments ahead", carry, join(lent, months, paid("2026-02-10", 300_00)), "2026-05-09", owed{"11", 0, 0}, nil},
		{"Q67 carry: then the next is due", carry, join(lent, months, paid("2026-02-10", 300_00)), "2026-06-09", owed{"71", 100, 100_00}, nil},
		{"Q67 whole: an instalment is carried, the half is not", whole, join(lent, months, paid("2026-02-10", 250_00)), "2026-05-10", owed{"71", 100, 200_00}, nil},
		{
			"Q67 drop: paid in full in March, nothing in April", card,
			join(originated("2026-01-05", 500_00), statements, paid("2026-02-20", 30_00), paid("2026-03-20", 470_00),
				entry(rules.Adjustment, "2026-03-21", 300_00)), "2026-05-25", owed{"71", 30, 30_00}, nil,
		},
		{
			"Q67 drop: paid before it was billed", card,
			join(originated("2026-01-05", 500_00), statements, paid("2026-01-30", 60_00)), "2026-03-27", owed{"71", 30, 60_00}, nil,
		},
		{
			"Q67 drop: paid after it was billed, before it was due", card,
			join(originated("2026-01-05", 500_00), statements, paid("2026-01-31", 30_00)), "2026-03-24", owed{"11", 0, 0}, nil,
		},
		{
			"Q67 drop: due by its end, billed at its start", card,
			join(originated("2026-01-05", 500_00), due("2026-02-25", 30_00).billedOn("2026-02-01"), paid("2026-02-03", 30_00)),
			"2026-04-25", owed{"11", 0, 0}, nil,
		},
		{
			"Q89 instalments, then fees, only then cycles to come", carry,
			join(lent, months, lateFee("2026-02-15", 25_00), paid("2026-02-20", 125_00), paid("2026-03-10", 75_00)),
			"2026-04-09", owed{"71", 25, 25_00}, nil,
		},
		{"Q89 a payment of principal satisfies nothing", carry, join(lent, months, entry(rules.PrincipalPayment, "2026-02-10", 400_00)), "2026-03-12", owed{"71", 100, 200_00}, nil},
		{"Q68 a waiver beyond the fees is money", carry, join(lent, months, lateFee("2026-02-15", 25_00), waived("2026-02-20", 125_00)), "2026-03-12", owed{"11", 0, 100_00}, nil},
		{
			"Q68 a waiver lowers the newest fee", carry,
			join(lent, months, lateFee("2026-02-15", 25_00), lateFee("2026-03-12", 40_00), waived("2026-03-13", 40_00)),
			"2026-03-17", owed{"71", 125, 225_00}, nil,
		},
		{"Q91 escrow asks for nothing", carry, join(lent, months, paid("2026-02-10", 100_00), entry(rules.Escrow, "2026-02-10", 40_00)), "2026-03-09", owed{"11", 0, 0}, nil},
		{
			"Q6 a cycle asks at most for the balance", carry,
			join(originated("2026-01-01", 160_00), months, paid("2026-02-10", 100_00)), "2026-04-09", owed{"71", 60, 60_00}, nil,
		},
		{
			"Q87 a balance of zero settles for good", carry,
			join(lent, months, entry(rules.Adjustment, "2026-03-01", -1200_00), interest("2026-03-05", 500_00)), "2026-04-08",
			owed{"11", 0, 100_00}, nil,
		},
		{
			"Q87 a refund of a credit unpays nothing", card,
			join(originated("2026-01-05", 100_00), statements[0], paid("2026-02-20", 150_00), refunded("2026-02-22", 50_00),
				entry(rules.Adjustment, "2026-02-23", 90_00)), "2026-03-27", owed{"11", 0, 0}, nil,
		},
		{
			"a refund takes back the newest allocation", carry,
			join(lent, months, paid("2026-02-10", 100_00), paid("2026-03-10", 100_00), refunded("2026-03-15", 150_00)), "2026-03-20",
			owed{"71", 50, 150_00}, nil,
		},
		{
			"Q37 the balance of zero that a bounced payment left settles nothing for bureaus", carry,
			join(lent, months, paid("2026-02-05", 1200_00).reversed("2026-02-25")), "2026-03-12", owed{"71", 100, 200_00}, nil,
		},
	})
}

// A re-age, proceeds, and what is owed after the last cycle (Q71, Q88, Q92).
func TestMoneyAtTheEnd(t *testing.T) {
	carry := product("I", rules.Carry, rules.ByDays)
	mortgage := product("M", rules.Whole, rules.ByMonths)
	lent := originated("2026-01-01", 1200_00)
	months := monthlyDues("2026-02-10", 6, 100_00)
	taken := func(a *rules.Account) { a.CollateralOn = day("2026-03-01") }
	last := func(on string) func(*rules.Account) {
		return func(a *rules.Account) { a.LastDueOn = day(on) }
	}
	runMoney(t, []moneyCase{
		{"Q88 before the re-age", carry, join(lent, months, lateFee("2026-02-20", 25_00), entry(rules.ReAge, "2026-04-01", 0)), "2026-03-31", owed{"71", 125, 225_00}, nil},
		{"Q88 from the re-age on", carry, join(lent, months, lateFee("2026-02-20", 25_00), entry(rules.ReAge, "2026-04-01", 0)), "2026-04-01", owed{"11", 0, 0}, nil},
		{"Q88 later cycles ask", carry, join(lent, months, entry(rules.ReAge, "2026-04-01", 0)), "2026-05-10", owed{"71", 100, 200_00}, nil},
		{"Q71 an offset pays a cycle", carry, join(lent, months, proceeds("2026-03-05", 100_00)), "2026-03-15", owed{"11", 0, 100_00}, nil},
		{"Q71 proceeds lower the balance alone", carry, join(lent, months, proceeds("2026-03-05", 100_00)), "2026-03-15", owed{"71", 100, 200_00}, taken},
		{"Q71 an offset that names a cycle is money", carry, join(lent, months, entry(rules.Offset, "2026-03-05", 100_00)), "2026-03-15", owed{"11", 0, 100_00}, taken},
		{
			"Q92 the rest falls due with the last cycle", carry, join(lent, due("2026-02-10", 100_00), paid("2026-02-10", 100_00)), "2026-03-12",
			owed{"71", 1100, 1100_00}, last("2026-02-10"),
		},
		{
			"Q92 not before", carry, join(lent, due("2026-02-10", 100_00), paid("2026-02-10", 100_00)), "2026-03-12",
			owed{"11", 0, 0}, last("2026-03-13"),
		},
		{
			"Q92 Q88 re-aged after maturity", carry,
			join(lent, due("2026-02-10", 100_00), entry(rules.ReAge, "2026-03-01", 0)), "2026-03-12", owed{"11", 0, 0}, last("2026-02-10"),
		},
		{
			"Q92 a card has no maturity", product("R", rules.Drop, rules.ByDays), join(lent, due("2026-02-10", 100_00), paid("2026-02-10", 100_00)),
			"2026-03-12", owed{"11", 0, 0}, last("2026-02-10"),
		},
		{"Q31 months: due on the 1st, unpaid on the last day", mortgage, join(lent, due("2026-02-01", 100_00)), "2026-02-28", owed{"71", 100, 100_00}, nil},
		{"Q31 months: the day before", mortgage, join(lent, due("2026-02-01", 100_00)), "2026-02-27", owed{"11", 0, 100_00}, nil},
		{"Q31 months: due on the 31st, the day cut to February", mortgage, join(lent, due("2026-01-31", 100_00)), "2026-02-27", owed{"71", 100, 100_00}, nil},
		{"Q31 months: two", mortgage, join(lent, due("2026-02-01", 100_00), due("2026-03-01", 100_00)), "2026-03-31", owed{"78", 200, 200_00}, nil},
		{"Q31 days skip a bucket from January to March", product("M", rules.Whole, rules.ByDays), join(lent, due("2026-02-01", 100_00)), "2026-02-28", owed{"11", 0, 100_00}, nil},
		{"Q59 fees age by days", mortgage, join(lent, due("2026-02-01", 100_00), lateFee("2026-02-01", 25_00)), "2026-02-28", owed{"71", 100, 125_00}, nil},
	})
}

// Under months no account skips a bucket between two month-ends (Q31), and the date of first delinquency is the first day
// with a whole month.
func TestMonthsSkipNoBucket(t *testing.T) {
	codes := []string{"11", "71", "78", "80", "82", "83", "84", "84"}
	for _, first := range []string{"2026-01-01", "2026-01-15", "2026-01-29", "2026-01-31", "2026-08-31"} {
		events := join(originated("2025-12-01", 5000_00), monthlyDues(first, 8, 100_00))
		end, was := day(first).MonthEnd(), -1
		for range codes {
			a := account(end.String(), events...)
			a.Product = product("M", rules.Whole, rules.ByMonths)
			r := report(t, a)
			now := 0
			for k, code := range codes[:7] {
				if code == r.AccountStatus {
					now = k
				}
			}
			if was >= 0 && now != min(was+1, 6) {
				t.Errorf("due first on %s: %s on %s after %s", first, r.AccountStatus, end, codes[was])
			}
			if now > 0 && r.DateFirstDelinquency != day(first).AddMonths(1)-1 {
				t.Errorf("due first on %s: first delinquency %s", first, r.DateFirstDelinquency)
			}
			end, was = (end + 1).MonthEnd(), now
		}
	}
}

// CA7, Q46: what is not a step late when an accommodation without an end begins never is, and that is found at once.
func TestEndlessAccommodation(t *testing.T) {
	for _, late := range []struct {
		opened string
		want   string
	}{{"2026-03-12", "11"}, {"2026-03-13", "71"}} {
		s := story{people: people("1"), events: lentYear(), cases: []rules.Case{caseOf(rules.CaseDisaster, late.opened, parties())}}
		s.change = func(a *rules.Account) { a.Program.Accommodations = rules.Protect }
		if got := s.file(t, "2026-12-31", func(r *rules.Tradeline) string { return r.AccountStatus }); got != late.want {
			t.Errorf("a disaster from %s on: %s, want %s", late.opened, got, late.want)
		}
	}
}

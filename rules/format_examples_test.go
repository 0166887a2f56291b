package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// example is a row of FORMAT.md 8.1, in the order of its columns.
type example struct {
	SMPA, Actual                            int64
	Status, Rating, History                 string
	Balance, PastDue, OCO                   int64
	Info, FirstDelinquency, Closed, LastPay string
}

func exampleOf(r *rules.Tradeline) example {
	return example{
		r.ScheduledPayment, r.ActualPayment, r.AccountStatus, r.PaymentRating, r.PaymentHistory, r.CurrentBalance, r.AmountPastDue,
		r.OriginalChargeOff, r.DateAccountInfo.String(), r.DateFirstDelinquency.String(), r.DateClosed.String(), r.DateLastPayment.String(),
	}
}

// instalments is n monthly dues of an amount, each paid on its date.
func instalments(first string, n int, amount rules.Cents) []event {
	var events []event
	for _, c := range monthlyDues(first, n, amount) {
		events = append(events, c, event{kind: rules.Payment, on: c.on, amount: amount})
	}
	return events
}

// owing adds what brings the balance to an amount on the day after the loan was opened.
func owing(balance rules.Cents, events []event) []event {
	now := (oracle{events: events}).balance(day("2026-10-31"), 0)
	return append(events, event{kind: rules.Adjustment, on: events[0].on + 1, amount: balance - rules.Cents(now)})
}

// The examples of FORMAT.md 8.1 that a ledger makes, as first reports of 2026-10-31.
func TestFormatExamples(t *testing.T) {
	ends := func(a *rules.Account, status rules.Status, on string) *rules.Account { return closedAs(a, status, on) }
	at := func(events []event) *rules.Account { return account("2026-10-31", events...) }
	portfolio := func(p string, a *rules.Account) *rules.Account { a.Product.PortfolioType = p; return a }
	for _, c := range []struct {
		name string
		a    *rules.Account
		want example
	}{
		{
			"1 current auto loan",
			at(owing(15210_00, join(originated("2025-03-15", 21500_00), instalments("2025-04-15", 19, 389_00)))),
			example{
				SMPA: 389, Actual: 389, Status: "11", History: "0000000000000000000BBBBB", Balance: 15210, Info: "2026-10-31", LastPay: "2026-10-15",
			},
		},
		{
			"2 thirty days late",
			at(owing(5105_40, join(originated("2024-06-20", 9000_00), instalments("2024-07-20", 25, 215_00),
				due("2026-08-20", 215_00), paid("2026-08-19", 215_00), due("2026-09-20", 215_00), due("2026-10-20", 215_00)))),
			example{
				SMPA: 215, Status: "71", History: history24("0"), Balance: 5105, PastDue: 215, Info: "2026-10-31",
				FirstDelinquency: "2026-10-20", LastPay: "2026-08-19",
			},
		},
		{
			"3 mortgage 91 days late",
			portfolio("M", at(owing(262480_99, join(originated("2019-05-01", 310000_00), instalments("2019-06-01", 86, 2150_00),
				due("2026-08-01", 2150_00), due("2026-09-01", 2150_00), due("2026-10-01", 2150_00))))),
			example{
				SMPA: 2150, Status: "80", History: history24("210"), Balance: 262480, PastDue: 6450, Info: "2026-10-31",
				FirstDelinquency: "2026-08-31", LastPay: "2026-07-01",
			},
		},
		{
			"4 credit card without a balance since July",
			portfolio("R", at([]event{originated("2023-05-11", 3120_00), paid("2026-07-03", 3120_00)})),
			example{Status: "11", History: "EEE" + history24("0")[:21], Info: "2026-10-31", LastPay: "2026-07-03"},
		},
		{
			"5 line of credit closed by the lender",
			portfolio("C", ends(at(owing(4200_00, join(originated("2023-02-02", 9100_00), instalments("2026-08-11", 3, 105_00)))),
				"CLOSED::GRANTOR_REQUEST", "2026-08-12")),
			example{
				SMPA: 105, Actual: 105, Status: "11", History: history24("0"), Balance: 4200, Info: "2026-10-31", Closed: "2026-08-12",
				LastPay: "2026-10-11",
			},
		},
		{
			"6 auto loan paid off",
			ends(at([]event{originated("2022-10-10", 4812_00), paid("2026-10-09", 4812_00)}), rules.PaidOff, "2026-10-09"),
			example{
				Actual: 4812, Status: "13", Rating: "0", History: history24("0"), Info: "2026-10-09", Closed: "2026-10-09", LastPay: "2026-10-09",
			},
		},
		{
			"7 charged off in July, 400 paid since",
			chargedOffOn(at([]event{
				originated("2024-06-10", 7432_00), due("2026-01-15", 250_00), paid("2026-09-05", 200_00), paid("2026-10-05", 200_00),
			}), "2026-07-20", 7432_00),
			example{
				Actual: 200, Status: "97", History: history24("LLL543210"), Balance: 7032, PastDue: 7032, OCO: 7432, Info: "2026-10-31",
				FirstDelinquency: "2026-02-14", LastPay: "2026-10-05",
			},
		},
		{
			"8 charge-off settled for less",
			chargedOffOn(at([]event{
				originated("2023-02-13", 3950_00), due("2025-08-09", 180_00), paid("2026-10-16", 1800_00), waived("2026-10-16", 2150_00),
			}), "2026-02-10", 3950_00),
			example{
				Actual: 1800, Status: "64", History: history24("LLLLLLLL543210"), OCO: 3950, Info: "2026-10-16",
				FirstDelinquency: "2025-09-08", Closed: "2026-10-16", LastPay: "2026-10-16",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, exampleOf(report(t, c.a))); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
		})
	}
}

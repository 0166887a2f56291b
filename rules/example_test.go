package rules_test

import (
	"fmt"

	"github.com/furnisher/furnisher/rules"
)

func date(s string) rules.Date {
	d, err := rules.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// A loan of 1,200 whose first two instalments were not paid; the product says delinquent after two.
func exampleLoan() *rules.Loan {
	return &rules.Loan{
		State:    rules.State{Status: rules.Active, Since: date("2026-01-10")},
		OpenedOn: date("2026-01-10"), HasCycles: true,
		Product: rules.Product{DelinquentAfter: 2, ChargeOffAfter: 3, ClosesOnPayoff: true, PortfolioType: "I", TermsFrequency: "M"},
		Ledger: rules.NewLedger(
			[]rules.Entry{{Kind: rules.Origination, Amount: 1200_00, Effective: date("2026-01-10")}},
			[]rules.Due{
				{No: 1, DueOn: date("2026-02-10"), MinimumDue: 100_00},
				{No: 2, DueOn: date("2026-03-10"), MinimumDue: 100_00},
			},
		),
	}
}

func ExampleDelinquency() {
	move, ok, err := rules.Delinquency(exampleLoan(), date("2026-03-10"))
	fmt.Println(move.To, move.Rule, move.Facts, ok, err)
	// Output: SUSPENDED::DELINQUENT DQ4 {"needed":2,"underpaid_cycles":[1,2]} true <nil>
}

func ExampleClosure() {
	loan := exampleLoan()
	loan.Ledger = rules.NewLedger(append(loan.Ledger.Entries,
		rules.Entry{Kind: rules.Payment, Amount: 1205_00, Effective: date("2026-03-12")}), loan.Ledger.Dues)
	for _, move := range rules.Closure(loan, date("2026-03-13")) {
		fmt.Println(move.To, move.Rule, move.EffectiveOn, move.Facts)
	}
	// Output: CLOSED::SURPLUS_BALANCE PO2 2026-03-12 {"balance":"-5.00","paid_on":"2026-03-12"}
}

func ExampleFinalStatement() {
	loan := rules.ClosedLoan{
		State: rules.State{Status: rules.PaidOff, ClosedOn: date("2026-03-12"), Episode: 1}, OpenedOn: date("2026-01-10"),
		Cycles: []rules.Cycle{{No: 3, StartsOn: date("2026-03-01"), EndsOn: date("2026-03-31")}},
	}
	period, ok := rules.FinalStatement(loan)
	fmt.Println(ok, period.StartsOn, period.EndsOn, period.CycleNo)
	// Output: true 2026-03-01 2026-03-31 3
}

func ExamplePurge() {
	call := rules.Contact{Kind: "CALL", Schedule: true}
	fmt.Println(rules.Purge(rules.NotServicing, call))
	kind, cancel := rules.Purge(rules.Servicing, call)
	fmt.Printf("%q %t\n", kind, cancel)
	// Output:
	// call_schedules true
	// "" false
}

func ExampleFurnish() {
	account := &rules.Account{
		Loan: *exampleLoan(), AsOf: date("2026-03-31"), PeriodAfter: date("2026-02-28"),
		Furnish: true, OriginalAmount: 1200_00, TermsDuration: "12",
		Consumers: []rules.Consumer{{ID: 1, Position: 1, ECOA: "1", Household: 1}},
	}
	r, excluded, err := rules.Furnish(account)
	fmt.Println(r.AccountStatus, r.CurrentBalance, r.AmountPastDue, r.DateFirstDelinquency, r.PaymentHistory)
	fmt.Println(excluded, err)

	account.Furnish = false
	_, excluded, _ = rules.Furnish(account)
	fmt.Println(excluded.Reason, excluded.Rule)
	// Output:
	// 71 1200 100 2026-03-12 00BBBBBBBBBBBBBBBBBBBBBB
	// <nil> <nil>
	// NOT_FURNISHED Q16
}

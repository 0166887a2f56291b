package rules_test

import (
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// day reads a date literal of a test.
func day(s string) rules.Date {
	if s == "" {
		return 0
	}
	d, err := rules.ParseDate(s)
	if err != nil {
		panic("test date " + s)
	}
	return d
}

// event is a ledger entry or a billing cycle of a test loan. Amounts are cents, written 100_00.
type event struct {
	kind     rules.Kind // 0: a billing cycle
	amount   rules.Cents
	on       rules.Date // effective date, or the cycle's due date
	undoneOn rules.Date // the reversal's effective date, 0: not reversed
	billed   rules.Date // a cycle's billing date, 0: its due date
	noCycle  bool       // an offset that names no cycle (Q71)
	known    rules.Date // posted on that date: earlier nights do not see it (Q29)
}

func entry(kind rules.Kind, on string, amount rules.Cents) event {
	return event{kind: kind, amount: amount, on: day(on)}
}

func originated(on string, amount rules.Cents) event { return entry(rules.Origination, on, amount) }
func interest(on string, amount rules.Cents) event   { return entry(rules.Interest, on, amount) }
func paid(on string, amount rules.Cents) event       { return entry(rules.Payment, on, amount) }
func refunded(on string, amount rules.Cents) event   { return entry(rules.Refund, on, amount) }
func waived(on string, amount rules.Cents) event     { return entry(rules.Waiver, on, amount) }
func lateFee(on string, amount rules.Cents) event    { return entry(rules.LateFee, on, amount) }
func due(on string, amount rules.Cents) event        { return event{on: day(on), amount: amount} }

// reversed undoes the entry on a date.
func (e event) reversed(on string) event {
	e.undoneOn = day(on)
	return e
}

// posted makes the entry unknown to nights before a date.
func (e event) posted(on string) event {
	e.known = day(on)
	return e
}

// monthlyDues is n cycles of one amount, due monthly from the first date on.
func monthlyDues(first string, n int, amount rules.Cents) []event {
	var events []event
	for k := range n {
		events = append(events, event{on: day(first).AddMonths(k), amount: amount})
	}
	return events
}

// join concatenates events and lists of events.
func join(parts ...any) []event {
	var events []event
	for _, p := range parts {
		switch p := p.(type) {
		case event:
			events = append(events, p)
		case []event:
			events = append(events, p...)
		default:
			panic("join takes events")
		}
	}
	return events
}

// ledgerOn is the ledger of the events as a night of business date d reads it.
func ledgerOn(d rules.Date, events []event) rules.Ledger { return ledgerAsOf(d, d, events) }

// ledgerAsOf is the ledger as of a date, of what was posted by the night that reads it.
func ledgerAsOf(d, night rules.Date, events []event) rules.Ledger {
	var entries []rules.Entry
	var dues []rules.Due
	for _, e := range events {
		switch {
		case e.known > night:
		case e.kind == 0 && (e.on <= d || e.billed != 0 && e.billed <= d):
			dues = append(dues, rules.Due{No: len(dues) + 1, BilledOn: e.billed, DueOn: e.on, MinimumDue: e.amount})
		case e.on > d || e.kind == 0:
		case e.undoneOn != 0 && e.undoneOn <= d:
			undone, reversal := rules.Entry{Kind: e.kind, Amount: e.amount, Effective: e.on, NoCycle: e.noCycle}.Reversed(e.undoneOn)
			entries = append(entries, undone, reversal)
		default:
			entries = append(entries, rules.Entry{Kind: e.kind, Amount: e.amount, Effective: e.on, NoCycle: e.noCycle})
		}
	}
	return rules.NewLedger(entries, dues)
}

// instalment is a product as most cases use it: N1 2, N2 3, no grace, closes on payoff.
func instalment() rules.Product {
	return rules.Product{DelinquentAfter: 2, ChargeOffAfter: 3, ClosesOnPayoff: true, PortfolioType: "I", TermsFrequency: "M"}
}

// revolving is a card: it does not close on payoff (PO1).
func revolving() rules.Product {
	return rules.Product{DelinquentAfter: 2, ChargeOffAfter: 3, PortfolioType: "R", TermsFrequency: "M"}
}

// alone is the one consumer of most cases.
var alone = rules.Consumer{ID: 1, Position: 1, ECOA: "1", Household: 1}

// account is a furnished, active instalment loan as a file of a date sees it.
func account(asOf string, events ...event) *rules.Account {
	d := day(asOf)
	a := &rules.Account{AsOf: d, PeriodAfter: rules.NewDate(d.Time().Year(), d.Time().Month(), 0), Furnish: true}
	a.Status, a.Since, a.HasCycles, a.Product = rules.Active, d-400, true, instalment()
	a.Consumers = []rules.Consumer{alone}
	a.Ledger = ledgerOn(d, events)
	for _, e := range events {
		if e.kind != 0 && (a.OpenedOn == 0 || e.on < a.OpenedOn) {
			a.OpenedOn = e.on
		}
	}
	return a
}

// readableFacts compares facts by their JSON.
var readableFacts = cmp.Transformer("facts", rules.Facts.String)

// report is the file's word on an account that must be reported.
func report(t rapid.TB, a *rules.Account) *rules.Tradeline {
	t.Helper()
	r, excluded, err := rules.Furnish(a)
	if err != nil || excluded != nil {
		t.Fatalf("Furnish: excluded %+v, error %v; want a tradeline", excluded, err)
	}
	return r
}

// history24 fills a payment history profile with its last character.
func history24(head string) string {
	for len(head) < 24 {
		head += head[len(head)-1:]
	}
	return head
}

package rules_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// story is a loan with cases over several month-ends. Each file sees what the one before has said.
type story struct {
	people   []rules.Consumer
	cases    []rules.Case
	events   []event
	product  rules.Product
	status   rules.Status
	closedOn string
	change   func(a *rules.Account) // for what is not in the rest
	before   []rules.Furnished      // tradelines of earlier files, newest first
}

// lentYear is a loan of 1200 dollars in 12 instalments, the first due on 2026-02-10, with the payments of the months given.
func lentYear(paidMonths ...string) []event {
	events := join(originated("2026-01-10", 1200_00), monthlyDues("2026-02-10", 12, 100_00))
	for _, month := range paidMonths {
		events = append(events, paid(month+"-10", 100_00))
	}
	return events
}

// everyMonth pays lentYear in time.
var everyMonth = []string{"2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"}

// of is the account as the file of a date sees it.
func (s *story) of(asOf string) *rules.Account {
	a := account(asOf, s.events...)
	if s.people != nil {
		a.Consumers = s.people
	}
	a.Cases, a.Tradelines = s.cases, s.before
	if s.product.PortfolioType != "" {
		a.Product = s.product
	}
	if s.status != "" {
		a.Status, a.ClosedOn, a.ByHand = s.status, day(s.closedOn), true
	}
	if s.change != nil {
		s.change(a)
	}
	return a
}

// file makes the file of a date and tells what it says, or why it leaves the account out: "NOT_OPENED BR1", "!BAD_RECORD".
func (s *story) file(t *testing.T, asOf string, tell func(*rules.Tradeline) string) string {
	t.Helper()
	r, excluded, err := rules.Furnish(s.of(asOf))
	var undecidable *rules.Undecidable
	switch {
	case errors.As(err, &undecidable):
		return "!" + undecidable.Code
	case err != nil:
		t.Fatal(err)
	case excluded != nil:
		return excluded.Reason + " " + excluded.Rule
	}
	s.before = append([]rules.Furnished{kept(t, r)}, s.before...)
	if !r.Final {
		s.before = s.before[:1]
	}
	s.before = s.before[:min(len(s.before), rules.MaxTradelines)]
	return tell(r)
}

// files are the files of month-ends.
func (s *story) files(t *testing.T, tell func(*rules.Tradeline) string, asOf ...string) []string {
	t.Helper()
	var told []string
	for _, d := range asOf {
		told = append(told, s.file(t, d, tell))
	}
	return told
}

// What stories tell of a tradeline.

// tellStatus tells the status, amounts past due and owed, and the date of first delinquency.
func tellStatus(r *rules.Tradeline) string {
	text := fmt.Sprintf("%s past due %d of %d", r.AccountStatus, r.AmountPastDue, r.CurrentBalance)
	if r.DateFirstDelinquency != 0 {
		text += " since " + r.DateFirstDelinquency.String()
	}
	return text
}

// tellCodes tells the special comment and the compliance condition code.
func tellCodes(r *rules.Tradeline) string {
	return strings.TrimSpace(r.SpecialComment + " " + r.ComplianceCode)
}

func tellHistory(r *rules.Tradeline) string { return strings.TrimRight(r.PaymentHistory, "B") }

// tellCase tells which case changed what, and by which rule.
func tellCase(r *rules.Tradeline) string {
	var all []string
	for _, f := range r.Facts {
		if what, ok := strings.CutPrefix(f.Key, rules.FactCase); ok {
			all = append(all, what+"="+strings.Trim(string(rules.Facts{f}.AppendJSON(nil)[len(f.Key)+4:]), `"}`))
		}
	}
	return strings.Join(all, " ")
}

// changed changes a sample case.
type changed = func(*rules.Case)

// caseOf is the case K1 of the consumer at position 1, acknowledged.
func caseOf(kind rules.CaseType, opened string, changes ...changed) rules.Case {
	c := rules.Case{ID: "K1", Type: kind, Status: "open", OpenedOn: day(opened), AutoCreated: true, Acknowledged: true, Parties: []int{1}}
	for _, change := range changes {
		change(&c)
	}
	return c
}

// petition is a bankruptcy that was filed and opened on a day.
func petition(chapter int, filed string, changes ...changed) rules.Case {
	c := caseOf(rules.CaseBankruptcy, filed)
	c.Chapter, c.FiledOn = chapter, day(filed)
	for _, change := range changes {
		change(&c)
	}
	return c
}

func id(id string) changed               { return func(c *rules.Case) { c.ID = id } }
func closing(on string) changed          { return func(c *rules.Case) { c.ClosedOn = day(on) } }
func parties(at ...int) changed          { return func(c *rules.Case) { c.Parties = at } }
func unacknowledged(c *rules.Case)       { c.Acknowledged = false }
func deletedCase(c *rules.Case)          { c.DeletedOn = c.OpenedOn + 400 }
func received(on string) changed         { return func(c *rules.Case) { c.ReceivedOn = day(on) } }
func kindOf(k rules.DisputeKind) changed { return func(c *rules.Case) { c.DisputeKind = k } }

func endedAs(outcome rules.CaseOutcome, on string) changed {
	return func(c *rules.Case) { c.Outcome, c.ClosedOn = outcome, day(on) }
}

func disposed(d rules.Disposition, on string) changed {
	return func(c *rules.Case) { c.Disposition, c.DispositionOn = d, day(on) }
}

func compare(t *testing.T, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

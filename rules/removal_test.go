package rules_test

import (
	"errors"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// CD3: who may be deleted, and on which day first.
func TestCheckRemoval(t *testing.T) {
	over := rules.LastSaid{Reason: rules.FinallyReported, Rule: "DC10"}
	closed := func(on string) rules.LinkedLoan {
		return rules.LinkedLoan{LoanID: "A", Status: rules.PaidOff, ClosedOn: day(on), RetentionMonths: 36, Said: over}
	}
	said := func(l rules.LinkedLoan, s rules.LastSaid) rules.LinkedLoan { l.Said = s; return l }
	months := func(l rules.LinkedLoan, n int) rules.LinkedLoan { l.RetentionMonths = n; return l }
	open := rules.LinkedLoan{LoanID: "B", Status: rules.Active, RetentionMonths: 36}
	request := rules.Erasure{Approver: "ada", Reason: "CCPA request 7", By: "kim"}
	for _, c := range []struct {
		name     string
		customer rules.Customer
		erasure  rules.Erasure
		on       string
		want     string // the rule that refuses
	}{
		{"no loan", rules.Customer{}, rules.Erasure{}, "2026-01-01", ""},
		{"a day too early", rules.Customer{Loans: []rules.LinkedLoan{closed("2023-05-31")}}, rules.Erasure{}, "2026-05-30", "CD3"},
		{"on the day", rules.Customer{Loans: []rules.LinkedLoan{closed("2023-05-31")}}, rules.Erasure{}, "2026-05-31", ""},
		{"a leap day, day before", rules.Customer{Loans: []rules.LinkedLoan{closed("2024-02-29")}}, rules.Erasure{}, "2027-02-27", "CD3"},
		{"a leap day", rules.Customer{Loans: []rules.LinkedLoan{closed("2024-02-29")}}, rules.Erasure{}, "2027-02-28", ""},
		{"the latest of two", rules.Customer{Loans: []rules.LinkedLoan{closed("2020-01-01"), closed("2024-01-01")}}, rules.Erasure{}, "2026-12-31", "CD3"},
		{"the longest retention", rules.Customer{Loans: []rules.LinkedLoan{closed("2024-01-01"), months(closed("2020-01-01"), 84)}}, rules.Erasure{}, "2027-01-01", "CD3"},
		{"no retention", rules.Customer{Loans: []rules.LinkedLoan{months(closed("2024-01-01"), 0)}}, rules.Erasure{}, "2024-01-01", ""},
		{"one open", rules.Customer{Loans: []rules.LinkedLoan{closed("2020-01-01"), open}}, request, "2026-12-31", "CD3"},
		{"legal hold", rules.Customer{LegalHold: true, Loans: []rules.LinkedLoan{closed("2020-01-01")}}, request, "2026-12-31", "CD3"},
		{"removed", rules.Customer{RemovedOn: day("2026-01-01")}, request, "2026-12-31", "CD2"},
		{"still reported", rules.Customer{Loans: []rules.LinkedLoan{said(closed("2020-01-01"), rules.LastSaid{Reported: true})}}, request, "2026-12-31", "CD3"},
		{"still reported at one of two destinations", rules.Customer{Loans: []rules.LinkedLoan{closed("2020-01-01"), said(closed("2020-01-01"), rules.LastSaid{Reported: true})}}, request, "2026-12-31", "CD3"},
		{"its destination ended", rules.Customer{Loans: []rules.LinkedLoan{said(closed("2020-01-01"), rules.LastSaid{Over: true, Reported: true})}}, request, "2026-12-31", ""},
		{"no file yet", rules.Customer{Loans: []rules.LinkedLoan{said(closed("2020-01-01"), rules.LastSaid{})}}, request, "2026-12-31", "CD3"},
		{"once more next month", rules.Customer{Loans: []rules.LinkedLoan{said(closed("2020-01-01"), rules.LastSaid{Reason: rules.FinallyReported, Rule: "Q53"})}}, request, "2026-12-31", "CD3"},
		{"its end is to come", rules.Customer{Loans: []rules.LinkedLoan{said(closed("2020-01-01"), rules.LastSaid{Reason: rules.NotFurnished, Rule: "Q80"})}}, request, "2026-12-31", "CD3"},
		{"never furnished", rules.Customer{Loans: []rules.LinkedLoan{said(closed("2020-01-01"), rules.LastSaid{Reason: rules.NotFurnished, Rule: "Q16"})}}, rules.Erasure{}, "2026-12-31", ""},
		{"deletion waits", rules.Customer{Loans: []rules.LinkedLoan{said(closed("2020-01-01"), rules.LastSaid{Reason: rules.DeletionWaits, Rule: "Q72"})}}, request, "2026-12-31", "CD3"},
		{"quarantined", rules.Customer{Loans: []rules.LinkedLoan{said(closed("2020-01-01"), rules.LastSaid{Reason: rules.Quarantined, Rule: "DC11"})}}, request, "2026-12-31", "CD3"},
		{"erasure overrides retention", rules.Customer{Loans: []rules.LinkedLoan{closed("2026-01-01")}}, request, "2026-01-02", ""},
		{"erasure without a reason", rules.Customer{Loans: []rules.LinkedLoan{closed("2020-01-01")}}, rules.Erasure{Approver: "ada"}, "2026-12-31", "CD3"},
		{"erasure without an approver", rules.Customer{Loans: []rules.LinkedLoan{closed("2020-01-01")}}, rules.Erasure{Reason: "CCPA"}, "2026-12-31", "CD3"},
		{"approved by blanks", rules.Customer{Loans: []rules.LinkedLoan{closed("2020-01-01")}}, rules.Erasure{Approver: " ", Reason: "CCPA", By: "kim"}, "2026-12-31", "CD3"},
		{"approved by oneself", rules.Customer{Loans: []rules.LinkedLoan{closed("2020-01-01")}}, rules.Erasure{Approver: " ADA\tLovegood ", Reason: "CCPA", By: "ada lovegood"}, "2026-12-31", "CD3"},
		{"nobody approves, nobody else is needed", rules.Customer{Loans: []rules.LinkedLoan{closed("2020-01-01")}}, rules.Erasure{By: "ada"}, "2026-12-31", ""},
	} {
		err := rules.CheckRemoval(&c.customer, c.erasure, day(c.on))
		got := ""
		if refusal, ok := errors.AsType[*rules.Refusal](err); ok {
			got = refusal.Rule
		}
		if got != c.want {
			t.Errorf("%s: refused by %q (%v), want %q", c.name, got, err, c.want)
		}
	}
}

// ST5: the business date of an operation.
func TestOperationDate(t *testing.T) {
	for _, c := range []struct{ name, asked, today, closed, unfinished, want string }{
		{"today", "", "2026-06-05", "2026-06-01", "", "2026-06-05"},
		{"the next night is later", "", "2026-06-05", "2026-06-30", "", "2026-07-01"},
		{"a night is at work", "", "2026-06-05", "2026-06-30", "2026-07-31", "2026-07-31"},
		{"no night yet", "", "2026-06-05", "", "", "2026-06-05"},
		{"nothing is known", "", "", "", "", ""},
		{"asked", "2026-06-03", "2026-06-05", "2026-06-01", "", "2026-06-03"},
		{"closed", "2026-06-01", "2026-06-05", "2026-06-01", "", ""},
		{"as far as may be", "2026-07-06", "2026-06-05", "2026-06-01", "", "2026-07-06"},
		{"too far", "2026-07-07", "2026-06-05", "2026-06-01", "", ""},
	} {
		date := func(s string) (d rules.Date) {
			if s != "" {
				d = day(s)
			}
			return d
		}
		got, err := rules.OperationDate(date(c.asked), date(c.today), date(c.closed), date(c.unfinished))
		if got.String() != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %s, %v, want %q", c.name, got, err, c.want)
		}
	}
}

package rules_test

import (
	"strings"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// reviewed reports an account at the ends of months, changes what the last file says, and returns the rules that find something there.
func reviewed(t *testing.T, today string, set func(*rules.Account), wrong func(*rules.Told), events []event, ends ...string) string {
	t.Helper()
	var said []rules.Furnished
	var found []string
	for n, end := range ends {
		a := account(end, events...)
		if set != nil {
			set(a)
		}
		a.Tradelines = said
		r := rules.Reviewed{Account: a, Today: day(today)}
		r.Again = report(t, a)
		told := &rules.Told{Tradeline: *r.Again, Persons: len(r.Again.Placed)}
		if r.Told = told; n == len(ends)-1 && wrong != nil {
			wrong(told)
		}
		found = found[:0]
		for _, v := range rules.Review(&r, nil) {
			if strings.Contains(v.Says, "%!") {
				t.Errorf("%s says %q", v.Rule, v.Says)
			}
			found = append(found, strings.TrimSpace(v.Rule+" "+v.About))
		}
		said = append([]rules.Furnished{told.Furnished}, said...)
	}
	return strings.Join(found, ", ")
}

// TestReview: what explains a record is no finding; what nothing explains is one.
func TestReview(t *testing.T) {
	t.Parallel()
	loan := join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 12, 100_00))
	rolling := join(loan, paid("2026-03-05", 100_00), paid("2026-04-05", 100_00), paid("2026-05-05", 100_00))
	late := []string{"2026-02-28", "2026-03-31"}
	byDays := func(a *rules.Account) { a.Program.DOFDRule = rules.DOFDByDays }
	deferred := func(program rules.Accommodations) func(*rules.Account) {
		return func(a *rules.Account) {
			a.Program.Accommodations, a.Pauses = program, []rules.Pause{{From: day("2026-02-01")}}
		}
	}
	dispute := func(kind rules.DisputeKind, answerOn string) func(*rules.Account) {
		return func(a *rules.Account) {
			a.Cases = []rules.Case{{ID: "K1", Type: rules.CaseDispute, DisputeKind: kind, OpenedOn: day("2026-02-01"), ReceivedOn: day("2026-02-01"), AnswerOn: day(answerOn)}}
		}
	}
	for _, c := range []struct {
		name   string
		today  string
		set    func(*rules.Account)
		wrong  func(*rules.Told)
		events []event
		ends   []string
		want   string
	}{
		{"late, as the ledger says", "2026-03-31", nil, nil, loan, late, ""},
		{"V26 by days each dip ends the delinquency", "2026-03-31", byDays, nil, rolling, late, "V26"},
		{"Q83 a full cure between two reports", "2026-03-31", nil, nil,
			join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 2, 100_00), due("2026-03-01", 100_00), paid("2026-02-28", 200_00)), []string{"2026-02-27", "2026-03-31"}, ""},
		{"Q20 a payment that bounced skips a step", "2026-04-30", nil, nil, join(loan, paid("2026-03-20", 300_00).reversed("2026-04-15")), []string{"2026-02-28", "2026-03-31", "2026-04-30"}, ""},
		{"29 days late, and 31 days later 60: the calendar skips a step", "2026-03-31", nil, nil,
			join(originated("2025-12-01", 5000_00), due("2026-01-30", 100_00), due("2026-02-28", 100_00)), []string{"2026-02-28", "2026-03-31"}, ""},
		{"V25 two steps in a month", "2026-03-31", nil, func(x *rules.Told) { x.AccountStatus = "80" }, join(originated("2025-12-01", 5000_00), monthlyDues("2026-02-10", 9, 100_00)),
			late, "V25"},
		{"V1 the program ignores accommodations", "2026-03-31", deferred(rules.Ignore), nil, loan, late, "V1"},
		{"CA7 the program protects", "2026-03-31", deferred(rules.Protect), nil, loan, late, ""},
		{"V2 nothing owed, and late", "2026-03-31", nil, func(x *rules.Told) { x.CurrentBalance = 0 }, loan, late, "V2"},
		{"V7 a month of the history", "2026-03-31", nil, func(x *rules.Told) { x.PaymentHistory = "00" + x.PaymentHistory[2:] }, loan, late, "V7"},
		{"V9 no date of first delinquency", "2026-03-31", nil, func(x *rules.Told) { x.DateFirstDelinquency = 0 }, loan, late, "V9"},
		{"V9 a date on a current account", "2026-01-31", nil, func(x *rules.Told) { x.DateFirstDelinquency = day("2026-01-01") }, loan, []string{"2026-01-31"}, "V9"},
		{"day 24 of a dispute", "2026-02-25", dispute(rules.DisputeFCRA, ""), nil, loan, late, ""},
		{"V5 day 25 of a dispute", "2026-02-26", dispute(rules.DisputeFCRA, ""), nil, loan, late, "V5 K1"},
		{"V5 day 31 of a dispute", "2026-03-04", dispute(rules.DisputeFCRA, ""), nil, loan, late, "V5 K1"},
		{"with new information day 31 is in time", "2026-03-04", dispute(rules.DisputeFCRA, "2026-03-18"), nil, loan, late, ""},
		{"V12 no notation", "2026-02-25", dispute(rules.DisputeFCRA, ""), func(x *rules.Told) { x.ComplianceCode = "" }, loan, late, "V12 K1"},
		{"V18 no law", "2026-02-25", dispute("", ""), nil, loan, late, "V18 K1"},
		{"V18 the notation of another law", "2026-02-25", dispute(rules.DisputeFCBA, ""), func(x *rules.Told) { x.ComplianceCode = "XB" }, loan, late, "V12 K1, V18 K1"},
	} {
		if got := reviewed(t, c.today, c.set, c.wrong, c.events, c.ends...); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

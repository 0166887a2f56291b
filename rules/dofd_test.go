package rules_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// monthlyDOFD reports an account at the ends of months and returns the date of first delinquency of each report, and the last one.
func monthlyDOFD(t *testing.T, rule rules.DOFDRule, events []event, ends ...string) (dates []string, last *rules.Tradeline) {
	t.Helper()
	var said []rules.Furnished
	for _, end := range ends {
		a := account(end, events...)
		a.Program.DOFDRule, a.Tradelines = rule, said
		last = report(t, a)
		said = append([]rules.Furnished{last.Furnished}, said...)
		dates = append(dates, last.DateFirstDelinquency.String())
	}
	return dates, last
}

// What ends the run of delinquency behind the date of first delinquency (Q20, Q32, Q49, Q83).
func TestDOFDRule(t *testing.T) {
	rolling := join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 12, 100_00),
		paid("2026-03-05", 100_00), paid("2026-04-05", 100_00), paid("2026-05-05", 100_00)) // a month behind, day after day under 30
	first := []string{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"}
	for _, c := range []struct {
		name   string
		rule   rules.DOFDRule
		events []event
		ends   []string
		want   []string
	}{
		{"Q32 late on every report: the date stays", rules.DOFDByReports, rolling, first, []string{"", "2026-02-09", "2026-02-09", "2026-02-09", "2026-02-09"}},
		{"Q32 Q20 by days each dip under 30 days ends it", rules.DOFDByDays, rolling, first, []string{"", "2026-02-09", "2026-03-12", "2026-04-09", "2026-05-10"}},
		{
			"Q83 nothing past due on one day between two reports", rules.DOFDByReports,
			join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 2, 100_00), due("2026-03-01", 100_00), paid("2026-02-28", 200_00)),
			[]string{"2026-02-27", "2026-03-31"}, []string{"2026-02-09", "2026-03-31"},
		},
		{"Q83 a report was left out: by days", rules.DOFDByReports, rolling, []string{"2026-02-28", "2026-05-31"}, []string{"2026-02-09", "2026-05-10"}},
		{
			"Q32 a payment posted late made the last report's delinquency untrue", rules.DOFDByReports,
			join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 12, 100_00), paid("2026-02-05", 100_00).posted("2026-03-01")),
			[]string{"2026-02-28", "2026-03-31"}, []string{"2026-02-09", "2026-03-12"},
		},
		{
			"Q20 a payment that bounced later never made it current", rules.DOFDByReports,
			join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 12, 100_00), paid("2026-03-20", 300_00).reversed("2026-04-15")),
			[]string{"2026-02-28", "2026-03-31", "2026-04-30"}, []string{"2026-02-09", "", "2026-02-09"},
		},
		{
			"Q88 a re-age ends it", rules.DOFDByReports,
			join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 12, 100_00), entry(rules.ReAge, "2026-02-28", 0)),
			[]string{"2026-02-27", "2026-03-31", "2026-04-30"}, []string{"2026-02-09", "", "2026-04-09"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			var said []rules.Furnished
			for _, end := range c.ends {
				a := account(end)
				a.OpenedOn, a.Ledger = day("2025-12-01"), ledgerAsOf(day(end), day(end), c.events)
				a.Program.DOFDRule, a.Tradelines = c.rule, said
				r := report(t, a)
				said = append([]rules.Furnished{r.Furnished}, said...)
				got = append(got, r.DateFirstDelinquency.String())
			}
			compare(t, c.want, got)
		})
	}
}

// Q49, Q25: a charge-off while the last report was late continues that run, also at 1 to 29 days late.
func TestDOFDOfChargeOff(t *testing.T) {
	events := join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 12, 100_00), paid("2026-03-05", 100_00))
	_, last := monthlyDOFD(t, rules.DOFDByReports, events, "2026-01-31", "2026-02-28")
	lost := chargedOffOn(account("2026-03-31", events...), "2026-03-08", 4900_00)
	lost.Tradelines = []rules.Furnished{last.Furnished}
	if got := report(t, lost).DateFirstDelinquency; got != day("2026-02-09") {
		t.Errorf("Q49: got %s, want the last report's 2026-02-09", got)
	}
	lost.Program.DOFDRule = rules.DOFDByDays
	if got := report(t, lost).DateFirstDelinquency; got != day("2026-03-12") {
		t.Errorf("Q25: got %s, want 2026-03-12", got)
	}
}

// BR7, Q51: an account is left out when its first missed payment is too old; one that still runs is listed.
func TestObsolete(t *testing.T) {
	events := join(originated("2018-01-01", 5000_00), due("2019-01-10", 100_00))
	lost := func(asOf string) *rules.Account { return chargedOffOn(account(asOf, events...), "2019-07-01", 5000_00) }
	if r, excluded, err := rules.Furnish(lost("2026-07-09")); r == nil {
		t.Errorf("7 years and 180 days: got %+v, %v, want it reported", excluded, err)
	}
	if _, excluded, _ := rules.Furnish(lost("2026-07-10")); excluded == nil || excluded.Reason != rules.Obsolete || excluded.Rule != "BR7" {
		t.Errorf("a day more: got %+v, want OBSOLETE", excluded)
	}
	runs := report(t, account("2026-02-28", events...))
	if len(runs.Listed) != 1 || runs.Listed[0].Code != rules.CodeObsoleteSoon {
		t.Errorf("it still runs: listed %v", runs.Listed)
	}
	closedLate := closedAs(account("2026-02-28", join(events, paid("2026-02-20", 5000_00))...), rules.PaidOff, "2026-02-20")
	if _, excluded, _ := rules.Furnish(closedLate); excluded == nil || excluded.Reason != rules.Obsolete {
		t.Errorf("closed while delinquent, 7 years: got %+v, want OBSOLETE", excluded)
	}
	card := func(closedOn string) *rules.Account {
		a := closedAs(account("2026-02-28", events...), "CLOSED::RISK", closedOn)
		a.Product = revolving()
		return a
	}
	if _, excluded, _ := rules.Furnish(card("2019-06-01")); excluded == nil || excluded.Reason != rules.Obsolete {
		t.Errorf("closed by people while delinquent, 7 years: got %+v, want OBSOLETE", excluded)
	}
	if r := report(t, card("2019-01-09")); len(r.Listed) != 1 || r.Listed[0].Code != rules.CodeObsoleteSoon {
		t.Errorf("it became late after people closed it: listed %v", r.Listed)
	}
}

// BR3, Q36: a charge-off that people took back does not move its date of first delinquency later.
func TestDOFDOfAChargeOffTakenBack(t *testing.T) {
	events := join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 12, 100_00),
		paid("2026-03-05", 100_00), paid("2026-04-05", 100_00), paid("2026-05-05", 100_00)) // a month behind
	_, last := monthlyDOFD(t, rules.DOFDByReports, events, "2026-02-28", "2026-03-31")
	lost := chargedOffOn(account("2026-04-30", events...), "2026-04-20", 4800_00)
	lost.Tradelines = []rules.Furnished{last.Furnished}
	again := account("2026-05-31", events...)
	again.ChargedOffOn, again.ChargeOff = lost.ChargedOffOn, lost.ChargeOff
	again.Tradelines = []rules.Furnished{report(t, lost).Furnished}
	if r := report(t, again); r.AccountStatus != "71" || r.DateFirstDelinquency != day("2026-02-09") {
		t.Errorf("got %s since %s, want 71 since 2026-02-09", r.AccountStatus, r.DateFirstDelinquency)
	}
}

// Amounts and dates of what ended (Q33, Q39 to Q41).
func TestEndingAmounts(t *testing.T) {
	events := join(originated("2025-06-01", 5000_00), due("2026-01-10", 100_00))
	lost := func(asOf string, more ...event) *rules.Account {
		return chargedOffOn(account(asOf, join(events, more)...), "2026-04-20", 5000_00)
	}
	zero := lost("2026-04-30")
	zero.Program.ChargeOffPastDue = rules.PastDueZero
	if r := report(t, zero); r.AmountPastDue != 0 || r.CurrentBalance != 5000 {
		t.Errorf("Q33 zero: got %d past due of %d", r.AmountPastDue, r.CurrentBalance)
	}
	r := report(t, lost("2026-06-30", paid("2026-05-05", 4999_01), paid("2026-06-10", 98)))
	if r.AccountStatus != "64" || r.DateClosed != day("2026-05-05") || r.CurrentBalance != 0 {
		t.Errorf("Q39 under a dollar: got %s closed %s owing %d", r.AccountStatus, r.DateClosed, r.CurrentBalance)
	}
	if r.DateLastPayment != day("2026-05-05") {
		t.Errorf("Q40: got last payment %s, want the date paid", r.DateLastPayment)
	}
	if r = report(t, lost("2026-06-30", paid("2026-05-05", 4999_00))); r.AccountStatus != "97" || r.AmountPastDue != 1 {
		t.Errorf("Q39 a dollar: got %s", r.AccountStatus)
	}

	// Found late: the account was reported as of April 30 already when the pay-off of April 20 became known.
	late := closedAs(account("2026-05-31", join(events, paid("2026-04-20", 5000_00))...), rules.PaidOff, "2026-04-20")
	late.Product.TrailingReports = 2
	late.Tradelines = []rules.Furnished{before("2026-04-30", "80", "3", history24("210"))}
	first := report(t, late)
	if first.DateAccountInfo != day("2026-05-31") || first.DateClosed != day("2026-04-20") || first.PaymentHistory != "3"+history24("210")[:23] {
		t.Errorf("Q41: got as of %s, closed %s, history %s", first.DateAccountInfo, first.DateClosed, first.PaymentHistory)
	}
	late.Tradelines = append([]rules.Furnished{first.Furnished}, late.Tradelines...)
	late.AsOf, late.PeriodAfter = day("2026-06-30"), day("2026-05-31")
	second := report(t, late)
	if second.Rule != "Q26" || second.DateAccountInfo != first.DateAccountInfo || second.PaymentHistory != first.PaymentHistory {
		t.Errorf("Q41 Q82 trailing: got %s as of %s", second.Rule, second.DateAccountInfo)
	}
	late.Tradelines = append([]rules.Furnished{second.Furnished}, late.Tradelines...)
	late.AsOf, late.PeriodAfter = day("2026-07-31"), day("2026-06-30")
	if _, excluded, _ := rules.Furnish(late); excluded == nil || excluded.Reason != rules.FinallyReported {
		t.Errorf("Q41 DC10: got %+v, want FINALLY_REPORTED", excluded)
	}
}

// Q43: months that a profile already bore never become D, also where the date of account information lies in an earlier month.
func TestProfileKeepsItsMonths(t *testing.T) {
	events := join(originated("2023-01-01", 5000_00), due("2026-04-10", 100_00), paid("2026-03-20", 5000_00))
	a := closedAs(account("2026-04-30", events...), rules.PaidOff, "2026-03-20")
	profile := "012345612345612345612345"
	a.Tradelines = []rules.Furnished{before("2026-02-28", "11", "0", profile)}
	if got := report(t, a).PaymentHistory; got != "0"+profile[:23] {
		t.Errorf("got %s, want 0%s", got, profile[:23])
	}
}

// The date of first delinquency never moves later unless a report in between was current, or the account was fully cured
// between two reports (Q32, Q83).
func TestDOFDNeverLaterByReports(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		for k := range s.events {
			s.events[k].undoneOn = 0
		}
		var said []rules.Furnished
		for d := s.opened.MonthEnd(); d <= s.last; d = (d + 1).MonthEnd() {
			a := s.account(d)
			a.PeriodAfter, a.Tradelines = rules.NewDate(d.Time().Year(), d.Time().Month(), 0), said
			r := report(t, a)
			if len(said) > 0 && said[0].DateFirstDelinquency != 0 && r.DateFirstDelinquency > said[0].DateFirstDelinquency {
				cured := false
				for today := said[0].AsOf + 1; today <= d; today++ {
					p := s.oracle().walk(today, d, !s.ignores)
					_, whole := p.all(today)
					cured = cured || whole == 0
				}
				if !cured {
					t.Fatalf("%s: %s after %s without a cure", d, r.DateFirstDelinquency, said[0].DateFirstDelinquency)
				}
			}
			said = append([]rules.Furnished{r.Furnished}, said...)
		}
	})
}

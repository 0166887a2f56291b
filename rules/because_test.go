package rules_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// tellBecause tells which rules gave the dates and the profile, as far as they are not plain.
func tellBecause(r *rules.Tradeline) string {
	var facts map[string]any
	if err := json.Unmarshal([]byte(r.Facts.String()), &facts); err != nil {
		return err.Error()
	}
	var told []string
	for _, key := range []string{"delinquency", "delinquency_kept_from", "closed", "history", "account_info", "late_by"} {
		if v, there := facts[key]; there {
			told = append(told, key+"="+v.(string))
		}
	}
	return strings.Join(told, " ")
}

// BR6: each date and the profile name the rule that gave them, and an earlier tradeline that they are kept from.
func TestBecause(t *testing.T) {
	lent := join(originated("2025-12-01", 5000_00), monthlyDues("2026-01-10", 12, 100_00))
	current := join(originated("2025-12-01", 5000_00), due("2026-05-10", 100_00))
	rolling := join(lent, paid("2026-03-05", 100_00), paid("2026-04-05", 100_00), paid("2026-05-05", 100_00))
	late, rolled := before("2026-04-29", "71", "1", history24("10")), before("2026-04-30", "71", "1", history24("110"))
	late.DateFirstDelinquency, late.FirstMissedDueOn = day("2026-04-09"), day("2026-03-10")
	rolled.DateFirstDelinquency, rolled.FirstMissedDueOn = day("2026-02-09"), day("2026-01-10")
	lost := before("2026-04-30", "97", "L", history24("3210"))
	lost.DateFirstDelinquency, lost.FirstMissedDueOn, lost.OriginalChargeOff = day("2026-02-09"), day("2026-01-10"), 5000
	plain, frozen := before("2026-04-30", "11", "0", history24("0")), before("2026-04-30", "11", "D", history24("0"))

	of := func(events []event, last rules.Furnished, changes ...func(*rules.Account)) *rules.Account {
		a := account("2026-05-31", events...)
		if last.AsOf != 0 {
			a.Tradelines = []rules.Furnished{last}
		}
		for _, change := range changes {
			change(a)
		}
		return a
	}
	boarded := func(a *rules.Account) {
		a.Baseline = rules.Baseline{History: history24("2110"), FirstDelinquencyOn: day("2026-01-31"), LastReportedOn: day("2026-04-30")}
	}
	charged := func(on string) func(*rules.Account) {
		return func(a *rules.Account) { chargedOffOn(a, on, 5000_00) }
	}
	closed := func(status rules.Status, on string) func(*rules.Account) {
		return func(a *rules.Account) { closedAs(a, status, on) }
	}
	terminated := func(reason, on string) func(*rules.Account) {
		return func(a *rules.Account) { a.Termination = &rules.Termination{On: day(on), Reason: reason} }
	}
	for _, c := range []struct {
		name string
		a    *rules.Account
		want string
	}{
		{"BR4 a current loan needs no word", of(current, plain), ""},
		{"Q22 a first report", of(current, rules.Furnished{}), "history=Q22"},
		{"Q22 months without a report", of(current, before("2026-02-28", "11", "0", history24("0"))), "history=Q22"},
		{"Q22 twice in a month", of(current, before("2026-05-15", "11", "0", history24("0"))), "history=Q22"},
		{"CA4 the last month was frozen", of(current, frozen), "history=CA4"},
		{"Q21 the lender's profile and date", of(lent, rules.Furnished{}, boarded), "delinquency=Q21 delinquency_kept_from=2026-04-30 history=Q21"},
		{"BR3 found in the ledger", of(lent, plain), "delinquency=BR3"},
		{"BR3 the same as in the last report", of(lent, rolled), "delinquency=BR3"},
		{"Q31 by whole months", of(lent, plain, func(a *rules.Account) {
			a.Product.PortfolioType, a.Product.DelinquencyMethod = "M", rules.ByMonths
		}), "delinquency=BR3 late_by=Q31"},
		{"Q32 rolling late", of(rolling, rolled), "delinquency=Q32 delinquency_kept_from=2026-04-30"},
		{"Q20 rolling late by days", of(rolling, rolled, func(a *rules.Account) { a.Program.DOFDRule = rules.DOFDByDays }), "delinquency=Q20"},
		{"Q83 cured in between", of(join(originated("2025-12-01", 5000_00), due("2026-03-10", 100_00), paid("2026-04-30", 100_00), due("2026-05-01", 100_00)), late), "delinquency=Q83"},
		{"BR3 charged off when late", of(lent, plain, charged("2026-05-20")), "delinquency=BR3"},
		{"Q49 charged off in a run that goes on", of(rolling, rolled, charged("2026-05-08")), "delinquency=Q49 delinquency_kept_from=2026-04-30"},
		{"Q25 charged off early", of(join(originated("2025-12-01", 5000_00), due("2026-05-10", 100_00)), plain, charged("2026-05-20")), "delinquency=Q25"},
		{"Q38 only fees unpaid", of(join(originated("2025-12-01", 5000_00), due("2026-04-10", 100_00), lateFee("2026-04-01", 50_00), paid("2026-04-15", 100_00)), plain, charged("2026-05-20")), "delinquency=Q38"},
		{"Q36 frozen", of(lent, lost, charged("2026-04-20")), "delinquency=Q36 delinquency_kept_from=2026-04-30"},
		{"PO5 a card that is charged off", of(lent, plain, charged("2026-05-20"), func(a *rules.Account) { a.Product = revolving() }), "delinquency=BR3 closed=PO5"},
		{"Q8 paid", of(join(current, paid("2026-05-20", 5000_00)), plain, closed(rules.PaidOff, "2026-05-20")), "closed=Q8"},
		{"Q43 paid in an earlier month, when the last file was older", of(join(current, paid("2026-04-20", 5000_00)), before("2026-03-15", "11", "0", history24("0")), closed(rules.PaidOff, "2026-04-20")), "closed=Q8 history=Q43"},
		{"Q41 paid before the last report", of(join(current, paid("2026-04-20", 5000_00)), plain, closed(rules.PaidOff, "2026-04-20")), "closed=Q8 account_info=Q41"},
		{"Q24 a paid charge-off", of(join(lent, paid("2026-05-20", 5000_00)), lost, charged("2026-04-20")), "delinquency=Q36 delinquency_kept_from=2026-04-30 closed=Q24"},
		{"Q28 a card closed by hand", of(current, plain, closed("CLOSED::INACTIVITY", "2026-05-20"), func(a *rules.Account) { a.Product = revolving() }), "closed=Q28"},
		{"Q14 a deletion of a late loan", of(lent, plain, terminated("FRAD", "2026-05-20")), "delinquency=BR3 closed=Q14"},
		{"DC5 report as deleted", of(lent, plain, func(a *rules.Account) {
			a.Termination = &rules.Termination{On: day("2026-05-20"), Reason: "ERRO", ReportAsDeleted: "DA"}
		}), "delinquency=BR3 closed=DC5"},
		{"BR13 a repossession of a current loan", of(current, plain, terminated(rules.ReasonRepossessed, "2026-05-20")), "delinquency=BR13"},
		{"Q57 sold", of(lent, plain, func(a *rules.Account) { a.SoldTo, a.SoldOn = "BUYER", day("2026-05-20") }), "delinquency=BR3 closed=Q57"},
		{"Q76 transferred", of(lent, plain, terminated(rules.ReasonTransfer, "2026-05-20")), "delinquency=BR3 closed=Q76"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := tellBecause(report(t, c.a)); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

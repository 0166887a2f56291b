package rules_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// inShort tells a tradeline of an ending: status and rating, date closed, date of first delinquency, balance, amount past due
// and scheduled payment, special comment, and the newest characters of the history.
func inShort(r *rules.Tradeline) string {
	text := fmt.Sprintf("%s%s closed %s dofd %s owes %d late %d pays %d %s %s", r.AccountStatus, r.PaymentRating, r.DateClosed,
		r.DateFirstDelinquency, r.CurrentBalance, r.AmountPastDue, r.ScheduledPayment, r.SpecialComment, r.PaymentHistory[:3])
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "closed  ", "closed - ")), " ")
}

// files makes the files of an account at dates and tells each.
func files(t *testing.T, at func(asOf string) *rules.Account, dates ...string) (told []string, said []rules.Furnished) {
	t.Helper()
	for _, d := range dates {
		a := at(d)
		a.Tradelines = said[:min(len(said), rules.MaxTradelines)]
		r, excluded, err := rules.Furnish(a)
		var undecidable *rules.Undecidable
		switch {
		case errors.As(err, &undecidable):
			told = append(told, undecidable.Code)
		case excluded != nil:
			told = append(told, excluded.Reason+" "+excluded.Rule)
		default:
			told = append(told, inShort(r)+" "+r.Rule)
			said = append([]rules.Furnished{kept(t, r)}, said...)
		}
	}
	return told, said
}

// monthsFrom are the ends of n months.
func monthsFrom(first string, n int) (ends []string) {
	for k := range n {
		ends = append(ends, day(first).AddMonths(k).MonthEnd().String())
	}
	return ends
}

// wanted compares what files tell.
func wanted(t *testing.T, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// terminatedFor is a late loan whose termination of 2026-03-20 has a reason; it is paid on a date, if there is one.
func terminatedFor(reason, paidOn string) func(string) *rules.Account {
	return func(asOf string) *rules.Account {
		events := lateLoan()
		if paidOn != "" {
			events = append(events, paid(paidOn, 5000_00))
		}
		a := account(asOf, events...)
		a.Termination = &rules.Termination{On: day("2026-03-20"), Reason: reason}
		if paidOn != "" && day(asOf) >= day(paidOn) {
			closedAs(a, rules.PaidOff, paidOn)
		}
		return a
	}
}

// BR13: what became of the collateral, from the termination's date on, until nothing is owed.
func TestCollateral(t *testing.T) {
	before := "71 closed - dofd 2026-02-09 owes 5000 late 100 pays 100 000 BR2"
	for _, c := range []struct {
		name, reason string
		want         []string
	}{
		{"voluntary surrender", "VOLU", []string{
			before, "952 closed - dofd 2026-02-09 owes 5000 late 5000 pays 0 100 BR13",
			"952 closed - dofd 2026-02-09 owes 5000 late 5000 pays 0 J10 BR13",
			"61 closed 2026-05-20 dofd 2026-02-09 owes 0 late 0 pays 0 JJ1 BR13", "FINALLY_REPORTED DC10",
		}},
		{"repossession", "REPO", []string{
			before, "96 closed - dofd 2026-02-09 owes 5000 late 5000 pays 0 100 BR13",
			"96 closed - dofd 2026-02-09 owes 5000 late 5000 pays 0 K10 BR13",
			"63 closed 2026-05-20 dofd 2026-02-09 owes 0 late 0 pays 0 KK1 BR13", "FINALLY_REPORTED DC10",
		}},
		{"deed in lieu", "DEED", []string{
			before, "892 closed 2026-03-20 dofd 2026-02-09 owes 5000 late 100 pays 0 100 BR13",
			"892 closed 2026-03-20 dofd 2026-02-09 owes 5000 late 100 pays 0 210 BR13",
			"892 closed 2026-03-20 dofd 2026-02-09 owes 0 late 0 pays 0 221 BR13", "FINALLY_REPORTED DC10",
		}},
		{"foreclosure", "FORE", []string{
			before, "942 closed 2026-03-20 dofd 2026-02-09 owes 5000 late 100 pays 0 100 BR13",
			"942 closed 2026-03-20 dofd 2026-02-09 owes 5000 late 100 pays 0 H10 BR13",
			"942 closed 2026-03-20 dofd 2026-02-09 owes 0 late 0 pays 0 HH1 BR13", "FINALLY_REPORTED DC10",
		}},
		{"claim", "CLAIM", []string{
			before, "882 closed - dofd 2026-02-09 owes 5000 late 100 pays 0 100 BR13",
			"882 closed - dofd 2026-02-09 owes 5000 late 100 pays 0 210 BR13",
			"882 closed 2026-05-20 dofd 2026-02-09 owes 0 late 0 pays 0 221 BR13", "FINALLY_REPORTED DC10",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			told, _ := files(t, terminatedFor(c.reason, "2026-05-20"), monthsFrom("2026-02-28", 5)...)
			wanted(t, c.want, told)
		})
	}
	t.Run("DOFD is the termination's date of a loan that was not 30 days late", func(t *testing.T) {
		a := account("2026-03-31", originated("2026-01-01", 5000_00), due("2026-03-10", 100_00))
		a.Termination = &rules.Termination{On: day("2026-03-20"), Reason: "VOLU"}
		if got := inShort(report(t, a)); got != "950 closed - dofd 2026-03-20 owes 5000 late 5000 pays 0 00B" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("Q36 the lender's own report froze the date", func(t *testing.T) {
		a := account("2026-03-31", originated("2025-12-31", 5000_00))
		a.OpenedOn, a.Termination = day("2024-01-01"), &rules.Termination{On: day("2025-11-20"), Reason: "REPO"}
		a.Baseline = rules.Baseline{History: tail("K321000"), FirstDelinquencyOn: day("2025-07-15"), LastReportedOn: day("2025-12-31")}
		if got := inShort(report(t, a)); got != "96 closed - dofd 2025-07-15 owes 5000 late 5000 pays 0 DDK" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("the months that the ledger proves bear the letter", func(t *testing.T) {
		a := terminatedFor("REPO", "")("2026-05-31")
		if got := report(t, a).PaymentHistory; got != tail("KK10"+"0000000") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a charge-off overrides it", func(t *testing.T) {
		a := chargedOffOn(terminatedFor("REPO", "")("2026-05-31"), "2026-05-10", 5000_00)
		if got := report(t, a).AccountStatus; got != "97" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a loan that was paid before is paid", func(t *testing.T) {
		a := terminatedFor("REPO", "2026-03-10")("2026-03-31")
		if got := report(t, a).AccountStatus; got != "13" {
			t.Errorf("got %s", got)
		}
	})
}

// Q94: a rescission ends it from that day; the months stay, and the comment is said once.
func TestRescission(t *testing.T) {
	for reason, comment := range map[string]string{"VOLU": "AO", "REPO": "AZ"} {
		at := func(asOf string) *rules.Account {
			a := terminatedFor(reason, "")(asOf)
			a.Termination.RescindedOn = day("2026-04-15")
			return a
		}
		told, said := files(t, at, monthsFrom("2026-03-31", 3)...)
		letter := map[string]string{"VOLU": "J", "REPO": "K"}[reason]
		wanted(t, []string{
			told[0], "80 closed - dofd 2026-02-09 owes 5000 late 100 pays 100 " + comment + " " + letter + "10 BR2",
			"82 closed - dofd 2026-02-09 owes 5000 late 100 pays 100 3" + letter + "1 BR2",
		}, told)
		if said[2].AccountStatus != map[string]string{"VOLU": "95", "REPO": "96"}[reason] {
			t.Errorf("March: %s", told[0])
		}
	}
}

// Q57, FORMAT 3.9: a sold account says its last status with nothing owed here, once.
func TestSold(t *testing.T) {
	sale := func(a *rules.Account) *rules.Account {
		a.SoldTo, a.SoldOn = "BUYER BANK", day("2026-03-20")
		return a
	}
	late := func(asOf string) *rules.Account { return sale(account(asOf, lateLoan()...)) }
	t.Run("late, once", func(t *testing.T) {
		told, said := files(t, late, monthsFrom("2026-02-28", 4)...)
		wanted(t, []string{
			"71 closed - dofd 2026-02-09 owes 5000 late 100 pays 100 000 BR2",
			"78 closed 2026-03-20 dofd 2026-02-09 owes 0 late 0 pays 0 AH 100 Q57", "FINALLY_REPORTED DC10", "FINALLY_REPORTED DC10",
		}, told)
		if s := said[0].Segments; s == nil || s.SaleIndicator != "2" || s.SaleName != "BUYER BANK" {
			t.Errorf("K2: %+v", s)
		}
	})
	t.Run("once also where paid accounts are reported three times", func(t *testing.T) {
		told, _ := files(t, func(asOf string) *rules.Account {
			a := late(asOf)
			a.Product.TrailingReports = 3
			return a
		}, monthsFrom("2026-03-31", 2)...)
		wanted(t, []string{told[0], "FINALLY_REPORTED DC10"}, told)
	})
	t.Run("the entry that takes it off the books is no payment", func(t *testing.T) {
		a := sale(account("2026-03-31", append(lateLoan(), entry(rules.Adjustment, "2026-03-20", -5000_00))...))
		closedAs(a, "CLOSED::ADMINISTRATIVE", "2026-03-20")
		if got := inShort(report(t, a)); !strings.HasPrefix(got, "78 closed 2026-03-20 dofd 2026-02-09 owes 0 late 0 pays 0 AH") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("what is posted after the sale changes nothing", func(t *testing.T) {
		a := sale(account("2026-04-30", append(lateLoan(), paid("2026-03-25", 5000_00))...))
		closedAs(a, rules.PaidOff, "2026-03-25")
		if got := inShort(report(t, a)); !strings.HasPrefix(got, "78 closed 2026-03-20 dofd 2026-02-09 owes 0 late 0 pays 0 AH") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("charged off", func(t *testing.T) {
		a := sale(chargedOffOn(account("2026-03-31", lateLoan()...), "2026-02-20", 5000_00))
		if got := endingOf(report(t, a)); got.Status != "97" || got.OCO != 5000 || got.Balance != 0 || got.PastDue != 0 || got.Closed != day("2026-03-20") {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("paid before the sale: nothing of a buyer", func(t *testing.T) {
		a := sale(closedAs(account("2026-03-31", append(lateLoan(), paid("2026-03-10", 5000_00))...), rules.PaidOff, "2026-03-10"))
		if r := report(t, a); r.AccountStatus != "13" || r.Segments != nil {
			t.Errorf("got %s, segments %+v", r.AccountStatus, r.Segments)
		}
	})
	t.Run("PO1 a card that owes nothing is sold, too, and goes to another servicer", func(t *testing.T) {
		card := func(asOf string) *rules.Account {
			a := account(asOf, originated("2026-01-01", 500_00), due("2026-02-10", 50_00), paid("2026-02-05", 500_00))
			a.Product = revolving()
			return a
		}
		told, _ := files(t, func(asOf string) *rules.Account { return sale(card(asOf)) }, monthsFrom("2026-03-31", 2)...)
		wanted(t, []string{"11 closed 2026-03-20 dofd owes 0 late 0 pays 0 AH E0B Q57", "FINALLY_REPORTED DC10"}, told)
		told, _ = files(t, func(asOf string) *rules.Account {
			a := card(asOf)
			a.Termination = &rules.Termination{On: day("2026-03-20"), Reason: "XFER"}
			return a
		}, monthsFrom("2026-03-31", 2)...)
		wanted(t, []string{"11 closed 2026-03-20 dofd owes 0 late 0 pays 0 O E0B Q76", "FINALLY_REPORTED DC10"}, told)
		closed := sale(closedAs(card("2026-03-31"), "CLOSED::CUSTOMER_REQUEST", "2026-03-01"))
		if got := report(t, closed).AccountStatus; got != "13" {
			t.Errorf("closed with nothing owed before the sale: got %s", got)
		}
	})
	t.Run("Q57 a buyer without a date", func(t *testing.T) {
		a := late("2026-03-31")
		a.SoldOn = 0
		if got := inShort(report(t, a)); !strings.HasPrefix(got, "78 closed - dofd 2026-02-09 owes 5000 late 100 pays 100 100") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("the lender reported the sale before the boarding", func(t *testing.T) {
		a := late("2026-04-30")
		a.Baseline = rules.Baseline{History: tail("0"), LastReportedOn: day("2026-03-31")}
		if got := outcome(t, a); got != "FINALLY_REPORTED DC10" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("FORMAT 3.9 bought back: K2 9 once", func(t *testing.T) {
		_, said := files(t, late, "2026-03-31")
		for _, want := range []string{"9", ""} {
			a := account("2026-04-30", lateLoan()...)
			a.Tradelines = said
			r := report(t, a)
			got := ""
			if r.Segments != nil {
				got = r.Segments.SaleIndicator
			}
			if got != want || r.AccountStatus != "80" {
				t.Errorf("K2 %q, status %s, want %q", got, r.AccountStatus, want)
			}
			said = []rules.Furnished{kept(t, r)}
		}
	})
}

// Q76: a servicing transfer.
func TestTransfer(t *testing.T) {
	told, _ := files(t, terminatedFor("XFER", ""), monthsFrom("2026-02-28", 3)...)
	wanted(t, []string{
		"71 closed - dofd 2026-02-09 owes 5000 late 100 pays 100 000 BR2",
		"78 closed 2026-03-20 dofd 2026-02-09 owes 0 late 0 pays 0 O 100 Q76", "FINALLY_REPORTED DC10",
	}, told)
}

// Q65, BR12: a collection.
func TestCollection(t *testing.T) {
	at := func(asOf string) *rules.Account {
		a := account(asOf, originated("2026-01-05", 800_00), paid("2026-03-10", 800_00))
		a.Product.PortfolioType, a.AccountType, a.OriginalCreditor, a.CreditorClass = "O", "48", "CITY CLINIC", "02"
		a.HasCycles = false // a debt that was placed is owed whole
		a.Baseline.FirstDelinquencyOn = day("2025-06-01")
		return a
	}
	told, said := files(t, at, monthsFrom("2026-01-31", 4)...)
	wanted(t, []string{
		"93 closed - dofd 2025-06-01 owes 800 late 800 pays 0 BBB Q65", "93 closed - dofd 2025-06-01 owes 800 late 800 pays 0 GBB Q65",
		"62 closed 2026-03-10 dofd 2025-06-01 owes 0 late 0 pays 0 GGB Q65", "FINALLY_REPORTED DC10",
	}, told)
	for i := range said {
		if s := said[i].Segments; s == nil || s.CreditorName != "CITY CLINIC" || s.CreditorClass != "02" {
			t.Errorf("K1: %+v", s)
		}
	}
	for what, without := range map[string]func(*rules.Account){
		rules.CodeNoCreditor: func(a *rules.Account) { a.OriginalCreditor = "" },
		rules.CodeNoDOFD:     func(a *rules.Account) { a.Baseline.FirstDelinquencyOn = 0 },
	} {
		told, _ := files(t, func(asOf string) *rules.Account { a := at(asOf); without(a); return a }, "2026-01-31")
		wanted(t, []string{what}, told)
	}
}

// Q93: once charged off, always so, whatever people set later.
func TestChargeOffStays(t *testing.T) {
	at := func(asOf string) *rules.Account {
		a := chargedOffOn(account(asOf, append(lateLoan(), paid("2026-04-10", 3000_00), waived("2026-04-10", 2000_00))...), "2026-02-20", 5000_00)
		a.Status, a.ClosedOn = "CLOSED::SETTLEMENT", day("2026-03-05")
		return a
	}
	told, _ := files(t, at, monthsFrom("2026-03-31", 2)...)
	wanted(t, []string{
		"97 closed - dofd 2026-02-09 owes 5000 late 5000 pays 0 L00 BR2", "64 closed 2026-04-10 dofd 2026-02-09 owes 0 late 0 pays 0 AU LL0 BR2",
	}, told)
}

// Q27, Q57, Q96: what a person must see of an account that is reported all the same.
func TestListed(t *testing.T) {
	terminated := func(reason string) func(*rules.Account) {
		return func(a *rules.Account) { a.Termination = &rules.Termination{On: day("2026-03-10"), Reason: reason} }
	}
	for _, c := range []struct {
		name   string
		change func(*rules.Account)
		want   []string
	}{
		{"nothing", func(*rules.Account) {}, nil},
		{"Q57 a buyer without a date", func(a *rules.Account) { a.SoldTo = "BUYER" }, []string{rules.CodeSoldUndated}},
		{"Q57 a buyer with a date", func(a *rules.Account) { a.SoldTo, a.SoldOn = "BUYER", day("2026-05-01") }, nil},
		{"Q96 PAID with money owed", terminated("PAID"), []string{rules.CodeTerminatedOwing}},
		{"Q96 SETT with money owed", terminated("SETT"), []string{rules.CodeTerminatedOwing}},
		{"Q96 OTHR with money owed", terminated("OTHR"), []string{rules.CodeTerminatedOwing}},
		{"REPO with money owed", terminated("REPO"), nil},
		{"Q27 a comment for mortgages and instalment loans, on a card", func(a *rules.Account) {
			a.SpecialComment, a.Product.PortfolioType = "CO", "R"
		}, []string{rules.CodeCommentUnfit}},
		{"it was deleted", func(a *rules.Account) { a.SoldTo, a.DeletedOn = "BUYER", day("2026-02-28") }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := account("2026-03-31", originated("2026-01-10", 1000_00), due("2026-04-10", 100_00))
			c.change(a)
			var got []string
			for _, err := range rules.Listed(a) {
				var listed *rules.Undecidable
				if errors.As(err, &listed) {
					got = append(got, listed.Code)
				}
			}
			wanted(t, c.want, got)
		})
	}
	t.Run("Q96 nothing owed", func(t *testing.T) {
		a := account("2026-03-31", originated("2026-01-10", 1000_00), paid("2026-03-10", 1000_00))
		terminated("PAID")(a)
		if listed := rules.Listed(a); len(listed) > 0 {
			t.Errorf("listed %v", listed)
		}
	})
}

package rules_test

import (
	"strings"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// before is a report made earlier: what the next one's history goes by.
func before(asOf, status, character, profile string) rules.Furnished {
	return rules.Furnished{
		AsOf: day(asOf), DateAccountInfo: day(asOf), HistoryChain: profile,
		AccountStatus: status, HistoryCharacter: character, PaymentHistory: profile,
	}
}

// tail fills a profile with B.
func tail(head string) string { return head + strings.Repeat("B", 24-len(head)) }

// BR4, Q22: the update of the profile by the month.
func TestHistoryUpdate(t *testing.T) {
	for _, c := range []struct {
		name string
		asOf string
		last rules.Furnished
		want string
	}{
		{"the month before", "2026-10-31", before("2026-09-30", "11", "0", tail("1000")), tail("01000")},
		{"the oldest month drops out", "2026-10-31", before("2026-09-30", "71", "1", history24("0")), "1" + history24("0")[:23]},
		{"one month without a report", "2026-10-31", before("2026-08-31", "80", "3", tail("210")), tail("D3210")},
		{"two months without a report", "2026-11-30", before("2026-08-31", "80", "3", tail("210")), tail("DD3210")},
		{"over the new year", "2027-01-31", before("2026-11-30", "80", "3", tail("210")), tail("D3210")},
		{"24 months without a report", "2028-09-30", before("2026-08-31", "80", "3", tail("210")), history24("D")},
		{"23 months without a report", "2028-08-31", before("2026-08-31", "80", "3", tail("210")), history24("D")[:23] + "3"},
		{"30 months without a report", "2029-03-31", before("2026-08-31", "80", "3", tail("210")), history24("D")},
		{"Q22 no month has ended: the profile again", "2026-10-31", before("2026-10-15", "80", "3", tail("210")), tail("210")},
		{"Q22 the next day in a new month", "2026-11-01", before("2026-10-31", "80", "3", tail("210")), tail("3210")},
		{"charge-off", "2026-10-31", before("2026-09-30", "97", "L", tail("654321")), tail("L654321")},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := account(c.asOf, originated("2026-01-05", 1000_00))
			a.Tradelines = []rules.Furnished{c.last}
			if got := report(t, a).PaymentHistory; got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// FORMAT 2.5, the example: August 80, September 84, October brought current.
func TestHistoryExample(t *testing.T) {
	r := []rules.Furnished{before("2026-08-31", "80", "3", tail("21000"))}
	events := []event{originated("2026-01-05", 5000_00), due("2026-03-20", 100_00), paid("2026-10-05", 100_00)}
	for _, c := range []struct{ asOf, status, want string }{
		{"2026-09-30", "84", "321000"}, {"2026-10-31", "11", "6321000"}, {"2026-11-30", "11", "06321000"},
	} {
		a := account(c.asOf, events...)
		a.Tradelines = r
		got := report(t, a)
		if got.AccountStatus != c.status || got.PaymentHistory != tail(c.want) {
			t.Errorf("%s: got %s %s, want %s %s", c.asOf, got.AccountStatus, got.PaymentHistory, c.status, tail(c.want))
		}
		r = append([]rules.Furnished{got.Furnished}, r...)
	}
}

// FORMAT 2.3, Q24: what a report leaves in next month's history.
func TestHistoryCharacter(t *testing.T) {
	portfolio := func(p string, a *rules.Account) *rules.Account { a.Product.PortfolioType = p; return a }
	with := func(balance rules.Cents) *rules.Account {
		return account("2026-02-28", originated("2026-01-05", 100_00), entry(rules.Adjustment, "2026-01-06", balance-100_00))
	}
	for _, c := range []struct {
		name string
		a    *rules.Account
		want string
	}{
		{"R, nothing owed", portfolio("R", with(0)), "E"},
		{"C, nothing owed", portfolio("C", with(0)), "E"},
		{"R, a credit balance", portfolio("R", with(-5_00)), "E"},
		{"R, 0.99: zero in whole dollars", portfolio("R", with(99)), "E"},
		{"R, 1.00", portfolio("R", with(1_00)), "0"},
		{"O, nothing owed", portfolio("O", with(0)), "0"},
		{"I, nothing owed", portfolio("I", with(0)), "0"},
		{"M, 0.99", portfolio("M", with(99)), "0"},
		{"R, late", portfolio("R", account("2026-02-28", lateLoan()...)), "1"},
		{"R, paid and closed, not late: the rating", portfolio("R", closedAs(account("2026-02-28", originated("2026-01-05", 5_00), paid("2026-01-06", 5_00)), rules.PaidOff, "2026-01-06")), "0"},
		{"97", chargedOffOn(account("2026-02-28", lateLoan()...), "2026-02-20", 5000_00), "L"},
	} {
		if got := report(t, c.a).HistoryCharacter; got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	for days, want := range map[int]string{29: "0", 30: "1", 59: "1", 60: "2", 90: "3", 120: "4", 150: "5", 179: "5", 180: "6", 720: "6"} {
		asOf := day("2026-01-10") + rules.Date(days)
		if got := report(t, account(asOf.String(), lateLoan()...)).HistoryCharacter; got != want {
			t.Errorf("%d days late: got %s, want %s", days, got, want)
		}
	}
}

// Q22: a first report holds the months that the ledger proves, by the state at each month's end.
func TestFirstHistory(t *testing.T) {
	onCard := func(a *rules.Account) *rules.Account { a.Product.PortfolioType = "R"; return a }
	opened := func(on string, a *rules.Account) *rules.Account { a.OpenedOn = day(on); return a }
	for _, c := range []struct {
		name string
		a    *rules.Account
		want string
	}{
		{"opened this month", account("2026-10-31", originated("2026-10-01", 100_00)), tail("")},
		{"opened on the last day of the month before", account("2026-10-31", originated("2026-09-30", 100_00)), tail("0")},
		{"opened on the first day of this month, report in it", account("2026-10-15", originated("2026-10-01", 100_00)), tail("")},
		{"FORMAT 8.1 example 1: opened in March of last year", account("2026-10-31", originated("2025-03-15", 100_00)), tail(history24("0")[:19])},
		{"older than 24 months", account("2026-10-31", originated("2020-03-15", 100_00)), history24("0")},
		{"exactly 24 months", account("2026-10-31", originated("2024-10-31", 100_00)), history24("0")},
		{"23 months", account("2026-10-31", originated("2024-11-01", 100_00)), tail(history24("0")[:23])},
		{
			"late at month end: due Jan 10 is 49 days late on Feb 28, 21 on Jan 31",
			account("2026-05-31", lateLoan()...), tail("32100000000"), // Apr 30: 110, Mar 31: 80, Feb 28: 49; Jan … Jun 2025
		},
		{
			"what counts is the month's end, not the worst day",
			account("2026-05-31", join(lateLoan(), paid("2026-03-31", 100_00))...), tail("00100000000"),
		},
		{
			"Q20 paid by a payment that bounced later",
			account("2026-05-31", join(lateLoan(), paid("2026-03-31", 100_00).reversed("2026-05-02"))...), tail("32100000000"),
		},
		{
			"E for the months of a card without a balance",
			onCard(account("2026-05-31", originated("2026-01-10", 100_00), paid("2026-02-10", 100_00), entry(rules.Interest, "2026-04-30", 1_00))), tail("0EE0"),
		},
		{
			"Q24 E in whole dollars",
			onCard(account("2026-05-31", originated("2026-02-10", 99), interest("2026-04-10", 1))), tail("0EE"),
		},
		{
			"L from the charge-off on",
			chargedOffOn(account("2026-05-31", lateLoan()...), "2026-03-31", 5000_00), tail("LL100000000"),
		},
		{
			"the ledger begins after the loan: B before",
			opened("2025-01-01", account("2026-05-31", originated("2026-02-10", 100_00))), tail("000"),
		},
		{
			"an entry before the opening proves nothing",
			opened("2026-03-01", account("2026-05-31", originated("2026-02-10", 100_00))), tail("00"),
		},
		{
			"13: the months before the date paid",
			closedAs(account("2026-05-31", join(lateLoan(), paid("2026-03-20", 5000_00))...), rules.PaidOff, "2026-03-20"), tail("100000000"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report(t, c.a).PaymentHistory; got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Q21: the profile of the boarding; its newest character is the month before last_reported_on.
func TestHistoryBoarded(t *testing.T) {
	for _, c := range []struct {
		name, asOf, lastReported string
		events                   []event
		want                     string
	}{
		{"the month of the last report comes from the ledger", "2026-03-31", "2026-02-28", lateLoan(), "1" + tail("0050")[:23]},
		{"a month without a report after it", "2026-04-30", "2026-02-28", lateLoan(), "D1" + tail("0050")[:22]},
		{"the ledger does not reach back to it", "2026-03-31", "2026-02-28", []event{originated("2026-03-01", 5000_00)}, "D" + tail("0050")[:23]},
		{"Q22 no month has ended since", "2026-02-28", "2026-02-15", lateLoan(), tail("0050")},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := account(c.asOf, c.events...)
			a.OpenedOn = day("2025-01-01")
			a.Baseline = rules.Baseline{History: tail("0050"), LastReportedOn: day(c.lastReported), FirstDelinquencyOn: day("2026-02-09")}
			if got := report(t, a).PaymentHistory; got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	t.Run("Q19 boarded paid: the month of the last report has the rating", func(t *testing.T) {
		for _, lastReported := range []string{"2026-02-10", "2026-02-28"} { // 30 days late on the day before the pay-off of Feb 10
			a := closedAs(account("2026-03-31", join(lateLoan(), paid("2026-02-10", 5000_00))...), rules.PaidOff, "2026-02-10")
			a.Baseline = rules.Baseline{History: tail("0050"), LastReportedOn: day(lastReported)}
			a.Termination = &rules.Termination{On: day("2026-03-05"), Reason: "ERRO"}
			if got, want := report(t, a).PaymentHistory, "1"+tail("0050")[:23]; got != want {
				t.Errorf("last reported %s: got %s, want %s", lastReported, got, want)
			}
		}
	})
	t.Run("once we report, ours counts", func(t *testing.T) {
		a := account("2026-04-30", lateLoan()...)
		a.Baseline = rules.Baseline{History: history24("5"), LastReportedOn: day("2026-02-28")}
		a.Tradelines = []rules.Furnished{before("2026-03-31", "78", "2", tail("10"))}
		if got := report(t, a).PaymentHistory; got != tail("210") {
			t.Errorf("got %s, want %s", got, tail("210"))
		}
	})
}

// Q43: the oldest month that a profile bore stays until it is more than 24 months old: after a gap, and where the date of account
// information lies in an earlier month than the calendar date.
func TestOldestMonthStays(t *testing.T) {
	const profile = "012345012345012345012345"
	lent := []event{originated("2024-01-01", 5000_00), due("2026-01-05", 100_00), paid("2026-03-20", 5000_00)}
	said := before("2026-01-31", "71", "1", profile)
	for _, c := range []struct {
		name string
		a    *rules.Account
		want string
	}{
		{"the next month", account("2026-02-28", lent...), "1" + profile[:23]},
		{"after a gap", account("2026-04-30", lent...), "DD1" + profile[:21]},
		{"paid in the month of the report", closedAs(account("2026-03-31", lent...), rules.PaidOff, "2026-03-20"), "D1" + profile[:22]},
		{"paid two months before the report", closedAs(account("2026-05-31", lent...), rules.PaidOff, "2026-03-20"), "D1" + profile[:22]},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.a.Tradelines = []rules.Furnished{said}
			if got := report(t, c.a).PaymentHistory; got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

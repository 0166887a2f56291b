package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// monthEnds reports an account on every month end given and keeps what was said, newest first.
func monthEnds(t testing.TB, at func(asOf string) *rules.Account, ends ...string) (said []string, reports []rules.Furnished) {
	t.Helper()
	for _, end := range ends {
		a := at(end)
		a.Tradelines = reports
		got := outcome(t, a)
		if r, _, _ := rules.Furnish(a); r != nil {
			reports = append([]rules.Furnished{r.Furnished}, reports...)
			got += " " + r.DateAccountInfo.String() + " " + r.PaymentHistory[:6]
		}
		said = append(said, end+" "+got)
	}
	return said, reports
}

// DC10, Q26: how often a final status is reported.
func TestTrailing(t *testing.T) {
	events := join(originated("2025-06-01", 5000_00), due("2026-01-10", 100_00), paid("2026-03-20", 5000_00))
	closing := func(trailing int, portfolio string) func(string) *rules.Account {
		return func(asOf string) *rules.Account {
			a := account(asOf, events...)
			a.Product.TrailingReports, a.Product.PortfolioType = trailing, portfolio
			if a.AsOf >= day("2026-03-20") {
				closedAs(a, rules.PaidOff, "2026-03-20")
			}
			return a
		}
	}
	ends := []string{"2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"}
	for _, c := range []struct {
		name string
		at   func(string) *rules.Account
		want []string
	}{
		{"DC10 once by default", closing(0, "I"), []string{
			"2026-02-28 71 BR2 2026-02-28 000000", "2026-03-31 13 BR2 2026-03-20 100000",
			"2026-04-30 FINALLY_REPORTED DC10", "2026-05-31 FINALLY_REPORTED DC10", "2026-06-30 FINALLY_REPORTED DC10",
		}},
		{"DC10 once", closing(1, "I"), []string{
			"2026-02-28 71 BR2 2026-02-28 000000", "2026-03-31 13 BR2 2026-03-20 100000",
			"2026-04-30 FINALLY_REPORTED DC10", "2026-05-31 FINALLY_REPORTED DC10", "2026-06-30 FINALLY_REPORTED DC10",
		}},
		{"DC10 Q26 Q82 three times, the profile unchanged", closing(3, "R"), []string{
			"2026-02-28 71 BR2 2026-02-28 000000", "2026-03-31 13 BR2 2026-03-20 100000",
			"2026-04-30 13 Q26 2026-03-20 100000", "2026-05-31 13 Q26 2026-03-20 100000", "2026-06-30 FINALLY_REPORTED DC10",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			said, _ := monthEnds(t, c.at, ends...)
			if diff := cmp.Diff(c.want, said); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("Q26 the final record is repeated field by field", func(t *testing.T) {
		_, r := monthEnds(t, closing(3, "I"), ends[:3]...)
		final, repeated := r[1], r[0]
		repeated.AsOf, repeated.HistoryChain, repeated.PaymentHistory = final.AsOf, final.HistoryChain, final.PaymentHistory
		if diff := cmp.Diff(final, repeated); diff != "" {
			t.Errorf("record (-final +repeated):\n%s", diff)
		}
	})
	t.Run("Q53 trailing reports count months, also in a daily program", func(t *testing.T) {
		said, _ := monthEnds(t, closing(2, "I"), "2026-03-21", "2026-03-22", "2026-03-31", "2026-04-01", "2026-04-02")
		want := []string{
			"2026-03-21 13 BR2 2026-03-20 100000", "2026-03-22 FINALLY_REPORTED Q53", "2026-03-31 FINALLY_REPORTED Q53",
			"2026-04-01 13 Q26 2026-03-20 100000", "2026-04-02 FINALLY_REPORTED DC10",
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	})
	t.Run("Q82 a month without a report in between changes nothing", func(t *testing.T) {
		said, _ := monthEnds(t, closing(3, "I"), "2026-02-28", "2026-03-31", "2026-05-31")
		if want := "2026-05-31 13 Q26 2026-03-20 100000"; said[2] != want {
			t.Errorf("got %s, want %s", said[2], want)
		}
	})
}

// BR4, Q22, Q26: what is reported after trailing reports goes on from the profile that they sent.
func TestHistoryAfterTrailing(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*rules.Account)
		want   string
	}{
		{"reopened", func(*rules.Account) {}, "2026-05-31 11 BR2 2026-05-31 0000BB"},
		{"deleted", func(a *rules.Account) {
			a.Termination = &rules.Termination{On: day("2026-05-20"), ReportAsDeleted: "DA"}
		}, "2026-05-31 DA DC5 2026-05-31 0000BB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := func(asOf string) *rules.Account {
				a := account(asOf, originated("2026-01-01", 500_00), paid("2026-02-10", 500_00).reversed("2026-05-10"))
				a.Product.TrailingReports = 3
				if a.AsOf < day("2026-05-10") {
					return closedAs(a, rules.PaidOff, "2026-02-10")
				}
				c.change(a)
				return a
			}
			said, reports := monthEnds(t, at, "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31")
			if said[3] != c.want || reports[0].PaymentHistory != tail("0000") {
				t.Errorf("got %s with %s, want %s with %s", said[3], reports[0].PaymentHistory, c.want, tail("0000"))
			}
		})
	}
}

// DC10, PO2: charge-offs, and loans that come back.
func TestTrailingAndBack(t *testing.T) {
	t.Run("DC10 a 97 is not final, a 64 is", func(t *testing.T) {
		at := func(asOf string) *rules.Account {
			return chargedOffOn(account(asOf, join(lateLoan(), paid("2026-04-15", 5000_00))...), "2026-02-20", 5000_00)
		}
		said, _ := monthEnds(t, at, "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31")
		want := []string{
			"2026-02-28 97 BR2 2026-02-28 000000", "2026-03-31 97 BR2 2026-03-31 L00000", "2026-04-30 64 BR2 2026-04-15 LL0000",
			"2026-05-31 FINALLY_REPORTED DC10",
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	})
	t.Run("DC10 reopened it is reported again, and its second end too", func(t *testing.T) {
		events := []event{originated("2026-01-01", 500_00), paid("2026-02-10", 500_00).reversed("2026-03-10"), paid("2026-04-20", 500_00)}
		at := func(asOf string) *rules.Account {
			a := account(asOf, events...)
			switch {
			case a.AsOf >= day("2026-04-20"):
				closedAs(a, rules.PaidOff, "2026-04-20")
			case a.AsOf >= day("2026-02-10") && a.AsOf < day("2026-03-10"):
				closedAs(a, rules.PaidOff, "2026-02-10")
			}
			return a
		}
		said, _ := monthEnds(t, at, "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31")
		want := []string{
			"2026-01-31 11 BR2 2026-01-31 BBBBBB", "2026-02-28 13 BR2 2026-02-10 0BBBBB", "2026-03-31 11 BR2 2026-03-31 00BBBB",
			"2026-04-30 13 BR2 2026-04-20 000BBB", "2026-05-31 FINALLY_REPORTED DC10",
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	})
	t.Run("DC10 Q11 a second payoff between two reports is a new end", func(t *testing.T) {
		at := func(asOf string) *rules.Account {
			a := account(asOf, originated("2026-01-01", 500_00), paid("2026-02-10", 500_00).reversed("2026-03-10"), paid("2026-03-20", 500_00))
			if a.AsOf < day("2026-03-20") {
				return closedAs(a, rules.PaidOff, "2026-02-10")
			}
			return closedAs(a, rules.PaidOff, "2026-03-20")
		}
		said, _ := monthEnds(t, at, "2026-02-28", "2026-03-31", "2026-04-30")
		want := []string{"2026-02-28 13 BR2 2026-02-10 0BBBBB", "2026-03-31 13 BR2 2026-03-20 00BBBB", "2026-04-30 FINALLY_REPORTED DC10"}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	})
	t.Run("DC10 the lender reported the end before the boarding", func(t *testing.T) {
		for lastReported, want := range map[string]string{
			"2026-02-10": "FINALLY_REPORTED DC10", "2026-02-28": "FINALLY_REPORTED DC10", "2026-02-09": "13 BR2",
		} {
			a := closedAs(account("2026-03-31", originated("2026-01-01", 500_00), paid("2026-02-10", 500_00)), rules.PaidOff, "2026-02-10")
			a.Product.TrailingReports = 3
			a.BoardedClosed, a.Episode = true, 1
			a.Baseline = rules.Baseline{History: tail("0"), LastReportedOn: day(lastReported)}
			if got := outcome(t, a); got != want {
				t.Errorf("last reported %s: got %s, want %s", lastReported, got, want)
			}
		}
	})
	t.Run("DC10 boarded open, closed as of a day before the last report: its end was never reported", func(t *testing.T) {
		a := closedAs(account("2026-03-31", originated("2026-01-01", 500_00), paid("2026-02-10", 500_00)), rules.PaidOff, "2026-02-10")
		a.Baseline = rules.Baseline{History: tail("0"), LastReportedOn: day("2026-02-28")}
		r := report(t, a)
		if r.AccountStatus != "13" || r.DateAccountInfo != a.AsOf || r.DateClosed != day("2026-02-10") || r.PaymentHistory != tail("00") {
			t.Errorf("got %s as of %s, closed %s, history %s, want 13 as of the file's date (Q41)", r.AccountStatus, r.DateAccountInfo, r.DateClosed, r.PaymentHistory)
		}
		a.AsOf, a.Tradelines = day("2026-04-30"), []rules.Furnished{kept(t, r)}
		if got := outcome(t, a); got != "FINALLY_REPORTED DC10" {
			t.Errorf("again: got %s", got)
		}
	})
	t.Run("DC1 a deletion goes out though the end was reported", func(t *testing.T) {
		a := closedAs(account("2026-03-31", originated("2026-01-01", 500_00), paid("2026-02-10", 500_00)), rules.PaidOff, "2026-02-10")
		final := before("2026-02-28", "13", "0", tail("0"))
		final.Final, final.DateAccountInfo = true, day("2026-02-10")
		a.Tradelines = []rules.Furnished{final}
		a.Termination = &rules.Termination{On: day("2026-03-05"), Reason: "ERRO"}
		if got := outcome(t, a); got != "DA DC1" {
			t.Errorf("got %s, want DA DC1", got)
		}
	})
	t.Run("DC10 DC3 after the last final report a waiting deletion is named", func(t *testing.T) {
		a := closedAs(account("2026-03-31", originated("2026-01-01", 500_00), paid("2026-02-10", 500_01)), rules.SurplusBalance, "2026-02-10")
		final := before("2026-02-28", "13", "0", tail("0"))
		final.Final, final.DateAccountInfo = true, day("2026-02-10")
		a.Tradelines = []rules.Furnished{final}
		a.Termination = &rules.Termination{On: day("2026-03-05"), Reason: "ERRO"}
		_, excluded, err := rules.Furnish(a)
		want := rules.Exclusion{
			Reason: "DELETION_WAITS", Rule: "Q72", Detail: "its deletion waits for balance -0.01",
		}
		if err != nil || excluded == nil || *excluded != want {
			t.Errorf("got %+v, error %v, want %+v", excluded, err, want)
		}
	})
}

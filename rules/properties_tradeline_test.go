package rules_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// life makes every night of a sample and calls f with the account as the file of each date sees it.
func (s sample) life(t rapid.TB, f func(a *rules.Account)) {
	n := s.loan()
	s.all(func(d rules.Date) {
		n.run(t, d)
		a := s.account(d)
		a.State = n.loan.State
		f(a)
	})
}

// told is the report, nil for an account that is left out or cannot be decided, which only a charge-off may be.
func told(t rapid.TB, a *rules.Account) *rules.Tradeline {
	r, excluded, err := rules.Furnish(a)
	var undecidable *rules.Undecidable
	switch {
	case errors.As(err, &undecidable) && a.Status == rules.ChargeOff:
		return nil
	case err != nil:
		t.Fatalf("%s: %v", a.AsOf, err)
	case (r == nil) == (excluded == nil):
		t.Fatalf("%s: got %v and %v, want exactly one", a.AsOf, r, excluded)
	}
	return r
}

var (
	legalHistory = regexp.MustCompile(`^[0-6DEGHJKL]*B*$`)
	late         = map[string]bool{"71": true, "78": true, "80": true, "82": true, "83": true, "84": true}
)

// faults lists what a validator would refuse in a record of an instalment loan (FORMAT 2.3, 3.2, 3.6, 3.20).
func faults(r *rules.Tradeline) []string {
	var found []string
	fault := func(is bool, what string) {
		if is {
			found = append(found, what)
		}
	}
	ended := r.AccountStatus == "13" || r.AccountStatus == "64"
	lost := r.AccountStatus == "97" || r.AccountStatus == "64"
	wantsFirst := late[r.AccountStatus] || lost || r.AccountStatus == "13" && r.PaymentRating != "0"
	fault(len(r.PaymentHistory) != 24 || !legalHistory.MatchString(r.PaymentHistory), "B10 history "+r.PaymentHistory)
	fault(len(r.HistoryCharacter) != 1 || !strings.Contains("0123456EL", r.HistoryCharacter), "history character "+r.HistoryCharacter)
	fault(min(r.CreditLimit, r.HighestCredit, r.CurrentBalance, r.AmountPastDue, r.ScheduledPayment, r.ActualPayment, r.OriginalChargeOff) < 0, "BR5 negative")
	fault(!ended && !lost && !late[r.AccountStatus] && r.AccountStatus != "11", "B08 status "+r.AccountStatus)
	fault((r.AccountStatus == "13") != (r.PaymentRating != ""), "B09 rating "+r.PaymentRating)
	fault(r.AccountStatus == "11" && r.AmountPastDue != 0, "B11 past due with 11")
	fault(late[r.AccountStatus] && r.AmountPastDue == 0, "B12 late without past due")
	fault(r.AmountPastDue > r.CurrentBalance, "B12 past due over balance")
	fault(ended && (r.CurrentBalance != 0 || r.AmountPastDue != 0 || r.ScheduledPayment != 0 || r.DateClosed == 0), "B13 ended")
	fault(lost != (r.OriginalChargeOff > 0), "B14 amount charged off")
	fault(wantsFirst != (r.DateFirstDelinquency != 0), "B15 first delinquency")
	fault(wantsFirst != (r.FirstMissedDueOn != 0) || r.FirstMissedDueOn > r.DateFirstDelinquency, "BR3 first missed")
	fault(r.DateFirstDelinquency > r.DateAccountInfo, "B16 first delinquency "+r.DateFirstDelinquency.String()+" after "+r.DateAccountInfo.String())
	fault(r.DateClosed > r.DateAccountInfo || !ended && r.DateClosed != 0, "B17 date closed")
	fault(r.AccountStatus == "97" && r.ScheduledPayment != 0, "B21 scheduled payment of a charge-off")
	fault(r.DateAccountInfo > r.AsOf || r.DateAccountInfo == 0 || !ended && r.DateAccountInfo != r.AsOf, "B06 date of account information")
	fault(r.DateLastPayment > r.AsOf || r.ActualPayment > 0 && r.DateLastPayment == 0, "B18 last payment")
	fault(r.Final != ended, "DC10 final")
	return found
}

// Whatever happened to a loan, on whatever day, what is said of it would pass the bureaus' checks.
func TestReportsAreLegal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		s.life(t, func(a *rules.Account) {
			if r := told(t, a); r != nil {
				if found := faults(r); len(found) > 0 {
					t.Fatalf("%s as of %s: %s", r.AccountStatus, r.AsOf, strings.Join(found, "; "))
				}
			}
		})
	})
}

// Month after month, with months left out: every record is legal, and each history is the one before it
// moved on by the months between.
func TestHistoriesInARow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		s.product.TrailingReports = rapid.IntRange(0, 3).Draw(t, "trailing")
		s.product.PortfolioType = rapid.SampledFrom([]string{"I", "M"}).Draw(t, "portfolio")
		var reports []rules.Furnished
		s.life(t, func(a *rules.Account) {
			if a.AsOf != a.AsOf.MonthEnd() || rapid.IntRange(0, 4).Draw(t, "skipped") == 0 {
				return
			}
			a.Tradelines = reports
			r := told(t, a)
			if r == nil {
				return
			}
			if found := faults(r); len(found) > 0 {
				t.Fatalf("%s as of %s: %s", r.AccountStatus, r.AsOf, strings.Join(found, "; "))
			}
			if len(reports) > 0 {
				last := reports[0]
				months := r.AsOf.MonthIndex() - last.AsOf.MonthIndex()
				if r.DateAccountInfo == r.AsOf && last.DateAccountInfo.MonthIndex() == last.AsOf.MonthIndex() {
					if want := (strings.Repeat("D", months-1) + last.HistoryCharacter + last.PaymentHistory)[:24]; r.PaymentHistory != want {
						t.Fatalf("history as of %s:\ngot  %s\nwant %s", r.AsOf, r.PaymentHistory, want)
					}
				}
				if last.OriginalChargeOff != 0 && (r.OriginalChargeOff != last.OriginalChargeOff || r.DateFirstDelinquency > last.DateFirstDelinquency) {
					t.Fatalf("charge-off as of %s: got %d, first %s, after %d, first %s", r.AsOf,
						r.OriginalChargeOff, r.DateFirstDelinquency, last.OriginalChargeOff, last.DateFirstDelinquency)
				}
			}
			reports = append([]rules.Furnished{r.Furnished}, reports...)
		})
	})
}

// While a loan stays 30 or more days late its date of first delinquency never moves later, payments that
// bounce included (BR3, Q20).
func TestFirstDelinquencyNeverLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		for k, e := range s.events {
			if e.kind != rules.Payment && e.kind != rules.Offset {
				s.events[k].undoneOn = 0 // what was lent, charged or given back stays
			}
		}
		var first rules.Date
		s.all(func(d rules.Date) {
			r := report(t, s.account(d))
			if first != 0 && r.DateFirstDelinquency > first {
				t.Fatalf("first delinquency on %s: got %s, want no later than %s", d, r.DateFirstDelinquency, first)
			}
			first = r.DateFirstDelinquency
		})
	})
}

package rules_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// BR9: what becomes of a corrected field, by what is decided now, was decided when the correction was made, and would be decided
// now by the facts of then. The loan is 60 days late: 78, 100 past due.
func TestCorrection(t *testing.T) {
	t.Parallel()
	late := account("2026-03-11", lateLoan()...)
	withPayment := account("2026-03-11", join(lateLoan(), paid("2026-02-20", 40_00))...)
	for _, c := range []struct {
		name                  string
		now, then             *rules.Account
		field, value, decided string
		want                  string
	}{
		{"a: decided as corrected", late, late, "amount_past_due", "100", "90", "100 BR9 7 decided so too"},
		{"b: decided as then", late, late, "amount_past_due", "0", "100", "0 BR9 7 in place of 100"},
		{"c: a newer fact", withPayment, late, "amount_past_due", "0", "100", "60 BR9 7 ended: PAYMENT of 2026-02-20"},
		{"c: a newer fact after time had changed it, too", withPayment, late, "amount_past_due", "0", "200", "60 BR9 7 ended: PAYMENT of 2026-02-20"},
		{"d: time alone", late, late, "account_status", "11", "71", "CORRECTION_HELD"},
		{"d: a newer fact that makes no difference", withPayment, late, "account_status", "11", "71", "CORRECTION_HELD"},
		{"d: it is not known what was known", withPayment, nil, "amount_past_due", "0", "100", "CORRECTION_HELD"},
		{"the statute's date goes with field 25", late, late, "date_first_delinquency", "2026-01-20", "2026-02-09", "2026-01-20 BR9 7 in place of 2026-02-09 missed 2025-12-21"},
	} {
		now := *c.now
		correction := rules.Correction{ID: 7, Field: c.field, Value: c.value, Decided: c.decided, On: now.AsOf}
		now.Corrections = []rules.Correction{correction.By(c.then)}
		r, excluded, err := rules.Furnish(&now)
		var why *rules.Undecidable
		got := ""
		switch {
		case errors.As(err, &why):
			got = why.Code
		case err != nil || excluded != nil:
			got = fmt.Sprint(err, excluded)
		default:
			_, said, _ := strings.Cut(r.Facts.String(), `"correction_`+c.field+`":"`)
			said, _, _ = strings.Cut(said, `"`)
			got = rules.FieldText(r, c.field) + " " + said
			if c.field == "date_first_delinquency" {
				got += " missed " + r.FirstMissedDueOn.String()
			}
			if ended := strings.Contains(said, "ended"); ended != (len(r.Ended) == 1) {
				t.Errorf("%s: locks that end: %v", c.name, r.Ended)
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// BR9: a corrected payment history holds its months as long as a record tells any of them, and nothing after two years.
func TestCorrectionOfOldHistory(t *testing.T) {
	late := account("2026-03-11", lateLoan()...)
	for months, want := range map[int]string{0: "CORRECTION_HELD", 23: "CORRECTION_HELD", 24: "decided so too", 25: "decided so too"} {
		now := *late
		c := rules.Correction{ID: 7, Field: "payment_history", Value: strings.Repeat("5", 24), Decided: strings.Repeat("4", 24), On: now.AsOf.AddMonths(-months)}
		now.Corrections = []rules.Correction{c.By(late)}
		got := ""
		if r, _, err := rules.Furnish(&now); err != nil {
			why, _ := errors.AsType[*rules.Undecidable](err)
			got = why.Code
		} else {
			_, got, _ = strings.Cut(r.Facts.String(), `"correction_payment_history":"BR9 7 `)
			got, _, _ = strings.Cut(got, `"`)
		}
		if got != want {
			t.Errorf("%d months later: %q, want %q", months, got, want)
		}
	}
}

// BR9: without corrections nothing is different, and every field that can be corrected can be written and read.
func TestCorrectable(t *testing.T) {
	t.Parallel()
	plain := report(t, account("2026-03-11", lateLoan()...))
	for _, field := range rules.Correctable() {
		decided := rules.FieldText(plain, field)
		value := map[byte]string{'d': "2025-11-30", 'a': "7", 'p': "1", 's': "7"}[field[0]]
		switch field {
		case "account_status":
			value = "80"
		case "payment_history":
			value = "1" + decided[1:]
		case "current_balance", "original_chargeoff":
			value = "7"
		case "special_comment":
			value = "AW"
		}
		a := account("2026-03-11", lateLoan()...)
		a.Corrections = []rules.Correction{{ID: 1, Field: field, Value: value, Decided: decided, On: a.AsOf}}
		if got := rules.FieldText(report(t, a), field); got != value {
			t.Errorf("%s: got %q, want %q", field, got, value)
		}
	}
}

// BR9, DC10: a corrected end goes out as often as any other, though it is not what is decided.
func TestCorrectedEnd(t *testing.T) {
	t.Parallel()
	paidOff := paid("2026-03-20", 5000_00)
	written := func(a *rules.Account) {
		chargedOffOn(a, "2026-02-10", 900_00)
	}
	sold := func(a *rules.Account) {
		a.SoldTo, a.SoldOn = "NORTHFIELD FUNDING", day("2026-03-20")
	}
	for _, c := range []struct {
		name                  string
		ended                 func(*rules.Account)
		trailing              int
		field, value, decided string
		want                  []string
	}{
		{"status, once", written, 1, "account_status", "13", "64", []string{"97", "13 BR2", "FINALLY_REPORTED DC10", "FINALLY_REPORTED DC10"}},
		{"status, twice", written, 2, "account_status", "13", "64", []string{"97", "13 BR2", "13 Q26", "FINALLY_REPORTED DC10"}},
		{"date closed", sold, 1, "date_closed", "2026-03-19", "2026-03-20", []string{"71", "78 Q57", "FINALLY_REPORTED DC10", "FINALLY_REPORTED DC10"}},
	} {
		said, _ := monthEnds(t, func(asOf string) *rules.Account {
			a := account(asOf, join(lateLoan(), paidOff)...)
			a.Product.TrailingReports = c.trailing
			if c.ended(a); a.AsOf >= day("2026-03-31") {
				a.Corrections = []rules.Correction{{ID: 7, Field: c.field, Value: c.value, Decided: c.decided, On: day("2026-03-31")}}
			}
			return a
		}, "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31")
		for i := range said {
			month, got, _ := strings.Cut(said[i], " ")
			if !strings.HasPrefix(got, c.want[i]) {
				t.Errorf("%s: %s is %q, want %q", c.name, month, got, c.want[i])
			}
		}
	}
}

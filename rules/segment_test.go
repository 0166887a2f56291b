package rules_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/fixtures/whole"
	"github.com/furnisher/furnisher/rules"
)

// segmentsOf are the fields of a tradeline's segments in one line, behind the account number.
func segmentsOf(r *rules.Tradeline) string {
	return strings.ReplaceAll(r.AccountNumber+"\n"+r.Segments.String(), "\n", " ")
}

// What is kept of segments comes back as it was, every field of it.
func TestKeptSegments(t *testing.T) {
	all := rules.Segments{}
	v := reflect.ValueOf(&all).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("A=B " + v.Type().Field(i).Name)
		default:
			f.SetInt(700000 + int64(i))
		}
	}
	if missing := whole.Missing(all); len(missing) > 0 {
		t.Fatalf("the test lacks %v", missing)
	}
	got, err := rules.ParseSegments(all.String())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&all, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err = rules.ParseSegments(got.String()[:0]); err != nil || got != nil || got.String() != "" {
		t.Errorf("nothing came back as %v, %v", got, err)
	}
	for _, broken := range []string{"x=1", "k4.balloon_date=x", "k4.balloon_amount=x"} {
		if _, err := rules.ParseSegments(broken); err == nil {
			t.Errorf("%v was read", broken)
		}
	}
}

// FORMAT 1.8, 3.9, 3.13: the segments K1 to K4 of an account in good order.
func TestSegments(t *testing.T) {
	for _, c := range []struct {
		name  string
		terms rules.Contract
		more  func(*rules.Account)
		want  string
	}{
		{"none", rules.Contract{}, nil, "ACCT "},
		{"K1", rules.Contract{OriginalCreditor: "FIRST BANK", CreditorClass: "08"}, nil, "ACCT k1.creditor_name=FIRST BANK k1.creditor_class=08"},
		{"K2 purchased", rules.Contract{PurchasedFrom: "SELLER"}, nil, "ACCT k2.indicator=1 k2.name=SELLER"},
		{"Q57 K2 sold, without a date", rules.Contract{SoldTo: "BUYER"}, nil, "ACCT "},
		{"K2 sold later", rules.Contract{SoldTo: "BUYER", SoldOn: day("2026-04-01"), PurchasedFrom: "SELLER"}, nil, "ACCT k2.indicator=1 k2.name=SELLER"},
		{"K2 sold", rules.Contract{SoldTo: "BUYER", SoldOn: day("2026-03-31"), PurchasedFrom: "SELLER"}, nil, "ACCT k2.indicator=2 k2.name=BUYER"},
		{"K3 an agency", rules.Contract{AgencyID: "01", AgencyAccount: "123", MortgageID: "456"}, nil, "ACCT k3.agency_id=01 k3.agency_account=123 k3.min=456"},
		{"K3 a mortgage id alone", rules.Contract{MortgageID: "456"}, nil, "ACCT k3.agency_id=00 k3.min=456"},
		{"K4 a balloon", rules.Contract{BalloonOn: day("2027-01-10"), BalloonAmount: 900_50}, nil, "ACCT k4.payment_ind=01 k4.balloon_date=2027-01-10 k4.balloon_amount=900"},
		{"Q47 K4 deferred, from the opening", rules.Contract{}, func(a *rules.Account) {
			a.DeferredUntil, a.DeferredDueOn = day("2026-03-31"), day("2026-04-10")
		}, "ACCT k4.payment_ind=02 k4.deferred_start=2026-04-10"},
		{"Q47 K4 deferred, no cycle is known behind it", rules.Contract{}, func(a *rules.Account) {
			a.DeferredFrom, a.DeferredUntil = day("2026-03-31"), day("2026-06-30")
		}, "ACCT k4.payment_ind=02 k4.deferred_start=2026-07-01"},
		{"Q47 K4 deferred later", rules.Contract{}, func(a *rules.Account) {
			a.DeferredFrom, a.DeferredUntil = day("2026-04-01"), day("2026-06-30")
		}, "ACCT "},
		{"Q47 K4 the deferral is over: the balloon", rules.Contract{BalloonOn: day("2027-01-10"), BalloonAmount: 900_00}, func(a *rules.Account) {
			a.DeferredUntil = day("2026-03-30")
		}, "ACCT k4.payment_ind=01 k4.balloon_date=2027-01-10 k4.balloon_amount=900"},
		{"Q63 no K4 of a charge-off", rules.Contract{BalloonOn: day("2027-01-10"), BalloonAmount: 900_00}, func(a *rules.Account) {
			chargedOffOn(a, "2026-03-20", 1000_00)
			a.Ledger = ledgerOn(a.AsOf, []event{originated("2026-01-10", 1000_00), due("2026-02-10", 100_00)})
		}, "ACCT "},
		{"Q63 no K4 of a paid account", rules.Contract{BalloonOn: day("2027-01-10"), BalloonAmount: 900_00}, func(a *rules.Account) {
			closedAs(a, rules.PaidOff, "2026-03-20")
		}, "ACCT "},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := owingBy(people("1"))
			a.AccountNumber, a.Contract = "ACCT", c.terms
			if c.more != nil {
				c.more(a)
			}
			if got := segmentsOf(report(t, a)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// FORMAT 3.15, Q54, Q64: the new account number is announced once, by an L1 under the old one; then the account bears it,
// whether or not the lender goes on with the old one.
func TestAccountNumberChanges(t *testing.T) {
	type numbers struct{ is, new string }
	for _, c := range []struct {
		name  string
		sent  []numbers // by the lender, month by month
		first bool      // it was never reported before
		want  []string
	}{
		{"announced", []numbers{{"OLD", ""}, {"OLD", "NEW"}, {"OLD", "NEW"}, {"OLD", "NEW"}}, false, []string{
			"OLD ", "OLD l1.new_account_number=NEW", "NEW former_account_number=OLD", "NEW former_account_number=OLD",
		}},
		{"the lender takes the number over", []numbers{{"OLD", ""}, {"OLD", "NEW"}, {"NEW", ""}, {"NEW", ""}}, false, []string{
			"OLD ", "OLD l1.new_account_number=NEW", "NEW ", "NEW ",
		}},
		{"the lender says the new number once", []numbers{{"OLD", ""}, {"OLD", "NEW"}, {"OLD", ""}, {"OLD", ""}}, false, []string{
			"OLD ", "OLD l1.new_account_number=NEW", "NEW former_account_number=OLD", "NEW former_account_number=OLD",
		}},
		{"the number changed without an announcement", []numbers{{"OLD", ""}, {"NEW", ""}, {"NEW", ""}}, false, []string{
			"OLD ", "OLD l1.new_account_number=NEW", "NEW ",
		}},
		{"it changes twice", []numbers{{"OLD", ""}, {"OLD", "NEW"}, {"NEW", "NEXT"}, {"NEXT", ""}}, false, []string{
			"OLD ", "OLD l1.new_account_number=NEW", "NEW l1.new_account_number=NEXT", "NEXT ",
		}},
		{"Q64 never reported", []numbers{{"OLD", "NEW"}, {"OLD", "NEW"}}, true, []string{"NEW ", "NEW "}},
		{"reported by the lender before the boarding", []numbers{{"OLD", "NEW"}, {"OLD", "NEW"}}, false, []string{
			"OLD l1.new_account_number=NEW", "NEW former_account_number=OLD",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said []rules.Furnished
			var got []string
			for i, sent := range c.sent {
				a := owingBy(people("1"), said...)
				a.AccountNumber, a.NewAccountNumber = sent.is, sent.new
				a.AsOf = day("2026-03-31").AddMonths(i).MonthEnd()
				if !c.first {
					a.Baseline = rules.Baseline{History: tail("0"), LastReportedOn: day("2026-02-28")}
				}
				r := report(t, a)
				got = append(got, segmentsOf(r))
				said = append([]rules.Furnished{kept(t, r)}, said...)
			}
			wanted(t, c.want, got)
		})
	}
	t.Run("L01 a deletion announces nothing and goes out under the number that bureaus know", func(t *testing.T) {
		a := cancelled("FRAD", originated("2025-06-01", 5000_00))
		a.AccountNumber, a.NewAccountNumber = "OLD", "NEW"
		a.Tradelines[0].AccountNumber = "OLD"
		if got := segmentsOf(report(t, a)); got != "OLD " {
			t.Errorf("got %s", got)
		}
		a.Tradelines[0].Segments = &rules.Segments{NewAccountNumber: "NEW"}
		if got := report(t, a).AccountNumber; got != "NEW" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("Q54 a trailing report does not repeat an L1", func(t *testing.T) {
		at := func(asOf string) *rules.Account {
			a := closedAs(account(asOf, originated("2026-01-01", 500_00), paid("2026-03-10", 500_00)), rules.PaidOff, "2026-03-10")
			a.Product.TrailingReports, a.AccountNumber, a.NewAccountNumber = 2, "OLD", "NEW"
			a.Baseline = rules.Baseline{History: tail("0"), LastReportedOn: day("2026-02-28")}
			return a
		}
		_, said := files(t, at, monthsFrom("2026-03-31", 2)...)
		if said[0].AccountNumber != "NEW" || said[0].Segments.NewAccountNumber != "" || said[1].Segments.NewAccountNumber != "NEW" {
			t.Errorf("got %+v after %+v", said[0].Segments, said[1].Segments)
		}
	})
}

// Q63, FORMAT 3.13: what a balloon and a deferral change of the terms.
func TestPaymentTerms(t *testing.T) {
	for _, c := range []struct {
		name    string
		balloon string
		dues    []event
		change  func(*rules.Account)
		pays    int64
	}{
		{"Q63 an instalment and the balloon", "2026-03-25", []event{due("2026-03-10", 100_00)}, nil, 1000},
		{"Q63 the balloon alone", "2026-03-25", []event{due("2026-02-10", 100_00)}, nil, 900},
		{"Q63 the cycle holds the balloon", "2026-03-25", []event{due("2026-02-10", 100_00), due("2026-03-25", 1000_00)}, nil, 1000},
		{"Q63 another month", "2026-04-25", []event{due("2026-03-10", 100_00)}, nil, 100},
		{"the lender's amount and the balloon", "2026-03-25", []event{due("2026-03-10", 100_00)}, func(a *rules.Account) {
			a.HasSchedule, a.ScheduledPayment = true, 120_00
		}, 1020},
		{"deferred", "", []event{due("2026-02-10", 100_00)}, func(a *rules.Account) { a.DeferredUntil = day("2026-03-31") }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := account("2026-03-31", append([]event{originated("2026-01-10", 5000_00)}, c.dues...)...)
			a.BalloonOn, a.BalloonAmount, a.TermsDuration = day(c.balloon), 900_00, "36"
			if c.balloon == "" {
				a.BalloonAmount = 0
			}
			if c.change != nil {
				c.change(a)
			}
			r := report(t, a)
			frequency, duration := "M", "036"
			if a.DeferredUntil != 0 {
				frequency, duration = "D", ""
			}
			if r.ScheduledPayment != c.pays || r.Frequency != frequency || r.TermsDuration != duration {
				t.Errorf("got %d, %q, %q, want %d, %q, %q", r.ScheduledPayment, r.Frequency, r.TermsDuration, c.pays, frequency, duration)
			}
		})
	}
}

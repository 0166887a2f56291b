package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// Q27, Q62, Q85: the one special comment that fits a record.
func TestSpecialComment(t *testing.T) {
	open := func(portfolio string, change func(*rules.Account)) *rules.Account {
		a := account("2026-03-31", originated("2026-01-10", 1000_00), due("2026-04-10", 100_00))
		a.Product.PortfolioType = portfolio
		change(a)
		return a
	}
	over := func(change func(*rules.Account), events ...event) *rules.Account {
		a := closedAs(account("2026-03-31", append([]event{originated("2026-01-10", 1000_00)}, events...)...), rules.PaidOff, "2026-03-10")
		change(a)
		return a
	}
	manual := func(comment string) func(*rules.Account) {
		return func(a *rules.Account) { a.SpecialComment = comment }
	}
	closing := func(status rules.Status) func(*rules.Account) {
		return func(a *rules.Account) { closedAs(a, status, "2026-03-10") }
	}
	forbearance := func(a *rules.Account) {
		a.SpecialComment, a.Cases = "CO", []rules.Case{{ID: "K", Type: rules.CaseForbearance, OpenedOn: day("2026-02-01")}}
	}
	nothing := func(*rules.Account) {}
	for _, c := range []struct {
		name string
		a    *rules.Account
		want string
	}{
		{"none", open("I", nothing), ""},
		{"Q27 the lender's own", open("I", manual("CO")), "CO"},
		{"the lender's own does not fit the portfolio", open("R", manual("CO")), ""},
		{"Q27 the lender's own before that of a case", open("I", forbearance), "CO"},
		{"Q62 closed by the grantor", open("R", closing("CLOSED::GRANTOR_REQUEST")), "M"},
		{"Q62 closed by the grantor, a payoff is pending", open("C", closing("CLOSED::GRANTOR_REQUEST_PENDING_PAYOFF")), "M"},
		{"Q62 closed by the grantor: not of an instalment loan", open("I", closing("CLOSED::GRANTOR_REQUEST")), ""},
		{"Q62 inactivity", open("O", closing("CLOSED::INACTIVITY")), "CI"},
		{"Q62 inactivity: not of a mortgage", open("M", closing("CLOSED::INACTIVITY")), ""},
		{"Q27 the lender's own before closed by the grantor", open("R", func(a *rules.Account) { closing("CLOSED::GRANTOR_REQUEST")(a); manual("BL")(a) }), "BL"},
		{"Q85 principal was waived", over(nothing, paid("2026-03-10", 900_00), waived("2026-03-10", 100_00)), "AU"},
		{"Q85 a fee was waived", over(nothing, lateFee("2026-02-10", 100_00), waived("2026-02-11", 100_00), paid("2026-03-10", 1000_00)), ""},
		{"Q85 a termination SETT", over(func(a *rules.Account) {
			a.Termination = &rules.Termination{On: day("2026-03-10"), Reason: "SETT"}
		}, paid("2026-03-10", 1000_00)), "AU"},
		{"Q96 a termination SETT with money owed", open("I", func(a *rules.Account) {
			a.Termination = &rules.Termination{On: day("2026-03-10"), Reason: "SETT"}
		}), ""},
		{"Q62 a settlement", over(closing("CLOSED::SETTLEMENT"), paid("2026-03-10", 1000_00)), "AU"},
		{"Q62 a settlement with money owed", open("I", closing("CLOSED::SETTLEMENT")), ""},
		{"Q27 settled before the lender's own", over(manual("AX"), paid("2026-03-10", 900_00), waived("2026-03-10", 100_00)), "AU"},
		{"Q27 sold before the lender's own", open("I", func(a *rules.Account) {
			a.SpecialComment, a.SoldTo, a.SoldOn = "CO", "BUYER", day("2026-03-20")
		}), "AH"},
		{"Q27 the lender's own before a transfer", open("I", func(a *rules.Account) {
			a.SpecialComment, a.Termination = "CO", &rules.Termination{On: day("2026-03-10"), Reason: "XFER"}
		}), "CO"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report(t, c.a).SpecialComment; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// Q70: the reasons are a closed list, and a program's aliases stand for them.
func TestReason(t *testing.T) {
	aliases := rules.ReasonAliases{"RE": "REPO"}
	for _, c := range []struct {
		aliases rules.ReasonAliases
		code    string
		want    string
		ok      bool
	}{
		{nil, "ERRO", "ERRO", true}, {aliases, "ERRO", "ERRO", true}, {aliases, "RE", "REPO", true},
		{nil, "RE", "RE", false}, {aliases, "re", "re", false}, {aliases, "", "", false},
	} {
		if got, ok := c.aliases.Reason(c.code); got != c.want || ok != c.ok {
			t.Errorf("%q with %v: got %q, %t, want %q, %t", c.code, c.aliases, got, ok, c.want, c.ok)
		}
	}
}

// BR13, Q94: the lender has the collateral from the termination's date until it is rescinded.
func TestCollateralOn(t *testing.T) {
	on, rescinded := day("2026-03-10"), day("2026-05-01")
	for _, reason := range rules.TerminationReasons() {
		want := rules.Date(0)
		switch reason {
		case "VOLU", "REPO", "DEED", "FORE", "CLAIM":
			want = on
		}
		end := &rules.Termination{On: on, Reason: reason}
		if got := end.CollateralOn(rescinded); got != want {
			t.Errorf("%s: got %s, want %s", reason, got, want)
		}
		end.RescindedOn = rescinded
		if got := end.CollateralOn(rescinded - 1); got != want {
			t.Errorf("%s, the day before it was rescinded: got %s, want %s", reason, got, want)
		}
		if got := end.CollateralOn(rescinded); got != 0 {
			t.Errorf("%s, rescinded: got %s, want none", reason, got)
		}
	}
	if got := (*rules.Termination)(nil).CollateralOn(on); got != 0 {
		t.Errorf("not terminated: got %s, want none", got)
	}
}

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

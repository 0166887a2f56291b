package main

import (
	"os"
	"testing"
)

// Who gives a command in another's name is in the ledger beside that name.
func TestOrderInAnothersName(t *testing.T) {
	t.Parallel()
	a := &app{getenv: os.Getenv}
	if o := a.order(&orderFlags{by: a.who() + "'s clerk"}); o.By != a.who()+"'s clerk" || o.From != "user "+a.who() {
		t.Errorf("for somebody else: by %q, from %q", o.By, o.From)
	}
	if o := a.order(&orderFlags{}); o.By != a.who() || o.From != "" {
		t.Errorf("for oneself: by %q, from %q", o.By, o.From)
	}
}

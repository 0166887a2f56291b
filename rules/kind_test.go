package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

func TestKinds(t *testing.T) {
	for n, kind := range rules.Kinds() {
		if int(kind) != n+1 || !kind.Valid() {
			t.Errorf("kind %s: got number %d, want %d", kind, kind, n+1)
		}
		var scanned rules.Kind
		if err := scanned.Scan([]byte(kind.String())); err != nil || scanned != kind {
			t.Errorf("scan %s: got %s, %v", kind, scanned, err)
		}
		if err := scanned.Scan(kind.String()); err != nil || scanned != kind {
			t.Errorf("scan the text %s: got %s, %v", kind, scanned, err)
		}
	}
	for _, none := range []rules.Kind{0, rules.ReAge + 1, 255} {
		if none.Valid() || none.String() != "" {
			t.Errorf("kind %d: got valid %t and %q", none, none.Valid(), none)
		}
	}
	for _, name := range []string{"", "REVERSAL", "payment"} {
		if kind, ok := rules.ParseKind(name); ok {
			t.Errorf("%q is kind %d, want none", name, kind)
		}
		if err := new(rules.Kind).Scan(name); err == nil {
			t.Errorf("%q was scanned, want an error", name)
		}
	}
	if err := new(rules.Kind).Scan(7); err == nil {
		t.Error("a number was scanned, want an error")
	}
}

// Q3, Q20: a reversal is the entry that it undoes with the amount negated, and never takes effect before it.
func TestReversed(t *testing.T) {
	e := rules.Entry{Kind: rules.Payment, Amount: 50_00, Effective: day("2026-03-10")}
	for on, effective := range map[string]string{"2026-03-15": "2026-03-15", "2026-03-10": "2026-03-10", "2026-03-01": "2026-03-10"} {
		undone, reversal := e.Reversed(day(on))
		want := rules.Entry{Kind: rules.Payment, Amount: 50_00, Effective: day("2026-03-10"), UndoneOn: day(effective)}
		if undone != want {
			t.Errorf("reversed on %s: got %+v, want %+v", on, undone, want)
		}
		want.Amount, want.Effective = -50_00, day(effective)
		if reversal != want {
			t.Errorf("the reversal of %s: got %+v, want %+v", on, reversal, want)
		}
	}
}

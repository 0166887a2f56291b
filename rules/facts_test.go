package rules_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// BR6: facts are one JSON object in the order of their keys, whatever order they came in.
func TestFactsJSON(t *testing.T) {
	facts := rules.NewFacts(
		rules.TextFact("reason", "a \"b\" \\ <é>\n"), rules.CentsFact("balance", -5_07), rules.DateFact("on", day("2026-01-31")),
		rules.NumberFact("needed", 2), rules.ListFact("cycles", []int{1, 23}), rules.ListFact("none", nil), rules.DateFact("absent", 0),
		rules.CentsFact("balance", 12_345_678_90),
	)
	const want = `{"absent":"","balance":"12345678.90","cycles":[1,23],"needed":2,"none":[],"on":"2026-01-31","reason":"a \"b\" \\ <é>\u000a"}`
	if diff := cmp.Diff(want, facts.String()); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if got := rules.NewFacts().String(); got != "{}" {
		t.Errorf("no facts: got %s, want {}", got)
	}
	if !facts.Has("needed") || facts.Has("need") {
		t.Error("Has: got another answer than the keys")
	}
}

// Any text is kept as it is.
func TestFactsKeepText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var got map[string]string
		if err := json.Unmarshal([]byte(rules.NewFacts(rules.TextFact("text", text)).String()), &got); err != nil {
			t.Fatal(err)
		}
		if got["text"] != text {
			t.Fatalf("got %q, want %q", got["text"], text)
		}
	})
}

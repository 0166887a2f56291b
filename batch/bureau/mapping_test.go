package bureau

import (
	"slices"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// TestMappings holds that the table has every field of the segments that the nights write, in the order of the record, and
// cites only rules that there are.
func TestMappings(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, l := range metro2.Layouts() {
		if l.Name == "header" || l.Name == "trailer" {
			continue
		}
		for _, f := range l.Fields {
			want = append(want, l.Name+"."+f.Key)
		}
	}
	for _, m := range Mappings() {
		got = append(got, m.Segment+"."+m.Field)
		if m.How == "" {
			t.Errorf("%s.%s does not say how", m.Segment, m.Field)
		}
		for _, r := range m.Rules {
			if rules.RuleByID(r.ID) == nil {
				t.Errorf("%s.%s cites %s, which is no rule", m.Segment, m.Field, r.ID)
			}
			if (r.When == "") != (r.Says == "") {
				t.Errorf("%s.%s: the condition of %s is %q, in words %q", m.Segment, m.Field, r.ID, r.When, r.Says)
			}
		}
	}
	if !slices.Equal(want, got) {
		t.Errorf("fields of the table are\n%v\nwant\n%v", got, want)
	}
}

// TestConditions holds that conditions ask only for what there can be: a fact of some field, a field, the rule or the value.
func TestConditions(t *testing.T) {
	t.Parallel()
	known := []string{"rule", "value", "case_consumer"}
	for _, m := range Mappings() {
		known = append(append(known, m.Facts...), m.Field, m.Segment+"."+m.Field)
	}
	for _, m := range Mappings() {
		for _, r := range m.Rules {
			for _, term := range strings.Fields(r.When) {
				key, _, _ := strings.Cut(strings.TrimPrefix(term, "!"), "=")
				if !slices.Contains(known, key) {
					t.Errorf("%s.%s: %s asks for %q, which is nowhere", m.Segment, m.Field, r.ID, key)
				}
			}
		}
	}
}

// TestMeets reads conditions.
func TestMeets(t *testing.T) {
	t.Parallel()
	known := told{"status": "CLOSED::RISK", "case_status": "CA4 K1", "blank": ""}
	for condition, want := range map[string]bool{
		"": true, "status": true, "blank": false, "absent": false, "!absent": true, "!blank status": true, "!status": false,
		"case_status=CA4": true, "case_status=CA7|CA4": true, "case_status=CA": false, "!case_status=CA4": false, "!case_status=CA7": true,
		"status=CLOSED::*": true, "status=CLOSED::* !status=CLOSED::RISK|CLOSED::FRAUD": false, "absent=": true,
	} {
		if got := known.meets(condition); got != want {
			t.Errorf("%q: got %t", condition, got)
		}
	}
}

package metro2

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// listedRules reads the ids of the format description, with their severities.
func listedRules(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/rule_ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if id, marks, ok := strings.Cut(strings.TrimSpace(line), " "); ok && id != "#" {
			out[id] = marks
		}
	}
	if len(out) < 60+94 {
		t.Fatalf("%d ids are listed", len(out))
	}
	return out
}

// TestEveryListedRuleExists: each id of the description is in the catalogue with
// the severities that it names, and no other id is.
func TestEveryListedRuleExists(t *testing.T) {
	listed, rows := listedRules(t), slices.Concat(Rules(), ExaminerRules())
	for id, marks := range listed {
		for _, mark := range marks {
			severity := Warning
			if mark == 'E' {
				severity = Error
			}
			if !slices.ContainsFunc(rows, func(r RuleInfo) bool {
				return r.ID == id && r.Severity == severity && r.Doubtful() == (mark == '?')
			}) {
				t.Errorf("rule %s has no row graded %c", id, mark)
			}
		}
	}
	for _, r := range rows {
		if listed[r.ID] == "" {
			t.Errorf("rule %s is not in the description", r.ID)
		}
	}
}

// TestRulesExplainThemselves: one sentence, the fields that decide, why, and the
// source; what else reports the same defect exists.
func TestRulesExplainThemselves(t *testing.T) {
	listed, keys := listedRules(t), map[string]bool{}
	for _, l := range Layouts() {
		for _, f := range l.Fields {
			keys[l.Name+"."+f.Key] = true
		}
	}
	full := func(key string) string {
		if strings.Contains(key, ".") {
			return key
		}
		return "base." + key
	}
	for _, r := range slices.Concat(Rules(), ExaminerRules()) {
		if r.Sentence == "" || strings.Contains(r.Sentence, ". ") || r.Why == "" || !strings.HasSuffix(r.Why, ".") || r.Source == "" {
			t.Errorf("%+v", r)
		}
		fields := strings.Fields(r.Fields)
		for i := range fields {
			if fields[i] = full(fields[i]); !keys[fields[i]] {
				t.Errorf("rule %s goes by a field that does not exist: %s", r.ID, fields[i])
			}
		}
		shown := r.Segment + "." + r.Field
		if len(fields) > 0 && keys[shown] && !slices.Contains(fields, shown) && r.ID != "J01" && r.ID != "F02" {
			t.Errorf("rule %s shows %s, which is none of the fields that decide", r.ID, shown)
		}
		if len(fields) == 0 && !strings.Contains("F04 F05 F06 F07 F08 T01", r.ID) {
			t.Errorf("rule %s goes by no field", r.ID)
		}
		for _, id := range r.Also {
			if listed[id] == "" || id == r.ID {
				t.Errorf("rule %s repeats %s", r.ID, id)
			}
		}
	}
	for id := range ruleNotes {
		if listed[id] == "" {
			t.Errorf("note of %s, which is no rule", id)
		}
	}
	for id := range examinerNotes {
		if listed[id] == "" {
			t.Errorf("note of %s, which is no check", id)
		}
	}
}

package bureau

import (
	"slices"
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
		for _, id := range m.Rules {
			if rules.RuleByID(id) == nil {
				t.Errorf("%s.%s cites %s, which is no rule", m.Segment, m.Field, id)
			}
		}
	}
	if !slices.Equal(want, got) {
		t.Errorf("fields of the table are\n%v\nwant\n%v", got, want)
	}
}

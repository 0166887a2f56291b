package bureau

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// TestFoundKeepsGravest: of more findings than are kept, the gravest are, and the same ones in whatever order chunks end.
func TestFoundKeepsGravest(t *testing.T) {
	parts := [][]findingRow{
		{newFinding(1, rules.Violated{Rule: "V14"}), newFinding(2, rules.Violated{Rule: "V14"}), newFinding(2, rules.Violated{Rule: "V14"})},
		{newFinding(3, rules.Violated{Rule: "V14"}), newFinding(4, rules.Violated{Rule: "V22"})},
		{newFinding(5, rules.Violated{Rule: "V14"}), newFinding(6, rules.Violated{Rule: "V4"})},
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		f := &found{}
		for _, i := range order {
			f.add(slices.Clone(parts[i]), 3)
		}
		f.cut(3)
		var got []findingKey
		for _, row := range f.rows {
			got = append(got, row.key())
		}
		want := []findingKey{{4, "V22", ""}, {6, "V4", ""}, {1, "V14", ""}}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(findingKey{})); diff != "" || f.more != 3 {
			t.Errorf("parts %v: %d more (-want +got):\n%s", order, f.more, diff)
		}
	}
}

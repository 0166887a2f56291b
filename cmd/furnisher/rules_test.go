package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/metro2"
)

func TestChooseRules(t *testing.T) {
	check := metro2.ExaminerRules()[0].ID
	for _, c := range []struct {
		list      string
		has, lack string // ids with blanks between
	}{
		{"", "B12 F05 X01 " + check, ""},
		{" ", "B12 " + check, ""},
		{"B12", "B12", "B13 F05 " + check},
		{"B, X01", "B12 B13 X01", "F05 " + check},
		{"-E", "B12 F05", check},
		{"-B12,-F", "B13 X01 " + check, "B12 F05"},
		{"B,-B12", "B13", "B12 F05"},
		{"-B,B12", "B12", "B13 F05"},
		{"E", check, "B12"},
		{check, check, "B12"},
		{"E,-" + check, "", check + " B12"},
		{"E:" + check, check, "B12"},
		{"-E:" + check, "B12", check},
	} {
		wanted, err := chooseRules(c.list)
		if err != nil {
			t.Errorf("%q: %v", c.list, err)
			continue
		}
		for _, id := range strings.Fields(c.has) {
			if !wanted.has(id) {
				t.Errorf("%q leaves out %s", c.list, id)
			}
		}
		for _, id := range strings.Fields(c.lack) {
			if wanted.has(id) {
				t.Errorf("%q takes %s", c.list, id)
			}
		}
	}
	for _, list := range []string{"B99", "b12", ",", "B12,", "-", "--B12", "E:B12", "E:", "E:E"} {
		var end *ending
		if _, err := chooseRules(list); !errors.As(err, &end) || end.code != exitUsage {
			t.Errorf("%q: error %v", list, err)
		}
	}
}

// TestCatalogue: every rule has a family with a title, and says itself why it matters.
func TestCatalogue(t *testing.T) {
	used, reasons := map[string]bool{}, map[string]string{}
	for _, r := range catalogue() {
		used[r.Family] = true
		if families[r.Family] == "" || r.Matters == "" || r.Source == "" {
			t.Errorf("%+v", r)
		}
		reasons[r.ID] = r.Matters
	}
	if len(used) != len(families) {
		t.Errorf("families %v, titles %v", used, families)
	}
	different := map[string]bool{}
	for _, matters := range reasons {
		different[matters] = true
	}
	if len(different) < len(reasons)*3/4 {
		t.Errorf("%d rules share %d reasons", len(reasons), len(different))
	}
}

func TestBar(t *testing.T) {
	for _, c := range []struct {
		value, most int64
		want        int
	}{{0, 0, 0}, {0, 10, 0}, {10, 10, barWidth}, {5, 10, barWidth / 2}, {1, 1_000_000, 1}, {1 << 60, 1 << 61, barWidth / 2}} {
		if got := strings.Count(bar(c.value, c.most), "█"); got != c.want {
			t.Errorf("%d of %d: %d marks, want %d", c.value, c.most, got, c.want)
		}
	}
}

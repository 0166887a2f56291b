package rules_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// TestDictionary holds that the ids run on in their families, that each rule has one sentence of its own, and that the file
// that is said to decide it is there.
func TestDictionary(t *testing.T) {
	t.Parallel()
	want := map[string]int{"ST": 5, "DQ": 9, "PO": 6, "FS": 5, "SP": 8, "DC": 11, "CA": 9, "CD": 4, "BR": 13, "Q": 96}
	got, sentences := map[string]int{}, map[string]string{}
	for _, r := range rules.Dictionary() {
		family := strings.TrimRight(r.ID, "0123456789")
		got[family]++
		if r.ID != family+strconv.Itoa(got[family]) {
			t.Errorf("%s stands where %s%d belongs", r.ID, family, got[family])
		}
		if s := r.Sentence; !strings.HasSuffix(s, ".") || strings.Contains(s, ". ") || sentences[s] != "" {
			t.Errorf("%s: not one sentence of its own: %q %s", r.ID, s, sentences[s])
		}
		sentences[r.Sentence] = r.ID
		if r.Where != "" {
			if _, err := os.Stat(filepath.Join("..", r.Where)); err != nil {
				t.Errorf("%s: %v", r.ID, err)
			}
		}
		if (family == "Q") != (len(r.Settles) > 0) {
			t.Errorf("%s settles %v", r.ID, r.Settles)
		}
		for _, id := range r.Settles {
			if rules.RuleByID(id) == nil {
				t.Errorf("%s settles %s, which is no rule", r.ID, id)
			}
		}
	}
	for family, n := range want {
		if got[family] != n {
			t.Errorf("%d rules %s, want %d", got[family], family, n)
		}
	}
}

// TestSettledPoints looks up what settles a rule.
func TestSettledPoints(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, q := range rules.SettledPoints("PO6") {
		ids = append(ids, q.ID)
	}
	if len(ids) != 1 || ids[0] != "Q9" {
		t.Errorf("PO6 is settled by %v, want Q9", ids)
	}
	if rules.RuleByID("PO7") != nil {
		t.Error("there is a rule PO7")
	}
}

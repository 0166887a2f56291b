package metro2

import (
	"io"
	"testing"
)

// TestAllocations holds what the speed of a night rests on: one string for a
// decoded record, nothing for an encoded or a clean one.
func TestAllocations(t *testing.T) {
	rec, clean := fullRecord(), cleanRecord()
	dst, err := AppendRecord(make([]byte, 0, 1024), rec, Character)
	if err != nil {
		t.Fatal(err)
	}
	src := append([]byte(nil), dst...)
	var got Record
	var problems []Problem
	var totals Totals
	findings := make([]Finding, 0, 8)
	passOn := NewWriter(io.Discard, testHeader(), Options{})
	v, month := historyValidator(), &Item{Kind: KindData, RecordNo: 2, Record: clean}
	for name, c := range map[string]struct {
		want float64
		run  func()
	}{
		"encode":  {0, func() { dst, _ = AppendRecord(dst[:0], rec, Character) }},
		"decode":  {1, func() { problems = DecodeRecord(src, Character, &got, problems[:0]) }},
		"check":   {0, func() { findings = CheckRecord(clean, testEnv, findings[:0]) }},
		"examine": {0, func() { findings = CheckExaminer(clean, testEnv, findings[:0]) }},
		"history": {0, func() { findings = v.Check(month, findings[:0]); v.NextFile() }},
		"count":   {0, func() { totals.Add(rec) }},
		"pass on": {0, func() { _ = passOn.WriteEncoded(src) }},
		"fold":    {0, func() { FoldName("VAN DYKE-SAMPLE") }},
	} {
		if got := testing.AllocsPerRun(100, c.run); got != c.want {
			t.Errorf("%s: %v allocations, want %v", name, got, c.want)
		}
	}
}

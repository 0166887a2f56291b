package metro2

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCutRecord(t *testing.T) {
	for _, form := range []Form{Character, Packed} {
		t.Run(form.String(), func(t *testing.T) {
			first, err := AppendRecord(nil, segmentRecord(), form)
			if err != nil {
				t.Fatal(err)
			}
			both, err := AppendRecord(bytes.Clone(first), fullRecord(), form)
			if err != nil {
				t.Fatal(err)
			}
			record, rest, ok := CutRecord(both, form)
			if !ok || !bytes.Equal(record, first) || len(rest) != baseLayout.Size(form) {
				t.Errorf("cut %d of %d bytes, %d left, ok %v", len(record), len(both), len(rest), ok)
			}
			if record, rest, ok = CutRecord(rest, form); !ok || len(rest) != 0 {
				t.Errorf("the second record: cut %d bytes, %d left, ok %v", len(record), len(rest), ok)
			}
			for name, data := range map[string][]byte{
				"nothing": nil, "three bytes": first[:3], "a byte is missing": first[:len(first)-1],
				"not digits": append([]byte("\xff\xff\xff\xff"), first[4:]...), "too short a length": append([]byte("\x00\x20\x00\x00"), first[4:]...),
			} {
				if record, rest, ok := CutRecord(data, form); ok || record != nil || len(rest) != len(data) {
					t.Errorf("%s: cut %d bytes, %d left, ok %v", name, len(record), len(rest), ok)
				}
			}
		})
	}
}

// TestAccountOrder holds that the bytes of two records are ordered as their account numbers are.
func TestAccountOrder(t *testing.T) {
	account := rapid.StringMatching(`[!-_][ -_]{0,28}[!-_]|[!-_]?`)
	rapid.Check(t, func(t *rapid.T) {
		var texts [2]string
		var fields [2][]byte
		form := rapid.SampledFrom([]Form{Character, Packed}).Draw(t, "form")
		for i := range texts {
			rec := fullRecord()
			rec.Base.AccountNumber = account.Draw(t, "account")
			record, err := AppendRecord(nil, rec, form)
			if err != nil {
				t.Fatal(err)
			}
			texts[i], fields[i] = rec.Base.AccountNumber, AccountOf(record, form)
		}
		if got, want := bytes.Compare(fields[0], fields[1]), strings.Compare(texts[0], texts[1]); got != want {
			t.Errorf("order %d, want %d", got, want)
		}
	})
}

package batch_test

import (
	"testing"

	"github.com/lib/pq"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/batch"
)

// What TextArray writes, lib/pq reads back.
func TestTextArray(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(rapid.StringOf(rapid.RuneFrom([]rune("ab\\\"{}, \t\nNULé")))).Draw(t, "texts")
		written, err := batch.TextArray(want).Value()
		if err != nil {
			t.Fatal(err)
		}
		var got pq.StringArray
		if err := got.Scan(written); err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %d elements, want %d", written, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("element %d: got %q, want %q", i, got[i], want[i])
			}
		}
	})
}

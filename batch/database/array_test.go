package database_test

import (
	"database/sql/driver"
	"testing"

	"github.com/lib/pq"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/batch/database"
)

// What TextArray writes, lib/pq reads back.
func TestTextArray(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(rapid.StringOf(rapid.RuneFrom([]rune("ab\\\"{}, \t\nNULé")))).Draw(t, "texts")
		written, err := database.TextArray(want).Value()
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

func TestIntegerArrays(t *testing.T) {
	for _, c := range []struct {
		array driver.Valuer
		want  string
	}{
		{database.IntArray{}, "{}"},
		{database.IntArray{0, -7, 1 << 40}, "{0,-7,1099511627776}"},
	} {
		if got, err := c.array.Value(); got != c.want || err != nil {
			t.Errorf("%v is written %q, %v, want %q", c.array, got, err, c.want)
		}
	}
}

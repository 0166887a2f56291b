package bureau

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestSqueeze holds that any bytes that a record may have come back, in no more bytes than they were.
func TestSqueeze(t *testing.T) {
	part := rapid.OneOf(
		rapid.SliceOfN(rapid.ByteRange(' ', '~'), 0, 20),
		rapid.SliceOfN(rapid.Just(byte(' ')), 0, 60),
		rapid.SliceOfN(rapid.Just(byte('0')), 0, 60),
	)
	rapid.Check(t, func(t *rapid.T) {
		record := bytes.Join(rapid.SliceOf(part).Draw(t, "parts"), nil)
		squeezed := appendSqueezed([]byte("before"), record)
		if !bytes.HasPrefix(squeezed, []byte("before")) || bytes.ContainsAny(squeezed, "\t\n\r\x1e\x1f") {
			t.Errorf("%q is squeezed to %q", record, squeezed)
		}
		squeezed = squeezed[len("before"):]
		if got := appendExpanded(nil, squeezed); !bytes.Equal(got, record) || len(squeezed) > len(record) {
			t.Errorf("%q came back as %q from %d bytes", record, got, len(squeezed))
		}
	})
}

// TestExpandTakesAnything holds that damaged pages expand to something, which their checksum then refuses.
func TestExpandTakesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		page := rapid.SliceOf(rapid.Byte()).Draw(t, "page")
		if got := appendExpanded(nil, page); len(got) > longestRun*len(page) {
			t.Errorf("%d bytes of %d", len(got), len(page))
		}
	})
}

func BenchmarkSqueeze(b *testing.B) {
	file, terms, said, consumers := tradeline()
	record, err := NewEncoder(file).Append(nil, terms, said, consumers)
	if err != nil {
		b.Fatal(err)
	}
	squeezed := appendSqueezed(nil, record)
	b.Run("squeeze", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(record)))
		dst := make([]byte, 0, 512)
		for b.Loop() {
			appendSqueezed(dst, record)
		}
		b.ReportMetric(float64(len(squeezed)), "squeezed-bytes")
	})
	b.Run("expand", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(record)))
		dst := make([]byte, 0, 512)
		for b.Loop() {
			appendExpanded(dst, squeezed)
		}
	})
}

package metro2

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawSegment fills every field of a segment with a value that it can hold,
// by the rows of its layout.
func drawSegment[T any](t *rapid.T, l *Layout[T]) T {
	var rec T
	for _, s := range l.plans[Character].steps {
		if !s.hasValue() {
			continue
		}
		label := l.name + "." + s.field.Key
		switch s.kind {
		case kindText, kindRawText:
			*at[string](&rec, s.offset) = drawText(t, label, s.field.Width, s.kind == kindRawText)
		case kindDate:
			*at[Date](&rec, s.offset) = drawDate(t, label)
		case kindTimestamp:
			if d := drawDate(t, label); d != 0 {
				clock := rapid.IntRange(0, 23).Draw(t, label)*10000 + rapid.IntRange(0, 59).Draw(t, label)*100 + rapid.IntRange(0, 59).Draw(t, label)
				*at[Timestamp](&rec, s.offset) = Timestamp(d)*1000000 + Timestamp(clock)
			}
		case kindDollars:
			*at[Dollars](&rec, s.offset) = Dollars(drawNumber(t, label, s.limit))
		default:
			*at[Number](&rec, s.offset) = Number(drawNumber(t, label, s.limit))
		}
	}
	return rec
}

func drawNumber(t *rapid.T, label string, limit int64) int64 {
	return rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, min(limit-1, 99)), rapid.Int64Range(0, limit-1)).Draw(t, label)
}

func drawDate(t *rapid.T, label string) Date {
	if rapid.Bool().Draw(t, label+" absent") {
		return 0
	}
	year, month := rapid.IntRange(1900, 2099).Draw(t, label), rapid.IntRange(1, 12).Draw(t, label)
	date := Date(year*10000 + month*100 + rapid.IntRange(1, 31).Draw(t, label))
	for !date.Valid() {
		date--
	}
	return date
}

// drawText draws printable upper-case text without blanks at its ends. A raw
// text keeps its blanks, so it comes in full width or not at all.
func drawText(t *rapid.T, label string, width int, raw bool) string {
	low := 0
	if raw && rapid.Bool().Draw(t, label+" given") {
		low = width
	} else if raw {
		return ""
	}
	text := string(rapid.SliceOfN(rapid.ByteRange(' ', '_'), low, width).Draw(t, label))
	text = strings.ReplaceAll(text, "'", "-") // apostrophes are not written
	if raw {
		return "0" + text[1:]
	}
	return strings.Trim(text, " ")
}

func drawOptional[T any](t *rapid.T, l *Layout[T]) *T {
	if !rapid.Bool().Draw(t, l.name) {
		return nil
	}
	rec := drawSegment(t, l)
	return &rec
}

func drawRecord(t *rapid.T) *Record {
	rec := &Record{Base: drawSegment(t, baseLayout)}
	for range rapid.IntRange(0, 3).Draw(t, "j1") {
		rec.J1 = append(rec.J1, drawSegment(t, j1Layout))
	}
	for range rapid.IntRange(0, 3).Draw(t, "j2") {
		rec.J2 = append(rec.J2, drawSegment(t, j2Layout))
	}
	rec.K1, rec.K2, rec.K3 = drawOptional(t, k1Layout), drawOptional(t, k2Layout), drawOptional(t, k3Layout)
	rec.K4, rec.L1, rec.N1 = drawOptional(t, k4Layout), drawOptional(t, l1Layout), drawOptional(t, n1Layout)
	return rec
}

// sameRecord compares records; no segments and an empty list of them are the same.
func sameRecord(want, got *Record) string {
	normal := func(rec *Record) *Record {
		out := rec.Clone()
		if len(out.J1) == 0 {
			out.J1 = nil
		}
		if len(out.J2) == 0 {
			out.J2 = nil
		}
		return out
	}
	return cmp.Diff(normal(want), normal(got))
}

// TestRecordRoundTrip: what is encoded decodes to itself, in both forms, and
// without a problem.
func TestRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rec := drawRecord(t)
		for _, form := range []Form{Character, Packed} {
			encoded, err := AppendRecord(nil, rec, form)
			var unused *FieldError
			if errors.As(err, &unused) && unused.Reason == reasonUnused {
				return // a segment of nothing, which a reader would skip
			}
			if err != nil {
				t.Fatal(err)
			}
			var got Record
			if problems := DecodeRecord(encoded, form, &got, nil); len(problems) > 0 {
				t.Fatalf("%v: problems %v", form, problems)
			}
			if diff := sameRecord(rec, &got); diff != "" {
				t.Fatalf("%v (-encoded +decoded):\n%s", form, diff)
			}
		}
	})
}

// compareFile holds that a file gives back what went into it, and that the
// trailer agrees with the recount.
func compareFile(t *rapid.T, file *bytes.Buffer, options Options, header Header, records []*Record) {
	var recount Totals
	r := NewReader(file)
	for i := 0; ; i++ {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			if i != len(records)+2 {
				t.Fatalf("%d records, want %d", i, len(records)+2)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range item.Problems {
			if !options.Fixed || !ofFixedLength[p.Message] {
				t.Fatalf("record %d: %v", i+1, p)
			}
		}
		switch item.Kind {
		case KindHeader:
			if diff := cmp.Diff(header, *item.Header); diff != "" || i != 0 {
				t.Fatalf("header as record %d:\n%s", i+1, diff)
			}
		case KindData:
			recount.Add(item.Record)
			if diff := sameRecord(records[i-1], item.Record); diff != "" {
				t.Fatalf("record %d (-written +read):\n%s", i+1, diff)
			}
		case KindTrailer:
			recount.BlockCount = Number(len(records)) + 2
			if diff := cmp.Diff(recount.Trailer, *item.Trailer); diff != "" {
				t.Fatalf("trailer (-recount +read):\n%s", diff)
			}
		default:
			t.Fatalf("record %d of %+v is unknown", i+1, options)
		}
	}
}

package metro2

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDateAgreesWithTheCalendar walks every day that the format knows.
func TestDateAgreesWithTheCalendar(t *testing.T) {
	valid := map[Date]bool{}
	first := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	start := Date(19000101).dayNumber()
	for day, n := first, 0; day.Year() < 2100; day, n = day.AddDate(0, 0, 1), n+1 {
		d := Date(day.Year()*10000 + int(day.Month())*100 + day.Day())
		valid[d] = true
		if !d.Valid() || d.String() != day.Format("2006-01-02") || d.dayNumber()-start != n {
			t.Fatalf("%s: valid %v, day number %d, want %d", d, d.Valid(), d.dayNumber()-start, n)
		}
		if later := day.AddDate(18, 0, 0); d.addYears(18) != Date(later.Year()*10000+int(later.Month())*100+later.Day()) {
			t.Fatalf("%s: 18 years later is %s", d, d.addYears(18))
		}
	}
	for d := Date(18991200); d < 21000200; d++ {
		if d.Valid() != valid[d] {
			t.Fatalf("%d: valid %v, want %v", d, d.Valid(), valid[d])
		}
	}
	for _, d := range []Date{0, -1, -20260101, 1 << 30} {
		if d.Valid() {
			t.Errorf("%d is valid", d)
		}
	}
}

func TestTimestamp(t *testing.T) {
	for stamp, want := range map[Timestamp]bool{
		20261031000000: true, 20261031235959: true, 20261031236000: false, 20261031235960: false,
		20261031240000: false, 20260229000000: false, 0: false, -1: false,
	} {
		if stamp.Valid() != want {
			t.Errorf("%d: valid %v", stamp, stamp.Valid())
		}
	}
	stamp := Timestamp(20261031235901)
	if stamp.Date() != 20261031 || stamp.String() != "2026-10-31 23:59:01" || Timestamp(0).String() != "" || Date(0).String() != "" {
		t.Errorf("%d: %s, %s", stamp, stamp.Date(), stamp)
	}
}

// TestDigitsAgreeWithStrconv: writing and reading digits, eight at a time.
func TestDigitsAgreeWithStrconv(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 14).Draw(t, "width")
		v := uint64(rapid.Int64Range(0, powersOfTen[width]-1).Draw(t, "value"))
		got := make([]byte, width)
		putDigits(got, v)
		if want := fmt.Sprintf("%0*d", width, v); string(got) != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		if back, ok := parseDigits(got); !ok || back != v {
			t.Fatalf("%q is read as %d, %v", got, back, ok)
		}
		at := rapid.IntRange(0, width-1).Draw(t, "at")
		got[at] = rapid.Byte().Draw(t, "byte")
		back, ok := parseDigits(got)
		want, err := strconv.ParseUint(string(got), 10, 64)
		if ok != (err == nil) || ok && back != want {
			t.Fatalf("%q is read as %d, %v; strconv says %d, %v", got, back, ok, want, err)
		}
	})
}

func TestPackedRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 8).Draw(t, "bytes")
		v := uint64(rapid.Int64Range(0, powersOfTen[min(2*width-1, 14)]-1).Draw(t, "value"))
		field := make([]byte, width)
		putPacked(field, v)
		if back, ok, usual := parsePacked(field); back != v || !ok || !usual {
			t.Fatalf("%x is read as %d, %v, %v, want %d", field, back, ok, usual, v)
		}
	})
	for text, want := range map[string][2]bool{
		"\x12\x3c": {true, true}, "\x12\x3f": {true, false}, "\x12\x3a": {true, false}, "\x12\x3e": {true, false},
		"\x12\x3d": {false, false}, "\x12\x3b": {false, false}, "\x12\x30": {false, false}, "\xa2\x3c": {false, false}, "\x1a\x3c": {false, false}, "\x12\xac": {false, false},
	} {
		if _, ok, usual := parsePacked([]byte(text)); [2]bool{ok, usual} != want {
			t.Errorf("%x: %v, %v, want %v", text, ok, usual, want)
		}
	}
}

// TestTextScansAgreeWithBytes: the eight-bytes-at-a-time scans say what a loop
// over the bytes says.
func TestTextScansAgreeWithBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.OneOf(rapid.Just(byte(' ')), rapid.ByteRange('A', 'Z'), rapid.Byte()), 0, 70).Draw(t, "text")
		length, clean := len(text), true
		for length > 0 && text[length-1] == ' ' {
			length--
		}
		for _, c := range text {
			clean = clean && c >= ' ' && c < 0x60
		}
		if trimmedLen(text) != length || upperOnly(text) != clean {
			t.Fatalf("%q: length %d, clean %v; want %d, %v", text, trimmedLen(text), upperOnly(text), length, clean)
		}
	})
}

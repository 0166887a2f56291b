package intake

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/rules"
)

// Dates are those that rules.ParseDate takes, no more and no fewer.
func TestDates(t *testing.T) {
	t.Parallel()
	for year := 1898; year <= 2102; year++ {
		for month := 0; month <= 13; month++ {
			for day := 0; day <= 32; day++ {
				text := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
				_, err := rules.ParseDate(text)
				if got := isDate([]byte(text)); got != (err == nil) {
					t.Fatalf("%s: date %t, rules.ParseDate says %v", text, got, err)
				}
			}
		}
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2026-02-28", "2024-02-29", "1900-02-29", "2026-2-03", "２026-01-01", "2026-01-01T", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := rules.ParseDate(text)
		if got := isDate([]byte(text)); got != (err == nil) {
			t.Errorf("%q: date %t, rules.ParseDate says %v", text, got, err)
		}
	})
}

// Every time that is taken is one to time.Parse, too.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"2026-01-05T12:00:00Z", "2026-01-05T12:00:00.123456789-08:00", "2026-01-05T24:00:00Z", "2026-01-05T12:00:60Z", "2026-01-05t12:00:00z", "2026-01-05T12:00:00,5Z", "2026-01-05T12:00:00.Z", "2026-01-05T12:00:00+16:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, reason := parseTime(nil, []byte(text)); reason != "" {
			return
		}
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			t.Errorf("%q is taken, but %v", text, err)
		}
	})
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"2026-01-05T12:00:00Z": true, "2026-01-05T23:59:59.999999+15:59": true, "2026-01-05T00:00:00-00:00": true,
		"2026-01-05T12:00:00.123456789Z": true, "2026-01-05T12:00:00.1234567890Z": false, "2026-01-05T12:00:00.Z": false,
		"2026-01-05T12:00:00": false, "2026-01-05 12:00:00Z": false, "2026-01-05T12:00:00z": false, "2026-01-05T24:00:00Z": false,
		"2026-01-05T12:60:00Z": false, "2026-01-05T12:00:60Z": false, "2026-01-05T12:00:00+16:00": false, "2026-01-05T12:00:00+1:00": false,
		"2026-01-05T12:00:00+01:60": false, "2026-01-05T12:00:00+0100": false, "2026-01-05T12:00:00ZZ": false, "2026-02-29T12:00:00Z": false,
		"2026-01-05T12-00-00Z": false, "2026-01-05T1:00:00.0Z": false,
	} {
		if _, reason := parseTime(nil, []byte(text)); (reason == "") != want {
			t.Errorf("%s: %q, want taken %t", text, reason, want)
		}
	}
}

func TestClasses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": classEmpty, "abc": classText, "12": classNumber, "-12.50": classNumber, "+1": classNumber, "1.2.3": classText, "-": classText,
		"2026-01-05": classDate, "2026-13-05": classText, "2026-01-05T12:00:00Z": classTime, "１２": classText,
	} {
		if got := classOf([]byte(text)); got != want {
			t.Errorf("%q: class %q, want %q", text, got, want)
		}
	}
}

func TestFlaws(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "abc": "", strings.Repeat("é", 10): "", strings.Repeat("é", 11): classTooLong, "12345678901": classTooLong, "a\x7f": classControl,
		"a\u0085": classControl, "a\xff": classNotUTF8, "\x01\xff": classControl, "a\u2028b": "", "\xed\xa0\x80": classNotUTF8,
	} {
		if got, _ := flaw([]byte(text), 10); got != want {
			t.Errorf("%q: flaw %q, want %q", text, got, want)
		}
	}
}

// Every column of every file has a kind and a place, and the staged names are the database's.
func TestTables(t *testing.T) {
	t.Parallel()
	for _, table := range tables {
		for i, place := range table.keyPlaces {
			if place < 0 {
				t.Errorf("%s: key %s is no column", table.file, table.key[i])
			}
		}
		for _, ref := range table.refs {
			if name := table.fileColumn(ref.column); table.index(name) < 0 {
				t.Errorf("%s: reference %s is no column", table.file, ref.column)
			}
		}
		names := make(map[string]bool)
		read := len(table.columns) - len(table.sealed) // the hashes of sealed columns are computed
		for i, c := range table.columns {
			if i < read && c.kind.parse == nil || c.kind.sql == "" || i < read && c.kind.limit == 0 {
				t.Errorf("%s: column %s has no kind", table.file, c.name)
			}
			if names[c.name] {
				t.Errorf("%s: column %s stands twice", table.file, c.name)
			}
			names[c.name] = true
		}
	}
}

package bureau

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// TestEncoder holds what becomes of a loan's consumers, and which loans are quarantined, with a reason and no value.
func TestEncoder(t *testing.T) {
	file, terms, said, consumers := tradeline()
	beside := func(change func(*book.Consumer)) []book.Consumer {
		second := consumers[0]
		second.Position, second.ECOACode, second.SSN = 2, "2", "666100002"
		change(&second)
		return []book.Consumer{consumers[0], second}
	}
	alone := func(change func(*book.Consumer)) []book.Consumer {
		one := consumers[0]
		change(&one)
		return []book.Consumer{one}
	}
	for name, c := range map[string]struct {
		consumers []book.Consumer
		j1, j2    int
		fault     string // of the loan
	}{
		"alone":                {consumers, 0, 0, ""},
		"at the same address":  {beside(func(*book.Consumer) {}), 1, 0, ""},
		"in other spelling":    {beside(func(c *book.Consumer) { c.Address1 = "1 elm  st" }), 1, 0, ""},
		"at another address":   {beside(func(c *book.Consumer) { c.Address2 = "APT 5" }), 0, 1, ""},
		"a business":           {beside(func(c *book.Consumer) { c.ECOACode, c.Surname, c.IsBusiness = "W", "SAMPLE 24 LLC", true }), 0, 1, ""},
		"nobody":               {nil, 0, 0, rules.CodeNoConsumer},
		"nobody at the base":   {alone(func(c *book.Consumer) { c.Position = 2 }), 0, 0, rules.CodeNoConsumer},
		"a name that is long":  {alone(func(c *book.Consumer) { c.Surname = strings.Repeat("SECRET", 5) }), 0, 0, rules.CodeBadRecord},
		"no name":              {alone(func(c *book.Consumer) { c.Surname = "" }), 0, 0, rules.CodeBadRecord},
		"neither SSN nor date": {alone(func(c *book.Consumer) { c.SSN, c.DateOfBirth = "", 0 }), 0, 0, rules.CodeBadRecord},
	} {
		t.Run(name, func(t *testing.T) {
			dst := []byte("before")
			said := *said
			out, err := dst, place(&said, c.consumers)
			if err == nil {
				out, err = NewEncoder(file).Append(dst, terms, &said, c.consumers)
			}
			if c.fault != "" {
				var undecidable *rules.Undecidable
				if !errors.As(err, &undecidable) || undecidable.Code != c.fault || strings.Contains(undecidable.Detail, "SECRET") {
					t.Errorf("err %v, want %s without a value", err, c.fault)
				}
				if string(out) != "before" {
					t.Errorf("%d bytes, want those that were there", len(out))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got metro2.Record
			if problems := metro2.DecodeRecord(out[len(dst):], metro2.Character, &got, nil); len(problems) > 0 {
				t.Fatal(problems)
			}
			if len(got.J1) != c.j1 || len(got.J2) != c.j2 || got.Base.AccountNumber != terms.AccountNumber {
				t.Errorf("%d J1 and %d J2, want %d and %d", len(got.J1), len(got.J2), c.j1, c.j2)
			}
		})
	}
}

// TestEncoderForgets holds that a record has nothing of the one before it: one encoder makes the same bytes as many.
func TestEncoderForgets(t *testing.T) {
	file, terms, said, consumers := tradeline()
	text := rapid.SampledFrom([]string{"", "A", "LEE", "O'Neil", "12"})
	encoder := NewEncoder(file)
	rapid.Check(t, func(t *rapid.T) {
		said := *said
		terms := terms
		terms.InterestType = rapid.SampledFrom([]string{"", "F", "V"}).Draw(t, "interest")
		said.SpecialComment = rapid.SampledFrom([]string{"", "M"}).Draw(t, "comment")
		said.DateClosed = rapid.SampledFrom([]rules.Date{0, said.AsOf}).Draw(t, "closed")
		said.CurrentBalance = rapid.Int64Range(0, 2_000_000_000).Draw(t, "balance")
		people := slices.Clone(consumers)
		for n := range rapid.IntRange(0, 3).Draw(t, "associated") {
			c := consumers[0]
			c.Position, c.ECOACode = n+2, rapid.SampledFrom([]string{"2", "W", "", "Q"}).Draw(t, "ecoa")
			c.FirstName, c.MiddleName, c.Address2 = text.Draw(t, "first"), text.Draw(t, "middle"), text.Draw(t, "address")
			people = append(people, c)
		}
		if err := place(&said, people); err != nil {
			t.Fatal(err)
		}
		got, gotErr := encoder.Append(nil, terms, &said, people)
		want, wantErr := NewEncoder(file).Append(nil, terms, &said, people)
		if !bytes.Equal(got, want) || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
			t.Errorf("%d bytes, %v; by an encoder of its own %d bytes, %v", len(got), gotErr, len(want), wantErr)
		}
	})
}

// TestEncoderAllocates holds what a night rests on: one string for the record that is read back.
func TestEncoderAllocates(t *testing.T) {
	file, terms, said, consumers := tradeline()
	encoder, dst := NewEncoder(file), make([]byte, 0, 1024)
	got := testing.AllocsPerRun(100, func() {
		if _, err := encoder.Append(dst, terms, said, consumers); err != nil {
			t.Fatal(err)
		}
	})
	if got > 1 {
		t.Errorf("%v allocations a record, want 1", got)
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]metro2.Number{
		"": 0, "0": 0, "666-10-0001": 666100001, "(217) 555-0100": 2175550100, "none": 0, "١٢": 0,
		"9223372036854775807": 9223372036854775807, "9223372036854775808": 0, "99999999999999999999": 0,
	} {
		if got := number(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

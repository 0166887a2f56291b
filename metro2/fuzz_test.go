package metro2

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"testing"
)

// Seeds are the examples, and beside them testdata/fuzz: one file for each way
// in which records are broken in practice.

func TestFuzzCorpusIsThere(t *testing.T) {
	for _, target := range []string{"FuzzReader", "FuzzDecodeBase", "FuzzRoundTrip"} {
		files, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, "*"))
		if err != nil || len(files) < 3 {
			t.Errorf("%s: %d seeds, error %v; want at least 3", target, len(files), err)
		}
	}
}

func seedLines(f *testing.F) [][]byte {
	var out [][]byte
	for _, e := range readExamples(f) {
		line := []byte(e.Line)
		if e.Kind == "packed" {
			line, _ = hex.DecodeString(e.Hex)
		}
		out = append(out, line)
	}
	return out
}

// FuzzReader: no input makes the reader panic, read for ever or hold much
// memory, and a record without problems encodes to its own bytes.
func FuzzReader(f *testing.F) {
	for _, line := range seedLines(f) {
		f.Add(line)
		f.Add(append(bytes.Clone(line), "\r\n"...))
	}
	f.Add(bytes.Join(seedLines(f), []byte("\n")))
	f.Add(cleanFile(f, Options{}))
	f.Add(cleanFile(f, Options{LineEnd: NoLineEnd}))
	f.Add(cleanFile(f, packedOptions))
	f.Add(toEBCDIC(cleanFile(f, Options{LineEnd: NoLineEnd})))
	f.Fuzz(func(t *testing.T, file []byte) {
		r := NewReader(bytes.NewReader(file))
		v := NewValidator(CheckEnv{})
		for n := 0; ; n++ {
			item, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if n > len(file) {
				t.Fatal("more records than bytes")
			}
			checkItem(t, r, item)
			v.Check(item, nil)
		}
		v.Finish(nil)
	})
}

func checkItem(t *testing.T, r *Reader, item *Item) {
	t.Helper()
	if (item.Kind == KindHeader) != (item.Header != nil) || (item.Kind == KindData) != (item.Record != nil) || (item.Kind == KindTrailer) != (item.Trailer != nil) {
		t.Fatalf("item %+v is not of its kind", item)
	}
	dump(t, item)
	if len(item.Problems) > 0 || item.Kind == KindUnknown {
		if len(item.Problems) == 0 {
			t.Fatal("unknown record without a problem")
		}
		return
	}
	if got := encodeItem(t, item, r.Form()); !r.EBCDIC() && !bytes.Equal(got, item.Raw) {
		t.Fatalf("no problems, but encoding again gives other bytes\ngot  %q\nwant %q", got, item.Raw)
	}
}

// FuzzDecodeBase: any bytes at all in the place of a base segment, both forms.
func FuzzDecodeBase(f *testing.F) {
	for _, line := range seedLines(f) {
		f.Add(line, false)
		f.Add(line, true)
	}
	f.Fuzz(func(t *testing.T, record []byte, packed bool) {
		form := Character
		if packed {
			form = Packed
		}
		var rec Record
		problems := DecodeRecord(record, form, &rec, nil)
		for _, p := range problems {
			if p.Rule == "" || p.Severity == 0 || p.Message == "" || p.Segment == "" || p.Position < 1 {
				t.Fatalf("incomplete problem %+v", p)
			}
		}
		CheckRecord(&rec, CheckEnv{Created: 20261102, Decoded: true}, nil)
		if len(problems) > 0 {
			return
		}
		got, err := AppendRecord(nil, &rec, form)
		if err != nil || !bytes.Equal(got, record) {
			t.Fatalf("no problems, but encoding again gives %v\ngot  %q\nwant %q", err, got, record)
		}
	})
}

// FuzzRoundTrip: whatever values are given, they are either refused or come back
// as they were.
func FuzzRoundTrip(f *testing.F) {
	f.Add("ACCT0000000001", "SAMPLE", int64(15210), int32(20261031), int64(20261031235900), int64(666001001), "J")
	f.Fuzz(func(t *testing.T, account, name string, amount int64, date int32, stamp, number int64, segment string) {
		rec := cleanRecord()
		b := &rec.Base
		b.AccountNumber, b.Surname, b.CurrentBalance = account, name, Dollars(amount)
		b.DateClosed, b.Timestamp, b.SSN, b.Phone = Date(date), Timestamp(stamp), Number(number), Number(number)
		for i := range segment {
			switch segment[i] {
			case 'J':
				rec.J1 = append(rec.J1, J1{Surname: name, SSN: Number(number), DateOfBirth: Date(date)})
			case 'K':
				rec.K4 = &K4{PaymentInd: Number(number), DeferredStart: Date(date), BalloonAmount: Dollars(amount)}
			case 'L':
				rec.L1 = &L1{NewAccountNumber: account}
			}
		}
		for _, form := range []Form{Character, Packed} {
			encoded, err := AppendRecord(nil, rec, form)
			var field *FieldError
			if errors.As(err, &field) {
				continue
			}
			if err != nil {
				t.Fatalf("error %v is not about a field", err)
			}
			var got Record
			problems := DecodeRecord(encoded, form, &got, nil)
			if len(problems) > 0 {
				t.Fatalf("problems %v", problems)
			}
			b.AccountNumber, b.Surname = trimRight(account), trimRight(name)
			again, err := AppendRecord(nil, &got, form)
			if err != nil || !bytes.Equal(encoded, again) {
				t.Fatalf("second encoding differs, error %v", err)
			}
			if got.Base.AccountNumber != b.AccountNumber || got.Base.CurrentBalance != b.CurrentBalance || got.Base.DateClosed != b.DateClosed || got.Base.SSN != b.SSN {
				t.Fatal("values do not come back")
			}
		}
	})
}

func trimRight(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

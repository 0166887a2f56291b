package metro2

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Seeds are the examples, and beside them testdata/fuzz: one file for each way
// in which records are broken in practice.

func TestFuzzCorpusIsThere(t *testing.T) {
	for target, forms := range map[string]string{
		"FuzzReader":     "*lines* *fixed* *blocks* packed* form_packed* form_ebcdic* form_packed_ebcdic huge_rdw garbage",
		"FuzzDecodeBase": "packed* with_j1 short",
		"FuzzRoundTrip":  "character_fixed* character_full_blocks packed packed_fixed packed_full_blocks packed_no_blocks ebcdic_* limits",
	} {
		for _, form := range strings.Fields(forms) {
			files, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, form))
			if err != nil || len(files) == 0 {
				t.Errorf("%s: no seed %s, error %v", target, form, err)
			}
			for _, name := range files {
				if seed, err := os.ReadFile(name); err != nil || !strings.HasPrefix(string(seed), "go test fuzz v1\n") {
					t.Errorf("%s: no seed, error %v", name, err)
				}
			}
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

// FuzzReader: no input makes the reader panic, read for ever, hold much memory or
// pass a byte over, and a record without problems encodes to its own bytes. Its
// seeds are files of every form.
func FuzzReader(f *testing.F) {
	for _, line := range seedLines(f) {
		f.Add(line)
		f.Add(append(bytes.Clone(line), "\r\n"...))
	}
	f.Add(bytes.Join(seedLines(f), []byte("\n")))
	for _, o := range everyOptions() {
		file := formFile(f, o, []*Record{cleanRecord(), recordOfAll()})
		f.Add(file)
		switch {
		case o.Form == Character:
			f.Add(toEBCDIC(file))
		case o.Blocks == UsualBlocks:
			f.Add(packedToEBCDIC(f, file))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r := NewReader(bytes.NewReader(file))
		v := NewValidator(CheckEnv{})
		end := int64(0)
		for n := 0; ; n++ {
			item, err := r.Next()
			if errors.Is(err, io.EOF) {
				checkBetween(t, r, file[end:])
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if n > len(file) {
				t.Fatal("more records than bytes")
			}
			if item.Offset < end || len(item.Raw) > bufferSize || !bytes.HasPrefix(file[item.Offset:], item.Raw) {
				t.Fatalf("%d bytes at %d, the record before ends at %d", len(item.Raw), item.Offset, end)
			}
			checkBetween(t, r, file[end:item.Offset])
			end = item.Offset + int64(len(item.Raw))
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
	if got := encodeItem(t, item, r.Form()); !bytes.Equal(got, r.bytes()) {
		t.Fatalf("no problems, but encoding again gives other bytes\ngot  %q\nwant %q", got, r.bytes())
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
// as they were, from a record of either form and from a file of every form:
// shape is a number of everyOptions, with the highest bit for EBCDIC.
func FuzzRoundTrip(f *testing.F) {
	for shape := range everyOptions() {
		for _, ebcdic := range []byte{0, inEBCDIC} {
			f.Add("ACCT0000000001", "O'Neil", int64(15210), int32(20261031), int64(20261031235900), int64(666001001), "JKL", byte(shape)|ebcdic)
		}
	}
	f.Fuzz(func(t *testing.T, account, name string, amount int64, date int32, stamp, number int64, segment string, shape byte) {
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
		fuzzFile(t, rec, shape)
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

const inEBCDIC = 0x80

// fuzzFile writes a file of two equal records and reads them back.
func fuzzFile(t *testing.T, rec *Record, shape byte) {
	options := everyOptions()
	o := options[int(shape&^inEBCDIC)%len(options)]
	var out bytes.Buffer
	w := NewWriter(&out, testHeader(), o)
	err := errors.Join(w.Write(rec), w.Write(rec), w.Close())
	var field *FieldError
	if errors.As(err, &field) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	file := out.Bytes()
	if shape&inEBCDIC != 0 && o.Form == Character {
		file = toEBCDIC(file)
	}
	written, _ := canonicalRecord(rec)
	want, err := AppendRecord(nil, written, o.Form) // a packed record holds a segment more
	if err != nil {
		t.Fatal(err)
	}
	kinds := ""
	r := NewReader(bytes.NewReader(file))
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		kinds += item.Kind.String() + " "
		for _, p := range item.Problems {
			if !o.Fixed || !ofFixedLength[p.Message] {
				t.Fatalf("%+v: %v", o, p)
			}
		}
		if item.Kind != KindData {
			continue
		}
		if got, err := AppendRecord(nil, item.Record, o.Form); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%+v: another record, error %v\ngot  %q\nwant %q", o, err, got, want)
		}
	}
	if kinds != "header data data trailer " {
		t.Fatalf("%+v: records %s", o, kinds)
	}
}

func trimRight(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

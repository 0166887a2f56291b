package metro2

import (
	"bytes"
	"fmt"
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

// countedRecord draws a record in which everything that a trailer counts varies.
func countedRecord(t *rapid.T) *Record {
	ssn := rapid.SampledFrom([]Number{0, 666001002, nineFilled})
	born := rapid.SampledFrom([]Date{0, 19820315})
	phone := rapid.SampledFrom([]Number{0, 2175550102})
	ecoa := rapid.SampledFrom([]string{"", "1", "Z"})
	segments := segmentRecord()
	rec := fullRecord()
	b := &rec.Base
	b.AccountStatus = rapid.SampledFrom(append([]string{"", "99"}, valuesOf(&AccountStatuses)...)).Draw(t, "status")
	b.SSN, b.DateOfBirth, b.Phone, b.ECOACode = ssn.Draw(t, "ssn"), born.Draw(t, "born"), phone.Draw(t, "phone"), ecoa.Draw(t, "ecoa")
	for range rapid.IntRange(0, 3).Draw(t, "j1") {
		rec.J1 = append(rec.J1, J1{Surname: "A", SSN: ssn.Draw(t, "ssn"), DateOfBirth: born.Draw(t, "born"), Phone: phone.Draw(t, "phone"), ECOACode: ecoa.Draw(t, "ecoa")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "j2") {
		rec.J2 = append(rec.J2, J2{Surname: "A", SSN: ssn.Draw(t, "ssn"), DateOfBirth: born.Draw(t, "born"), Phone: phone.Draw(t, "phone"), ECOACode: ecoa.Draw(t, "ecoa")})
	}
	held := rapid.Uint8Range(0, 63).Draw(t, "segments")
	for i, set := range []func(){
		func() { rec.K1 = segments.K1 }, func() { rec.K2 = segments.K2 }, func() { rec.K3 = segments.K3 },
		func() { rec.K4 = segments.K4 }, func() { rec.L1 = segments.L1 }, func() { rec.N1 = segments.N1 },
	} {
		if held&(1<<i) != 0 {
			set()
		}
	}
	return rec
}

func valuesOf(t *CodeTable) (values []string) {
	for _, c := range t.Codes {
		values = append(values, c.Value)
	}
	return values
}

// TestWriteEncoded holds that records give the same file whether they are encoded before or by the writer: framed and
// counted alike.
func TestWriteEncoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options := Options{
			Form:    rapid.SampledFrom([]Form{Character, Packed}).Draw(t, "form"),
			LineEnd: rapid.SampledFrom([]string{"", "\n", NoLineEnd}).Draw(t, "line end"),
			Blocks:  rapid.SampledFrom([]Blocks{UsualBlocks, RecordBlocks, FullBlocks}).Draw(t, "blocks"),
		}
		var want, got bytes.Buffer
		byRecord, byBytes := NewWriter(&want, testHeader(), options), NewWriter(&got, testHeader(), options)
		for range rapid.IntRange(0, 5).Draw(t, "records") {
			rec := countedRecord(t)
			if err := byRecord.Write(rec); err != nil {
				t.Fatal(err)
			}
			encoded, err := AppendRecord(nil, rec, options.Form)
			if err != nil {
				t.Fatal(err)
			}
			if err := byBytes.WriteEncoded(encoded); err != nil {
				t.Fatal(err)
			}
		}
		if byRecord.Totals() != byBytes.Totals() {
			t.Errorf("totals %+v, want %+v", byBytes.Totals(), byRecord.Totals())
		}
		if err := byRecord.Close(); err != nil {
			t.Fatal(err)
		}
		if err := byBytes.Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%d bytes, want %d, which differ", got.Len(), want.Len())
		}
	})
}

func TestWriteEncodedRefuses(t *testing.T) {
	good, err := AppendRecord(nil, segmentRecord(), Character)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(at int, text string) []byte {
		out := bytes.Clone(good)
		copy(out[at:], text)
		return out
	}
	packed, err := AppendRecord(nil, segmentRecord(), Packed)
	if err != nil {
		t.Fatal(err)
	}
	once, err := AppendRecord(nil, &Record{K1: &K1{CreditorName: "SAMPLE CLINIC"}}, Character)
	if err != nil {
		t.Fatal(err)
	}
	twice := append(once, once[426:]...)
	copy(twice, fmt.Sprintf("%04d", len(twice)))
	for name, record := range map[string][]byte{
		"nothing": nil, "cut": good[:len(good)-1], "a byte more": append(bytes.Clone(good), ' '), "packed": packed,
		"an SSN that is no number": changed(297, "X"), "a segment of no kind": changed(426, "Q9"),
		"a segment twice": twice, "an unused segment": changed(426, "J1"+strings.Repeat(" ", 98)),
	} {
		var file bytes.Buffer
		w := NewWriter(&file, testHeader(), Options{})
		before := w.Offset()
		if err := w.WriteEncoded(record); err == nil || w.Offset() != before || w.Totals() != (Totals{}) {
			t.Errorf("%s: err %v, %d bytes, totals %+v; want an error and nothing", name, err, w.Offset()-before, w.Totals())
		}
		if err := w.WriteEncoded(good); err == nil {
			t.Errorf("%s: the error did not stick", name)
		}
	}
	if err := NewWriter(&bytes.Buffer{}, testHeader(), Options{Fixed: true}).WriteEncoded(good[:426]); err == nil {
		t.Error("a file of fixed-length records took an encoded one")
	}
}

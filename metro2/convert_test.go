package metro2

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawFile writes a file of random records.
func drawFile(t *rapid.T, options Options) []byte {
	var file bytes.Buffer
	w := NewWriter(&file, drawSegment(t, headerLayout), options)
	batch := w.NewBatch()
	for range rapid.IntRange(0, 3).Draw(t, "records") {
		if err := batch.Append(drawRecord(t)); err != nil {
			var unused *FieldError
			if !errors.As(err, &unused) || unused.Reason != reasonUnused {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.WriteBatch(batch), w.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func converted(t testing.TB, file []byte, options ConvertOptions) []byte {
	t.Helper()
	out, err := tryConvert(file, options)
	if err != nil {
		t.Fatalf("convert to %+v: %v", options, err)
	}
	return out
}

func tryConvert(file []byte, options ConvertOptions) ([]byte, error) {
	var out bytes.Buffer
	_, err := Convert(bytes.NewReader(file), &out, options)
	return out.Bytes(), err
}

// TestConvertThereAndBack: whatever form a file goes through, it comes back as
// it was.
func TestConvertThereAndBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lineEnd := rapid.SampledFrom([]string{"\r\n", "\n", NoLineEnd}).Draw(rt, "line end")
		file := drawFile(rt, Options{LineEnd: lineEnd})
		packed, err := tryConvert(file, ConvertOptions{To: ToPacked})
		if err != nil {
			rt.Fatal(err)
		}
		back := ConvertOptions{LineEnd: lineEnd}
		for _, way := range [][]ConvertOptions{
			{back},
			{{To: ToPacked}, back},
			{{To: ToJSON}, back},
			{{To: ToPacked}, {To: ToJSON}, back},
			{{To: ToJSON}, {To: ToPacked}, {To: ToPacked}, {To: ToJSON}, {To: ToJSON}, back},
		} {
			got := file
			for _, options := range way {
				if got, err = tryConvert(got, options); err != nil {
					rt.Fatalf("%v: %v", way, err)
				}
				if options.To == ToPacked && !bytes.Equal(got, packed) {
					rt.Fatalf("%v: another packed file", way)
				}
			}
			if !bytes.Equal(got, file) {
				rt.Fatalf("%v (-file +back):\n%s", way, cmp.Diff(textLines(file), textLines(got)))
			}
		}
	})
}

func textLines(file []byte) []string { return strings.SplitAfter(string(file), "\n") }

// TestConvertExamples takes the records of the examples there and back, alone in
// a file that need not be whole, and also those that a validator refuses.
func TestConvertExamples(t *testing.T) {
	packed, plain := 0, 0
	for _, e := range readExamples(t) {
		t.Run(e.name(), func(t *testing.T) {
			if e.Kind == "packed" {
				packed++
				record, err := hex.DecodeString(e.Hex)
				if err != nil {
					t.Fatal(err)
				}
				var rec Record
				if problems := DecodeRecord(record, Packed, &rec, nil); len(problems) > 0 {
					t.Fatal(problems)
				}
				file := packedFile(t, &rec)
				line := converted(t, file, ConvertOptions{To: ToJSON})
				if got := converted(t, line, ConvertOptions{To: ToPacked}); !bytes.Equal(got, file) {
					t.Errorf("JSON and back: another file")
				}
				character := converted(t, file, ConvertOptions{})
				if got := converted(t, character, ConvertOptions{To: ToPacked}); !bytes.Equal(got, file) {
					t.Errorf("character and back: another file")
				}
				return
			}
			plain++
			file := []byte(e.Line + "\r\n")
			for _, way := range [][]ConvertOptions{{{}}, {{To: ToJSON}, {}}, {{To: ToJSON}, {To: ToJSON}, {}}} {
				got := file
				for _, options := range way {
					got = converted(t, got, options)
				}
				if !bytes.Equal(got, file) {
					t.Errorf("%v: (-file +back):\n%s", way, cmp.Diff(string(file), string(got)))
				}
			}
		})
	}
	if packed == 0 || plain < 30 {
		t.Fatalf("%d packed and %d other examples", packed, plain)
	}
}

func packedFile(t testing.TB, records ...*Record) []byte {
	t.Helper()
	var file bytes.Buffer
	w := NewWriter(&file, Header{ReporterName: "TEST LENDER INC"}, Options{Form: Packed})
	for _, rec := range records {
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// goodFile is a small file in character form with LF.
func goodFile(t testing.TB, records ...*Record) []byte {
	t.Helper()
	return converted(t, packedFile(t, records...), ConvertOptions{LineEnd: "\n"})
}

func plainRecord() *Record {
	return &Record{Base: Base{
		IdentificationNumber: "TESTLENDER01", AccountNumber: "ACCT0000000001", PortfolioType: "I", AccountType: "00",
		DateOpened: 20250315, HighestCredit: 21500, TermsDuration: "060", TermsFrequency: "M", ScheduledPayment: 389,
		AccountStatus: "11", PaymentHistory: "0000000000000000000BBBBB", CurrentBalance: 15210, DateAccountInfo: 20261031,
		Surname: "SAMPLEA", FirstName: "TERRY", SSN: 666001001, DateOfBirth: 19810215, Phone: 2175550101, ECOACode: "1",
		Address1: "100 TEST LANE", City: "SPRINGFIELD", State: "IL", PostalCode: "62701",
	}}
}

// TestConvertBroken: a record with problems goes into JSON and comes back byte
// for byte, stays as it is in its form, and goes into the other form only where
// that loses nothing but a filling, and only when asked.
func TestConvertBroken(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(line []byte) []byte // of the data record
		want   string                   // why it does not go into packed form
		mends  bool                     // with Normalize it does
	}{
		{"letter in an amount", put(155, "00001521O"), "record 2: base.current_balance: " + saysNotDigits, false},
		{"blank amount", put(164, "         "), "record 2: base.amount_past_due: " + saysBlankNumber, true},
		{"reserved area", put(215, "X"), "record 2: base.reserved: " + saysReserved, false},
		{"lower case", put(232, "Samplea"), "record 2: base.surname: " + saysLowerCase, false},
		{"no text", put(232, "SAMPL\xc9A"), "record 2: base.surname: " + saysNotASCII, false},
		{"text of two bytes", put(232, "SAMPL\xc3\x89A"), "record 2: base.surname: " + saysNotASCII, false},
		{"control character", put(232, "SAMPL\x01A"), "record 2: base.surname: " + saysNotASCII, false},
		{"quote and lower case", put(394, "Spring\"\\field"), "record 2: base.city: " + saysLowerCase, false},
		{"no date", put(76, "13322025"), "record 2: base.date_opened: " + saysNotADate, false},
		{"indented", put(232, " SAMPLEA"), "record 2: base.surname: " + saysIndented, true},
		{"wrong length", put(1, "0999"), "record 2: record: " + saysWrongRDW, false},
		{"no length", func(line []byte) []byte { return line[4:] }, "record 2: record: " + saysMissingRDW, true},
		{"stripped", func(line []byte) []byte { return bytes.TrimRight(line, " ") }, "record 2: record: " + saysStripped, true},
		{"cut", func(line []byte) []byte { return line[:200] }, "record 2: base.date_closed: " + saysNotDigits, false},
		{"unknown segment", longer("Q1 SOMETHING", "0438"), "record 2: record: " + saysUnknownID, false},
		{"unused segment", longer("K2"+strings.Repeat(" ", 32), "0460"), "record 2: record: " + saysPlaceholder, true},
		{"no record", func([]byte) []byte { return []byte("SOMETHING ELSE ALTOGETHER") }, "record 2: record: " + saysNoRecord, false},
		{"short", func([]byte) []byte { return []byte("ABC") }, "record 2: record: " + saysNoRecord, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			parts := textLines(goodFile(t, plainRecord()))
			parts[1] = string(c.change([]byte(strings.TrimSuffix(parts[1], "\n")))) + "\n"
			file := []byte(strings.Join(parts, ""))
			line := converted(t, file, ConvertOptions{To: ToJSON})
			if got := converted(t, line, ConvertOptions{LineEnd: "\n"}); !bytes.Equal(got, file) {
				t.Errorf("JSON and back (-file +back):\n%s", cmp.Diff(textLines(file), textLines(got)))
			}
			if got := converted(t, file, ConvertOptions{LineEnd: "\n"}); !bytes.Equal(got, file) {
				t.Errorf("into the same form:\n%s", cmp.Diff(textLines(file), textLines(got)))
			}
			for _, from := range [][]byte{file, line} {
				if _, err := tryConvert(from, ConvertOptions{To: ToPacked}); err == nil || err.Error() != "metro2: "+c.want {
					t.Errorf("packed: error %v, want %s", err, c.want)
				}
				packed, err := tryConvert(from, ConvertOptions{To: ToPacked, Normalize: true})
				if (err == nil) != c.mends {
					t.Errorf("packed and normalized: error %v", err)
				}
				if err == nil {
					converted(t, packed, ConvertOptions{LineEnd: "\n"})
				}
			}
		})
	}
}

// TestConvertPackedProblems: a packed record whose numbers have the other sign
// comes back from JSON with it.
func TestConvertPackedProblems(t *testing.T) {
	file := packedFile(t, plainRecord())
	sign := 366 + 4 + 4 + 133 // the last byte of the balance
	file[sign] |= 0x0f
	line := converted(t, file, ConvertOptions{To: ToJSON})
	if !bytes.Contains(line, []byte(`"form":"packed","raw_hex":"`)) {
		t.Errorf("no raw bytes in\n%s", line)
	}
	if got := converted(t, line, ConvertOptions{To: ToPacked}); !bytes.Equal(got, file) {
		t.Error("JSON and back: another file")
	}
	_, err := tryConvert(file, ConvertOptions{})
	var refused *ConvertError
	if !errors.As(err, &refused) || refused.Field != "current_balance" || refused.Reason != saysPackedSign || refused.Record != 2 {
		t.Errorf("error %v", err)
	}
	converted(t, file, ConvertOptions{Normalize: true})
}

// TestConvertRefused: what is no file, what cannot be found again, and JSON that
// is no record's, none of it told in the message.
func TestConvertRefused(t *testing.T) {
	good := goodFile(t, plainRecord())
	jsonLine := func(change func(string) string) []byte {
		parts := textLines(converted(t, good, ConvertOptions{To: ToJSON}))
		return []byte(change(parts[1]))
	}
	replace := func(old, text string) []byte {
		return jsonLine(func(line string) string {
			if !strings.Contains(line, old) {
				t.Fatalf("no %s in %s", old, line)
			}
			return strings.Replace(line, old, text, 1)
		})
	}
	for _, c := range []struct {
		name    string
		file    []byte
		options ConvertOptions
		want    string
	}{
		{"empty", nil, ConvertOptions{}, "metro2: file: " + reasonNoRecord},
		{"no header", []byte(textLines(good)[1]), ConvertOptions{To: ToPacked}, "record 1: file: " + reasonNoHeader},
		{"lost", append(append([]byte{}, packedFile(t, plainRecord())[:370]...), "\x01\x6e\x00\x00\x00\x01\x00\x00SECRET"...), ConvertOptions{To: ToPacked}, "record 2: record: " + reasonLength},
		{"without line ends", append([]byte("9"), good[1:]...), ConvertOptions{LineEnd: NoLineEnd}, "record 1: record: " + reasonLength},
		{"line end inside", converted(t, good, ConvertOptions{LineEnd: NoLineEnd}), ConvertOptions{}, ""},
		{"member unknown", replace(`"ssn"`, `"secret"`), ConvertOptions{}, "record 1: record: " + reasonUnknown},
		{"member twice", replace(`"ssn":`, `"surname":"SECRET","ssn":`), ConvertOptions{}, "record 1: base.surname: " + reasonTwice},
		{"text for a number", replace(`"current_balance":15210`, `"current_balance":"SECRET"`), ConvertOptions{}, "record 1: base.current_balance: " + reasonType},
		{"negative", replace(`"current_balance":15210`, `"current_balance":-1`), ConvertOptions{}, "record 1: base.current_balance: " + reasonType},
		{"number for a text", replace(`"SAMPLEA"`, `7`), ConvertOptions{}, "record 1: base.surname: " + reasonType},
		{"short date", replace(`"03152025"`, `"3152025"`), ConvertOptions{}, "record 1: base.date_opened: " + reasonType},
		{"too long", replace(`"SAMPLEA"`, `"SECRETSECRETSECRETSECRETSECRET"`), ConvertOptions{}, "record 1: base.surname: " + reasonTooLong},
		{"constant", replace(`"processing_ind":"1"`, `"processing_ind":"2"`), ConvertOptions{}, "record 1: base.processing_ind: " + reasonConstant},
		{"no JSON", replace(`"ssn"`, `"ssn`), ConvertOptions{}, "record 1: base: " + reasonJSON},
		{"cut", jsonLine(func(line string) string { return line[:len(line)-9] }), ConvertOptions{}, "record 1: base: " + reasonJSON},
		{"more behind", jsonLine(func(line string) string { return line[:len(line)-1] + "{}" }), ConvertOptions{}, "record 1: record: " + reasonJSON},
		{"deep", []byte(strings.Repeat(`{"k":`, 100000)), ConvertOptions{}, "record 1: record: " + reasonUnknown},
		{"no kind", []byte(`{"rdw":426}`), ConvertOptions{}, "record 1: record: " + reasonKind},
		{"masked", []byte(`{"rdw":0,"masked":true,"raw":"XXXX"}`), ConvertOptions{}, "record 1: record: " + reasonMasked},
		{"raw that differs", replace(`}`, `,"raw":"SECRET"}`), ConvertOptions{}, "record 1: record: " + reasonRaw},
		{"bad hex", replace(`}`, `,"raw_hex":"SECRET"}`), ConvertOptions{}, "record 1: record: " + reasonJSON},
		{"bad segment", replace(`}`, `,"k2":{"indicator":7}}`), ConvertOptions{}, "record 1: k2.indicator: " + reasonType},
		{"long line", append([]byte("{"), make([]byte, maxJSONLine+1)...), ConvertOptions{}, "record 1: record: " + reasonLongLine},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := tryConvert(c.file, c.options)
			switch {
			case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %s", err, c.want)
			case err != nil && strings.Contains(err.Error(), "SECRET"):
				t.Errorf("the error tells a value: %v", err)
			}
		})
	}
	if _, err := tryConvert(good, ConvertOptions{LineEnd: "\t"}); err == nil {
		t.Error("a tab was taken for a line end")
	}
}

// TestMaxFields holds the parser's array to the layouts.
func TestMaxFields(t *testing.T) {
	for _, l := range Layouts() {
		if len(l.Fields) > maxFields {
			t.Errorf("layout %s has %d fields", l.Name, len(l.Fields))
		}
	}
}

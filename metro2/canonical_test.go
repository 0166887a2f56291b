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

// writeOne writes a file of one record and reads that record back.
func writeOne(t testing.TB, rec *Record, options Options) (*Record, error) {
	t.Helper()
	var file bytes.Buffer
	w := NewWriter(&file, testHeader(), options)
	if err := w.Write(rec); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := NewReader(&file)
	for {
		item, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if item.Kind == KindData {
			return item.Record.Clone(), nil
		}
	}
}

// TestWriterFoldsTexts by the words of FORMAT.md 1.5, in each segment.
func TestWriterFoldsTexts(t *testing.T) {
	for given, want := range map[string]string{
		"Sample":              "SAMPLE",
		"o'neil":              "ONEIL",
		"O’NEIL":              "ONEIL",
		"O`NEIL":              "ONEIL",
		"Peña":                "PENA",
		"MÜLLER":              "MULLER",
		"Mu\u0308ller":        "MULLER",
		"Weiß":                "WEISS",
		"Ægir Øst":            "AEGIR OST",
		"ﬁeld":                "FIELD",
		"van Dyke":            "VAN DYKE",
		"van\u00a0dyke":       "VAN DYKE",
		"Smith–Jones":         "SMITH-JONES",
		"ISIK ıi":             "ISIK II",
		"SMITH & SON #2, INC": "SMITH & SON #2, INC", // not for the writer to judge
		"'":                   "",
	} {
		rec := cleanRecord()
		rec.Base.Surname, rec.Base.Address1 = given, given
		rec.J1 = []J1{{Surname: given, SSN: 666001009}}
		rec.J2 = []J2{{FirstName: given, SSN: 666001009}}
		rec.K1 = &K1{CreditorName: given, CreditorClass: 1}
		rec.K2 = &K2{Name: given, Indicator: 1}
		rec.N1 = &N1{EmployerName: given, Occupation: "CLERK"}
		before := rec.Clone()
		for _, form := range []Form{Character, Packed} {
			got, err := writeOne(t, rec, Options{Form: form})
			if err != nil {
				t.Errorf("%q: %v", given, err)
				continue
			}
			for _, text := range []string{
				got.Base.Surname, got.Base.Address1, got.J1[0].Surname, got.J2[0].FirstName,
				got.K1.CreditorName, got.K2.Name, got.N1.EmployerName,
			} {
				if text != want {
					t.Errorf("%q was written as %q, want %q", given, text, want)
				}
			}
		}
		if diff := cmp.Diff(before, rec); diff != "" {
			t.Errorf("%q: the caller's record changed:\n%s", given, diff)
		}
	}
}

// TestWriterFoldsCodes: a code is written in upper case and else as it stands,
// and counted as written.
func TestWriterFoldsCodes(t *testing.T) {
	rec := cleanRecord()
	rec.Base.AccountNumber, rec.Base.AccountStatus, rec.Base.ECOACode, rec.Base.PaymentHistory = "acct'1`", "da", "z", strings.Repeat("b", 24)
	var file bytes.Buffer
	w := NewWriter(&file, Header{ReporterName: "Señor Lender's"}, Options{})
	if err := w.Write(rec); err != nil {
		t.Fatal(err)
	}
	if got := w.Totals(); got.StatusDA != 1 || got.TotalECOAZ != 1 {
		t.Errorf("totals %+v", got.Trailer)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	all := lines(file.Bytes())
	if got := string(all[0][79:119]); strings.TrimSpace(got) != "SENOR LENDERS" {
		t.Errorf("reporter name %q", got)
	}
	if got := string(all[1][42:72]); strings.TrimSpace(got) != "ACCT'1`" {
		t.Errorf("account number %q", got)
	}
	if got := string(all[1][126:150]); got != strings.Repeat("B", 24) {
		t.Errorf("history %q", got)
	}
}

// TestWriterCapsAmounts by FORMAT.md 3.4: 1,000,000,000 and up are 999999999.
func TestWriterCapsAmounts(t *testing.T) {
	for given, want := range map[Dollars]Dollars{
		999_999_998: 999_999_998, 999_999_999: 999_999_999, 1_000_000_000: 999_999_999, 12_345_678_901: 999_999_999,
	} {
		rec := cleanRecord()
		rec.Base.CurrentBalance, rec.Base.HighestCredit = given, given
		rec.K4 = &K4{PaymentInd: 1, BalloonDate: 20270601, BalloonAmount: given}
		for _, form := range []Form{Character, Packed} {
			got, err := writeOne(t, rec, Options{Form: form})
			if err != nil || got.Base.CurrentBalance != want || got.Base.HighestCredit != want || got.K4.BalloonAmount != want {
				t.Errorf("%d: written as %+v, error %v; want %d", given, got, err, want)
			}
		}
	}
}

// TestWriterRefusesWhatCannotBeWritten: never cut, never changed.
func TestWriterRefusesWhatCannotBeWritten(t *testing.T) {
	for name, c := range map[string]struct {
		change        func(*Record)
		field, reason string
	}{
		"negative amount":        {func(r *Record) { r.Base.CurrentBalance = -5 }, "current_balance", reasonNegative},
		"negative balloon":       {func(r *Record) { r.K4 = &K4{BalloonAmount: -1, PaymentInd: 1} }, "balloon_amount", reasonNegative},
		"line feed":              {func(r *Record) { r.Base.Surname = "SAM\nPLE" }, "surname", reasonControl},
		"tab, folded else":       {func(r *Record) { r.Base.Surname = "o'ne\til" }, "surname", reasonControl},
		"NUL":                    {func(r *Record) { r.Base.City = "SPRING\x00" }, "city", reasonControl},
		"delete character":       {func(r *Record) { r.Base.City = "SPRING\x7f" }, "city", reasonNonASCII},
		"another script":         {func(r *Record) { r.Base.Surname = "Петров" }, "surname", reasonNonASCII},
		"not UTF-8":              {func(r *Record) { r.Base.Surname = "SAMPL\xc9" }, "surname", reasonNonASCII},
		"letter in account":      {func(r *Record) { r.Base.AccountNumber = "ACCTÑ1" }, "account_number", reasonNonASCII},
		"dotless i in account":   {func(r *Record) { r.Base.AccountNumber = "ACCTı1" }, "account_number", reasonNonASCII},
		"too long":               {func(r *Record) { r.Base.City = strings.Repeat("X", 21) }, "city", reasonTooLong},
		"too long in upper case": {func(r *Record) { r.Base.City = strings.Repeat("ß", 11) }, "city", reasonTooLong},
		"long history":           {func(r *Record) { r.Base.PaymentHistory = strings.Repeat("0", 25) }, "payment_history", reasonTooLong},
		"SSN of ten digits":      {func(r *Record) { r.Base.SSN = 6_660_010_011 }, "ssn", reasonTooLarge},
		"no date":                {func(r *Record) { r.Base.DateOpened = 20260231 }, "date_opened", reasonDate},
		"indented":               {func(r *Record) { r.Base.Surname = " SAMPLE" }, "surname", reasonBlank},
	} {
		rec := cleanRecord()
		c.change(rec)
		for _, options := range everyOptions() {
			if options.Fixed {
				options.Room = testRoom
			}
			var field *FieldError
			if _, err := writeOne(t, rec, options); !errors.As(err, &field) || field.Field != c.field || field.Reason != c.reason {
				t.Errorf("%s: %+v: error %v, want %s: %s", name, options, err, c.field, c.reason)
			}
		}
	}
}

// TestCanonicalText: whatever a text holds, no lower case and no apostrophe is
// left of it, and making it again changes nothing.
func TestCanonicalTextFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for _, words := range []bool{true, false} {
			once := canonicalText(text, words)
			if again := canonicalText(once, words); again != once {
				t.Fatalf("%q becomes %q, and that %q", text, once, again)
			}
			if strings.ContainsFunc(once, func(r rune) bool { return r >= 'a' && r <= 'z' || words && r == '\'' }) {
				t.Fatalf("%q becomes %q", text, once)
			}
		}
	})
}

// TestWriterDoesNotAllocate for records as they should be.
func TestWriterDoesNotAllocate(t *testing.T) {
	rec := cleanRecord()
	for _, options := range []Options{{}, {Form: Packed}, {Blocks: FullBlocks}} {
		w := NewWriter(io.Discard, testHeader(), options)
		for range 1000 { // until the buffers are large enough
			if err := w.Write(rec); err != nil {
				t.Fatal(err)
			}
		}
		if n := testing.AllocsPerRun(1000, func() {
			if err := w.Write(rec); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("%+v: %v allocations for a record", options, n)
		}
	}
}

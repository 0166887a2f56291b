package metro2

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func testHeader() Header {
	return Header{
		EquifaxID: "999TEST001", ExperianID: "T0001", TransUnionID: "TU00000001",
		ActivityDate: 20261031, DateCreated: 20261102, ProgramDate: 20260101, ProgramRevDate: 20260101,
		ReporterName: "TEST LENDER INC", ReporterAddress: "1 MAIN ST SPRINGFIELD IL 62701", ReporterPhone: 2175550100,
		VendorName: "IN HOUSE", VendorVersion: "1.0",
	}
}

func TestWriterFileValidates(t *testing.T) {
	for _, options := range []Options{{}, {LineEnd: "\n"}, {LineEnd: NoLineEnd}, {Form: Packed}} {
		var file bytes.Buffer
		w := NewWriter(&file, testHeader(), options)
		for _, account := range []string{"ACCT0000000001", "ACCT0000000002"} {
			rec := fullRecord()
			rec.Base.AccountNumber = account
			rec.J1 = []J1{{Surname: "SAMPLEJOINT", FirstName: "ROBIN", SSN: 666010018, DateOfBirth: 19850303, ECOACode: "2"}}
			rec.Base.ECOACode = "2"
			if err := w.Write(rec); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := w.Totals().TotalJ1, Number(2); got != want {
			t.Errorf("%+v: total j1 %d, want %d", options, got, want)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got, want := w.Offset(), int64(file.Len()); got != want {
			t.Errorf("%+v: offset %d, want %d", options, got, want)
		}
		summary, err := Validate(&file, func(f Finding) error {
			if f.Severity == Error {
				t.Errorf("%+v: %v", options, f)
			}
			return nil
		})
		if err != nil || summary.Records != 4 {
			t.Errorf("%+v: summary %+v, error %v", options, summary, err)
		}
	}
}

func TestWriterSticksToItsFirstError(t *testing.T) {
	w := NewWriter(io.Discard, testHeader(), Options{})
	rec := fullRecord()
	rec.Base.City = strings.Repeat("X", 21)
	var field *FieldError
	if err := w.Write(rec); !errors.As(err, &field) || field.Field != "city" {
		t.Fatalf("error %v, want one about the city", err)
	}
	if err := w.Write(fullRecord()); !errors.As(err, &field) {
		t.Errorf("second write: error %v, want the first one again", err)
	}
	if err := w.Close(); !errors.As(err, &field) {
		t.Errorf("close: error %v, want the first one again", err)
	}
}

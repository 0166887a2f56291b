package metro2_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/furnisher/furnisher/metro2"
)

func exampleHeader() metro2.Header {
	return metro2.Header{
		EquifaxID: "999TEST001", ActivityDate: 20261031, DateCreated: 20261102,
		ReporterName: "TEST LENDER INC", ReporterAddress: "1 MAIN ST SPRINGFIELD IL 62701",
	}
}

// exampleRecord is a current auto loan.
func exampleRecord() *metro2.Record {
	return &metro2.Record{Base: metro2.Base{
		IdentificationNumber: "TESTLENDER01", AccountNumber: "ACCT0000000001", PortfolioType: "I", AccountType: "00",
		DateOpened: 20250315, HighestCredit: 21500, TermsDuration: "060", TermsFrequency: "M",
		ScheduledPayment: 389, ActualPayment: 389, AccountStatus: "11", PaymentHistory: "0000000000000000000BBBBB",
		CurrentBalance: 15210, DateAccountInfo: 20261031, DateLastPayment: 20261015, InterestType: "F",
		Surname: metro2.FoldName("Sample-O'Neil"), FirstName: metro2.FoldName("Zoë"), DateOfBirth: 19810215, ECOACode: "1",
		Address1: metro2.FoldAddress("100 Test Lane, #4"), City: metro2.CutCity(metro2.FoldAddress("Springfield")),
		State: "IL", PostalCode: "62701",
	}}
}

func ExampleNewWriter() {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, exampleHeader(), metro2.Options{LineEnd: "\n"})
	if err := w.Write(exampleRecord()); err != nil {
		log.Fatal(err)
	}
	fmt.Println("base records:", w.Totals().TotalBase)
	if err := w.Close(); err != nil { // writes the trailer
		log.Fatal(err)
	}
	for line := range strings.Lines(file.String()) {
		fmt.Println(len(line)-1, strings.TrimSpace(line[:40]))
	}
	// Output:
	// base records: 1
	// 426 0426HEADER            999TEST001
	// 426 04261000000000000000TESTLENDER01
	// 426 0426TRAILER000000001         00000000000
}

func ExampleWriter_Write_refused() {
	w := metro2.NewWriter(io.Discard, exampleHeader(), metro2.Options{})
	rec := exampleRecord()
	rec.Base.City = "LLANFAIRPWLLGWYNGYLLGOGERY"
	err := w.Write(rec)
	var field *metro2.FieldError
	if errors.As(err, &field) {
		fmt.Println(field.Segment, field.Field, field.Position)
	}
	fmt.Println(err)
	// Output:
	// base city 394
	// metro2: base.city: longer than the field
}

func ExampleBatch() {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, exampleHeader(), metro2.Options{})
	batch := w.NewBatch() // may be filled elsewhere, in parallel
	for _, ssn := range []metro2.Number{666001001, -1} {
		rec := exampleRecord()
		rec.Base.SSN = ssn
		if err := batch.Append(rec); err != nil {
			fmt.Println("set aside:", err)
		}
	}
	if err := errors.Join(w.WriteBatch(batch), w.Close()); err != nil {
		log.Fatal(err)
	}
	fmt.Println("records:", w.Totals().TotalBase)
	// Output:
	// set aside: metro2: base.ssn: negative
	// records: 1
}

func ExampleAppendRecord() {
	record, err := metro2.AppendRecord(nil, exampleRecord(), metro2.Character)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d bytes, balance %s, %s\n", len(record), record[154:163], record[231:256])
	// Output:
	// 426 bytes, balance 000015210, SAMPLE-ONEIL
}

func ExampleDecodeRecord() {
	record, err := metro2.AppendRecord(nil, exampleRecord(), metro2.Character)
	if err != nil {
		log.Fatal(err)
	}
	copy(record[154:], "00001521O") // a letter O in the balance
	var rec metro2.Record
	for _, problem := range metro2.DecodeRecord(record, metro2.Character, &rec, nil) {
		fmt.Println(problem)
	}
	fmt.Println(rec.Base.DateOpened, rec.Base.HighestCredit)
	// Output:
	// record 0: base.current_balance: position 155: error F04: not a number: a byte is not a digit
	// 2025-03-15 21500
}

func ExampleNewReader() {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, exampleHeader(), metro2.Options{})
	if err := errors.Join(w.Write(exampleRecord()), w.Close()); err != nil {
		log.Fatal(err)
	}
	r := metro2.NewReader(&file)
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(item.RecordNo, item.Kind, item.RDW, len(item.Problems))
	}
	// Output:
	// 1 header 426 0
	// 2 data 426 0
	// 3 trailer 426 0
}

func ExampleCheckRecord() {
	rec := exampleRecord()
	rec.Base.AmountPastDue = 250
	for _, finding := range metro2.CheckRecord(rec, metro2.CheckEnv{Created: 20261102}, nil) {
		fmt.Println(finding)
	}
	// Output:
	// record 0: base.amount_past_due: position 164: error B11: status 11 (current) with an amount past due
}

func ExampleValidate() {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, exampleHeader(), metro2.Options{})
	if err := errors.Join(w.Write(exampleRecord()), w.Write(exampleRecord()), w.Close()); err != nil {
		log.Fatal(err)
	}
	summary, err := metro2.Validate(&file, func(f metro2.Finding) error {
		fmt.Println(f)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(summary.Records, "records,", summary.Errors, "errors")
	// Output:
	// record 3: base.account_number: position 43: error X01: another record has the same identification and account number: record 2
	// 4 records, 1 errors
}

func ExampleAppendJSON() {
	item := &metro2.Item{Kind: metro2.KindData, RDW: 460, Record: exampleRecord()}
	item.Record.K2 = &metro2.K2{Indicator: 2, Name: "EXAMPLE DEBT BUYER LLC"}
	text := string(metro2.AppendJSON(nil, item))
	fmt.Println(text[:64])
	fmt.Println(text[strings.Index(text, `"k2"`):])
	// Output:
	// {"rdw":460,"processing_ind":"1","timestamp":"","correction_ind":
	// "k2":{"segment_id":"K2","indicator":"2","name":"EXAMPLE DEBT BUYER LLC"}}
}

func ExampleFoldName() {
	fmt.Println(metro2.FoldName("Müller-O’Neil  jr."))
	fmt.Println(metro2.FoldAddress("12½ Peña St., Apt #4"))
	fmt.Println(metro2.CutCity("TRUTH OR CONSEQUENCES"))
	// Output:
	// MULLER-ONEIL JR
	// 12 PENA ST. APT 4
	// TRUTH OR CONSEQUENCE
}

func ExampleLayouts() {
	for _, layout := range metro2.Layouts() {
		fmt.Printf("%s %d %d\n", layout.Name, layout.Size, layout.PackedSize)
	}
	// Output:
	// header 426 366
	// base 426 366
	// j1 100 100
	// j2 200 200
	// k1 34 34
	// k2 34 34
	// k3 40 40
	// k4 30 30
	// l1 54 54
	// n1 146 146
	// trailer 426 366
}

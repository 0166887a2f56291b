package metro2_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"slices"
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

// A lender's month: its file is written, checked, read and explained, and
// compared with the file of the month before.
func Example() {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, exampleHeader(), metro2.Options{})
	if err := errors.Join(w.Write(exampleRecord()), w.Close()); err != nil {
		log.Fatal(err)
	}

	summary, err := metro2.Validate(bytes.NewReader(file.Bytes()), func(f metro2.Finding) error {
		fmt.Println(f)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(summary.Records, "records,", summary.Errors, "errors")

	r := metro2.NewReader(bytes.NewReader(file.Bytes()))
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		if item.Kind != metro2.KindData {
			continue
		}
		for _, field := range r.Explain(false) { // masked
			if field.Key == "account_status" || field.Key == "surname" {
				fmt.Printf("%s at %d is %q: %q\n", field.Name, field.Position, field.Value, field.Meaning)
			}
		}
	}

	september := exampleRecord()
	september.Base.DateAccountInfo = 20260930
	september.Base.CurrentBalance = 15520
	before := exampleFile(september)
	section := io.NewSectionReader(bytes.NewReader(before), 0, int64(len(before)))
	_, err = metro2.Diff(section, &file, metro2.DiffOptions{}, func(d metro2.Difference) error {
		for _, f := range d.Fields {
			fmt.Println(d.Change, d.AccountNumber, f.Key, f.From, "to", f.To)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// 3 records, 0 errors
	// Account Status at 124 is "11": "current, 0-29 days past due"
	// Surname at 232 is "****": ""
	// changed ****0001 current_balance $15,520 to $15,210
	// changed ****0001 date_account_info 2026-09-30 to 2026-10-31
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

func ExampleWriter_Write() {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, exampleHeader(), metro2.Options{LineEnd: "\n"})
	rec := exampleRecord()
	rec.Base.Surname = "Müller-O'Neil"
	rec.Base.CurrentBalance = 12_345_678_901
	if err := errors.Join(w.Write(rec), w.Close()); err != nil {
		log.Fatal(err)
	}
	record := strings.Split(file.String(), "\n")[1]
	fmt.Println(strings.TrimSpace(record[231:256]), record[154:163])
	// Output:
	// MULLER-ONEIL 999999999
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

// Records of one length, in blocks, as a mainframe reads them.
func ExampleOptions() {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, exampleHeader(), metro2.Options{
		Form: metro2.Packed, Blocks: metro2.FullBlocks, Fixed: true, Room: metro2.Room{J1: 1, K2: 1},
	})
	rec := exampleRecord()
	rec.K2 = &metro2.K2{Indicator: 2, Name: "EXAMPLE DEBT BUYER LLC"}
	if err := errors.Join(w.Write(rec), w.Close()); err != nil {
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
		fmt.Println(r.Form(), item.Kind, item.RDW)
	}
	// Output:
	// packed header 500
	// packed data 500
	// packed trailer 500
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

// A record with a wrong length, and bytes that are none.
func ExampleReader_Next() {
	file := exampleFile(exampleRecord())
	copy(file[427:], "0006")
	file = append(file, "NOT A RECORD AT ALL\n"...)
	r := metro2.NewReader(bytes.NewReader(file))
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(item.RecordNo, item.Kind, item.Offset, len(item.Raw))
		for _, p := range item.Problems {
			fmt.Println(" ", p)
		}
	}
	// Output:
	// 1 header 0 426
	// 2 data 427 426
	//   record 2: record: position 1: error F01: record descriptor word differs from the length of the record
	// 3 trailer 854 426
	// 4 unknown 1281 19
	//   record 4: record: position 1: error F03: neither header, data record nor trailer
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

func ExampleAppendMaskedJSON() {
	item := &metro2.Item{Kind: metro2.KindData, RDW: 426, Record: exampleRecord()}
	text := string(metro2.AppendMaskedJSON(nil, item))
	fmt.Println(text[strings.Index(text, `"surname"`):strings.Index(text, `,"generation_code"`)])
	fmt.Println(text[:24])
	// Output:
	// "surname":"****","first_name":"****","middle_name":""
	// {"masked":true,"rdw":426
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

// Records that are encoded before the file is written, here out of order, are
// ordered, counted and written as they are.
func ExampleWriter_WriteEncoded() {
	var kept []byte
	for _, account := range []string{"ACCT0000000002", "ACCT0000000001"} {
		var err error
		kept, err = metro2.AppendRecord(kept, &metro2.Record{Base: metro2.Base{AccountNumber: account, AccountStatus: "11"}}, metro2.Character)
		if err != nil {
			log.Fatal(err)
		}
	}

	var records [][]byte
	for len(kept) > 0 {
		record, rest, ok := metro2.CutRecord(kept, metro2.Character)
		if !ok {
			log.Fatal("no record")
		}
		records, kept = append(records, record), rest
	}
	slices.SortFunc(records, func(a, b []byte) int {
		return bytes.Compare(metro2.AccountOf(a, metro2.Character), metro2.AccountOf(b, metro2.Character))
	})

	var file bytes.Buffer
	w := metro2.NewWriter(&file, metro2.Header{ReporterName: "TEST LENDER INC"}, metro2.Options{})
	for _, record := range records {
		if err := w.WriteEncoded(record); err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(w.Totals().Status11, "current accounts,", bytes.Count(file.Bytes(), []byte("\r\n")), "lines")
	// Output: 2 current accounts, 4 lines
}

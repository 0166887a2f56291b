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

// exampleFile is a file of one record.
func exampleFile(rec *metro2.Record) []byte { return exampleMonth(exampleHeader(), rec) }

func exampleMonth(header metro2.Header, rec *metro2.Record) []byte {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, header, metro2.Options{LineEnd: "\n"})
	if err := errors.Join(w.Write(rec), w.Close()); err != nil {
		log.Fatal(err)
	}
	return file.Bytes()
}

func ExampleReader_Explain() {
	r := metro2.NewReader(bytes.NewReader(exampleFile(exampleRecord())))
	for range 2 { // header and first data record
		if _, err := r.Next(); err != nil {
			log.Fatal(err)
		}
	}
	for _, field := range r.Explain(false) {
		switch field.Key {
		case "account_number", "account_type", "date_opened", "current_balance", "account_status", "surname":
			fmt.Printf("%s %s at %d is %s (%s)\n", field.Num, field.Name, field.Start, field.Value, field.Meaning)
		}
	}
	// Output:
	// 7 Consumer Account Number at 43 is ****0001 ()
	// 9 Account Type at 74 is 00 (auto)
	// 10 Date Opened at 76 is 2025-03-15 ()
	// 17A Account Status at 124 is 11 (current, 0-29 days past due)
	// 21 Current Balance at 155 is $15,210 ()
	// 30 Surname at 232 is **** ()
}

func ExampleDiff() {
	before := exampleFile(exampleRecord())
	rec := exampleRecord()
	rec.Base.CurrentBalance = 14900
	after := exampleFile(rec)
	section := io.NewSectionReader(bytes.NewReader(before), 0, int64(len(before)))
	summary, err := metro2.Diff(section, bytes.NewReader(after), metro2.DiffOptions{}, func(d metro2.Difference) error {
		for _, f := range d.Fields {
			fmt.Printf("%s: %s.%s %s: %s -> %s\n", d.AccountNumber, f.Segment, f.Key, f.Change, f.From, f.To)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d equal, %d changed, %d added, %d removed\n", summary.Equal, summary.Changed, summary.Added, summary.Removed)
	// Output:
	// ****0001: base.current_balance changed: $15,210 -> $14,900
	// 2 equal, 1 changed, 0 added, 0 removed
}

func ExampleConvert() {
	file := exampleFile(exampleRecord())
	var packed, back bytes.Buffer
	if _, err := metro2.Convert(bytes.NewReader(file), &packed, metro2.ConvertOptions{To: metro2.ToPacked}); err != nil {
		log.Fatal(err)
	}
	if _, err := metro2.Convert(&packed, &back, metro2.ConvertOptions{LineEnd: "\n"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println("the same:", bytes.Equal(file, back.Bytes()))

	file[426+1+154] = 'O' // in the balance
	_, err := metro2.Convert(bytes.NewReader(file), io.Discard, metro2.ConvertOptions{To: metro2.ToPacked})
	fmt.Println(err)
	// Output:
	// the same: true
	// metro2: record 2: base.current_balance: not a number: a byte is not a digit
}

func ExampleReader_AppendJSON() {
	file := bytes.Replace(exampleFile(exampleRecord()), []byte("000015210"), []byte("00001521O"), 1)
	r := metro2.NewReader(bytes.NewReader(file))
	for range 2 {
		if _, err := r.Next(); err != nil {
			log.Fatal(err)
		}
	}
	line := string(r.AppendJSON(nil))
	_, raw, found := strings.Cut(line, `,"raw":"`)
	fmt.Println(found, raw[:30])
	// Output:
	// true 04261000000000000000TESTLENDER
}

func ExampleNewJSONReader() {
	lines := `{"processing_ind":"1","account_number":"ACCT0000000001","account_status":"11","k1":{"creditor_name":"SAMPLE CLINIC","creditor_class":"02"}}`
	r := metro2.NewJSONReader(strings.NewReader(lines))
	item, err := r.Next()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(item.Kind, item.Record.Base.AccountStatus, item.Record.K1.CreditorName)
	// Output:
	// data 11 SAMPLE CLINIC
}

func ExampleStats() {
	var stats metro2.Stats
	r := metro2.NewReader(bytes.NewReader(exampleFile(exampleRecord())))
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		stats.Add(item)
	}
	for _, group := range stats.Groups() {
		for _, line := range group.Lines {
			if line.Count > 0 && group.Name != "amount" {
				fmt.Println(group.Name, line.Value, line.Count, line.Balance)
			}
		}
	}
	// Output:
	// status 11 1 15210
	// portfolio I 1 15210
	// segment base 1 15210
	// days past due 0-29 1 15210
}

func ExampleValidator_NextFile() {
	october, november := exampleRecord(), exampleRecord()
	november.Base.DateAccountInfo = 20261130
	november.Base.DateOpened = 20250316 // was the 15th
	november.Base.PaymentHistory = "0" + november.Base.PaymentHistory[:23]

	v := metro2.NewValidator(metro2.CheckEnv{})
	v.History = true
	for i, rec := range []*metro2.Record{october, november} {
		if i > 0 {
			v.NextFile()
		}
		header := exampleHeader()
		header.ActivityDate = rec.Base.DateAccountInfo
		r := metro2.NewReader(bytes.NewReader(exampleMonth(header, rec)))
		for {
			item, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				log.Fatal(err)
			}
			for _, f := range v.Check(item, nil) {
				if f.Rule[0] == 'X' {
					fmt.Printf("file %d: %s\n", i+1, f)
				}
			}
		}
		v.Finish(nil)
	}
	// Output:
	// file 2: record 2: base.date_opened: position 76: warning X03: date opened is not the one last reported
}

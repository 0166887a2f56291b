package metro2

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// fullRecord fills nearly every field of a base segment.
func fullRecord() *Record {
	return &Record{Base: Base{
		Timestamp: 20261031235900, IdentificationNumber: "TESTLENDER01", AccountNumber: "ACCT0000000002",
		PortfolioType: "I", AccountType: "01", DateOpened: 20240620, HighestCredit: 9000,
		TermsDuration: "048", TermsFrequency: "M", ScheduledPayment: 215, ActualPayment: 100, AccountStatus: "71",
		PaymentHistory: "000000000000000000000000", ComplianceCode: "XB", CurrentBalance: 5105, AmountPastDue: 215,
		DateAccountInfo: 20261031, DateFirstDelinquency: 20261020, DateLastPayment: 20261019, InterestType: "F",
		Surname: "SAMPLEB", FirstName: "TERRY", MiddleName: "QUINN", SSN: 666001002, DateOfBirth: 19820315, Phone: 2175550102,
		ECOACode: "1", CountryCode: "US", Address1: "100 TEST LANE", Address2: "APT 4", City: "SPRINGFIELD", State: "IL",
		PostalCode: "62701", AddressInd: "Y", ResidenceCode: "R",
	}}
}

func encodeFull(b *testing.B, form Form) []byte {
	b.Helper()
	out, err := AppendRecord(nil, fullRecord(), form)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func benchmarkEncode(b *testing.B, form Form) {
	rec, dst := fullRecord(), make([]byte, 0, 1024)
	b.ReportAllocs()
	b.SetBytes(int64(baseLayout.Size(form)))
	for b.Loop() {
		var err error
		if dst, err = AppendRecord(dst[:0], rec, form); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeBase(b *testing.B) { benchmarkEncode(b, Character) }

func BenchmarkEncodeBasePacked(b *testing.B) { benchmarkEncode(b, Packed) }

func benchmarkDecode(b *testing.B, form Form) {
	src := encodeFull(b, form)
	var rec Record
	var problems []Problem
	b.ReportAllocs()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if problems = DecodeRecord(src, form, &rec, problems[:0]); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

func BenchmarkDecodeBase(b *testing.B) { benchmarkDecode(b, Character) }

func BenchmarkDecodeBasePacked(b *testing.B) { benchmarkDecode(b, Packed) }

// BenchmarkCopyBase is the bound that no decoder gets below: one copy of the
// bytes into a new string.
func BenchmarkCopyBase(b *testing.B) {
	src := encodeFull(b, Character)
	b.ReportAllocs()
	b.SetBytes(int64(len(src)))
	n := 0
	for b.Loop() {
		text := string(src)
		n += len(text)
		copied = text
	}
}

// copied keeps the compiler from seeing that nobody reads the copy.
var copied string

func BenchmarkCheckRecord(b *testing.B) {
	rec, findings := cleanRecord(), make([]Finding, 0, 8)
	b.ReportAllocs()
	for b.Loop() {
		if findings = CheckRecord(rec, testEnv, findings[:0]); len(findings) > 0 {
			b.Fatal(findings)
		}
	}
}

func BenchmarkTotals(b *testing.B) {
	rec := fullRecord()
	var totals Totals
	b.ReportAllocs()
	for b.Loop() {
		totals.Add(rec)
	}
}

func BenchmarkFoldName(b *testing.B) {
	for _, name := range []string{"SAMPLE", "Peña-O'Neil"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				FoldName(name)
			}
		})
	}
}

// BenchmarkWriteFile writes records to nowhere: encoding, totals, framing.
func BenchmarkWriteFile(b *testing.B) {
	rec, w := fullRecord(), NewWriter(io.Discard, testHeader(), Options{})
	b.ReportAllocs()
	b.SetBytes(428)
	for b.Loop() {
		if err := w.Write(rec); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadFile reads records of a file in memory, over and over.
func BenchmarkReadFile(b *testing.B) {
	record := append(encodeFull(b, Character), "\r\n"...)
	file := bytes.Repeat(record, 1000)
	in := bytes.NewReader(file)
	r := NewReader(in)
	b.ReportAllocs()
	b.SetBytes(428)
	for b.Loop() {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			in.Reset(file)
			r = NewReader(in)
			continue
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheckAndExamine applies all single-record rules and all checks of an
// examiner.
func BenchmarkCheckAndExamine(b *testing.B) {
	rec, findings := cleanRecord(), make([]Finding, 0, 8)
	env := testEnv
	env.Doubtful = true
	b.ReportAllocs()
	for b.Loop() {
		findings = CheckExaminer(rec, env, CheckRecord(rec, env, findings[:0]))
		if len(findings) > 0 {
			b.Fatal(findings)
		}
	}
}

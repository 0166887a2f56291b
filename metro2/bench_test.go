package metro2

import (
	"bytes"
	"errors"
	"io"
	"math"
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

// segmentRecord has one of every segment behind its base segment.
func segmentRecord() *Record {
	rec := fullRecord()
	rec.J1 = []J1{{Surname: "SAMPLEB", FirstName: "ROBIN", MiddleName: "LEE", SSN: 666001003, DateOfBirth: 19840711, Phone: 2175550103, ECOACode: "2"}}
	rec.J2 = []J2{{
		Surname: "SAMPLEC", FirstName: "KIM", SSN: 666001004, DateOfBirth: 19790130, Phone: 2175550104, ECOACode: "2", CountryCode: "US",
		Address1: "200 TEST LANE", Address2: "UNIT 7", City: "SPRINGFIELD", State: "IL", PostalCode: "62702", AddressInd: "Y", ResidenceCode: "O",
	}}
	rec.K1 = &K1{CreditorName: "SAMPLE CLINIC", CreditorClass: 2}
	rec.K2 = &K2{Indicator: 1, Name: "SAMPLE FINANCE COMPANY"}
	rec.K3 = &K3{AgencyID: 1, AgencyAccount: "AGENCY0000000002", MIN: "100000000000000002"}
	rec.K4 = &K4{PaymentInd: 1, BalloonDate: 20280601, BalloonAmount: 4000}
	rec.L1 = &L1{ChangeInd: 1, NewAccountNumber: "ACCT0000000003"}
	rec.N1 = &N1{
		EmployerName: "SAMPLE BAKERY", EmployerAddress1: "300 TEST LANE", EmployerCity: "SPRINGFIELD", EmployerState: "IL", EmployerZip: "62703", Occupation: "BAKER",
	}
	return rec
}

func encoded(b *testing.B, rec *Record, form Form) []byte {
	b.Helper()
	out, err := AppendRecord(nil, rec, form)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// timeOfCopy is the physical limit: the fastest of some rounds of copying src,
// in nanoseconds a copy.
func timeOfCopy(b *testing.B, src []byte) float64 {
	const rounds, times = 16, 1 << 12
	best, dst := math.Inf(1), make([]byte, len(src))
	for range rounds {
		b.ResetTimer()
		for range times {
			copy(dst, src)
		}
		best = min(best, float64(b.Elapsed())/times)
	}
	return best
}

// reportCopies says how many copies of the same bytes an operation takes.
func reportCopies(b *testing.B, timeOfCopy float64) {
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/timeOfCopy, "x-copy")
}

func benchmarkEncode(b *testing.B, rec *Record, form Form) {
	dst := encoded(b, rec, form)
	limit := timeOfCopy(b, dst)
	b.ReportAllocs()
	b.SetBytes(int64(len(dst)))
	for b.Loop() {
		var err error
		if dst, err = AppendRecord(dst[:0], rec, form); err != nil {
			b.Fatal(err)
		}
	}
	reportCopies(b, limit)
}

func BenchmarkEncodeBase(b *testing.B) { benchmarkEncode(b, fullRecord(), Character) }

func BenchmarkEncodeBasePacked(b *testing.B) { benchmarkEncode(b, fullRecord(), Packed) }

func BenchmarkEncodeSegments(b *testing.B) { benchmarkEncode(b, segmentRecord(), Character) }

func benchmarkDecode(b *testing.B, written *Record, form Form) {
	src := encoded(b, written, form)
	limit := timeOfCopy(b, src)
	var rec Record
	var problems []Problem
	b.ReportAllocs()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if problems = DecodeRecord(src, form, &rec, problems[:0]); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
	reportCopies(b, limit)
}

func BenchmarkDecodeBase(b *testing.B) { benchmarkDecode(b, fullRecord(), Character) }

func BenchmarkDecodeBasePacked(b *testing.B) { benchmarkDecode(b, fullRecord(), Packed) }

func BenchmarkDecodeSegments(b *testing.B) { benchmarkDecode(b, segmentRecord(), Character) }

// BenchmarkDecodeLower is a record whose every text is written in lower case, so
// that each is looked at.
func BenchmarkDecodeLower(b *testing.B) {
	src := bytes.ToLower(encoded(b, fullRecord(), Character))
	var rec Record
	var problems []Problem
	b.ReportAllocs()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if problems = DecodeRecord(src, Character, &rec, problems[:0]); len(problems) == 0 {
			b.Fatal("no problems")
		}
	}
}

// BenchmarkCopyBase is the bound that nothing gets below: one copy of the bytes
// of a base segment.
func BenchmarkCopyBase(b *testing.B) {
	src := encoded(b, fullRecord(), Character)
	dst := make([]byte, len(src))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		copy(dst, src)
	}
}

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

// BenchmarkWriteEncoded writes records that are encoded already to nowhere.
func BenchmarkWriteEncoded(b *testing.B) {
	rec, w := encoded(b, fullRecord(), Character), NewWriter(io.Discard, testHeader(), Options{})
	b.ReportAllocs()
	b.SetBytes(428)
	for b.Loop() {
		if err := w.WriteEncoded(rec); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadFile reads records of a file in memory, over and over.
func BenchmarkReadFile(b *testing.B) {
	record := append(encoded(b, fullRecord(), Character), "\r\n"...)
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

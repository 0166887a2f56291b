package metro2

import "testing"

func fullRecord() *Record {
	return &Record{Base: Base{
		Timestamp: 20261031235900, IdentificationNumber: "TESTLENDER01", AccountNumber: "ACCT0000000002",
		PortfolioType: "I", AccountType: "01", DateOpened: 20240620, HighestCredit: 9000,
		TermsDuration: "048", TermsFrequency: "M", ScheduledPayment: 215, ActualPayment: 100, AccountStatus: "71",
		PaymentHistory: "000000000000000000000000", ComplianceCode: "XB", CurrentBalance: 5105, AmountPastDue: 215,
		DateAccountInfo: 20261031, DateFirstDelinquency: 20261020, DateLastPayment: 20260819, InterestType: "F",
		Surname: "SAMPLEB", FirstName: "TERRY", MiddleName: "QUINN", SSN: 666001002, DateOfBirth: 19820315, Phone: 2175550102,
		ECOACode: "1", CountryCode: "US", Address1: "100 TEST LANE", Address2: "APT 4", City: "SPRINGFIELD", State: "IL",
		PostalCode: "62701", AddressInd: "Y", ResidenceCode: "R",
	}}
}

func BenchmarkEncodeBase(b *testing.B) {
	rec := fullRecord()
	dst := make([]byte, 0, 1024)
	b.ReportAllocs()
	b.SetBytes(426)
	for b.Loop() {
		var err error
		if dst, err = AppendRecord(dst[:0], rec, Character); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeBase(b *testing.B) {
	src, err := AppendRecord(nil, fullRecord(), Character)
	if err != nil {
		b.Fatal(err)
	}
	var rec Record
	var problems []Problem
	b.ReportAllocs()
	b.SetBytes(426)
	for b.Loop() {
		if problems = DecodeRecord(src, Character, &rec, problems[:0]); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

func BenchmarkMemcpy(b *testing.B) {
	src := make([]byte, 426)
	dst := make([]byte, 426)
	b.SetBytes(426)
	for b.Loop() {
		copy(dst, src)
	}
}

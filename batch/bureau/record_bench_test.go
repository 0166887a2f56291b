package bureau

import (
	"testing"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// tradeline is a loan as the benchmark and the tests of the encoder report it, in good order.
func tradeline() (Building, Terms, *rules.Tradeline, []book.Consumer) {
	date := func(s string) rules.Date {
		d, err := rules.ParseDate(s)
		if err != nil {
			panic(err)
		}
		return d
	}
	asOf := date("2026-10-31")
	file := Building{
		File: 1, AsOf: asOf, PreviousOn: date("2026-09-30"), CreatedOn: asOf, IdentificationNumber: "LENDER01",
		ReporterName: "EXAMPLE LENDING", ReporterAddress: "1 MAIN ST SPRINGFIELD IL 62701", EquifaxID: "EQ00000001",
	}
	terms := Terms{
		AccountNumber: "ACCT000000000001", PortfolioType: "I", AccountType: "01", TermsFrequency: "M", InterestType: "F",
		OpenedOn: date("2025-05-01"),
	}
	said := &rules.Tradeline{
		Furnished: rules.Furnished{
			AsOf: asOf, AccountStatus: "71", PaymentHistory: "100000000000000000BBBBBB", DateAccountInfo: asOf,
			DateFirstDelinquency: date("2026-09-20"), DateLastPayment: date("2026-08-14"),
			ScheduledPayment: 100, CurrentBalance: 600, AmountPastDue: 100,
		},
		HighestCredit: 1000, TermsDuration: "010",
	}
	consumer := book.Consumer{
		Position: 1, ECOACode: "1", Surname: "ALDERBROOK", FirstName: "ROBIN", MiddleName: "LEE", SSN: "666100001",
		DateOfBirth: date("1980-02-29"), Phone: "2175550100", Address1: "1 ELM ST", Address2: "APT 4", City: "SPRINGFIELD",
		State: "IL", PostalCode: "62701", CountryCode: "US", AddressIndicator: "Y", ResidenceCode: "O", Customer: 1,
	}
	consumers := []book.Consumer{consumer}
	if err := place(said, consumers); err != nil {
		panic(err)
	}
	return file, terms, said, consumers
}

// place places the consumers of a tradeline, as rules do.
func place(said *rules.Tradeline, consumers []book.Consumer) error {
	account := rules.Account{AsOf: said.AsOf, Furnish: true, Consumers: Consumers(nil, consumers)}
	account.HasCycles = true
	placed, _, err := rules.Furnish(&account)
	if err == nil {
		said.Placed = placed.Placed
	}
	return err
}

func BenchmarkEncoder(b *testing.B) {
	file, terms, said, consumers := tradeline()
	encoder := NewEncoder(file)
	dst := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := encoder.Append(dst, terms, said, consumers); err != nil {
			b.Fatal(err)
		}
	}
}

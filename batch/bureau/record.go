package bureau

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// Terms are what a record says of a loan beside what was decided.
type Terms struct {
	AccountNumber  string
	CycleID        string
	PortfolioType  string
	AccountType    string
	TermsFrequency string
	InterestType   string
	OpenedOn       rules.Date
}

// Encode makes the record of a loan, in character form without a line end, and checks it against every rule
// for a single record. What fails is a *rules.Undecidable: that loan is quarantined, the file goes on.
func Encode(f Building, t Terms, r *rules.Tradeline, consumers []book.Consumer) ([]byte, error) {
	if len(consumers) == 0 {
		return nil, &rules.Undecidable{Code: rules.CodeNoConsumer, Detail: "the loan has no consumer: import its customers"}
	}
	if consumers[0].Position != 1 {
		return nil, &rules.Undecidable{Code: rules.CodeNoConsumer, Detail: "the loan has no consumer at position 1, the base segment"}
	}
	record := &metro2.Record{Base: base(f, t, r, consumers[0])}
	for _, c := range consumers[1:] {
		if associated := folded(c); c.IsBusiness || c.ECOACode == "W" || address(associated) != address(folded(consumers[0])) {
			record.J2 = append(record.J2, associated)
		} else {
			record.J1 = append(record.J1, metro2.J1{
				Surname: associated.Surname, FirstName: associated.FirstName, MiddleName: associated.MiddleName,
				GenerationCode: associated.GenerationCode, SSN: associated.SSN, DateOfBirth: associated.DateOfBirth,
				Phone: associated.Phone, ECOACode: associated.ECOACode,
			})
		}
	}
	encoded, err := metro2.AppendRecord(nil, record, metro2.Character)
	if err != nil {
		var field *metro2.FieldError
		if errors.As(err, &field) {
			return nil, &rules.Undecidable{Code: rules.CodeBadRecord, Detail: err.Error()}
		}
		return nil, err
	}
	return encoded, check(f, record)
}

// check reports the errors that the validator finds in a record, the first one in full.
func check(f Building, record *metro2.Record) error {
	env := metro2.CheckEnv{Created: date(f.CreatedOn), PeriodStart: date(f.PreviousOn + 1), PeriodEnd: date(f.AsOf)}
	var detail string
	more := 0
	for _, finding := range metro2.CheckRecord(record, env, nil) {
		switch {
		case finding.Severity != metro2.Error:
		case detail == "":
			detail = fmt.Sprintf("%s %s.%s: %s", finding.Rule, finding.Segment, finding.Field, finding.Message)
		default:
			more++
		}
	}
	if detail == "" {
		return nil
	}
	if more > 0 {
		detail += fmt.Sprintf(" (and %d more)", more)
	}
	return &rules.Undecidable{Code: rules.CodeBadRecord, Detail: detail}
}

func date(d rules.Date) metro2.Date { return metro2.Date(d.YMD()) }

// endOfDay is the time stamp of a record: its account data are as of the end of the calendar date.
func endOfDay(d rules.Date) metro2.Timestamp { return metro2.Timestamp(d.YMD())*1_000_000 + 235959 }

func base(f Building, t Terms, r *rules.Tradeline, c book.Consumer) metro2.Base {
	who := folded(c)
	b := metro2.Base{
		Timestamp: endOfDay(r.AsOf), IdentificationNumber: strings.ToUpper(f.IdentificationNumber),
		AccountNumber: t.AccountNumber, PortfolioType: t.PortfolioType, AccountType: t.AccountType,
		DateOpened: date(t.OpenedOn), CreditLimit: metro2.Dollars(r.CreditLimit), HighestCredit: metro2.Dollars(r.HighestCredit),
		TermsDuration: r.TermsDuration, TermsFrequency: t.TermsFrequency,
		ScheduledPayment: metro2.Dollars(r.ScheduledPayment), ActualPayment: metro2.Dollars(r.ActualPayment),
		AccountStatus: r.AccountStatus, PaymentRating: r.PaymentRating, PaymentHistory: r.PaymentHistory,
		SpecialComment: r.SpecialComment, CurrentBalance: metro2.Dollars(r.CurrentBalance),
		AmountPastDue: metro2.Dollars(r.AmountPastDue), OriginalChargeoff: metro2.Dollars(r.OriginalChargeOff),
		DateAccountInfo: date(r.DateAccountInfo), DateFirstDelinquency: date(r.DateFirstDelinquency),
		DateClosed: date(r.DateClosed), DateLastPayment: date(r.DateLastPayment), InterestType: t.InterestType,
		Surname: who.Surname, FirstName: who.FirstName, MiddleName: who.MiddleName, GenerationCode: who.GenerationCode,
		SSN: who.SSN, DateOfBirth: who.DateOfBirth, Phone: who.Phone, ECOACode: who.ECOACode, CountryCode: who.CountryCode,
		Address1: who.Address1, Address2: who.Address2, City: who.City, State: who.State, PostalCode: who.PostalCode,
		AddressInd: who.AddressInd, ResidenceCode: who.ResidenceCode,
	}
	if f.Calendar.ByCycle() {
		b.CycleID = t.CycleID
	}
	return b
}

// folded is a customer as a segment with an address shows it (FORMAT.md 1.5).
func folded(c book.Consumer) metro2.J2 {
	name := metro2.FoldName
	if c.IsBusiness || c.ECOACode == "W" { // a company's name may hold digits
		name = metro2.FoldText
	}
	return metro2.J2{
		Surname: name(c.Surname), FirstName: name(c.FirstName), MiddleName: name(c.MiddleName),
		GenerationCode: strings.ToUpper(c.GenerationCode), SSN: number(c.SSN), DateOfBirth: date(c.DateOfBirth), Phone: number(c.Phone),
		ECOACode: strings.ToUpper(c.ECOACode), CountryCode: strings.ToUpper(c.CountryCode),
		Address1: metro2.FoldAddress(c.Address1), Address2: metro2.FoldAddress(c.Address2),
		City: metro2.CutCity(metro2.FoldAddress(c.City)), State: strings.ToUpper(c.State), PostalCode: digits(c.PostalCode),
		AddressInd: strings.ToUpper(c.AddressIndicator), ResidenceCode: strings.ToUpper(c.ResidenceCode),
	}
}

// address is what decides between J1 and J2 (FORMAT.md 3.18).
func address(c metro2.J2) [6]string {
	return [6]string{c.Address1, c.Address2, c.City, c.State, c.PostalCode, c.CountryCode}
}

// digits drops everything but digits.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// number reads a stored run of digits; empty is 0, the absent number.
func number(s string) metro2.Number {
	n, err := strconv.ParseInt(digits(s), 10, 64)
	if err != nil {
		return 0
	}
	return metro2.Number(n)
}

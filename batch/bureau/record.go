package bureau

import (
	"math"
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

func date(d rules.Date) metro2.Date { return metro2.Date(d.YMD()) }

// endOfDay is the time stamp of a record: its account data are as of the end of the calendar date.
func endOfDay(d rules.Date) metro2.Timestamp { return metro2.Timestamp(d.YMD())*1_000_000 + 235959 }

// setAccount fills in what the base segment says of the account.
func setAccount(b *metro2.Base, t *Terms, r *rules.Tradeline) {
	b.Timestamp = endOfDay(r.AsOf)
	b.AccountNumber, b.PortfolioType, b.AccountType = t.AccountNumber, t.PortfolioType, t.AccountType
	b.DateOpened, b.TermsFrequency, b.InterestType = date(t.OpenedOn), t.TermsFrequency, t.InterestType
	b.CreditLimit, b.HighestCredit = metro2.Dollars(r.CreditLimit), metro2.Dollars(r.HighestCredit)
	b.TermsDuration = r.TermsDuration
	b.ScheduledPayment, b.ActualPayment = metro2.Dollars(r.ScheduledPayment), metro2.Dollars(r.ActualPayment)
	b.AccountStatus, b.PaymentRating, b.PaymentHistory = r.AccountStatus, r.PaymentRating, r.PaymentHistory
	b.SpecialComment = r.SpecialComment
	b.CurrentBalance, b.AmountPastDue = metro2.Dollars(r.CurrentBalance), metro2.Dollars(r.AmountPastDue)
	b.OriginalChargeoff = metro2.Dollars(r.OriginalChargeOff)
	b.DateAccountInfo, b.DateFirstDelinquency = date(r.DateAccountInfo), date(r.DateFirstDelinquency)
	b.DateClosed, b.DateLastPayment = date(r.DateClosed), date(r.DateLastPayment)
}

// setConsumer fills in what the base segment says of its consumer.
func setConsumer(b *metro2.Base, who *metro2.J2) {
	b.Surname, b.FirstName, b.MiddleName, b.GenerationCode = who.Surname, who.FirstName, who.MiddleName, who.GenerationCode
	b.SSN, b.DateOfBirth, b.Phone, b.ECOACode = who.SSN, who.DateOfBirth, who.Phone, who.ECOACode
	b.CountryCode, b.Address1, b.Address2, b.City = who.CountryCode, who.Address1, who.Address2, who.City
	b.State, b.PostalCode, b.AddressInd, b.ResidenceCode = who.State, who.PostalCode, who.AddressInd, who.ResidenceCode
}

// folded is a customer as a segment with an address shows it (FORMAT.md 1.5).
func folded(c *book.Consumer) metro2.J2 {
	name := metro2.FoldName
	if isBusiness(c) { // a company's name may hold digits
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

func isBusiness(c *book.Consumer) bool { return c.IsBusiness || c.ECOACode == "W" }

// withoutAddress is a consumer at the address of the base segment.
func withoutAddress(c *metro2.J2) metro2.J1 {
	return metro2.J1{
		Surname: c.Surname, FirstName: c.FirstName, MiddleName: c.MiddleName, GenerationCode: c.GenerationCode,
		SSN: c.SSN, DateOfBirth: c.DateOfBirth, Phone: c.Phone, ECOACode: c.ECOACode,
	}
}

// sameAddress is what decides between J1 and J2 (FORMAT.md 3.18).
func sameAddress(a *metro2.Base, b *metro2.J2) bool {
	return a.Address1 == b.Address1 && a.Address2 == b.Address2 && a.City == b.City && a.State == b.State &&
		a.PostalCode == b.PostalCode && a.CountryCode == b.CountryCode
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

// number reads the digits of a stored text; none, or more than any field holds, is 0, the absent number.
func number(s string) metro2.Number {
	n := int64(0)
	for i := range len(s) {
		d := int64(s[i]) - '0'
		if d < 0 || d > 9 {
			continue
		}
		if n > (math.MaxInt64-d)/10 {
			return 0
		}
		n = 10*n + d
	}
	return metro2.Number(n)
}

package bureau

import (
	"math"
	"strings"

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
	b.SpecialComment, b.ComplianceCode = r.SpecialComment, r.ComplianceCode
	b.CurrentBalance, b.AmountPastDue = metro2.Dollars(r.CurrentBalance), metro2.Dollars(r.AmountPastDue)
	b.OriginalChargeoff = metro2.Dollars(r.OriginalChargeOff)
	b.DateAccountInfo, b.DateFirstDelinquency = date(r.DateAccountInfo), date(r.DateFirstDelinquency)
	b.DateClosed, b.DateLastPayment = date(r.DateClosed), date(r.DateLastPayment)
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

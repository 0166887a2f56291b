package rules

import (
	"strings"

	"github.com/shopspring/decimal"
)

// historyMonths is the length of the payment history profile (field 18).
const historyMonths = 24

// historyCharacter returns what a tradeline adds to next month's history (FORMAT.md 2.3 and 2.5, Q24).
func historyCharacter(t *Tradeline, portfolio string) string {
	switch t.AccountStatus {
	case StatusChargeOff, StatusPaidChargeOff:
		return "L"
	case StatusPaid, StatusClaim, StatusDeed:
		return t.PaymentRating
	case StatusCurrent:
		if t.CurrentBalance == 0 && revolves(portfolio) {
			return "E"
		}
		return "0"
	}
	if letter := lettered[t.AccountStatus]; letter != 0 {
		return string(rune(letter))
	}
	for bucket, status := range lateStatus {
		if status == t.AccountStatus {
			return string(rune('0' + bucket))
		}
	}
	return "D"
}

func revolves(portfolio string) bool { return portfolio == "R" || portfolio == "C" }

// tellHistory fills in the payment history profile, with the rule behind it if it is not just the last one moved by a month
// (BR4).
func (a *decision) tellHistory(t *Tradeline) {
	t.HistoryChain, a.chainRule = a.historyChain()
	profile, rule := a.history(t.DateAccountInfo, t.HistoryChain)
	t.PaymentHistory = profile
	if rule != "" {
		t.Facts.add(textFact(factHistory, rule))
	}
}

// tellChain makes the profile as of the calendar date the one that is reported.
func (a *decision) tellChain(t *Tradeline) {
	t.PaymentHistory = t.HistoryChain
	if t.Facts.remove(factHistory); a.chainRule != "" {
		t.Facts.add(textFact(factHistory, a.chainRule))
	}
}

// historyChain returns the payment history profile as of the calendar date, which continues the last tradeline's (BR4, Q21,
// Q22), and the rule behind it, empty for one moved by a month.
func (a *decision) historyChain() (profile, rule string) {
	if continued := a.continued(); continued != "" {
		return continued[:historyMonths], a.continuedBy()
	}
	return a.provenHistory(a.AsOf), "Q22"
}

// continuedBy returns the rule behind a profile that continues the last one, empty for one moved by a month: the lender's
// (Q21), no month or several since (Q22), or a month that was frozen (CA4).
func (a *decision) continuedBy() string {
	if len(a.Tradelines) == 0 {
		return "Q21"
	}
	last := &a.Tradelines[0]
	switch months := a.AsOf.MonthIndex() - last.AsOf.MonthIndex(); {
	case months != 1:
		return "Q22"
	case last.HistoryCharacter == "D":
		return "CA4"
	}
	return ""
}

// continued returns the profile as of the calendar date with all months that the last profile bore, ours or the lender's; empty
// if there is none.
func (a *decision) continued() string {
	if len(a.Tradelines) > 0 {
		last := a.Tradelines[0]
		return shift(last.HistoryChain, last.HistoryCharacter, a.AsOf.MonthIndex()-last.AsOf.MonthIndex())
	}
	if base := a.Baseline; base.History != "" && base.LastReportedOn != 0 {
		return shift(base.History, a.stateOn(base.LastReportedOn, "D"), a.AsOf.MonthIndex()-base.LastReportedOn.MonthIndex())
	}
	return ""
}

// history returns the profile relative to the date of account information. For a paid account that date may lie in an
// earlier month than the calendar date; the months from then on are dropped (FORMAT.md 3.1), and those before them that the
// last profile bore come back (Q43). If no month has ended since the last tradeline, the profile is repeated (Q22). The rule
// is that behind the profile, empty for one moved by a month.
func (a *decision) history(accountInfo Date, chain string) (profile, rule string) {
	later := a.AsOf.MonthIndex() - accountInfo.MonthIndex()
	switch {
	case later <= 0:
		return chain, a.chainRule
	case len(a.Tradelines) > 0 && a.Tradelines[0].AsOf.MonthIndex() >= accountInfo.MonthIndex():
		return a.Tradelines[0].PaymentHistory, "Q22"
	case len(a.Tradelines) == 0 && a.Baseline.History != "" && a.Baseline.LastReportedOn.MonthIndex() >= accountInfo.MonthIndex():
		return a.Baseline.History, "Q21"
	}
	if continued := a.continued(); continued != "" {
		return continued[later : later+historyMonths], "Q43"
	}
	return a.provenHistory(accountInfo), "Q22"
}

// shift moves a profile forward by the months since the tradeline that added character c, which makes it longer. A month
// without a tradeline is D; if no month has ended, the profile is repeated (Q22).
func shift(profile, c string, months int) string {
	if months <= 0 {
		return profile
	}
	return strings.Repeat("D", months-1) + c + profile
}

// provenHistory returns the profile of a first tradeline: the state at each month's end as far back as the ledger proves it,
// then B (Q22).
func (a *decision) provenHistory(accountInfo Date) string {
	var ends [historyMonths]Date
	end := accountInfo
	for k := range ends {
		end = end.monthBefore()
		ends[k] = end
	}
	late := a.lateness()
	march := late.start()
	var profile [historyMonths]byte
	for k := historyMonths - 1; k >= 0; k-- {
		profile[k] = 'B'
		if d := ends[k]; d >= a.OpenedOn && a.proven(d) {
			profile[k] = a.character(d, march.on(d))
		}
	}
	return string(profile[:])
}

// stateOn returns the history character of the loan on d, or unknown if d lies before the ledger.
func (a *decision) stateOn(d Date, unknown string) string {
	if !a.proven(d) {
		return unknown
	}
	return string(rune(a.character(d, a.lateness().on(d))))
}

// proven reports whether the ledger reaches back to d.
func (a *decision) proven(d Date) bool {
	return len(a.Ledger.Entries) > 0 && a.Ledger.Entries[0].Effective <= d
}

// character returns the history character of the loan on d, given its standing then.
func (a *decision) character(d Date, then standing) byte {
	switch {
	case len(a.Cases) > 0 && a.byCase.frozen(d).on != 0: // CA4
		return 'D'
	case a.ChargedOffOn != 0 && a.ChargedOffOn <= d:
		return 'L'
	case a.collection():
		return 'G'
	case a.Termination != nil && a.collateral(d) != "":
		if letter := lettered[a.collateral(d)]; letter != 'R' {
			return letter
		}
		return '0' + byte(a.lateness().on(a.Termination.On-1).bucket)
	case a.Status.PaidClosed() && a.ClosedOn <= d:
		return '0' + byte(a.lateness().on(a.ClosedOn-1).bucket)
	case then.bucket == 0 && revolves(a.Product.PortfolioType) && then.Balance.Dollars() == 0:
		return 'E'
	}
	return '0' + byte(then.bucket)
}

// perMonth converts one payment of a terms frequency to a monthly amount (FORMAT.md 2.6): numerator, denominator.
var perMonth = map[string][2]int64{
	"W": {433, 100}, "B": {217, 100}, "E": {2, 1}, "L": {1, 2}, "Q": {1, 3}, "T": {1, 4}, "S": {1, 6}, "Y": {1, 12},
}

// monthly converts one instalment to a month's worth, rounded half away from zero to the cent.
func monthly(c Cents, frequency string) Cents {
	factor, ok := perMonth[frequency]
	if !ok {
		return c
	}
	return Cents(decimal.NewFromInt(int64(c)*factor[0]).DivRound(decimal.NewFromInt(factor[1]), 0).IntPart())
}

package metro2

import "strings"

// after reports whether d is later than limit; a date that is missing or no
// date at all is not.
func after(d, limit Date) bool { return d > limit && limit.Valid() && d.Valid() }

func unknownCode(t *CodeTable, value string) bool { return value != "" && t.Find(value) == nil }

func legacyCode(t *CodeTable, value string) bool {
	c := t.Find(value)
	return c != nil && c.Legacy
}

func knownPortfolio(f facts) bool { return PortfolioTypes.Find(f.base.PortfolioType) != nil }

func typeFits(f facts) bool {
	c := AccountTypes.Find(f.base.AccountType)
	return c != nil && strings.Contains(c.Portfolios, f.base.PortfolioType)
}

func closedByConsumer(code string) bool {
	return code == "XA" || code == "XD" || code == "XE" || code == "XJ"
}

// outsidePeriod is false when the period is not known.
func (f facts) outsidePeriod(d Date) bool {
	return f.env.PeriodStart != 0 && d < f.env.PeriodStart || f.env.PeriodEnd != 0 && d > f.env.PeriodEnd
}

// isRepeat says that a paid account is reported again as of the earlier period
// in which it was paid.
func (f facts) isRepeat() bool {
	return f.is(isPaid) && f.base.DateLastPayment != 0 && f.outsidePeriod(f.base.DateAccountInfo)
}

// atPar says that status and rating show no delinquency: current, or paid while
// current.
func (f facts) atPar() bool { return f.status.has(isCurrent|hasRatedDOFD) && !f.is(isLate) }

// requiresDOFD is the rule of the guide for the date of first delinquency; a
// deletion and an unknown status require nothing.
func (f facts) requiresDOFD() bool {
	switch {
	case f.status.has(hasDOFD):
		return true
	case f.status.has(hasRatedDOFD) && f.is(isLate):
		return true
	}
	return f.atPar() && f.is(isPetition)
}

// takenOver says that the date opened is that of a placement or purchase, and
// the delinquency older.
func (f facts) takenOver() bool {
	return f.is(isInheritor) || f.rec.K2 != nil && f.rec.K2.Indicator == 1
}

func delinquentAtOnce(f facts) bool {
	first, opened := f.base.DateFirstDelinquency, f.base.DateOpened
	if !first.Valid() || !opened.Valid() || first < opened || f.takenOver() {
		return false
	}
	return first.dayNumber()-opened.dayNumber() < 30
}

func badIdentification(f facts) bool {
	return badNumber(f.base.IdentificationNumber)
}

// badNumber says that an identification number is too short, broken, or a filler.
func badNumber(id string) bool {
	return len(id) < 5 || strings.Contains(id, " ") || strings.Trim(id, "0") == "" || strings.Trim(id, "9") == ""
}

func accountHoldsSSN(f facts) bool {
	if holdsSSN(f.base.AccountNumber, f.base.SSN) {
		return true
	}
	for i := range f.rec.J1 {
		if holdsSSN(f.base.AccountNumber, f.rec.J1[i].SSN) {
			return true
		}
	}
	for i := range f.rec.J2 {
		if holdsSSN(f.base.AccountNumber, f.rec.J2[i].SSN) {
			return true
		}
	}
	return false
}

func holdsSSN(account string, ssn Number) bool {
	if len(account) < 9 || ssn <= 0 || ssn >= nineFilled {
		return false
	}
	var digits [9]byte
	putDigits(digits[:], uint64(ssn))
	for i := 0; i+9 <= len(account); i++ {
		if account[i:i+9] == string(digits[:]) {
			return true
		}
	}
	return false
}

// always is the condition of a rule that the traits of the record decide.
func always(facts) bool { return true }

// historyTraits says what is wrong with a payment history.
func historyTraits(history string) (t trait) {
	if history == "" {
		return oddHistory
	}
	var seen historySort
	for i := range len(history) {
		sort := historySorts[history[i]]
		if seen&firstMonth != 0 && sort&ratedMonth != 0 {
			t |= goneOnBehind
		}
		seen |= sort
	}
	if seen&unknownMonth != 0 || len(history) != 24 {
		t |= badHistory
	}
	if seen&oddMonth != 0 {
		t |= oddHistory
	}
	return t
}

// historySort sorts the characters of a payment history.
type historySort uint8

const (
	firstMonth   historySort = 1 << iota // B: nothing before
	ratedMonth                           // neither B nor blank
	oddMonth                             // Z or blank, which draw a warning of their own
	unknownMonth                         // in no table
)

var historySorts = func() (table [256]historySort) {
	for c := range table {
		table[c] = ratedMonth | unknownMonth
	}
	for _, c := range HistoryCodes.Codes {
		table[c.Value[0]] = ratedMonth
	}
	table['B'] = firstMonth
	table['Z'] |= oddMonth
	table[' '] = oddMonth
	return table
}()

func durationFits(f facts) bool {
	terms := f.base.TermsDuration
	if terms == "" {
		return f.base.TermsFrequency == "D"
	}
	switch f.base.PortfolioType {
	case "C":
		return terms == "LOC"
	case "O":
		return terms == "001"
	case "R":
		return terms == "REV"
	}
	return len(terms) == 3 && terms != "000" && isDigits(terms)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

package rules

// PaymentsAhead is what becomes of money beyond what is due and the fees charged (Q67).
type PaymentsAhead string

// The settings of PaymentsAhead.
const (
	Carry PaymentsAhead = "carry" // it goes towards cycles to come
	Whole PaymentsAhead = "whole" // whole instalments are carried; the rest lowers the balance alone
	Drop  PaymentsAhead = "drop"  // it lowers the balance alone, as on a card
)

// DelinquencyMethod is how days late become steps (Q31).
type DelinquencyMethod string

// The methods of Q31.
const (
	ByDays   DelinquencyMethod = "days"
	ByMonths DelinquencyMethod = "months"
)

// WithDefaults returns p with the settings that the lender left empty as its portfolio has them (Q31, Q67).
func (p Product) WithDefaults() Product {
	if p.PaymentsAhead == "" {
		switch p.PortfolioType {
		case "I":
			p.PaymentsAhead = Carry
		case "M":
			p.PaymentsAhead = Whole
		default:
			p.PaymentsAhead = Drop
		}
	}
	if p.DelinquencyMethod == "" {
		p.DelinquencyMethod = ByDays
		if p.PortfolioType == "M" {
			p.DelinquencyMethod = ByMonths
		}
	}
	return p
}

// Program holds the program settings that rules go by.
type Program struct {
	DOFDRule         DOFDRule
	ChargeOffPastDue ChargeOffPastDue
	Accommodations   Accommodations
}

// DOFDRule is what ends the run of delinquency behind the date of first delinquency (Q32).
type DOFDRule string

// The settings of DOFDRule.
const (
	DOFDByReports DOFDRule = "reports" // a report on which the account was less than 30 days late
	DOFDByDays    DOFDRule = "days"    // any day on which it was
)

// ChargeOffPastDue is the amount past due of a charged-off account (Q33).
type ChargeOffPastDue string

// The settings of ChargeOffPastDue.
const (
	PastDueBalance ChargeOffPastDue = "balance"
	PastDueZero    ChargeOffPastDue = "zero"
)

// Accommodations is whether an accommodation protects what bureaus are told (CA7).
type Accommodations string

// The settings of Accommodations.
const (
	Protect Accommodations = "protect"
	Ignore  Accommodations = "ignore"
)

// WithDefaults returns p with the settings that the lender left empty.
func (p Program) WithDefaults() Program {
	if p.DOFDRule == "" {
		p.DOFDRule = DOFDByReports
	}
	if p.ChargeOffPastDue == "" {
		p.ChargeOffPastDue = PastDueBalance
	}
	if p.Accommodations == "" {
		p.Accommodations = Protect
	}
	return p
}

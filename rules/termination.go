package rules

import (
	"slices"
	"strings"
)

// Reasons of a termination (Q70).
const (
	ReasonError       = "ERRO"  // DC1: the contract was a mistake
	ReasonFraud       = "FRAD"  // DC1: fraud, confirmed
	ReasonVoluntary   = "VOLU"  // BR13: voluntary surrender
	ReasonRepossessed = "REPO"  // BR13: repossession
	ReasonDeed        = "DEED"  // BR13: deed in lieu
	ReasonForeclosed  = "FORE"  // BR13: foreclosure completed
	ReasonClaim       = "CLAIM" // BR13: government claim
	ReasonPaid        = "PAID"
	ReasonSettled     = "SETT" // Q85, Q93
	ReasonTransfer    = "XFER" // Q76: servicing transfer
	ReasonOther       = "OTHR"
)

// TerminationReasons returns the closed list of a termination's reasons (Q70).
func TerminationReasons() []string {
	return []string{
		ReasonError, ReasonFraud, ReasonVoluntary, ReasonRepossessed, ReasonDeed, ReasonForeclosed, ReasonClaim, ReasonPaid,
		ReasonSettled, ReasonTransfer, ReasonOther,
	}
}

// ReasonAliases are a lender's own codes for reasons of the closed list, a setting of the program (Q70).
type ReasonAliases map[string]string

// ParseReasonAliases reads pairs CODE=REASON.
func ParseReasonAliases(pairs []string) ReasonAliases {
	if len(pairs) == 0 {
		return nil
	}
	aliases := make(ReasonAliases, len(pairs))
	for _, pair := range pairs {
		code, reason, _ := strings.Cut(pair, "=")
		aliases[code] = reason
	}
	return aliases
}

// Reason returns the reason of the closed list that a lender's code stands for, and whether it is one at all (Q70).
func (a ReasonAliases) Reason(code string) (reason string, ok bool) {
	if reason, ok = a[code]; ok {
		return reason, true
	}
	return code, slices.Contains(TerminationReasons(), code)
}

// CollateralOn returns the date from which the lender has or claims the collateral (BR13) as of d, 0 if it does not. A
// rescinded termination ends it from that day (Q94).
func (t *Termination) CollateralOn(d Date) Date {
	if t == nil || t.RescindedOn != 0 && t.RescindedOn <= d {
		return 0
	}
	switch t.Reason {
	case ReasonVoluntary, ReasonRepossessed, ReasonDeed, ReasonForeclosed, ReasonClaim:
		return t.On
	}
	return 0
}

package rules

import "slices"

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

// Reason returns the reason of the closed list that a lender's code stands for, and whether it is one at all (Q70).
func (a ReasonAliases) Reason(code string) (reason string, ok bool) {
	if reason, ok = a[code]; ok {
		return reason, true
	}
	return code, slices.Contains(TerminationReasons(), code)
}

package rules

import (
	"slices"
)

// DisputeChannel is how a dispute came (BR10).
type DisputeChannel string

// The channels of disputes.
const (
	DisputeDirect DisputeChannel = "DIRECT" // the consumer wrote to the lender
	DisputeACDV   DisputeChannel = "ACDV"   // a bureau passed it on over e-OSCAR
	DisputeTheft  DisputeChannel = "THEFT"  // a report of an identity theft: the account is blocked (CA9)
)

// DisputeChannels returns every channel of a dispute.
func DisputeChannels() []DisputeChannel {
	return []DisputeChannel{DisputeDirect, DisputeACDV, DisputeTheft}
}

// Bureaus returns the names of those that pass disputes on and get carbon copies.
func Bureaus() []string { return []string{"EQUIFAX", "EXPERIAN", "INNOVIS", "TRANSUNION"} }

// DisputeAnswer is what a dispute is answered with (BR10).
type DisputeAnswer string

// The four answers.
const (
	AnswerVerified     DisputeAnswer = "VERIFIED"      // what is furnished is right
	AnswerUpdated      DisputeAnswer = "UPDATED"       // fields are corrected (BR9)
	AnswerDeleted      DisputeAnswer = "DELETED"       // the account is deleted, DA (DC5)
	AnswerDeletedFraud DisputeAnswer = "DELETED_FRAUD" // it is deleted as a confirmed fraud, DF (Q56)
)

// DisputeAnswers returns the four answers.
func DisputeAnswers() []DisputeAnswer {
	return []DisputeAnswer{AnswerVerified, AnswerUpdated, AnswerDeleted, AnswerDeletedFraud}
}

// Deletes reports whether the answer deletes the account.
func (a DisputeAnswer) Deletes() bool { return a == AnswerDeleted || a == AnswerDeletedFraud }

// Days of a dispute's clock (BR10): from its receipt (Q86), and as many more once the consumer gives new information.
const (
	AnswerDays  = 30
	furtherDays = 15
)

// Dispute is what is written down of a dispute beside its case.
type Dispute struct {
	Channel       DisputeChannel `json:"channel,omitempty"`
	Bureau        string         `json:"bureau,omitempty"` // of an ACDV, as all up to BureauDueOn
	ControlNumber string         `json:"controlNumber,omitempty"`
	Codes         []string       `json:"codes,omitempty"`
	BureauDueOn   Date           `json:"bureauDueOn,omitempty"`
	ReceivedOn    Date           `json:"receivedOn"`
	InformedOn    Date           `json:"informedOn,omitempty"` // new information came; 0: none
}

// DueOn returns the day by which a dispute must be answered: the end of its clock, or the day by which the bureau wants its answer
// if that comes first (BR10).
func (d *Dispute) DueOn() Date {
	due := d.ReceivedOn + AnswerDays
	if d.InformedOn != 0 {
		due += furtherDays
	}
	if d.BureauDueOn != 0 {
		due = min(due, d.BureauDueOn)
	}
	return due
}

// Type returns the type of a dispute's case: a theft report blocks the account (CA9), and a claim of a fraud is no plain dispute
// (DC9).
func (d *Dispute) Type(claimsFraud bool) CaseType {
	switch {
	case d.Channel == DisputeTheft:
		return CaseIdentityTheft
	case claimsFraud:
		return CaseFraudClaim
	}
	return CaseDispute
}

// longestControl bounds the control number of an ACDV, mostCodes its codes.
const (
	longestControl = 30
	mostCodes      = 2
)

// CheckDispute returns a *Refusal for a dispute that cannot have come: of no channel, an ACDV without what every ACDV has, or another
// with what only an ACDV has.
func CheckDispute(d Dispute) error {
	switch {
	case !slices.Contains(DisputeChannels(), d.Channel):
		return refuse("BR10", "%q is not a channel of disputes", d.Channel)
	case d.Channel == DisputeACDV:
		return d.checkACDV()
	case d.Bureau != "" || d.ControlNumber != "" || len(d.Codes) > 0 || d.BureauDueOn != 0:
		return refuse("BR10", "only an ACDV has a bureau, a control number, codes and a date by which it is due")
	}
	return nil
}

func (d *Dispute) checkACDV() error {
	switch {
	case !slices.Contains(Bureaus(), d.Bureau):
		return refuse("BR10", "an ACDV comes from a bureau; %q is none", d.Bureau)
	case d.ControlNumber == "" || len(d.ControlNumber) > longestControl || !all(d.ControlNumber, isControl):
		return refuse("BR10", "an ACDV has a control number of at most %d letters, digits and hyphens", longestControl)
	case len(d.Codes) == 0 || len(d.Codes) > mostCodes:
		return refuse("BR10", "an ACDV has one or two dispute codes")
	case d.BureauDueOn == 0:
		return refuse("BR10", "an ACDV has a date by which the bureau wants its answer")
	case d.ReceivedOn != 0 && d.BureauDueOn < d.ReceivedOn:
		return refuse("BR10", "it would be due on %s, before it was received on %s", d.BureauDueOn, d.ReceivedOn)
	}
	for _, code := range d.Codes {
		if len(code) != 3 || !all(code, isDigit) {
			return refuse("BR10", "a dispute code has three digits")
		}
	}
	return nil
}

func all(text string, is func(byte) bool) bool {
	for i := range len(text) {
		if !is(text[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isControl(c byte) bool {
	return isDigit(c) || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c == '-'
}

// ExtendDispute returns a dispute after the consumer gave new information on a day, which makes its clock longer once (BR10); a
// bureau may want its answer on another day then. c is its case. It returns a *Refusal.
func ExtendDispute(c CaseEntry, d Dispute, informed, bureauDue, on Date) (Dispute, error) {
	first := d.ReceivedOn + AnswerDays
	switch {
	case c.DeletedOn != 0 || c.Outcome != "":
		return d, refuse("BR10", "the dispute is answered: what comes later is another one")
	case d.InformedOn != 0:
		return d, refuse("BR10", "new information of %s has extended it already; it extends a dispute once", d.InformedOn)
	case informed > on:
		return d, refuse("BR10", "new information of %s comes after the business date %s", informed, on)
	case informed < d.ReceivedOn || informed > first:
		return d, refuse("BR10", "new information of %s is not of the first %d days, from %s to %s", informed, AnswerDays, d.ReceivedOn, first)
	case bureauDue != 0 && d.Channel != DisputeACDV:
		return d, refuse("BR10", "only an ACDV has a date by which the bureau wants its answer")
	case bureauDue != 0 && bureauDue < d.BureauDueOn:
		return d, refuse("BR10", "the bureau would want the answer on %s, sooner than before", bureauDue)
	}
	d.InformedOn = informed
	if bureauDue != 0 {
		d.BureauDueOn = bureauDue
	}
	return d, nil
}

// Answering is what a person answers a dispute with.
type Answering struct {
	Answer    DisputeAnswer
	Disagrees bool // the consumer still disagrees: XC, of a billing error XG
	Removes   bool // the notation is removed: XR
	Corrects  int  // fields that it corrects
}

// CheckAnswering returns a *Refusal for an answer that is none of the four, or contradicts itself.
func CheckAnswering(a Answering) error {
	switch {
	case !slices.Contains(DisputeAnswers(), a.Answer):
		return refuse("BR10", "%q is not an answer to a dispute", a.Answer)
	case a.Answer == AnswerUpdated && a.Corrects == 0:
		return refuse("BR9", "an update names the fields that it corrects")
	case a.Answer != AnswerUpdated && a.Corrects > 0:
		return refuse("BR9", "only an update corrects fields")
	case a.Disagrees && a.Removes:
		return refuse("Q74", "a notation that is removed does not say that the consumer disagrees")
	case a.Answer.Deletes() && (a.Disagrees || a.Removes):
		return refuse("CA5", "an account that is deleted has no notation")
	}
	return nil
}

// AnswerDispute returns the case of a dispute after it was answered on business date on: it is closed with the outcome that the
// answer means (Q61, Q74, Q78). It returns a *Refusal.
func AnswerDispute(known CaseEntry, a Answering, on Date) (CaseEntry, error) {
	if err := CheckAnswering(a); err != nil {
		return known, err
	}
	claim := known.Type == CaseFraudClaim || known.Type == CaseIdentityTheft
	switch {
	case known.Type != CaseDispute && !claim:
		return known, refuse("CA8", "a case of type %s is no dispute", known.Type)
	case known.AutoCreated && !known.Acknowledged:
		return known, refuse("CA2", "monitoring made the case: acknowledge it before you answer it")
	case known.Outcome != "":
		return known, refuse("BR10", "the dispute has its outcome already: %s", known.Outcome)
	case claim && (a.Disagrees || a.Removes):
		return known, refuse("Q61", "a fraud claim or a theft report is confirmed or rejected; XH follows")
	}
	wanted := known
	wanted.Outcome = outcomeOf(known, a, claim)
	if wanted.ClosedOn == 0 || wanted.ClosedOn > on {
		wanted.ClosedOn = on
	}
	return EditCase(known, wanted, on)
}

func outcomeOf(c CaseEntry, a Answering, claim bool) CaseOutcome {
	switch {
	case claim && a.Answer == AnswerDeletedFraud:
		return OutcomeConfirmed
	case claim:
		return OutcomeRejected
	case a.Removes:
		return OutcomeRemoved
	case a.Disagrees && c.DisputeKind == DisputeFCBA:
		return OutcomeBilling
	case a.Disagrees:
		return OutcomeDisagrees
	}
	return OutcomeResolved
}

// ChannelOf returns the channel of a dispute of which only its case is known. It returns a *Refusal for a case that is no dispute.
func ChannelOf(c CaseEntry) (DisputeChannel, error) {
	switch c.Type {
	case CaseDispute, CaseFraudClaim:
		return DisputeDirect, nil
	case CaseIdentityTheft:
		return DisputeTheft, nil
	}
	return "", refuse("CA8", "a case of type %s is no dispute", c.Type)
}

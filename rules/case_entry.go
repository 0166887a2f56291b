package rules

import (
	"slices"
	"strings"
)

// CaseEntry is what the book writes down of a case (CA1): what the lender sends of it, or a person enters.
type CaseEntry struct {
	ExternalID     string      `json:"externalId,omitempty"` // of the system that keeps the case; empty: none
	Type           CaseType    `json:"type"`
	Status         string      `json:"status"` // the lender's word; no rule goes by it
	Outcome        CaseOutcome `json:"outcome,omitempty"`
	OpenedOn       Date        `json:"openedOn"`
	ClosedOn       Date        `json:"closedOn,omitempty"`
	DeletedOn      Date        `json:"deletedOn,omitempty"`
	AutoCreated    bool        `json:"autoCreated"` // monitoring made it
	Acknowledged   bool        `json:"acknowledged"`
	Chapter        int         `json:"chapter,omitempty"` // 7, 11, 12 or 13
	FiledOn        Date        `json:"filedOn,omitempty"`
	Disposition    Disposition `json:"disposition,omitempty"`
	DispositionOn  Date        `json:"dispositionOn,omitempty"`
	DebtListed     *bool       `json:"listedOutstandingDebt,omitempty"` // nil: not said, which is as if it were
	DisputeKind    DisputeKind `json:"disputeKind,omitempty"`
	DisputedAmount *Cents      `json:"disputedAmount,omitempty"`
	ReceivedOn     Date        `json:"receivedOn,omitempty"`
}

// The two words of a case's status that say whether it is closed, in any case of letters. Others say nothing of that.
const (
	CaseOpen   = "open"
	CaseClosed = "closed"
)

// chapters of the bankruptcies that have an indicator (CA3).
var chapters = [...]int{7, 11, 12, 13}

// WithDefaults returns c with what a new case has when nobody says otherwise: opened on the business date, and the status that its
// date closed says.
func (c CaseEntry) WithDefaults(on Date) CaseEntry {
	if c.OpenedOn == 0 {
		c.OpenedOn = on
	}
	if c.Status == "" {
		c.Status = CaseOpen
		if c.ClosedOn != 0 {
			c.Status = CaseClosed
		}
	}
	return c
}

// CheckCase returns a *Refusal for a case that no loan can have: a type that is not listed (CA8), a status that contradicts its date
// closed (Q47), or what belongs to a case of another type. What the night cannot apply is no fault here: it is an exception of the
// case's loans (CA8).
func CheckCase(c CaseEntry) error {
	legal := c.Type.Outcomes(c.DisputeKind)
	switch {
	case !slices.Contains(CaseTypes(), c.Type):
		return refuse("CA8", "%q is not a type of case", c.Type)
	case c.Status == "":
		return refuse("CA1", "a case has a status")
	case c.OpenedOn == 0:
		return refuse("CA1", "a case has a date on which it was opened")
	case c.ClosedOn != 0 && c.ClosedOn < c.OpenedOn:
		return refuse("Q47", "it would be closed on %s, before it was opened on %s", c.ClosedOn, c.OpenedOn)
	case strings.EqualFold(c.Status, CaseClosed) && c.ClosedOn == 0:
		return refuse("Q47", "a closed case has the date on which it was closed: its protection ends on it")
	case strings.EqualFold(c.Status, CaseOpen) && c.ClosedOn != 0:
		return refuse("Q47", "an open case has no date closed")
	case c.Outcome != "" && !slices.Contains(legal, c.Outcome):
		return refuse("Q74", "%q is not an outcome of such a case", c.Outcome)
	case c.ReceivedOn != 0 && c.Type != CaseDispute && c.Type != CaseFraudClaim && c.Type != CaseIdentityTheft:
		return refuse("Q86", "only a dispute, a fraud claim or a theft report has a date of its receipt")
	}
	if err := c.checkBankruptcy(); err != nil {
		return err
	}
	return c.checkDispute()
}

func (c *CaseEntry) checkBankruptcy() error {
	said := c.Chapter != 0 || c.FiledOn != 0 || c.Disposition != "" || c.DispositionOn != 0 || c.DebtListed != nil
	switch {
	case said && c.Type != CaseBankruptcy:
		return refuse("CA3", "only a bankruptcy has a chapter, a filing date, a disposition and a list of debts")
	case c.Chapter != 0 && !slices.Contains(chapters[:], c.Chapter):
		return refuse("CA3", "a bankruptcy is of chapter 7, 11, 12 or 13")
	case c.Disposition != "" && !slices.Contains(Dispositions(), c.Disposition):
		return refuse("CA3", "%q is not a disposition of a bankruptcy", c.Disposition)
	case c.DispositionOn != 0 && c.Disposition == "":
		return refuse("CA3", "a date of the disposition needs the disposition")
	case c.DispositionOn != 0 && c.DispositionOn < c.FiledOn:
		return refuse("CA3", "its disposition of %s came before its filing on %s", c.DispositionOn, c.FiledOn)
	}
	return nil
}

func (c *CaseEntry) checkDispute() error {
	switch {
	case (c.DisputeKind != "" || c.DisputedAmount != nil) && c.Type != CaseDispute:
		return refuse("Q74", "only a dispute has a kind and a disputed amount")
	case c.DisputeKind != "" && !slices.Contains(DisputeKinds(), c.DisputeKind):
		return refuse("Q74", "%q is not a kind of dispute", c.DisputeKind)
	case c.DisputedAmount == nil:
		return nil
	case c.DisputeKind != DisputeFCBA && c.DisputeKind != DisputeRESPA:
		return refuse("Q74", "only a dispute of kind FCBA or RESPA has a disputed amount")
	case *c.DisputedAmount < 0:
		return refuse("Q74", "a disputed amount is not negative")
	}
	return nil
}

// CheckCaseDates returns a *Refusal for a date that a person cannot know on business date on (CA1): what has happened has happened by
// then. Only a closing may lie ahead, as that of an order to serve.
func CheckCaseDates(c CaseEntry, on Date) error {
	for _, happened := range []struct {
		what string
		on   Date
	}{
		{"opened", c.OpenedOn}, {"filed", c.FiledOn}, {"decided", c.DispositionOn}, {"received", c.ReceivedOn},
	} {
		if happened.on > on {
			return refuse("CA1", "it would be %s on %s, after the business date %s", happened.what, happened.on, on)
		}
	}
	if c.ClosedOn > on+longestHold {
		return refuse("CA1", "it would be closed on %s: the date looks mistyped", c.ClosedOn)
	}
	return nil
}

// EditCase returns a case after a person has changed it from known to wanted on business date on; a status that said "open" or
// "closed" follows the date closed. It returns a *Refusal.
//
// What a case is about does not change, but for one that had no type of its own (CA8): what it did under the other type would have
// no case. The external id does not change, for the other system finds the case by it (CA1). Who made it does not change, and it
// is acknowledged and deleted by acts of their own (CA2).
func EditCase(known, wanted CaseEntry, on Date) (CaseEntry, error) {
	if err := checkDeleted(known); err != nil {
		return known, err
	}
	if wanted.Status == known.Status && (wanted.ClosedOn == 0) != (known.ClosedOn == 0) {
		switch {
		case strings.EqualFold(known.Status, CaseOpen):
			wanted.Status = CaseClosed
		case strings.EqualFold(known.Status, CaseClosed):
			wanted.Status = CaseOpen
		}
	}
	switch {
	case wanted.Type != known.Type && known.Type != CaseOther:
		return known, refuse("CA8", "a case of type %s stays one: delete it and create another", known.Type)
	case known.ExternalID != "" && wanted.ExternalID != known.ExternalID:
		return known, refuse("CA1", "the external id of a case does not change")
	case wanted.AutoCreated != known.AutoCreated:
		return known, refuse("CA2", "whether monitoring made a case does not change")
	}
	wanted.Acknowledged, wanted.DeletedOn = known.Acknowledged, known.DeletedOn
	err := CheckCase(wanted)
	if err == nil {
		err = CheckCaseDates(wanted, on)
	}
	if err != nil {
		return known, err
	}
	return wanted, nil
}

// DeleteCase returns a case after a person has deleted it (CA1): it has no effect any more, also not one that outlasts its closing
// (Q73), and a theft report blocks no more (Q78). It returns a *Refusal.
func DeleteCase(known CaseEntry, on Date) (CaseEntry, error) {
	if err := checkDeleted(known); err != nil {
		return known, err
	}
	known.DeletedOn = on
	return known, nil
}

// AcknowledgeCase returns a case that monitoring made after a person has acknowledged it: bureau codes go by it (CA2). It returns a
// *Refusal.
func AcknowledgeCase(known CaseEntry) (CaseEntry, error) {
	if err := checkDeleted(known); err != nil {
		return known, err
	}
	switch {
	case !known.AutoCreated:
		return known, refuse("CA2", "a person made the case: it needs no acknowledgement")
	case known.Acknowledged:
		return known, refuse("CA2", "the case is acknowledged already")
	}
	known.Acknowledged = true
	return known, nil
}

// CheckSnooze returns a *Refusal for a case that cannot be snoozed until a date, inclusive (CA1). Snoozing lifts no protection: no
// decision goes by it.
func CheckSnooze(c CaseEntry, until, on Date) error {
	switch {
	case c.DeletedOn != 0 || c.ClosedOn != 0 && c.ClosedOn <= on:
		return refuse("CA1", "a case that is closed or deleted is not snoozed")
	case until < on:
		return refuse("CA1", "a snooze until %s is over on %s", until, on)
	case until > on+longestSnooze:
		return refuse("CA1", "a snooze until %s is longer than a year: the date looks mistyped", until)
	}
	return nil
}

// longestSnooze bounds how long a case may be snoozed.
const longestSnooze = 366

// CheckUnsnooze returns a *Refusal if a case is not snoozed (CA1); until is 0 if it never was.
func CheckUnsnooze(until, on Date) error {
	if until < on {
		return refuse("CA1", "the case is not snoozed on %s", on)
	}
	return nil
}

// CheckEscalation returns a *Refusal for a case that cannot be escalated or de-escalated (CA1): escalated says that it is.
func CheckEscalation(c CaseEntry, escalated, escalate bool) error {
	switch {
	case !escalate && !escalated:
		return refuse("CA1", "the case is not escalated")
	case !escalate:
		return nil
	case escalated:
		return refuse("CA1", "the case is escalated already")
	}
	return checkDeleted(c)
}

func checkDeleted(c CaseEntry) error {
	if c.DeletedOn != 0 {
		return refuse("CA1", "the case was deleted on %s", c.DeletedOn)
	}
	return nil
}

// AssociationKind is what a case can be associated with (CA1).
type AssociationKind string

// The kinds of associations. Those with a customer or a loan decide whom the case concerns; the others are references to what other
// systems keep.
const (
	AssociationCustomer    AssociationKind = "CUSTOMER"
	AssociationLoan        AssociationKind = "LOAN"
	AssociationInteraction AssociationKind = "INTERACTION"
	AssociationDocument    AssociationKind = "DOCUMENT"
	AssociationCase        AssociationKind = "CASE"
)

// AssociationKinds returns every kind of association.
func AssociationKinds() []AssociationKind {
	return []AssociationKind{AssociationCustomer, AssociationLoan, AssociationInteraction, AssociationDocument, AssociationCase}
}

// CheckAssociation returns a *Refusal for an association of a kind that is not listed, or without a reference.
func CheckAssociation(kind AssociationKind, reference string) error {
	switch {
	case !slices.Contains(AssociationKinds(), kind):
		return refuse("CA1", "%q is not a kind of association", kind)
	case reference == "":
		return refuse("CA1", "an association has a reference")
	}
	return nil
}

// CheckParties returns a *Refusal for a case that would be about nobody: neither a borrower nor a loan (CA1).
func CheckParties(c CaseEntry, customers, loans int) error {
	if customers+loans == 0 {
		return refuse("CA1", "the case would be about no borrower and no loan")
	}
	return checkDeleted(c)
}

// AsSent returns a value of a case that people have changed after the lender has sent the case again (ST5, CA1): what he sends
// otherwise than last time is news of his and counts, what he sends again undoes nothing. last is the absent value where he has
// sent nothing yet.
func AsSent[T comparable](known, last, sent T) T {
	if sent != last {
		return sent
	}
	return known
}

// Equal reports whether two cases say the same.
func (c CaseEntry) Equal(other CaseEntry) bool {
	same := equalPointed(c.DebtListed, other.DebtListed) && equalPointed(c.DisputedAmount, other.DisputedAmount)
	c.DebtListed, c.DisputedAmount = other.DebtListed, other.DisputedAmount
	return same && c == other
}

func equalPointed[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

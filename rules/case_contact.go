package rules

import "slices"

// stopsContact are the types of cases that stop contact, with the reason that the loan gets (Q55, SP6).
var stopsContact = [...]CaseType{CaseBankruptcy, CaseDeceased, CaseMilitary}

// StopFacts are the facts of a stop by a case: the reason, and the case.
func StopFacts(reason string, by *Case) Facts {
	return newFacts(textFact("stop_reason", reason), textFact("case", by.ID))
}

// ContactState is what the book knows of a loan that may be contacted or not.
type ContactState struct {
	Serviced      bool
	StoppedByCase bool // the last to stop it was a night, for a case (Q55)
	EndListed     bool // it was listed since then that the case has ended
	Purged        bool // a night has cancelled schedules or payments of it
}

// ListContact returns an *Undecidable for a loan that a person must look at because nothing comes back by itself (SP8, Q55):
// it reopened without what was cancelled, or is not serviced though no case forbids it any more. reopened says that tonight's
// moves have reopened it; forbidden, that a case forbids contact.
func ListContact(s ContactState, reopened, forbidden bool) error {
	switch {
	case reopened && s.Purged:
		return &Undecidable{CodeNotRestored, "it reopened after its schedules were cancelled: they do not come back by themselves (SP8)"}
	case !forbidden && !s.Serviced && s.StoppedByCase && !s.EndListed:
		return &Undecidable{CodeCaseEnded, "the case that stopped its servicing has ended: servicing does not begin again by itself (Q55)"}
	}
	return nil
}

// NextCaseEnd returns the first day after d on which an open case that forbids contact is closed, Never for none.
func NextCaseEnd(cases []Case, d Date) Date {
	next := Never
	for i := range cases {
		if c := &cases[i]; c.ClosedOn > d && slices.Contains(stopsContact[:], c.Type) {
			next = min(next, c.ClosedOn)
		}
	}
	return next
}

// MustNotContact says whether a loan may not be contacted on business date d (Q55): an open case of a liable consumer says
// so, acknowledged or not (CA2), with whatever date it was opened. It returns the case and the reason to stop servicing.
func MustNotContact(cases []Case, consumers []Consumer, d Date) (reason string, by *Case) {
	for _, kind := range stopsContact {
		for i := range cases {
			c := &cases[i]
			if c.Type == kind && c.DeletedOn == 0 && !c.closed(d) && c.namesLiable(consumers) {
				return string(kind), c
			}
		}
	}
	return "", nil
}

// namesLiable reports whether a party of c is liable for the loan: not an authorized user (Q55). Who is meant by a case that names none of its
// consumers is not known: it may be anyone.
func (c *Case) namesLiable(consumers []Consumer) bool {
	namesAny := false
	for i := range consumers {
		if c.names(consumers[i].Position) {
			if consumers[i].ECOA != ecoaAuthorizedUser {
				return true
			}
			namesAny = true
		}
	}
	return !namesAny
}

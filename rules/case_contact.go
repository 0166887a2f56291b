package rules

// stopsContact are the types of cases that stop contact, with the reason that the loan gets (Q55, SP6).
var stopsContact = [...]CaseType{CaseBankruptcy, CaseDeceased, CaseMilitary}

// StopFacts are the facts of a stop by a case: the reason, and the case.
func StopFacts(reason string, by *Case) Facts {
	return newFacts(textFact("stop_reason", reason), textFact("case", by.ID))
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

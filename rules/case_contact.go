package rules

// stopsContact are the types of cases that stop contact, with the reason that the loan gets (Q55, SP6).
var stopsContact = [...]CaseType{CaseBankruptcy, CaseDeceased, CaseMilitary}

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

// namesLiable reports whether a party of c is liable for the loan (Q55).
func (c *Case) namesLiable(consumers []Consumer) bool {
	for i := range consumers {
		if consumers[i].liable() && c.names(consumers[i].Position) {
			return true
		}
	}
	return len(c.Parties) == 0
}

package rules

// OfPerson reports whether a case of this type concerns every loan of its parties, whatever loans it names: a bankruptcy, a
// death or military duty is a person's. Any other case that names loans concerns these alone (CA1).
func (t CaseType) OfPerson() bool {
	return t == CaseBankruptcy || t == CaseMilitary || t == CaseDeceased
}

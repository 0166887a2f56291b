package rules

// CodeCase is the exception of a loan with a case that the night cannot apply (CA8).
const CodeCase = "CASE_NOT_APPLIED"

// UnappliedCase is an *Undecidable because of one case (CA8).
type UnappliedCase struct {
	Case  string // its id
	Cause *Undecidable
}

func (e *UnappliedCase) Error() string { return e.Cause.Error() }

// Unwrap returns the *Undecidable.
func (e *UnappliedCase) Unwrap() error { return e.Cause }

// unapplied returns an *UnappliedCase for the first case that asks for something the night cannot do (CA8). A case without
// effect on bureau codes asks for nothing.
func (v *caseView) unapplied() error {
	for i := range v.cases {
		if c := &v.cases[i]; c.acts() {
			if why := v.fault(c); why != "" {
				return &UnappliedCase{c.ID, &Undecidable{CodeCase, "case " + c.ID + " cannot be applied: " + why}}
			}
		}
	}
	return nil
}

// fault says what a case lacks to be applied, empty for nothing.
func (v *caseView) fault(c *Case) string {
	for _, p := range c.Parties {
		switch {
		case p == 0:
			return "a party is no consumer of the loan, or of any"
		case !v.has(p):
			return "a party is not a consumer of the loan"
		}
	}
	personal := c.Type == CaseBankruptcy || c.Type == CaseDeceased
	switch {
	case personal && len(c.Parties) == 0 && v.liables() > 1:
		return "it does not say which consumer it is about"
	case c.Type != CaseBankruptcy || c.DebtNotListed || c.closed(v.on) && c.Disposition == "":
		return ""
	case c.Chapter == 0:
		return "a bankruptcy without a chapter"
	case c.FiledOn == 0:
		return "a chapter without a filing date"
	}
	return ""
}

func (v *caseView) has(position int) bool {
	for i := range v.consumers {
		if v.consumers[i].Position == position {
			return true
		}
	}
	return false
}

// liables counts the liable consumers.
func (v *caseView) liables() (n int) {
	for i := range v.consumers {
		if v.consumers[i].liable() {
			n++
		}
	}
	return n
}

// waiting returns the first case that will change the record when a person acknowledges it (CA2), nil for none.
func (v *caseView) waiting() *Case {
	for i := range v.cases {
		if c := &v.cases[i]; c.waits() && !c.closed(v.on) && c.Type != CaseOther {
			return c
		}
	}
	return nil
}

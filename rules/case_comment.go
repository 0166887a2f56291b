package rules

// caseComments are the special comments of cases while they run, in the order of their precedence (CA5, Q27, Q69).
var caseComments = [...]struct {
	of            CaseType
	comment, rule string
}{{CaseMilitary, "AI", "CA5"}, {CaseDisaster, "AW", "CA5"}, {CaseForbearance, "CP", "Q69"}}

// comment returns the first special comment that a case of the account asks for, empty for none. A military duty counts only
// for a consumer who is liable, a forbearance only while something is owed: it puts off payments.
func (v *caseView) comment(owed bool) (comment, rule string, by *Case) {
	for _, kind := range caseComments {
		for i := range v.cases {
			c := &v.cases[i]
			switch {
			case c.Type != kind.of || !c.runs(v.on):
			case c.Type == CaseMilitary && !c.namesLiable(v.consumers):
			case c.Type == CaseForbearance && !owed:
			default:
				return kind.comment, kind.rule, c
			}
		}
	}
	return "", "", nil
}

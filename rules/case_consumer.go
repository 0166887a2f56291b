package rules

// caseView is what a file goes by to apply the cases of an account.
type caseView struct {
	cases     []Case
	consumers []Consumer
	on        Date               // the calendar date of the file
	openedOn  Date               // of the account
	paidOn    Date               // of an account that is paid, 0: it is not
	said      FurnishedConsumers // by the last tradeline
}

// dropped reports whether the last tradeline said, or had said before, that a consumer was discharged: the account goes on, if it
// does, for others (CA4).
func (v *caseView) dropped(who *Consumer) bool {
	for i := range v.said {
		if v.said[i].ID == who.ID {
			return dischargeIndicator(v.said[i].CII)
		}
	}
	return false
}

// liable reports whether the lender says that the consumer is liable for the loan: not an authorized user, and still a
// consumer of it.
func (c *Consumer) liable() bool { return c.ECOA != ecoaAuthorizedUser && !leaves(c.ECOA) }

// party returns the first case of a type that f accepts and that names the consumer, nil for none.
func (v *caseView) party(kind CaseType, consumer *Consumer, f func(*Case) bool) *Case {
	for i := range v.cases {
		if c := &v.cases[i]; c.Type == kind && c.names(consumer.Position) && f(c) {
			return c
		}
	}
	return nil
}

// deceased returns the case of a consumer's death by d, nil for none. A death stays a fact after the case is closed (Q73). One
// that names the loan alone is of the one who is liable.
func (v *caseView) deceased(consumer *Consumer, d Date) *Case {
	return v.party(CaseDeceased, consumer, func(c *Case) bool {
		return c.acts() && c.beganOn() <= d && (len(c.Parties) > 0 || consumer.liable())
	})
}

// remains reports whether a consumer answers for the account on d: liable, alive, and no victim of a fraud or theft.
func (v *caseView) remains(consumer *Consumer, d Date) bool {
	return consumer.liable() && v.deceased(consumer, d) == nil && v.stolen(consumer) == nil && v.defrauded(consumer, d) == nil
}

// caseWord is what cases change of a consumer's segment.
type caseWord struct {
	ecoa    string // empty: the lender's
	cii     string
	leftOut bool
	rule    string // empty: no case changes anything
	by      *Case  // nil for what only takes an earlier indicator back
}

// consumer says what the cases make of one consumer's segment. last is what the last tradeline said of the consumer, nil if
// that was just what the loan says; neverSaid, that no file has ever named the consumer.
func (v *caseView) consumer(who *Consumer, last *FurnishedConsumer, neverSaid bool) caseWord {
	var before FurnishedConsumer
	if last != nil {
		before = *last
	}
	if by := v.defrauded(who, v.on); by != nil { // Q77: Z once
		return caseWord{ecoa: ecoaDeleted, leftOut: neverSaid || before.ECOA == ecoaDeleted, rule: "Q77", by: by}
	}
	if by := v.stolen(who); by != nil {
		return caseWord{leftOut: true, rule: "Q77", by: by}
	}
	word := v.indicated(who, before.CII)
	if by := v.deceased(who, v.on); by != nil { // Q66
		word.ecoa, word.leftOut = ecoaDeceased, word.leftOut || before.ECOA == ecoaDeceased
		word.rule, word.by = "CA5", by
		return word
	}
	if _, stage := v.bankruptcy(who, v.on); stage == stageNone && who.liable() {
		if by := v.stay(who); by != nil {
			word.ecoa, word.rule, word.by = ecoaTerminated, "CA4", by
		}
	}
	return word
}

// indicated says which indicator a consumer bears after the indicator of the last tradeline (CA3, CA4, Q60). A blank keeps
// the indicator at the bureaus, so whatever no longer holds is taken back once (FORMAT.md 2.11).
func (v *caseView) indicated(who *Consumer, before string) caseWord {
	by, stage := v.bankruptcy(who, v.on)
	switch {
	case stage == stageDischarged:
		return caseWord{cii: by.indicator(stage), leftOut: dischargeIndicator(before), rule: "CA4", by: by}
	case stage == stageReaffirmed:
		return caseWord{cii: by.indicator(stage), rule: "Q75", by: by}
	case stage.stayed():
		return caseWord{cii: by.indicator(stage), rule: "CA3", by: by}
	case petitionIndicator(before), dischargeIndicator(before):
		return caseWord{cii: "Q", rule: "Q60", by: v.ended(who)}
	case before == "R":
		return caseWord{cii: "S", rule: "CA1"}
	}
	return caseWord{}
}

// ended returns the latest bankruptcy of a consumer whatever became of it, nil for none.
func (v *caseView) ended(who *Consumer) (latest *Case) {
	for i := range v.cases {
		if c := &v.cases[i]; c.Type == CaseBankruptcy && c.names(who.Position) && (latest == nil || c.FiledOn >= latest.FiledOn) {
			latest = c
		}
	}
	return latest
}

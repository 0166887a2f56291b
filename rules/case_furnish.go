package rules

import "strconv"

// Keys of the facts that say what a case changed of a tradeline: the value is the rule and the case's id. Whatever begins with
// FactCase is for the review list, until a person has seen it.
const (
	FactCase         = "case_"
	factCaseStatus   = FactCase + "status"      // frozen status, past due and history (CA4)
	factCasePlan     = FactCase + "plan"        // nothing past due, the payment of the plan (Q75)
	factCaseBalance  = FactCase + "balance"     // nothing owed (Q75)
	factCaseDOFD     = FactCase + "delinquency" // date of first delinquency (BR3)
	factCaseConsumer = FactCase + "consumer_"   // with the position
	factCaseComment  = FactCase + "comment"     // special comment
	factCaseDispute  = FactCase + "compliance"  // compliance condition code
	FactAnswerBy     = FactCase + "answer_by"   // by when the dispute must be answered (BR10)
	factCaseDeletion = FactCase + "deletion"    // DF (Q56)
	FactCaseWaits    = FactCase + "waits"       // nobody has acknowledged it (CA2)
)

// caseFact says by which rule a case changed a part of the tradeline.
func caseFact(key, rule string, by *Case) Fact {
	if by == nil {
		return textFact(key, rule)
	}
	return textFact(key, rule+" "+by.ID)
}

// seeCases gets the cases ready to be asked. It is for accounts that have any.
func (a *decision) seeCases() {
	a.byCase = caseView{cases: a.Cases, consumers: a.Consumers, on: a.AsOf, openedOn: a.OpenedOn, paidOn: a.paidDate()}
	if len(a.Tradelines) > 0 {
		a.byCase.said = a.Tradelines[0].Consumers
	}
}

// reportedBefore reports whether bureaus know the account.
func (a *decision) reportedBefore() bool {
	return len(a.Tradelines) > 0 || a.Baseline.LastReportedOn != 0
}

// missingCase returns the exclusion of an account that people closed for fraud, death or bankruptcy without a case of that
// kind (Q76), nil for any other.
func (a *decision) missingCase() *Exclusion {
	var kinds [2]CaseType
	switch a.Status {
	case closedFraud:
		kinds = [2]CaseType{CaseFraudClaim, CaseIdentityTheft}
	case closedDeceased:
		kinds[0] = CaseDeceased
	case closedBankruptcy:
		kinds[0] = CaseBankruptcy
	default:
		return nil
	}
	for i := range a.Cases {
		if c := &a.Cases[i]; c.acts() && (c.Type == kinds[0] || c.Type == kinds[1]) {
			return nil
		}
	}
	return &Exclusion{CaseMissing, "Q76", "closed as " + string(a.Status) + " without a case of that kind"}
}

// freezeStanding replaces how late the account is by how late it was when a bankruptcy froze it (CA4). With a confirmed plan
// nothing is past due (Q75). What comes after an account has left counts no more.
func (a *decision) freezeStanding(t *Tradeline, late *lateness, now standing) standing {
	on := a.AsOf
	if a.left != 0 {
		on = a.left
	}
	a.frozen = a.byCase.frozen(on)
	if a.frozen.on == 0 {
		return now
	}
	then := late.on(a.frozen.on)
	now.unpaid, now.bucket, now.pastDue = then.unpaid, then.bucket, max(0, min(then.pastDue, now.Balance))
	t.Facts.add(dateFact("frozen_on", a.frozen.on))
	t.Facts.add(caseFact(factCaseStatus, "CA4", a.frozen.by))
	if a.frozen.confirmed != nil {
		now.pastDue = 0
		t.Facts.add(caseFact(factCasePlan, "Q75", a.frozen.confirmed))
	}
	return now
}

// stayedBefore reports whether the account owes and was frozen before a day on which its status would have changed: a charge-off,
// or the loss of its collateral. The status stays (CA4).
func (a *decision) stayedBefore(on Date, balance Cents) bool {
	return a.frozen.on != 0 && a.frozen.on < on && balance > 0
}

// pastDueWhole returns the amount past due of an account all of which is past due: what is owed, in a freeze no more than was
// owed then (CA4), with a confirmed plan nothing (Q75).
func (a *decision) pastDueWhole(late *lateness, balance Cents) int64 {
	switch {
	case a.frozen.on == 0:
		return balance.Dollars()
	case a.frozen.confirmed != nil:
		return 0
	}
	return min(balance, late.on(a.frozen.on).Balance).Dollars()
}

// lateOn returns the day as of which the account is late: the last one here, that of a freeze, else that of the file.
func (a *decision) lateOn() Date {
	if a.leftOn != 0 {
		return a.leftOn
	}
	if a.frozen.on != 0 {
		return a.frozen.on
	}
	return a.AsOf
}

// release fills in what bankruptcies change of an account that is decided: what a confirmed plan asks for, and nothing at all
// once everyone is discharged (Q75).
func (a *decision) release(t *Tradeline) {
	if a.frozen.on != 0 && !t.Final {
		t.Rule = "CA4"
	}
	if a.frozen.confirmed != nil && t.ScheduledPayment != 0 {
		t.ScheduledPayment = a.cyclePayment()
	}
	if by := a.byCase.discharged(); by != nil {
		t.CurrentBalance, t.AmountPastDue, t.ScheduledPayment = 0, 0, 0
		t.Rule = "Q75"
		t.Facts.add(caseFact(factCaseBalance, "Q75", by))
	}
}

// sayByCase changes what the file says of a consumer as the cases want it, after what the last one said (CA3 to CA5, Q77).
func (a *decision) sayByCase(c *Consumer, last *FurnishedConsumer, said *FurnishedConsumer) (fact Fact, changed bool) {
	neverSaid := last == nil && !a.reportedBefore() || last != nil && last.Segment == LeftOut && last.ECOA == ""
	word := a.byCase.consumer(c, last, neverSaid)
	if word.rule == "" {
		return Fact{}, false
	}
	if word.ecoa != "" {
		said.ECOA = word.ecoa
	}
	said.CII = word.cii
	if word.leftOut {
		said.Segment = LeftOut
		switch {
		case neverSaid:
			said.ECOA, said.CII = "", ""
		case last != nil:
			said.ECOA, said.CII = last.ECOA, last.CII
		}
	}
	return caseFact(factCaseConsumer+strconv.Itoa(c.Position), word.rule, word.by), true
}

// closedByRequest reports whether the consumer had the account closed (Q62, Q85).
func (a *decision) closedByRequest() bool {
	return a.Status == closedByCustomer || a.Status == closedPendingPayoff
}

// applyCases fills in what cases say of the account beside its status and its consumers: the date of first delinquency of a
// petition (BR3), the notation of a dispute, a special comment; and what waits for an acknowledgement (CA2).
func (a *decision) applyCases(t *Tradeline) error {
	before, lastDOFD := "", Date(0)
	if len(a.Tradelines) > 0 {
		before, lastDOFD = a.Tradelines[0].ComplianceCode, a.Tradelines[0].DateFirstDelinquency
	}
	if t.Deletion() != "" {
		return nil
	}
	if len(a.Cases) > 0 {
		if err := a.byCase.unapplied(); err != nil {
			return err
		}
		a.petitionDate(t, lastDOFD)
		if comment, rule, by := a.byCase.comment(t.CurrentBalance > 0); by != nil && t.SpecialComment == "" {
			t.SpecialComment = comment
			t.Facts.add(caseFact(factCaseComment, rule, by))
		}
		if by := a.byCase.waiting(); by != nil {
			t.Facts.add(caseFact(FactCaseWaits, "CA2", by))
		}
	}
	c := a.byCase.dispute()
	said := c
	if a.closedByRequest() {
		said = said.withClosure()
	}
	said = said.afterCode(before)
	if disputedCode(before) && said.code != before && said.by == nil {
		if by := a.byCase.takenBack(); by != nil {
			said.by, said.rule = by, "Q61"
		}
	}
	if said.code != "" {
		t.ComplianceCode = said.code
		t.Facts.add(caseFact(factCaseDispute, said.rule, said.by))
	}
	if c.by != nil {
		if on := c.by.answerBy(a.AsOf); on != 0 {
			t.Facts.add(dateFact(FactAnswerBy, on))
		}
	}
	return nil
}

// petitionDate sets the date of first delinquency of a current account with a bankrupt consumer to the petition (BR3).
func (a *decision) petitionDate(t *Tradeline, lastDOFD Date) {
	current := t.AccountStatus == StatusCurrent || t.AccountStatus == StatusPaid && t.PaymentRating == "0"
	if !current || t.DateFirstDelinquency != 0 {
		return
	}
	if by := a.byCase.petition(t.Placed, lastDOFD); by != nil {
		t.DateFirstDelinquency = by.FiledOn
		t.Facts.add(caseFact(factCaseDOFD, "BR3", by))
	}
}

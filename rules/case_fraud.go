package rules

// theft reports whether c is an identity theft that takes its parties out: from the report on, also for a file of an
// earlier date and without an acknowledgement (CA9, Q56), until it is rejected (Q78).
func (c *Case) theft(d Date) bool {
	return c.Type == CaseIdentityTheft && c.DeletedOn == 0 && c.outcome(d) != OutcomeRejected
}

// confirmed reports whether c is a fraud claim or a theft that was confirmed by d (Q56).
func (c *Case) confirmed(d Date) bool {
	return (c.Type == CaseFraudClaim || c.Type == CaseIdentityTheft) && c.acts() && c.outcome(d) == OutcomeConfirmed
}

// stolen returns the theft report that takes a consumer out of the record, nil for none (Q77).
func (v *caseView) stolen(who *Consumer) *Case {
	return v.party(CaseIdentityTheft, who, func(c *Case) bool { return c.theft(v.on) })
}

// defrauded returns the case that confirmed that a consumer's part in the account was a fraud by d, nil for none (Q77).
func (v *caseView) defrauded(who *Consumer, d Date) *Case {
	confirmed := func(c *Case) bool { return c.confirmed(d) }
	if by := v.party(CaseIdentityTheft, who, confirmed); by != nil {
		return by
	}
	return v.party(CaseFraudClaim, who, confirmed)
}

// everyone returns the last of the cases that f finds for the liable consumers, nil if it finds none for one of them.
func (v *caseView) everyone(f func(*Consumer) *Case) (last *Case) {
	for i := range v.consumers {
		if who := &v.consumers[i]; who.liable() {
			if last = f(who); last == nil {
				return nil
			}
		}
	}
	return last
}

// blocked returns the theft report that keeps the whole account out of every file, nil for none (CA9).
func (v *caseView) blocked() *Case { return v.everyone(v.stolen) }

// fraud returns the confirmed case that leaves no liable consumer: the account is to be deleted as DF (Q56, Q77).
func (v *caseView) fraud() *Case {
	return v.everyone(func(who *Consumer) *Case { return v.defrauded(who, v.on) })
}

// exclusion says why a theft report leaves the account out on d (CA9). One that is closed without an outcome, or without a
// person's acknowledgement, is listed for a person (CA2, Q78).
func (c *Case) exclusion(d Date) *Exclusion {
	switch {
	case c.closed(d) && c.outcome(d) == "":
		return &Exclusion{Blocked, "Q78", "identity theft was reported, and case " + c.ID + " was closed without an outcome: give it one"}
	case c.waits():
		return &Exclusion{Blocked, "CA9", "identity theft was reported by monitoring: acknowledge case " + c.ID}
	}
	return &Exclusion{Blocked, "CA9", "identity theft was reported, case " + c.ID}
}

package rules

// acts reports whether bureau codes may go by c: it is not deleted, and if monitoring made it, a person has acknowledged it
// (CA1, CA2). A deletion takes the case back from the first day on, so its date does not matter.
func (c *Case) acts() bool { return c.DeletedOn == 0 && (!c.AutoCreated || c.Acknowledged) }

// waits reports whether c has no effect on bureau codes only because nobody has acknowledged it (CA2).
func (c *Case) waits() bool { return c.DeletedOn == 0 && c.AutoCreated && !c.Acknowledged }

// beganOn returns the first day of c: the petition of a bankruptcy, the day on which a dispute, claim or theft report was
// first received (Q86), else the day on which it was opened.
func (c *Case) beganOn() Date {
	switch c.Type {
	case CaseBankruptcy:
		return c.FiledOn
	case CaseDispute, CaseFraudClaim, CaseIdentityTheft:
		if c.ReceivedOn != 0 {
			return c.ReceivedOn
		}
	}
	return c.OpenedOn
}

// closed reports whether c is closed on d. Its protection ends on the day of its closing (Q47).
func (c *Case) closed(d Date) bool { return c.ClosedOn != 0 && c.ClosedOn <= d }

// runs reports whether bureau codes go by c on d: it acts, has begun and is not closed.
func (c *Case) runs(d Date) bool { return c.acts() && c.beganOn() <= d && !c.closed(d) }

// outcome returns how c has ended by d, empty if it has not. The outcome comes with the closing, and stays a fact after it
// (Q73).
func (c *Case) outcome(d Date) CaseOutcome {
	if c.ClosedOn > d {
		return ""
	}
	return c.Outcome
}

// disposition returns how a bankruptcy stands on d (CA3). Without a date it is of the day of the case's closing.
func (c *Case) disposition(d Date) Disposition {
	on := c.DispositionOn
	if on == 0 {
		on = c.ClosedOn
	}
	if on > d {
		return ""
	}
	return c.Disposition
}

// names reports whether the consumer at a position is a party of c. A case about the loan itself names everyone.
func (c *Case) names(position int) bool {
	if len(c.Parties) == 0 {
		return true
	}
	for _, p := range c.Parties {
		if p == position {
			return true
		}
	}
	return false
}

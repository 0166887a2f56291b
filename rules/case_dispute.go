package rules

// Compliance condition codes (FORMAT.md 2.9).
const (
	complianceClosed          = "XA" // closed at the consumer's request (Q62)
	complianceDisputed        = "XB"
	complianceClosedDisputed  = "XD" // XA and XB
	complianceClosedDisagrees = "XE" // XA, and the consumer disagrees
	complianceBilling         = "XF" // a billing error is disputed
	complianceClosedBilling   = "XJ" // XA and XF
	complianceRemoved         = "XR"
)

// disputes reports whether c puts a notation on the record: a dispute (Q74), or a fraud claim (DC9).
func (c *Case) disputes() bool { return c.Type == CaseDispute || c.Type == CaseFraudClaim }

// notation returns the compliance condition code of a dispute while it runs (BR10, Q74).
func (c *Case) notation() string {
	if c.Type == CaseDispute && c.DisputeKind == DisputeFCBA {
		return complianceBilling
	}
	return complianceDisputed
}

// after returns the compliance condition code of a dispute that has ended (CA5, Q61). A confirmed claim leaves none.
func (c *Case) after(d Date) string {
	switch outcome := c.outcome(d); {
	case c.Type == CaseDispute && outcome != OutcomeRemoved:
		return string(outcome)
	case c.Type == CaseFraudClaim && outcome == OutcomeRejected:
		return string(OutcomeResolved)
	}
	return ""
}

// compliance is the compliance condition code that disputes ask for; by is nil if there are none.
type compliance struct {
	code string
	by   *Case
	rule string
}

// dispute returns the code of the dispute that began last of those that run, else of the one that ended last. A dispute runs
// until it has an outcome, even if it is closed (Q86).
func (v *caseView) dispute() compliance {
	var running, ended *Case
	for i := range v.cases {
		c := &v.cases[i]
		switch {
		case !c.disputes() || !c.acts() || c.beganOn() > v.on:
		case c.outcome(v.on) == "":
			if running == nil || c.beganOn() >= running.beganOn() {
				running = c
			}
		case ended == nil || c.ClosedOn >= ended.ClosedOn:
			ended = c
		}
	}
	switch {
	case running != nil && running.Type == CaseFraudClaim:
		return compliance{running.notation(), running, "DC9"}
	case running != nil && running.closed(v.on):
		return compliance{running.notation(), running, "Q86"}
	case running != nil:
		return compliance{running.notation(), running, "BR10"}
	case ended != nil && ended.Type == CaseDispute:
		return compliance{ended.after(v.on), ended, "Q74"}
	case ended != nil:
		return compliance{ended.after(v.on), ended, "Q61"}
	}
	return compliance{}
}

// withClosure adds to the code that the account was closed at the consumer's request (Q62, Q74, Q85).
func (c compliance) withClosure() compliance {
	switch c.code {
	case complianceDisputed:
		c.code = complianceClosedDisputed
	case complianceBilling:
		c.code = complianceClosedBilling
	case string(OutcomeDisagrees), string(OutcomeBilling):
		c.code = complianceClosedDisagrees
	default:
		c.code = complianceClosed
	}
	if c.by == nil {
		c.rule = "Q62"
	}
	return c
}

// afterCode takes back the code of the last record, which a blank would keep (FORMAT.md 2.9): XR, once (Q61, Q96).
func (c compliance) afterCode(before string) compliance {
	if c.code == "" && before != "" && before != complianceRemoved {
		c.code = complianceRemoved
		if c.by == nil {
			c.rule = "Q96"
		}
	}
	return c
}

// disputedCode reports whether a compliance condition code says something of a dispute.
func disputedCode(code string) bool {
	return code != "" && code != complianceClosed && code != complianceRemoved
}

// takenBack returns the dispute that was deleted and began last: what it said is taken back (CA1, Q61). nil: none was.
func (v *caseView) takenBack() (last *Case) {
	for i := range v.cases {
		if c := &v.cases[i]; c.disputes() && c.DeletedOn != 0 && (last == nil || c.beganOn() >= last.beganOn()) {
			last = c
		}
	}
	return last
}

// respaDays is how long a notice of error keeps the disputed amount from being late (Q74).
const respaDays = 60

// disputed returns the amount in dispute on d, which makes nothing late (Q74).
func (l *Loan) disputed(d Date) (sum Cents) {
	for k := range l.Cases {
		sum += l.Cases[k].disputedOn(d)
	}
	return sum
}

// disputedOn returns the amount that c keeps from being late on d (Q74): of a billing error until it is resolved, which a
// closing without an outcome does not do (Q86); of a notice of error for 60 days from its receipt.
func (c *Case) disputedOn(d Date) Cents {
	if c.Type != CaseDispute || !c.acts() || d < c.beganOn() {
		return 0
	}
	if c.DisputeKind == DisputeFCBA && c.outcome(d) == "" || c.DisputeKind == DisputeRESPA && d < c.beganOn()+respaDays {
		return c.DisputedAmount
	}
	return 0
}

// answerBy returns the day by which a dispute that runs on d must be answered (BR10, Q86), 0 for one that does not.
func (c *Case) answerBy(d Date) Date {
	switch {
	case !c.disputes() || c.outcome(d) != "":
		return 0
	case c.AnswerOn != 0:
		return c.AnswerOn
	}
	return c.beganOn() + AnswerDays
}

package rules

// bankruptcyStage is where a bankruptcy stands on a day.
type bankruptcyStage uint8

const (
	stageNone       bankruptcyStage = iota // no petition, or one that ended without effect
	stageFiled                             // the stay runs
	stageConfirmed                         // the plan was confirmed; the stay runs on (Q75)
	stageDischarged                        // CA4
	stageReaffirmed                        // Q75
)

// stayed reports whether the consumer's debts are stayed.
func (s bankruptcyStage) stayed() bool { return s == stageFiled || s == stageConfirmed }

// stage returns where a bankruptcy stands on d. A case that was closed without a disposition protects no more (Q73).
func (c *Case) stage(d Date) bankruptcyStage {
	if c.Type != CaseBankruptcy || !c.acts() || c.DebtNotListed || c.FiledOn == 0 || c.FiledOn > d {
		return stageNone
	}
	switch c.disposition(d) {
	case Discharged:
		return stageDischarged
	case Reaffirmed:
		return stageReaffirmed
	case Dismissed, Withdrawn:
		return stageNone
	case PlanConfirmed:
		if !c.closed(d) {
			return stageConfirmed
		}
	default:
		if !c.closed(d) {
			return stageFiled
		}
	}
	return stageNone
}

// repays reports whether the chapter is one of repayment, whose stay protects co-borrowers, too (CA4).
func (c *Case) repays() bool { return c.Chapter == 12 || c.Chapter == 13 }

// indicators are the consumer information indicators of a petition and a discharge, by chapter (CA3).
var indicators = map[int][2]string{7: {"A", "E"}, 11: {"B", "F"}, 12: {"C", "G"}, 13: {"D", "H"}}

// indicator returns the consumer information indicator of a bankruptcy (CA3, Q75), empty for none.
func (c *Case) indicator(stage bankruptcyStage) string {
	switch {
	case stage.stayed():
		return indicators[c.Chapter][0]
	case stage == stageDischarged:
		return indicators[c.Chapter][1]
	case stage == stageReaffirmed:
		return "R"
	}
	return ""
}

// petitionIndicator reports whether an indicator says that a petition runs, or is the personal receivership's (Q60).
func petitionIndicator(cii string) bool {
	switch cii {
	case "A", "B", "C", "D", "1A":
		return true
	}
	return false
}

// dischargeIndicator reports whether an indicator says that the consumer was discharged (CA3).
func dischargeIndicator(cii string) bool {
	switch cii {
	case "E", "F", "G", "H":
		return true
	}
	return false
}

// bankruptcy returns the bankruptcy of a consumer on a day and where it stands, nil for none: a discharge before all others,
// else the latest petition. A debt that was paid before the petition, or made after it, is no part of it (Q60).
func (v *caseView) bankruptcy(consumer *Consumer, d Date) (by *Case, stage bankruptcyStage) {
	if !consumer.liable() {
		return nil, stageNone
	}
	for i := range v.cases {
		c := &v.cases[i]
		s := c.stage(d)
		if s == stageNone || !c.names(consumer.Position) || c.FiledOn < v.openedOn || v.paidOn != 0 && v.paidOn < c.FiledOn {
			continue
		}
		final, finalBefore := s == stageDischarged, stage == stageDischarged
		if by == nil || final && !finalBefore || final == finalBefore && c.FiledOn >= by.FiledOn {
			by, stage = c, s
		}
	}
	return by, stage
}

// freeze is an account that a bankruptcy has frozen (CA4).
type freeze struct {
	on        Date  // status and past due are as of the end of this day; 0: not frozen
	by        *Case // the petition of that day
	confirmed *Case // a plan was confirmed: nothing is past due (Q75); nil: none
}

// frozen says since when the account is frozen on d: since all liable consumers have filed, or since anyone has filed under
// chapter 12 or 13 (CA4). It stays frozen when the last of them is discharged. Who was dropped before freezes nothing when the
// others leave.
func (v *caseView) frozen(d Date) freeze {
	var repaying, all freeze
	missing, here := false, false
	for i := range v.consumers {
		who := &v.consumers[i]
		if !v.remains(who, d) {
			continue
		}
		here = here || !v.dropped(who)
		by, stage := v.bankruptcy(who, d)
		switch {
		case stage != stageDischarged && !stage.stayed():
			missing = true
			continue
		case by.FiledOn > all.on:
			all.on, all.by = by.FiledOn, by
		}
		if stage == stageConfirmed {
			all.confirmed, repaying.confirmed = by, by
		}
		if stage.stayed() && by.repays() && (repaying.on == 0 || by.FiledOn < repaying.on) {
			repaying.on, repaying.by = by.FiledOn, by
		}
	}
	switch {
	case repaying.on != 0 && (missing || repaying.on < all.on):
		return repaying
	case !missing && here:
		return all
	}
	return freeze{}
}

// discharged returns the discharge that leaves nobody liable on the day of the file, nil for none (Q75). That of a consumer who
// was dropped before left others.
func (v *caseView) discharged() (last *Case) {
	here := false
	for i := range v.consumers {
		who := &v.consumers[i]
		if !v.remains(who, v.on) {
			continue
		}
		by, stage := v.bankruptcy(who, v.on)
		if stage != stageDischarged {
			return nil
		}
		last, here = by, here || !v.dropped(who)
	}
	if !here {
		return nil
	}
	return last
}

// stay returns the petition under chapter 12 or 13 of another consumer whose stay protects this one (CA4), nil for none.
func (v *caseView) stay(consumer *Consumer) *Case {
	for i := range v.consumers {
		who := &v.consumers[i]
		if by, stage := v.bankruptcy(who, v.on); who.Position != consumer.Position && stage.stayed() && by.repays() && v.remains(who, v.on) {
			return by
		}
	}
	return nil
}

// petition returns the earliest petition behind an indicator of the record, nil for none: the date of first delinquency of
// an account that is current (BR3). After a reaffirmation the date stays if the last record bore it (FORMAT.md 3.2).
func (v *caseView) petition(said []FurnishedConsumer, lastDOFD Date) (by *Case) {
	for i := range v.consumers {
		c, stage := v.bankruptcy(&v.consumers[i], v.on)
		switch {
		case c == nil || said[i].Segment == LeftOut:
		case stage == stageReaffirmed && lastDOFD != c.FiledOn:
		case by == nil || c.FiledOn < by.FiledOn:
			by = c
		}
	}
	return by
}

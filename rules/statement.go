package rules

// ClosedLoan holds what a final statement depends on.
type ClosedLoan struct {
	State
	OpenedOn   Date
	FirstNight Date    // the first business date after the loan was boarded
	Cycles     []Cycle // the loan's billing cycles; those that begin after the date closed do not matter
}

// StatementPeriod is the period of a final statement. CycleNo is 0 if the loan closed outside every cycle.
type StatementPeriod struct {
	StartsOn, EndsOn Date
	CycleNo          int
}

// FinalStatement decides step 3 for a closed loan whose episode has no statement yet (FS1, FS3). The statement covers the
// cycle in which the loan closed, or ends on the date closed if it closed outside every cycle; it is due on the first night
// on or after the end of that period. A loan that was boarded closed after its cycle had ended gets none (Q10).
func FinalStatement(l ClosedLoan) (StatementPeriod, bool) {
	period := StatementPeriod{StartsOn: l.OpenedOn, EndsOn: l.ClosedOn}
	for _, c := range l.Cycles {
		if c.StartsOn <= l.ClosedOn && l.ClosedOn <= c.EndsOn {
			period = StatementPeriod{c.StartsOn, c.EndsOn, c.No}
			break
		}
		if c.EndsOn < l.ClosedOn {
			period.StartsOn = max(period.StartsOn, c.EndsOn+1)
		}
	}
	if l.closureBoarded() && period.EndsOn < l.FirstNight {
		return StatementPeriod{}, false
	}
	period.StartsOn = min(period.StartsOn, period.EndsOn)
	return period, true
}

// AnnouncesStatement reports whether the statement_generation event goes out for a closure (FS2).
func AnnouncesStatement(s Status) bool { return s.PaidClosed() }

package rules

// ClosedLoan is what decides over a final statement.
type ClosedLoan struct {
	State
	OpenedOn   Date
	FirstNight Date    // the first business date that saw the loan
	Cycles     []Cycle // the loan's cycles that begin on or before the date closed
}

// StatementPeriod is the period that a final statement covers. CycleNo 0: the loan closed in no cycle.
type StatementPeriod struct {
	StartsOn, EndsOn Date
	CycleNo          int
}

// FinalStatement decides step 3 for a closed loan whose episode has no statement yet (FS1, FS3): it is due
// on the first night on or after the end of its period, the cycle in which the loan closed, or the date closed if it
// closed in no cycle. A loan that was closed when it was boarded, its cycle over, gets none from us (Q10).
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

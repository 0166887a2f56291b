package rules

import "slices"

// turns returns the days after one date and up to another, in order, on which what asks or how late it is can turn: days of
// entries, of cycles and a step after them, of fees' ageing, and the ends of what excuses.
func (l *lateness) turns(after, to Date) []Date {
	days := make([]Date, 0, len(l.Entries)+2*len(l.Dues)+8)
	add := func(day Date) {
		if after < day && day <= to {
			days = append(days, day)
		}
	}
	for k := range l.Entries {
		add(l.Entries[k].Effective)
	}
	for k := range l.Dues {
		due := l.Dues[k].DueOn
		add(due)
		add(l.loan.excusedUntil(due))
		add(l.loan.stepOn(due, l.spans))
	}
	for _, s := range l.spans {
		add(s.from)
		add(s.after())
		add(l.loan.stepOn(s.after(), l.spans))
	}
	if l.loan.LastDueOn != 0 {
		add(l.loan.stepOn(l.loan.LastDueOn, l.spans))
	}
	for k := range l.loan.Cases { // disputes (Q74)
		c := &l.loan.Cases[k]
		add(c.beganOn())
		add(c.beganOn() + 60)
		add(c.ClosedOn)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

package rules

// State is a loan's account status and what nights must remember about it (ST1, ST4). Every caller fills every field.
type State struct {
	Status        Status
	Since         Date  // business date of the last change
	ByHand        bool  // people made the last change, or the status came with boarding
	ClosedOn      Date  // 0 unless the status is closed
	Episode       int   // number of closures (Q10)
	BoardedClosed bool  // the loan was boarded closed: its first closure is the lender's
	CountFrom     Date  // cycles evaluated on or before it never count (DQ3, Q4)
	ReopenedOn    Date  // reversals effective by then are repaired in the count (Q3)
	ChargedOffOn  Date  // 0: never charged off; a reopening keeps it
	ChargeOff     Cents // written once; 0: not known
}

// closureBoarded reports whether the latest closure is the one that the loan was boarded with.
func (s *State) closureBoarded() bool { return s.BoardedClosed && s.Episode == 1 }

// After returns the state after a move on business date d. A night writes the date and the amount of a charge-off only once
// (FORMAT.md 3.3).
func (s State) After(m Move, d Date) State {
	s.Status, s.Since, s.ByHand, s.ClosedOn = m.To, d, false, m.ClosedOn
	if m.NewEpisode {
		s.Episode++
	}
	if m.CountFrom != 0 {
		s.CountFrom = m.CountFrom
	}
	if m.ReopenedOn != 0 {
		s.ReopenedOn = m.ReopenedOn
	}
	if m.To == ChargeOff && s.ChargedOffOn == 0 {
		s.ChargedOffOn = m.EffectiveOn
	}
	if m.To == ChargeOff && s.ChargeOff == 0 {
		s.ChargeOff = m.ChargeOff
	}
	return s
}

// Change is one change of a loan's account status, a row of its history (ST4).
type Change struct {
	From, To    Status // From is empty for boarding
	On          Date   // business date
	EffectiveOn Date
	ClosedOn    Date // 0 unless To is closed
	ByHand      bool // people made it, or it is the boarding
}

// ChangedSince reports whether the state changed after d. If so, StateAsOf needs the loan's history.
func (s *State) ChangedSince(d Date) bool { return s.Since > d }

// StateAsOf returns the state that a loan had at the end of d: the state after the last change that was effective by then, or
// after boarding if none was. history is the loan's whole history, oldest change first. It is only read if
// now.ChangedSince(d), and may be nil otherwise.
//
// On d, a closure or charge-off with a later date had not happened: the loan was open. The amount of a charge-off counts from
// the day of the charge-off, even if it was written down later.
func StateAsOf(now State, history []Change, d Date) State {
	s := now
	if now.ChangedSince(d) && len(history) > 0 {
		last := len(history) - 1
		for last > 0 && history[last].EffectiveOn > d {
			last--
		}
		s = replay(now, history[:last+1], history[last+1:])
	}
	if s.Status.Closed() && s.ClosedOn > d {
		s.Status, s.ClosedOn, s.Episode = Active, 0, max(0, s.Episode-1)
	}
	if s.ChargedOffOn > d {
		s.ChargedOffOn, s.ChargeOff = 0, 0
	}
	return s
}

// replay returns the state after changes, of which the first is the boarding. later are the changes that follow them.
func replay(now State, changes, later []Change) State {
	s := State{BoardedClosed: now.BoardedClosed, ChargedOffOn: now.ChargedOffOn, ChargeOff: now.ChargeOff}
	for i, c := range changes {
		closes := c.To.Closed() && !s.Status.Closed()
		opens := !c.To.Closed() && s.Status.Closed()
		switch {
		case i == 0:
			s.CountFrom = c.On
		case c.ByHand && c.To != s.Status:
			s.CountFrom = max(s.CountFrom, c.On)
			if !c.To.Closed() {
				s.ReopenedOn = 0
			}
		case !c.ByHand && opens:
			s.ReopenedOn = c.On
			if closedAgain(c, changes[i+1:], later) {
				s.ReopenedOn = c.EffectiveOn // Q11
			}
		case !c.ByHand && c.To == Active:
			s.CountFrom = c.On // DQ6
		}
		if closes {
			s.Episode++
		}
		s.Status, s.Since, s.ByHand, s.ClosedOn = c.To, c.On, c.ByHand, c.ClosedOn
	}
	return s
}

// closedAgain reports whether the night that reopened a loan also closed it again (Q11).
func closedAgain(reopened Change, next, later []Change) bool {
	if len(next) == 0 {
		next = later
	}
	return len(next) > 0 && !next[0].ByHand && next[0].On == reopened.On && next[0].To.Closed()
}

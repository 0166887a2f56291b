package rules

// State is a loan's account status and what the night must remember of it (ST1, ST4). It is filled whole wherever a rule
// sees it.
type State struct {
	Status        Status
	Since         Date  // business date of the last change
	ByHand        bool  // the last change was made by people, or the status came with the boarding
	ClosedOn      Date  // 0 unless the status is closed
	Episode       int   // closures so far (Q10)
	BoardedClosed bool  // the loan was closed when it was boarded: its first closure is not ours
	CountFrom     Date  // cycles evaluated on or before it never count (DQ3, Q4)
	ReopenedOn    Date  // reversals effective by then are repaired in the count (Q3)
	ChargedOffOn  Date  // of the first charge-off, kept for good
	ChargeOff     Cents // what was charged off, kept for good; 0: not known
}

// closureBoarded reports whether the closure that stands came with the boarding.
func (s *State) closureBoarded() bool { return s.BoardedClosed && s.Episode == 1 }

// After returns the state that a move on business date d leaves. The date and the amount of a charge-off are written once
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

// Change is a row of a loan's history: a change of its account status (ST4).
type Change struct {
	From, To    Status // From is empty for the boarding
	On          Date   // business date
	EffectiveOn Date
	ClosedOn    Date // 0 unless To is closed
	ByHand      bool // made by people, or the boarding
}

// ChangedSince reports whether the state has changed after d, so that StateAsOf needs the loan's history.
func (s *State) ChangedSince(d Date) bool { return s.Since > d }

// StateAsOf returns the state that a loan had at the end of d: the last change of its history that was effective by then
// and what went before it, or the boarding if none was. History is the loan's whole history, oldest first; it is not looked
// at, and may be nil, unless now.ChangedSince(d).
//
// A closure or a charge-off dated after d had not come yet: the loan was open. What is written once of a charge-off, its
// amount, is known from the day of the charge-off on, whenever it was written down.
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

// replay is the state that changes made, the first of them the boarding. later are the changes after them.
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

// closedAgain reports whether the night that reopened a loan closed it again at once (Q11).
func closedAgain(reopened Change, next, later []Change) bool {
	if len(next) == 0 {
		next = later
	}
	return len(next) > 0 && !next[0].ByHand && next[0].On == reopened.On && next[0].To.Closed()
}

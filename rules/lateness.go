package rules

// lateness tells how late a loan was on any day, according to the ledger of one reading date. Entries reversed by that date
// are left out: a payment that bounced later never made the loan current (Q20, Q37).
type lateness struct {
	loan *Loan
	view
	spans  spans   // accommodations that protect what bureaus are told (CA7)
	due    asked   // the formulas, if due.simple
	walked *claims // else the walk
}

// read fills l from a loan and the date that its ledger is read on.
func (l *lateness) read(loan *Loan, reading Date, program Accommodations) {
	l.loan, l.view, l.walked = loan, loan.Ledger.repaired(reading), nil
	if program != Ignore {
		l.spans = loan.accommodations()
	}
	l.due.simple = false
	if len(l.spans) == 0 && loan.simple(reading) {
		l.due.ask(&l.view)
	}
}

// walk returns the loan's claims at the end of d.
func (l *lateness) claims(d Date) *claims {
	switch {
	case l.walked == nil:
		l.walked = l.loan.claims(l.view, l.spans)
	case l.walked.day > d:
		l.walked.again(l.undoneBy)
	}
	l.walked.to(d)
	return l.walked
}

// standing is what a loan owes on a day, and how late it is.
type standing struct {
	Balance Cents
	unpaid  Date  // the oldest due date that something asks since and is not excused, 0: none
	pastDue Cents // the bureaus' amount past due (FORMAT.md 3.4, Q18)
	bucket  int   // steps late: 0 current, 1 for 30 to 59 days, … 6 for 180 days or more (BR2, Q31)
}

// on returns the loan's standing on d.
func (l *lateness) on(d Date) standing {
	m := l.start()
	return m.on(d)
}

// march returns standings at successive dates and reads each entry once.
type march struct {
	l           *lateness
	now, before walk // of the formulas
}

func (l *lateness) start() march { return march{l: l, now: l.walk(), before: l.walk()} }

// on returns the loan's standing on d. Dates may not go back. In an accommodation it is the best since the day before (CA7,
// Q46).
func (m *march) on(d Date) standing {
	if m.l.due.simple {
		return m.formulas(d)
	}
	in, inside := m.l.spans.at(d)
	if !inside {
		return m.l.walkedOn(d)
	}
	best := m.l.walkedOn(in.from - 1)
	for k := range m.l.Entries {
		if day := m.l.Entries[k].Effective; in.from <= day && day < d {
			best.better(m.l.walkedOn(day))
		}
	}
	now := m.l.walkedOn(d)
	best.better(now)
	now.bucket, now.pastDue = best.bucket, best.pastDue
	if now.bucket == 0 {
		now.pastDue = 0
	}
	return now
}

// better lowers s to what another standing has lower.
func (s *standing) better(other standing) {
	s.bucket, s.pastDue = min(s.bucket, other.bucket), min(s.pastDue, other.pastDue)
}

// formulas returns the standing by the formulas of a plain loan (EXTRACT.md). What is unpaid is past due 30 days after it
// was due or charged, up to the balance. A loan that is late by less than one dollar is current (Q18).
func (m *march) formulas(d Date) standing {
	t := m.now.to(d)
	s := standing{Balance: t.Balance}
	due := &m.l.due
	s.pastDue = max(0, due.by(d-30)-t.Paid)
	if t.Charged != 0 {
		s.pastDue += m.before.to(d - 30).Charged
	}
	s.pastDue = max(0, min(s.Balance, s.pastDue))
	if s.unpaid = due.oldestUnpaid(d, t.Paid); s.unpaid != 0 && s.pastDue.Dollars() > 0 {
		s.bucket = min(int(d-s.unpaid)/30, 6)
	}
	return s
}

// walkedOn returns the standing by the walk.
func (l *lateness) walkedOn(d Date) standing {
	c := l.claims(d)
	o := c.owing()
	s := standing{Balance: c.balance, unpaid: o.oldest, pastDue: max(0, min(c.balance, o.aged))}
	if s.unpaid != 0 && s.pastDue.Dollars() > 0 {
		s.bucket = o.steps
	}
	return s
}

// delinquency returns the current run of days a step or more late: the due date of its first missed payment and its first
// day (Q20). Both are 0 if the loan is less than a step late on d.
func (l *lateness) delinquency(d Date) (firstMissed, began Date) {
	run := func(day, missed Date) {
		switch {
		case missed == 0:
			firstMissed, began = 0, 0
		case began == 0:
			firstMissed, began = missed, day
		case l.loan.stepOn(missed, l.spans) < l.loan.stepOn(firstMissed, l.spans): // a refund can leave an older cycle unpaid
			firstMissed = missed
		}
	}
	if !l.due.simple {
		for _, day := range l.turns(0, d) {
			run(day, l.claims(day).owing().late)
		}
		return firstMissed, began
	}
	paid, nextEntry, nextDue := l.walk(), 0, 0
	for {
		day := d + 1
		if nextEntry < len(l.Entries) {
			day = min(day, l.Entries[nextEntry].Effective)
		}
		if nextDue < len(l.Dues) {
			day = min(day, l.Dues[nextDue].DueOn+30)
		}
		if day > d {
			return firstMissed, began
		}
		for nextEntry < len(l.Entries) && l.Entries[nextEntry].Effective <= day {
			nextEntry++
		}
		for nextDue < len(l.Dues) && l.Dues[nextDue].DueOn+30 <= day {
			nextDue++
		}
		run(day, l.due.oldestUnpaid(day-30, paid.to(day).Paid))
	}
}

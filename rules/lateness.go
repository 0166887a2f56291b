package rules

// lateness tells how late a loan was on any day, according to the ledger of one reading date. Entries reversed by that date
// are left out: a payment that bounced later never made the loan current (Q20).
type lateness struct {
	view
	due asked
}

// read fills l from a ledger and its reading date.
func (l *lateness) read(ledger Ledger, reading Date) {
	l.view = ledger.repaired(reading)
	l.due.ask(&l.view)
}

// standing is what a loan owes on a day, and how late it is.
type standing struct {
	Totals
	unpaid  Date  // the oldest due that is not satisfied, 0: none
	pastDue Cents // the bureaus' amount past due (FORMAT.md 3.4, Q18)
	bucket  int   // 30-day steps late: 0 current, 1 for 30 to 59 days, … 6 for 180 days or more (BR2)
}

// on returns the loan's standing on d.
func (l *lateness) on(d Date) standing {
	sums := l.walk()
	charged := sums.to(d - 30).Charged
	return l.standing(d, charged, *sums.to(d))
}

// standing returns the loan's standing on d, given the totals of d and the charges of 30 days before. Unpaid instalments and
// fees are past due 30 days after they were due or charged, up to the balance. A loan that is late by less than one dollar is
// current (Q18).
func (l *lateness) standing(d Date, charged Cents, now Totals) standing {
	s := standing{Totals: now}
	s.pastDue = max(0, min(s.Balance, l.due.by(d-30)+max(0, charged-s.Waived)-s.Paid))
	if s.unpaid = l.due.oldestUnpaid(d, s.Paid); s.unpaid != 0 && s.pastDue.Dollars() > 0 {
		s.bucket = min(int(d-s.unpaid)/30, 6)
	}
	return s
}

// delinquency returns the current run of days 30 or more late: the due date of its first missed payment and its first day
// (Q20). Both are 0 if the loan is less than 30 days late on d.
func (l *lateness) delinquency(d Date) (firstMissed, began Date) {
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
		switch missed := l.due.oldestUnpaid(day-30, paid.to(day).Paid); {
		case missed == 0:
			firstMissed, began = 0, 0
		case began == 0:
			firstMissed, began = missed, day
		default: // a refund can leave an older cycle unpaid
			firstMissed = min(firstMissed, missed)
		}
	}
}

// lastMissed returns the due date of the first missed payment of the latest run of missed payments up to d, 0 if every cycle
// was paid in time.
func (l *lateness) lastMissed(d Date) Date {
	var first Date
	paid, due := l.walk(), l.due.all()
	for k, c := range l.Dues {
		if c.DueOn > d {
			break
		}
		in := paid.to(c.DueOn).Paid
		caughtUp := k == 0 || in >= due[k-1].upTo
		if due[k].asks && in < due[k].upTo && caughtUp {
			first = c.DueOn
		}
	}
	return first
}

package rules

// lateness answers how late a loan is on any day, by the ledger as it reads on one reading date: entries
// reversed by then are left out, so that a payment that bounced later never made the loan current (Q20).
type lateness struct {
	view
	due asked
}

// read makes l the lateness of a ledger as it reads on a date.
func (l *lateness) read(ledger Ledger, reading Date) {
	l.view = ledger.repaired(reading)
	l.due.ask(&l.view)
}

// standing is where a loan stands on a day.
type standing struct {
	Totals
	unpaid  Date  // the oldest due that is not satisfied, 0: none
	pastDue Cents // the bureaus' amount past due (FORMAT.md 3.4, Q18)
	bucket  int   // how many 30-day steps late the loan is reported: 0 current, 1 for 30 to 59 days, … 6 for 180 and more (BR2)
}

// on returns where the loan stands on d.
func (l *lateness) on(d Date) standing {
	sums := l.walk()
	charged := sums.to(d - 30).Charged
	return l.standing(d, charged, *sums.to(d))
}

// standing is where the loan stands on d by the totals of the day and what was charged 30 days before. Past due are
// instalments due and fees charged 30 or more days ago and not paid, and no more than is owed at all. Late by less than one
// dollar is current (Q18).
func (l *lateness) standing(d Date, charged Cents, now Totals) standing {
	s := standing{Totals: now}
	s.pastDue = max(0, min(s.Balance, l.due.by(d-30)+max(0, charged-s.Waived)-s.Paid))
	if s.unpaid = l.due.oldestUnpaid(d, s.Paid); s.unpaid != 0 && s.pastDue.Dollars() > 0 {
		s.bucket = min(int(d-s.unpaid)/30, 6)
	}
	return s
}

// delinquency returns the run of days 30 or more late that d lies in: the due date of its first missed
// payment and its first day (Q20). Both are 0 when the loan is under 30 days late on d.
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

// lastMissed returns the due date of the first missed payment of the last time up to d that anything was
// unpaid on a due date, 0 if every cycle was paid in time.
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

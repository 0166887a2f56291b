package rules

// underpayments returns the cycle numbers of the current run of consecutive underpayments on d (DQ1 to DQ3, DQ8). It counts
// cycles evaluated after the date `after`, each with the postings known on its evaluation date (Q3, Q37), and in the ledger as
// repaired by reversals up to undoneBy.
func underpayments(l *Loan, d, after, undoneBy Date) []int {
	e := evaluation{loan: l, undoneBy: undoneBy}
	e.read(d)
	var run []int
	for k := range l.Ledger.Dues {
		c := &l.Ledger.Dues[k]
		evaluated := l.evaluatedOn(c.DueOn)
		if evaluated > d || evaluated <= after || l.uncounted(c.DueOn) {
			continue
		}
		if e.underpaid(k, evaluated) {
			run = append(run, c.No)
		} else {
			run = run[:0]
		}
	}
	return run
}

// evaluatedOn returns the evaluation date of a cycle that is due on a date (DQ1, Q81).
func (l *Loan) evaluatedOn(due Date) Date {
	return l.Product.CountIn.After(l.excusedUntil(due), l.Product.GraceDays)
}

// uncounted reports whether a cycle that is due on the date is neither an underpayment nor a satisfied cycle: it falls in a
// pause (DQ8, Q5) or in another accommodation (Q45).
func (l *Loan) uncounted(due Date) bool {
	return l.excusable() && (l.paused(due) || l.accommodated(due))
}

// evaluation looks at cycles on their evaluation dates, in order.
type evaluation struct {
	loan     *Loan
	undoneBy Date
	due      asked // the formulas, if due.simple
	paid     payments
	walked   *claims // else the walk
}

// read prepares to look at the cycles evaluated by d.
func (e *evaluation) read(d Date) {
	v := e.loan.Ledger.repaired(e.undoneBy)
	if e.loan.simple(d) {
		e.due.ask(&v)
	}
	e.paid = payments{entries: v.Entries, undoneBy: v.undoneBy}
}

// payments sums up what was paid at successive dates and reads each entry once.
type payments struct {
	entries  []Entry
	undoneBy Date
	next     int
	sum      Cents
}

// to returns what was paid by the end of d. Dates may not go back.
func (p *payments) to(d Date) Cents {
	for ; p.next < len(p.entries) && p.entries[p.next].Effective <= d; p.next++ {
		if e := &p.entries[p.next]; e.UndoneOn == 0 || e.UndoneOn > p.undoneBy {
			p.sum += Cents(signs[e.Kind&31].paid) * e.Amount
		}
	}
	return p.sum
}

// underpaid reports whether the cycle at a place is an underpayment on its evaluation date (DQ2).
func (e *evaluation) underpaid(place int, on Date) bool {
	if e.due.simple {
		return e.paid.to(on) < e.due.all()[place]
	}
	known := max(on, e.undoneBy)
	switch {
	case e.walked == nil:
		e.walked = e.loan.claims(e.loan.Ledger.repaired(known), e.loan.accommodations())
	case e.walked.day > on || e.walked.undoneSince(known):
		e.walked.again(known)
	}
	e.walked.v.undoneBy = known
	e.walked.to(on)
	return e.walked.underpaid(place)
}

// undoneSince reports whether an entry that was walked over is undone by a later reading date.
func (c *claims) undoneSince(reading Date) bool {
	for k := range c.v.Entries[:c.next] {
		if e := &c.v.Entries[k]; e.UndoneOn > c.v.undoneBy && e.UndoneOn <= reading {
			return true
		}
	}
	return false
}

// PastDue returns the whole past-due amount, which a cure has to pay (DQ6): all that asks on d and is not put aside.
func (l *Loan) PastDue(d Date) Cents {
	v := l.Ledger.repaired(d)
	if l.simple(d) {
		var due asked
		if due.ask(&v); due.simple {
			t := v.at(d)
			return max(0, due.by(d)+t.Charged-t.Paid)
		}
	}
	c := l.claims(v, l.accommodations())
	c.to(d)
	return c.owing().all
}

// lastMissed returns the due date of the first cycle of the unbroken run of underpayments that reaches to d, or if the last
// cycle was satisfied in time of the latest such run; 0 if there never was one (Q38).
func (l *Loan) lastMissed(d Date) Date {
	e := evaluation{loan: l, undoneBy: d}
	e.read(d)
	var first Date
	unbroken := false
	for k := range l.Ledger.Dues {
		due := l.Ledger.Dues[k].DueOn
		evaluated := l.evaluatedOn(due)
		if evaluated > d || l.uncounted(due) {
			continue
		}
		underpaid := e.underpaid(k, evaluated)
		if underpaid && !unbroken {
			first = due
		}
		unbroken = underpaid
	}
	return first
}

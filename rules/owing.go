package rules

// owing is what asks on a day, and for how long (EXTRACT.md, the end of the walk).
type owing struct {
	oldest Date  // due date of what is late the longest and not excused, 0: nothing
	late   Date  // the same of what is a step or more late
	steps  int   // of the oldest (Q31)
	aged   Cents // a step or more late and not excused: past due for the bureaus
	all    Cents // not put aside: past due for the cure (DQ6, Q45)
}

// add counts what asks since a date in, unless it is excused by an amount in dispute. It returns what is left of that amount.
func (o *owing) add(c *claims, due, since Date, asks, disputed Cents) (left Cents) {
	o.all += asks
	excused := min(asks, disputed) // Q74
	if asks -= excused; asks == 0 {
		return disputed - excused
	}
	steps := c.steps(since, c.day)
	if o.oldest == 0 || due < o.oldest {
		o.oldest = due
	}
	o.steps = max(o.steps, steps)
	if steps > 0 {
		o.aged += asks
		if o.late == 0 || due < o.late {
			o.late = due
		}
	}
	return disputed - excused
}

// owing returns what asks on the day that c was walked to.
func (c *claims) owing() owing {
	var o owing
	var aside Cents
	disputed := c.loan.disputed(c.day)
	for k := c.first; k < c.started && c.cycles[k].on <= c.day; k++ {
		cycle := &c.cycles[k]
		switch since := c.loan.excusedUntil(cycle.on); {
		case cycle.asks == 0:
		case cycle.aside:
			aside += cycle.asks
		case since > c.day, c.accommodated(cycle.on): // asks, and is never late (Q81, CA7)
			o.all += cycle.asks
		default:
			disputed = o.add(c, cycle.on, since, cycle.asks, disputed)
		}
	}
	for k := range c.fees {
		fee := &c.fees[k]
		o.all += fee.asks
		excused := min(fee.asks, disputed)
		disputed -= excused
		if c.day-fee.on-c.spans.between(fee.on, c.day) >= 30 { // Q18, Q59
			o.aged += fee.asks - excused
		}
	}
	c.matured(&o, aside, disputed)
	return o
}

// matured adds what falls due after the last cycle: what was put aside (Q84), and of an instalment loan whatever else is
// owed (Q92).
func (c *claims) matured(o *owing, aside, disputed Cents) {
	last := c.loan.LastDueOn
	if last == 0 || last > c.day {
		return
	}
	left := max(0, c.balance-o.all)
	if !c.loan.installment() {
		if c.aside > last && c.aside <= c.day && aside > 0 { // no cycle came after it
			o.add(c, c.aside, c.aside, min(aside, left), disputed)
		}
		return
	}
	aside = min(aside, left)
	due := last
	if in, inside := c.spans.at(last); inside {
		due = in.after()
	}
	disputed = c.rest(o, due, left-aside, disputed)
	c.rest(o, max(last, c.aside), aside, disputed)
}

// rest counts money in that falls due on a date after the last cycle, unless a re-age satisfied it (Q88). An excuse of the last
// cycle excuses it too.
func (c *claims) rest(o *owing, due Date, asks, disputed Cents) (left Cents) {
	if asks <= 0 || due > c.day || due <= c.reAged {
		return disputed
	}
	since := c.loan.excusedUntil(due)
	if since > c.day {
		o.all += asks
		return disputed
	}
	return o.add(c, due, since, asks, disputed)
}

// underpaid reports whether any part of what the cycles up to a number ask for is unpaid and not excused on the day that c was
// walked to (DQ2).
func (c *claims) underpaid(number int) bool {
	var unpaid Cents
	for k := c.first; k <= number && k < c.started; k++ {
		cycle := &c.cycles[k]
		if !cycle.aside && !c.accommodated(cycle.on) && c.loan.excusedUntil(cycle.on) <= c.day {
			unpaid += cycle.asks
		}
	}
	return unpaid > c.loan.disputed(c.day)
}

// accommodated reports whether a cycle is due in an accommodation: it never makes the loan late, also where a refund takes its
// payment back afterwards (CA7).
func (c *claims) accommodated(due Date) bool {
	_, inside := c.spans.at(due)
	return inside
}

// steps returns how many steps late something that is due since a date is on d, at most 6 (BR2, Q31). The days of
// accommodations do not count (Q46).
func (c *claims) steps(since, d Date) int {
	since += c.spans.between(since, d)
	if c.loan.Product.DelinquencyMethod != ByMonths {
		return max(0, min(int(d-since)/30, 6))
	}
	months := (d + 1).MonthIndex() - since.MonthIndex()
	if since.AddMonths(months) > d+1 {
		months--
	}
	return max(0, min(months, 6))
}

// stepOn returns the first day on which something that is due on a date is a step late: the date of first delinquency (BR3,
// Q31). It is Never if an accommodation without an end comes first.
func (l *Loan) stepOn(due Date, s spans) Date {
	since, forever := l.excusedUntil(due), Never
	if n := len(s); n > 0 && s[n-1].to == Never {
		forever = s[n-1].from
	}
	if since >= forever {
		return Never
	}
	for shift := Date(0); ; {
		d := since + shift + 30
		if l.Product.DelinquencyMethod == ByMonths {
			d = (since + shift).AddMonths(1) - 1
		}
		if d >= forever {
			return Never
		}
		longer := s.between(since, d)
		if longer <= shift {
			return d
		}
		shift = longer
	}
}

// excusedUntil returns the day from which a cycle that is due on a date can be late: its due date, or 30 days later if the
// night cancelled its payment and did not tell the payer earlier (Q81).
func (l *Loan) excusedUntil(due Date) Date {
	for k := range l.Excused {
		if e := &l.Excused[k]; e.DueOn == due {
			if e.ToldOn != 0 {
				return min(due+30, max(due, e.ToldOn))
			}
			return due + 30
		}
	}
	return due
}

// installment reports whether the loan is of portfolio I or M.
func (l *Loan) installment() bool {
	return l.Product.PortfolioType == "I" || l.Product.PortfolioType == "M"
}

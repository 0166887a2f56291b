package rules

// claims is what the cycles and fees of a loan still ask for, on the last day that it was walked to: the walk of EXTRACT.md
// "How money satisfies cycles". Postings that were undone by v.undoneBy are left out.
//
// It is the general way. For a plain instalment loan it comes to the formulas of asked, which are faster (see Loan.simple).
type claims struct {
	loan  *Loan
	v     view
	spans spans // accommodations

	day     Date // it was walked to the end of this day
	next    int  // entry
	started int  // cycles that have begun to ask
	due     int  // cycles whose due date has come
	ended   int  // spans that have ended
	first   int  // no cycle before it asks
	balance Cents
	carried Cents
	reAged  Date    // the last day on which the loan was re-aged, 0: never
	aside   Date    // the first day after the accommodations whose cycles were put aside, 0: none was
	cycles  []claim // one for each due
	fees    []claim
	refunds bool    // the ledger has refunds
	grants  []grant // newest last; kept only if there are refunds

	fewCycles [36]claim // enough for most loans, so that nothing else is allocated
	fewFees   [8]claim
}

// claim is what a cycle or a fee asks for.
type claim struct {
	on     Date // the cycle's due date, the fee's date
	starts Date // the day on which a cycle begins to ask
	asks   Cents
	ahead  Cents // whole instalments that were paid before a cycle began to ask (Q67)
	aside  bool  // a cycle that was put aside at the end of an accommodation (Q45)
}

// grant is money that went to a claim: what a refund takes back.
type grant struct {
	number int // of the cycle or fee
	fee    bool
	ahead  bool // it went to a cycle that did not ask yet
	amount Cents
}

// claims returns the walk of the loan's ledger as read on a date, before its first day. It goes by the accommodations given.
func (l *Loan) claims(v view, s spans) *claims {
	c := &claims{loan: l, v: v, spans: s}
	c.fees = c.fewFees[:0]
	c.cycles = c.fewCycles[:0]
	if len(v.Dues) > len(c.fewCycles) {
		c.cycles = make([]claim, 0, len(v.Dues))
	}
	for k := range v.Dues {
		d := &v.Dues[k]
		starts := d.DueOn
		if l.Product.PaymentsAhead == Drop {
			starts = d.billed()
		}
		c.cycles = append(c.cycles, claim{on: d.DueOn, starts: starts, asks: d.MinimumDue})
	}
	for k := range v.Entries {
		c.refunds = c.refunds || v.Entries[k].Kind == Refund
	}
	return c
}

// again begins the walk anew, in the ledger as repaired by a date.
func (c *claims) again(undoneBy Date) {
	c.v.undoneBy = undoneBy
	c.day, c.next, c.started, c.due, c.ended, c.first = 0, 0, 0, 0, 0, 0
	c.balance, c.carried, c.reAged, c.aside = 0, 0, 0, 0
	c.fees, c.grants = c.fees[:0], c.grants[:0]
	for k := range c.cycles {
		c.cycles[k] = claim{on: c.cycles[k].on, starts: c.cycles[k].starts, asks: c.v.Dues[k].MinimumDue}
	}
}

// to walks to the end of a day. Days may not go back.
func (c *claims) to(d Date) {
	for {
		day := d + 1
		if c.next < len(c.v.Entries) {
			day = min(day, c.v.Entries[c.next].Effective)
		}
		if c.started < len(c.cycles) {
			day = min(day, c.cycles[c.started].starts)
		}
		if c.due < len(c.cycles) {
			day = min(day, c.cycles[c.due].on)
		}
		if c.ended < len(c.spans) {
			day = min(day, c.spans[c.ended].after())
		}
		if day > d {
			c.day = d
			return
		}
		c.pass(day)
	}
}

// pass takes one day: accommodations that ended, cycles, charges, money, and what the balance does.
func (c *claims) pass(day Date) {
	for ; c.ended < len(c.spans) && c.spans[c.ended].after() <= day; c.ended++ {
		c.putAside(c.spans[c.ended])
	}
	for ; c.started < len(c.cycles) && c.cycles[c.started].starts <= day; c.started++ {
		c.start(c.started)
	}
	from := c.next
	for c.next < len(c.v.Entries) && c.v.Entries[c.next].Effective <= day {
		c.next++
	}
	reAged := false
	if from < c.next {
		reAged = c.post(c.v.Entries[from:c.next])
	}
	for ; c.due < len(c.cycles) && c.cycles[c.due].on <= day; c.due++ {
		cycle := &c.cycles[c.due]
		cycle.asks = min(cycle.asks, max(0, c.balance)) // Q6
	}
	switch {
	case c.balance <= 0:
		c.settle(Never) // Q87
	case reAged:
		c.settle(day) // Q88
		c.reAged = day
	}
	for c.first < c.started && c.cycles[c.first].asks == 0 {
		c.first++
	}
}

// putAside puts aside what the cycles due in an accommodation that has ended still ask (Q45, Q90).
func (c *claims) putAside(s span) {
	for k := range c.cycles[:c.started] {
		if cycle := &c.cycles[k]; cycle.asks > 0 && s.has(cycle.on) {
			cycle.aside = true
			c.aside = s.after()
		}
	}
}

// start lets a cycle ask. What was paid ahead satisfies it at once.
func (c *claims) start(number int) {
	cycle := &c.cycles[number]
	cycle.asks -= cycle.ahead
	c.carried -= c.give(cycle, c.carried, grant{number: number})
}

// give gives money to a claim, up to what it asks for, and returns how much.
func (c *claims) give(to *claim, money Cents, g grant) Cents {
	g.amount = min(money, to.asks)
	to.asks -= g.amount
	c.note(g)
	return g.amount
}

// note keeps what went to a claim.
func (c *claims) note(g grant) {
	if c.refunds && g.amount > 0 {
		c.grants = append(c.grants, g)
	}
}

// post takes the entries of one day: charges, then waivers, then money, then refunds. The money of a day counts as one sum. It
// reports whether an entry re-ages the loan.
func (c *claims) post(day []Entry) (reAged bool) {
	var waived, paid, refunded Cents
	for k := range day {
		e := &day[k]
		if e.UndoneOn != 0 && e.UndoneOn <= c.v.undoneBy {
			continue
		}
		c.balance += e.EffectOnBalance()
		switch e.Kind {
		case Fee, LateFee, LateFeeInterest, ReturnCheckFee, ManualFee: // Q7
			c.fees = append(c.fees, claim{on: e.Effective, asks: e.Amount})
		case Waiver:
			waived += e.Amount
		case Payment, Offset, PrepaymentDiscount:
			if !c.loan.proceeds(e) { // Q71
				paid += e.Amount
			}
		case Refund:
			refunded += e.Amount
		case ReAge:
			reAged = reAged || !c.loan.frozenOn(e.Effective)
		}
	}
	if waived > 0 {
		paid += c.waive(waived)
	}
	if paid > 0 {
		c.pay(paid)
	}
	if refunded > 0 {
		credit := max(0, refunded-c.balance) // that was there before; giving it back unpays nothing (Q87)
		c.takeBack(max(0, refunded-credit))
	}
	return reAged
}

// pay gives money to the oldest cycle that asks, then to fees, then ahead (Q67, Q89).
func (c *claims) pay(left Cents) {
	for k := c.first; k < c.started && left > 0; k++ {
		if cycle := &c.cycles[k]; !cycle.aside {
			left -= c.give(cycle, left, grant{number: k})
		}
	}
	for k := 0; k < len(c.fees) && left > 0; k++ {
		left -= c.give(&c.fees[k], left, grant{number: k, fee: true})
	}
	switch c.loan.Product.PaymentsAhead {
	case Drop: // the balance alone is lower
	case Whole:
		for k := c.started; k < len(c.cycles) && left >= c.cycles[k].asks-c.cycles[k].ahead; k++ {
			g := grant{number: k, ahead: true, amount: c.cycles[k].asks - c.cycles[k].ahead}
			c.cycles[k].ahead += g.amount
			c.note(g)
			left -= g.amount
		}
	default:
		c.carried += left
	}
}

// waive lowers fees, the newest first. It returns what goes beyond them, which is money (Q68).
func (c *claims) waive(left Cents) Cents {
	for k := len(c.fees) - 1; k >= 0 && left > 0; k-- {
		lower := min(left, c.fees[k].asks)
		c.fees[k].asks -= lower
		left -= lower
	}
	return left
}

// takeBack takes back carried money, then what was given last.
func (c *claims) takeBack(left Cents) {
	carried := min(left, c.carried)
	c.carried -= carried
	left -= carried
	for left > 0 && len(c.grants) > 0 {
		last := &c.grants[len(c.grants)-1]
		back := min(left, last.amount)
		switch {
		case last.fee:
			c.fees[last.number].asks += back
		case last.ahead && last.number >= c.started:
			c.cycles[last.number].ahead -= back
		default:
			c.cycles[last.number].asks += back
		}
		left -= back
		if last.amount -= back; last.amount == 0 {
			c.grants = c.grants[:len(c.grants)-1]
		}
	}
	c.first = 0
}

// settle lets nothing ask any more that was due by a date: for good (Q87, Q88).
func (c *claims) settle(by Date) {
	for k := c.first; k < c.started; k++ {
		if c.cycles[k].on <= by {
			c.cycles[k].asks = 0
		}
	}
	c.fees, c.grants = c.fees[:0], c.grants[:0]
}

// proceeds reports whether e is money from the sale of collateral, an insurance or an auction (Q71).
func (l *Loan) proceeds(e *Entry) bool {
	return e.Kind == Offset && e.NoCycle && l.CollateralOn != 0 && e.Effective >= l.CollateralOn
}

// frozenOn reports whether the loan is past the event that freezes its date of first delinquency: it is not re-aged any more
// (Q36, Q88).
func (l *Loan) frozenOn(d Date) bool {
	return l.ChargedOffOn != 0 && l.ChargedOffOn <= d || l.CollateralOn != 0 && l.CollateralOn <= d
}

package sample

import "slices"

// purse is the money of a loan, walked day by day as the extract's contract tells it: what each cycle and fee still asks,
// and what was paid ahead. Postings that were reversed are left out, as bureaus are told.
type purse struct {
	s        *source
	claims   []*claim // in the order in which they are due
	carried  int64
	balance  int64
	given    []gift // for refunds, which take back the newest
	maturity day    // due date of the last cycle of an instalment loan or mortgage; 0: none
	reAged   day
}

// claim is a cycle or a fee that asks for money.
type claim struct {
	fee    bool
	on     day // due, or charged
	billed day // from when it asks
	asks   int64
	ahead  int64
}

// gift is money that a claim got.
type gift struct {
	to     *claim
	amount int64
}

// standing is how a loan stands at the end of a day.
type standing struct {
	balance int64
	steps   int   // of 30 days, or of a month, late; 6 is the most
	pastDue int64 // what is a step late
	unpaid  day   // due date of the oldest cycle that asks; 0: none
	missed  day   // the same of those that are a step late
	asks    int64 // all that asks
}

// walk returns how the loan stood at the end of each day from the first one on, and that day.
func walk(s *source, to day) (first day, days []standing) {
	p := &purse{s: s}
	first = s.OpenedOn
	for i := range s.cycles {
		c := &s.cycles[i]
		n := &claim{on: c.DueOn, billed: c.DueOn, asks: c.MinimumDue}
		if s.Ahead == "drop" && c.EndsOn < c.DueOn {
			n.billed = c.EndsOn
		} else if s.Ahead == "drop" {
			n.billed = min(c.StartsOn, c.DueOn)
		}
		p.claims = append(p.claims, n)
		first = min(first, n.billed)
	}
	if n := len(s.cycles); n > 0 && (s.Portfolio == "I" || s.Portfolio == "M") {
		p.maturity = s.cycles[n-1].DueOn
	}
	if len(s.postings) > 0 {
		first = min(first, s.postings[0].EffectiveOn)
	}
	rest := s.postings
	for today := first; today <= to; today++ {
		n := 0
		for n < len(rest) && rest[n].EffectiveOn == today {
			n++
		}
		p.day(today, rest[:n])
		rest = rest[n:]
		days = append(days, p.stand(today))
	}
	return first, days
}

// day takes a day's postings in: cycles, then charges, then money, then what the balance does.
func (p *purse) day(today day, postings []posting) {
	for _, c := range p.claims {
		if !c.fee && c.billed == today {
			c.asks -= c.ahead
			p.carried -= p.give(c, p.carried)
		}
	}
	var money, waived, refunded int64
	reAged := false
	for i := range postings {
		t := &postings[i]
		if t.ReversedOn != nil {
			continue
		}
		switch t.Type {
		case "PAYMENT", "OFFSET", "PREPAYMENT_DISCOUNT":
			p.balance -= t.Amount
			money += t.Amount
		case "WAIVER":
			p.balance -= t.Amount
			waived += t.Amount
		case "PRINCIPAL_PAYMENT":
			p.balance -= t.Amount
		case "REFUND":
			p.balance += t.Amount
			refunded += t.Amount
		case "RE_AGE":
			reAged = true
		case "FEE", "LATE_FEE", "LATE_FEE_INTEREST", "RETURN_CHECK_FEE", "MANUAL_FEE":
			p.balance += t.Amount
			p.claims = append(p.claims, &claim{fee: true, on: today, billed: today, asks: t.Amount})
		default:
			p.balance += t.Amount
		}
	}
	p.pay(today, money+p.waive(waived))
	if refunded > 0 {
		credit := max(0, refunded-p.balance)
		p.takeBack(today, max(0, refunded-credit))
	}
	p.settle(today, reAged)
}

// give gives money to a claim, as much as it asks for.
func (p *purse) give(c *claim, money int64) int64 {
	money = min(money, c.asks)
	if money > 0 {
		c.asks -= money
		p.given = append(p.given, gift{c, money})
	}
	return money
}

// pay satisfies the oldest cycles first, then fees; what is left goes by the setting of the product.
func (p *purse) pay(today day, money int64) {
	for _, fees := range []bool{false, true} {
		for _, c := range p.claims {
			if c.fee == fees && c.billed <= today {
				money -= p.give(c, money)
			}
		}
	}
	switch p.s.Ahead {
	case "carry":
		p.carried += money
	case "whole":
		for _, c := range p.claims {
			if c.fee || c.billed <= today || c.ahead == c.asks {
				continue
			}
			if money < c.asks {
				return
			}
			c.ahead = c.asks
			p.given = append(p.given, gift{c, c.asks})
			money -= c.asks
		}
	}
}

// waive lowers fees, the newest first, and returns what goes beyond them.
func (p *purse) waive(amount int64) int64 {
	for _, c := range slices.Backward(p.claims) {
		if c.fee {
			lower := min(amount, c.asks)
			c.asks -= lower
			amount -= lower
		}
	}
	return amount
}

// takeBack takes back money that was carried, then what claims got last.
func (p *purse) takeBack(today day, money int64) {
	carried := min(money, p.carried)
	p.carried -= carried
	money -= carried
	for money > 0 && len(p.given) > 0 {
		last := &p.given[len(p.given)-1]
		back := min(money, last.amount)
		if last.to.billed > today {
			last.to.ahead -= back
		} else {
			last.to.asks += back
		}
		money -= back
		if last.amount -= back; last.amount == 0 {
			p.given = p.given[:len(p.given)-1]
		}
	}
}

// settle is what the end of a day does: a cycle asks for no more than is owed on its due date, and a balance of zero or a
// credit settles all.
func (p *purse) settle(today day, reAged bool) {
	for _, c := range p.claims {
		if !c.fee && c.on == today {
			c.asks = min(c.asks, max(0, p.balance))
		}
		if c.billed <= today && (p.balance <= 0 || reAged && c.on <= today) {
			c.asks = 0
		}
	}
	if p.balance <= 0 || reAged {
		p.given = nil
	}
	if reAged {
		p.reAged = today
	}
}

// stand tells how the loan stands at the end of a day.
func (p *purse) stand(today day) standing {
	s := standing{balance: p.balance}
	var pastDue int64
	late := func(due day, asks int64) {
		steps := p.steps(due, today)
		if s.unpaid == 0 || due < s.unpaid {
			s.unpaid = due
		}
		if steps > 0 {
			pastDue += asks
			if s.missed == 0 || due < s.missed {
				s.missed = due
			}
		}
		s.steps = max(s.steps, steps)
	}
	for _, c := range p.claims {
		if c.billed > today || c.asks == 0 {
			continue
		}
		if c.on <= today {
			s.asks += c.asks
		}
		switch {
		case c.on > today:
		case !c.fee:
			late(c.on, c.asks)
		case today-c.on >= 30:
			pastDue += c.asks
		}
	}
	if p.maturity != 0 && p.maturity <= today && p.maturity > p.reAged {
		if rest := max(0, p.balance-s.asks); rest > 0 {
			late(p.maturity, rest)
			s.asks += rest
		}
	}
	if s.pastDue = max(0, min(pastDue, p.balance)); s.pastDue < 100 {
		s.steps = 0
	}
	return s
}

// steps is how many steps of 30 days, or of a month, something due on a day is late.
func (p *purse) steps(due, today day) int {
	if p.s.Method != "months" {
		return min(6, int(today-due)/30)
	}
	n := 0
	for n < 6 && due.addMonths(n+1) <= today+1 {
		n++
	}
	return n
}

// firstLate is the day on which something due on a day is a step late.
func (s *source) firstLate(due day) day {
	if s.Method == "months" {
		return due.addMonths(1) - 1
	}
	return due + 30
}

package rules_test

import "github.com/furnisher/furnisher/rules"

// naive is steps 1 and 2 of a night, again from the text alone, for nights that run every day.
type naive struct {
	oracle
	product        rules.Product
	promo          rules.Date
	status         string
	since          rules.Date // the day on which the status changed
	from           rules.Date // evaluations up to it do not count (DQ3)
	reopened       rules.Date // reversals up to it are repaired in the count (Q3)
	closedOn, date rules.Date
	history        []string
}

func (n *naive) become(status string) {
	n.status, n.since = status, n.date
	n.history = append(n.history, n.date.String()+" "+status)
}

// payoff says whether step 2 closes the open loan tonight (PO1, PO2, PO6).
func (n *naive) payoff() bool {
	if !n.product.ClosesOnPayoff || n.promo >= n.date || n.balance(n.date, 0) > 0 {
		return false
	}
	for _, e := range n.events {
		paid := (e.kind.String() == "PAYMENT" || e.kind.String() == "OFFSET") && e.on <= n.date && (e.undoneOn == 0 || e.undoneOn > n.date)
		if paid && n.date < e.on+rules.Date(n.product.PayoffHoldDays) {
			return false
		}
	}
	return true
}

func (n *naive) delinquency() {
	n1, n2 := n.product.DelinquentAfter, n.product.ChargeOffAfter
	switch {
	case n.since == n.date || n.payoff():
	case n.status == "ACTIVE":
		if n1 > 0 && !n.accommodated(n.date) && n.count(n.date, n.from, n.reopened) >= n1 {
			n.become(delinquent)
		}
	case n.status == delinquent && n.pastDue(n.date) == 0:
		n.become("ACTIVE")
		n.from = n.date
	case n.status == delinquent && n2 > 0 && n.balance(n.date, 0) >= 100 && !n.accommodated(n.date):
		if n.count(n.date, max(n.from, n.since), n.reopened) >= n2 {
			n.become(chargedOff)
			n.closedOn = n.date
		}
	}
}

func (n *naive) closure() {
	balance := n.balance(n.date, 0)
	if n.status == paidOff || n.status == surplus {
		balance = n.withoutLaterCharges(balance)
	}
	closed := paidOff
	if balance < 0 {
		closed = surplus
	}
	switch {
	case n.since == n.date:
	case n.status == "ACTIVE" || n.status == delinquent:
		if n.payoff() {
			n.closedOn = n.paidOn()
			if closed = paidOff; n.withoutLaterCharges(balance) < 0 {
				closed = surplus
			}
			n.become(closed)
		}
	case n.status != paidOff && n.status != surplus:
	case balance > 0: // PO4
		n.closedOn, n.reopened = 0, n.date
		counted := n.date
		for n.accommodated(counted) { // Q46
			counted--
		}
		if n1 := n.product.DelinquentAfter; n1 > 0 && n.count(counted, n.from, n.date) >= n1 {
			n.become(delinquent)
		} else {
			n.become("ACTIVE")
		}
	case n.status != closed:
		n.become(closed)
	}
}

// withoutLaterCharges is the balance of a closed loan: what is charged after its closing does not count, nor does its waiver (Q34).
func (n *naive) withoutLaterCharges(balance int64) int64 {
	var out, waived int64
	for today := n.closedOn + 1; today <= n.date; today++ {
		var waivers int64
		for _, e := range n.events {
			late := n.closedOn < e.on && (e.on == today || e.undoneOn == today && e.undoneOn <= n.date)
			switch {
			case !late:
			case e.kind == rules.Waiver && e.undoneOn == 0 || e.kind == rules.Waiver && e.undoneOn > n.date:
				waivers += int64(e.amount)
			case e.kind == rules.Interest, e.kind == rules.Fee, e.kind == rules.LateFee, e.kind == rules.LateFeeInterest, e.kind == rules.Origination:
				if e.on == today {
					out += int64(e.amount)
				}
				if e.undoneOn == today {
					out -= int64(e.amount)
				}
			}
		}
		waived += max(0, min(waivers, out-waived))
	}
	return balance - out + waived
}

// paidOn is the day of the entry since which nothing has been owed (Q8).
func (n *naive) paidOn() rules.Date {
	for today := n.date; ; today-- {
		if n.moves(today) && (n.balance(today-1, 0) > 0 || !n.anyBefore(today)) {
			return today
		}
	}
}

func (n *naive) moves(d rules.Date) bool {
	for _, e := range n.events {
		if e.kind != 0 && (e.on == d || e.undoneOn == d) {
			return true
		}
	}
	return false
}

func (n *naive) anyBefore(d rules.Date) bool {
	for _, e := range n.events {
		if e.kind != 0 && e.on < d {
			return true
		}
	}
	return false
}

// nights runs every night of the days.
func (n *naive) nights(from, to rules.Date) {
	for n.date = from; n.date <= to; n.date++ {
		n.delinquency()
		n.closure()
	}
}

package rules_test

import "github.com/furnisher/furnisher/rules"

// accommodated says whether a day lies in an accommodation (CA7); nobody looks at it for who ignores them.
func (o oracle) accommodated(d rules.Date) bool {
	for _, p := range o.pauses {
		if !p.Stay && p.From <= d && (d <= p.To || p.To == 0) {
			return true
		}
	}
	return o.deferredUntil != 0 && o.deferredFrom <= d && d <= o.deferredUntil
}

// age is how many days something has been late on d, accommodations left out (Q46), and how many steps that is (Q31).
func (p *purse) age(since, d rules.Date) (days rules.Date, steps int) {
	out := rules.Date(0)
	for today := since + 1; today <= d && p.protect; today++ {
		if p.accommodated(today) {
			out++
		}
	}
	days = d - since - out
	if p.method != rules.ByMonths {
		return days, max(0, min(6, int(days)/30))
	}
	for n := 1; n <= 6; n++ {
		if (since + out).AddMonths(n) <= d+1 {
			steps = n
		}
	}
	return days, steps
}

// overdue is one thing that asks on a day and is not excused.
type overdue struct {
	due   rules.Date
	asks  int64
	steps int
	fee   bool
}

// since is the day from which what is due on a date can be late (Q81).
func (o oracle) since(due rules.Date) rules.Date {
	told, ok := o.excused[due]
	switch {
	case !ok:
		return due
	case told == 0:
		return due + 30
	}
	return min(due+30, max(told, due))
}

// end is the first day after the accommodation that a day lies in.
func (o oracle) end(d rules.Date) rules.Date {
	for limit := d + 5000; o.accommodated(d); d++ {
		if d == limit {
			return limit
		}
	}
	return d
}

// all lists what asks on the day of the purse and is not excused; whole is the sum of all that is not put aside.
func (p *purse) all(d rules.Date) (list []overdue, whole int64) {
	var aside int64
	var asideEnd rules.Date
	add := func(i overdue, since rules.Date) {
		days, steps := p.age(since, d)
		if i.steps = steps; i.fee {
			i.steps = int(days) / 30
		}
		list = append(list, i)
	}
	for _, i := range p.items {
		switch {
		case !i.billed || i.due > d || i.asks == 0:
		case i.aside && p.protect:
			aside += i.asks
			asideEnd = max(asideEnd, p.end(i.due))
		default:
			whole += i.asks
			since := i.due
			if !i.fee {
				since = p.since(i.due)
			}
			if since <= d && (i.fee || !p.protect || !p.accommodated(i.due)) {
				add(overdue{due: i.due, asks: i.asks, fee: i.fee}, since)
			}
		}
	}
	if p.lastDue == 0 || p.lastDue > d {
		return list, whole
	}
	left := max(0, p.balance(d, p.reading)-whole)
	if !p.installment {
		if aside = min(aside, left); asideEnd > p.lastDue && asideEnd <= d && aside > 0 {
			add(overdue{due: asideEnd, asks: aside}, asideEnd)
			whole += aside
		}
		return list, whole
	}
	aside = min(aside, left)
	lastDue := p.lastDue
	if p.protect {
		lastDue = p.end(lastDue)
	}
	for _, rest := range []overdue{{due: lastDue, asks: left - aside}, {due: max(p.lastDue, asideEnd), asks: aside}} {
		if rest.asks > 0 && rest.due <= d && rest.due > p.reAged {
			if since := p.since(rest.due); since <= d {
				add(rest, since)
			}
			whole += rest.asks
		}
	}
	return list, whole
}

// told is what bureaus are told of a day before any accommodation: the oldest due date, steps late and the amount past due.
func (o oracle) raw(d, reading rules.Date) (oldest, missed rules.Date, steps int, pastDue int64) {
	p := o.walk(d, reading, o.protect)
	list, _ := p.all(d)
	for _, i := range list {
		if i.steps > 0 {
			pastDue += i.asks
		}
		if i.fee {
			continue
		}
		if oldest == 0 || i.due < oldest {
			oldest = i.due
		}
		if i.steps > 0 && (missed == 0 || i.due < missed) {
			missed = i.due
		}
		steps = max(steps, i.steps)
	}
	if pastDue = max(0, min(pastDue, o.balance(d, reading))); pastDue < 100 {
		steps = 0
	}
	return oldest, missed, steps, pastDue
}

// reported is the best since the day before the accommodation that d lies in (Q46).
func (o oracle) reported(d, reading rules.Date) (steps int, pastDue int64) {
	_, _, steps, pastDue = o.raw(d, reading)
	if !o.protect || !o.accommodated(d) {
		return steps, pastDue
	}
	for today := d - 1; ; today-- {
		_, _, then, amount := o.raw(today, reading)
		steps, pastDue = min(steps, then), min(pastDue, amount)
		if !o.accommodated(today) {
			break
		}
	}
	if steps == 0 {
		pastDue = 0
	}
	return steps, pastDue
}

// oldestUnpaid is the due date of the oldest thing that is late on d.
func (o oracle) oldestUnpaid(d, reading rules.Date) rules.Date {
	oldest, _, _, _ := o.raw(d, reading)
	return oldest
}

func (o oracle) daysLate(d, reading rules.Date) int {
	if oldest := o.oldestUnpaid(d, reading); oldest != 0 {
		return int(d - oldest)
	}
	return 0
}

// pastDue is the whole amount that a cure takes (DQ6).
func (o oracle) pastDue(d rules.Date) int64 {
	_, whole := o.walk(d, d, true).all(d)
	return whole
}

// count goes through the cycles evaluated up to d and counts the underpayments in a row (DQ1 to DQ3, DQ8, Q3, Q37).
func (o oracle) count(d, after, reading rules.Date) int {
	run := 0
	for _, c := range o.events { // cycles are listed in the order of their due dates
		if c.kind != 0 {
			continue
		}
		evaluated := o.since(c.on) + rules.Date(o.grace)
		if evaluated <= after || evaluated > d || o.pausedOn(c.on) || o.accommodated(c.on) {
			continue
		}
		run++
		p := o.walk(evaluated, max(evaluated, reading), true)
		unpaid := false
		list, _ := p.all(evaluated)
		for _, i := range list {
			unpaid = unpaid || !i.fee && i.due <= c.on && p.isCycle(i.due)
		}
		if !unpaid {
			run = 0
		}
	}
	return run
}

// isCycle tells a cycle from what is owed after the last one.
func (p *purse) isCycle(due rules.Date) bool {
	for _, i := range p.items {
		if !i.fee && i.due == due && i.asks > 0 && !i.aside && i.billed {
			return true
		}
	}
	return false
}

func (o oracle) pausedOn(due rules.Date) bool {
	for _, p := range o.pauses {
		if p.From <= due && (due <= p.To || p.To == 0) {
			return true
		}
	}
	return false
}

// steps is how many steps late the loan is reported (BR2, Q18).
func (o oracle) steps(d, reading rules.Date) int {
	steps, _ := o.reported(d, reading)
	return steps
}

// firstMissed walks from the first day on: the run of days a step or more late that d lies in began with the oldest payment
// missed in it, which a refund can make an older one (BR3, Q20).
func (o oracle) firstMissed(from, d, reading rules.Date) rules.Date {
	var missed rules.Date
	for today := from; today <= d; today++ {
		_, now, _, _ := o.raw(today, reading)
		switch {
		case now == 0:
			missed = 0
		case missed == 0 || o.first(now, reading) < o.first(missed, reading):
			missed = now
		}
	}
	return missed
}

// first is the day on which what is due on a date is a step late (Q31).
func (o oracle) first(due, reading rules.Date) rules.Date {
	p := &purse{oracle: o, reading: reading, protect: o.protect}
	since := o.since(due)
	for d := since; ; d++ {
		if _, steps := p.age(since, d); steps > 0 {
			return d
		}
	}
}

package rules_test

import (
	"strings"
	"time"

	"github.com/furnisher/furnisher/rules"
)

// oracle says again, slowly and day by day, what EXTRACT.md and SERVICING.md say of a loan's facts. It
// shares no code with the package: it sums the whole list of events for every question.
type oracle struct {
	events []event
	grace  int
	pauses []rules.Pause
}

// sum adds up what one function makes of the entries that count on a day. An entry that was reversed counts
// until its reversal's effective date, and not at all for who reads the ledger as repaired on a later day.
func (o oracle) sum(d, reading rules.Date, value func(kind string, cents int64) int64) int64 {
	var total int64
	for _, e := range o.events {
		if e.kind == 0 || e.on > d {
			continue
		}
		if e.undoneOn != 0 && (e.undoneOn <= d || e.undoneOn <= reading) {
			continue
		}
		total += value(e.kind.String(), int64(e.amount))
	}
	return total
}

func (o oracle) balance(d, reading rules.Date) int64 {
	return o.sum(d, reading, func(kind string, cents int64) int64 {
		switch kind {
		case "PAYMENT", "OFFSET", "WAIVER", "PREPAYMENT_DISCOUNT":
			return -cents
		}
		return cents
	})
}

func (o oracle) paid(d, reading rules.Date) int64 {
	return o.sum(d, reading, func(kind string, cents int64) int64 {
		switch kind {
		case "PAYMENT", "OFFSET", "PREPAYMENT_DISCOUNT":
			return cents
		case "REFUND":
			return -cents
		}
		return 0
	})
}

func (o oracle) waived(d, reading rules.Date) int64 {
	return o.sum(d, reading, func(kind string, cents int64) int64 {
		if kind == "WAIVER" {
			return cents
		}
		return 0
	})
}

// charged is every charge type of Q7.
func (o oracle) charged(d, reading rules.Date) int64 {
	return o.sum(d, reading, func(kind string, cents int64) int64 {
		if strings.Contains(kind, "FEE") {
			return cents
		}
		return 0
	})
}

// due is what the cycles up to and including the one due on d ask for; at zero balance a cycle asks for
// nothing (Q6).
func (o oracle) due(d, reading rules.Date) int64 {
	var total int64
	for _, c := range o.events {
		if c.kind == 0 && c.on <= d && o.balance(c.on, reading) > 0 {
			total += int64(c.amount)
		}
	}
	return total
}

// satisfied: oldest due first, nothing is unpaid of the cycles up to this one.
func (o oracle) satisfied(c event, d, reading rules.Date) bool {
	return o.balance(c.on, reading) <= 0 || o.paid(d, reading) >= o.due(c.on, reading)
}

// oldestUnpaid is the due date of the oldest cycle due by d that is not satisfied on d.
func (o oracle) oldestUnpaid(d, reading rules.Date) rules.Date {
	var oldest rules.Date
	for _, c := range o.events {
		if c.kind == 0 && c.on <= d && !o.satisfied(c, d, reading) && (oldest == 0 || c.on < oldest) {
			oldest = c.on
		}
	}
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
	return max(0, o.due(d, d)+o.charged(d, d)-o.waived(d, d)-o.paid(d, d))
}

// pastDue30 is the amount past due for the bureaus (FORMAT 3.4, Q18), no more than is owed.
func (o oracle) pastDue30(d, reading rules.Date) int64 {
	fees := max(0, o.charged(d-30, reading)-o.waived(d, reading))
	return max(0, min(o.balance(d, reading), o.due(d-30, reading)+fees-o.paid(d, reading)))
}

// count goes through the cycles evaluated up to d and counts the underpayments in a row (DQ1 to DQ3, DQ8).
func (o oracle) count(d, after, reading rules.Date) int {
	run := 0
	for _, c := range o.events { // cycles are listed in the order of their due dates
		evaluated := c.on + rules.Date(o.grace)
		if c.kind != 0 || evaluated <= after || evaluated > d || o.pausedOn(c.on) {
			continue
		}
		if run++; o.satisfied(c, evaluated, reading) {
			run = 0
		}
	}
	return run
}

func (o oracle) pausedOn(due rules.Date) bool {
	for _, p := range o.pauses {
		if p.From <= due && (due <= p.To || p.To == 0) {
			return true
		}
	}
	return false
}

// steps is how many times 30 days late the loan is reported (BR2, Q18).
func (o oracle) steps(d, reading rules.Date) int {
	if o.pastDue30(d, reading) < 100 {
		return 0
	}
	return min(6, o.daysLate(d, reading)/30)
}

// firstMissed walks from the first day on: the run of days 30 or more late that d lies in began with the
// oldest payment missed in it, which a refund can make an older one (BR3, Q20).
func (o oracle) firstMissed(from, d, reading rules.Date) rules.Date {
	var missed rules.Date
	for today := from; today <= d; today++ {
		switch {
		case o.daysLate(today, reading) < 30:
			missed = 0
		case missed == 0 || o.oldestUnpaid(today, reading) < missed:
			missed = o.oldestUnpaid(today, reading)
		}
	}
	return missed
}

// profile is the history of a first report (Q22).
func (o oracle) profile(opened, asOf rules.Date) string {
	profile := ""
	for t := asOf.Time(); len(profile) < 24; {
		t = time.Date(t.Year(), t.Month(), 0, 0, 0, 0, 0, time.UTC) // the last day of the month before
		end := rules.DateOf(t)
		if end < opened {
			break
		}
		profile += string("0123456"[o.steps(end, asOf)])
	}
	return profile + strings.Repeat("B", 24-len(profile))
}

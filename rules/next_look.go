package rules

import "math"

// Never is later than every date.
const Never Date = math.MaxInt32

// NextLook returns the first business date after d on which Delinquency or Closure may move a loan if nothing is posted or
// changed until then, or Never. l is the loan as of d after its moves; known is its ledger including postings that take
// effect later. The answer may be too early, never too late.
func NextLook(l *Loan, known Ledger, d Date) Date {
	next := Never
	on := func(date Date) {
		if date > d {
			next = min(next, date)
		}
	}
	if !l.Status.Open() && !l.Status.PaidClosed() {
		return Never
	}
	if l.OpenedOn > d {
		return l.OpenedOn
	}
	if !l.HasCycles {
		return d + 1
	}
	on(l.Since + 1)
	on(l.HoldUntil + 1)
	on(l.PromoEndsOn + 1)
	on(l.Ledger.LastPaymentOn(d) + Date(l.Product.PayoffHoldDays))
	for _, e := range known.Entries {
		on(e.Effective)
		on(e.UndoneOn)
	}
	switch l.Status {
	case Active:
		on(l.nextCount(known, d))
	case Delinquent:
		for _, c := range known.Dues {
			on(c.DueOn)
			on(c.DueOn + Date(l.Product.GraceDays))
		}
	}
	return next
}

// nextCount returns the earliest evaluation date on which an active loan could become delinquent (DQ4): each cycle adds at
// most one to the count. It returns 0 if the known cycles are too few.
func (l *Loan) nextCount(known Ledger, d Date) Date {
	if l.Product.DelinquentAfter == 0 {
		return 0
	}
	missing := max(1, l.Product.DelinquentAfter-len(underpayments(l, d, l.CountFrom, l.ReopenedOn)))
	for _, c := range known.Dues {
		evaluated := c.DueOn + Date(l.Product.GraceDays)
		if evaluated <= max(d, l.CountFrom) || l.paused(c.DueOn) {
			continue
		}
		if missing--; missing == 0 {
			return evaluated
		}
	}
	return 0
}

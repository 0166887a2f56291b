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
	on(l.Product.CountIn.After(l.Ledger.LastPaymentOn(d), l.Product.PayoffHoldDays))
	for _, e := range known.Entries {
		on(e.Effective)
		on(e.UndoneOn)
	}
	protected := l.accommodations() // no automatic move meanwhile (Q46)
	switch l.Status {
	case Active:
		count := l.nextCount(known, d)
		for _, s := range protected {
			if s.has(count) || s.has(d) {
				on(s.after())
			}
			if s.has(count) {
				count = 0
			}
		}
		on(count)
	case Delinquent:
		for _, s := range protected {
			on(s.after())
		}
		if balance := l.Ledger.At(d).Balance; balance > 0 && balance < oneDollar { // listed every night (Q35)
			on(d + 1)
		}
		for _, c := range known.Dues {
			on(c.DueOn)
			on(l.evaluatedOn(c.DueOn))
		}
	}
	return next
}

// NextTermination returns the first day after d on which a termination takes effect or is rescinded (Q94), Never for none: what
// proceeds and a re-age do hangs on it (Q71, Q88).
func NextTermination(t *Termination, d Date) Date {
	next := Never
	if t != nil {
		for _, on := range []Date{t.On, t.RescindedOn} {
			if on > d {
				next = min(next, on)
			}
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
	if len(l.Excused) > 0 {
		missing = 1 // evaluation dates do not come in the order of the cycles
	}
	next := Never
	for _, c := range known.Dues {
		evaluated := l.evaluatedOn(c.DueOn)
		if evaluated <= max(d, l.CountFrom) || l.uncounted(c.DueOn) {
			continue
		}
		if missing--; missing <= 0 {
			next = min(next, evaluated)
		}
	}
	if next == Never {
		return 0
	}
	return next
}

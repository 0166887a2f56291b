package rules

import "slices"

// Closure decides step 2 on business date d: a payoff or surplus (PO2), a reopening (PO4), or a change between the two
// (PO4). A payoff that was undone and repeated since the last night is two moves (Q11).
func Closure(l *Loan, d Date) []Move {
	if l.OpenedOn > d || l.leftAlone(d) {
		return nil
	}
	switch {
	case l.Status.Open():
		if move, ok := payoff(l, d); ok {
			return []Move{move}
		}
	case l.Status.PaidClosed():
		return reevaluate(l, d)
	}
	return nil
}

// payoff decides whether an open loan closes on d (PO1, PO2, PO6).
func payoff(l *Loan, d Date) (Move, bool) {
	if l.OpenedOn > d || l.leftAlone(d) || !l.Product.ClosesOnPayoff || l.PromoEndsOn >= d || !l.funded(d) {
		return Move{}, false
	}
	paidOn, balance := l.paidOff(d)
	if paidOn == 0 || d < l.closesOn(paidOn) {
		return Move{}, false
	}
	return closing(paidOn, balance), true
}

// closing returns the move that closes a loan with nothing owed since a date, the date closed (Q8).
func closing(paidOn Date, balance Cents) Move {
	return Move{
		To: closedAs(balance), EffectiveOn: paidOn, ClosedOn: paidOn, NewEpisode: true, Rule: "PO2",
		Facts: newFacts(centsFact("balance", balance), dateFact("paid_on", paidOn)),
	}
}

// stopsAtClosing are the kinds of entries that stop when a loan is closed by payment: later ones count in no fact (PO3, Q34).
const stopsAtClosing = 1<<Interest | 1<<Fee | 1<<LateFee | 1<<LateFeeInterest | 1<<Origination

// paidOff returns the date since which an open loan owes nothing as of d, and its balance without what was charged after that
// date (Q34); 0 if it owes. A charge after the first night that could have closed the loan cannot make it owe, however often
// nights run (Q50).
func (l *Loan) paidOff(d Date) (on Date, balance Cents) {
	var within, after, waived Cents // charged since then: up to that night, and later; waived on the day
	lent := false
	for k := range l.Ledger.Entries {
		e := &l.Ledger.Entries[k]
		if e.Effective > d {
			break
		}
		lent = lent || e.lends()
		effect := e.EffectOnBalance()
		if on != 0 && (within != 0 || l.chargedAfter(*e, on)) {
			closed := e.Effective > l.closesOn(on)
			if closed { // by then it counts no more
				balance, after, within = balance-within, after+within, 0
			}
			switch {
			case !l.chargedAfter(*e, on):
			case closed:
				after += effect
				balance -= effect
			default:
				within += effect
			}
		}
		balance += effect
		if on != 0 && e.Kind == Waiver && e.UndoneOn == 0 {
			waived += e.Amount
		}
		if k+1 < len(l.Ledger.Entries) && l.Ledger.Entries[k+1].Effective == e.Effective {
			continue
		}
		if waived > 0 && on != 0 { // what does not count needs no waiver
			late := min(waived, after)
			early := min(waived-late, within)
			balance, after, within = balance+late, after-late, within-early
		}
		waived = 0
		switch {
		case balance > 0:
			balance += after
			on, within, after = 0, 0, 0
		case on == 0 && lent:
			on = e.Effective
		}
	}
	return on, balance - within
}

// closesOn returns the first night that can close the loan if nothing is owed since a date: when the hold days after the last
// payment known to it are over (PO6, Q9).
func (l *Loan) closesOn(paidOn Date) Date {
	night := max(paidOn, l.Since+1, l.HoldUntil+1, l.PromoEndsOn+1)
	hold := l.Product.PayoffHoldDays
	holds := func(e Entry) bool {
		paid := (e.Kind == Payment || e.Kind == Offset) && e.Amount > 0 && (e.UndoneOn == 0 || e.UndoneOn > night)
		return paid && e.Effective <= night && night < l.Product.CountIn.After(e.Effective, hold)
	}
	for hold > 0 && slices.ContainsFunc(l.Ledger.Entries, holds) {
		night++
	}
	return night
}

// settled returns the ledger of a loan that is closed by payment, without what Q34 leaves out and the waivers of it.
func (l *Loan) settled() Ledger {
	if !slices.ContainsFunc(l.Ledger.Entries, l.chargedAfterClosing) {
		return l.Ledger
	}
	kept := make([]Entry, 0, len(l.Ledger.Entries))
	var waived Cents
	for _, e := range l.Ledger.Entries {
		if l.chargedAfterClosing(e) {
			continue
		}
		if e.Kind == Waiver && e.UndoneOn == 0 && e.Effective > l.ClosedOn {
			of := max(0, min(e.Amount, l.leftOut(e.Effective)-waived))
			waived += of
			e.Amount -= of
		}
		kept = append(kept, e)
	}
	return Ledger{Entries: kept, Dues: l.Ledger.Dues}
}

// leftOut returns the sum of what Q34 leaves out up to d.
func (l *Loan) leftOut(d Date) (sum Cents) {
	for _, e := range l.Ledger.Entries {
		if e.Effective <= d && l.chargedAfterClosing(e) {
			sum += e.EffectOnBalance()
		}
	}
	return sum
}

// chargedAfterClosing reports whether e is a charge after the date closed, or undoes one (Q34).
func (l *Loan) chargedAfterClosing(e Entry) bool { return l.chargedAfter(e, l.ClosedOn) }

// chargedAfter reports whether e is a charge that stops at closing and is effective after a date, or undoes one.
func (l *Loan) chargedAfter(e Entry, date Date) bool {
	if stopsAtClosing>>e.Kind&1 == 0 || e.Effective <= date {
		return false
	}
	return e.Amount > 0 || slices.ContainsFunc(l.Ledger.Entries, func(o Entry) bool {
		return o.Kind == e.Kind && o.Amount == -e.Amount && o.UndoneOn == e.Effective && o.Effective > date
	})
}

func closedAs(balance Cents) Status {
	if balance < 0 {
		return SurplusBalance
	}
	return PaidOff
}

// funded reports whether anything was ever owed: a loan that was never paid out cannot be paid off.
func (l *Loan) funded(d Date) bool {
	for _, e := range l.Ledger.Entries {
		if e.Effective <= d && e.lends() {
			return true
		}
	}
	return false
}

// lends reports whether e lets something be owed that a payment can pay off.
func (e *Entry) lends() bool {
	return e.Amount > 0 && (e.Kind == Origination || e.Kind == Adjustment || e.Kind == Interest)
}

// reevaluate decides again about a loan that a payment closed (PO3, PO4, Q11). What is charged after its closing counts only
// if it reopens for another cause (Q34).
func reevaluate(l *Loan, d Date) []Move {
	settled := l.settled()
	balance := settled.At(d).Balance
	owedOn := owedAgainOn(l, settled, d)
	switch {
	case owedOn != 0:
		owed := l.Ledger.At(owedOn).Balance
		if paidOn, left := l.paidOff(d); paidOn >= owedOn && d >= l.closesOn(paidOn) {
			return []Move{reopening(l, owedOn, owedOn, owed), closing(paidOn, left)}
		}
		if now := l.Ledger.At(d).Balance; now > 0 {
			owed = now
		}
		return []Move{reopening(l, d, owedOn, owed)}
	case balance <= 0 && closedAs(balance) != l.Status:
		return []Move{{
			To: closedAs(balance), EffectiveOn: d, ClosedOn: l.ClosedOn, Rule: "PO4", Facts: newFacts(centsFact("balance", balance)),
		}}
	}
	return nil
}

// owedAgainOn returns the day on which a loan closed by payment owed again, 0 if it never did. If the lender closed the
// loan, only entries after that day and reversals since the date closed count: the ledger before is the lender's word.
func owedAgainOn(l *Loan, settled Ledger, d Date) Date {
	if l.ByHand {
		from := l.Since + 1
		for _, e := range l.Ledger.Entries {
			if e.UndoneOn >= l.ClosedOn && e.UndoneOn != 0 {
				from = min(from, e.UndoneOn)
			}
		}
		return settled.owedFrom(from, d)
	}
	if settled.At(l.ClosedOn).Balance > 0 {
		return l.ClosedOn
	}
	return settled.owedFrom(l.ClosedOn+1, d)
}

// reopening recomputes the status of a loan that owes again (PO4). The count leaves out reversed entries, and a later N2
// counts from here (Q3). In an accommodation it becomes delinquent only if it was before that began (Q46).
func reopening(l *Loan, d, owedOn Date, balance Cents) Move {
	move := Move{
		To: Active, EffectiveOn: owedOn, ReopenedOn: d, Rule: "PO4",
		Facts: newFacts(centsFact("balance", balance), dateFact("owed_on", owedOn)),
	}
	needed := l.Product.DelinquentAfter
	if needed == 0 {
		return move
	}
	counted := d
	if in, inside := l.accommodations().at(d); inside {
		counted = in.from - 1
	}
	if run := underpayments(l, counted, l.CountFrom, d); len(run) >= needed {
		move.To = Delinquent
		move.Facts.add(numberFact("needed", needed))
		move.Facts.add(listFact("underpaid_cycles", run))
	}
	return move
}

package rules

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
	balance := l.Ledger.At(d).Balance
	if balance > 0 || l.held(d) {
		return Move{}, false
	}
	return closing(l, d, balance), true
}

// closing returns the move that closes a loan with nothing owed. Q8 sets the date closed.
func closing(l *Loan, d Date, balance Cents) Move {
	paidOn := l.Ledger.paidOffOn(d)
	return Move{
		To: closedAs(balance), EffectiveOn: paidOn, ClosedOn: paidOn, NewEpisode: true, Rule: "PO2",
		Facts: newFacts(centsFact("balance", balance), dateFact("paid_on", paidOn)),
	}
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
		if e.Effective <= d && e.Amount > 0 && (e.Kind == Origination || e.Kind == Adjustment || e.Kind == Interest) {
			return true
		}
	}
	return false
}

// held reports whether the hold days after the last payment are still running (PO6, Q9).
func (l *Loan) held(d Date) bool {
	last := l.Ledger.LastPaymentOn(d)
	return last != 0 && d < last+Date(l.Product.PayoffHoldDays)
}

// reevaluate decides again about a loan that a payment closed (PO3, PO4, Q11).
func reevaluate(l *Loan, d Date) []Move {
	balance := l.Ledger.At(d).Balance
	owedOn := owedAgainOn(l, d)
	switch {
	case owedOn != 0 && balance > 0:
		return []Move{reopening(l, d, owedOn, balance)}
	case owedOn != 0:
		if l.held(d) {
			return []Move{reopening(l, d, owedOn, l.Ledger.At(owedOn).Balance)}
		}
		return []Move{reopening(l, owedOn, owedOn, l.Ledger.At(owedOn).Balance), closing(l, d, balance)}
	case balance <= 0 && closedAs(balance) != l.Status:
		return []Move{{
			To: closedAs(balance), EffectiveOn: d, ClosedOn: l.ClosedOn, Rule: "PO4", Facts: newFacts(centsFact("balance", balance)),
		}}
	}
	return nil
}

// owedAgainOn returns the day on which a loan closed by payment owed again, 0 if it never did. If the lender closed the
// loan, only entries after that day and reversals since the date closed count: the ledger before is the lender's word.
func owedAgainOn(l *Loan, d Date) Date {
	if l.ByHand {
		from := l.Since + 1
		for _, e := range l.Ledger.Entries {
			if e.UndoneOn >= l.ClosedOn && e.UndoneOn != 0 {
				from = min(from, e.UndoneOn)
			}
		}
		return l.Ledger.owedFrom(from, d)
	}
	if l.Ledger.At(l.ClosedOn).Balance > 0 {
		return l.ClosedOn
	}
	return l.Ledger.owedFrom(l.ClosedOn+1, d)
}

// reopening recomputes the status of a loan that owes again (PO4). The count leaves out reversed entries, and a later N2
// counts from here (Q3).
func reopening(l *Loan, d, owedOn Date, balance Cents) Move {
	move := Move{
		To: Active, EffectiveOn: owedOn, ReopenedOn: d, Rule: "PO4",
		Facts: newFacts(centsFact("balance", balance), dateFact("owed_on", owedOn)),
	}
	needed := l.Product.DelinquentAfter
	if needed == 0 {
		return move
	}
	if run := underpayments(l, d, l.CountFrom, d); len(run) >= needed {
		move.To = Delinquent
		move.Facts.add(numberFact("needed", needed))
		move.Facts.add(listFact("underpaid_cycles", run))
	}
	return move
}

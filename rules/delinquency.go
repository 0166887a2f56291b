package rules

// Delinquency decides step 1 on business date d: DQ4 (delinquent), DQ5 (charge-off) and DQ6 (cure).
// A loan makes no two automatic moves on one business date, and step 1 leaves a loan that step 2 will close to it (Q1).
func Delinquency(l *Loan, d Date) (Move, bool, error) {
	if !l.Status.Open() || l.OpenedOn > d || l.leftAlone(d) {
		return Move{}, false, nil
	}
	if !l.HasCycles && l.Product.DelinquentAfter == 0 && l.Status == Active { // there is nothing to count, and never will be (DQ5)
		return Move{}, false, nil
	}
	if !l.HasCycles {
		return Move{}, false, errNoCycles
	}
	if _, closes := payoff(l, d); closes {
		return Move{}, false, nil
	}
	if l.Status == Active {
		move, ok := becomesDelinquent(l, d)
		return move, ok, nil
	}
	if move, ok := cures(l, d); ok {
		return move, true, nil
	}
	return chargesOff(l, d)
}

func becomesDelinquent(l *Loan, d Date) (Move, bool) {
	needed := l.Product.DelinquentAfter
	if needed == 0 || l.accommodated(d) { // Q46
		return Move{}, false
	}
	run := underpayments(l, d, l.CountFrom, l.ReopenedOn)
	if len(run) < needed {
		return Move{}, false
	}
	return Move{To: Delinquent, EffectiveOn: d, Rule: "DQ4", Facts: newFacts(numberFact("needed", needed), listFact("underpaid_cycles", run))}, true
}

func cures(l *Loan, d Date) (Move, bool) {
	if l.PastDue(d) > 0 {
		return Move{}, false
	}
	return Move{To: Active, EffectiveOn: d, CountFrom: d, Rule: "DQ6", Facts: newFacts(centsFact("past_due", 0))}, true
}

// errSmallBalance: such a loan stays DELINQUENT and is listed (Q35).
var errSmallBalance = &Undecidable{CodeSmallBalance, "the loan would be charged off with less than one dollar owed"}

func chargesOff(l *Loan, d Date) (Move, bool, error) {
	needed := l.Product.ChargeOffAfter
	if needed == 0 || l.accommodated(d) { // Q46
		return Move{}, false, nil
	}
	run := underpayments(l, d, max(l.CountFrom, l.Since), l.ReopenedOn)
	balance := l.Ledger.At(d).Balance
	if len(run) < needed || balance <= 0 {
		return Move{}, false, nil
	}
	if balance < oneDollar {
		return Move{}, false, errSmallBalance
	}
	return Move{
		To: ChargeOff, EffectiveOn: d, ClosedOn: d, NewEpisode: true, ChargeOff: balance, Rule: "DQ5",
		Facts: newFacts(centsFact("balance", balance), dateFact("delinquent_since", l.Since), numberFact("needed", needed),
			listFact("underpaid_cycles", run)),
	}, true, nil
}

package rules

import "strings"

// ordinary returns the tradeline of a loan that is not deleted: sold or transferred, charged off (97, 64), in collection
// (93, 62), by its collateral (BR13), paid (13) or by days late. With an *Undecidable it returns the tradeline as far as it goes.
func (a *decision) ordinary() (*Tradeline, error) {
	late := a.lateness()
	now := late.on(a.AsOf)
	t := newTradeline()
	t.AsOf, t.DateAccountInfo, t.Episode = a.AsOf, a.AsOf, a.Episode
	t.CurrentBalance = now.Balance.Dollars()
	t.ReceiptsKnown = a.Ledger.receiptsKnown(a.AsOf)
	a.readUnknown(t)
	a.receivedUntil(t, a.AsOf)
	t.CreditLimit, t.HighestCredit, t.TermsDuration = a.creditLimit(), a.highestCredit(), a.termsDuration()
	t.Frequency = a.Product.TermsFrequency
	t.Facts = append(t.Facts, centsFact("balance", now.Balance), textFact("status", string(a.Status)))
	a.left = a.leaving(late)
	if len(a.Cases) > 0 {
		now = a.freezeStanding(t, late, now)
	}
	var err error
	switch {
	case a.left != 0:
		err = a.departed(t, late)
	case a.lost() && !a.stayedBefore(a.ChargedOffOn, now.Balance):
		err = a.chargedOff(t, late, now)
	case a.collection():
		err = a.collected(t, late, now)
	case a.collateral(a.AsOf) != "" && !a.stayedBefore(a.Termination.On, now.Balance):
		a.taken(t, late, now)
	case a.Status.PaidClosed(), a.Status.Closed() && now.Balance <= 0:
		a.paid(t, late)
	default:
		a.byDaysLate(t, late, now)
	}
	if len(a.Cases) > 0 {
		a.release(t)
	}
	a.explainExcuses(t, late)
	a.explainUnknown(t)
	if a.frozenOn(a.AsOf) {
		a.listReAges(t)
	}
	a.tellHistory(t)
	t.HistoryCharacter = historyCharacter(t, a.Product.PortfolioType)
	if a.frozen.on != 0 && !t.Final { // CA4
		t.HistoryCharacter = "D"
	}
	return t, err
}

// newTradeline returns an empty tradeline with room for its facts and consumers.
func newTradeline() *Tradeline {
	var both struct {
		Tradeline
		room    [5]Fact
		persons [2]FurnishedConsumer
	}
	both.Facts, both.Placed = both.room[:0], both.persons[:0]
	return &both.Tradeline
}

// lateness returns how late the loan was on any day, according to its ledger as of AsOf.
func (a *decision) lateness() *lateness {
	if !a.read {
		a.late.read(&a.Loan, a.AsOf, a.Program.Accommodations)
		a.read = true
	}
	return &a.late
}

// byDaysLate fills in a loan that is open, or was closed by hand with money owed (BR2, Q28).
func (a *decision) byDaysLate(t *Tradeline, late *lateness, now standing) {
	t.AccountStatus, t.Rule = lateStatus[now.bucket], "BR2"
	if !a.open() {
		t.ScheduledPayment = a.scheduledPayment()
	}
	if a.installment() && a.left == 0 {
		a.paymentTerms(t)
	}
	if a.Status.Closed() && !a.installment() {
		t.closes(a.ClosedOn, "Q28")
	}
	if now.bucket == 0 {
		return
	}
	t.AmountPastDue = now.pastDue.Dollars()
	t.setDelinquency(a.firstDelinquency(late, a.lateOn()))
	t.Facts.add(dateFact("oldest_unpaid_due_on", now.unpaid))
	t.Facts.add(centsFact("past_due", now.pastDue))
	if a.Product.DelinquencyMethod == ByMonths {
		t.Facts.add(textFact(factLateBy, "Q31"))
	}
}

// closes fills in the date closed by a rule.
func (t *Tradeline) closes(on Date, rule string) {
	if t.DateClosed = on; on != 0 {
		t.Facts.add(textFact(factClosed, rule))
	}
}

// paid fills in status 13: nothing owed, the date paid (Q8), and the rating of the day before (Q19).
func (a *decision) paid(t *Tradeline, late *lateness) {
	paidOn := a.paidDate()
	lateOn := paidOn - 1
	if a.frozen.on != 0 {
		lateOn = a.frozen.on // CA4
	}
	bucket := late.on(lateOn).bucket
	t.AccountStatus, t.Rule, t.Final = StatusPaid, "BR2", true
	t.PaymentRating = string(rune('0' + bucket))
	t.CurrentBalance = 0
	t.DateAccountInfo = paidOn
	if t.closes(paidOn, "Q8"); !a.Status.PaidClosed() && !a.installment() {
		t.closes(a.ClosedOn, "Q28")
	}
	a.receivedUntil(t, paidOn)
	t.Facts.add(dateFact("paid_on", paidOn))
	if bucket > 0 {
		t.setDelinquency(a.firstDelinquency(late, lateOn))
	}
}

// paidDate returns the date on which nothing was owed any more of an account that is closed or charged off, 0 if it owes or
// is open.
func (a *decision) paidDate() Date {
	switch {
	case a.Status.PaidClosed():
		return a.ClosedOn
	case !a.Status.Closed() || a.Ledger.At(a.AsOf).Balance > 0 && !a.lost():
		return 0
	case a.lost():
		return a.Ledger.downOn(a.AsOf, oneDollar-1) // Q39
	}
	off := a.Ledger.paidOffOn(a.AsOf)
	if off != 0 && (a.installment() || off > a.ClosedOn) {
		return off
	}
	return a.ClosedOn
}

// oneDollar is the least that is charged off (Q35), and that an account which was charged off owes if it is not paid (Q39).
const oneDollar Cents = 100

// chargedOff fills in status 97, or 64 once nothing is owed (PO2, FORMAT.md 3.3, Q24).
func (a *decision) chargedOff(t *Tradeline, late *lateness, now standing) error {
	t.OriginalChargeOff = a.originalChargeOff()
	t.AccountStatus, t.Rule = StatusChargeOff, "BR2"
	t.Facts.add(dateFact("charged_off_on", a.ChargedOffOn))
	if paidOn := a.paidDate(); paidOn != 0 && now.Balance < oneDollar {
		t.AccountStatus, t.Final = StatusPaidChargeOff, true
		t.DateAccountInfo = paidOn
		t.closes(paidOn, "Q24")
		a.receivedUntil(t, paidOn)
		t.Facts.add(dateFact("paid_on", paidOn))
	} else {
		if a.Program.ChargeOffPastDue != PastDueZero { // Q33
			t.AmountPastDue = a.pastDueWhole(late, now.Balance)
		}
		if !a.installment() {
			t.closes(a.ClosedOn, "PO5")
		}
	}
	t.setDelinquency(a.chargeOffDelinquency(t, late))
	a.givenDelinquency(t)
	switch {
	case t.OriginalChargeOff == 0:
		return &Undecidable{CodeNoChargeOff, "a charged-off loan without an original charge-off amount of a dollar or more"}
	case t.DateFirstDelinquency == 0:
		return &Undecidable{CodeNoDOFD, "a charged-off loan without an unpaid cycle before its charge-off or a first delinquency of the take-over"}
	}
	return nil
}

// originalChargeOff returns field 23, which never changes: the amount of the last tradeline, else the amount written down at
// the charge-off, else, if the lender charged the loan off without an amount, the balance of that day.
func (a *decision) originalChargeOff() int64 {
	if before := a.reportedChargeOff(); before != nil {
		return before.OriginalChargeOff
	}
	if a.ChargeOff != 0 {
		return a.ChargeOff.Dollars()
	}
	return a.Ledger.At(a.ChargedOffOn).Balance.Dollars()
}

// reportedChargeOff returns the last tradeline if it was a charge-off, else nil.
func (a *decision) reportedChargeOff() *Furnished {
	if len(a.Tradelines) == 0 {
		return nil
	}
	if last := &a.Tradelines[0]; last.AccountStatus == StatusChargeOff || last.AccountStatus == StatusPaidChargeOff {
		return last
	}
	return nil
}

// paymentsAfter returns the last reporting date: later payments belong to this period (Q23).
func (a *decision) paymentsAfter() Date {
	switch {
	case len(a.Tradelines) > 0:
		return a.Tradelines[0].AsOf
	case a.Baseline.LastReportedOn != 0:
		return a.Baseline.LastReportedOn
	}
	return a.PeriodAfter
}

func (a *decision) open() bool { return a.Product.PortfolioType == "O" }

// creditLimit returns field 11: the assigned limit, zero for I and M.
func (a *decision) creditLimit() int64 {
	if a.installment() {
		return 0
	}
	return a.CreditLimit.Dollars()
}

// highestCredit returns field 12: the original amount of I and M, else the highest balance.
func (a *decision) highestCredit() int64 {
	if a.installment() {
		return a.OriginalAmount.Dollars()
	}
	highest := a.HighestBalance
	a.Ledger.daily(a.AsOf, func(_ Date, balance Cents) { highest = max(highest, balance) })
	return highest.Dollars()
}

// termsDuration returns field 13 (FORMAT.md 2.6): the lender's number for I and M, else a constant.
func (a *decision) termsDuration() string {
	switch a.Product.PortfolioType {
	case "R":
		return "REV"
	case "C":
		return "LOC"
	case "O":
		return "001"
	}
	if n := len(a.TermsDuration); n > 0 && n < 3 {
		return strings.Repeat("0", 3-n) + a.TermsDuration
	}
	return a.TermsDuration
}

// scheduledPayment returns field 15: the lender's amount, else that of the latest cycle.
func (a *decision) scheduledPayment() int64 {
	if a.HasSchedule {
		return a.ScheduledPayment.Dollars()
	}
	return a.cyclePayment()
}

// cyclePayment returns what the latest cycle asks for (Q6), as a monthly amount (FORMAT.md 2.6).
func (a *decision) cyclePayment() int64 {
	last := Due{}
	for k := range a.Ledger.Dues {
		if a.Ledger.Dues[k].DueOn <= a.AsOf {
			last = a.Ledger.Dues[k]
		}
	}
	if last.MinimumDue == 0 || a.lateness().at(last.DueOn).Balance <= 0 {
		return 0
	}
	return monthly(last.MinimumDue, a.Product.TermsFrequency).Dollars()
}

// paymentTerms fills in what a deferral and a balloon change of the terms: nothing is scheduled while no payment is asked for
// (FORMAT.md 3.13); in the month of a balloon its amount is, besides an instalment of that month (Q63).
func (a *decision) paymentTerms(t *Tradeline) {
	if a.deferred() {
		t.Frequency, t.TermsDuration, t.ScheduledPayment = "D", "", 0
		return
	}
	if a.BalloonOn == 0 || a.BalloonOn.MonthIndex() != a.AsOf.MonthIndex() {
		return
	}
	instalment := false
	for i := len(a.Ledger.Dues) - 1; i >= 0; i-- {
		switch due := &a.Ledger.Dues[i]; {
		case due.DueOn.MonthIndex() != a.AsOf.MonthIndex():
		case due.DueOn == a.BalloonOn && due.MinimumDue >= a.BalloonAmount: // the cycle holds the balloon
			t.ScheduledPayment = due.MinimumDue.Dollars()
			return
		default:
			instalment = true
		}
	}
	if !instalment {
		t.ScheduledPayment = 0
	}
	t.ScheduledPayment += a.BalloonAmount.Dollars()
}

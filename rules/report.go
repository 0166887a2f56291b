package rules

import "strings"

// ordinary is the report of a loan that is not deleted: paid (13), charged off (97, 64) or by days late. An
// *Undecidable comes with the report as far as it goes.
func (a *Account) ordinary() (*Reported, error) {
	late := a.lateness()
	now := late.at(a.AsOf)
	r := &Reported{
		AsOf: a.AsOf, DateAccountInfo: a.AsOf, Episode: a.Episode,
		CreditLimit: a.creditLimit(), HighestCredit: a.highestCredit(), TermsDuration: a.termsDuration(),
		CurrentBalance:  now.Balance.Dollars(),
		ActualPayment:   a.Ledger.receivedBetween(a.paymentsAfter(), a.AsOf).Dollars(),
		DateLastPayment: a.Ledger.LastPaymentOn(a.AsOf),
		Facts:           Facts{"balance": now.Balance, "status": a.Status},
	}
	var err error
	switch {
	case a.Status == ChargeOff:
		err = a.chargedOff(r, late, now)
	case a.Status.PaidClosed(), a.Status.Closed() && now.Balance <= 0:
		a.paid(r, late)
	default:
		a.byDaysLate(r, late)
	}
	r.HistoryChain = a.historyChain()
	r.PaymentHistory = a.history(r.DateAccountInfo, r.HistoryChain)
	r.HistoryCharacter = historyCharacter(r, a.Product.PortfolioType)
	return r, err
}

// lateness is how late the loan was on any day, as the ledger reads on AsOf.
func (a *Account) lateness() lateness {
	if a.late == nil {
		late := a.Ledger.latenessAsOf(a.AsOf)
		a.late = &late
	}
	return *a.late
}

// byDaysLate fills in an account that still runs, or was closed by hand with money owed (BR2, Q28).
func (a *Account) byDaysLate(r *Reported, late lateness) {
	bucket := late.bucket(a.AsOf)
	r.AccountStatus, r.Rule = lateStatus[bucket], "BR2"
	if !a.open() {
		r.ScheduledPayment = a.scheduledPayment()
	}
	if a.Status.Closed() && !a.installment() {
		r.DateClosed = a.ClosedOn
	}
	if bucket == 0 {
		return
	}
	r.AmountPastDue = late.pastDue30(a.AsOf).Dollars()
	r.FirstMissedDueOn, r.DateFirstDelinquency = a.firstDelinquency(late, a.AsOf)
	r.Facts["oldest_unpaid_due_on"] = late.due.oldestUnpaid(a.AsOf, late.at(a.AsOf).Paid)
	r.Facts["past_due"] = late.pastDue30(a.AsOf)
}

// paid fills in status 13: date paid, rating by the day before (Q8, Q19), nothing owed.
func (a *Account) paid(r *Reported, late lateness) {
	paidOn := a.ClosedOn
	if !a.Status.PaidClosed() {
		if off := a.Ledger.paidOffOn(a.AsOf); off != 0 && (a.installment() || off > paidOn) {
			paidOn = off
		}
	}
	bucket := late.bucket(paidOn - 1)
	r.AccountStatus, r.Rule, r.Final = StatusPaid, "BR2", true
	r.PaymentRating = string(rune('0' + bucket))
	r.CurrentBalance = 0
	r.DateAccountInfo, r.DateClosed = paidOn, paidOn
	if !a.Status.PaidClosed() && !a.installment() {
		r.DateClosed = a.ClosedOn
	}
	r.Facts["paid_on"] = paidOn
	if bucket > 0 {
		r.FirstMissedDueOn, r.DateFirstDelinquency = a.firstDelinquency(late, paidOn-1)
	}
}

// chargedOff fills in status 97, or 64 once nothing is owed (PO2, FORMAT.md 3.3, Q24).
func (a *Account) chargedOff(r *Reported, late lateness, now Totals) error {
	r.OriginalChargeOff = a.originalChargeOff()
	r.AccountStatus, r.Rule = StatusChargeOff, "BR2"
	r.Facts["charged_off_on"] = a.ChargedOffOn
	if now.Balance <= 0 {
		paidOn := a.Ledger.paidOffOn(a.AsOf)
		r.AccountStatus, r.Final = StatusPaidChargeOff, true
		r.DateAccountInfo, r.DateClosed = paidOn, paidOn
		r.Facts["paid_on"] = paidOn
	} else {
		r.AmountPastDue = r.CurrentBalance
		if !a.installment() {
			r.DateClosed = a.ClosedOn
		}
	}
	r.FirstMissedDueOn, r.DateFirstDelinquency = a.chargeOffDelinquency(late, r.DateAccountInfo)
	switch {
	case r.OriginalChargeOff == 0:
		return &Undecidable{CodeNoChargeOff, "a charged-off loan without an original charge-off amount of a dollar or more"}
	case r.DateFirstDelinquency == 0:
		return &Undecidable{CodeNoDOFD, "a charged-off loan without an unpaid cycle before its charge-off or a first delinquency of the take-over"}
	}
	return nil
}

// chargeOffDelinquency is the first delinquency of a charged-off loan, as firstDelinquency: frozen at the
// charge-off, and never later than it was reported for it (BR3). Before 30 days late it goes by the oldest
// unpaid cycle (Q25), and where only fees were left unpaid by the last missed payments. 0 when no payment
// was ever missed.
func (a *Account) chargeOffDelinquency(late lateness, accountInfo Date) (missed, dofd Date) {
	if missed, dofd = a.firstDelinquency(late, a.ChargedOffOn); dofd == 0 {
		if missed = late.due.oldestUnpaid(a.ChargedOffOn, late.at(a.ChargedOffOn).Paid); missed == 0 {
			missed = late.lastMissed(a.ChargedOffOn)
		}
		if missed != 0 {
			dofd = missed + 30
		}
	}
	before := a.reportedChargeOff()
	if before != nil && before.DateFirstDelinquency != 0 && (dofd == 0 || before.DateFirstDelinquency < dofd) {
		missed, dofd = before.FirstMissedDueOn, before.DateFirstDelinquency
	}
	return missed, min(dofd, accountInfo)
}

// originalChargeOff is field 23, which never changes: as reported before, as it was written down at the
// charge-off, or for a loan charged off by the lender without an amount its balance then.
func (a *Account) originalChargeOff() int64 {
	if before := a.reportedChargeOff(); before != nil {
		return before.OriginalChargeOff
	}
	if a.ChargeOffAmount != 0 {
		return a.ChargeOffAmount.Dollars()
	}
	return a.Ledger.At(a.ChargedOffOn).Balance.Dollars()
}

// firstDelinquency returns the due date of the first missed payment of the delinquency that d lies in,
// and the date of first delinquency, 30 days later (BR3, Q20). A delinquency that already ran when the
// lender last reported keeps the date that was reported then (Q21).
func (a *Account) firstDelinquency(late lateness, d Date) (missed, dofd Date) {
	missed, began := late.delinquency(d)
	if reported := a.Baseline.FirstDelinquencyOn; reported != 0 {
		then := a.Baseline.LastReportedOn
		ranThen := began != 0 && began <= max(then, reported) && reported <= d
		chargedOffThen := a.ChargedOffOn != 0 && (a.ChargedOffOn <= then || then == 0 && (began == 0 || reported < missed+30))
		if ranThen || chargedOffThen {
			return reported - 30, reported
		}
	}
	if missed == 0 {
		return 0, 0
	}
	return missed, missed + 30
}

// reportedChargeOff is the last report if it said charge-off, else nil.
func (a *Account) reportedChargeOff() *Reported {
	if len(a.Reports) == 0 {
		return nil
	}
	if last := &a.Reports[0]; last.AccountStatus == StatusChargeOff || last.AccountStatus == StatusPaidChargeOff {
		return last
	}
	return nil
}

// paymentsAfter is the last reporting date: payments after it are of this period (Q23).
func (a *Account) paymentsAfter() Date {
	switch {
	case len(a.Reports) > 0:
		return a.Reports[0].AsOf
	case a.Baseline.LastReportedOn != 0:
		return a.Baseline.LastReportedOn
	}
	return a.PeriodAfter
}

func (a *Account) installment() bool {
	return a.Product.PortfolioType == "I" || a.Product.PortfolioType == "M"
}

func (a *Account) open() bool { return a.Product.PortfolioType == "O" }

// creditLimit is field 11: the assigned limit, zero for I and M.
func (a *Account) creditLimit() int64 {
	if a.installment() {
		return 0
	}
	return a.CreditLimit.Dollars()
}

// highestCredit is field 12: the original amount of I and M, else the highest balance.
func (a *Account) highestCredit() int64 {
	if a.installment() {
		return a.OriginalAmount.Dollars()
	}
	highest := a.HighestBalance
	a.Ledger.daily(a.AsOf, func(_ Date, balance Cents) { highest = max(highest, balance) })
	return highest.Dollars()
}

// termsDuration is field 13 (FORMAT.md 2.6): the lender's number for I and M, a constant for the others.
func (a *Account) termsDuration() string {
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

// scheduledPayment is field 15: what the lender sent, else what the latest cycle asks for (Q6) as a monthly
// amount (FORMAT.md 2.6).
func (a *Account) scheduledPayment() int64 {
	if a.HasSchedule {
		return a.ScheduledPayment.Dollars()
	}
	if n := len(a.Ledger.Cycles); n > 0 && a.lateness().due.asks[n-1] {
		return monthly(a.Ledger.Cycles[n-1].MinimumDue, a.Product.TermsFrequency).Dollars()
	}
	return 0
}

package rules

// delinquent is the first delinquency of an account, and why it is that one. Without a delinquency it is empty.
type delinquent struct {
	missed   Date   // due date of the first missed payment, 0: not known
	dofd     Date   // date of first delinquency
	rule     string // that found it
	keptFrom Date   // calendar date of the earlier tradeline that it is kept from, 0: from none
}

// setDelinquency fills in the first delinquency with the facts that explain it (BR6).
func (t *Tradeline) setDelinquency(first delinquent) {
	t.FirstMissedDueOn, t.DateFirstDelinquency = first.missed, first.dofd
	if first.dofd == 0 {
		return
	}
	t.Facts.add(textFact(factDelinquency, first.rule))
	if first.keptFrom != 0 {
		t.Facts.add(dateFact(factKeptFrom, first.keptFrom))
	}
}

// found returns a first delinquency that the ledger tells of, empty without a missed payment.
func (a *decision) found(missed Date, late *lateness, rule string) delinquent {
	if missed == 0 {
		return delinquent{}
	}
	return delinquent{missed: missed, dofd: a.stepOn(missed, late.spans), rule: rule}
}

// firstDelinquency returns the first delinquency behind how late the account is on d (BR3). A delinquency that began before
// the lender's last file keeps the lender's date (Q21); one that runs on since the last report keeps that report's (Q32).
func (a *decision) firstDelinquency(late *lateness, d Date) delinquent {
	missed, began := late.delinquency(d)
	first := a.found(missed, late, "BR3")
	if a.Program.DOFDRule == DOFDByDays {
		first.rule = "Q20"
	}
	if reported := a.Baseline.FirstDelinquencyOn; reported != 0 {
		then := a.Baseline.LastReportedOn
		ranThen := began != 0 && began <= max(then, reported) && reported <= d
		chargedOffThen := a.ChargedOffOn != 0 && (a.ChargedOffOn <= then || then == 0 && (began == 0 || reported < first.dofd))
		if ranThen || chargedOffThen {
			return delinquent{missed: reported - 30, dofd: reported, rule: "Q21", keptFrom: then}
		}
	}
	last, ok := a.lastLate()
	if !ok || first.dofd != 0 && last.DateFirstDelinquency >= first.dofd {
		return first
	}
	runs, endedBy := a.runsOn(&last, late, began, d)
	switch {
	case runs && len(a.Tradelines) == 0:
		return delinquent{last.FirstMissedDueOn, last.DateFirstDelinquency, "Q21", last.AsOf}
	case runs:
		return delinquent{last.FirstMissedDueOn, last.DateFirstDelinquency, "Q32", last.AsOf}
	case endedBy != "" && first.dofd != 0:
		first.rule = endedBy
	}
	return first
}

// lastLate returns the last report if it said that the account was late: ours, else the lender's before boarding.
func (a *decision) lastLate() (Furnished, bool) {
	if len(a.Tradelines) > 0 {
		last := a.Tradelines[0]
		late := last.AccountStatus > StatusPaid && last.AccountStatus <= lateStatus[6]
		takenBack := last.AccountStatus == StatusChargeOff && !a.lost() // people took the charge-off back: its date moves no later (BR3)
		return last, last.DateFirstDelinquency != 0 && (late || takenBack)
	}
	b := &a.Baseline
	last := Furnished{AsOf: b.LastReportedOn, DateFirstDelinquency: b.FirstDelinquencyOn, FirstMissedDueOn: b.FirstDelinquencyOn - 30}
	return last, b.FirstDelinquencyOn != 0 && b.LastReportedOn != 0
}

// runsOn reports whether the delinquency that the last report told of still runs on d, by the setting of the program (Q32):
// the account was late on that report as the ledger reads now, and since then it was never fully cured. After a gap of more
// than a reporting period it must have been late on every day (Q83). began is the first day of the run on d. endedBy is
// the rule by which what the last report told of is over.
func (a *decision) runsOn(last *Furnished, late *lateness, began, d Date) (runs bool, endedBy string) {
	if a.Program.DOFDRule == DOFDByDays {
		return false, "Q20"
	}
	if a.proven(last.AsOf) && late.on(last.AsOf).bucket == 0 { // as the ledger reads now it was not late
		return false, ""
	}
	period := a.AsOf - a.PeriodAfter
	if last.AsOf < a.PeriodAfter-period/2 { // a period of a cycle calendar is not always as long
		return began != 0 && began <= last.AsOf, "Q83"
	}
	return !late.curedIn(last.AsOf, d), "Q83"
}

// curedIn reports whether nothing was past due on any day after one date and up to another (Q83).
func (l *lateness) curedIn(after, to Date) bool {
	sums := l.walk()
	for k := range l.Entries {
		day := l.Entries[k].Effective
		if day <= after || k+1 < len(l.Entries) && l.Entries[k+1].Effective == day {
			continue
		}
		if day > to {
			return false
		}
		if l.due.simple {
			if t := sums.to(day); l.due.by(day)+t.Charged <= t.Paid {
				return true
			}
		} else if l.claims(day).owing().all == 0 {
			return true
		}
	}
	return false
}

// freezing are the statuses whose first report freezes the date of first delinquency, and those that end them (Q36).
var freezing = map[string]bool{
	StatusClaim: true, StatusDeed: true, StatusCollection: true, StatusForeclosed: true, StatusSurrendered: true,
	StatusRepossessed: true, StatusChargeOff: true, StatusPaidSurrender: true, StatusPaidCollection: true,
	StatusPaidRepossess: true, StatusPaidChargeOff: true,
}

// frozenReport returns the last report if it froze the date of first delinquency, else nil (Q36). It is for accounts that are
// still charged off, or without their collateral: a rescission ends the freeze (Q94).
func (a *decision) frozenReport() *Furnished {
	if len(a.Tradelines) == 0 {
		return nil
	}
	if last := &a.Tradelines[0]; freezing[last.AccountStatus] && last.DateFirstDelinquency != 0 {
		return last
	}
	return nil
}

// chargeOffDelinquency returns what firstDelinquency does, for a charged-off loan: as its first report said (Q36), else as of
// the charge-off. If the loan was less than a step late then, the oldest unpaid cycle counts (Q25); if only fees were unpaid,
// the run of underpayments that ended in the charge-off (Q38). It is empty if no payment was ever missed.
func (a *decision) chargeOffDelinquency(t *Tradeline, late *lateness) delinquent {
	first := a.firstDelinquency(late, a.ChargedOffOn)
	if first.rule == "Q32" { // a charge-off continues the run
		first.rule = "Q49"
	}
	if first.dofd == 0 {
		if first = a.found(late.on(a.ChargedOffOn).unpaid, late, "Q25"); first.missed != 0 {
			first.dofd = a.stepOn(first.missed, nil) // even so, in an accommodation too
		}
	}
	if first.dofd == 0 {
		first = a.found(a.lastMissed(a.ChargedOffOn), late, "Q38")
	}
	first.dofd = min(first.dofd, max(a.ChargedOffOn, t.DateAccountInfo))
	if before := a.frozenReport(); before != nil {
		person := a.correction(fieldFirstDelinquency) // has looked already
		if person == nil && first.dofd != 0 && first.missed != before.FirstMissedDueOn && first.dofd != before.DateFirstDelinquency {
			t.list(CodeFrozenDOFD, "the ledger says "+first.dofd.String()+" of its date of first delinquency, which is frozen at "+
				before.DateFirstDelinquency.String())
		}
		return before.frozenFirst()
	}
	first.dofd = min(first.dofd, t.DateAccountInfo)
	return first
}

// frozenFirst returns the first delinquency that a report has frozen (Q36).
func (f *Furnished) frozenFirst() delinquent {
	return delinquent{f.FirstMissedDueOn, f.DateFirstDelinquency, "Q36", f.AsOf}
}

// list notes something about the account that a person must see, though the record goes out.
func (t *Tradeline) list(code, detail string) {
	t.Listed = append(t.Listed, &Undecidable{code, detail})
}

// The time after which an account is obsolete (BR7): years after the first missed payment, and days more for a charge-off or a
// collection (Q51).
const (
	obsoleteMonths = 7 * 12
	obsoleteDays   = 180
)

// obsolete returns why the file leaves an account out that is too old to be reported (BR7), nil if it is not: one that was
// charged off, placed, or closed while delinquent, also by people. An account that still runs is listed.
func (a *decision) obsolete(t *Tradeline) *Exclusion {
	if t.DateFirstDelinquency == 0 {
		return nil
	}
	missed := t.FirstMissedDueOn
	if missed == 0 {
		missed = t.DateFirstDelinquency - 30 // Q51
	}
	until := missed.AddMonths(obsoleteMonths)
	switch t.AccountStatus {
	case StatusChargeOff, StatusPaidChargeOff, StatusCollection, StatusPaidCollection:
		until += obsoleteDays
	}
	if t.DateAccountInfo <= until {
		return nil
	}
	closedLate := a.Status.Closed() && missed <= a.ClosedOn
	if !t.Final && !freezing[t.AccountStatus] && !closedLate {
		t.list(CodeObsoleteSoon, "its first missed payment was due on "+missed.String()+", and it still runs")
		return nil
	}
	return &Exclusion{Obsolete, "BR7", "its first missed payment was due on " + missed.String() + ": reported until " + until.String()}
}

// listReAges lists re-ages of an account whose date of first delinquency is frozen: they are not applied (Q88).
func (a *decision) listReAges(t *Tradeline) {
	for k := range a.Ledger.Entries {
		if e := &a.Ledger.Entries[k]; e.Kind == ReAge && e.UndoneOn == 0 && a.frozenOn(e.Effective) {
			t.list(CodeReAgeFrozen, "the re-age of "+e.Effective.String()+" is not applied: its date of first delinquency is frozen")
		}
	}
}

package rules

// Account statuses of collateral, claims and collections (BR13, Q65).
const (
	StatusPaidSurrender  = "61"
	StatusPaidCollection = "62"
	StatusPaidRepossess  = "63"
	StatusClaim          = "88"
	StatusDeed           = "89"
	StatusCollection     = "93"
	StatusForeclosed     = "94"
	StatusSurrendered    = "95"
	StatusRepossessed    = "96"
)

// collateralStatus gives the account status of each reason of a termination that says what became of the collateral (BR13).
var collateralStatus = map[string]string{
	ReasonVoluntary: StatusSurrendered, ReasonRepossessed: StatusRepossessed, ReasonDeed: StatusDeed,
	ReasonForeclosed: StatusForeclosed, ReasonClaim: StatusClaim,
}

// typeCollection is the account type of a collection (Q65).
const typeCollection = "48"

// collection reports whether the account is one of a collection product (Q65).
func (a *decision) collection() bool { return a.AccountType == typeCollection && a.open() }

// lost reports whether the account is a charge-off, also under a closed status that people set later (Q93).
func (a *decision) lost() bool {
	return a.Status == ChargeOff || a.ChargedOffOn != 0 && a.Status.Closed() && !a.Status.PaidClosed()
}

// terminated returns the reason of the termination in force on d, empty for none (Q94).
func (a *decision) terminated(d Date) string {
	t := a.Termination
	if t == nil || t.On > d || t.RescindedOn != 0 && t.RescindedOn <= d {
		return ""
	}
	return t.Reason
}

// collateral returns the status that the collateral gives the account on d, empty for none (BR13). An account that was paid
// before has none.
func (a *decision) collateral(d Date) string {
	status := collateralStatus[a.terminated(d)]
	if status == "" {
		return ""
	}
	if paidOn := a.endedOn(); paidOn != 0 && paidOn < a.Termination.On {
		return ""
	}
	return status
}

// endedOn returns the date on which nothing was owed any more, 0 if the account owes.
func (a *decision) endedOn() Date {
	if a.Status.PaidClosed() {
		return a.ClosedOn
	}
	if a.Ledger.At(a.AsOf).Balance > 0 {
		return 0
	}
	return a.Ledger.paidOffOn(a.AsOf)
}

// taken fills in an account whose collateral was surrendered, repossessed, deeded or foreclosed, or for which a claim was
// filed (BR13): rated as of the day before, and 61 or 63 once nothing is owed.
func (a *decision) taken(t *Tradeline, late *lateness, now standing) {
	on := a.Termination.On
	then := late.on(on - 1)
	t.AccountStatus, t.Rule = a.collateral(a.AsOf), "BR13"
	if t.AccountStatus != StatusRepossessed {
		t.PaymentRating = string(rune('0' + then.bucket))
	}
	if t.AccountStatus == StatusDeed || t.AccountStatus == StatusForeclosed {
		t.closes(on, "BR13")
	}
	t.AmountPastDue = now.pastDue.Dollars()
	if t.AccountStatus == StatusSurrendered || t.AccountStatus == StatusRepossessed {
		t.AmountPastDue = a.pastDueWhole(late, now.Balance)
	}
	t.setDelinquency(a.takenDelinquency(late, on, then.bucket))
	t.Facts.add(dateFact("terminated_on", on))
	t.Facts.add(textFact("reason", a.Termination.Reason))
	if now.Balance <= 0 {
		a.takenAndPaid(t)
	}
}

// takenAndPaid fills in the end of an account whose collateral was taken: nothing is owed any more (BR13).
func (a *decision) takenAndPaid(t *Tradeline) {
	paidOn := a.endedOn()
	t.Final, t.CurrentBalance, t.AmountPastDue = true, 0, 0
	t.Facts.add(dateFact("paid_on", paidOn))
	switch t.AccountStatus {
	case StatusSurrendered:
		t.AccountStatus, t.PaymentRating = StatusPaidSurrender, ""
	case StatusRepossessed:
		t.AccountStatus = StatusPaidRepossess
	case StatusClaim:
		t.closes(paidOn, "BR13")
		return
	default:
		return
	}
	t.DateAccountInfo = paidOn
	t.closes(paidOn, "BR13")
}

// takenDelinquency returns the first delinquency of an account whose collateral was taken (BR13): as the last record of it
// said, ours or the lender's before boarding (Q36), else of the delinquency behind it, else the date itself.
func (a *decision) takenDelinquency(late *lateness, on Date, bucket int) delinquent {
	if len(a.Tradelines) > 0 {
		last := &a.Tradelines[0]
		if last.DateFirstDelinquency != 0 && last.DateAccountInfo >= on && lettered[last.AccountStatus] != 0 {
			return last.frozenFirst()
		}
	}
	if b := &a.Baseline; len(a.Tradelines) == 0 && b.FirstDelinquencyOn != 0 && b.LastReportedOn >= on { // the lender's froze it
		return delinquent{missed: b.FirstDelinquencyOn - 30, dofd: b.FirstDelinquencyOn, rule: "Q21", keptFrom: b.LastReportedOn}
	}
	if bucket > 0 {
		return a.firstDelinquency(late, on-1)
	}
	return delinquent{dofd: on, rule: "BR13"}
}

// lettered gives the history character of the statuses of collateral, claims and collections; the rating's is written as R
// (FORMAT.md 2.3).
var lettered = map[string]byte{
	StatusSurrendered: 'J', StatusPaidSurrender: 'J', StatusRepossessed: 'K', StatusPaidRepossess: 'K', StatusForeclosed: 'H',
	StatusCollection: 'G', StatusPaidCollection: 'G', StatusClaim: 'R', StatusDeed: 'R',
}

// collected fills in an account of a collection product: 93 while it owes, 62 once it is paid (Q65).
func (a *decision) collected(t *Tradeline, late *lateness, now standing) error {
	t.AccountStatus, t.Rule = StatusCollection, "Q65"
	t.AmountPastDue = a.pastDueWhole(late, now.Balance)
	if dofd := a.Baseline.FirstDelinquencyOn; dofd != 0 {
		t.setDelinquency(delinquent{missed: dofd - 30, dofd: dofd, rule: "Q65"})
	}
	if now.Balance <= 0 {
		paidOn := a.endedOn()
		t.AccountStatus, t.Final = StatusPaidCollection, true
		t.CurrentBalance, t.AmountPastDue = 0, 0
		t.DateAccountInfo = paidOn
		t.closes(paidOn, "Q65")
		t.Facts.add(dateFact("paid_on", paidOn))
	}
	a.givenDelinquency(t)
	switch {
	case a.OriginalCreditor == "":
		return &Undecidable{CodeNoCreditor, "a collection without its original creditor"}
	case t.DateFirstDelinquency == 0:
		return &Undecidable{CodeNoDOFD, "a collection without the date of first delinquency of its boarding"}
	}
	return nil
}

// leaving returns the date on which an account went to a buyer or to another servicer, 0 for neither (Q57, Q76). One that was
// paid before stayed; a card or line that owes nothing is not paid while it is open (PO1).
func (a *decision) leaving(late *lateness) (on Date) {
	switch {
	case a.sold():
		on = a.SoldOn
	case a.terminated(a.AsOf) == ReasonTransfer:
		on = a.Termination.On
	default:
		return 0
	}
	if late.on(on-1).Balance <= 0 && (a.installment() || a.Status.Closed() && a.ClosedOn < on) {
		return 0
	}
	return on
}

// departed fills in an account that was sold or went to another servicer: status and rating as of that day, which a bankruptcy
// may have frozen before (CA4), nothing owed here any more, closed on it, said once (FORMAT.md 3.9, Q57, Q76).
func (a *decision) departed(t *Tradeline, late *lateness) error {
	a.leftOn = a.left
	if late.on(a.left).Balance <= 0 { // the entry that takes it off the books
		a.leftOn--
	}
	if a.frozen.on != 0 {
		a.leftOn = min(a.leftOn, a.frozen.on)
	}
	now := late.on(a.leftOn)
	t.CurrentBalance = now.Balance.Dollars()
	var err error
	switch {
	case a.ChargedOffOn != 0 && a.ChargedOffOn <= a.left && !a.stayedBefore(a.ChargedOffOn, now.Balance):
		err = a.chargedOff(t, late, now)
	case a.collection():
		err = a.collected(t, late, now)
	case a.collateral(a.left) != "" && !a.stayedBefore(a.Termination.On, now.Balance):
		a.taken(t, late, now)
	default:
		a.byDaysLate(t, late, now)
	}
	t.Rule = "Q76"
	if a.sold() {
		t.Rule = "Q57"
	}
	t.Final, t.CurrentBalance, t.AmountPastDue, t.ScheduledPayment = true, 0, 0, 0
	t.DateAccountInfo = a.AsOf
	t.closes(a.left, t.Rule)
	t.Facts.add(dateFact("left_on", a.left))
	return err
}

// timesFinal returns how often a final record goes out: as the product says for a paid account (DC10), once for any other.
func (a *decision) timesFinal(t *Tradeline) int {
	if t.AccountStatus == StatusPaid || paidStatus(t.AccountStatus) {
		return max(1, a.Product.TrailingReports)
	}
	return 1
}

// paidStatus reports whether a status says that an account was paid after it had been worse than late.
func paidStatus(status string) bool { return status >= StatusPaidSurrender && status <= "65" }

// finalsSent counts in how many months this final tradeline has gone out (DC10, Q53): the latest tradelines that are final, with
// the same status as of the same day. If the lender furnished the end before boarding, all of them count as sent.
func (a *decision) finalsSent(t *Tradeline) int {
	sent, end := 0, a.correctedEnd(t)
	for i := range a.Tradelines {
		if !sameEnd(&a.Tradelines[i], end) {
			return sent
		}
		if i == 0 || a.Tradelines[i].AsOf.MonthIndex() != a.Tradelines[i-1].AsOf.MonthIndex() {
			sent++
		}
	}
	if a.endBoarded(t) {
		return a.timesFinal(t)
	}
	return sent
}

// endBoarded reports whether the lender furnished the end of the account before boarding.
func (a *decision) endBoarded(t *Tradeline) bool {
	told := a.Baseline.LastReportedOn
	return a.closureBoarded() && told >= t.DateAccountInfo || a.left != 0 && told >= a.left
}

// trailing repeats the final tradeline (Q26).
func (a *decision) trailing() *Tradeline {
	last := &a.Tradelines[0]
	t := &Tradeline{
		Furnished: *last, CreditLimit: a.creditLimit(), HighestCredit: a.highestCredit(), TermsDuration: a.termsDuration(),
		Frequency: a.Product.TermsFrequency, Rule: "Q26", Facts: newFacts(dateFact("repeats", last.AsOf)),
	}
	t.Consumers, t.ComplianceCode = nil, "" // Q54
	t.HistoryChain, _ = a.historyChain()    // the profile stays, as the date of account information does (Q82)
	t.AsOf = a.AsOf
	t.ReceiptsKnown = a.Ledger.receiptsKnown(a.AsOf)
	return t
}

// lastAccountInfo returns the date of account information of the last report: ours, else the lender's before boarding, 0 for none.
func (a *decision) lastAccountInfo() Date {
	if len(a.Tradelines) > 0 {
		return a.Tradelines[0].DateAccountInfo
	}
	return a.Baseline.LastReportedOn
}

// sameEnd reports whether an earlier record told of the same end as t.
func sameEnd(before *Furnished, t *Tradeline) bool {
	if !before.Final || before.AccountStatus != t.AccountStatus {
		return false
	}
	if t.AccountStatus == StatusPaid || paidStatus(t.AccountStatus) {
		foundLate := before.DateAccountInfo > t.DateAccountInfo // Q41
		return before.DateAccountInfo == t.DateAccountInfo || foundLate && before.DateClosed == t.DateClosed && before.Episode == t.Episode
	}
	return before.DateClosed == t.DateClosed // its date of account information is that of the file
}

// ReversedAfterDeletion returns an *Undecidable if an entry was reversed after the bureaus were told to delete the account.
// The account never comes back (DC8), but a person must know (Q15).
func ReversedAfterDeletion(a *Account) error {
	for _, e := range a.Ledger.Entries {
		if a.DeletedOn != 0 && e.UndoneOn > a.DeletedOn {
			return &Undecidable{CodeReversed, "an entry was reversed on " + e.UndoneOn.String() + ", after the deletion of " + a.DeletedOn.String()}
		}
	}
	return nil
}

// Listed returns what a person must see of an account that the night decides all the same: a buyer without a date of sale
// (Q57), a termination that says paid while money is owed (Q96), a special comment that does not fit the portfolio (Q27).
func Listed(a *Account) []error {
	listed := a.listedCharges()
	if a.DeletedOn != 0 || a.Contract == (Contract{}) && a.Termination == nil {
		return listed
	}
	d := decision{Account: a}
	if a.SoldTo != "" && a.SoldOn == 0 {
		listed = append(listed, &Undecidable{CodeSoldUndated, "it has a buyer, but no date of sale: reported as not sold"})
	}
	switch reason := d.terminated(a.AsOf); reason {
	case ReasonPaid, ReasonSettled, ReasonOther:
		if owed := a.Ledger.At(a.AsOf).Balance; owed > 0 {
			listed = append(listed, &Undecidable{CodeTerminatedOwing, "terminated as " + reason + " with " + owed.String() + " owed: the termination has no effect"})
		}
	}
	if a.SpecialComment != "" && !d.fits(a.SpecialComment) {
		listed = append(listed, &Undecidable{CodeCommentUnfit, "special comment " + a.SpecialComment + " does not fit portfolio " + a.Product.PortfolioType + ": left out"})
	}
	return listed
}

// listedCharges lists what was charged in the reporting period after the closing of a loan that was paid off, once (Q34, PO3).
func (a *Account) listedCharges() (listed []error) {
	if !a.Status.PaidClosed() {
		return nil
	}
	for k := range a.Ledger.Entries {
		if e := &a.Ledger.Entries[k]; e.Effective > a.PeriodAfter && e.Amount > 0 && a.chargedAfterClosing(*e) {
			listed = append(listed, &Undecidable{CodeAfterClosing, e.Kind.String() + " of " + e.Effective.String() + ", after its closing on " + a.ClosedOn.String() + ": it does not count"})
		}
	}
	return listed
}

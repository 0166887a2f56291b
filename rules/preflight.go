package rules

import (
	"fmt"
	"strings"
)

// Told is what a record of a file says of an account, read back from its bytes.
type Told struct {
	Tradeline     // as far as a record says it
	Persons   int // consumers in the record
}

// Reviewed is an account before the file that tells of it is released: what the file says, and what the book gives as it reads now.
type Reviewed struct {
	Account *Account // with what earlier files said of it
	Told    *Told    // nil: the file leaves it out
	Today   Date     // the business date as of which clocks are read

	// The account decided again: one of them is set.
	Again     *Tradeline
	Left      *Exclusion
	Undecided *Undecidable
}

// Violated is a finding of pre-flight.
type Violated struct {
	Rule  string
	About string // what of the account, where a rule can find several; empty: the account
	Says  string // without a personal value
}

// reviews are the rules of pre-flight that look at one account.
var reviews = []struct {
	rule string
	find func(*review)
}{
	{"V1", (*review).accommodation}, {"V2", (*review).zeroBalance}, {"V3", (*review).chargeOffAmount}, {"V4", (*review).unpaidAgain},
	{"V5", (*review).disputeClocks}, {"V6", (*review).corrections}, {"V7", (*review).history}, {"V8", (*review).ofRecord},
	{"V9", (*review).firstDelinquency}, {"V10", (*review).theft}, {"V11", (*review).petition}, {"V12", (*review).notation},
	{"V13", (*review).fraud}, {"V14", (*review).chargeOffPastDue}, {"V15", (*review).finalPayment}, {"V17", (*review).undatedChargeOff},
	{"V18", (*review).disputeKinds}, {"V19", (*review).boardedUndated}, {"V21", (*review).collateral}, {"V24", (*review).obsolete},
	{"V25", (*review).skippedStep}, {"V26", (*review).reAged},
}

// review is one call of Review.
type review struct {
	*Reviewed
	decision
	before *Furnished // the last tradeline, nil if there is none
	rule   string
	found  []Violated
}

// Review appends what the rules of pre-flight find in an account.
func Review(r *Reviewed, found []Violated) []Violated {
	v := review{Reviewed: r, decision: decide(r.Account), found: found}
	if tradelines := r.Account.Tradelines; len(tradelines) > 0 {
		v.before = &tradelines[0]
	}
	for i := range reviews {
		v.rule = reviews[i].rule
		reviews[i].find(&v)
	}
	return v.found
}

func (v *review) say(format string, args ...any) { v.sayOf("", format, args...) }

func (v *review) sayOf(about, format string, args ...any) {
	v.found = append(v.found, Violated{v.rule, about, fmt.Sprintf(format, args...)})
}

// asked returns the account under another setting of its program, decided again, nil if that gives no record.
func (v *review) asked(change func(*Program)) *Tradeline {
	other := *v.Reviewed.Account
	change(&other.Program)
	t, _, err := Furnish(&other)
	if err != nil {
		return nil
	}
	return t
}

// stepOf returns how many steps late a status by days late is, false for any other status (BR2).
func stepOf(status string) (int, bool) {
	for step, s := range lateStatus {
		if s == status {
			return step, true
		}
	}
	return 0, false
}

// accommodation is V1, whatever the program's setting says of accommodations.
func (v *review) accommodation() {
	if v.Told == nil || !v.excusable() || !v.accommodated(v.AsOf) {
		return
	}
	step, byDays := stepOf(v.Told.AccountStatus)
	if !byDays || step == 0 {
		return
	}
	protected := v.asked(func(p *Program) { p.Accommodations = Protect })
	if protected == nil {
		return
	}
	if may, byDays := stepOf(protected.AccountStatus); byDays && may < step {
		v.say("it is in an accommodation and was no later than status %s before it; the file says %s", protected.AccountStatus, v.Told.AccountStatus)
	}
}

// zeroBalance is V2.
func (v *review) zeroBalance() {
	if v.Told == nil || v.Told.CurrentBalance != 0 {
		return
	}
	step, byDays := stepOf(v.Told.AccountStatus)
	if byDays && step > 0 || v.Told.AccountStatus == StatusCollection || v.Told.AccountStatus == StatusChargeOff {
		v.say("status %s with balance 0", v.Told.AccountStatus)
	}
}

// chargeOffAmount is V3. The ledger knows the balance of an account that was charged off here.
func (v *review) chargeOffAmount() {
	if v.Told == nil || v.Told.AccountStatus != StatusChargeOff && v.Told.AccountStatus != StatusPaidChargeOff {
		return
	}
	amount, ledger := v.Told.OriginalChargeOff, int64(0)
	if v.ChargedOffOn > v.Baseline.LastReportedOn && v.proven(v.ChargedOffOn) {
		ledger = v.Ledger.At(v.ChargedOffOn).Balance.Dollars()
	}
	switch {
	case v.correction("original_chargeoff") != nil:
	case amount == 0:
		v.say("a charge-off without its amount")
	case v.Again != nil && v.Again.OriginalChargeOff != amount && v.Again.AccountStatus == v.Told.AccountStatus:
		v.say("the file says that %d was charged off; it was %d", amount, v.Again.OriginalChargeOff)
	case ledger != 0 && ledger != amount:
		v.say("the file says that %d was charged off on %s; the balance on that day was %d", amount, v.ChargedOffOn, ledger)
	}
}

// unpaidAgain is V4. What raises the balance after the account was paid explains it: a reversal, a refund, a fee.
func (v *review) unpaidAgain() {
	if v.Told == nil || v.before == nil || !toldPaid(v.before.AccountStatus) || toldPaid(v.Told.AccountStatus) ||
		v.Told.Deletion() != "" || v.Told.CurrentBalance == 0 {
		return
	}
	for k := range v.Ledger.Entries {
		if e := &v.Ledger.Entries[k]; e.Effective >= v.before.DateClosed && e.EffectOnBalance() > 0 {
			return
		}
	}
	v.say("file as of %s said paid (%s), this one says %s with balance %d; since then nothing was reversed or charged",
		v.before.AsOf, v.before.AccountStatus, v.Told.AccountStatus, v.Told.CurrentBalance)
}

// toldPaid reports whether a status says that nothing is owed any more.
func toldPaid(status string) bool { return status == StatusPaid || paidStatus(status) }

// disputeWarnDays is how many days before its last one an open dispute is a finding: day 25 of 30.
const disputeWarnDays = 5

// disputeClocks is V5: day 25, 30, or 45 where the consumer gave new information (BR10).
func (v *review) disputeClocks() {
	for k := range v.Cases {
		c := &v.Cases[k]
		if !c.acts() || c.beganOn() > v.Today {
			continue
		}
		switch due := c.answerBy(v.Today); {
		case due == 0 || v.Today < due-disputeWarnDays:
		case v.Today > due:
			v.sayOf(c.ID, "dispute %s was received on %s and was to be answered by %s", c.ID, c.beganOn(), due)
		default:
			v.sayOf(c.ID, "dispute %s was received on %s and must be answered by %s", c.ID, c.beganOn(), due)
		}
	}
}

// corrections is V6. A newer fact that ends the lock names itself in the record that is decided again (BR9); one that holds the account
// is no newer fact.
func (v *review) corrections() {
	held := v.Undecided != nil && v.Undecided.Code == CodeCorrectionHeld
	if v.Told == nil || v.Again == nil && !held || v.Told.Deletion() != "" {
		return
	}
	for i := range v.Corrections {
		c := &v.Corrections[i]
		if c.Field == fieldHistory && c.On.MonthIndex() != v.AsOf.MonthIndex() {
			continue
		}
		said := FieldText(&v.Told.Tradeline, c.Field)
		if said != c.Value && (held || said != FieldText(v.Again, c.Field)) {
			v.sayOf(c.Field, "correction %d gives %s another value than the file says", c.ID, c.Field)
		}
	}
}

// history is V7: the profile by the ledger and the earlier files, and what the last file itself said, moved by its month.
func (v *review) history() {
	if v.Told == nil || v.Told.Deletion() != "" || v.correction(fieldHistory) != nil {
		return
	}
	if v.Again != nil && v.Again.AccountStatus == v.Told.AccountStatus && v.Again.PaymentHistory != v.Told.PaymentHistory {
		v.say("the ledger and the earlier files give history %s, the file says %s", v.Again.PaymentHistory, v.Told.PaymentHistory)
		return
	}
	if v.before == nil || v.before.Deletion() != "" || v.before.Final ||
		v.Told.DateAccountInfo.MonthIndex()-v.before.DateAccountInfo.MonthIndex() != 1 || len(v.Told.PaymentHistory) != historyMonths {
		return
	}
	if moved := v.before.PaymentHistory[:historyMonths-1]; v.Told.PaymentHistory[1:] != moved {
		v.say("the file as of %s said history %s, which is %s now: the file says %s", v.before.AsOf, v.before.PaymentHistory, moved, v.Told.PaymentHistory[1:])
	}
}

// ofRecord is V8.
func (v *review) ofRecord() {
	if v.Told == nil || v.Told.Deletion() != "" {
		return
	}
	switch {
	case v.installment() && v.Told.HighestCredit != v.OriginalAmount.Dollars():
		v.sayOf("original_amount", "the file says original amount %d, the system of record %d", v.Told.HighestCredit, v.OriginalAmount.Dollars())
	case !v.installment() && v.Told.CreditLimit != v.CreditLimit.Dollars():
		v.sayOf("credit_limit", "the file says credit limit %d, the system of record %d", v.Told.CreditLimit, v.CreditLimit.Dollars())
	}
	if v.Again != nil && v.Again.AccountStatus == v.Told.AccountStatus && v.Again.PaymentRating != v.Told.PaymentRating {
		v.sayOf("payment_rating", "the ledger gives payment rating %q, the file says %q", v.Again.PaymentRating, v.Told.PaymentRating)
	}
}

// bankrupt returns a bankruptcy that was filed by the file's date, nil if there is none.
func (v *review) bankrupt() *Case {
	for k := range v.Cases {
		if c := &v.Cases[k]; c.Type == CaseBankruptcy && c.acts() && c.FiledOn != 0 && c.FiledOn <= v.AsOf {
			return c
		}
	}
	return nil
}

// firstDelinquency is V9; of a bankrupt's account V11 says it.
func (v *review) firstDelinquency() {
	if v.Told == nil || v.Told.Deletion() != "" || v.correction(fieldFirstDelinquency) != nil || v.bankrupt() != nil {
		return
	}
	dofd := v.Told.DateFirstDelinquency
	step, byDays := stepOf(v.Told.AccountStatus)
	switch {
	case byDays && step > 0 && dofd == 0 || freezing[v.Told.AccountStatus] && dofd == 0:
		v.say("status %s without a date of first delinquency", v.Told.AccountStatus)
	case byDays && step == 0 && dofd != 0:
		v.say("a current account with the date of first delinquency %s", dofd)
	case v.Again != nil && v.Again.AccountStatus == v.Told.AccountStatus && v.Again.DateFirstDelinquency != dofd:
		v.say("the ledger gives %s as date of first delinquency, the file says %s", shownDate(v.Again.DateFirstDelinquency), shownDate(dofd))
	}
}

func shownDate(d Date) string {
	if d == 0 {
		return "none"
	}
	return d.String()
}

// theft is V10.
func (v *review) theft() {
	if v.Told == nil || v.Told.AccountStatus == StatusDeleteFraud {
		return
	}
	if v.Left != nil && v.Left.Reason == Blocked {
		v.say("%s; the file tells of the account", v.Left.Detail)
		return
	}
	if v.Again == nil {
		return
	}
	left := 0
	for i := range v.Again.Placed {
		if v.Again.Placed[i].Segment == LeftOut && v.byCase.stolen(&v.Consumers[i]) != nil {
			left++
		}
	}
	if left > 0 && v.Told.Persons > len(v.Again.Placed)-left {
		v.say("an identity theft was reported of %d consumers whom the file names", left)
	}
}

// petition is V11.
func (v *review) petition() {
	if v.Told == nil || v.Told.Deletion() != "" || v.correction(fieldFirstDelinquency) != nil || v.Again == nil {
		return
	}
	by := v.bankrupt()
	if by == nil {
		return
	}
	if said, right := v.Told.DateFirstDelinquency, v.Again.DateFirstDelinquency; said != right {
		v.say("bankruptcy %s was filed on %s, and the date of first delinquency is %s; the file says %s", by.ID, by.FiledOn, shownDate(right), shownDate(said))
	}
}

// runningDispute returns the dispute whose notation the record is to bear, nil if none runs.
func (v *review) runningDispute() *Case {
	if by := v.byCase.dispute().by; by != nil && by.outcome(v.AsOf) == "" {
		return by
	}
	return nil
}

// notation is V12.
func (v *review) notation() {
	if v.Told == nil || v.Again == nil || v.Told.Deletion() != "" || v.Told.ComplianceCode == v.Again.ComplianceCode {
		return
	}
	if by := v.runningDispute(); by != nil {
		v.sayOf(by.ID, "dispute %s is open and asks for compliance code %s; the file says %q", by.ID, v.Again.ComplianceCode, v.Told.ComplianceCode)
	}
}

// waitsLong is how long a deletion may wait before it is a finding.
const waitsLong = 90

// fraud is V13.
func (v *review) fraud() {
	if v.Left != nil && v.Left.Reason == DeletionWaits && v.Today-v.Termination.On > waitsLong {
		v.sayOf("waits", "%s, since %s", v.Left.Detail, v.Termination.On)
	}
	if v.Told == nil || v.Told.Deletion() == StatusDeleteFraud {
		return
	}
	if v.Again != nil && v.Again.Deletion() == StatusDeleteFraud {
		v.say("a fraud is confirmed and the account is to be deleted (DF); the file says %s", v.Told.AccountStatus)
	}
}

// chargeOffPastDue is V14.
func (v *review) chargeOffPastDue() {
	if v.Told == nil || v.Again == nil || v.Told.AccountStatus != StatusChargeOff || v.Again.AccountStatus != StatusChargeOff ||
		v.correction("amount_past_due") != nil {
		return
	}
	if said, right := v.Told.AmountPastDue, v.Again.AmountPastDue; said != right {
		v.say("the amount past due of the charge-off is %d; the file says %d", right, said)
	}
}

// finalPayment is V15.
func (v *review) finalPayment() {
	if v.Told == nil || v.Again == nil || !toldPaid(v.Told.AccountStatus) || v.Again.AccountStatus != v.Told.AccountStatus {
		return
	}
	if said, right := v.Told.ActualPayment, v.Again.ActualPayment; said != right {
		v.sayOf("actual_payment", "settled payments since the last report come to %d; the file says %d", right, said)
	}
	if settled := v.Again.SpecialComment; settled == "AU" && v.Told.SpecialComment != settled && v.correction("special_comment") == nil {
		v.sayOf("special_comment", "a part of the balance was forgiven and the record lacks comment AU")
	}
}

// undatedDays is by when the law wants the date of first delinquency of a charge-off or placement.
const undatedDays = 90

// undated reports whether the account cannot be reported, or is, without the date of first delinquency that it must have.
func (v *review) undated() bool {
	return v.Undecided != nil && v.Undecided.Code == CodeNoDOFD ||
		v.Told != nil && v.Told.DateFirstDelinquency == 0 && (v.Told.AccountStatus == StatusChargeOff || v.Told.AccountStatus == StatusCollection)
}

// undatedChargeOff is V17.
func (v *review) undatedChargeOff() {
	since := v.ChargedOffOn
	if v.collection() {
		since = v.OpenedOn
	}
	if since != 0 && v.AsOf-since > undatedDays && v.undated() {
		v.say("charged off or placed on %s, and %d days later without a date of first delinquency", since, v.AsOf-since)
	}
}

// disputeKinds is V18.
func (v *review) disputeKinds() {
	for k := range v.Cases {
		c := &v.Cases[k]
		if c.Type == CaseDispute && c.DisputeKind == "" && c.acts() && c.outcome(v.Today) == "" && c.beganOn() <= v.Today {
			v.sayOf(c.ID, "dispute %s does not say the law that it comes under", c.ID)
		}
	}
	by := v.runningDispute()
	if v.Told == nil || by == nil {
		return
	}
	billing := strings.Contains("XF XJ", v.Told.ComplianceCode) && v.Told.ComplianceCode != ""
	if disputedCode(v.Told.ComplianceCode) && billing != (by.notation() == complianceBilling) {
		v.sayOf(by.ID, "dispute %s of kind %s bears compliance code %s, which is one of another law", by.ID, by.DisputeKind, v.Told.ComplianceCode)
	}
}

// boardedUndated is V19.
func (v *review) boardedUndated() {
	if v.Baseline.LastReportedOn == 0 || v.Baseline.FirstDelinquencyOn != 0 || v.before != nil {
		return
	}
	switch {
	case v.Undecided != nil && v.Undecided.Code == CodeNoDOFD:
		v.say("it came late or charged off without a date of first delinquency, and is held until it has one")
	case v.Told != nil && v.Told.Deletion() == "" && v.boardedLateUndated():
		v.say("it came late without a date of first delinquency, and the file tells of it")
	}
}

// collateral is V21.
func (v *review) collateral() {
	if v.Told == nil || v.Again == nil || v.Again.AccountStatus == v.Told.AccountStatus || v.decision.collateral(v.AsOf) == "" {
		return
	}
	if _, byDays := stepOf(v.Told.AccountStatus); byDays {
		v.say("the collateral came back on %s (%s), which is status %s; the file says %s", v.Termination.On, v.Termination.Reason,
			v.Again.AccountStatus, v.Told.AccountStatus)
	}
}

// obsolete is V24.
func (v *review) obsolete() {
	if v.Told == nil || v.Told.Deletion() != "" {
		return
	}
	if v.Left != nil && v.Left.Reason == Obsolete {
		v.say("%s; the file tells of it", v.Left.Detail)
	}
}

// skippedStep is V25. Between two files a loan can skip a step by the calendar alone, and by a payment that came back or was unknown.
func (v *review) skippedStep() {
	if v.Told == nil || v.before == nil {
		return
	}
	was, ok := stepOf(v.before.AccountStatus)
	now, late := stepOf(v.Told.AccountStatus)
	months := v.Told.DateAccountInfo.MonthIndex() - v.before.DateAccountInfo.MonthIndex()
	if !ok || !late || now-was <= max(1, months) || v.correction("account_status") != nil {
		return
	}
	standing := v.lateness().on(v.AsOf)
	if v.Product.DelinquencyMethod != ByMonths && standing.bucket == now && v.AsOf-standing.unpaid-(v.AsOf-v.before.AsOf) < Date(30*(was+1)) {
		return // the days of the calendar
	}
	for k := range v.Ledger.Entries {
		if e := &v.Ledger.Entries[k]; e.UndoneOn > v.before.AsOf || e.Effective > v.before.AsOf && e.Amount < 0 {
			return
		}
	}
	if v.accommodatedSince(v.before.AsOf) {
		return
	}
	v.say("the file as of %s said %s, this one says %s; no payment came back since", v.before.AsOf, v.before.AccountStatus, v.Told.AccountStatus)
}

// accommodatedSince reports whether an accommodation ran on a date and is over: what was protected asks again.
func (v *review) accommodatedSince(d Date) bool { return v.accommodated(d) && !v.accommodated(v.AsOf) }

// reAged is V26. What the default rule gives explains a later date (Q32, Q83), whatever the program's setting says.
func (v *review) reAged() {
	if v.Told == nil || v.before == nil || v.before.DateFirstDelinquency == 0 || v.Told.DateFirstDelinquency <= v.before.DateFirstDelinquency ||
		!lateOrLost(v.before.AccountStatus) || !lateOrLost(v.Told.AccountStatus) || v.correction(fieldFirstDelinquency) != nil {
		return
	}
	explained := v.asked(func(p *Program) { p.DOFDRule = DOFDByReports })
	if explained != nil && explained.DateFirstDelinquency == v.Told.DateFirstDelinquency {
		return
	}
	v.say("it moved from %s to %s; the account was late in both files (%s, %s)", v.before.DateFirstDelinquency, v.Told.DateFirstDelinquency,
		v.before.AccountStatus, v.Told.AccountStatus)
}

// lateOrLost reports whether a status says that the account is late, placed, charged off or without its collateral.
func lateOrLost(status string) bool {
	step, byDays := stepOf(status)
	return byDays && step > 0 || freezing[status] && !toldPaid(status)
}

// DebtTold is what a file says of a debt of which another file, or the same one, may tell under another number.
type DebtTold struct {
	ECOA   string // of the person on the account
	Status string
	Final  bool
}

// SameDebt reports whether two accounts of one person with one date opened and amount are one debt reported twice (V20): both run, and
// the person owes on both.
func SameDebt(a, b DebtTold) bool {
	runs := func(d DebtTold) bool {
		return !d.Final && d.ECOA != ecoaAuthorizedUser && d.Status != StatusDelete && d.Status != StatusDeleteFraud
	}
	return runs(a) && runs(b)
}

// Unanswered is V28: open answers of bureaus about records of files before one, which it does not answer either: it does not tell of the
// account, or was made before they came, as late of them did. Nothing is found without one.
func Unanswered(open, late, lastFile int64, since Date) []Violated {
	if open == 0 {
		return nil
	}
	v := Violated{Rule: "V28", Says: fmt.Sprintf("of the records of files up to %d that bureaus refused or changed, %d are not answered, the oldest since %s", lastFile, open, since)}
	if late > 0 {
		v.Says += fmt.Sprintf("; of %d the bureau told after this file was made", late)
	}
	return []Violated{v}
}

// KnownLong is V27: a finding that was seen in several months.
func KnownLong(rule, about string, months int, first Date, owner string) Violated {
	if about != "" {
		rule += " " + about
	}
	has := "and nobody owns it"
	if owner != "" {
		has = "owner " + owner
	}
	return Violated{"V27", rule, fmt.Sprintf("%s has been known for %d months, since the file as of %s, %s", rule, months, first, has)}
}

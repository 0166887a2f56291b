package rules

import "fmt"

// Product holds the product settings that rules go by.
type Product struct {
	DelinquentAfter int // N1 of DQ4; 0: never
	ChargeOffAfter  int // N2 of DQ5; 0: never
	GraceDays       int // DQ1
	ClosesOnPayoff  bool
	PayoffHoldDays  int           // PO6
	CountIn         *BusinessDays // what grace days and hold days count; nil: calendar days
	TrailingReports int           // DC10, 1 to 3
	PortfolioType   string
	TermsFrequency  string

	PaymentsAhead     PaymentsAhead
	DelinquencyMethod DelinquencyMethod
}

// Pause is a period in which cycles do not count (DQ8).
type Pause struct {
	From, To Date // To is the last day (Q47); 0: no end
	Stay     bool // a bankruptcy's stay, which is no accommodation (CA7)
}

// Excuse says that the night cancelled the payment that was scheduled for a cycle (Q81).
type Excuse struct {
	DueOn  Date // of the cycle
	ToldOn Date // the payer was told, 0: not
}

// Loan is what a rule knows of a loan: its state, its product's settings and its ledger, all as of one date. Every caller
// fills every field; a zero is a fact.
type Loan struct {
	State
	OpenedOn    Date
	HoldUntil   Date // manual hold, inclusive (Q5)
	PromoEndsOn Date // inclusive (Q5)
	HasCycles   bool // the loan has a billing cycle, due yet or not
	Product     Product
	Pauses      []Pause
	Cases       []Case // of its consumers and of itself, by id; deleted ones too
	Ledger      Ledger

	LastDueOn     Date // of the last cycle that is known, due yet or not (Q92)
	DeferredFrom  Date // first deferred day (Q47); 0: the opening
	DeferredUntil Date // last deferred day; 0: not deferred
	Excused       []Excuse
	CollateralOn  Date // of the termination that took the collateral, while it stands (BR13, Q94); 0: none
}

// Move is an automatic change of a loan's account status.
type Move struct {
	To          Status
	EffectiveOn Date // the business date, but the entry's date for a closure or reopening (Q11)
	ClosedOn    Date // 0 unless To is closed
	NewEpisode  bool // a closure (Q10)
	CountFrom   Date // 0: unchanged
	ReopenedOn  Date // 0: unchanged
	ChargeOff   Cents
	Rule        string
	Facts       Facts
}

// Undecidable says that a loan's data allows no decision: it is quarantined, listed, and tried again.
// Code is a stable key; Detail is a sentence without personal values.
type Undecidable struct{ Code, Detail string }

func (u *Undecidable) Error() string { return fmt.Sprintf("%s: %s", u.Code, u.Detail) }

// Codes of Undecidable.
const (
	CodeNoCycles    = "NO_CYCLES"
	CodeNoConsumer  = "NO_CONSUMER"
	CodeNoDOFD      = "NO_DOFD"
	CodeNoCreditor  = "NO_ORIGINAL_CREDITOR"
	CodeNoChargeOff = "NO_CHARGE_OFF_AMOUNT"
	CodeBadRecord   = "BAD_RECORD"
	CodeDuplicate   = "DUPLICATE_ACCOUNT"
	CodeReversed    = "REVERSAL_AFTER_DELETION"
	CodeNotRestored = "SCHEDULES_NOT_RESTORED"
	CodeCaseEnded   = "STOPPED_BY_ENDED_CASE"

	CodeCorrectionHeld = "CORRECTION_HELD" // BR9

	CodeSoldUndated     = "SOLD_WITHOUT_DATE"
	CodeTerminatedOwing = "TERMINATED_OWING"
	CodeCommentUnfit    = "COMMENT_UNFIT"

	// The record goes out all the same; the loan is listed for a person.
	CodeFrozenDOFD   = "FROZEN_DATE_DIFFERS"   // Q36
	CodeReAgeFrozen  = "RE_AGE_NOT_APPLIED"    // Q88
	CodeObsoleteSoon = "OBSOLETE_RUNS_ON"      // BR7
	CodeSmallBalance = "NOT_CHARGED_OFF"       // Q35
	CodeAfterClosing = "CHARGED_AFTER_CLOSING" // Q34
	CodeReceipts     = "PAYMENTS_UNKNOWN"      // Q95
)

// StandingCodes are raised once for a loan and stand until a person resolves them; the others are resolved
// by the first night that can decide the loan.
var StandingCodes = []string{CodeReversed, CodeNotRestored, CodeCaseEnded}

var errNoCycles = &Undecidable{CodeNoCycles, "the loan has no billing cycle: import its cycles"}

// leftAlone reports whether the night may not move the loan on d: a manual hold runs (ST5, Q5), or its
// status was set on d or later already, by hand (ST5) or by an earlier step (DQ5, Q1).
func (l *Loan) leftAlone(d Date) bool { return l.HoldUntil >= d || l.Since >= d }

// paused reports whether a cycle due on the date falls in a pause (DQ8, Q5).
func (l *Loan) paused(due Date) bool {
	for _, p := range l.Pauses {
		if p.From <= due && (p.To == 0 || due <= p.To) {
			return true
		}
	}
	return false
}

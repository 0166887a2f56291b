package rules

import (
	"strconv"
	"strings"
)

// Account statuses that are furnished (BR2, DC1).
const (
	StatusCurrent       = "11"
	StatusPaid          = "13"
	StatusPaidChargeOff = "64"
	StatusChargeOff     = "97"
	StatusDelete        = "DA"
	StatusDeleteFraud   = "DF"
)

// lateStatus gives the account status for each 30-day step late (BR2).
var lateStatus = [7]string{StatusCurrent, "71", "78", "80", "82", "83", "84"}

// Termination is a cancelled contract or a "report as deleted" flag (DC1, DC5).
type Termination struct {
	On              Date
	Reason          string // of the closed list, where the program knows it (Q70)
	ReportAsDeleted string // DA, DF or empty
	RescindedOn     Date   // Q94, 0: it stands
}

// deletionOn returns the deletion code that the termination calls for on a day (DC1), empty for none. One that was rescinded calls
// for none from that day (Q94); what was told before it stays told (DC2).
func (t *Termination) deletionOn(d Date) string {
	switch {
	case t == nil || t.On > d || t.RescindedOn != 0 && t.RescindedOn <= d:
		return ""
	case t.ReportAsDeleted != "":
		return t.ReportAsDeleted
	case t.Reason == "ERRO":
		return StatusDelete
	case t.Reason == "FRAD":
		return StatusDeleteFraud
	}
	return ""
}

// Account is a loan as the file of calendar date AsOf sees it: the loan as of that date, its terms, and its earlier
// tradelines. Every caller fills every field; a zero is a fact.
type Account struct {
	Loan
	Program          Program
	AccountNumber    string // in upper case
	AccountType      string
	DeferredDueOn    Date // due date of the first cycle after a deferral, as far as known; 0: none
	AsOf             Date
	PeriodAfter      Date // the reporting period begins on the next day
	Furnish          bool
	OriginalAmount   Cents
	CreditLimit      Cents
	HighestBalance   Cents
	TermsDuration    string
	ScheduledPayment Cents
	HasSchedule      bool       // the lender sent a scheduled payment
	OlderHolder      bool       // an older loan of the program has the same account number
	DeletedHolder    bool       // a live deletion of another loan of the program has the same account number
	Consumers        []Consumer // by position
	Contract
	Termination *Termination
	DeletedOn   Date // calendar date of the file that deleted it, or the lender's date from before boarding; 0: not deleted
	Baseline    Baseline
	Tradelines  []Furnished  // of the files that count, newest first
	Corrections []Correction // that lock a field, one a field (BR9)
}

// Baseline is what the lender furnished before boarding (Q21).
type Baseline struct {
	History            string // newest character: the month before LastReportedOn
	FirstDelinquencyOn Date   // field 25 as last reported
	LastReportedOn     Date
}

// MaxTradelines is the number of past tradelines that a decision needs: it counts how often a final status went out (DC10).
// If the last tradeline is not final, that one is enough.
const MaxTradelines = 3

// Exclusion says why a loan is left out of a file (DC11).
type Exclusion struct{ Reason, Rule, Detail string }

// Reasons of exclusion.
const (
	NotOpened       = "NOT_OPENED"
	AlreadyDeleted  = "ALREADY_DELETED"
	DeletionWaits   = "DELETION_WAITS"
	NeverReported   = "NEVER_REPORTED"
	NotFurnished    = "NOT_FURNISHED"
	AlreadyReported = "ALREADY_REPORTED"
	FinallyReported = "FINALLY_REPORTED"
	OtherCycle      = "OTHER_CYCLE"
	NobodyLiable    = "NOBODY_LIABLE"
	Blocked         = "BLOCKED"
	CaseMissing     = "CASE_MISSING"
	Quarantined     = "QUARANTINED"
	Obsolete        = "OBSOLETE"
	CorrectionHeld  = "CORRECTION_HELD"
)

// RoutineExclusions are the reasons for which an account that the file before had is left out as a matter of course.
var RoutineExclusions = []string{AlreadyDeleted, AlreadyReported, FinallyReported, OtherCycle}

// Exclusions by which an account has left a destination's files for good, by what a file before has said of it (BR8). Every other
// exclusion leaves it out of one file.
var (
	FinalExclusions   = []string{FinallyReported}
	DeletedExclusions = []string{AlreadyDeleted}
)

// Furnished holds the fields of a tradeline that the next file needs. Amounts are whole dollars; a date is 0 when its field
// is empty.
type Furnished struct {
	AsOf                 Date
	AccountStatus        string
	PaymentRating        string
	PaymentHistory       string
	HistoryChain         string // profile as of AsOf, the base of the next one; PaymentHistory is as of DateAccountInfo
	HistoryCharacter     string // what this tradeline adds to next month's history (FORMAT.md 2.5)
	DateAccountInfo      Date
	DateFirstDelinquency Date
	FirstMissedDueOn     Date // the statute counts from it (BR3)
	DateClosed           Date
	DateLastPayment      Date
	CurrentBalance       int64
	AmountPastDue        int64
	ScheduledPayment     int64
	ActualPayment        int64
	ReceiptsKnown        int64 // which payments and offsets the file knew (Q95); 0: a file from before this was kept
	OriginalChargeOff    int64
	AccountNumber        string // as bureaus know the account
	SpecialComment       string
	Segments             *Segments          // K1 to L1; nil: none
	ComplianceCode       string             // compliance condition code
	Consumers            FurnishedConsumers // nil: just what the loan says
	Final                bool
	Episode              int
	Boarded              bool // by a file of the former servicer
}

// Tradeline is what a file says of an account, with the rule and the facts behind it.
type Tradeline struct {
	Furnished
	CreditLimit   int64
	HighestCredit int64
	TermsDuration string
	Frequency     string              // of the terms
	Placed        []FurnishedConsumer // one for each consumer of the account, in its order
	Rule          string
	Facts         Facts
	Listed        []*Undecidable    // what a person must see of the account, though the record goes out
	Ended         []EndedCorrection // locks that end with this record (BR9)
}

// Deletion returns DA or DF if the tradeline is a deletion, else the empty string.
func (t *Furnished) Deletion() string {
	if t.AccountStatus == StatusDelete || t.AccountStatus == StatusDeleteFraud {
		return t.AccountStatus
	}
	return ""
}

// Furnish decides step 5 for one account: its tradeline in the file of calendar date AsOf, or why the file leaves it out.
// Exactly one of the results is set.
func Furnish(a *Account) (*Tradeline, *Exclusion, error) {
	d := decide(a)
	return d.whole()
}

// FurnishAgain is Furnish for an account that is to be corrected (BR9): one whose end was reported is told of once more.
func FurnishAgain(a *Account) (*Tradeline, *Exclusion, error) {
	d := decide(a)
	d.again = true
	return d.whole()
}

// whole decides all that a file says of the account.
func (a *decision) whole() (*Tradeline, *Exclusion, error) {
	t, excluded, err := a.furnish()
	if err == nil && excluded == nil {
		if excluded, err = a.place(t); excluded == nil && err == nil {
			err = a.say(t)
		}
		if excluded == nil && err == nil && len(a.Corrections) > 0 {
			excluded, err = a.correct(t)
		}
	}
	switch {
	case excluded != nil:
		return nil, excluded, nil
	case !a.Furnish && (err != nil || !a.outlivesFurnish(t)):
		return nil, &Exclusion{NotFurnished, "Q80", "the lender does not furnish it as open; its final status will still go out"}, nil
	case err != nil:
		return nil, nil, err
	case a.OlderHolder || a.DeletedHolder:
		return nil, nil, errDuplicate
	}
	return t, nil, nil
}

// decide begins to decide an account. What is charged after its closing by payment counts in no fact (Q34).
func decide(a *Account) decision {
	if a.Status.PaidClosed() {
		if counted := a.settled(); len(counted.Entries) != len(a.Ledger.Entries) {
			without := *a
			without.Ledger, a = counted, &without
		}
	}
	d := decision{Account: a}
	if len(a.Cases) > 0 {
		d.seeCases()
	}
	return d
}

// say fills in what a tradeline says beside status, amounts and consumers: cases, special comment, segments.
func (a *decision) say(t *Tradeline) error {
	ordinary := t.Deletion() == "" && !a.repeats
	if ordinary {
		a.commentFirst(t)
	}
	if err := a.applyCases(t); err != nil {
		return err
	}
	if ordinary {
		a.commentLast(t)
	}
	a.segment(t)
	return nil
}

// outlivesFurnish reports whether a tradeline goes out though the lender does not furnish the account any more: its end, its
// deletion, a correction, and the notation of a dispute that the last one did not bear (Q80).
func (a *decision) outlivesFurnish(t *Tradeline) bool {
	before := ""
	if len(a.Tradelines) > 0 {
		before = a.Tradelines[0].ComplianceCode
	}
	if a.corrected {
		return true
	}
	disputed := t.ComplianceCode != "" && t.ComplianceCode != complianceClosed && t.ComplianceCode != before
	return t.Final || t.Deletion() != "" || disputed
}

var errDuplicate = &Undecidable{CodeDuplicate, "an older or a deleted loan of the program has the same account number"}

// decision is the state of one call of Furnish.
type decision struct {
	*Account
	late   lateness
	read   bool     // late is filled in
	byCase caseView // empty without cases
	frozen freeze

	unknown    []Entry // received before the last report, and unknown to it (Q95)
	unknownSum Cents   // of those, what the actual payment holds

	left    Date // it went to a buyer or another servicer on that day, 0: not
	leftOn  Date // status and rating are as of that day
	repeats bool // it is a trailing report (Q26)
	again   bool // it is told of though its end was reported (BR9)

	corrected bool   // a correction tells what the last tradeline did not (BR9)
	chainRule string // behind the profile as of the calendar date, empty for one moved by a month (BR4)
}

func (a *decision) furnish() (*Tradeline, *Exclusion, error) {
	code := a.Termination.deletionOn(a.AsOf)
	waits := ""
	if code == StatusDelete && a.Termination.ReportAsDeleted == "" {
		waits = OpenReceivables(a.Status, a.ClosedOn, a.Ledger, a.AsOf).waitsFor()
	}
	fraud := a.byCase.fraud()
	if fraud != nil { // waits for nothing (Q56)
		code, waits = StatusDeleteFraud, ""
	}
	reportedBefore := a.reportedBefore()
	theft := a.byCase.blocked()
	if theft != nil && reportedBefore && code == StatusDeleteFraud && waits == "" { // DF ends the block (CA9)
		theft = nil
	}
	switch {
	case a.OpenedOn > a.AsOf:
		return nil, &Exclusion{NotOpened, "BR1", "opened after the date of account information"}, nil
	case a.DeletedOn != 0:
		return nil, &Exclusion{AlreadyDeleted, "DC2", "its deletion was reported: never again"}, nil
	case theft != nil:
		return nil, theft.exclusion(a.AsOf), nil
	case code != "" && !reportedBefore:
		return nil, &Exclusion{NeverReported, "DC7", "cancelled before it was ever reported: nothing to delete"}, nil
	case a.Baseline.LastReportedOn >= a.AsOf:
		return nil, &Exclusion{AlreadyReported, "Q21", "reported for this date before the take-over"}, nil
	case waits != "": // what is known to be wrong is not furnished
		return nil, &Exclusion{DeletionWaits, "Q72", "its deletion waits for " + waits}, nil
	case fraud != nil:
		return a.fraudDeletion(fraud), nil, nil
	case code != "":
		return a.deletion(code), nil, nil
	case !a.Furnish && !reportedBefore:
		return nil, &Exclusion{NotFurnished, "Q16", "the lender does not furnish it"}, nil
	}
	if missing := a.missingCase(); missing != nil {
		return nil, missing, nil
	}
	t, err := a.ordinary()
	if err != nil {
		return nil, nil, err
	}
	if a.correction(fieldFirstDelinquency) == nil { // else once it is corrected
		if gone := a.obsolete(t); gone != nil {
			return nil, gone, nil
		}
	}
	if t.Final {
		switch sent := a.finalsSent(t); {
		case sent > 0 && (a.again || a.correctsEnd(t)):
			t = a.toldAgain(t)
		case sent >= a.timesFinal(t):
			return nil, &Exclusion{FinallyReported, "DC10", "its final status was reported " + strconv.Itoa(sent) + " time(s)"}, nil
		case sent > 0 && a.Tradelines[0].AsOf.MonthIndex() == a.AsOf.MonthIndex():
			return nil, &Exclusion{FinallyReported, "Q53", "its final status was reported in this month already"}, nil
		case sent > 0:
			t, a.repeats = a.trailing(), true
		case t.DateAccountInfo < a.lastAccountInfo(): // Q41
			t.DateAccountInfo = a.AsOf
			t.Facts.add(textFact(factAccountInfo, "Q41"))
			a.tellChain(t)
		}
	}
	if !a.HasCycles && !a.collection() {
		return nil, nil, errNoCycles
	}
	if a.boardedLateUndated() {
		return nil, nil, errBoardedLate
	}
	if a.boardedUndated() {
		return nil, nil, errBoardedUndated
	}
	return t, nil, nil
}

var errBoardedLate = &Undecidable{CodeNoDOFD, "it came from the lender 30 or more days late, by its payment history or its ledger: give first_delinquency_on"}

// boardedLateUndated reports whether an account that we have not reported yet came late from the lender's own reports without a
// date of first delinquency (BR12): by its ledger as it read on that day, 30 or more days whatever the product counts by, or
// where that does not reach it by the newest character of its profile, which is of the month before (Q52).
func (a *decision) boardedLateUndated() bool {
	b := &a.Baseline
	if len(a.Tradelines) > 0 || b.LastReportedOn == 0 || b.FirstDelinquencyOn != 0 || a.correction(fieldFirstDelinquency) != nil {
		return false
	}
	if a.proven(b.LastReportedOn) {
		var then lateness // a payment that came back later was one then
		then.read(&a.Loan, b.LastReportedOn, a.Program.Accommodations)
		s := then.on(b.LastReportedOn)
		return s.bucket > 0 && b.LastReportedOn-s.unpaid >= 30
	}
	return b.History != "" && strings.ContainsRune("123456GHJKL", rune(b.History[0]))
}

// deletion returns the one DA or DF tradeline of a loan (DC1, DC2). Its other fields are those of an ordinary tradeline, as
// far as they can be decided; the rating is blank, and Q14 sets the date closed.
func (a *decision) deletion(code string) *Tradeline {
	t := a.deleted(code, a.Termination.On)
	t.Facts.add(textFact("reason", a.Termination.Reason))
	t.Facts.add(dateFact("terminated_on", a.Termination.On))
	if a.Termination.ReportAsDeleted != "" {
		t.Rule = "DC5"
		t.closes(a.AsOf, "DC5")
	}
	return t
}

// fraudDeletion returns the DF tradeline of a loan of which a case confirmed that it was a fraud (Q56).
func (a *decision) fraudDeletion(by *Case) *Tradeline {
	closedOn := by.ClosedOn
	if closedOn == 0 {
		closedOn = a.AsOf
	}
	t := a.deleted(StatusDeleteFraud, closedOn)
	t.Rule = "Q56"
	t.closes(t.DateClosed, "Q56")
	t.Facts.add(caseFact(factCaseDeletion, "Q56", by))
	return t
}

// deleted returns an ordinary tradeline with a deletion code. If the loan is not closed, it is closed on the other date.
func (a *decision) deleted(code string, other Date) *Tradeline {
	t, _ := a.ordinary()
	t.Facts.keep(factDelinquency, factKeptFrom)
	t.Facts.add(textFact("would_be", t.AccountStatus))
	t.AccountStatus, t.PaymentRating, t.SpecialComment, t.OriginalChargeOff = code, "", "", 0
	t.DateAccountInfo = a.AsOf
	a.tellChain(t)
	t.Final = true
	t.Rule = "DC1"
	if t.closes(other, "Q14"); a.Status.Closed() && a.ClosedOn != 0 {
		t.closes(a.ClosedOn, "Q14")
	}
	return t
}

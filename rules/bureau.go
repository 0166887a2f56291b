package rules

import "strconv"

// Account statuses that this product reports (BR2, DC1).
const (
	StatusCurrent       = "11"
	StatusPaid          = "13"
	StatusPaidChargeOff = "64"
	StatusChargeOff     = "97"
	StatusDelete        = "DA"
	StatusDeleteFraud   = "DF"
)

// lateStatus is the account status by 30-day steps late (BR2).
var lateStatus = [7]string{StatusCurrent, "71", "78", "80", "82", "83", "84"}

// Termination is a cancelled contract or a "report as deleted" flag (DC1, DC5).
type Termination struct {
	On              Date
	Reason          string
	ReportAsDeleted string // DA, DF or empty
}

// deletionCode returns the code that the termination asks for (DC1); empty: no deletion.
func (t *Termination) deletionCode() string {
	switch {
	case t == nil:
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

// Account is a loan as a file of calendar date AsOf sees it: its state on that date, its ledger up to
// it, the terms that are reported as they are, and what was reported before.
type Account struct {
	Loan
	AsOf             Date
	PeriodAfter      Date // the reporting period begins the day after
	Furnish          bool
	OriginalAmount   Cents
	CreditLimit      Cents
	HighestBalance   Cents
	TermsDuration    string
	ScheduledPayment Cents
	HasSchedule      bool // the lender sent a scheduled payment
	ChargedOffOn     Date
	ChargeOffAmount  Cents
	Episode          int
	TakenOverClosed  bool // it came closed with the take-over, and that is the closure that stands
	Termination      *Termination
	DeletedOn        Date // calendar date of the file that deleted it, or before the take-over; 0: not deleted
	Baseline         Baseline
	Reports          []Reported // what live files said of it, newest first; the last three are enough

	late *lateness
}

// Baseline is what the lender reported before the take-over (Q21).
type Baseline struct {
	History            string // newest character: the month before LastReportedOn
	FirstDelinquencyOn Date   // field 25 as last reported
	LastReportedOn     Date
}

// Exclusion says why a loan is left out of a file (DC11).
type Exclusion struct{ Reason, Rule, Detail string }

// Reasons of exclusion.
const (
	NotOpened       = "NOT_OPENED"
	AlreadyDeleted  = "ALREADY_DELETED"
	NeverReported   = "NEVER_REPORTED"
	NotFurnished    = "NOT_FURNISHED"
	AlreadyReported = "ALREADY_REPORTED"
	FinallyReported = "FINALLY_REPORTED"
	OtherCycle      = "OTHER_CYCLE"
	Quarantined     = "QUARANTINED"
)

// Reported is what a file says of a loan: the decided fields of its base segment, in whole dollars, and
// what they rest on. Dates are 0 when the field is empty.
type Reported struct {
	AsOf                 Date
	AccountStatus        string
	PaymentRating        string
	PaymentHistory       string
	HistoryChain         string // the profile as of AsOf, from which the next one is made: PaymentHistory goes by DateAccountInfo
	HistoryCharacter     string // what this report leaves in next month's history (FORMAT.md 2.5)
	DateAccountInfo      Date
	DateFirstDelinquency Date
	FirstMissedDueOn     Date // the statute counts from it (BR3)
	DateClosed           Date
	DateLastPayment      Date
	CreditLimit          int64
	HighestCredit        int64
	CurrentBalance       int64
	AmountPastDue        int64
	ScheduledPayment     int64
	ActualPayment        int64
	OriginalChargeOff    int64
	TermsDuration        string
	SpecialComment       string
	Final                bool
	Episode              int
	Rule                 string
	Facts                Facts
}

// Deletion returns DA or DF for a report that deletes, else the empty string.
func (r *Reported) Deletion() string {
	if r.AccountStatus == StatusDelete || r.AccountStatus == StatusDeleteFraud {
		return r.AccountStatus
	}
	return ""
}

// Report decides step 5 for one account: what the file of calendar date AsOf says of it, or why it says
// nothing. Exactly one of the results is set.
func Report(a *Account) (*Reported, *Exclusion, error) {
	code := a.Termination.deletionCode()
	if a.Termination != nil && a.Termination.On > a.AsOf {
		code = ""
	}
	waits := ""
	if code != "" && a.Termination.ReportAsDeleted == "" {
		waits = a.openReceivables()
	}
	reportedBefore := len(a.Reports) > 0 || a.Baseline.LastReportedOn != 0
	switch {
	case a.OpenedOn > a.AsOf:
		return nil, &Exclusion{NotOpened, "BR1", "opened after the date of account information"}, nil
	case a.DeletedOn != 0:
		return nil, &Exclusion{AlreadyDeleted, "DC2", "its deletion was reported: never again"}, nil
	case code != "" && !reportedBefore:
		return nil, &Exclusion{NeverReported, "DC7", "cancelled before it was ever reported: nothing to delete"}, nil
	case a.Baseline.LastReportedOn >= a.AsOf:
		return nil, &Exclusion{AlreadyReported, "Q21", "reported for this date before the take-over"}, nil
	case !a.Furnish && (code == "" || waits != ""):
		return nil, &Exclusion{NotFurnished, "Q16", "the lender does not furnish it"}, nil
	case code != "" && waits == "":
		return a.deletion(code), nil, nil
	}
	r, err := a.ordinary()
	if err != nil {
		return nil, nil, err
	}
	if r.Final {
		switch sent := a.finalsSent(r); {
		case sent >= max(1, a.Product.TrailingReports):
			return nil, a.finallyReported(sent, code, waits), nil
		case sent > 0:
			r = a.trailing()
		}
	}
	if !a.HasCycles {
		return nil, nil, errNoCycles
	}
	if waits != "" {
		r.Facts["deletion_waiting"] = code
		r.Facts["waits_for"] = waits
	}
	return r, nil, nil
}

// finallyReported is the exclusion of a loan whose final status went out often enough (DC10), with the
// deletion that still waits, if any (DC3).
func (a *Account) finallyReported(sent int, code, waits string) *Exclusion {
	detail := "its final status was reported " + strconv.Itoa(sent) + " time(s)"
	if waits != "" {
		detail += "; its deletion " + code + " waits for " + waits
	}
	return &Exclusion{FinallyReported, "DC10", detail}
}

// ReversedAfterDeletion says whether an entry was reversed after the account was deleted at the bureaus: that
// never brings it back (DC8), but a person must know (Q15).
func ReversedAfterDeletion(a *Account) error {
	for _, e := range a.Ledger.Entries {
		if a.DeletedOn != 0 && e.UndoneOn > a.DeletedOn {
			return &Undecidable{CodeReversed, "an entry was reversed on " + e.UndoneOn.String() + ", after the deletion of " + a.DeletedOn.String()}
		}
	}
	return nil
}

// openReceivables says what a deletion waits for (DC3, Q13); empty: nothing.
func (a *Account) openReceivables() string {
	t := a.Ledger.At(a.AsOf)
	switch {
	case t.Balance != 0:
		return "balance " + t.Balance.String()
	case t.Fees() > max(0, t.Paid):
		return "fees " + (t.Fees() - max(0, t.Paid)).String()
	}
	return ""
}

// finalsSent counts how often this final report went out already (DC10): the newest reports that were
// final and said the same status as of the same day. What the lender sent of a loan that was taken over
// closed counts as all of them.
func (a *Account) finalsSent(r *Reported) int {
	if len(a.Reports) == 0 && a.TakenOverClosed && a.Baseline.LastReportedOn >= r.DateAccountInfo {
		return max(1, a.Product.TrailingReports)
	}
	sent := 0
	for _, before := range a.Reports {
		if !before.Final || before.AccountStatus != r.AccountStatus || before.DateAccountInfo != r.DateAccountInfo {
			break
		}
		sent++
	}
	return sent
}

// trailing repeats the final record with the new history month only (Q26).
func (a *Account) trailing() *Reported {
	r := a.Reports[0]
	months := a.AsOf.MonthIndex() - r.AsOf.MonthIndex()
	r.PaymentHistory = shift(r.PaymentHistory, r.HistoryCharacter, months)
	r.HistoryChain = a.historyChain()
	r.AsOf = a.AsOf
	r.Rule = "Q26"
	r.CreditLimit, r.HighestCredit, r.TermsDuration = a.creditLimit(), a.highestCredit(), a.termsDuration()
	r.Facts = Facts{"repeats": a.Reports[0].AsOf}
	return &r
}

// deletion is the one DA or DF record of a loan (DC1, DC2): its other fields are as they would be
// reported as far as that can be decided, its rating is blank, its date closed by Q14.
func (a *Account) deletion(code string) *Reported {
	r, _ := a.ordinary()
	r.Facts = Facts{"would_be": r.AccountStatus, "terminated_on": a.Termination.On, "reason": a.Termination.Reason}
	r.AccountStatus, r.PaymentRating, r.SpecialComment, r.OriginalChargeOff = code, "", "", 0
	r.DateAccountInfo = a.AsOf
	r.PaymentHistory = r.HistoryChain
	r.Final = true
	r.Rule = "DC1"
	switch {
	case a.Termination.ReportAsDeleted != "":
		r.Rule, r.DateClosed = "DC5", a.AsOf
	case a.Status.Closed() && a.ClosedOn != 0:
		r.DateClosed = a.ClosedOn
	default:
		r.DateClosed = a.Termination.On
	}
	return r
}

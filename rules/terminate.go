package rules

// Receivables are what must be paid, waived or reversed before an account that was a mistake is deleted (DC3, Q13).
type Receivables struct {
	Balance Cents `json:"balance"`
	Charges Cents `json:"charges"` // not covered by payments, waivers or reversals
}

// Open reports whether anything is open (Q13).
func (r Receivables) Open() bool { return r != Receivables{} }

// OpenReceivables returns what of a loan is open on d (Q13). What was charged after it was paid off does not count (Q34).
func OpenReceivables(status Status, closedOn Date, l Ledger, d Date) Receivables {
	if status.PaidClosed() {
		loan := Loan{State: State{Status: status, ClosedOn: closedOn}, Ledger: l}
		l = loan.settled()
	}
	t := l.At(d)
	return Receivables{Balance: t.Balance, Charges: max(0, t.Fees()-max(0, t.Paid))}
}

// waitsFor names what a deletion waits for (DC3), empty for nothing.
func (r Receivables) waitsFor() string {
	switch {
	case r.Balance != 0:
		return "balance " + r.Balance.String()
	case r.Charges != 0:
		return "fees " + r.Charges.String()
	}
	return ""
}

// Terminating is a termination that a person asks for, or a flag that reports a loan as deleted while it stays in servicing (DC5).
type Terminating struct {
	Source          string
	Reason          string // of the closed list or an alias of the program (Q70); empty: none
	ReportAsDeleted string // DA, DF or empty
	On              Date
}

// Terminable is what decides whether a loan can be terminated.
type Terminable struct {
	OpenedOn     Date
	PairRequires bool // the loan's activity status and sub-status are marked "require payoff reason" (DC4)
	Aliases      ReasonAliases
	Termination  *Termination // nil: none
	Deleted      bool         // bureaus were told to delete it
}

// onlyFlags reports whether nothing but a report as deleted is asked for.
func (t *Terminating) onlyFlags() bool { return t.Source == "" && t.Reason == "" }

// CheckTerminating returns a *Refusal for what terminates no loan: neither source, reason nor flag, a flag that is no deletion
// (DC5), or a flat cancel without a reason (DC4).
func CheckTerminating(t Terminating) error {
	switch {
	case t.ReportAsDeleted != "" && t.ReportAsDeleted != StatusDelete && t.ReportAsDeleted != StatusDeleteFraud:
		return refuse("DC5", "a loan is reported as deleted by DA or DF")
	case t.onlyFlags() && t.ReportAsDeleted == "":
		return refuse("DC4", "a termination has a source or a reason")
	}
	if why := ReasonMissing(StartedTermination{Source: t.Source, Reason: t.Reason}); why != "" {
		return refuse("DC4", "a flat cancel has a reason")
	}
	return nil
}

// Terminate returns the termination of a loan after a person has asked for one on business date on: the one asked for, or the one
// that stands with its flag added (DC5). It returns a *Refusal.
//
// Whether the loan's pair of activity statuses requires a reason is looked at now, when the termination starts (DC4); a flag starts
// none.
func Terminate(loan Terminable, t Terminating, on Date) (Terminating, error) {
	if err := CheckTerminating(t); err != nil {
		return t, err
	}
	if loan.Deleted {
		return t, refuse("DC2", "bureaus were told to delete the account: nothing of it changes any more")
	}
	stands := loan.Termination != nil && (loan.Termination.RescindedOn == 0 || loan.Termination.RescindedOn > on)
	if stands {
		return flag(loan.Termination, t)
	}
	started := StartedTermination{Source: t.Source, Reason: t.Reason, PairRequires: loan.PairRequires && !t.onlyFlags()}
	if ReasonMissing(started) != "" {
		return t, refuse("DC4", "the loan's activity status and sub-status require a reason")
	}
	if _, listed := loan.Aliases.Reason(t.Reason); t.Reason != "" && !listed {
		return t, refuse("Q70", "%q is neither a reason of a termination nor an alias of the loan's program", t.Reason)
	}
	switch {
	case t.On > on:
		return t, refuse("DC1", "it would be terminated on %s, after the business date %s", t.On, on)
	case t.On < loan.OpenedOn:
		return t, refuse("DC1", "it would be terminated on %s, before it was opened on %s", t.On, loan.OpenedOn)
	}
	return t, nil
}

// flag adds the report as deleted to a termination that stands.
func flag(stands *Termination, t Terminating) (Terminating, error) {
	switch {
	case !t.onlyFlags():
		return t, refuse("DC1", "the loan is terminated already, on %s: undo that first", stands.On)
	case stands.ReportAsDeleted != "":
		return t, refuse("DC5", "the loan is reported as deleted already, as %s", stands.ReportAsDeleted)
	}
	return Terminating{Reason: stands.Reason, ReportAsDeleted: t.ReportAsDeleted, On: stands.On}, nil
}

// CheckRescission returns a *Refusal for a termination that cannot be rescinded from a date on (Q94): there is none that stands, or
// its deletion was told, which stays (DC2). The months before stay as they were reported.
func CheckRescission(loan Terminable, from, on Date) error {
	t := loan.Termination
	switch {
	case t == nil:
		return refuse("Q94", "the loan is not terminated")
	case t.RescindedOn != 0:
		return refuse("Q94", "the termination is rescinded already, from %s on", t.RescindedOn)
	case loan.Deleted:
		return refuse("DC2", "bureaus were told to delete the account: it does not come back")
	case from < t.On:
		return refuse("Q94", "it would be rescinded on %s, before the termination of %s", from, t.On)
	case from > on:
		return refuse("Q94", "it would be rescinded on %s, after the business date %s", from, on)
	}
	return nil
}

// SaidOf is what a file says of a loan that is terminated, in a file of a calendar date from the termination on.
type SaidOf struct {
	File          int64
	State         string // of the file
	AccountStatus string
	Comment       string
	Rule          string
	NamesIt       bool // its facts name the date of the termination
}

// tells reports whether a file tells of a termination for a reason: its deletion, what became of its collateral, its transfer or
// its settlement.
func (s *SaidOf) tells(reason string) bool {
	switch {
	case s.AccountStatus == StatusDelete, s.AccountStatus == StatusDeleteFraud, s.NamesIt, s.Rule == "BR13", s.Rule == "Q76":
		return true
	case reason == ReasonSettled:
		return s.Comment == commentSettled
	case reason == ReasonTransfer:
		return s.Comment == commentTransferred
	}
	return false
}

// CheckUndo returns a *Refusal if a termination cannot be undone (DC2, Q94): there is none, or a file tells of it. One that was
// released has told the bureaus, and one that was not must be voided first: it would tell them. reason is of the closed list.
func CheckUndo(t *Termination, reason string, said []SaidOf) error {
	if t == nil {
		return refuse("DC1", "the loan is not terminated")
	}
	for k := range said {
		switch s := &said[k]; {
		case !s.tells(reason):
		case s.State == "BUILDING":
			return refuse("DC2", "file %d, which is being made, tells of the termination: void it first", s.File)
		case s.State == "GENERATED":
			return refuse("DC2", "file %d tells of the termination: void it first", s.File)
		default:
			return refuse("DC2", "file %d has told the bureaus of the termination: rescind it instead (Q94)", s.File)
		}
	}
	return nil
}

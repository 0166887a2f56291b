package rules

import "strings"

// DefaultRetentionMonths is how long a customer is kept after the latest date closed, unless the program says otherwise (CD3).
const DefaultRetentionMonths = 36

// Customer is what decides whether a customer may be deleted (CD3).
type Customer struct {
	RemovedOn Date // 0: not
	LegalHold bool
	Loans     []LinkedLoan // every loan of the customer, once for each destination of its program
}

// LinkedLoan is a loan of a customer.
type LinkedLoan struct {
	LoanID          string
	Status          Status
	ClosedOn        Date // 0 unless the status is closed: a reopening takes it away
	RetentionMonths int  // of its program
	Said            LastSaid
}

// LastSaid is what the newest file of a destination that was about a loan says of it. The zero value: no file has been about it.
type LastSaid struct {
	Over     bool // the destination has ended: no file follows
	Reported bool
	Reason   string // of its exclusion
	Rule     string
}

// Erasure is a consumer's request to be erased (CCPA), empty for none. It overrides retention alone. By is who carries the removal
// out: never its approver.
type Erasure struct{ Approver, Reason, By string }

// SamePerson reports whether two names are one, written in capitals or not, and with blanks or not.
func SamePerson(one, other string) bool {
	squeezed := func(name string) string { return strings.Join(strings.Fields(name), "") }
	return strings.EqualFold(squeezed(one), squeezed(other))
}

// ended reports whether files will not tell of the loan any more: the newest one left it out for good.
func (s LastSaid) ended() bool {
	if s.Over {
		return true
	}
	switch s.Reason {
	case AlreadyDeleted, NeverReported, Obsolete, NobodyLiable:
		return !s.Reported
	case FinallyReported:
		return !s.Reported && s.Rule == "DC10" // by Q53 it goes out again next month
	case NotFurnished:
		return !s.Reported && s.Rule == "Q16" // by Q80 its final status still goes out
	}
	return false
}

// RetainedUntil returns the first day on which retention does not keep the customer any more: it counts from the latest date
// closed of all loans, and keeps for the longest time of their programs (CD3). 0: the customer has no loan.
func (c *Customer) RetainedUntil() Date {
	var latest Date
	months := 0
	for i := range c.Loans {
		latest = max(latest, c.Loans[i].ClosedOn)
		months = max(months, c.Loans[i].RetentionMonths)
	}
	if latest == 0 {
		return 0
	}
	return latest.AddMonths(months)
}

// FileRetainedUntil returns the first day on which retention does not keep what is personal in a file any more: as many months after
// the date that it reports as its program keeps a customer (CD3).
func FileRetainedUntil(asOf Date, months int) Date { return asOf.AddMonths(months) }

// CheckRemoval returns a *Refusal if a customer may not be deleted on business date d (CD3): removed already, under legal hold, a
// loan open or still to be reported, or inside retention. An erasure request overrides retention, if it names a reason and an
// approver other than who removes the customer.
func CheckRemoval(c *Customer, e Erasure, d Date) error {
	switch {
	case c.RemovedOn != 0:
		return refuse("CD2", "the customer was removed on %s", c.RemovedOn)
	case (e.Approver == "") != (e.Reason == "") || e.Approver != "" && SamePerson(e.Approver, ""):
		return refuse("CD3", "an erasure request needs the approver's name and the reason")
	case e.Approver != "" && SamePerson(e.Approver, e.By):
		return refuse("CD3", "the approver of an erasure request is another person than who removes the customer")
	case c.LegalHold:
		return refuse("CD3", "the customer is under legal hold")
	}
	for i := range c.Loans {
		switch l := &c.Loans[i]; {
		case !l.Status.Closed():
			return refuse("CD3", "loan %s is open", l.LoanID)
		case !l.Said.ended():
			return refuse("CD3", "loan %s is still to be reported", l.LoanID)
		}
	}
	if until := c.RetainedUntil(); until > d && e.Approver == "" {
		return refuse("CD3", "the customer is retained until %s", until)
	}
	return nil
}

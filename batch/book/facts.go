package book

import "github.com/furnisher/furnisher/rules"

// Facts are what a night knows of a loan: the lender's description, the state, and the ledger whole, with what is known
// of the future.
type Facts struct {
	Loan        int64
	Terms       Terms
	State       rules.State
	HoldUntil   rules.Date // inclusive (Q5)
	PromoEndsOn rules.Date // inclusive (Q5)
	Pauses      []rules.Pause
	Termination *rules.Termination       // nil: not terminated; the reason is the lender's code
	Cases       []rules.Case             // by id
	Cancelled   []rules.CancelledPayment // by day
	Consumers   []Consumer               // by position
	Ledger      rules.Ledger
}

// Terms are what the lender says of a loan. Nothing here is written by a night.
type Terms struct {
	Program, Product   int64 // keys
	AccountNumber      string
	CycleID            string // empty: none
	OpenedOn           rules.Date
	Furnish            bool
	OriginalAmount     rules.Cents
	CreditLimit        rules.Cents
	HighestBalance     rules.Cents
	TermsDuration      string
	ScheduledPayment   rules.Cents
	HasSchedule        bool // the lender sent a scheduled payment
	Baseline           rules.Baseline
	DeletionReportedOn rules.Date // by the lender before boarding, 0: none
	ChangedProgram     bool       // it was in another program once
	OlderHolder        bool       // a loan that came into the book before it has its account number in its program (DC11)
	DeletedHolder      bool       // another loan of its program was deleted at the bureaus under that number (DC2)
	Further            Further
}

// Further are the terms that most loans have none of. They are packed only where there are some.
type Further struct {
	DeferredFrom, DeferredUntil rules.Date // Q47
	rules.Contract
}

// Consumer is one customer of a loan.
type Consumer struct {
	Customer         int64 // key
	Position         int
	ECOACode         string
	Surname          string
	FirstName        string
	MiddleName       string
	GenerationCode   string
	SSN              string
	DateOfBirth      rules.Date
	Phone            string
	Address1         string
	Address2         string
	City             string
	State            string
	PostalCode       string
	CountryCode      string
	AddressIndicator string
	ResidenceCode    string
	IsBusiness       bool
	Employer         Employer
}

// Employer is where a consumer works.
type Employer struct {
	Name       string
	Address1   string
	Address2   string
	City       string
	State      string
	PostalCode string
	Occupation string
}

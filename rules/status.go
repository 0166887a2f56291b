package rules

import "strings"

// Status is a loan's account status, LEVEL or LEVEL::SUB_STATUS (ST1).
type Status string

// The statuses that a night sets (ST2).
const (
	Active         Status = "ACTIVE"
	Delinquent     Status = "SUSPENDED::DELINQUENT"
	ChargeOff      Status = "CLOSED::CHARGE_OFF"
	PaidOff        Status = "CLOSED::PAID_OFF"
	SurplusBalance Status = "CLOSED::SURPLUS_BALANCE"
)

// Closed statuses of people that rules name.
const (
	closedBankruptcy    Status = "CLOSED::BANKRUPTCY"
	closedFraud         Status = "CLOSED::FRAUD"
	closedDeceased      Status = "CLOSED::DECEASED"
	closedByCustomer    Status = "CLOSED::CUSTOMER_REQUEST"
	closedPendingPayoff Status = "CLOSED::CUSTOMER_REQUEST_PENDING_PAYOFF"

	closedByGrantor        Status = "CLOSED::GRANTOR_REQUEST"
	closedByGrantorPending Status = "CLOSED::GRANTOR_REQUEST_PENDING_PAYOFF"
	closedInactivity       Status = "CLOSED::INACTIVITY"
	closedSettlement       Status = "CLOSED::SETTLEMENT"
)

// closedByPeople are the closed statuses that a night never sets or clears (ST2).
var closedByPeople = []Status{
	closedBankruptcy, closedFraud, closedInactivity, "CLOSED::RISK", closedByCustomer,
	closedByGrantor, closedDeceased, closedPendingPayoff,
	closedByGrantorPending, closedSettlement, "CLOSED::ADMINISTRATIVE",
}

// Statuses returns every legal account status (ST1, ST2).
func Statuses() []Status {
	return append([]Status{Active, Delinquent, ChargeOff, PaidOff, SurplusBalance}, closedByPeople...)
}

// Closed reports whether the level is CLOSED.
func (s Status) Closed() bool { return strings.HasPrefix(string(s), "CLOSED::") }

// PaidClosed reports whether s is a closure by payment, which a night sets, changes and clears (PO2 to PO4).
func (s Status) PaidClosed() bool { return s == PaidOff || s == SurplusBalance }

// Open reports whether s is a status that a night moves by count (DQ4 to DQ6).
func (s Status) Open() bool { return s == Active || s == Delinquent }

// ServicingStatus says whether the lender may contact and debit (ST3).
type ServicingStatus string

// The two servicing statuses.
const (
	Servicing    ServicingStatus = "SERVICING"
	NotServicing ServicingStatus = "NOT_SERVICING"
)

// DefaultStopReason is the reason of a stop without one (SP6).
const DefaultStopReason = "API_REQUEST"

// StopReasons returns the legal reasons to stop servicing a loan (SP6).
func StopReasons() []string {
	return []string{
		"API_REQUEST", "PAID_OFF", "BANKRUPTCY", "FRAUD_CLAIM", "MILITARY", "DECEASED", "INCARCERATED",
		"DEBT_MANAGEMENT_COMPANY", "NO_LOGIN_2M", "NO_PAYMENT_OR_PLAN_3M", "NO_PLAN_PAYMENT_2M",
		"NO_PAYMENT_OR_PLAN_4M", "SOLD_OFF", "MISTAKE", "NO_VALID_COMMUNICATION_CHANNEL", "DEBT_DISPUTE",
		"COMPLAINT_TRIGGER", "HISTORICAL_INELIGIBLE", "DUPLICATE", "REFUSES_TO_PAY", "LMS_CLOSED",
	}
}

package rules

// Contact is a pending scheduled item or an active schedule of a loan.
type Contact struct {
	Kind     string // PAYMENT, CALL, EMAIL, SMS
	Schedule bool   // an active schedule, else a pending item
	Required bool   // a legally due notice (Q81)
}

// PurgeKinds are the seven things that step 4 cancels, in the order in which they are counted (SP1).
var PurgeKinds = []string{PurgedPayments, "calls", "emails", "sms", "call_schedules", "email_schedules", "sms_schedules"}

// PurgedPayments are scheduled payments: a cancelled one excuses its cycle (Q81).
const PurgedPayments = "payments"

var purgeKind = map[Contact]string{
	{Kind: "PAYMENT"}: PurgedPayments, {Kind: "CALL"}: "calls", {Kind: "EMAIL"}: "emails", {Kind: "SMS"}: "sms",
	{Kind: "CALL", Schedule: true}: "call_schedules", {Kind: "EMAIL", Schedule: true}: "email_schedules",
	{Kind: "SMS", Schedule: true}: "sms_schedules",
}

// Purge decides step 4 for one pending item or active schedule: it is cancelled if the loan is not serviced (SP1, SP7),
// unless it is a legally due notice (SP2, Q81). kind is the one of PurgeKinds that counts the cancellation.
func Purge(s ServicingStatus, c Contact) (kind string, cancel bool) {
	if s != NotServicing || c.Required {
		return "", false
	}
	kind, cancel = purgeKind[c]
	return kind, cancel
}

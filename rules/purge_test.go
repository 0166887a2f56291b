package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// SP1, SP2: seven things and no others; a loan that is serviced keeps all of them.
func TestPurge(t *testing.T) {
	want := map[rules.Contact]string{
		{Kind: "PAYMENT"}: "payments", {Kind: "CALL"}: "calls", {Kind: "EMAIL"}: "emails", {Kind: "SMS"}: "sms",
		{Kind: "CALL", Schedule: true}: "call_schedules", {Kind: "EMAIL", Schedule: true}: "email_schedules",
		{Kind: "SMS", Schedule: true}: "sms_schedules",
	}
	seen := map[string]bool{}
	for _, kind := range []string{"PAYMENT", "CALL", "EMAIL", "SMS", "LETTER", ""} {
		for _, schedule := range []bool{false, true} {
			c := rules.Contact{Kind: kind, Schedule: schedule}
			got, cancel := rules.Purge(rules.NotServicing, c)
			if got != want[c] || cancel != (want[c] != "") {
				t.Errorf("%+v: got %q %t, want %q", c, got, cancel, want[c])
			}
			seen[got] = true
			c.Required = true // SP2, Q81
			if got, cancel := rules.Purge(rules.NotServicing, c); got != "" || cancel {
				t.Errorf("%+v: got %q %t, want nothing", c, got, cancel)
			}
			if got, cancel := rules.Purge(rules.Servicing, c); got != "" || cancel {
				t.Errorf("%+v of a serviced loan: got %q %t, want nothing", c, got, cancel)
			}
		}
	}
	order := []string{"payments", "calls", "emails", "sms", "call_schedules", "email_schedules", "sms_schedules"}
	if diff := cmp.Diff(order, rules.PurgeKinds); diff != "" {
		t.Errorf("kinds in order (-want +got):\n%s", diff)
	}
	for _, kind := range order {
		if !seen[kind] {
			t.Errorf("nothing counts as %s", kind)
		}
	}
}

// ST1, ST2, SP6: the lists of the text.
func TestStatuses(t *testing.T) {
	want := []rules.Status{
		"ACTIVE", "SUSPENDED::DELINQUENT", "CLOSED::CHARGE_OFF", "CLOSED::PAID_OFF", "CLOSED::SURPLUS_BALANCE",
		"CLOSED::BANKRUPTCY", "CLOSED::FRAUD", "CLOSED::INACTIVITY", "CLOSED::RISK", "CLOSED::CUSTOMER_REQUEST",
		"CLOSED::GRANTOR_REQUEST", "CLOSED::DECEASED", "CLOSED::CUSTOMER_REQUEST_PENDING_PAYOFF",
		"CLOSED::GRANTOR_REQUEST_PENDING_PAYOFF", "CLOSED::SETTLEMENT", "CLOSED::ADMINISTRATIVE",
	}
	if diff := cmp.Diff(want, rules.Statuses()); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	for k, s := range want {
		if got := s.Closed(); got != (k >= 2) {
			t.Errorf("%s closed: got %t", s, got)
		}
		if got := s.Open(); got != (k < 2) {
			t.Errorf("%s open: got %t", s, got)
		}
	}
	reasons := rules.StopReasons()
	if len(reasons) != 21 || reasons[0] != rules.DefaultStopReason || reasons[20] != "LMS_CLOSED" {
		t.Errorf("stop reasons: got %d, first %q, last %q; want 21 from API_REQUEST to LMS_CLOSED", len(reasons), reasons[0], reasons[20])
	}
}

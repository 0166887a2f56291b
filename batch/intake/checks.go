package intake

import (
	"bytes"

	"github.com/furnisher/furnisher/rules"
)

// checkLoan refuses a closing date of an open loan, and completes the row with the states that rules say it is boarded with.
func checkLoan(r *row) *Reject {
	sent := rules.Sent{
		Status: rules.Status(r.get("status")), Since: r.date("status_since"), ClosedOn: r.date("closed_on"),
		ChargeOff: r.cents("original_charge_off_amount"), HasChargeOff: r.has("original_charge_off_amount"),
		Servicing: rules.ServicingStatus(r.get("servicing_status")), StopReason: string(r.get("stop_reason")),
	}
	if !sent.Status.Closed() && sent.ClosedOn != 0 {
		return &Reject{Column: "closed_on", ValueClass: classDate, Reason: "the status is not a closed one"}
	}
	if r.has("deferred_from") && r.has("deferred_until") && r.date("deferred_until") < r.date("deferred_from") {
		return &Reject{Column: "deferred_until", ValueClass: classDate, Reason: "before deferred_from"}
	}
	boarded := rules.Boarded(sent)
	r.setDate("closed_on", boarded.ClosedOn)
	r.set("episode", r.number(int64(boarded.Episode)))
	r.setDate("count_from", boarded.CountFrom)
	r.setDate("charged_off_on", boarded.ChargedOffOn)
	r.set("charge_off_cents", nil)
	if boarded.HasChargeOff {
		r.set("charge_off_cents", r.number(int64(boarded.ChargeOff)))
	}
	r.set("new_stop_reason", nil)
	if boarded.StopReason != "" {
		r.set("new_stop_reason", []byte(boarded.StopReason))
	}
	if sent.Servicing == rules.Servicing {
		r.set("stop_reason", nil)
	}
	return nil
}

// checkDestination refuses a destination that goes to no bureau.
func checkDestination(r *row) *Reject {
	for _, id := range []string{"innovis_id", "equifax_id", "experian_id", "transunion_id"} {
		if r.has(id) {
			return nil
		}
	}
	return &Reject{Column: "innovis_id", ValueClass: classEmpty, Reason: "no identifier: give innovis_id, equifax_id, experian_id or transunion_id"}
}

func checkCycle(r *row) *Reject {
	// Dates of the form YYYY-MM-DD are ordered as their text is.
	if bytes.Compare(r.get("ends_on"), r.get("starts_on")) < 0 {
		return &Reject{Column: "ends_on", ValueClass: classDate, Reason: "before starts_on"}
	}
	return nil
}

func checkPause(r *row) *Reject {
	if r.has("to_on") && bytes.Compare(r.get("to_on"), r.get("from_on")) < 0 {
		return &Reject{Column: "to_on", ValueClass: classDate, Reason: "before from_on"}
	}
	return nil
}

// checkTransaction allows a sign for an adjustment only, the name of another entry for a reversal only, and no amount for a
// re-age (Q88).
func checkTransaction(r *row) *Reject {
	const (
		transactionType = 2
		amount          = 3
		reverses        = 7
	)
	signed := r.signed
	named := r.values[reverses] != nil
	switch string(r.values[transactionType]) {
	case rules.Adjustment.String():
		signed = false
	case "REVERSAL":
		if !named {
			return &Reject{Column: "reverses", ValueClass: classEmpty, Reason: "a reversal names the entry that it undoes"}
		}
		named = false
	case rules.ReAge.String():
		if string(r.values[amount]) != "0" {
			return &Reject{Column: "amount", ValueClass: classNumber, Reason: "a re-age has the amount 0"}
		}
	}
	switch {
	case signed:
		return &Reject{Column: "amount", ValueClass: classNumber, Reason: "only an adjustment has a sign"}
	case named:
		return &Reject{Column: "reverses", ValueClass: classKey, Reason: "only a reversal names another entry"}
	}
	return nil
}

// checkTermination is DC4 as far as the row itself tells; the marked pairs are looked at in the database.
func checkTermination(r *row) *Reject {
	started := rules.StartedTermination{Source: string(r.get("source")), Reason: string(r.get("reason"))}
	if why := rules.ReasonMissing(started); why != "" {
		return &Reject{Column: "reason", ValueClass: classEmpty, Reason: why}
	}
	if r.has("rescinded_on") && r.date("rescinded_on") < r.date("terminated_on") {
		return &Reject{Column: "rescinded_on", ValueClass: classDate, Reason: "before terminated_on"}
	}
	return nil
}

// checkScheduledItem refuses a debit that calls itself a notice: it would go out whatever a case says (SP7, Q81).
func checkScheduledItem(r *row) *Reject {
	if string(r.get("kind")) == "PAYMENT" && string(r.get("required_notice")) == "true" {
		return &Reject{Column: "required_notice", ValueClass: classText, Reason: "a payment is no notice (Q81)"}
	}
	return nil
}

// checkCase allows the outcomes of the case's type.
func checkCase(r *row) *Reject {
	legal := rules.CaseType(r.get("type")).Outcomes(rules.DisputeKind(r.get("dispute_kind")))
	outcome := r.get("outcome")
	if outcome == nil || legal == nil {
		return nil
	}
	if _, reason := codesKind(legal).parse(r, outcome); reason != "" {
		return &Reject{Column: "outcome", ValueClass: classOf(outcome), Reason: reason}
	}
	return nil
}

func checkCaseParty(r *row) *Reject {
	switch {
	case !r.has("customer_id") && !r.has("loan_id"):
		return &Reject{Column: "customer_id", ValueClass: classEmpty, Reason: "one of customer_id and loan_id is required"}
	case r.has("customer_id") && r.has("loan_id"):
		return &Reject{Column: "loan_id", ValueClass: classKey, Reason: "only one of customer_id and loan_id is allowed"}
	}
	return nil
}

package intake

import (
	"bytes"

	"github.com/furnisher/furnisher/rules"
)

// checkLoan completes a loan's closure and stop, and refuses what contradicts its status.
func checkLoan(r *row) *Reject {
	status := rules.Status(r.get("status"))
	switch {
	case !status.Closed() && r.has("closed_on"):
		return &Reject{Column: "closed_on", ValueClass: classDate, Reason: "the status is not a closed one"}
	case status.Closed() && !r.has("closed_on"):
		r.set("closed_on", r.get("status_since"))
	}
	if status == rules.ChargeOff {
		r.set("charged_off_on", r.get("status_since"))
	}
	switch {
	case rules.ServicingStatus(r.get("servicing_status")) == rules.Servicing:
		r.set("stop_reason", nil)
	case r.has("stop_reason"):
		r.set("new_stop_reason", r.get("stop_reason"))
	default:
		r.set("new_stop_reason", []byte(rules.DefaultStopReason))
	}
	return nil
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

// checkTransaction allows a sign for an adjustment only, and the name of another entry for a reversal only.
func checkTransaction(r *row) *Reject {
	const (
		transactionType = 2
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
	if string(r.get("source")) == "FLTC" && !r.has("reason") {
		return &Reject{Column: "reason", ValueClass: classEmpty, Reason: "a flat cancel must have a reason (DC4)"}
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

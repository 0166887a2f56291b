package rules

import (
	"fmt"
	"slices"
)

// Refusal says why a person may not do something: the rule, and a sentence without personal values.
type Refusal struct{ Rule, Why string }

func (r *Refusal) Error() string { return r.Why + " (" + r.Rule + ")" }

func refuse(rule, format string, args ...any) *Refusal {
	return &Refusal{rule, fmt.Sprintf(format, args...)}
}

// ByHand is an account status that a person sets.
type ByHand struct {
	Status       Status
	On           Date // business date
	ClosedOn     Date // 0: not given
	ChargeOff    Cents
	HasChargeOff bool // the amount of a charge-off is given
}

// CheckByHand returns a *Refusal for what can be set on no loan: a pair that is not legal (ST1, ST2), a date closed without a
// closed status, or an amount without a charge-off.
func CheckByHand(h ByHand) error {
	switch {
	case !slices.Contains(Statuses(), h.Status):
		return refuse("ST1", "%q is not an account status", h.Status)
	case h.ClosedOn != 0 && !h.Status.Closed():
		return refuse("PO5", "%s has no date closed", h.Status)
	case h.HasChargeOff && h.Status != ChargeOff:
		return refuse("ST2", "only CLOSED::CHARGE_OFF has an amount charged off")
	case h.HasChargeOff && h.ChargeOff < 0:
		return refuse("ST2", "an amount charged off is not negative")
	}
	return nil
}

// SetByHand returns the states of a loan after a person has set its account status (ST5), and the row of history (ST4). What
// the lender sent last stays as it is: sent again it undoes nothing. It returns a *Refusal.
func SetByHand(k Known, opened Date, h ByHand) (Known, StateChange, error) {
	err := CheckByHand(h)
	if err != nil {
		return k, StateChange{}, err
	}
	switch {
	case h.Status == k.Status:
		return k, StateChange{}, refuse("ST4", "the loan is %s already, since %s", k.Status, k.Since)
	case h.On < k.Since:
		return k, StateChange{}, refuse("ST4", "its present status began later, on %s", k.Since)
	case h.ClosedOn > h.On:
		return k, StateChange{}, refuse("PO5", "it would be closed on %s, after its status begins on %s", h.ClosedOn, h.On)
	case h.ClosedOn != 0 && h.ClosedOn < opened:
		return k, StateChange{}, refuse("PO5", "it would be closed on %s, before it was opened on %s", h.ClosedOn, opened)
	case h.HasChargeOff && k.HasChargeOff:
		return k, StateChange{}, refuse("ST2", "its amount charged off is written down already, and is written once")
	}
	now := k
	now.setByHand(Sent{Status: h.Status, Since: h.On, ClosedOn: h.ClosedOn, ChargeOff: h.ChargeOff, HasChargeOff: h.HasChargeOff})
	now.SentStatus, now.SentSince = k.SentStatus, k.SentSince
	return now, StateChange{
		State: AccountHistory, From: string(k.Status), To: string(now.Status), On: h.On, ClosedOn: now.ClosedOn, Rule: "ST5",
	}, nil
}

// longestHold bounds a hold by hand: a later date is mistyped.
const longestHold = 3660

// CheckHold returns a *Refusal for a hold by hand that would not hold on a business date, or for more than ten years (ST5).
func CheckHold(until, on Date) error {
	switch {
	case until < on:
		return refuse("ST5", "a hold until %s is over on %s", until, on)
	case until > on+longestHold:
		return refuse("ST5", "a hold until %s is longer than ten years: the date looks mistyped", until)
	}
	return nil
}

// CheckRelease returns a *Refusal if no hold runs that a person could end (ST5).
func CheckRelease(until, on Date) error {
	if until < on {
		return refuse("ST5", "the loan is not on hold on %s", on)
	}
	return nil
}

// CheckStopReason returns a *Refusal for a reason that SP6 does not list.
func CheckStopReason(reason string) error {
	if !slices.Contains(StopReasons(), reason) {
		return refuse("SP6", "%q is not a reason to stop servicing", reason)
	}
	return nil
}

// StopByHand are the facts of a stop by a person or system (SP5): the reason.
func StopByHand(reason string) Facts { return newFacts(textFact("stop_reason", reason)) }

// OperationDate returns the business date of an operation (ST5): the one that is asked for, else today, but not before the night
// that comes next: then that one. closed is the last business date that was closed, unfinished that of a run which is not; 0 for
// none. It returns a *Refusal for a date that is closed, or far from the others.
func OperationDate(asked, today, closed, unfinished Date) (Date, error) {
	next := max(closed+1, unfinished)
	if closed == 0 {
		next = unfinished
	}
	on := max(today, next)
	if asked == 0 {
		if on == 0 {
			return 0, refuse("ST5", "no business date is known: no night was run")
		}
		return on, nil
	}
	switch {
	case closed != 0 && asked <= closed:
		return 0, refuse("ST5", "business date %s is closed: the last one that was closed is %s", asked, closed)
	case on != 0 && asked > on+operationAhead:
		return 0, refuse("ST5", "business date %s is more than %d days ahead of %s", asked, operationAhead, on)
	}
	return asked, nil
}

// operationAhead is how many days ahead an operation may be dated.
const operationAhead = 31

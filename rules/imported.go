package rules

// Sent is what the lender says about a loan's two states in a row of loans.csv.
type Sent struct {
	Status       Status
	Since        Date
	ClosedOn     Date // 0: not given
	ChargeOff    Cents
	HasChargeOff bool // the original charge-off amount is given, even if it is zero
	Servicing    ServicingStatus
	StopReason   string // empty: not given
}

// Known is what the book holds about a loan's two states, and what the lender sent last of them.
type Known struct {
	State
	HasChargeOff  bool // ChargeOff is written down, even if it is zero
	Servicing     ServicingStatus
	StopReason    string // empty: none
	SentStatus    Status
	SentSince     Date
	SentServicing ServicingStatus
}

// The two states that a history row can belong to (ST4).
const (
	AccountHistory   = "ACCOUNT"
	ServicingHistory = "SERVICING"
)

// StateChange is a history row that an import adds.
type StateChange struct {
	State    string // AccountHistory or ServicingHistory
	From, To string
	On       Date // business date and effective date
	ClosedOn Date // 0: not closed, or a change of the servicing status
	Rule     string
	Facts    Facts
}

// Boarded returns the states of a new loan (Q4, ST3). A loan that is boarded closed was closed when its status began, unless
// the lender gives a date.
func Boarded(s Sent) Known {
	k := Known{
		State:         State{Status: s.Status, Since: s.Since, ByHand: true, ClosedOn: s.closedOn(), CountFrom: s.Since},
		Servicing:     s.Servicing,
		StopReason:    s.stopReason(""),
		SentStatus:    s.Status,
		SentSince:     s.Since,
		SentServicing: s.Servicing,
	}
	if k.Status.Closed() {
		k.Episode, k.BoardedClosed = 1, true
	}
	if s.Status == ChargeOff {
		k.ChargedOffOn = s.Since
		k.ChargeOff, k.HasChargeOff = s.ChargeOff, s.HasChargeOff
	}
	return k
}

// Imported returns what is known about a loan after the lender has sent it again, and the history rows to add. If the result
// equals k, nothing changed.
//
// The account status changes only if the pair of status and date differs from the pair that was sent last: then people have
// set it (ST5, Q5). An extract that is sent again does not undo what a night has decided since. If the new pair names the
// present status, only the date and the cause change. The servicing status changes when it differs from the one that was sent
// last (ST3): an extract that is sent again does not lift the stop of a night (Q55). The extract has no date for that, so the
// change is dated lastNight, the last closed business date. The amount of a charge-off is written once, possibly after the
// charge-off itself (FORMAT.md 3.3).
func Imported(k Known, s Sent, lastNight Date) (Known, []StateChange) {
	now := k
	var history []StateChange
	if s.Status != k.SentStatus || s.Since != k.SentSince {
		now.setByHand(s)
		history = append(history, StateChange{
			State: AccountHistory, From: string(k.Status), To: string(s.Status), On: s.Since, ClosedOn: now.ClosedOn, Rule: "ST5",
		})
	}
	if k.ChargedOffOn != 0 {
		now.writeChargeOff(s)
	}
	switch {
	case s.Servicing == k.Servicing:
		now.StopReason = s.stopReason(k.StopReason)
	case s.Servicing != k.SentServicing:
		now.Servicing, now.StopReason = s.Servicing, s.stopReason("")
	}
	now.SentServicing = s.Servicing
	if now.Servicing != k.Servicing || now.StopReason != k.StopReason {
		change := StateChange{State: ServicingHistory, From: string(k.Servicing), To: string(now.Servicing), On: lastNight, Rule: "ST3"}
		if lastNight == 0 {
			change.On = s.Since
		}
		if now.StopReason != "" {
			change.Facts = newFacts(textFact("stop_reason", now.StopReason))
		}
		history = append(history, change)
	}
	return now, history
}

// setByHand takes over the account status that people have set.
func (k *Known) setByHand(s Sent) {
	if s.Status != k.Status {
		if s.Status.Closed() && !k.Status.Closed() {
			k.Episode++
		}
		if !s.Status.Closed() {
			k.ReopenedOn = 0
		}
		k.Status, k.ClosedOn = s.Status, s.closedOn()
		k.CountFrom = max(k.CountFrom, s.Since)
		if s.Status == ChargeOff {
			k.ChargedOffOn = s.Since
			k.writeChargeOff(s)
		}
	}
	k.Since, k.ByHand = s.Since, true
	k.SentStatus, k.SentSince = s.Status, s.Since
}

// writeChargeOff writes down the amount of a charge-off unless there is one.
func (k *Known) writeChargeOff(s Sent) {
	if !k.HasChargeOff {
		k.ChargeOff, k.HasChargeOff = s.ChargeOff, s.HasChargeOff
	}
}

// closedOn returns the date closed, 0 for an open loan.
func (s Sent) closedOn() Date {
	switch {
	case !s.Status.Closed():
		return 0
	case s.ClosedOn != 0:
		return s.ClosedOn
	}
	return s.Since
}

// stopReason returns why the loan is not serviced: the reason given, else the known one, else SP6's default. A serviced loan
// needs none, and keeps the known one.
func (s Sent) stopReason(known string) string {
	switch {
	case s.Servicing == NotServicing && s.StopReason != "":
		return s.StopReason
	case known != "":
		return known
	case s.Servicing == NotServicing:
		return DefaultStopReason
	}
	return ""
}

// flatCancel is the source of a termination that cancels the contract from its start.
const flatCancel = "FLTC"

// StartedTermination holds what decides whether a termination needs a reason.
type StartedTermination struct {
	Source       string
	Reason       string // empty: none
	PairRequires bool   // the loan's activity status and sub-status are marked "require payoff reason"
	Known        bool   // it was imported before
}

// ReasonMissing says why a termination without a reason is refused (DC4), or returns the empty string. The mark on the pair
// matters only when the termination starts.
func ReasonMissing(t StartedTermination) string {
	switch {
	case t.Reason != "":
		return ""
	case t.Source == flatCancel:
		return "a flat cancel must have a reason (DC4)"
	case t.PairRequires && !t.Known:
		return "the loan's activity status and sub-status require a reason (DC4)"
	}
	return ""
}

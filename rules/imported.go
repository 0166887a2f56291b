package rules

// Sent is what the lender says of a loan's two states: a row of loans.csv.
type Sent struct {
	Status       Status
	Since        Date
	ClosedOn     Date // 0: not said
	ChargeOff    Cents
	HasChargeOff bool // the original charge-off amount is said, be it zero
	Servicing    ServicingStatus
	StopReason   string // empty: not said
}

// Known is what the book holds of a loan's two states, and what the lender said of them last.
type Known struct {
	State
	HasChargeOff bool // ChargeOff is written down, be it zero
	Servicing    ServicingStatus
	StopReason   string // empty: none
	SentStatus   Status
	SentSince    Date
}

// Histories of a loan's two states (ST4).
const (
	AccountHistory   = "ACCOUNT"
	ServicingHistory = "SERVICING"
)

// StateChange is a row that an import adds to a loan's history.
type StateChange struct {
	State    string // AccountHistory or ServicingHistory
	From, To string
	On       Date // business date, and effective
	ClosedOn Date // 0: not closed, or of the servicing status
	Rule     string
	Facts    Facts
}

// Boarded returns the states that a new loan comes with (Q4, ST3). What comes closed is closed since its status began
// unless the lender says when.
func Boarded(s Sent) Known {
	k := Known{
		State:      State{Status: s.Status, Since: s.Since, ByHand: true, ClosedOn: s.closedOn(), CountFrom: s.Since},
		Servicing:  s.Servicing,
		StopReason: s.stopReason(""),
		SentStatus: s.Status,
		SentSince:  s.Since,
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

// Imported returns what is known of a loan once the lender has sent it again, and the rows that its history gets. If it is
// what was known, nothing is new.
//
// The account status follows the lender's word only when the pair of status and date is not the one that was sent last:
// then people have set it (ST5, Q5). What a night decided since is not undone by an extract that is sent again. If the new
// pair names the present status, only its date and cause are taken. The servicing status follows whenever it differs
// (ST3), on lastNight, the last business date that was closed, because the extract has no date for it: that is when the
// night learns of it. The amount of a charge-off is written once, also later than the charge-off itself (FORMAT.md 3.3).
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
	now.Servicing, now.StopReason = s.Servicing, s.stopReason("")
	if s.Servicing == k.Servicing {
		now.StopReason = s.stopReason(k.StopReason)
	}
	if now.Servicing != k.Servicing || now.StopReason != k.StopReason {
		change := StateChange{State: ServicingHistory, From: string(k.Servicing), To: string(s.Servicing), On: lastNight, Rule: "ST3"}
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

// setByHand takes the lender's word for the account status.
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

// writeChargeOff writes down the amount of a charge-off unless it is written.
func (k *Known) writeChargeOff(s Sent) {
	if !k.HasChargeOff {
		k.ChargeOff, k.HasChargeOff = s.ChargeOff, s.HasChargeOff
	}
}

// closedOn is when the lender says that the loan closed, 0 if it is open.
func (s Sent) closedOn() Date {
	switch {
	case !s.Status.Closed():
		return 0
	case s.ClosedOn != 0:
		return s.ClosedOn
	}
	return s.Since
}

// stopReason is why the lender says that it stopped to service the loan: the reason that is said, else the one known, else
// SP6's default. A loan that is serviced has none, but keeps what was known.
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

// flatCancel is the source of a termination that undoes the contract from its start.
const flatCancel = "FLTC"

// StartedTermination is what decides whether a termination may have no reason.
type StartedTermination struct {
	Source       string
	Reason       string // empty: none
	PairRequires bool   // the loan's activity status and sub-status are marked "require payoff reason"
	Known        bool   // it was started before
}

// ReasonMissing says why a termination without a reason is refused (DC4); empty: it is not. The mark of the pair is looked
// at when the termination is started.
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

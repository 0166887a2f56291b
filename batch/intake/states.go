package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/furnisher/furnisher/rules"
)

// statesRow is a known loan whose states are sent other than they are known.
type statesRow struct {
	Loan      int64      `db:"loan"`
	LastNight rules.Date `db:"last_night"`

	Status       rules.Status          `db:"status"`
	Since        rules.Date            `db:"status_since"`
	ClosedOn     rules.Date            `db:"closed_on"`
	ChargeOff    rules.Cents           `db:"original_charge_off_cents"`
	HasChargeOff bool                  `db:"has_original_charge_off"`
	Servicing    rules.ServicingStatus `db:"servicing_status"`
	StopReason   string                `db:"stop_reason"`

	OldStatus        rules.Status          `db:"old_status"`
	OldSince         rules.Date            `db:"old_status_since"`
	OldByHand        bool                  `db:"old_by_hand"`
	OldClosedOn      rules.Date            `db:"old_closed_on"`
	OldEpisode       int                   `db:"old_episode"`
	OldBoarded       bool                  `db:"old_boarded_closed"`
	OldCountFrom     rules.Date            `db:"old_count_from"`
	OldReopenedOn    rules.Date            `db:"old_reopened_on"`
	OldChargedOffOn  rules.Date            `db:"old_charged_off_on"`
	OldChargeOff     rules.Cents           `db:"old_charge_off_cents"`
	OldHasChargeOff  bool                  `db:"old_has_charge_off"`
	OldServicing     rules.ServicingStatus `db:"old_servicing_status"`
	OldStopReason    string                `db:"old_stop_reason"`
	OldSentStatus    rules.Status          `db:"imported_status"`
	OldSentSince     rules.Date            `db:"imported_status_since"`
	OldSentServicing rules.ServicingStatus `db:"imported_servicing"`
}

func (r *statesRow) sent() rules.Sent {
	return rules.Sent{
		Status: r.Status, Since: r.Since, ClosedOn: r.ClosedOn, ChargeOff: r.ChargeOff, HasChargeOff: r.HasChargeOff,
		Servicing: r.Servicing, StopReason: r.StopReason,
	}
}

func (r *statesRow) known() rules.Known {
	return rules.Known{
		State: rules.State{
			Status: r.OldStatus, Since: r.OldSince, ByHand: r.OldByHand, ClosedOn: r.OldClosedOn, Episode: r.OldEpisode,
			BoardedClosed: r.OldBoarded, CountFrom: r.OldCountFrom, ReopenedOn: r.OldReopenedOn,
			ChargedOffOn: r.OldChargedOffOn, ChargeOff: r.OldChargeOff,
		},
		HasChargeOff: r.OldHasChargeOff, Servicing: r.OldServicing, StopReason: r.OldStopReason,
		SentStatus: r.OldSentStatus, SentSince: r.OldSentSince, SentServicing: r.OldSentServicing,
	}
}

// statesNow are the states that an import leaves. The cause stays as it is where it is not the import's.
type statesNow struct {
	Loan              int64                 `json:"loan"`
	Status            rules.Status          `json:"status"`
	Since             rules.Date            `json:"status_since"`
	Cause             *string               `json:"status_cause"`
	ClosedOn          *rules.Date           `json:"closed_on"`
	Episode           int                   `json:"episode"`
	CountFrom         rules.Date            `json:"count_from"`
	ReopenedOn        *rules.Date           `json:"reopened_on"`
	ChargedOffOn      *rules.Date           `json:"charged_off_on"`
	ChargeOff         *int64                `json:"charge_off_cents"`
	Servicing         rules.ServicingStatus `json:"servicing_status"`
	StopReason        *string               `json:"stop_reason"`
	ImportedStatus    rules.Status          `json:"imported_status"`
	ImportedSince     rules.Date            `json:"imported_status_since"`
	ImportedServicing rules.ServicingStatus `json:"imported_servicing"`
}

type historyNow struct {
	Loan     int64       `json:"loan"`
	Ordinal  int         `json:"ordinal"` // among the rows of its loan
	State    string      `json:"state"`
	From     string      `json:"from_status"`
	To       string      `json:"to_status"`
	On       rules.Date  `json:"business_date"`
	ClosedOn *rules.Date `json:"closed_on"`
	Rule     string      `json:"rule"`
	Facts    rules.Facts `json:"facts"`
}

// optional is nil for a value that is absent.
func optional[T comparable](value T) *T {
	var absent T
	if value == absent {
		return nil
	}
	return &value
}

func newStatesNow(loan int64, k rules.Known, changes []rules.StateChange) statesNow {
	now := statesNow{
		Loan: loan, Status: k.Status, Since: k.Since, ClosedOn: optional(k.ClosedOn), Episode: k.Episode, CountFrom: k.CountFrom,
		ReopenedOn: optional(k.ReopenedOn), ChargedOffOn: optional(k.ChargedOffOn), Servicing: k.Servicing,
		StopReason: optional(k.StopReason), ImportedStatus: k.SentStatus, ImportedSince: k.SentSince,
		ImportedServicing: k.SentServicing,
	}
	if slices.ContainsFunc(changes, func(c rules.StateChange) bool { return c.State == rules.AccountHistory }) {
		now.Cause = optional("IMPORT")
	}
	if k.HasChargeOff {
		amount := int64(k.ChargeOff)
		now.ChargeOff = &amount
	}
	return now
}

func newHistoryNow(loan int64, ordinal int, c rules.StateChange) historyNow {
	return historyNow{
		Loan: loan, Ordinal: ordinal, State: c.State, From: c.From, To: c.To, On: c.On, ClosedOn: optional(c.ClosedOn),
		Rule: c.Rule, Facts: c.Facts,
	}
}

// decideStates takes in what the lender says of the states of known loans, as rules decide. It gives how many loans are
// updated by that alone.
func (i *importer) decideStates(ctx context.Context) (updated int64, err error) {
	err = eachBatch(ctx, i.tx, importLoanStates, func(rows []statesRow) error {
		var states []statesNow
		var history []historyNow
		for k := range rows {
			known := rows[k].known()
			now, changes := rules.Imported(known, rows[k].sent(), rows[k].LastNight)
			if now == known {
				continue
			}
			states = append(states, newStatesNow(rows[k].Loan, now, changes))
			for n, c := range changes {
				history = append(history, newHistoryNow(rows[k].Loan, n+1, c))
			}
		}
		n, err := i.writeStates(ctx, states, history)
		updated += n
		return err
	})
	return updated, err
}

// writeStates gives how many loans of the states are not among the rows updated already.
func (i *importer) writeStates(ctx context.Context, states []statesNow, history []historyNow) (updated int64, err error) {
	if len(states) == 0 {
		return 0, nil
	}
	rows, err := json.Marshal(states)
	if err != nil {
		return 0, err
	}
	changes, err := json.Marshal(append([]historyNow{}, history...))
	if err != nil {
		return 0, err
	}
	if err := i.tx.GetContext(ctx, &updated, importLoanStatesWrite, string(rows), string(changes)); err != nil {
		return 0, fmt.Errorf("write states: %w", err)
	}
	return updated, nil
}

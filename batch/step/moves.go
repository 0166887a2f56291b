package step

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// moveRow is the state that a loan's moves leave. An empty date leaves its column as it is, but for
// closed_on, which is the closed state's own.
type moveRow struct {
	Loan         int64        `json:"loan"`
	To           rules.Status `json:"to_status"`
	ClosedOn     *rules.Date  `json:"closed_on"`
	Episodes     int          `json:"episodes"`
	CountFrom    *rules.Date  `json:"count_from"`
	ReopenedOn   *rules.Date  `json:"reopened_on"`
	ChargedOffOn *rules.Date  `json:"charged_off_on"`
	ChargeOff    *int64       `json:"charge_off_cents"`
}

// historyRow is one move in the history (ST4).
type historyRow struct {
	Loan        int64        `json:"loan"`
	Ordinal     int          `json:"ordinal"`
	From        rules.Status `json:"from_status"`
	To          rules.Status `json:"to_status"`
	EffectiveOn rules.Date   `json:"effective_on"`
	ClosedOn    *rules.Date  `json:"closed_on"`
	Rule        string       `json:"rule"`
	Facts       rules.Facts  `json:"facts"`
}

// moves collects what a step decided for a chunk and writes it at once.
type moves struct {
	states  []moveRow
	history []historyRow
}

// optional is nil for the absent date.
func optional(d rules.Date) *rules.Date {
	if d == 0 {
		return nil
	}
	return &d
}

// add takes the moves of one loan, in their order.
func (m *moves) add(loan int64, from rules.Status, made []rules.Move) {
	state := moveRow{Loan: loan}
	for i, move := range made {
		m.history = append(m.history, historyRow{
			Loan: loan, Ordinal: i + 1, From: from, To: move.To, EffectiveOn: move.EffectiveOn,
			ClosedOn: optional(move.ClosedOn), Rule: move.Rule, Facts: move.Facts,
		})
		from = move.To
		state.To, state.ClosedOn = move.To, optional(move.ClosedOn)
		if move.NewEpisode {
			state.Episodes++
		}
		if move.CountFrom != 0 {
			state.CountFrom = optional(move.CountFrom)
		}
		if move.ReopenedOn != 0 {
			state.ReopenedOn = optional(move.ReopenedOn)
		}
		if move.To == rules.ChargeOff {
			amount := int64(move.ChargeOff)
			state.ChargedOffOn, state.ChargeOff = optional(move.EffectiveOn), &amount
		}
	}
	m.states = append(m.states, state)
}

func (m *moves) write(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error {
	if err := database.WriteRows(ctx, tx, stateMove, m.states, c.Date); err != nil {
		return fmt.Errorf("write moves: %w", err)
	}
	if err := database.WriteRows(ctx, tx, historyAdd, m.history, c.Run, c.Date); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

package step

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// Delinquency is step 1: loans that were underpaid too often in a row become delinquent, then charged
// off; delinquent loans that paid the whole past-due amount are cured (DQ1 to DQ6).
type Delinquency struct{}

// Name is the step's key in the ledger.
func (Delinquency) Name() string { return "delinquency" }

// Apply moves the loans of a chunk. Counts: delinquent, charged_off, cured. Amount: charged off.
func (Delinquency) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	keys, loans, err := readLoans(ctx, tx, c)
	if err != nil {
		return tally, err
	}
	var made moves
	for i, loan := range loans {
		tally.Read++
		move, ok, err := rules.Delinquency(loan, c.Date)
		if err != nil {
			if err := tally.Except(keys[i], err); err != nil {
				return tally, err
			}
			continue
		}
		if !ok {
			continue
		}
		tally.Changed++
		tally.Amount += move.ChargeOff
		switch move.To {
		case rules.Delinquent:
			tally.Count("delinquent", 1)
		case rules.ChargeOff:
			tally.Count("charged_off", 1)
		case rules.Active:
			tally.Count("cured", 1)
		}
		made.add(keys[i], loan.Status, []rules.Move{move})
	}
	return tally, made.write(ctx, tx, c)
}

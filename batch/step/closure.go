package step

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// Closure is step 2: loans that are paid off or overpaid are closed, and reopened when they owe again
// (PO1 to PO6).
type Closure struct{}

// Name is the step's key in the ledger.
func (Closure) Name() string { return "closure" }

// Apply moves the loans of a chunk. Counts: paid_off, surplus, reopened.
func (Closure) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	keys, loans, err := readLoans(ctx, tx, c)
	if err != nil {
		return tally, err
	}
	var made moves
	for i, loan := range loans {
		tally.Read++
		decided := rules.Closure(loan, c.Date)
		if len(decided) == 0 {
			continue
		}
		tally.Changed++
		for _, move := range decided {
			switch move.To {
			case rules.PaidOff:
				tally.Count("paid_off", 1)
			case rules.SurplusBalance:
				tally.Count("surplus", 1)
			default:
				tally.Count("reopened", 1)
			}
		}
		made.add(keys[i], loan.Status, decided)
	}
	return tally, made.write(ctx, tx, c)
}

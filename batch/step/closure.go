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

// Picks are the loans that are awake.
func (Closure) Picks() string { return pickAwake }

// Apply moves the loans of a chunk. Counts: paid_off, surplus, reopened.
func (s Closure) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	keys, err := batch.Picked(ctx, tx, s, c)
	if err != nil {
		return tally, err
	}
	loans, err := readLoans(ctx, tx, keys, c.Date)
	if err != nil {
		return tally, err
	}
	var made moves
	for i := range loans {
		loan := &loans[i]
		tally.Read++
		decided := rules.Closure(&loan.Loan, c.Date)
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
		made.add(loan.key, loan.Status, decided)
	}
	return tally, made.write(ctx, tx, c)
}

package step

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// Delinquency is step 1: loans that were underpaid too often in a row become delinquent, then charged
// off; delinquent loans that paid the whole past-due amount are cured (DQ1 to DQ6).
type Delinquency struct{}

// Name is the step's key in the ledger.
func (Delinquency) Name() string { return "delinquency" }

// Begin makes sure that every loan of the book can be picked.
func (Delinquency) Begin(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	_, err := tx.ExecContext(ctx, wakeMissing, run.LastLoan)
	if err == nil {
		_, err = tx.ExecContext(ctx, wakeAnalyze)
	}
	if err != nil {
		return fmt.Errorf("prepare to pick loans: %w", err)
	}
	return nil
}

// Picks are the loans that are awake, and those whose packed ledger is checked tonight.
func (Delinquency) Picks() string { return pickAwakeOrChecked }

// Apply moves the loans of a chunk. Counts: delinquent, charged_off, cured, drifted. Amount: charged off.
func (s Delinquency) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	keys, err := batch.Picked(ctx, tx, s, c)
	if err != nil {
		return tally, err
	}
	ledgers, err := catchUp(ctx, tx, keys)
	if err != nil {
		return tally, err
	}
	drifted, err := checkLedgers(ctx, tx, keys, ledgers, c.Date)
	if err != nil {
		return tally, err
	}
	for _, loan := range drifted {
		tally.Count("drifted", 1)
		tally.Exceptions = append(tally.Exceptions, batch.Exception{Loan: loan, Code: CodeDrift, Detail: driftDetail})
	}
	loans, err := readLoansOf(ctx, tx, keys, ledgers, c.Date)
	if err != nil {
		return tally, err
	}
	var made moves
	var moved []int64
	for i := range loans {
		loan := &loans[i]
		tally.Read++
		move, ok, err := rules.Delinquency(&loan.Loan, c.Date)
		if err != nil {
			if err := tally.Except(loan.key, err); err != nil {
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
		moved = append(moved, loan.key)
		made.add(loan.key, loan.Status, []rules.Move{move})
	}
	// A loan that was only to be checked, and was moved, goes on through the steps; what drifted is looked at again
	// by the next night, which finds the exception resolved.
	if err := wake(ctx, tx, wakeFresh, moved); err != nil {
		return tally, err
	}
	if err := wake(ctx, tx, wakeStale, drifted); err != nil {
		return tally, err
	}
	return tally, made.write(ctx, tx, c)
}

// CodeDrift is the exception of a loan whose packed ledger was not what its transactions and cycles say.
const CodeDrift = "POSITION_DRIFT"

const driftDetail = "its transactions or cycles were changed without waking it; it was packed anew and decided by what they say now"

package batch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// Abandon takes back an unfinished run in which no chunk changed anything: its date can be run again, and so can an earlier
// one. The run stays in the ledger with who took it back and why.
//
// Errors to branch on: ErrLocked, ErrLockLost, ErrPlanChanged, ErrAbandon, and sql.ErrNoRows if there is no such run.
func (r *Runner) Abandon(ctx context.Context, run int64, why string) error {
	r, err := r.withDefaults()
	if err != nil {
		return err
	}
	book, err := lockBook(ctx, r.Direct, r.Patience)
	if err != nil {
		return err
	}
	defer book.Release()
	err = book.Do(ctx, func(ctx context.Context) error {
		return database.InDurableTx(ctx, r.DB, fenced(ctx, book, func(tx *sqlx.Tx) error {
			return r.abandon(ctx, tx, run, why)
		}))
	})
	if err != nil {
		return fmt.Errorf("abandon run %d: %w", run, err)
	}
	return nil
}

func (r *Runner) abandon(ctx context.Context, tx *sqlx.Tx, id int64, why string) error {
	if err := HaltOperations(ctx, tx); err != nil {
		return err
	}
	var row runRow
	if err := tx.GetContext(ctx, &row, runState, id); err != nil {
		return err
	}
	switch {
	case row.State != "RUNNING" && row.State != "STOPPED":
		return fmt.Errorf("%w: it is %s", ErrAbandon, row.State)
	case row.PlanHash != r.Plan.Hash():
		return ErrPlanChanged
	}
	if err := changedNothing(ctx, tx, id); err != nil {
		return err
	}
	run := row.toRun()
	for _, s := range r.Plan {
		if a, ok := s.(Abandoner); ok {
			if err := a.Abandon(ctx, tx, run); err != nil {
				return fmt.Errorf("step %s: %w", s.Name(), err)
			}
		}
	}
	if _, err := tx.ExecContext(ctx, exceptionForget, id); err != nil {
		return err
	}
	return changeOne(ctx, tx, "mark the run", runAbandon, id, r.Now(), r.Who, why)
}

// changedNothing returns ErrAbandon with the first chunk of a run that changed something.
func changedNothing(ctx context.Context, tx *sqlx.Tx, run int64) error {
	var chunk struct {
		Step    string `db:"step"`
		Seq     int    `db:"seq"`
		Changed int64  `db:"changed_count"`
	}
	err := tx.GetContext(ctx, &chunk, runChanged, run)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: chunk %d of step %s changed %d loans", ErrAbandon, chunk.Seq, chunk.Step, chunk.Changed)
}

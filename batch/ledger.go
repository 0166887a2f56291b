package batch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

type runRow struct {
	Run          int64      `db:"run"`
	BusinessDate rules.Date `db:"business_date"`
	PreviousDate rules.Date `db:"previous_date"`
	PlanHash     string     `db:"plan_hash"`
	State        string     `db:"state"`
	LastLoan     int64      `db:"last_loan"`
}

// open opens the run of d or takes up the unfinished one.
func (r *Runner) open(ctx context.Context, d rules.Date) (Run, error) {
	var run Run
	err := database.InTx(ctx, r.DB, func(tx *sqlx.Tx) error {
		var known []runRow
		if err := tx.SelectContext(ctx, &known, runFind, d); err != nil {
			return err
		}
		for _, k := range known {
			switch {
			case k.State == "CLOSED" && k.BusinessDate >= d:
				return fmt.Errorf("%w: the book is closed up to %s", ErrClosed, k.BusinessDate)
			case k.State != "CLOSED" && k.BusinessDate != d:
				return fmt.Errorf("%w: %s", ErrUnfinished, k.BusinessDate)
			case k.State != "CLOSED" && k.PlanHash != r.Plan.Hash():
				return fmt.Errorf("%w: run %d", ErrPlanChanged, k.Run)
			case k.State != "CLOSED":
				run = Run{ID: k.Run, Date: d, Previous: k.PreviousDate, LastLoan: k.LastLoan}
				_, err := tx.ExecContext(ctx, runResume, k.Run)
				return err
			}
		}
		var err error
		run, err = r.openNew(ctx, tx, d)
		return err
	})
	if err != nil {
		return Run{}, fmt.Errorf("open run %s: %w", d, err)
	}
	return run, nil
}

func (r *Runner) openNew(ctx context.Context, tx *sqlx.Tx, d rules.Date) (Run, error) {
	var row runRow
	err := tx.GetContext(ctx, &row, runOpen, d, r.Plan.Hash(), r.Version, r.Who, r.Why, r.Now())
	if err != nil {
		return Run{}, err
	}
	if row.LastLoan == 0 {
		return Run{}, ErrEmptyBook
	}
	if _, err := tx.ExecContext(ctx, runOpenSteps, row.Run, pq.Array(r.Plan.Names())); err != nil {
		return Run{}, err
	}
	return Run{ID: row.Run, Date: d, Previous: row.PreviousDate, LastLoan: row.LastLoan}, nil
}

// start marks a step as begun, lets it begin and lays out its chunks, once.
func (r *Runner) start(ctx context.Context, run Run, s Step) error {
	return database.InTx(ctx, r.DB, func(tx *sqlx.Tx) error {
		for _, part := range parts(s) {
			var name string
			err := tx.GetContext(ctx, &name, stepStart, run.ID, part.Name, r.Now())
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
		}
		if b, ok := s.(Beginner); ok {
			if err := b.Begin(ctx, tx, run); err != nil {
				return err
			}
		}
		return r.layOut(ctx, tx, run, parts(s))
	})
}

// layOut writes the chunks of a step, and for the other parts of a pass the same ranges.
func (r *Runner) layOut(ctx context.Context, tx *sqlx.Tx, run Run, parts []Part) error {
	lead := parts[0]
	_, err := tx.ExecContext(ctx, picking(stepChunks, lead.Picks), run.ID, lead.Name, run.LastLoan, r.ChunkSize, run.Date)
	for _, part := range parts[1:] {
		if err == nil {
			_, err = tx.ExecContext(ctx, picking(stepChunksAlike, part.Picks), run.ID, part.Name, run.LastLoan, lead.Name, run.Date)
		}
	}
	return err
}

// picking fills a step's query for its loans into a statement.
func picking(statement, picks string) string {
	return strings.Replace(statement, "({picked})", "("+picks+")", 1)
}

// Picked returns the keys of the loans of a chunk that its step looks at, in order.
func Picked(ctx context.Context, tx *sqlx.Tx, s Step, c Chunk) ([]int64, error) {
	var loans []int64
	if err := tx.SelectContext(ctx, &loans, picking(chunkPicked, parts(s)[0].Picks), c.Run, c.After, c.Last, c.Date); err != nil {
		return nil, fmt.Errorf("pick loans: %w", err)
	}
	return loans, nil
}

// reconcile makes sure that every chunk of a step read the loans that it was laid out for.
func (r *Runner) reconcile(ctx context.Context, run Run, step string) error {
	var short struct {
		Seq    int   `db:"seq"`
		Read   int64 `db:"read_count"`
		Picked int64 `db:"picked_count"`
	}
	err := r.DB.GetContext(ctx, &short, stepReconcile, run.ID, step)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: chunk %d read %d of %d", ErrReconcile, short.Seq, short.Read, short.Picked)
}

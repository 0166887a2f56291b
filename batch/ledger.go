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
	Attempt      int        `db:"attempt"`
	PreviousDate rules.Date `db:"previous_date"`
	PlanHash     string     `db:"plan_hash"`
	State        string     `db:"state"`
	LastLoan     int64      `db:"last_loan"`
}

// toRun is what steps are told of the run: all of it, whoever works on a chunk.
func (k *runRow) toRun() Run {
	return Run{ID: k.Run, Date: k.BusinessDate, Previous: k.PreviousDate, LastLoan: k.LastLoan}
}

// inTx runs f in one transaction, which commits only while the run holds the book.
func (r *Runner) inTx(ctx context.Context, run Run, f func(tx *sqlx.Tx) error) error {
	return database.InTx(ctx, r.DB, fenced(ctx, run.book, f))
}

// InTx is for what a step does outside its chunks, as in Finish: it runs f in one transaction, which commits only while
// the run holds the book, and is on disk when InTx returns nil.
func (run Run) InTx(ctx context.Context, db *sqlx.DB, f func(tx *sqlx.Tx) error) error {
	return database.InDurableTx(ctx, db, fenced(ctx, run.book, f))
}

func fenced(ctx context.Context, book *Book, f func(tx *sqlx.Tx) error) func(tx *sqlx.Tx) error {
	return func(tx *sqlx.Tx) error {
		if err := book.Fence(ctx, tx); err != nil {
			return err
		}
		return f(tx)
	}
}

// changeOne executes a query that changes one row of the run ledger. It returns ErrLedger if there was none to change.
func changeOne(ctx context.Context, tx *sqlx.Tx, what, query string, args ...any) error {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	changed, err := result.RowsAffected()
	if err == nil && changed != 1 {
		err = fmt.Errorf("%s: %w: %d rows changed instead of 1", what, ErrLedger, changed)
	}
	return err
}

// open opens the run of d or takes up the unfinished one, and accepts what stopped it.
func (r *Runner) open(ctx context.Context, book *Book, d rules.Date) (run Run, err error) {
	err = database.InDurableTx(ctx, r.DB, fenced(ctx, book, func(tx *sqlx.Tx) (err error) {
		run, err = r.find(ctx, tx, d)
		if err == nil {
			err = r.accept(ctx, tx, run.ID)
		}
		if err == nil && run.ID == 0 {
			run, err = r.openNew(ctx, tx, d)
		}
		return err
	}))
	run.book = book
	return run, err
}

// find takes up the unfinished run of d. It returns the zero Run if d may be opened.
func (r *Runner) find(ctx context.Context, tx *sqlx.Tx, d rules.Date) (Run, error) {
	var known []runRow
	if err := tx.SelectContext(ctx, &known, runFind, d); err != nil {
		return Run{}, err
	}
	for _, k := range known {
		switch {
		case k.State == "CLOSED" && k.BusinessDate >= d:
			return Run{}, passed(ctx, tx, d)
		case k.State != "CLOSED" && k.BusinessDate != d:
			return Run{}, fmt.Errorf("%w: %s", ErrUnfinished, k.BusinessDate)
		case k.State != "CLOSED" && k.PlanHash != r.Plan.Hash():
			return Run{}, fmt.Errorf("%w: run %d", ErrPlanChanged, k.Run)
		case k.State != "CLOSED":
			run := k.toRun()
			return run, changeOne(ctx, tx, "resume the run", runResume, k.Run)
		}
	}
	return Run{}, nil
}

func (r *Runner) openNew(ctx context.Context, tx *sqlx.Tx, d rules.Date) (Run, error) {
	var row runRow
	why := r.Why
	if r.AllowDate != "" {
		why += "; the date is right: " + r.AllowDate
	}
	err := tx.GetContext(ctx, &row, runOpen, d, r.Plan.Hash(), r.Version, r.Who, why, r.Now())
	if err != nil {
		return Run{}, err
	}
	if row.LastLoan == 0 {
		return Run{}, ErrEmptyBook
	}
	if err := r.checkDate(ctx, tx, d, row.PreviousDate); err != nil {
		return Run{}, err
	}
	if err := r.permitDate(ctx, tx, row.Run, d, row.PreviousDate); err != nil {
		return Run{}, err
	}
	if err := r.noteGap(ctx, tx, row.Run, d, row.PreviousDate); err != nil {
		return Run{}, err
	}
	if _, err := tx.ExecContext(ctx, runOpenSteps, row.Run, pq.Array(r.Plan.Names(r.With...))); err != nil {
		return Run{}, err
	}
	return Run{ID: row.Run, Date: d, Previous: row.PreviousDate, LastLoan: row.LastLoan}, nil
}

// leave notes why a run stopped. If this process lost the book, it does so only while nobody else holds it: another holder
// may be working on the run.
func (r *Runner) leave(ctx context.Context, run Run, why string) error {
	err := database.InTx(ctx, r.DB, func(tx *sqlx.Tx) error {
		held, err := fence(ctx, tx, run.book.key)
		if err != nil {
			return err
		}
		if held {
			return changeOne(ctx, tx, "stop the run", runStop, run.ID, why)
		}
		var free bool
		if err := tx.GetContext(ctx, &free, lockFree, int64(bookLock)); err != nil || !free {
			return err
		}
		_, err = tx.ExecContext(ctx, runLeave, run.ID, why)
		return err
	})
	if err != nil {
		return fmt.Errorf("note why the run stopped: %w", err)
	}
	return nil
}

// state says how far a step has come. The steps of a pass begin and finish together.
func (r *Runner) state(ctx context.Context, run Run, s Step) (started, finished bool, err error) {
	err = r.DB.QueryRowxContext(ctx, stepState, run.ID, s.Name()).Scan(&started, &finished)
	if errors.Is(err, sql.ErrNoRows) {
		if optional(s) {
			return true, true, nil // the run goes without it
		}
		err = fmt.Errorf("find the step: %w", ErrLedger)
	}
	return started, finished, err
}

// start marks a step as begun, lets it begin and lays out its chunks.
func (r *Runner) start(ctx context.Context, run Run, s Step) error {
	return r.inTx(ctx, run, func(tx *sqlx.Tx) error {
		for _, part := range parts(s) {
			if err := changeOne(ctx, tx, "begin the step", stepStart, run.ID, part.Name, r.Now()); err != nil {
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

// finish marks a step as finished.
func (r *Runner) finish(ctx context.Context, run Run, s Step) error {
	return r.inTx(ctx, run, func(tx *sqlx.Tx) error {
		for _, part := range parts(s) {
			if err := changeOne(ctx, tx, "finish the step", stepFinish, run.ID, part.Name, r.Now()); err != nil {
				return err
			}
		}
		return nil
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

// reconcile makes sure that every chunk of a step read as many loans as it was laid out for.
func (r *Runner) reconcile(ctx context.Context, run Run, s Step, part string) error {
	_, yields := s.(Yielder)
	var short struct {
		Seq    int   `db:"seq"`
		Read   int64 `db:"read_count"`
		Picked int64 `db:"picked_count"`
	}
	err := r.DB.GetContext(ctx, &short, stepReconcile, run.ID, part, yields)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: chunk %d read %d of %d", ErrReconcile, short.Seq, short.Read, short.Picked)
}

package batch

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Run opens the run of business date d, or resumes it where it stopped, and takes the book through every step of the
// plan. Once the run was opened it returns the run's summary, also beside an error. When ctx ends, the chunks that are
// under way are finished, as far as the Runner's grace lasts, and the run stops.
//
// Errors to branch on: ErrLocked, ErrLockLost, ErrClosed, ErrUnfinished, ErrPlanChanged, ErrEmptyBook, ErrDate,
// ErrGap, ErrBeforeBook, ErrReconcile, ErrLedger, ErrBraked, ErrNotBraked, and what the steps return.
func (r *Runner) Run(ctx context.Context, d rules.Date) (*Summary, error) {
	r, err := r.withDefaults()
	if err != nil {
		return nil, err
	}
	if r.Trial != nil {
		return r.run(ctx, r.Trial.book, d)
	}
	book, err := lockBook(ctx, r.Direct, r.Patience)
	if err != nil {
		return nil, err
	}
	defer book.Release()
	return r.run(ctx, book, d)
}

// run is Run by the holder of the book.
func (r *Runner) run(ctx context.Context, book *Book, d rules.Date) (*Summary, error) {
	var run Run
	err := book.Do(ctx, func(ctx context.Context) (err error) {
		run, err = r.open(ctx, book, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open run %s: %w", d, err)
	}
	if r.Opened != nil {
		r.Opened(run.ID)
	}
	work, end := r.outlive(ctx)
	defer end()
	err = book.Do(work, func(work context.Context) error { return r.steps(work, run) })
	if err != nil {
		return r.stop(ctx, run, fmt.Errorf("run %s: %w", d, err))
	}
	return LoadSummary(context.WithoutCancel(ctx), r.DB, run.ID)
}

// outlive makes the context of the work of a run: it ends when the grace is over after ctx has ended. The end of ctx itself
// only halts.
func (r *Runner) outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	r.halt = ctx.Done()
	work, end := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() {
		if pause(work, r.Grace) == nil {
			end()
		}
	})
	return work, func() {
		forget()
		end()
	}
}

// halted returns context.Canceled after the run was interrupted.
func (r *Runner) halted() error {
	select {
	case <-r.halt:
		return context.Canceled
	default:
		return nil
	}
}

func (r *Runner) steps(ctx context.Context, run Run) error {
	for _, s := range r.Plan {
		if err := r.step(ctx, run, s); err != nil {
			return fmt.Errorf("step %s: %w", s.Name(), err)
		}
	}
	return run.InTx(ctx, r.DB, func(tx *sqlx.Tx) error {
		return changeOne(ctx, tx, "close the run", runClose, run.ID, r.Now())
	})
}

// stop leaves the run resumable with the reason why it stopped.
func (r *Runner) stop(ctx context.Context, run Run, cause error) (*Summary, error) {
	why := cause.Error()
	if ctx.Err() != nil {
		why = "interrupted"
	}
	ctx = context.WithoutCancel(ctx)
	leave := func() (*Summary, error) {
		left := r.leave(ctx, run, why)
		summary, err := LoadSummary(ctx, r.DB, run.ID)
		return summary, errors.Join(left, err)
	}
	var summary *Summary
	var err error
	if errors.Is(cause, ErrLockLost) { // perhaps with the whole database
		summary, err = within(farewell, leave)
	} else {
		summary, err = leave()
	}
	return summary, errors.Join(cause, err)
}

func (r *Runner) step(ctx context.Context, run Run, s Step) error {
	log := r.Log.WithFields(map[string]any{"run": run.ID, "business_date": run.Date.String(), "step": s.Name()})
	started, finished, err := r.state(ctx, run, s)
	if err != nil || finished {
		return err
	}
	if !started {
		if err := r.start(ctx, run, s); err != nil {
			return err
		}
	}
	log.Info("step begins")
	if err := r.rehearse(ctx, run, s); err != nil {
		return err
	}
	if !r.alone {
		if err := run.book.lead(ctx, run.ID); err != nil {
			return err
		}
	}
	if err := r.workOff(ctx, run, s); err != nil {
		return err
	}
	for _, part := range parts(s) {
		if err := r.reconcile(ctx, run, s, part.Name); err != nil {
			return err
		}
	}
	if err := r.judgeDone(ctx, run, s); err != nil {
		return errors.Join(err, r.redo(ctx, run, s, err))
	}
	if f, ok := s.(Finisher); ok {
		if err := f.Finish(ctx, r.DB, run); err != nil {
			return errors.Join(err, r.redo(ctx, run, s, err))
		}
	}
	if err := r.finish(ctx, run, s); err != nil {
		return err
	}
	log.Info("step done")
	return nil
}

// redo takes back the chunks of a step whose Finish asks for it; another error leaves them done. The run stops in the same
// transaction, so that no joined worker applies them again at once.
func (r *Runner) redo(ctx context.Context, run Run, s Step, cause error) error {
	undoer, ok := s.(Undoer)
	if !ok || !errors.Is(cause, ErrRedo) {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return r.inTx(ctx, run, func(tx *sqlx.Tx) error {
		if err := undoer.Undo(ctx, tx, run); err != nil {
			return err
		}
		for _, part := range parts(s) {
			if _, err := tx.ExecContext(ctx, stepRedo, run.ID, part.Name); err != nil {
				return err
			}
		}
		return changeOne(ctx, tx, "stop the run", runStop, run.ID, cause.Error())
	})
}

// work takes chunks of a step until there is none to claim, or the run is interrupted.
func (r *Runner) work(ctx context.Context, run Run, s Step, claim claim) error {
	for attempt := 1; ; {
		if r.halted() != nil {
			return nil
		}
		more, err := r.chunk(ctx, run, s, claim, attempt)
		switch {
		case err == nil && (!more || claim.once):
			return nil
		case err == nil:
			attempt = 1
		case !database.IsTransient(err) || attempt == attempts:
			return err
		default:
			r.Log.WithField("step", s.Name()).WithField("attempt", attempt).Warn("chunk tried again")
			if err := pause(ctx, time.Duration(attempt*attempt)*20*time.Millisecond); err != nil {
				return err
			}
			attempt++
		}
	}
}

// chunk claims one chunk, applies the step and marks the chunk done, in one transaction.
func (r *Runner) chunk(ctx context.Context, run Run, s Step, claim claim, attempt int) (more bool, err error) {
	err = database.InTx(ctx, r.DB, func(tx *sqlx.Tx) error {
		started := r.Now()
		held, err := fence(ctx, tx, claim.lock)
		switch {
		case err != nil:
			return err
		case !held && claim.joined: // nobody leads the run, or not yet
			return nil
		case !held:
			return ErrLockLost
		}
		c := Chunk{Run: run.ID, Date: run.Date, Previous: run.Previous, Again: run.Again, Loans: run.Loans}
		err = tx.QueryRowxContext(ctx, claim.query, claim.args...).Scan(&c.Seq, &c.After, &c.Last)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		more = true
		if _, err := tx.ExecContext(ctx, chunkPlan); err != nil {
			return err
		}
		tally, err := s.Apply(ctx, tx, c)
		if err != nil {
			return fmt.Errorf("chunk %d: %w", c.Seq, err)
		}
		tallies := append([]Tally{tally}, tally.Others...)
		for i, part := range parts(s) {
			if err := r.done(ctx, tx, part.Name, c, &tallies[i], attempt, started); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}

// done writes what a step did with a chunk, and that the chunk is done.
func (r *Runner) done(ctx context.Context, tx *sqlx.Tx, step string, c Chunk, tally *Tally, attempt int, started time.Time) error {
	if err := quarantine(ctx, tx, step, c, tally); err != nil {
		return err
	}
	if tally.Counts == nil {
		tally.Counts = map[string]int64{}
	}
	counts, err := json.Marshal(tally.Counts)
	if err != nil {
		return err
	}
	return changeOne(ctx, tx, "mark a chunk done", chunkDone, c.Run, step, c.Seq, attempt, tally.Read, tally.Changed,
		int64(tally.Amount), string(counts), started, r.Now())
}

// quarantine writes a chunk's exceptions, one for each loan and reason even if several files met it, and resolves those
// of earlier runs that did not come back, unless the step rested and has looked at none.
func quarantine(ctx context.Context, tx *sqlx.Tx, step string, c Chunk, tally *Tally) error {
	type reason struct {
		loan int64
		code string
	}
	known := map[reason]bool{}
	exceptions := slices.DeleteFunc(tally.Exceptions, func(e Exception) bool {
		again := known[reason{e.Loan, e.Code}]
		known[reason{e.Loan, e.Code}] = true
		return again
	})
	if err := database.WriteRows(ctx, tx, exceptionAdd, exceptions, c.Run, step); err != nil {
		return err
	}
	if tally.Rested {
		return nil
	}
	_, err := tx.ExecContext(ctx, exceptionResolve, c.Run, step, c.After, c.Last, pq.Array(rules.StandingCodes), pq.Array(c.Loans))
	return err
}

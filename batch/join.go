package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Chunk does one chunk of another process's run, named by its step and number, if its coordinator holds the book, and the
// chunk is neither done nor worked on.
func (r *Runner) Chunk(ctx context.Context, run int64, step string, seq int) error {
	r, err := r.withDefaults()
	if err != nil {
		return err
	}
	s := r.Plan.step(step)
	if s == nil {
		return fmt.Errorf("the plan has no step %q", step)
	}
	var row runRow
	if err := r.DB.GetContext(ctx, &row, runOfChunk, run); err != nil {
		return err
	}
	c := claim{query: chunkTake, args: []any{run, step, seq}, lock: leadLock(run), joined: true, once: true}
	return r.work(ctx, row.toRun(), s, c)
}

// ErrStopped is returned by Join when the coordinator stopped the run, or a person took it back.
var ErrStopped = errors.New("the night was stopped")

// longestPause is the longest one between two tries to reach a database that is gone.
const longestPause = 5 * time.Second

// Join takes part in the run of a business date that another process leads by Run, whether it has opened it yet or not,
// until that run is closed. It returns ErrStopped if the run was stopped meanwhile, ErrPlanChanged if it is of
// another plan, and ErrDate, ErrGap, ErrClosed or ErrBeforeBook for a date that its coordinator would refuse. If the database
// is gone it waits for it, as long as the Runner's patience lasts. When ctx ends it finishes the chunks that it has begun.
func (r *Runner) Join(ctx context.Context, d rules.Date) error {
	r, err := r.withDefaults()
	if err != nil {
		return err
	}
	work, end := r.outlive(ctx)
	defer end()
	j := &joining{runner: r, date: d}
	for absent := time.Duration(0); ; { // since the database was there
		over, err := j.take(work)
		next := glance
		switch {
		case database.IsConnectionLost(err) && absent < r.Patience:
			next = min(absent+glance, longestPause) // twice as long each time
			absent += next
			r.Log.WithError(err).WithField("again_in", next.String()).Warn("lost the database")
		case err != nil || over:
			return err
		default:
			absent = 0
		}
		if err := pause(ctx, next); err != nil {
			return err
		}
	}
}

// joining is a worker that joins a run.
type joining struct {
	runner *Runner
	date   rules.Date
	run    int64 // the one that was seen running; 0: none yet
}

type joinedRow struct {
	Run            int64      `db:"run"`
	PreviousDate   rules.Date `db:"previous_date"`
	LastLoan       int64      `db:"last_loan"`
	State          string     `db:"state"`
	StoppedBecause string     `db:"stopped_because"`
	PlanHash       string     `db:"plan_hash"`
	Step           string     `db:"step"` // the one that is open, or empty
}

// take looks how the run stands and takes chunks of the step that is open. It reports whether the run is over.
func (j *joining) take(ctx context.Context) (over bool, err error) {
	var rows []joinedRow
	if err := j.runner.DB.SelectContext(ctx, &rows, runJoin, j.date); err != nil {
		return false, err
	}
	if len(rows) == 0 {
		if j.run > 0 {
			return false, fmt.Errorf("%w: run %d was abandoned", ErrStopped, j.run)
		}
		return false, j.runner.checkJoin(ctx, j.date)
	}
	switch now := rows[0]; {
	case now.State == "CLOSED":
		return true, nil
	case now.State == "STOPPED" && j.run > 0:
		return false, fmt.Errorf("%w: %s", ErrStopped, now.StoppedBecause)
	case now.State == "RUNNING" && now.PlanHash != j.runner.Plan.Hash():
		return false, fmt.Errorf("%w: run %d", ErrPlanChanged, now.Run)
	case now.State == "RUNNING":
		j.run = now.Run
		return false, j.chunks(ctx, now)
	}
	return false, nil
}

// chunks takes chunks of the step that is open.
func (j *joining) chunks(ctx context.Context, now joinedRow) error {
	s := j.runner.Plan.step(now.Step)
	if s == nil {
		return nil
	}
	run := Run{ID: now.Run, Date: j.date, Previous: now.PreviousDate, LastLoan: now.LastLoan}
	if err := j.runner.workers(ctx, run, s, j.runner.claim(run, s.Name())); err != nil {
		return fmt.Errorf("run %s: step %s: %w", j.date, now.Step, err)
	}
	return nil
}

package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"golang.org/x/sync/errgroup"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

var (
	// ErrBraked: a brake stopped the run before its changes were final. It is a *BrakedError.
	ErrBraked = errors.New("a brake stopped the night")
	// ErrNotBraked: a brake is accepted that did not stop the run.
	ErrNotBraked = errors.New("that brake did not stop the night")
)

// BrakedError says which brakes stopped a run.
type BrakedError struct {
	Date   rules.Date
	Brakes []BrakeSummary
	Says   string // what is written, and what not
}

// Error says the numbers beside their limits and those of the last three nights.
func (e *BrakedError) Error() string {
	says := make([]string, len(e.Brakes))
	for i := range e.Brakes {
		says[i] = e.Brakes[i].String()
	}
	return fmt.Sprintf("%v: %s; %s", ErrBraked, strings.Join(says, "; "), e.Says)
}

// Is makes it ErrBraked, and ErrRedo: a step that is judged by what its chunks made does it again.
func (e *BrakedError) Is(target error) bool { return target == ErrBraked || target == ErrRedo }

// BrakeSummary is a brake that stopped a run. State: BRAKED, ACCEPTED, or PASSED when the numbers were other ones the next time.
type BrakeSummary struct {
	Brake       string        `json:"brake" db:"brake"`
	About       string        `json:"about,omitempty" db:"about"`
	State       string        `json:"state" db:"state"`
	Now         int64         `json:"now" db:"now"` // loans, cents, days or records
	Whole       int64         `json:"whole" db:"whole"`
	Allowed     int64         `json:"allowed" db:"allowed"`
	Before      pq.Int64Array `json:"before" db:"before"` // of the last three nights or files, the latest first
	AcceptedBy  string        `json:"accepted_by,omitempty" db:"accepted_by"`
	AcceptedWhy string        `json:"accepted_why,omitempty" db:"accepted_why"`
	AcceptedAt  *time.Time    `json:"accepted_at,omitempty" db:"accepted_at"`
}

// String is the brake with its numbers.
func (s *BrakeSummary) String() string {
	b, _ := FindBrake(s.Brake)
	about := ""
	if s.About != "" {
		about = " of " + s.About
	}
	limit := "at most " + b.Text(s.Allowed)
	if b.Unit == Records {
		limit = fmt.Sprintf("usual are %s, give or take %s", b.Text(s.Whole), b.Text(s.Allowed))
	}
	return fmt.Sprintf("%s%s %s (%s; before: %s)", s.Brake, about, b.Text(s.Now), limit, s.BeforeText())
}

// BeforeText lists the numbers of the last three nights or files.
func (s *BrakeSummary) BeforeText() string {
	b, _ := FindBrake(s.Brake)
	texts := make([]string, len(s.Before))
	for i, n := range s.Before {
		texts[i] = b.Text(n)
	}
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}

// covers reports whether this brake was accepted at numbers at least as far beyond.
func (s *BrakeSummary) covers(m *Measure) bool {
	accepted := Measure{Brake: s.Brake, Now: s.Now, Whole: s.Whole}
	return s.State == "ACCEPTED" && s.Brake == m.Brake && s.About == m.About && accepted.Weight() >= m.Weight()
}

// brakes reports whether a step of a run is judged: the first night of a book is not.
func (r *Runner) brakes(run Run) bool { return run.Previous != 0 && len(r.Limits) > 0 }

// rehearse judges a step before its chunks by what they would do. Chunks that an earlier attempt did count as they are; a step
// that did them all was judged.
func (r *Runner) rehearse(ctx context.Context, run Run, s Step) error {
	rehearser, ok := s.(Rehearser)
	if !ok || !r.brakes(run) {
		return nil
	}
	pending, err := r.ranges(ctx, run, s)
	if err != nil {
		return err
	}
	sums, done, err := r.sums(ctx, run, s)
	if err != nil || len(pending) == 0 && done > 0 {
		return err
	}
	says := "no loan is changed and no file is made"
	if done > 0 {
		says = fmt.Sprintf("%d chunks were done before, %d are not, and no file is made", done, len(pending))
	}
	if !r.Limits.anyOf(rehearser.Counted()) {
		return r.judge(ctx, run, rehearser, sums, says)
	}
	var mu sync.Mutex
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(r.Workers)
	for _, c := range pending {
		group.Go(func() error {
			if err := r.halted(); err != nil {
				return err
			}
			tally, err := r.rehearseChunk(groupCtx, rehearser, c)
			if err != nil {
				return fmt.Errorf("rehearse chunk %d: %w", c.Seq, err)
			}
			mu.Lock()
			defer mu.Unlock()
			for i, part := range append([]Tally{tally}, tally.Others...) {
				sums[parts(s)[i].Name] = sums[parts(s)[i].Name].plus(part)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return r.judge(ctx, run, rehearser, sums, says)
}

func (r *Runner) rehearseChunk(ctx context.Context, s Rehearser, c Chunk) (tally Tally, err error) {
	err = database.InSnapshot(ctx, r.DB, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, chunkPlan); err != nil {
			return err
		}
		tally, err = s.Rehearse(ctx, tx, c)
		return err
	})
	return tally, err
}

// plus adds the numbers of another tally.
func (t Tally) plus(o Tally) Tally {
	t.Amount += o.Amount
	for name, n := range o.Counts {
		t.Count(name, n)
	}
	return t
}

// ranges lists a step's chunks that are not done.
func (r *Runner) ranges(ctx context.Context, run Run, s Step) ([]Chunk, error) {
	var rows []struct {
		Seq   int   `db:"seq"`
		After int64 `db:"after_loan"`
		Last  int64 `db:"last_loan"`
	}
	if err := r.DB.SelectContext(ctx, &rows, chunkRanges, run.ID, s.Name()); err != nil {
		return nil, err
	}
	chunks := make([]Chunk, len(rows))
	for i, row := range rows {
		chunks[i] = Chunk{Run: run.ID, Date: run.Date, Previous: run.Previous, Again: run.Again, Loans: run.Loans, Seq: row.Seq, After: row.After, Last: row.Last}
	}
	return chunks, nil
}

// sums adds up what the chunks of a step's parts have done, and counts those of the first part.
func (r *Runner) sums(ctx context.Context, run Run, s Step) (sums map[string]Tally, done int, err error) {
	var rows []struct {
		Step   string      `db:"step"`
		Amount rules.Cents `db:"amount_cents"`
		Counts string      `db:"counts"`
	}
	var names []string
	for _, part := range parts(s) {
		names = append(names, part.Name)
	}
	if err := r.DB.SelectContext(ctx, &rows, chunkSums, run.ID, pq.Array(names)); err != nil {
		return nil, 0, err
	}
	sums = map[string]Tally{}
	for _, row := range rows {
		tally := Tally{Amount: row.Amount}
		if err := json.Unmarshal([]byte(row.Counts), &tally.Counts); err != nil {
			return nil, 0, err
		}
		sums[row.Step] = sums[row.Step].plus(tally)
		if row.Step == s.Name() {
			done++
		}
	}
	return sums, done, nil
}

// judgeDone judges a step by what its chunks made, before it finishes.
func (r *Runner) judgeDone(ctx context.Context, run Run, s Step) error {
	measured, ok := s.(Measured)
	if _, before := s.(Rehearser); !ok || before || !r.brakes(run) {
		return nil
	}
	sums, _, err := r.sums(ctx, run, s)
	if err != nil {
		return err
	}
	says := "the loans' states of the night are written, no file is made"
	if run.Again {
		says = "nothing is changed"
	}
	return r.judge(ctx, run, measured, sums, says)
}

// judge holds a step's numbers against the limits. If one is beyond its limit and nobody has accepted that, it notes so and
// stops the run, on disk before it is said, and returns a *BrakedError.
func (r *Runner) judge(ctx context.Context, run Run, s Measured, sums map[string]Tally, says string) error {
	braked := &BrakedError{Date: run.Date, Says: says}
	err := run.InTx(ctx, r.DB, func(tx *sqlx.Tx) error {
		measures, err := s.Measure(ctx, tx, run, sums, r.Limits.asks)
		if err != nil {
			return fmt.Errorf("measure: %w", err)
		}
		var known []BrakeSummary
		if err := tx.SelectContext(ctx, &known, brakeFind, run.ID, s.Name()); err != nil {
			return err
		}
		if braked.Brakes = r.Limits.verdict(measures, known); len(braked.Brakes) == 0 && len(known) == 0 {
			return nil
		}
		return r.noteBraked(ctx, tx, run, s, braked)
	})
	if err != nil || len(braked.Brakes) == 0 {
		return err
	}
	return braked
}

// verdict returns what stops a run: the measures that are beyond their limits and not accepted.
func (l Limits) verdict(measures []Measure, known []BrakeSummary) (braked []BrakeSummary) {
	for i := range measures {
		m := &measures[i]
		allowed, beyond := l.beyond(m)
		covered := slices.ContainsFunc(known, func(k BrakeSummary) bool { return k.covers(m) })
		if beyond && !covered {
			braked = append(braked, BrakeSummary{Brake: m.Brake, About: m.About, State: "BRAKED", Now: m.Now, Whole: m.Whole, Allowed: allowed, Before: m.Before})
		}
	}
	return braked
}

// noteBraked writes what stops a step, and stops the run.
func (r *Runner) noteBraked(ctx context.Context, tx *sqlx.Tx, run Run, s Step, braked *BrakedError) error {
	if _, err := tx.ExecContext(ctx, brakePass, run.ID, s.Name()); err != nil {
		return err
	}
	for i := range braked.Brakes {
		b := &braked.Brakes[i]
		_, err := tx.ExecContext(ctx, brakeAdd, run.ID, s.Name(), b.Brake, b.About, b.Now, b.Whole, b.Allowed, database.IntArray(b.Before), r.Now())
		if err != nil {
			return fmt.Errorf("note what stopped the run: %w", err)
		}
	}
	if len(braked.Brakes) == 0 {
		return nil
	}
	return changeOne(ctx, tx, "stop the run", runStop, run.ID, braked.Error())
}

// accept writes that a person lets a run go on. It returns ErrNotBraked for a brake that did not stop it. One that was accepted
// before stays as it is: a run that was killed after that is resumed by the same command.
func (r *Runner) accept(ctx context.Context, tx *sqlx.Tx, run int64) error {
	if len(r.Accept) == 0 {
		return nil
	}
	var known []BrakeSummary
	if run != 0 {
		if err := tx.SelectContext(ctx, &known, brakeFind, run, ""); err != nil {
			return err
		}
	}
	states := map[string][]string{}
	var stopped []string
	for i := range known {
		if states[known[i].Brake] = append(states[known[i].Brake], known[i].State); known[i].State == "BRAKED" {
			stopped = append(stopped, known[i].Brake)
		}
	}
	for _, name := range r.Accept {
		has := strings.Join(states[name], " ")
		switch {
		case strings.Contains(has, "BRAKED"):
			if err := r.permit(ctx, tx, ActAcceptBrake, fmt.Sprintf("run %d: %s", run, name), r.AcceptWhy); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, brakeAccept, run, name, r.Who, r.AcceptWhy, r.Now()); err != nil {
				return err
			}
		case !strings.Contains(has, "ACCEPTED"):
			return fmt.Errorf("%w: %s; %s", ErrNotBraked, name, stoppedBy(stopped))
		}
	}
	return nil
}

// stoppedBy says which brakes wait for a person.
func stoppedBy(names []string) string {
	if len(names) == 0 {
		return "none did"
	}
	return "it was stopped by " + strings.Join(names, ", ")
}

package book

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Move makes moves of a loan on business date d: it is in its new state for whoever looks at it next, and Save writes it.
func (l *Loan) Move(moves []rules.Move, d rules.Date) {
	if len(l.moves) == 0 {
		l.from = l.Status
	}
	for _, move := range moves {
		l.State = l.State.After(move, d)
	}
	l.Facts.State = l.State
	l.moves = append(l.moves, moves...)
	l.repack = true
}

// ErrWoken is returned by Save when a loan is no longer at the version at which it was locked. Nothing of the chunk is
// written; it can be done again.
var ErrWoken = errors.New("a loan was woken while it was decided")

// Save writes what a pass made of the loans of a chunk: states and history of those that moved, packed rows of those that
// changed, and when each is looked at next. A loan that drifted stays awake: the next night finds it right again.
func (v Vault) Save(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, loans []*Loan, next func(*Loan) rules.Date) error {
	if err := saveMoves(ctx, tx, c, loans); err != nil {
		return err
	}
	if err := v.savePacked(ctx, tx, loans); err != nil {
		return err
	}
	if err := sleep(ctx, tx, loans, next); err != nil {
		return err
	}
	var drifted []int64
	for _, l := range loans {
		if l.Drifted {
			drifted = append(drifted, l.Facts.Loan)
		}
	}
	return Wake(ctx, tx, drifted, Drift)
}

func (v Vault) savePacked(ctx context.Context, tx *sqlx.Tx, loans []*Loan) error {
	var keys []int64
	var packed [][]byte
	for _, l := range loans {
		if l.repack {
			keys = append(keys, l.Facts.Loan)
			row, err := v.pack(l.Facts)
			if err != nil {
				return fmt.Errorf("pack facts: %w", err)
			}
			packed = append(packed, row)
		}
	}
	return writePacked(ctx, tx, keys, packed)
}

func writePacked(ctx context.Context, tx *sqlx.Tx, keys []int64, packed [][]byte) error {
	if len(keys) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, accountPack, database.IntArray(keys), pq.ByteaArray(packed)); err != nil {
		return fmt.Errorf("write packed rows: %w", err)
	}
	return nil
}

// sleep puts loans to sleep at the versions at which they were locked.
func sleep(ctx context.Context, tx *sqlx.Tx, loans []*Loan, next func(*Loan) rules.Date) error {
	if len(loans) == 0 {
		return nil
	}
	keys := make([]int64, len(loans))
	versions := make([]int64, len(loans))
	dates := make(pq.StringArray, len(loans))
	for i, l := range loans {
		keys[i], versions[i], dates[i] = l.Facts.Loan, l.version, "infinity"
		if on := next(l); on != rules.Never {
			dates[i] = on.String()
		}
	}
	result, err := tx.ExecContext(ctx, wakeSleep, database.IntArray(keys), database.IntArray(versions), dates)
	if err != nil {
		return fmt.Errorf("put loans to sleep: %w", err)
	}
	if slept, err := result.RowsAffected(); err != nil || slept != int64(len(loans)) {
		return errors.Join(fmt.Errorf("%w: %d of %d are as they were locked", ErrWoken, slept, len(loans)), err)
	}
	return nil
}

// stateRow is the state that a loan's moves leave.
type stateRow struct {
	Loan         int64        `json:"loan"`
	Status       rules.Status `json:"status"`
	ClosedOn     *rules.Date  `json:"closed_on"`
	Episode      int          `json:"episode"`
	CountFrom    rules.Date   `json:"count_from"`
	ReopenedOn   *rules.Date  `json:"reopened_on"`
	ChargedOffOn *rules.Date  `json:"charged_off_on"`
	ChargeOff    *int64       `json:"charge_off_cents"`
}

// restoredRow is a loan that is where it was before the date, and the number of its last closure.
type restoredRow struct {
	Loan    int64 `json:"loan"`
	Episode int   `json:"episode"`
}

// historyRow is one move in the history (ST4).
type historyRow struct {
	Loan        int64        `json:"loan"`
	Ordinal     int          `json:"ordinal"`
	From        rules.Status `json:"from_status"`
	To          rules.Status `json:"to_status"`
	EffectiveOn rules.Date   `json:"effective_on"`
	ClosedOn    *rules.Date  `json:"closed_on"`
	Rule        string       `json:"rule"`
	Facts       rules.Facts  `json:"facts"`
}

// optional is nil for the absent date.
func optional(d rules.Date) *rules.Date {
	if d == 0 {
		return nil
	}
	return &d
}

func saveMoves(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, loans []*Loan) error {
	var states []stateRow
	var history []historyRow
	var moved []int64
	var restored []restoredRow
	for _, l := range loans {
		if len(l.moves) == 0 && l.repeated == nil {
			continue
		}
		from, moves := l.from, l.moves
		if r := l.repeated; r != nil {
			from = r.After.Status
			if from != r.Before.Status {
				moves = append([]rules.Move{r.TakenBack(c.Date)}, moves...)
			}
		}
		for i, move := range moves {
			history = append(history, historyRow{
				Loan: l.Facts.Loan, Ordinal: i + 1, From: from, To: move.To, EffectiveOn: move.EffectiveOn,
				ClosedOn: optional(move.ClosedOn), Rule: move.Rule, Facts: move.Facts,
			})
			from = move.To
		}
		s := &l.Facts.State
		if len(l.moves) == 0 {
			restored = append(restored, restoredRow{l.Facts.Loan, s.Episode})
			continue
		}
		moved = append(moved, l.Facts.Loan)
		row := stateRow{
			Loan: l.Facts.Loan, Status: s.Status, ClosedOn: optional(s.ClosedOn), Episode: s.Episode, CountFrom: s.CountFrom,
			ReopenedOn: optional(s.ReopenedOn), ChargedOffOn: optional(s.ChargedOffOn),
		}
		if s.ChargeOff != 0 {
			amount := int64(s.ChargeOff)
			row.ChargeOff = &amount
		}
		states = append(states, row)
	}
	if len(moved) > 0 {
		if _, err := tx.ExecContext(ctx, stateKeep, c.Date, database.IntArray(moved)); err != nil {
			return fmt.Errorf("keep the states before: %w", err)
		}
	}
	if err := database.WriteRows(ctx, tx, stateRestore, restored); err != nil {
		return fmt.Errorf("take states back: %w", err)
	}
	if err := database.WriteRows(ctx, tx, stateWrite, states, c.Date); err != nil {
		return fmt.Errorf("write states: %w", err)
	}
	if err := database.WriteRows(ctx, tx, historyAdd, history, c.Run, c.Date); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

package batch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// BetweenNights does work in one transaction that commits only while this process holds the book, and is on disk when it returns
// nil: all of the work is done or nothing. No run is under way meanwhile. direct is as a Runner's.
//
// Errors to branch on: ErrLocked, ErrLockLost, and ErrUnfinished if a run has stopped.
func BetweenNights(ctx context.Context, db, direct *sqlx.DB, work func(ctx context.Context, tx *sqlx.Tx) error) error {
	book, err := LockBook(ctx, direct)
	if err != nil {
		return err
	}
	defer book.Release()
	return book.Do(ctx, func(ctx context.Context) error {
		return database.InDurableTx(ctx, db, fenced(ctx, book, func(tx *sqlx.Tx) error {
			var unfinished rules.Date
			switch err := tx.GetContext(ctx, &unfinished, runUnfinished); {
			case err == nil:
				return fmt.Errorf("%w: %s", ErrUnfinished, unfinished)
			case !errors.Is(err, sql.ErrNoRows):
				return err
			}
			if _, err := tx.ExecContext(ctx, chunkPlan); err != nil {
				return err
			}
			return work(ctx, tx)
		}))
	})
}

// ChunksOf returns the chunks of a step of a run.
func ChunksOf(ctx context.Context, tx *sqlx.Tx, run int64, step string) ([]Chunk, error) {
	var rows []struct {
		Seq      int        `db:"seq"`
		After    int64      `db:"after_loan"`
		Last     int64      `db:"last_loan"`
		Date     rules.Date `db:"business_date"`
		Previous rules.Date `db:"previous_date"`
	}
	if err := tx.SelectContext(ctx, &rows, chunksOf, run, step); err != nil {
		return nil, fmt.Errorf("read the chunks of run %d: %w", run, err)
	}
	chunks := make([]Chunk, len(rows))
	for i, r := range rows {
		chunks[i] = Chunk{Run: run, Date: r.Date, Previous: r.Previous, Seq: r.Seq, After: r.After, Last: r.Last}
	}
	return chunks, nil
}

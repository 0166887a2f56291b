package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Stop is a loan that a night stops to service, and why.
type Stop struct {
	Loan   int64       `json:"loan"`
	Reason string      `json:"reason"`
	Rule   string      `json:"rule"`
	Facts  rules.Facts `json:"facts"`
}

// Serviced gives those of some loans that are serviced.
func Serviced(ctx context.Context, tx *sqlx.Tx, loans []int64) ([]int64, error) {
	var serviced []int64
	if err := tx.SelectContext(ctx, &serviced, servicedRead, database.IntArray(loans)); err != nil {
		return nil, fmt.Errorf("read servicing statuses: %w", err)
	}
	return serviced, nil
}

// StopServicing makes loans that are serviced not serviced, each with a row of history (ST3, ST4). Nothing that is packed
// changes.
func StopServicing(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, stops []Stop) error {
	if err := database.WriteRows(ctx, tx, servicingStop, stops, c.Run, c.Date); err != nil {
		return fmt.Errorf("stop servicing loans: %w", err)
	}
	return nil
}

package look

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Run is a run with its sums.
type Run struct {
	Run            int64       `json:"run" db:"run"`
	BusinessDate   rules.Date  `json:"business_date" db:"business_date"`
	PreviousDate   *rules.Date `json:"previous_date" db:"previous_date"`
	State          string      `json:"state" db:"state"`
	StoppedBecause string      `json:"stopped_because,omitempty" db:"stopped_because"`
	Version        string      `json:"program_version" db:"program_version"`
	Who            string      `json:"who" db:"who"`
	Why            string      `json:"why" db:"why"`
	Started        time.Time   `json:"started" db:"started_at"`
	Finished       *time.Time  `json:"finished" db:"finished_at"`
	Changed        int64       `json:"changed" db:"changed_count"`
	Exceptions     int64       `json:"exceptions" db:"exceptions"`
	Files          int64       `json:"files" db:"files"`
}

// Runs returns every run, the newest first.
func Runs(ctx context.Context, db *sqlx.DB) ([]Run, error) {
	runs := []Run{}
	if err := db.SelectContext(ctx, &runs, inquiryRuns); err != nil {
		return nil, fmt.Errorf("read the runs: %w", err)
	}
	return runs, nil
}

// LastClosed returns the last business date that was closed, 0 if none was.
func LastClosed(ctx context.Context, db *sqlx.DB) (rules.Date, error) {
	var d rules.Date
	if err := db.GetContext(ctx, &d, inquiryLastClosed); err != nil {
		return 0, fmt.Errorf("read the last closed business date: %w", err)
	}
	return d, nil
}

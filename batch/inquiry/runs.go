package inquiry

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Run is a run with its sums.
type Run struct {
	Run            int64       `json:"run" db:"run"`
	BusinessDate   rules.Date  `json:"business_date" db:"business_date"`
	PreviousDate   *rules.Date `json:"previous_date" db:"previous_date"`
	Attempt        int         `json:"attempt" db:"attempt"` // at that date, from 1
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

// Runs lists the runs, the newest first. The key is the run's number.
func Runs(ctx context.Context, db *sqlx.DB, p Page) (List[Run], error) {
	before, err := p.before()
	if err != nil {
		return List[Run]{}, err
	}
	l, err := list(ctx, db, p, func(r *Run) string { return strconv.FormatInt(r.Run, 10) }, inquiryRuns, before)
	if err != nil {
		return l, fmt.Errorf("read the runs: %w", err)
	}
	return l, nil
}

// Standing is how far the nights have come.
type Standing struct {
	Closed     rules.Date `db:"closed"`     // the last business date that was closed, 0 if none was
	Unfinished rules.Date `db:"unfinished"` // the business date of the unfinished run, 0 if there is none
	Braked     bool       `db:"braked"`     // a brake stopped it, and nobody has let it go on
}

// Stand returns how far the nights have come.
func Stand(ctx context.Context, db *sqlx.DB) (s Standing, err error) {
	if err := db.GetContext(ctx, &s, inquiryStanding); err != nil {
		return Standing{}, fmt.Errorf("read how far the nights have come: %w", err)
	}
	return s, nil
}

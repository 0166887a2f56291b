package batch

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Summary is what the ledger says of a run.
type Summary struct {
	Run            int64              `json:"run" db:"run"`
	BusinessDate   rules.Date         `json:"business_date" db:"business_date"`
	PreviousDate   rules.Date         `json:"previous_date" db:"previous_date"`
	Attempt        int                `json:"attempt" db:"attempt"` // at that date, from 1
	State          string             `json:"state" db:"state"`
	StoppedBecause string             `json:"stopped_because,omitempty" db:"stopped_because"`
	Version        string             `json:"program_version" db:"program_version"`
	Who            string             `json:"who" db:"who"`
	Why            string             `json:"why" db:"why"`
	Started        time.Time          `json:"started" db:"started_at"`
	Finished       *time.Time         `json:"finished" db:"finished_at"`
	Steps          []StepSummary      `json:"steps"`
	Files          []FileSummary      `json:"files"`
	Exceptions     []ExceptionSummary `json:"exceptions"`
	ExceptionLoans int64              `json:"exception_loans" db:"exception_loans"` // each once, whatever the steps and reasons
	ExceptionRows  int64              `json:"-" db:"exception_rows"`                // of which Exceptions holds the first ones
	Brakes         []BrakeSummary     `json:"brakes,omitempty"`
}

// StepSummary sums the chunks of one step. Amount is the money that was moved, where the step has one.
type StepSummary struct {
	Step       string           `json:"step" db:"step"`
	State      string           `json:"state" db:"state"`
	Chunks     int64            `json:"chunks" db:"chunks"`
	Pending    int64            `json:"pending" db:"pending"`
	Read       int64            `json:"read" db:"read_count"`
	Changed    int64            `json:"changed" db:"changed_count"`
	Amount     rules.Cents      `json:"amount" db:"amount_cents"`
	Exceptions int64            `json:"exceptions" db:"exceptions"`
	Seconds    float64          `json:"seconds" db:"seconds"`
	Counts     map[string]int64 `json:"counts"`
}

// FileSummary is a file of the bureaus with its state.
type FileSummary struct {
	File        int64      `json:"file" db:"file"`
	Run         int64      `json:"run" db:"run"`
	Program     string     `json:"program_id" db:"program_id"`
	Destination string     `json:"destination" db:"destination"`
	AsOf        rules.Date `json:"as_of" db:"as_of"`
	CreatedOn   rules.Date `json:"created_on" db:"created_on"`
	State       string     `json:"state" db:"state"`
	StateWhy    string     `json:"state_why,omitempty" db:"state_why"`
	Name        string     `json:"name" db:"name"`
	Path        string     `json:"path" db:"path"`
	SHA256      string     `json:"sha256" db:"sha256"`
	Bytes       int64      `json:"bytes" db:"bytes"`
	Records     int64      `json:"records" db:"records"`
	Excluded    int64      `json:"excluded" db:"excluded"`
	Deletions   int64      `json:"deletions" db:"deletions"`
}

// ExceptionSummary is a quarantined loan. ResolvedRun 0: still quarantined.
type ExceptionSummary struct {
	Step        string `json:"step" db:"step"`
	LoanID      string `json:"loan_id" db:"loan_id"`
	Code        string `json:"code" db:"code"`
	Detail      string `json:"detail" db:"detail"`
	FirstRun    int64  `json:"first_run" db:"first_run"`
	ResolvedRun int64  `json:"resolved_run,omitempty" db:"resolved_run"`
}

// maxExceptions bounds Summary.Exceptions, which a book that is bad as a whole would fill.
const maxExceptions = 1000

// LoadSummary reads a run's summary from the ledger; sql.ErrNoRows if there is no such run.
func LoadSummary(ctx context.Context, db *sqlx.DB, run int64) (*Summary, error) {
	r := &Summary{Steps: []StepSummary{}, Files: []FileSummary{}, Exceptions: []ExceptionSummary{}}
	if err := db.GetContext(ctx, r, runShow, run); err != nil {
		return nil, fmt.Errorf("summary of run %d: %w", run, err)
	}
	if err := db.SelectContext(ctx, &r.Steps, runSteps, run); err != nil {
		return nil, fmt.Errorf("steps of run %d: %w", run, err)
	}
	if err := sumCounts(ctx, db, r); err != nil {
		return nil, fmt.Errorf("counts of run %d: %w", run, err)
	}
	if err := db.SelectContext(ctx, &r.Files, fileList, run); err != nil {
		return nil, fmt.Errorf("files of run %d: %w", run, err)
	}
	if err := db.SelectContext(ctx, &r.Exceptions, runExceptions, run, maxExceptions); err != nil {
		return nil, fmt.Errorf("exceptions of run %d: %w", run, err)
	}
	if err := db.SelectContext(ctx, &r.Brakes, brakeFind, run, ""); err != nil {
		return nil, fmt.Errorf("brakes of run %d: %w", run, err)
	}
	return r, nil
}

// sumCounts adds up the named counts of each step's chunks.
func sumCounts(ctx context.Context, db *sqlx.DB, r *Summary) error {
	var chunks []struct {
		Step   string `db:"step"`
		Counts string `db:"counts"`
	}
	if err := db.SelectContext(ctx, &chunks, runCounts, r.Run); err != nil {
		return err
	}
	sums := map[string]map[string]int64{}
	for _, c := range chunks {
		var counts map[string]int64
		if err := json.Unmarshal([]byte(c.Counts), &counts); err != nil {
			return err
		}
		if sums[c.Step] == nil {
			sums[c.Step] = map[string]int64{}
		}
		for name, n := range counts {
			sums[c.Step][name] += n
		}
	}
	for i := range r.Steps {
		r.Steps[i].Counts = sums[r.Steps[i].Step]
	}
	return nil
}

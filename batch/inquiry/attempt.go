package inquiry

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Difference is how another attempt at a business date differs from those before it: the states of loans, and the files.
type Difference struct {
	Run          int64           `json:"run" db:"run"`
	BusinessDate rules.Date      `json:"business_date" db:"business_date"`
	Attempt      int             `json:"attempt" db:"attempt"`
	Moves        []NightMove     `json:"moves"`
	Files        []AttemptFile   `json:"files"`
	Records      []AttemptRecord `json:"records"` // the first of each file
}

// AttemptFile is what another attempt found of a file. Outcome: SAME, REPLACED by NewFile, SENT: it differs and stays, and the next
// file of its destination says what differs; or LEFT: it was taken back and is not made again, because a later one counts.
type AttemptFile struct {
	File        int64      `json:"file" db:"file"`
	Program     string     `json:"program_id" db:"program_id"`
	Destination string     `json:"destination" db:"destination"`
	AsOf        rules.Date `json:"as_of" db:"as_of"`
	Outcome     string     `json:"outcome" db:"outcome"`
	NewFile     *int64     `json:"new_file" db:"new_file"`
	OldSHA256   string     `json:"old_sha256" db:"old_sha256"`
	NewSHA256   string     `json:"new_sha256" db:"new_sha256"` // of the file as it is, or would be; empty: it is left
	Added       int64      `json:"added" db:"added"`           // records
	Removed     int64      `json:"removed" db:"removed"`
	Changed     int64      `json:"changed" db:"changed"`
}

// AttemptRecord is a record that differs between two generations of a file. Fields are keys of the record format; what identifies a
// person is not shown. Amounts are whole dollars.
type AttemptRecord struct {
	File        int64          `json:"file" db:"file"`
	LoanID      string         `json:"loan_id" db:"loan_id"`
	Change      string         `json:"change" db:"change"` // added, removed or changed
	Fields      pq.StringArray `json:"fields" db:"fields"`
	From        string         `json:"from_status" db:"from_status"`
	FromPastDue int64          `json:"from_amount_past_due" db:"from_past_due"`
	FromDOFD    *rules.Date    `json:"from_date_first_delinquency" db:"from_dofd"`
	To          string         `json:"to_status" db:"to_status"`
	ToPastDue   int64          `json:"to_amount_past_due" db:"to_past_due"`
	ToDOFD      *rules.Date    `json:"to_date_first_delinquency" db:"to_dofd"`
}

var (
	inquiryAttemptMovesFirst   = database.Query("inquiry", "InquiryAttemptMovesFirst")
	inquiryAttemptRecordsFirst = database.Query("inquiry", "InquiryAttemptRecordsFirst")
)

// AttemptDifferences reads of Differences the files, and the first moves and records up to a limit: one more says that there are more.
func AttemptDifferences(ctx context.Context, db *sqlx.DB, run int64, limit int) (*Difference, error) {
	d := Difference{Moves: []NightMove{}, Files: []AttemptFile{}, Records: []AttemptRecord{}}
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		if err := tx.GetContext(ctx, &d, inquiryAttempt, run); err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &d.Moves, inquiryAttemptMovesFirst, run, limit+1); err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &d.Files, inquiryAttemptFiles, run); err != nil {
			return err
		}
		return tx.SelectContext(ctx, &d.Records, inquiryAttemptRecordsFirst, run, limit+1)
	})
	if err != nil {
		return nil, fmt.Errorf("read how run %d differs: %w", run, err)
	}
	return &d, nil
}

// FirstMoves reads of Changes the first moves up to a limit, and no tradelines: one more says that there are more.
func FirstMoves(ctx context.Context, db *sqlx.DB, run int64, limit int) (*NightChanges, error) {
	n := NightChanges{Moves: []NightMove{}, Tradelines: []NightTradeline{}}
	if err := db.SelectContext(ctx, &n.Moves, inquiryAttemptMovesFirst, run, limit+1); err != nil {
		return nil, fmt.Errorf("read what run %d moved: %w", run, err)
	}
	return &n, nil
}

// Differences reads how an attempt differs from those before it; sql.ErrNoRows if there is no such run.
func Differences(ctx context.Context, db *sqlx.DB, run int64) (*Difference, error) {
	d := Difference{Moves: []NightMove{}, Files: []AttemptFile{}, Records: []AttemptRecord{}}
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		if err := tx.GetContext(ctx, &d, inquiryAttempt, run); err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &d.Moves, inquiryNightMoves, run, nil); err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &d.Files, inquiryAttemptFiles, run); err != nil {
			return err
		}
		return tx.SelectContext(ctx, &d.Records, inquiryAttemptRecords, run)
	})
	if err != nil {
		return nil, fmt.Errorf("read how run %d differs: %w", run, err)
	}
	return &d, nil
}

package look

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
)

// Files returns every file of the bureaus, the newest last.
func Files(ctx context.Context, db *sqlx.DB) ([]batch.FileSummary, error) {
	files := []batch.FileSummary{}
	if err := db.SelectContext(ctx, &files, fileList, 0); err != nil {
		return nil, fmt.Errorf("read the files: %w", err)
	}
	return files, nil
}

// FileNumber finds a file of the bureaus by its number, its name or its path; ErrNotFound if there is none.
func FileNumber(ctx context.Context, db *sqlx.DB, file string) (int64, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return 0, err
	}
	var number int64
	err = db.GetContext(ctx, &number, inquiryFile, file, path)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("file %q: %w", file, err)
	}
	return number, nil
}

// Exclusion is a loan that a file left out, with the reason and the rule that decided (DC11).
type Exclusion struct {
	LoanID        string `json:"loan_id" db:"loan_id"`
	AccountNumber string `json:"account_number" db:"account_number"`
	Reason        string `json:"reason" db:"reason"`
	Rule          string `json:"rule" db:"rule"`
	Detail        string `json:"detail" db:"detail"`
}

// Exclusions yields the loans that a file left out in the order of their ids.
func Exclusions(ctx context.Context, db *sqlx.DB, file int64, yield func(*Exclusion) error) error {
	if err := stream(ctx, db, yield, inquiryExclusions, file); err != nil {
		return fmt.Errorf("read the exclusions of file %d: %w", file, err)
	}
	return nil
}

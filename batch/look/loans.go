package look

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Loan is the state of a loan.
type Loan struct {
	LoanID          string                `json:"loan_id" db:"loan_id"`
	AccountNumber   string                `json:"account_number" db:"account_number"`
	Status          rules.Status          `json:"status" db:"status"`
	StatusSince     rules.Date            `json:"status_since" db:"status_since"`
	ClosedOn        *rules.Date           `json:"closed_on" db:"closed_on"`
	ServicingStatus rules.ServicingStatus `json:"servicing_status" db:"servicing_status"`
	StopReason      *string               `json:"stop_reason" db:"stop_reason"`
}

// Loans yields the state of every loan in the order of their ids. Memory does not grow with the book.
func Loans(ctx context.Context, db *sqlx.DB, yield func(*Loan) error) error {
	if err := stream(ctx, db, yield, inquiryLoans); err != nil {
		return fmt.Errorf("read the loans: %w", err)
	}
	return nil
}

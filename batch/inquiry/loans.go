package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// LoanFilter says which loans are wanted; what is empty asks for nothing. Status is a whole status, its level or its sub-status.
type LoanFilter struct {
	Status, Servicing, Program, Product string
}

// Loans lists the states of loans in the order in which they came into the book. The key is the loan's id.
func Loans(ctx context.Context, db *sqlx.DB, wanted LoanFilter, p Page) (List[Loan], error) {
	after, err := loanKey(ctx, db, p)
	if err != nil {
		return List[Loan]{}, err
	}
	l, err := list(ctx, db, p, func(l *Loan) string { return l.LoanID }, inquiryLoans, after, wanted.Status, wanted.Servicing, wanted.Program, wanted.Product)
	if err != nil {
		return l, fmt.Errorf("read the loans: %w", err)
	}
	return l, nil
}

// loanKey finds the key of the loan after which a page begins, 0 for the start; ErrBadPage if there is no such loan.
func loanKey(ctx context.Context, db *sqlx.DB, p Page) (int64, error) {
	if p.After == "" {
		return 0, nil
	}
	var key int64
	err := db.GetContext(ctx, &key, inquiryLoanKey, p.After)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("%w: there is no loan %q", ErrBadPage, p.After)
	}
	if err != nil {
		return 0, fmt.Errorf("find loan %q: %w", p.After, err)
	}
	return key, nil
}

// LoanIDs lists up to limit loan ids that begin with a prefix, in their order.
func LoanIDs(ctx context.Context, db *sqlx.DB, prefix string, limit int) ([]string, error) {
	var ids []string
	if err := db.SelectContext(ctx, &ids, inquiryLoanIDs, prefix, limit); err != nil {
		return nil, fmt.Errorf("list loan ids: %w", err)
	}
	return slices.DeleteFunc(ids, func(id string) bool { return !strings.HasPrefix(id, prefix) }), nil
}

package inquiry

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Waiting is a deletion that waits for open receivables (DC3, Q72): its loan is left out of the file. The account number is masked.
type Waiting struct {
	Key           int64       `json:"-" db:"loan"`
	File          int64       `json:"file" db:"file"` // the last one of its destination
	Destination   string      `json:"destination" db:"destination"`
	LoanID        string      `json:"loan_id" db:"loan_id"`
	AccountNumber string      `json:"account_number" db:"account_number"`
	AsOf          rules.Date  `json:"as_of" db:"as_of"`
	Since         rules.Date  `json:"since" db:"since"` // the date of the first file that left the loan out for it
	TerminatedOn  *rules.Date `json:"terminated_on" db:"terminated_on"`
	Detail        string      `json:"detail" db:"detail"` // what it waits for
}

// WaitingDeletions lists the deletions that the last file of each destination left waiting, by file and in the order of the book.
// The key is FILE/LOAN.
func WaitingDeletions(ctx context.Context, db *sqlx.DB, p Page) (List[Waiting], error) {
	name, loan, err := p.pair()
	var file int64
	if err == nil && name != "" {
		if file, err = strconv.ParseInt(name, 10, 64); err != nil {
			err = fmt.Errorf("%w: %q is not the next key of this list", ErrBadPage, p.After)
		}
	}
	if err != nil {
		return List[Waiting]{}, err
	}
	l, err := list(ctx, db, p, func(w *Waiting) string { return fmt.Sprintf("%d/%d", w.File, w.Key) }, inquiryWaiting, file, loan, rules.DeletionWaits)
	if err != nil {
		return l, fmt.Errorf("read the deletions that wait: %w", err)
	}
	for i := range l.Rows {
		l.Rows[i].AccountNumber = MaskAccount(l.Rows[i].AccountNumber)
	}
	return l, nil
}

// Reopened is a loan that was closed and is open again. Its account number is masked.
type Reopened struct {
	LoanID          string                `json:"loan_id" db:"loan_id"`
	AccountNumber   string                `json:"account_number" db:"account_number"`
	Status          rules.Status          `json:"status" db:"status"`
	ReopenedOn      rules.Date            `json:"reopened_on" db:"effective_on"`
	From            rules.Status          `json:"from" db:"from_status"`
	Cause           string                `json:"cause" db:"cause"`
	Rule            string                `json:"rule" db:"rule"`
	Run             *int64                `json:"run" db:"run"`
	Operation       *int64                `json:"operation" db:"operation"`
	ServicingStatus rules.ServicingStatus `json:"servicing_status" db:"servicing_status"`
	StopReason      *string               `json:"stop_reason" db:"stop_reason"`
	Cancelled       bool                  `json:"schedules_cancelled" db:"cancelled"` // they do not come back (SP8)
}

// ReopenedLoans lists the loans that were closed and are open again, in the order of the book. The key is the loan's id.
func ReopenedLoans(ctx context.Context, db *sqlx.DB, p Page) (List[Reopened], error) {
	after, err := loanKey(ctx, db, p)
	if err != nil {
		return List[Reopened]{}, err
	}
	l, err := list(ctx, db, p, func(r *Reopened) string { return r.LoanID }, inquiryReopened, after)
	if err != nil {
		return l, fmt.Errorf("read the reopened loans: %w", err)
	}
	for i := range l.Rows {
		l.Rows[i].AccountNumber = MaskAccount(l.Rows[i].AccountNumber)
	}
	return l, nil
}

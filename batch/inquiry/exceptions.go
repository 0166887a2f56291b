package inquiry

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
)

// OpenException is a loan that a run could not decide. ResolvedRun nil: no later run could either.
type OpenException struct {
	Key         int64  `json:"-" db:"loan"`
	Step        string `json:"step" db:"step"`
	LoanID      string `json:"loan_id" db:"loan_id"`
	Code        string `json:"code" db:"code"`
	Detail      string `json:"detail" db:"detail"`
	FirstRun    int64  `json:"first_run" db:"first_run"`
	ResolvedRun *int64 `json:"resolved_run" db:"resolved_run"`
}

// Exceptions lists the loans that a run could not decide, by step and in the order of the book. The key is what
// the last page gave as Next.
func Exceptions(ctx context.Context, db *sqlx.DB, run int64, p Page) (List[OpenException], error) {
	step, loan, code, err := p.exception()
	if err != nil {
		return List[OpenException]{}, err
	}
	l, err := list(ctx, db, p, (*OpenException).key, inquiryRunExceptions, run, step, loan, code)
	if err != nil {
		return l, fmt.Errorf("read the exceptions of run %d: %w", run, err)
	}
	return l, nil
}

// key is STEP/LOAN/CODE, the primary key of an exception within its run; neither step nor code has a slash.
func (e *OpenException) key() string { return fmt.Sprintf("%s/%d/%s", e.Step, e.Key, e.Code) }

// exception takes such a key apart.
func (p Page) exception() (step string, loan int64, code string, err error) {
	if p.After == "" {
		return "", 0, "", nil
	}
	if parts := strings.Split(p.After, "/"); len(parts) == 3 {
		if loan, err = strconv.ParseInt(parts[1], 10, 64); err == nil {
			return parts[0], loan, parts[2], nil
		}
	}
	return "", 0, "", fmt.Errorf("%w: %q is not the next key of a list of exceptions", ErrBadPage, p.After)
}

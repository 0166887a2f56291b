package servicing

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
)

// SeenRequest says that a person has seen what a case changed in files (CA1).
type SeenRequest struct {
	Order
	CaseID string `json:"case_id"`
}

// SeenResult is what was marked as seen.
type SeenResult struct {
	Receipt
	CaseID  string       `json:"case_id"`
	Changes []SeenChange `json:"changes"` // none: all of them had been seen before
}

// SeenChange is one thing that a case changed of what files say of a loan.
type SeenChange struct {
	Loan   int64  `json:"-" db:"loan"`
	LoanID string `json:"loan_id" db:"loan_id"`
	Change string `json:"change" db:"change"`
	Rule   string `json:"rule" db:"rule"`
	Value  string `json:"value" db:"value"`
	File   int64  `json:"file" db:"file"`
}

func (r *SeenResult) unchanged() bool { return len(r.Changes) == 0 }

// Seen takes off the review list what a case changed in files up to now; what it changes later is listed again (CA1). That it waits
// for an acknowledgement (CA2) or cannot be applied (CA8) stays listed. If there is nothing to mark, no
// operation is noted, unless it has a key.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrKeyUsed, ErrBusy.
func (d *Desk) Seen(ctx context.Context, r SeenRequest) (*SeenResult, error) {
	done := &SeenResult{}
	err := needsWhy(r.Order)
	if err == nil && r.CaseID == "" {
		err = invalid("it does not say which case")
	}
	if err == nil {
		err = d.perform(ctx, "CASE_SEEN", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error { return see(ctx, tx, w, r.CaseID, done) })
	}
	if err != nil {
		return nil, fmt.Errorf("note that the case was seen: %w", err)
	}
	return done, nil
}

func see(ctx context.Context, tx *sqlx.Tx, w *deed, caseID string, done *SeenResult) error {
	key, err := find(ctx, tx, "case", caseKnown, caseID)
	if err != nil {
		return err
	}
	done.CaseID, done.Changes = caseID, []SeenChange{}
	if err := tx.SelectContext(ctx, &done.Changes, caseSeen, caseID, w.by.Operation); err != nil {
		return fmt.Errorf("mark the changes: %w", err)
	}
	if len(done.Changes) == 0 && !w.keyed {
		done.receipt().Operation = 0
		return errTakenBack
	}
	for _, c := range done.Changes {
		if !slices.Contains(w.loans, c.Loan) {
			w.loans = append(w.loans, c.Loan)
		}
	}
	w.cases, w.after = []int64{key}, done.Changes
	return nil
}

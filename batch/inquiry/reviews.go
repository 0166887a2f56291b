package inquiry

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Review is one thing that a person must see of a case: what it changed in a file, that it cannot be applied (CA8), or that it
// waits for an acknowledgement (CA2). Its account number is masked.
type Review struct {
	CaseID        string     `json:"case_id" db:"case_id"`
	Type          string     `json:"type" db:"type"`
	Key           int64      `json:"-" db:"loan"`
	LoanID        string     `json:"loan_id" db:"loan_id"`
	AccountNumber string     `json:"account_number" db:"account_number"`
	File          *int64     `json:"file" db:"file"` // the first that told of the change, the last that could not apply the case
	Change        string     `json:"change" db:"change"`
	Value         string     `json:"value" db:"value"` // what the file says: a code or a date
	Rule          string     `json:"rule" db:"rule"`
	Since         rules.Date `json:"waiting_since" db:"since"` // the file's calendar date, or the day on which the case was opened
}

// Reviews lists what waits for a person to see it, by case and loan.
func Reviews(ctx context.Context, db *sqlx.DB, p Page) (List[Review], error) {
	after, err := p.review()
	if err != nil {
		return List[Review]{}, err
	}
	l, err := list(ctx, db, p, (*Review).key, inquiryReviews, after.CaseID, after.Key, after.Change, after.Rule, after.Value)
	if err != nil {
		return l, fmt.Errorf("read the review list: %w", err)
	}
	for i := range l.Rows {
		l.Rows[i].AccountNumber = MaskAccount(l.Rows[i].AccountNumber)
	}
	return l, nil
}

// key is LOAN/CHANGE/RULE/VALUE/CASE; only the case may have a slash.
func (r *Review) key() string {
	return fmt.Sprintf("%d/%s/%s/%s/%s", r.Key, r.Change, r.Rule, r.Value, r.CaseID)
}

// review takes such a key apart.
func (p Page) review() (after Review, err error) {
	if p.After == "" {
		return after, nil
	}
	if parts := strings.SplitN(p.After, "/", 5); len(parts) == 5 {
		if after.Key, err = strconv.ParseInt(parts[0], 10, 64); err == nil {
			after.Change, after.Rule, after.Value, after.CaseID = parts[1], parts[2], parts[3], parts[4]
			return after, nil
		}
	}
	return after, fmt.Errorf("%w: %q is not the next key of the review list", ErrBadPage, p.After)
}

package inquiry

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Finding is what a look at a file before its release has found, how long it has been known, and what people do about it.
type Finding struct {
	Finding     int64      `json:"finding" db:"finding"`
	Rule        string     `json:"rule" db:"rule"`
	Harm        string     `json:"harm" db:"harm"`
	Program     string     `json:"program" db:"program_id"`
	Destination string     `json:"destination" db:"destination"`
	LoanID      *string    `json:"loan_id" db:"loan_id"` // null: it is of the file or the program
	About       string     `json:"about" db:"about"`
	Says        string     `json:"says" db:"says"`
	FirstFile   int64      `json:"first_file" db:"first_file"`
	LastFile    int64      `json:"last_file" db:"last_file"`
	FirstSeenOn rules.Date `json:"first_seen_on" db:"first_seen_on"`
	LastSeenOn  rules.Date `json:"last_seen_on" db:"last_seen_on"`
	Times       int        `json:"times" db:"times"`
	Months      int        `json:"months" db:"months"`
	Owner       *string    `json:"owner" db:"owner"`
	DueOn       rules.Date `json:"due_on" db:"due_on"`
	State       string     `json:"state" db:"state"`
	AcceptedBy  *string    `json:"accepted_by" db:"accepted_by"`
	AcceptedWhy *string    `json:"accepted_why" db:"accepted_why"`
	AcceptedAt  *time.Time `json:"accepted_at" db:"accepted_at"`
	FixedFile   *int64     `json:"fixed_file" db:"fixed_file"`
	FixedBy     *string    `json:"fixed_by" db:"fixed_by"`
	FixedWhy    *string    `json:"fixed_why" db:"fixed_why"`
}

var inquiryFindings = database.Query("inquiry", "InquiryFindings")

// FindingsOf says which findings a list is to have; what is empty does not matter.
type FindingsOf struct {
	Open  bool   // neither accepted nor fixed
	File  int64  // that was seen to have them
	Rule  string // by which they were found
	Owner string
}

// Findings lists findings in the order of their numbers, which are the keys.
func Findings(ctx context.Context, db *sqlx.DB, of FindingsOf, p Page) (List[Finding], error) {
	after, err := p.number()
	if err != nil {
		return List[Finding]{}, err
	}
	key := func(f *Finding) string { return strconv.FormatInt(f.Finding, 10) }
	l, err := list(ctx, db, p, key, inquiryFindings, after, of.Open, of.File, of.Rule, of.Owner)
	if err != nil {
		return l, fmt.Errorf("read the findings: %w", err)
	}
	return l, nil
}

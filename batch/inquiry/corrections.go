package inquiry

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Correction is a value that a person gave a field of a loan's records, and what became of its lock (BR9).
type Correction struct {
	Correction      int64      `json:"correction" db:"correction"`
	LoanID          string     `json:"loan_id" db:"loan_id"`
	Field           string     `json:"field" db:"field"`
	Value           string     `json:"value" db:"value"`
	Decided         string     `json:"decided" db:"decided"` // without it, when it was made
	DecidedOn       rules.Date `json:"decided_on" db:"decided_on"`
	Reason          string     `json:"reason" db:"reason"`
	Evidence        string     `json:"evidence" db:"evidence"`
	Source          string     `json:"source" db:"source"`
	File            *int64     `json:"file" db:"file"`
	RecordedBy      string     `json:"recorded_by" db:"recorded_by"`
	Approver        *string    `json:"approver" db:"approver"`
	RecordedAt      time.Time  `json:"recorded_at" db:"recorded_at"`
	State           string     `json:"state" db:"state"` // LIVE, ENDED by a newer fact, RELEASED by a person
	EndedFile       *int64     `json:"ended_file" db:"ended_file"`
	EndedFact       *string    `json:"ended_fact" db:"ended_fact"`
	ReleasedBy      *string    `json:"released_by" db:"released_by"`
	ReleaseApprover *string    `json:"release_approver" db:"release_approver"`
	ReleaseWhy      *string    `json:"release_why" db:"release_why"`
	ReleasedAt      *time.Time `json:"released_at" db:"released_at"`
	EndedAt         Ends       `json:"ended_at" db:"ended_at"`
}

// Ended is how a lock ended at a destination. A correction is ENDED when it has ended at each of its program's.
type Ended struct {
	Destination string `json:"destination"`
	File        int64  `json:"file"`
	Fact        string `json:"fact"`
}

// Ends are read from a column of JSON.
type Ends []Ended

// Scan reads the column.
func (e *Ends) Scan(src any) error {
	text, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("scan %T into the ends of a correction", src)
	}
	return json.Unmarshal(text, e)
}

// Corrections lists the corrections in the order of recording, all or those that lock a field. The key is the correction's
// number.
func Corrections(ctx context.Context, db *sqlx.DB, live bool, p Page) (List[Correction], error) {
	after, err := p.number()
	if err != nil {
		return List[Correction]{}, err
	}
	l, err := list(ctx, db, p, func(c *Correction) string { return strconv.FormatInt(c.Correction, 10) }, inquiryCorrections, after, live)
	if err != nil {
		return l, fmt.Errorf("read the corrections: %w", err)
	}
	return l, nil
}

package inquiry

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Event is an outgoing event (FS5), and what became of it: NEW, DONE (taken or acknowledged), or DEAD (given up).
type Event struct {
	Loan         int64           `json:"-" db:"loan"`
	ID           string          `json:"id" db:"event_id"`
	Type         string          `json:"type" db:"type"`
	Run          int64           `json:"run" db:"run"`
	BusinessDate rules.Date      `json:"business_date" db:"business_date"`
	Data         json.RawMessage `json:"data" db:"payload"`
	State        string          `json:"state" db:"state"`
	Attempts     int             `json:"attempts" db:"attempts"`
	NextAt       *time.Time      `json:"next_at" db:"next_at"`
	Error        string          `json:"error" db:"error"`
	EndedAt      *time.Time      `json:"ended_at" db:"ended_at"`
	EndedBy      string          `json:"ended_by" db:"ended_by"`
}

// EventFilter says which events are wanted.
type EventFilter struct {
	Done bool   // also those that were taken or acknowledged
	Type string // empty: all
}

// Events lists outgoing events. The key is LOAN/ID, with the loan's number in the ledger, 0 for an event of no loan.
func Events(ctx context.Context, db *sqlx.DB, f EventFilter, p Page) (List[Event], error) {
	loan, id := int64(-1), ""
	if p.After != "" {
		number, rest, found := strings.Cut(p.After, "/")
		var err error
		if loan, err = strconv.ParseInt(number, 10, 64); err != nil || !found {
			return List[Event]{}, fmt.Errorf("%w: %q is not LOAN/ID", ErrBadPage, p.After)
		}
		id = rest
	}
	l, err := list(ctx, db, p, func(e *Event) string { return fmt.Sprintf("%d/%s", e.Loan, e.ID) }, inquiryEvents, loan, id, f.Done, f.Type)
	if err != nil {
		return l, fmt.Errorf("read the events: %w", err)
	}
	return l, nil
}

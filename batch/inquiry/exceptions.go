package inquiry

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// OpenException is a loan that a run could not decide. ResolvedRun nil: no later run could either.
type OpenException struct {
	Key          int64      `json:"-" db:"loan"`
	Step         string     `json:"step" db:"step"`
	LoanID       string     `json:"loan_id" db:"loan_id"`
	Code         string     `json:"code" db:"code"`
	Detail       string     `json:"detail" db:"detail"`
	Run          int64      `json:"run" db:"run"` // that listed it
	FirstRun     int64      `json:"first_run" db:"first_run"`
	FirstSeen    rules.Date `json:"first_seen" db:"first_seen"`       // the business date of that run
	NightsWaited int64      `json:"nights_waited" db:"nights_waited"` // since then
	ResolvedRun  *int64     `json:"resolved_run" db:"resolved_run"`

	// The last note of a person since it was first seen; nil: none.
	NoteWho *string    `json:"note_who" db:"note_who"`
	NoteWhy *string    `json:"note_why" db:"note_why"`
	NoteAt  *time.Time `json:"note_at" db:"note_at"`
	NoteRun *int64     `json:"note_run" db:"note_run"` // the newest run that had listed it then
}

// Again reports whether a run listed it after a person had seen to it.
func (e *OpenException) Again() bool { return e.NoteRun != nil && *e.NoteRun < e.Run }

// Exceptions lists the loans that a run could not decide, or with run 0 those that are open, by step and in the order of the book.
// The key is what the last page gave as Next.
func Exceptions(ctx context.Context, db *sqlx.DB, run int64, p Page) (List[OpenException], error) {
	step, loan, code, err := p.exception()
	if err != nil {
		return List[OpenException]{}, err
	}
	query, args := inquiryRunExceptions, []any{run, step, loan, code}
	if run == 0 {
		query, args = inquiryOpenExceptions, []any{step, loan, code, pq.Array(rules.StandingCodes)}
	}
	l, err := list(ctx, db, p, (*OpenException).key, query, args...)
	if err != nil {
		return l, fmt.Errorf("read the exceptions: %w", err)
	}
	return l, nil
}

// ExceptionLoans counts the loans that some runs could not decide, each once, however many of the runs list it.
func ExceptionLoans(ctx context.Context, q sqlx.QueryerContext, runs []int64) (loans int64, err error) {
	if err := sqlx.GetContext(ctx, q, &loans, inquiryExceptionLoans, pq.Array(runs)); err != nil {
		return 0, fmt.Errorf("count the exceptions: %w", err)
	}
	return loans, nil
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

// LoanExceptions is every night in which a loan could not be decided, and what people noted on that.
type LoanExceptions struct {
	LoanID     string          `json:"loan_id"`
	Exceptions []Exception     `json:"exceptions"`
	Notes      []ExceptionNote `json:"notes"`
}

// ExceptionNote is a person's note on an exception, which Run was the newest to list then.
type ExceptionNote struct {
	Step string    `json:"step" db:"step"`
	Code string    `json:"code" db:"code"`
	Run  int64     `json:"run" db:"run"`
	Who  string    `json:"who" db:"who"`
	Why  string    `json:"why" db:"why"`
	At   time.Time `json:"at" db:"at"`
}

// ShowExceptions reads the exceptions of a loan, by its id or its account number; ErrNotFound if the book holds neither.
func ShowExceptions(ctx context.Context, db *sqlx.DB, loan string) (*LoanExceptions, error) {
	var s LoanExceptions
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		var found LoanState
		if err := findLoan(ctx, tx, &found, loan); err != nil {
			return err
		}
		s.LoanID = found.LoanID
		if err := fill(ctx, tx, &s.Exceptions, "exceptions", inquiryExceptions, found.Key); err != nil {
			return err
		}
		return fill(ctx, tx, &s.Notes, "notes", inquiryExceptionNotes, found.Key)
	})
	if err != nil {
		return nil, fmt.Errorf("loan %q: %w", loan, err)
	}
	return &s, nil
}

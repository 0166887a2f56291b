package bureau

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// Errors of corrections that a caller branches on.
var (
	// ErrNoLoan: the book holds no such loan.
	ErrNoLoan = errors.New("there is no such loan")
	// ErrCorrection: the correction cannot be made as it is given; the text says what is wrong.
	ErrCorrection = errors.New("the correction cannot be made")
	// ErrLocked: another correction locks the field.
	ErrLocked = errors.New("the field is locked by another correction")
	// ErrNoCorrection: there is no correction of that number.
	ErrNoCorrection = errors.New("no such correction")
	// ErrNotLive: the correction locks nothing any more.
	ErrNotLive = errors.New("it locks nothing any more")
)

// CorrectionSources are where corrections come from (BR9).
var CorrectionSources = []string{"AUD", "DISPUTE", "HAND"}

// NewCorrection is a correction that a person makes, of one field or of several that belong together.
type NewCorrection struct {
	LoanID   string
	Fields   []CorrectedField
	Reason   string
	Evidence string
	Source   string
	File     int64  // whose record was wrong; 0: none is named
	Approver string // a second person; empty: none
	Who      string
	Now      time.Time
	Vault    book.Vault // of the loan's facts
}

// CorrectedField is a field with the value that it shall have.
type CorrectedField struct {
	Field string // number or name of a field of the base segment
	Value string // dates as YYYY-MM-DD, amounts in whole dollars; empty: blank
}

// AddedCorrection is a correction of one field, as it was recorded.
type AddedCorrection struct {
	Number int64
	Field  string // its key
	Known  bool   // the same correction was there already
}

// AddCorrection records a correction and locks its fields, all of them or none (BR9). It is durable when AddCorrection returns.
// What the next file would say without it is decided and kept with the facts that it was decided by: rules.Correction says what
// becomes of it. The record is made with it and checked as that of a file is: a correction that makes it invalid is refused. An
// account whose end was reported goes out once more.
//
// It returns ErrNoLoan, ErrCorrection or ErrLocked.
func AddCorrection(ctx context.Context, db *sqlx.DB, n NewCorrection) (added []AddedCorrection, err error) {
	err = database.InRetriedTx(ctx, db, func(tx *sqlx.Tx) (err error) {
		added, err = n.AddIn(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

// AddIn is AddCorrection in a transaction of others.
func (n NewCorrection) AddIn(ctx context.Context, tx *sqlx.Tx) (added []AddedCorrection, err error) {
	fields, err := n.check()
	if err == nil {
		added, err = n.add(ctx, tx, fields)
	}
	if err != nil {
		return nil, fmt.Errorf("correct loan %q: %w", n.LoanID, err)
	}
	return added, nil
}

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrection, fmt.Sprintf(format, args...))
}

// check checks what can be checked without the loan, and returns the fields with the values as they are kept.
func (n *NewCorrection) check() ([]correctedField, error) {
	switch {
	case len(n.Fields) == 0:
		return nil, refuse("it names no field")
	case n.Reason == "" || n.Evidence == "":
		return nil, refuse("it needs a reason and evidence")
	case !slices.Contains(CorrectionSources, n.Source):
		return nil, refuse("its source is one of %s", strings.Join(CorrectionSources, ", "))
	case n.Approver != "" && rules.SamePerson(n.Approver, n.Who):
		return nil, refuse("the approver must be another person than you")
	}
	for _, text := range []string{n.Reason, n.Evidence, n.Approver} {
		if len(text) > 4*maxAnswerText {
			return nil, refuse("reason and evidence have at most %d characters", maxAnswerText)
		}
	}
	fields := make([]correctedField, 0, len(n.Fields))
	for _, given := range n.Fields {
		f, err := given.check()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(fields, func(o correctedField) bool { return o.key == f.key }) {
			return nil, refuse("it gives %s two values", f.key)
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func (c CorrectedField) check() (f correctedField, err error) {
	segment, field := FieldByName(c.Field)
	switch {
	case field == nil || segment != segmentBase:
		return f, refuse("the base segment has no field %q", c.Field)
	case !slices.Contains(rules.Correctable(), field.Key):
		return f, refuse("%s is not a field that corrections lock: %s", field.Key, insteadOf(field.Key))
	}
	value, says := fieldValue(field, c.Value)
	if says != "" {
		return f, refuse("the value of %s %s", field.Key, says)
	}
	return correctedField{key: field.Key, value: value}, nil
}

// insteadOf says where a field is corrected that no correction locks.
func insteadOf(key string) string {
	m := MappingOf("base", key)
	if m == nil || len(m.Sources) == 0 {
		return "it is the same in each record, or belongs to one file"
	}
	return "it comes from " + strings.Join(m.Sources, ", ") + "; correct it there"
}

// fieldValue reads a value of a field by its type and codes; says is what is wrong with it.
func fieldValue(f *metro2.FieldInfo, text string) (value, says string) {
	text = strings.ToUpper(strings.TrimSpace(text))
	switch {
	case text == "" && f.Type != "amount" && f.Need != metro2.Required:
		return "", ""
	case f.Type == "date":
		if _, err := rules.ParseDate(text); err != nil {
			return "", "is a date YYYY-MM-DD"
		}
		return text, ""
	case f.Type == "amount":
		n, err := strconv.ParseUint(text, 10, 63)
		if digits := strconv.FormatUint(n, 10); err == nil && len(digits) <= f.Width {
			return digits, ""
		}
		return "", fmt.Sprintf("is an amount of whole dollars with at most %d digits", f.Width)
	case f.Key == "payment_history":
		for i := range len(text) {
			if code := metro2.HistoryCodes.Find(text[i : i+1]); code == nil || code.Legacy {
				return "", "has 24 characters of the payment history profile"
			}
		}
		if len(text) != f.Width {
			return "", "has 24 characters of the payment history profile"
		}
		return text, ""
	}
	if f.Codes != nil {
		if code := f.Codes.Find(text); code == nil || code.Legacy {
			return "", "is not one of the codes of its table; furnisher metro2 layout base lists them"
		}
	}
	if text == rules.StatusDelete || text == rules.StatusDeleteFraud {
		return "", "is a deletion; send a termination with its reason instead"
	}
	return text, ""
}

// ReleaseCorrection ends a lock by hand, with a second person's approval: the field is decided again as if it had not been
// corrected. It returns ErrNoCorrection, ErrNotLive or ErrCorrection.
func ReleaseCorrection(ctx context.Context, db *sqlx.DB, number int64, who, approver, why string, now time.Time) error {
	return database.InRetriedTx(ctx, db, func(tx *sqlx.Tx) error {
		return ReleaseCorrectionIn(ctx, tx, number, who, approver, why, now)
	})
}

// ReleaseCorrectionIn is ReleaseCorrection in a transaction of others.
func ReleaseCorrectionIn(ctx context.Context, tx *sqlx.Tx, number int64, who, approver, why string, now time.Time) error {
	if err := releaseCorrection(ctx, tx, number, who, approver, why, now); err != nil {
		return fmt.Errorf("correction %d: %w", number, err)
	}
	return nil
}

func releaseCorrection(ctx context.Context, tx *sqlx.Tx, number int64, who, approver, why string, now time.Time) error {
	if why == "" || rules.SamePerson(approver, "") || rules.SamePerson(approver, who) {
		return refuse("a release needs a reason and the approval of another person")
	}
	result, err := tx.ExecContext(ctx, correctionRelease, number, who, approver, why, now)
	if err != nil {
		return err
	}
	if changed, err := result.RowsAffected(); err != nil || changed > 0 {
		return err
	}
	var state string
	err = tx.GetContext(ctx, &state, correctionState, number)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoCorrection
	}
	return errors.Join(err, fmt.Errorf("%w: it is %s", ErrNotLive, state))
}

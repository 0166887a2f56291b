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

	"github.com/furnisher/furnisher/batch"
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

// NewCorrection is a correction that a person makes.
type NewCorrection struct {
	LoanID   string
	Field    string // number or name of a field of the base segment
	Value    string // dates as YYYY-MM-DD, amounts in whole dollars; empty: blank
	Reason   string
	Evidence string
	Source   string
	File     int64  // whose record was wrong; 0: none is named
	Approver string // a second person; empty: none
	Who      string
	Now      time.Time
}

// AddCorrection records a correction and locks its field (BR9). It is durable when AddCorrection returns the correction's number;
// known says that the same correction was there already. What the next file would say without it is decided and kept with the
// facts that it was decided by: rules.Correction says what becomes of it.
//
// It returns ErrNoLoan, ErrCorrection or ErrLocked.
func AddCorrection(ctx context.Context, db *sqlx.DB, n NewCorrection) (number int64, known bool, err error) {
	field, err := n.check()
	if err == nil {
		err = database.InDurableTx(ctx, db, func(tx *sqlx.Tx) (err error) {
			number, known, err = n.add(ctx, tx, field)
			return err
		})
	}
	if err != nil {
		return 0, false, fmt.Errorf("correct loan %q: %w", n.LoanID, err)
	}
	return number, known, nil
}

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrection, fmt.Sprintf(format, args...))
}

// check checks what can be checked without the loan, and makes the value as it is kept.
func (n *NewCorrection) check() (*metro2.FieldInfo, error) {
	segment, field := FieldByName(n.Field)
	switch {
	case field == nil || segment != "base":
		return nil, refuse("the base segment has no field %q", n.Field)
	case !slices.Contains(rules.Correctable(), field.Key):
		return nil, refuse("%s is not a field that corrections lock: %s", field.Key, insteadOf(field.Key))
	case n.Reason == "" || n.Evidence == "":
		return nil, refuse("it needs a reason and evidence")
	case !slices.Contains(CorrectionSources, n.Source):
		return nil, refuse("its source is one of %s", strings.Join(CorrectionSources, ", "))
	case n.Approver != "" && n.Approver == n.Who:
		return nil, refuse("the approver must be another person than you")
	}
	for _, text := range []string{n.Reason, n.Evidence, n.Approver} {
		if len(text) > 4*maxAnswerText {
			return nil, refuse("reason and evidence have at most %d characters", maxAnswerText)
		}
	}
	value, says := fieldValue(field, n.Value)
	if says != "" {
		return nil, refuse("the value of %s %s", field.Key, says)
	}
	n.Value = value
	return field, nil
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

// nextFile is what the next file of a loan goes by.
type nextFile struct {
	Loan        int64          `db:"loan"`
	Program     int64          `db:"program"`
	Destination int64          `db:"destination"`
	Calendar    rules.Calendar `db:"calendar"`
	LastOn      rules.Date     `db:"last_on"`
	File        int64          `db:"next_file"`
}

// building is that file, as of the program's first calendar date after the last one.
func (n *nextFile) building(ctx context.Context, tx *sqlx.Tx) (Building, error) {
	b := Building{File: n.File, Program: n.Program, Destination: n.Destination, Calendar: n.Calendar}
	if n.Calendar.ByCycle() {
		if err := tx.GetContext(ctx, &b.AsOf, correctionCycleEnd, n.Loan, n.LastOn); err != nil {
			return b, fmt.Errorf("read billing cycles: %w", err)
		}
		if b.AsOf == 0 {
			b.AsOf = n.LastOn.AddMonths(1)
		}
	} else {
		b.AsOf = n.Calendar.Dates(n.LastOn, n.LastOn.AddMonths(2))[0]
	}
	b.PreviousOn = n.Calendar.Before(b.AsOf)
	return b, nil
}

func (n *NewCorrection) add(ctx context.Context, tx *sqlx.Tx, field *metro2.FieldInfo) (number int64, known bool, err error) {
	var next nextFile
	err = tx.GetContext(ctx, &next, correctionLoan, n.LoanID, rules.NewDate(n.Now.UTC().Date()))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, ErrNoLoan
	}
	if err != nil {
		return 0, false, fmt.Errorf("read it: %w", err)
	}
	var lock struct {
		Number int64  `db:"correction"`
		Value  string `db:"value"`
	}
	switch err := tx.GetContext(ctx, &lock, correctionLock, next.Loan, field.Key); {
	case err == nil && lock.Value == n.Value:
		return lock.Number, true, nil
	case err == nil:
		return 0, false, fmt.Errorf("%w: correction %d gives %s another value", ErrLocked, lock.Number, field.Key)
	case !errors.Is(err, sql.ErrNoRows):
		return 0, false, err
	}
	if n.File != 0 {
		var there bool
		if err := tx.GetContext(ctx, &there, correctionInFile, n.File, next.Loan); err != nil {
			return 0, false, err
		}
		if !there {
			return 0, false, refuse("file %d does not tell of the loan", n.File)
		}
	}
	b, err := next.building(ctx, tx)
	if err != nil {
		return 0, false, err
	}
	decided, facts, err := n.decided(ctx, tx, next.Loan, &b, field.Key)
	if err != nil {
		return 0, false, err
	}
	err = tx.GetContext(ctx, &number, correctionAdd, next.Loan, field.Key, n.Value, decided, b.AsOf, string(facts), n.Reason, n.Evidence,
		n.Source, nullable(n.File), n.Who, nullable(n.Approver), n.Now)
	return number, false, err
}

// nullable is nil for the zero value.
func nullable[T comparable](v T) *T {
	if zero := *new(T); v == zero {
		return nil
	}
	return &v
}

// decided returns what the next file would say of the field without the correction, and the facts by which. It refuses what no
// later file can tell, and a later date of first delinquency without a second person (Q36).
func (n *NewCorrection) decided(ctx context.Context, tx *sqlx.Tx, loan int64, b *Building, field string) (text string, known []byte, err error) {
	around, err := readAround(ctx, tx, batch.Chunk{After: loan - 1, Last: loan}, []Building{*b})
	if err != nil {
		return "", nil, err
	}
	var refused error
	err = book.Each(ctx, tx, loan-1, loan, func(f *book.Facts) (err error) {
		if known, err = knownFacts(f); err != nil {
			return err
		}
		account := around.account(f, b)
		account.Furnish = true // its corrections go out (Q80)
		if text, refused = decidedOf(&account, field); refused == nil {
			refused = n.approved(&account, field, text)
		}
		return nil
	})
	return text, known, errors.Join(err, refused)
}

// decidedOf returns what is decided of a field.
func decidedOf(account *rules.Account, field string) (string, error) {
	t, excluded, err := rules.Furnish(account)
	var why *rules.Undecidable
	switch {
	case excluded != nil:
		return "", refuse("no later file tells of the account (%s: %s)", excluded.Reason, excluded.Detail)
	case errors.As(err, &why) && why.Code == rules.CodeNoDOFD && field == "date_first_delinquency": // the correction gives it (BR12)
		return "", nil
	case errors.As(err, &why):
		return "", refuse("the record cannot be decided: %s; put that right first", why.Error())
	case err != nil:
		return "", err
	case t.Deletion() != "":
		return "", refuse("the next file deletes the account (%s)", t.Rule)
	}
	return rules.FieldText(t, field), nil
}

// approved holds that a date of first delinquency moves later, or away, only with a second person (Q36).
func (n *NewCorrection) approved(account *rules.Account, field, decided string) error {
	if field != "date_first_delinquency" || n.Approver != "" {
		return nil
	}
	said := decided
	if len(account.Tradelines) > 0 && account.Tradelines[0].DateFirstDelinquency != 0 {
		said = account.Tradelines[0].DateFirstDelinquency.String()
	}
	if said != "" && (n.Value == "" || n.Value > said) {
		return refuse("it moves the date of first delinquency later than %s: that needs a second person (--approver)", said)
	}
	return nil
}

// ReleaseCorrection ends a lock by hand, with a second person's approval: the field is decided again as if it had not been
// corrected. It returns ErrNoCorrection, ErrNotLive or ErrCorrection.
func ReleaseCorrection(ctx context.Context, db *sqlx.DB, number int64, who, approver, why string, now time.Time) error {
	err := database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error {
		if why == "" || approver == "" || approver == who {
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
	})
	if err != nil {
		return fmt.Errorf("correction %d: %w", number, err)
	}
	return nil
}

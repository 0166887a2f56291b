package bureau

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// correctedField is a field that a correction is to lock.
type correctedField struct {
	key, value string
	decided    string // what the next file says of it without the correction
}

// nextFile is what the next file of a loan at a destination goes by.
type nextFile struct {
	Loan           int64          `db:"loan"`
	Program        int64          `db:"program"`
	Identification string         `db:"identification_number"`
	Destination    int64          `db:"destination"`
	Name           string         `db:"destination_name"`
	EndsOn         rules.Date     `db:"ends_on"` // 0: it goes on
	Calendar       rules.Calendar `db:"calendar"`
	LastOn         rules.Date     `db:"last_on"`
	File           int64          `db:"next_file"`
}

// building is that file, as of the program's first calendar date after the last one.
func (n *nextFile) building(ctx context.Context, tx *sqlx.Tx) (Building, error) {
	b := Building{
		File: n.File, Program: n.Program, IdentificationNumber: n.Identification, Destination: n.Destination, DestinationName: n.Name,
		Calendar: n.Calendar,
	}
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
	b.PreviousOn, b.CreatedOn = n.Calendar.Before(b.AsOf), b.AsOf
	return b, nil
}

func (n *NewCorrection) add(ctx context.Context, tx *sqlx.Tx, fields []correctedField) ([]AddedCorrection, error) {
	var next []nextFile
	if err := tx.SelectContext(ctx, &next, correctionLoan, n.LoanID, rules.NewDate(n.Now.UTC().Date())); err != nil {
		return nil, fmt.Errorf("read it: %w", err)
	}
	if len(next) == 0 {
		return nil, ErrNoLoan
	}
	loan := next[0].Loan
	added, fields, err := locked(ctx, tx, loan, fields)
	if err != nil || len(fields) == 0 {
		return added, err
	}
	if n.File != 0 {
		var there bool
		if err := tx.GetContext(ctx, &there, correctionInFile, n.File, loan); err != nil {
			return nil, err
		}
		if !there {
			return nil, refuse("file %d does not tell of the loan", n.File)
		}
	}
	decided, err := n.decideAll(ctx, tx, next, fields)
	if err != nil {
		return nil, err
	}
	first := decided[0]
	for i, f := range first.fields {
		var number int64
		err := tx.GetContext(ctx, &number, correctionAdd, loan, f.key, f.value, f.decided, first.on, string(first.known), n.Reason,
			n.Evidence, n.Source, nullable(n.File), n.Who, nullable(n.Approver), n.Now)
		if err == nil && len(next) > 1 {
			err = addAt(ctx, tx, loan, number, i, decided)
		}
		if err != nil {
			return nil, fmt.Errorf("record it: %w", err)
		}
		added = append(added, AddedCorrection{Number: number, Field: f.key})
	}
	return added, nil
}

// decidedAt is what is decided of the fields at a destination without their correction.
type decidedAt struct {
	destination int64
	on          rules.Date // the calendar date of the next files
	fields      []correctedField
	known       []byte // the facts of the loan
}

// decideAll decides the fields at each destination: each has its own past. One whose files will not tell of the account is passed
// over, unless none will.
func (n *NewCorrection) decideAll(ctx context.Context, tx *sqlx.Tx, next []nextFile, fields []correctedField) (all []decidedAt, err error) {
	var untold error
	for i := range next {
		b, err := next[i].building(ctx, tx)
		if err != nil {
			return nil, err
		}
		if ends := next[i].EndsOn; ends != 0 && b.AsOf > ends {
			untold = cmp.Or[error](untold, &untoldError{"ENDED", fmt.Sprintf("destination %s ends on %s", b.DestinationName, ends)})
			continue
		}
		at := decidedAt{destination: b.Destination, on: b.AsOf, fields: slices.Clone(fields)}
		at.known, err = n.decide(ctx, tx, next[i].Loan, &b, at.fields)
		var excluded *untoldError
		switch {
		case errors.As(err, &excluded):
			untold = cmp.Or(untold, err)
		case err != nil:
			return nil, err
		default:
			all = append(all, at)
		}
	}
	if len(all) == 0 {
		return nil, untold
	}
	return all, nil
}

// addAt records what was decided of a field at each destination.
func addAt(ctx context.Context, tx *sqlx.Tx, loan, number int64, field int, decided []decidedAt) error {
	for _, at := range decided {
		if _, err := tx.ExecContext(ctx, correctionAtAdd, loan, number, at.destination, at.fields[field].decided); err != nil {
			return err
		}
	}
	return nil
}

// untoldError refuses a correction because no later file of a destination tells of the account. It is ErrCorrection.
type untoldError struct{ reason, detail string }

func (e *untoldError) Error() string {
	return refuse("no later file tells of the account (%s: %s); correct by an AUD what bureaus still show of it", e.reason, e.detail).Error()
}

func (e *untoldError) Unwrap() error { return ErrCorrection }

// locked divides fields into those that are locked with the same value already, and those that are not locked. It returns
// ErrLocked if one has another value.
func locked(ctx context.Context, tx *sqlx.Tx, loan int64, fields []correctedField) (known []AddedCorrection, left []correctedField, err error) {
	for _, f := range fields {
		var lock struct {
			Number int64  `db:"correction"`
			Value  string `db:"value"`
		}
		switch err := tx.GetContext(ctx, &lock, correctionLock, loan, f.key); {
		case errors.Is(err, sql.ErrNoRows):
			left = append(left, f)
		case err != nil:
			return nil, nil, err
		case lock.Value == f.value:
			known = append(known, AddedCorrection{Number: lock.Number, Field: f.key, Known: true})
		default:
			return nil, nil, fmt.Errorf("%w: correction %d gives %s another value", ErrLocked, lock.Number, f.key)
		}
	}
	return known, left, nil
}

// nullable is nil for the zero value.
func nullable[T comparable](v T) *T {
	if zero := *new(T); v == zero {
		return nil
	}
	return &v
}

// decide fills in what the next file would say of the fields without the correction, and returns the facts by which. It refuses
// what no later file can tell, what makes the record invalid, and a later date of first delinquency without a second person (Q36).
func (n *NewCorrection) decide(ctx context.Context, tx *sqlx.Tx, loan int64, b *Building, fields []correctedField) (known []byte, err error) {
	byName, err := readAround(ctx, tx, batch.Chunk{After: loan - 1, Last: loan}, []Building{*b})
	if err != nil {
		return nil, err
	}
	around := byName[b.DestinationName]
	var refused error
	err = n.Vault.Each(ctx, tx, loan-1, loan, func(f *book.Facts) (err error) {
		if known, err = knownFacts(f); err != nil {
			return err
		}
		account := around.account(f, b)
		account.Furnish = true // its corrections go out (Q80)
		if refused = n.lock(&account, fields); refused == nil {
			p := part{file: *b, around: around, encoder: NewEncoder(*b)}
			refused = p.valid(f, &account)
		}
		return nil
	})
	return known, errors.Join(err, refused)
}

// lock adds the corrections to an account, a missing date of first delinquency first: nothing is decided without it (BR12).
func (n *NewCorrection) lock(account *rules.Account, fields []correctedField) error {
	order := make([]*correctedField, len(fields))
	for i := range fields {
		order[i] = &fields[i]
	}
	slices.SortStableFunc(order, func(a, b *correctedField) int { return cmp.Compare(lockedLater(a), lockedLater(b)) })
	for _, f := range order {
		var err error
		if f.decided, err = decidedOf(account, f.key); err != nil {
			return err
		}
		if err := n.approved(account, f); err != nil {
			return err
		}
		account.Corrections = append(account.Corrections, rules.Correction{Field: f.key, Value: f.value, Decided: f.decided, On: account.AsOf})
	}
	return nil
}

const fieldFirstDelinquency = "date_first_delinquency"

func lockedLater(f *correctedField) int {
	if f.key == fieldFirstDelinquency {
		return 0
	}
	return 1
}

// decidedOf returns what is decided of a field.
func decidedOf(account *rules.Account, field string) (string, error) {
	t, excluded, err := rules.FurnishAgain(account)
	var why *rules.Undecidable
	switch {
	case excluded != nil:
		return "", &untoldError{excluded.Reason, excluded.Detail}
	case errors.As(err, &why) && why.Code == rules.CodeNoDOFD && field == fieldFirstDelinquency: // the correction gives it (BR12)
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
func (n *NewCorrection) approved(account *rules.Account, f *correctedField) error {
	if f.key != fieldFirstDelinquency || n.Approver != "" {
		return nil
	}
	said := f.decided
	if len(account.Tradelines) > 0 && account.Tradelines[0].DateFirstDelinquency != 0 {
		said = account.Tradelines[0].DateFirstDelinquency.String()
	}
	if said != "" && (f.value == "" || f.value > said) {
		return refuse("it moves the date of first delinquency later than %s: that needs a second person (--approver)", said)
	}
	return nil
}

// goesTogether names the field that is corrected with an amount past due which does not fit the account status.
func goesTogether(detail string) string {
	if strings.HasPrefix(detail, "B11 ") || strings.HasPrefix(detail, "B12 ") {
		return ": field 17A (account_status) with 22 (amount_past_due)"
	}
	return ""
}

// valid refuses corrections that make the next record one that no file takes. An account that is obsolete with them is left out
// (BR7).
func (p *part) valid(f *book.Facts, account *rules.Account) error {
	t, excluded, err := rules.FurnishAgain(account)
	if err == nil && excluded == nil {
		_, err = p.record(f, t)
	}
	if why, is := errors.AsType[*rules.Undecidable](err); is {
		return refuse("the next record would be invalid: %s; correct the fields that go together in one command%s", why.Detail, goesTogether(why.Detail))
	}
	return err
}

package bureau

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// ErrUnbalanced: accounts of the destination's last file or loans of the book are neither in the file nor left out of it with a
// reason. It is an *UnbalancedError.
var ErrUnbalanced = errors.New("the balance of the file does not hold (BR8)")

// UnbalancedError is the balance that keeps a file from being released.
type UnbalancedError struct{ Balance *Balance }

func (e *UnbalancedError) Error() string {
	b := e.Balance
	text := fmt.Sprintf("%v: vanished %d, neither reported nor left out %d, told twice %d, without a stored record %d, left out by a file that was taken back %d",
		ErrUnbalanced, b.Vanished, b.Missing, b.Twice, b.Unkept, b.Outdated())
	if len(b.Faults) > 0 {
		text += fmt.Sprintf("; the first is loan %q: %s", b.Faults[0].LoanID, b.Faults[0].Why)
	}
	return text
}

func (e *UnbalancedError) Unwrap() error { return ErrUnbalanced }

// MaxFaults is how many loans are named for which a balance does not hold; all are counted.
const MaxFaults = 100

// unbalanced is the SQLSTATE with which the database refuses to release a file.
const unbalanced = pq.ErrorCode("BR008")

// Balance is the whole-book proof of a file (BR8): what became of the accounts of its destination's last file, and of the loans of
// its program.
type Balance struct {
	File        int64      `json:"file" db:"file"`
	State       State      `json:"state" db:"state"`
	AsOf        rules.Date `json:"as_of" db:"as_of"`
	Program     string     `json:"program_id" db:"program_id"`
	Destination string     `json:"destination" db:"destination"`
	Records     int64      `json:"records" db:"records"`
	Boarded     bool       `json:"-" db:"boarded"` // a file of the former servicer: it was balanced there, if at all

	balanced
	Reasons []BalanceReason `json:"reasons"`
	Faults  []BalanceFault  `json:"faults,omitempty"` // the first MaxFaults
}

// balanced are the figures of a balance.
type balanced struct {
	Before     *int64      `json:"file_before" db:"before"` // nil: the file is the first
	BeforeAsOf *rules.Date `json:"file_before_as_of" db:"before_as_of"`
	Last       int64       `json:"accounts_before" db:"last"`
	Here       int64       `json:"accounts_before_reported" db:"here"`
	LeftOut    int64       `json:"accounts_before_left_out" db:"left_out"`
	Moved      int64       `json:"accounts_before_in_another_program" db:"moved"`
	Vanished   int64       `json:"accounts_before_vanished" db:"vanished"`
	Book       int64       `json:"loans" db:"book"`
	Reported   int64       `json:"loans_reported" db:"reported"`
	Excluded   int64       `json:"loans_left_out" db:"excluded"`
	Missing    int64       `json:"loans_missing" db:"missing"`
	Twice      int64       `json:"loans_told_twice" db:"twice"`
	Unkept     int64       `json:"records_not_stored" db:"unkept"`

	SignedBy  *string    `json:"signed_by" db:"signed_by"` // nil: nobody has signed it
	SignedWhy *string    `json:"signed_why" db:"signed_why"`
	SignedAt  *time.Time `json:"signed_at" db:"signed_at"`
}

// BalanceReason is how many loans a file leaves out for a reason.
type BalanceReason struct {
	Reason   string `json:"reason" db:"reason"`
	Accounts int64  `json:"loans" db:"accounts"`
	OfLast   int64  `json:"accounts_before" db:"of_last"`
	Outdated int64  `json:"-" db:"outdated"` // of those: what it goes by was taken back
}

// BalanceFault is a loan for which a balance does not hold.
type BalanceFault struct {
	LoanID string `json:"loan_id" db:"loan_id"` // empty: the loan is not in the book
	Why    string `json:"why" db:"why"`
}

// Holds reports whether every account of the last file and every loan of the program has its place.
func (b *Balance) Holds() bool {
	return b.Vanished == 0 && b.Missing == 0 && b.Twice == 0 && b.Unkept == 0 && b.Book == b.Reported+b.Excluded &&
		b.Records == b.Reported && b.Outdated() == 0
}

// Final is how many accounts of the last file are over, and Deleted how many a file has deleted.
func (b *Balance) Final() int64   { return b.leftOut(rules.FinalExclusions) }
func (b *Balance) Deleted() int64 { return b.leftOut(rules.DeletedExclusions) }

func (b *Balance) leftOut(reasons []string) (n int64) {
	for _, r := range b.Reasons {
		if slices.Contains(reasons, r.Reason) {
			n += r.OfLast
		}
	}
	return n
}

// Outdated is how many accounts of the last file are left out as final or deleted by what a file said that was taken back since.
func (b *Balance) Outdated() (n int64) {
	for _, r := range b.Reasons {
		if slices.Contains(endedBy, r.Reason) {
			n += r.Outdated
		}
	}
	return n
}

// endedBy are the reasons that go by what a file before has said of the account.
var endedBy = slices.Concat(rules.FinalExclusions, rules.DeletedExclusions)

// BalanceOf returns the balance of a file: the one that was signed with its release, else, or if now is asked for, as the tables are.
// It returns ErrNoFile, or ErrState for a file that is not written yet or was boarded.
func BalanceOf(ctx context.Context, db *sqlx.DB, file int64, now bool) (b *Balance, err error) {
	err = database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		if b, err = readBalance(ctx, tx, file); err != nil {
			return err
		}
		switch {
		case b.State == inWork:
			return fmt.Errorf("%w: it is not written yet", ErrState)
		case b.Boarded:
			return fmt.Errorf("%w: it is of the former servicer", ErrState)
		}
		if b.SignedBy == nil || now {
			return b.look(ctx, tx)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("balance of file %d: %w", file, err)
	}
	return b, nil
}

// readBalance reads a file's balance as it was signed; SignedBy is nil for one that nobody has signed.
func readBalance(ctx context.Context, tx *sqlx.Tx, file int64) (*Balance, error) {
	b := &Balance{Reasons: []BalanceReason{}}
	err := tx.GetContext(ctx, b, balanceFile, file)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoFile
	}
	if err != nil {
		return nil, err
	}
	err = tx.GetContext(ctx, &b.balanced, balanceSigned, file)
	if errors.Is(err, sql.ErrNoRows) {
		b.balanced = balanced{} // the driver's helper has made its pointers
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	return b, tx.SelectContext(ctx, &b.Reasons, balanceSignedWhom, file)
}

// look fills in the balance as the tables are now, with the loans for which it does not hold.
func (b *Balance) look(ctx context.Context, tx *sqlx.Tx) error {
	by, why, at := b.SignedBy, b.SignedWhy, b.SignedAt
	b.Reasons = b.Reasons[:0]
	err := tx.GetContext(ctx, &b.balanced, balanceNow, b.File)
	if err == nil {
		err = tx.SelectContext(ctx, &b.Reasons, balanceWhom, b.File, b.Before)
	}
	b.SignedBy, b.SignedWhy, b.SignedAt = by, why, at
	if err != nil || b.Holds() {
		return err
	}
	if err := tx.SelectContext(ctx, &b.Faults, balanceVanished, b.File, b.Before, MaxFaults); err != nil {
		return err
	}
	var more []BalanceFault
	err = tx.SelectContext(ctx, &more, balanceOutdated, b.File, b.Before, pq.Array(endedBy), MaxFaults-len(b.Faults))
	b.Faults = append(b.Faults, more...)
	return err
}

// sign reads the balance that the database has put down with a release, and returns an *UnbalancedError where the rules say that it
// does not hold all the same.
func (e *Effect) sign(ctx context.Context, tx *sqlx.Tx, file int64) error {
	b, err := readBalance(ctx, tx, file)
	if err != nil || b.SignedBy == nil {
		return err
	}
	if b.Outdated() > 0 {
		return errors.Join(b.look(ctx, tx), &UnbalancedError{b})
	}
	e.Balance = b
	return nil
}

// unbalancedBy makes an *UnbalancedError, with the loans, of the database's refusal to release a file.
func unbalancedBy(ctx context.Context, db *sqlx.DB, file int64, refusal error) error {
	if pq.As(refusal, unbalanced) == nil {
		return refusal
	}
	b, err := BalanceOf(ctx, db, file, true)
	if err != nil {
		return errors.Join(refusal, err)
	}
	return &UnbalancedError{b}
}

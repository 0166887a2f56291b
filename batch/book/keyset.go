package book

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/rules"
)

// Errors of those who read or write what is personal.
var (
	// ErrOtherKeyset: the keyset is not the one by which the book was sealed, or lacks its newest key.
	ErrOtherKeyset = errors.New("this is not the keyset of this book")
	// ErrClear: the book was made by an older program, and its personal data are not sealed yet.
	ErrClear = errors.New("personal data of this book are still in clear")
)

// Vault reads and writes the facts of loans. Its keys seal and open what is personal of them.
type Vault struct{ Keys *seal.Keyset }

// The columns of a customer that are sealed. A value's place is its column and the lender's id of its customer.
const (
	ssnColumn   = "customer.ssn"
	birthColumn = "customer.date_of_birth"
)

// keysetPlace is the place of the text by which a keyset proves that it is the book's.
const keysetPlace = "keyset.sealed"

// SealSSN seals the social security number of a customer, and hashes it: the hash is the same for all customers with the number.
func (v Vault) SealSSN(customerID string, digits []byte) (sealed, hash []byte, err error) {
	if hash, err = v.Keys.Hash(digits, []byte(ssnColumn)); err == nil {
		sealed, err = v.Keys.Seal(digits, seal.At(ssnColumn, customerID))
	}
	return sealed, hash, err
}

// SealBirth seals the date of birth of a customer, YYYY-MM-DD, and hashes it together with the customer: nobody learns who else
// has the same.
func (v Vault) SealBirth(customerID string, date []byte) (sealed, hash []byte, err error) {
	place := seal.At(birthColumn, customerID)
	if hash, err = v.Keys.Hash(date, place); err == nil {
		sealed, err = v.Keys.Seal(date, place)
	}
	return sealed, hash, err
}

// HashSSN is the hash by which customers with a social security number are found.
func (v Vault) HashSSN(digits string) ([]byte, error) {
	return v.Keys.Hash([]byte(digits), []byte(ssnColumn))
}

// openSSN and openBirth open what SealSSN and SealBirth sealed; nothing is nothing.
func (v Vault) openSSN(customerID string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	digits, err := v.Keys.Open(sealed, seal.At(ssnColumn, customerID))
	return string(digits), err
}

func (v Vault) openBirth(customerID string, sealed []byte) (rules.Date, error) {
	if sealed == nil {
		return 0, nil
	}
	text, err := v.Keys.Open(sealed, seal.At(birthColumn, customerID))
	if err != nil {
		return 0, err
	}
	d, err := rules.ParseDate(string(text))
	if err != nil {
		return 0, errors.New("a sealed date of birth is no date") // which is not told
	}
	return d, nil
}

// keysetRow is a row of KeysetRead.
type keysetRow struct {
	Name   []byte `db:"name"`
	Sealed []byte `db:"sealed"`
	Clear  bool   `db:"clear"`
	Pages  bool   `db:"clear_pages"`
}

func readKeyset(ctx context.Context, db sqlx.QueryerContext) (known keysetRow, err error) {
	if err := sqlx.GetContext(ctx, db, &known, keysetRead); err != nil {
		return known, fmt.Errorf("read the keyset of the book: %w", err)
	}
	return known, nil
}

// Bind makes sure that the keys are those of the book, before anything is sealed or opened: a book that has no keyset gets this one.
//
// Errors to branch on: seal.ErrNoKeyset, ErrOtherKeyset, ErrClear.
func (v Vault) Bind(ctx context.Context, tx sqlx.ExtContext) error {
	return v.bind(ctx, tx, false)
}

// Check looks whether the keys are those of the book, and leaves a book that has no keyset without one. Its errors are those of Bind.
func (v Vault) Check(ctx context.Context, db sqlx.ExtContext) error {
	if known, err := readKeyset(ctx, db); err != nil || len(known.Name) == 0 && !known.Clear && !known.Pages {
		return err
	}
	return v.Bind(ctx, db)
}

// BindClear is Bind for whoever seals what is in clear.
func (v Vault) BindClear(ctx context.Context, tx sqlx.ExtContext) error { return v.bind(ctx, tx, true) }

func (v Vault) bind(ctx context.Context, tx sqlx.ExtContext, clear bool) error {
	if v.Keys == nil {
		return seal.ErrNoKeyset
	}
	name, err := v.Keys.Name()
	if err != nil {
		return err
	}
	known, err := readKeyset(ctx, tx)
	if err != nil {
		return err
	}
	if (known.Clear || known.Pages) && !clear {
		return ErrClear
	}
	if len(known.Name) == 0 {
		sealed, err := v.Keys.Seal(name, []byte(keysetPlace))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, keysetAdd, name, sealed); err != nil {
			return fmt.Errorf("bind the book to the keyset: %w", err)
		}
		if known, err = readKeyset(ctx, tx); err != nil { // another may have been faster
			return err
		}
	}
	if !bytes.Equal(known.Name, name) {
		return ErrOtherKeyset
	}
	if _, err := v.Keys.Open(known.Sealed, []byte(keysetPlace)); err != nil {
		return fmt.Errorf("%w: it lacks the key that seals", ErrOtherKeyset)
	}
	return nil
}

// clearRow is a customer with values in clear.
type clearRow struct {
	Customer    int64  `db:"customer"`
	CustomerID  string `db:"customer_id"`
	SSN         string `db:"ssn"`
	DateOfBirth string `db:"date_of_birth"`
}

// clearAtOnce is how many customers are sealed in one transaction.
const clearAtOnce = 5000

// SealClear seals customers whom an older program left in clear, some customers at a time, and returns how many: killed, the next call goes on.
// It returns 0 for a book in which none is in clear, and needs no keys then.
func (v Vault) SealClear(ctx context.Context, db *sqlx.DB) (customers int64, err error) {
	known, err := readKeyset(ctx, db)
	if err != nil || !known.Clear {
		return 0, err
	}
	if err := database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error { return v.BindClear(ctx, tx) }); err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		var rows []clearRow
		err := database.InTx(ctx, db, func(tx *sqlx.Tx) error {
			rows = rows[:0]
			if err := tx.SelectContext(ctx, &rows, clearRead, after, clearAtOnce); err != nil {
				return err
			}
			return v.sealRows(ctx, tx, rows)
		})
		if err != nil {
			return customers, fmt.Errorf("seal customers: %w", err)
		}
		if len(rows) == 0 {
			break
		}
		after = rows[len(rows)-1].Customer
		customers += int64(len(rows))
	}
	for _, query := range []string{clearAway, clearDrop} {
		if _, err := db.ExecContext(ctx, query); err != nil {
			return customers, fmt.Errorf("take away what was in clear: %w", err)
		}
	}
	return customers, nil
}

func (v Vault) sealRows(ctx context.Context, tx *sqlx.Tx, rows []clearRow) error {
	if len(rows) == 0 {
		return nil
	}
	keys := make([]int64, len(rows))
	var ssn, ssnHash, birth, birthHash [][]byte
	for i, r := range rows {
		keys[i] = r.Customer
		var sealed, hash, sealedBirth, hashBirth []byte
		var err error
		if r.SSN != "" {
			sealed, hash, err = v.SealSSN(r.CustomerID, []byte(r.SSN))
		}
		if r.DateOfBirth != "" && err == nil {
			sealedBirth, hashBirth, err = v.SealBirth(r.CustomerID, []byte(r.DateOfBirth))
		}
		if err != nil {
			return err
		}
		ssn, ssnHash = append(ssn, sealed), append(ssnHash, hash)
		birth, birthHash = append(birth, sealedBirth), append(birthHash, hashBirth)
	}
	_, err := tx.ExecContext(ctx, clearSeal, database.IntArray(keys), pq.ByteaArray(ssn), pq.ByteaArray(ssnHash), pq.ByteaArray(birth), pq.ByteaArray(birthHash))
	return err
}

// HasKeyset reports whether the book is bound to a keyset.
func HasKeyset(ctx context.Context, db sqlx.QueryerContext) (bool, error) {
	known, err := readKeyset(ctx, db)
	return len(known.Name) > 0, err
}

// IsClear reports whether the book is one of ErrClear.
func IsClear(ctx context.Context, db sqlx.QueryerContext) (bool, error) {
	known, err := readKeyset(ctx, db)
	return known.Clear || known.Pages, err
}

// KeyUse is how many values a key has sealed.
type KeyUse struct {
	Key    uint32
	Sealed int64
}

// KeyUses counts what each key has sealed. It reads the book.
func KeyUses(ctx context.Context, db sqlx.QueryerContext) ([]KeyUse, error) {
	var rows []struct {
		Key    string `db:"key"` // hexadecimal
		Sealed int64  `db:"sealed"`
	}
	if err := sqlx.SelectContext(ctx, db, &rows, keyUses); err != nil {
		return nil, fmt.Errorf("count what keys have sealed: %w", err)
	}
	uses := make([]KeyUse, len(rows))
	for i, r := range rows {
		id, err := strconv.ParseUint(r.Key, 16, 32)
		if err != nil {
			return nil, fmt.Errorf("a sealed value names no key: %w", err)
		}
		uses[i] = KeyUse{uint32(id), r.Sealed}
	}
	return uses, nil
}

package book

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
)

// Promote makes the primary key the one that the book is known to be sealed by: whoever has a keyset without it is refused from now on,
// before it seals anything by an older key.
func (v Vault) Promote(ctx context.Context, tx *sqlx.Tx) error {
	name, err := v.Keys.Name()
	if err != nil {
		return err
	}
	sealed, err := v.Keys.Seal(name, []byte(keysetPlace))
	if err != nil {
		return err
	}
	if err := v.Bind(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, keysetPromote, name, sealed); err != nil {
		return fmt.Errorf("note the new key: %w", err)
	}
	return nil
}

// Promoted reports whether the book is known to be sealed by the primary key.
func (v Vault) Promoted(ctx context.Context, db sqlx.QueryerContext) (bool, error) {
	known, err := readKeyset(ctx, db)
	key, _ := seal.KeyOf(known.Sealed)
	return key == v.Keys.Primary(), err
}

// resealAtOnce is how many rows are sealed anew in one transaction.
const resealAtOnce = 1000

// PrimaryID is the primary key's id as a sealed value has it.
func (v Vault) PrimaryID() []byte { return binary.BigEndian.AppendUint32(nil, v.Keys.Primary()) }

// Reseal seals customers and packed rows anew that another key than the primary one has sealed, some at a time, beside nights and
// imports: what they have locked is left for the next call. What a value's key is stands in the value, so that after a kill the next
// call goes on.
func (v Vault) Reseal(ctx context.Context, db *sqlx.DB) (customers, rows int64, err error) {
	customers, err = eachReseal(ctx, db, v.resealCustomers)
	if err != nil {
		return customers, 0, fmt.Errorf("seal customers anew: %w", err)
	}
	if rows, err = eachReseal(ctx, db, v.resealPacked); err != nil {
		return customers, rows, fmt.Errorf("seal packed rows anew: %w", err)
	}
	return customers, rows, nil
}

// eachReseal seals rows anew, some in a transaction, those after a key, until there are none.
func eachReseal(ctx context.Context, db *sqlx.DB, reseal func(ctx context.Context, tx *sqlx.Tx, after int64) (last int64, n int, err error)) (done int64, err error) {
	for after, n := int64(0), 1; n > 0; done += int64(n) {
		err := database.InTx(ctx, db, func(tx *sqlx.Tx) (err error) {
			after, n, err = reseal(ctx, tx, after)
			return err
		})
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

func (v Vault) resealCustomers(ctx context.Context, tx *sqlx.Tx, after int64) (last int64, n int, err error) {
	var rows []struct {
		Customer   int64  `db:"customer"`
		CustomerID string `db:"customer_id"`
		SSN        []byte `db:"ssn"`
		Birth      []byte `db:"date_of_birth"`
	}
	if err := tx.SelectContext(ctx, &rows, customerResealRead, after, v.PrimaryID(), resealAtOnce); err != nil || len(rows) == 0 {
		return after, 0, err
	}
	keys := make([]int64, len(rows))
	ssn, birth := make([][]byte, len(rows)), make([][]byte, len(rows))
	for i, r := range rows {
		keys[i] = r.Customer
		if ssn[i], err = v.reseal(r.SSN, seal.At(ssnColumn, r.CustomerID)); err == nil {
			birth[i], err = v.reseal(r.Birth, seal.At(birthColumn, r.CustomerID))
		}
		if err != nil {
			return after, 0, fmt.Errorf("customer %q: %w", r.CustomerID, err)
		}
	}
	_, err = tx.ExecContext(ctx, customerReseal, database.IntArray(keys), pq.ByteaArray(ssn), pq.ByteaArray(birth))
	return keys[len(keys)-1], len(keys), err
}

// reseal seals a value anew; nothing is nothing.
func (v Vault) reseal(sealed, place []byte) ([]byte, error) {
	if sealed == nil {
		return nil, nil
	}
	value, err := v.Keys.Open(sealed, place)
	if err != nil {
		return nil, err
	}
	return v.Keys.Seal(value, place)
}

func (v Vault) resealPacked(ctx context.Context, tx *sqlx.Tx, after int64) (last int64, n int, err error) {
	var rows []struct {
		Loan  int64  `db:"loan"`
		Facts []byte `db:"facts"`
	}
	if err := tx.SelectContext(ctx, &rows, accountResealRead, after, v.PrimaryID(), resealAtOnce); err != nil || len(rows) == 0 {
		return after, 0, err
	}
	keys, facts := make([]int64, len(rows)), make([][]byte, len(rows))
	for i, r := range rows {
		keys[i] = r.Loan
		if facts[i], err = v.resealRow(r.Loan, r.Facts); err != nil {
			return after, 0, err
		}
	}
	_, err = tx.ExecContext(ctx, accountReseal, database.IntArray(keys), pq.ByteaArray(facts))
	return keys[len(keys)-1], len(keys), err
}

// resealRow is a packed row sealed anew. One that is damaged becomes empty: who reads it makes it from the book.
func (v Vault) resealRow(loan int64, row []byte) ([]byte, error) {
	sealed, open, err := splitPacked(row)
	if err != nil {
		return []byte{}, nil
	}
	anew, err := v.reseal(sealed, packedPlace(loan))
	switch {
	case errors.Is(err, seal.ErrSealed):
		return []byte{}, nil
	case err != nil:
		return nil, err
	}
	return append(packedHeadOf(anew), open...), nil
}

package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
)

// copySeparator and copyNull stand between the values of a copied row, and for an absent value. The driver escapes tabs
// and backslashes of what it is given, so a row of several values goes through it as one text with a separator that no
// value may hold.
const (
	copySeparator = '\x1f'
	copyNull      = '\x1e'
)

// ErrCopyValue is returned by Copy for a text that holds one of the bytes between values.
var ErrCopyValue = errors.New("a text holds a control byte that separates values")

// CopyRow collects the values of a row, in the order of the columns.
type CopyRow struct {
	row   []byte
	wrong bool
}

func (r *CopyRow) next() {
	if len(r.row) > 0 {
		r.row = append(r.row, copySeparator)
	}
}

// Text adds a text.
func (r *CopyRow) Text(s string) {
	r.next()
	if strings.IndexByte(s, copySeparator) >= 0 || strings.IndexByte(s, copyNull) >= 0 {
		r.wrong = true
	}
	r.row = append(r.row, s...)
}

// Int adds an integer.
func (r *CopyRow) Int(n int64) {
	r.next()
	r.row = strconv.AppendInt(r.row, n, 10)
}

// Bytea adds bytes.
func (r *CopyRow) Bytea(s string) {
	r.next()
	r.row = append(r.row, `\x`...)
	for i := range len(s) {
		r.row = append(r.row, hexDigits[s[i]>>4], hexDigits[s[i]&15])
	}
}

const hexDigits = "0123456789abcdef"

// Bool adds a boolean.
func (r *CopyRow) Bool(b bool) {
	r.next()
	if b {
		r.row = append(r.row, 't')
	} else {
		r.row = append(r.row, 'f')
	}
}

// Date adds a date by its year, month and day as one number, YYYYMMDD; 0 is no date.
func (r *CopyRow) Date(ymd int) {
	r.next()
	if ymd == 0 {
		r.row = append(r.row, copyNull)
		return
	}
	for shift := 10_000_000; shift > 0; shift /= 10 {
		r.row = append(r.row, byte('0'+ymd/shift%10))
	}
}

// Written is the row so far, as it goes to the server: the same for the same values. It is overwritten by the next row.
func (r *CopyRow) Written() []byte { return r.row }

// Again empties the row.
func (r *CopyRow) Again() { r.row = r.row[:0] }

// Copy writes n rows into columns of a table by COPY, in the transaction: an INSERT parses each value into an array first
// and logs each row by itself. The first column must not be an empty text.
func Copy(ctx context.Context, tx *sqlx.Tx, table, columns string, n int, row func(i int, r *CopyRow)) (err error) {
	if n == 0 {
		return nil
	}
	// The driver knows a COPY by its first word.
	statement, err := tx.PrepareContext(ctx, fmt.Sprintf("COPY %s (%s) FROM STDIN WITH (DELIMITER E'\\x%02x', NULL E'\\x%02x')",
		table, columns, copySeparator, copyNull))
	if err != nil {
		return err
	}
	err = copyRows(ctx, statement, n, row)
	return Ended(errors.Join(err, statement.Close()))
}

func copyRows(ctx context.Context, statement *sql.Stmt, n int, row func(i int, r *CopyRow)) error {
	var r CopyRow
	for i := range n {
		r.row = r.row[:0]
		row(i, &r)
		if r.wrong {
			return fmt.Errorf("row %d: %w", i+1, ErrCopyValue)
		}
		if _, err := statement.ExecContext(ctx, string(r.row)); err != nil {
			return err
		}
	}
	// An empty Exec ends the COPY and tells how it went; Close alone would keep the error to itself.
	_, err := statement.ExecContext(ctx)
	return err
}

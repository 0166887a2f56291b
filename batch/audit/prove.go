package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/merkle"
)

// Row names a row of the record.
type Row struct {
	Table string
	A, B  int64
}

// String is the row as a person names it: operation:5, tradeline:3/17.
func (r Row) String() string { return r.Table + ":" + key(r.Table, r.A, r.B) }

// tables of the record, and whether their keys have two parts.
var tables = map[string]bool{
	"operation": false, "act": false, "bureau_file": false, "bureau_file_event": true, "deletion": true, "tradeline": true, "excluded": true,
	"answer": false, "correction": false, "correction_at": true,
}

// ParseRow reads what String returns.
func ParseRow(text string) (r Row, err error) {
	table, rest, _ := strings.Cut(text, ":")
	two, known := tables[table]
	a, b, has := strings.Cut(rest, "/")
	r.Table = table
	if known && has == two {
		if r.A, err = strconv.ParseInt(a, 10, 64); err == nil && two {
			r.B, err = strconv.ParseInt(b, 10, 64)
		}
		if err == nil {
			return r, nil
		}
	}
	return r, fmt.Errorf("%q names no row: operation:5, act:3, bureau_file:2, bureau_file_event:2/1, deletion:2/LOAN, tradeline:2/LOAN, excluded:2/LOAN, answer:4, correction:6 or correction_at:6/1", text)
}

// FindRow is ParseRow for a person, who names a loan by the lender's id.
func FindRow(ctx context.Context, db sqlx.QueryerContext, text string) (Row, error) {
	head, id, two := strings.Cut(text, "/")
	if table, _, _ := strings.Cut(text, ":"); two && (table == "tradeline" || table == "deletion" || table == "excluded") {
		var loan int64
		switch err := sqlx.GetContext(ctx, db, &loan, loanOf, id); {
		case err == nil:
			text = head + "/" + strconv.FormatInt(loan, 10)
		case !errors.Is(err, sql.ErrNoRows):
			return Row{}, fmt.Errorf("look for the loan: %w", err)
		}
	}
	return ParseRow(text)
}

// Proved is a row with its proof and what it says, as it is hashed.
type Proved struct {
	Row     Row
	Proof   merkle.Proof
	Content []byte
}

// Prove proves that rows are in the log as a head knows it, and that they say now what was logged. It reads the log once.
//
// Errors to branch on: ErrNoRow, also for a row that the head does not know yet; ErrTampered.
func Prove(ctx context.Context, db *sqlx.DB, rows []Row, head merkle.Head) (proved []Proved, err error) {
	err = database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		proved = make([]Proved, len(rows))
		numbers := make([]int64, len(rows))
		for i, row := range rows {
			p, err := prove(ctx, tx, row)
			if err == nil && p.Proof.Number >= head.Entries {
				err = fmt.Errorf("%w: it was logged after the head of %d entries", ErrNoRow, head.Entries)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", row, err)
			}
			p.Proof.Size = head.Entries
			proved[i], numbers[i] = p, p.Proof.Number
		}
		root, paths, err := logPaths(ctx, tx, head.Entries, numbers)
		if err != nil {
			return err
		}
		if root != head.Root {
			return fmt.Errorf("%w: the log does not lead to the head", ErrTampered)
		}
		for i := range proved {
			proved[i].Proof.Path = paths[i]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("prove: %w", err)
	}
	return proved, nil
}

// logPaths are the paths of entries in the log.
func logPaths(ctx context.Context, tx *sqlx.Tx, size int64, numbers []int64) (root merkle.Hash, paths [][]merkle.Hash, err error) {
	rows, err := tx.QueryContext(ctx, entryRead, -1)
	if err != nil {
		return root, nil, fmt.Errorf("read the log: %w", err)
	}
	defer rows.Close()
	next := int64(0)
	root, paths, err = merkle.Paths(size, numbers, func() (merkle.Hash, error) {
		var e entryRow
		if !rows.Next() {
			return root, errors.Join(rows.Err(), fmt.Errorf("%w: the log has only %d entries", ErrTampered, next))
		}
		if err := rows.Scan(e.places()...); err != nil {
			return root, err
		}
		if e.number != next {
			return root, fmt.Errorf("%w: entry %d of the log is missing", ErrTampered, next)
		}
		next++
		return e.entry().Leaf(), nil
	})
	return root, paths, err
}

// prove is a row with its entry, without its place in a head's log.
func prove(ctx context.Context, tx *sqlx.Tx, row Row) (p Proved, err error) {
	if row.Table == bureau.ProvedLine || row.Table == bureau.ProvedExcluded {
		return proveLine(ctx, tx, row)
	}
	var e entryRow
	err = tx.QueryRowContext(ctx, entryOf, row.Table, row.A, row.B).Scan(e.places()...)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNoRow
	}
	if err != nil {
		return p, err
	}
	var content *string
	if err := tx.GetContext(ctx, &content, rowContent, row.Table, row.A, row.B); err != nil {
		return p, err
	}
	if content == nil || string(digestOf(*content)) != string(e.digest) {
		return p, ErrTampered
	}
	return Proved{row, merkle.Proof{Entry: e.entry(), Number: e.number}, []byte(*content)}, nil
}

// proveLine proves a row in its page.
func proveLine(ctx context.Context, tx *sqlx.Tx, row Row) (p Proved, err error) {
	var e entryRow
	var first int64
	var columns int
	var kept []byte
	err = tx.QueryRowContext(ctx, entryOfLine, row.A, row.B, row.Table).Scan(append(e.places(), &first, &columns, &kept)...)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNoRow
	}
	if err != nil {
		return p, err
	}
	page := merkle.PageProof{Key: row.B, Number: -1}
	var leaves []merkle.Hash
	err = bureau.EachProved(ctx, tx, row.Table, row.A, first, e.b, columns, func(r bureau.ProvedRow) error {
		if r.Loan == row.B {
			page.Number, page.Says = int64(len(leaves)), r.Says
		}
		leaves = append(leaves, merkle.RowLeaf(r.Loan, r.Says))
		return nil
	})
	if err != nil {
		return p, err
	}
	if page.Number < 0 {
		if list, err := bureau.ReadProvedPage(columns, kept); err == nil {
			if _, listed := list.Short[row.B]; listed {
				return p, ErrTampered
			}
		}
		return p, ErrNoRow
	}
	page.Size = int64(len(leaves))
	root, paths, err := merkle.Paths(page.Size, []int64{page.Number}, func() (merkle.Hash, error) {
		leaf := leaves[0]
		leaves = leaves[1:]
		return leaf, nil
	})
	if err != nil {
		return p, err
	}
	if string(root[:]) != string(e.digest) {
		return p, fmt.Errorf("%w: a row of its page was", ErrTampered)
	}
	page.Path = paths[0]
	content, err := bureau.ProvedContent(ctx, tx, row.Table, row.A, row.B, columns)
	return Proved{row, merkle.Proof{Entry: e.entry(), Number: e.number, Page: &page}, slices.Clip(content)}, err
}

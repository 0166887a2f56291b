package bureau

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/merkle"
	"github.com/furnisher/furnisher/rules"
)

// The log of what was recorded knows tradelines, and what files leave out, by pages: what a chunk wrote for a file is a Merkle tree of its own, whose root becomes
// an entry when the file has its name. What is hashed of a tradeline is its row as it went to the server, so a night that writes it
// hashes bytes that it has in hand; whoever checks it writes the row again from what the table says now.

// The kinds of rows that the log knows by pages: their tables.
const (
	ProvedLine     = "tradeline"
	ProvedExcluded = "excluded" // what a file leaves out, and why (DC11)
)

// excludedColumns is how many columns are hashed of a row of what a file leaves out, beside the file and the loan.
const excludedColumns = 4

// proofPage is a page of rows on its way into the log.
type proofPage struct {
	kind        string
	columns     int // how many of the table's are hashed
	first, last int64
	tree        merkle.Tree
	rows        []byte
}

// shortHash is how much of a row's hash a page keeps, to name the row that differs. What counts is the root.
const shortHash = 8

// add adds a row; loans ascend.
func (p *proofPage) add(loan int64, says merkle.Hash) {
	if p.tree.Size() == 0 {
		p.first = loan
	}
	p.rows = binary.AppendUvarint(p.rows, uint64(loan-p.last))
	p.last = loan
	p.rows = append(p.rows, says[:shortHash]...)
	p.tree.Add(merkle.RowLeaf(loan, says))
}

// keep keeps the page with its rows, in their transaction.
func (p *proofPage) keep(ctx context.Context, tx *sqlx.Tx, file int64) error {
	if p.tree.Size() == 0 {
		return nil
	}
	root := p.tree.Root()
	_, err := tx.ExecContext(ctx, proofPageAdd, file, p.first, p.last, p.columns, root[:], p.rows, p.kind)
	return err
}

// ProvedRow is a row of a page as the log knows it.
type ProvedRow struct {
	Loan int64
	Says merkle.Hash
}

// ProvedPage is what a page keeps beside its root.
type ProvedPage struct {
	Columns int
	Short   map[int64][shortHash]byte // of each loan
}

// ErrProofPage: the rows of a page are not written as pages are.
var ErrProofPage = errors.New("the list of a page is damaged")

// ReadProvedPage reads a page's rows. It returns ErrProofPage.
func ReadProvedPage(columns int, rows []byte) (ProvedPage, error) {
	p := ProvedPage{Columns: columns, Short: map[int64][shortHash]byte{}}
	for loan := int64(0); len(rows) > 0; {
		step, n := binary.Uvarint(rows)
		if n <= 0 || len(rows) < n+shortHash {
			return p, ErrProofPage
		}
		loan += int64(step)
		p.Short[loan] = [shortHash]byte(rows[n:])
		rows = rows[n+shortHash:]
	}
	return p, nil
}

// Same reports whether the page lists a row as it is now, and whether it lists the loan at all.
func (p ProvedPage) Same(row ProvedRow) (same, listed bool) {
	short, listed := p.Short[row.Loan]
	return listed && bytes.Equal(short[:], row.Says[:shortHash]), listed
}

// EachProved calls f with the rows of a kind that a file has now of loans from first to last, in the order of their loans, hashed by so
// many columns; 0: all.
func EachProved(ctx context.Context, tx *sqlx.Tx, kind string, file, first, last int64, hashed int, f func(ProvedRow) error) error {
	return eachWritten(ctx, tx, kind, file, first, last, hashed, func(loan int64, content []byte) error {
		return f(ProvedRow{loan, merkle.Digest(content)})
	})
}

// ProvedContent is a row of a kind that a file has of a loan now, as it is hashed, and which columns of the row it shows.
func ProvedContent(ctx context.Context, tx *sqlx.Tx, kind string, file, loan int64, hashed int) (content []byte, err error) {
	err = eachWritten(ctx, tx, kind, file, loan, loan, hashed, func(_ int64, text []byte) error {
		content = bytes.Clone(text)
		return nil
	})
	return content, err
}

// eachWritten writes rows of a kind again as they are hashed.
func eachWritten(ctx context.Context, tx *sqlx.Tx, kind string, file, first, last int64, hashed int, f func(loan int64, content []byte) error) error {
	if kind == ProvedExcluded {
		return eachExcluded(ctx, tx, file, first, last, f)
	}
	if hashed <= 0 || hashed > len(columns) {
		hashed = len(columns)
	}
	return eachLine(ctx, tx, file, first, last, hashed, f)
}

// written is a row of what a file leaves out as it is hashed.
func (r *excludedRow) written(file int64, text *database.CopyRow) []byte {
	text.Again()
	text.Int(file)
	text.Int(r.Loan)
	text.Text(r.Reason)
	text.Text(r.Rule)
	text.Text(r.Detail)
	text.Int(r.LastFile)
	return text.Written()
}

// eachExcluded writes again what a file leaves out.
func eachExcluded(ctx context.Context, tx *sqlx.Tx, file, first, last int64, f func(loan int64, content []byte) error) error {
	var text database.CopyRow
	places := func(r *excludedRow) []any { return []any{&r.Loan, &r.Reason, &r.Rule, &r.Detail, &r.LastFile} }
	err := database.Each(ctx, tx, places, func(r *excludedRow) error { return f(r.Loan, r.written(file, &text)) }, proofExcluded, file, first, last)
	if err != nil {
		return fmt.Errorf("read what file %d leaves out: %w", file, err)
	}
	return nil
}

// eachLine writes tradelines again as they went to the server. What is coded is taken as it stands, also if nobody could read it.
func eachLine(ctx context.Context, tx *sqlx.Tx, file, first, last int64, hashed int, f func(loan int64, content []byte) error) error {
	type row struct {
		asOf rules.Date
		Line
		coded []string
	}
	places := func(l *row) []any {
		l.coded = make([]string, len(columns))
		list := []any{&l.asOf}
		for k := range columns {
			if columns[k].coded != nil {
				list = append(list, &l.coded[k])
			} else {
				list = append(list, columns[k].place(&l.Line))
			}
		}
		return list
	}
	var text database.CopyRow
	err := database.Each(ctx, tx, places, func(l *row) (err error) {
		if l.Facts, err = factsAsWritten(l.Facts); err != nil {
			return fmt.Errorf("facts of loan %d: %w", l.Loan, err)
		}
		text.Again()
		text.Int(file)
		text.Date(l.asOf.YMD())
		for k := range columns[:hashed] {
			if columns[k].coded != nil {
				text.Text(l.coded[k])
			} else {
				columns[k].write(&l.Line, &text)
			}
		}
		return f(l.Loan, text.Written())
	}, proofRowsAll, file, first, last)
	if err != nil {
		return fmt.Errorf("read the tradelines of file %d: %w", file, err)
	}
	return nil
}

// factsAsWritten is a tradeline's facts as rules.Facts writes them: the database keeps them as jsonb, which orders and spaces them its
// own way. What cannot be read is returned as it is: somebody wrote it.
func factsAsWritten(stored string) (string, error) {
	var facts map[string]json.RawMessage
	if json.Unmarshal([]byte(stored), &facts) != nil {
		return stored, nil
	}
	keys := make([]string, 0, len(facts))
	for key := range facts {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	text := []byte{'{'}
	for i, key := range keys {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(rules.AppendQuoted(text, key), ':')
		value := facts[key]
		var word string
		if json.Unmarshal(value, &word) == nil && value[0] == '"' {
			text = rules.AppendQuoted(text, word)
			continue
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, value); err != nil {
			return "", err
		}
		text = append(text, compact.Bytes()...)
	}
	return string(append(text, '}')), nil
}

// proveBoarded keeps the pages of a boarded file, whose tradelines were not written in the order of their loans. They are logged when it
// is done.
func proveBoarded(ctx context.Context, tx *sqlx.Tx, file int64) error {
	older := olderRows{File: file, Kind: ProvedLine}
	for {
		page, next, err := older.page(ctx, tx)
		if err != nil || page == nil {
			return err
		}
		older.Last = next
	}
}

// olderAtOnce is how many rows of an older file a page has.
const olderAtOnce = 2000

// olderRows are rows of a kind of an older file that are still to be logged, after a loan.
type olderRows struct {
	File int64  `db:"file"`
	Kind string `db:"kind"`
	Last int64  `db:"last"`
}

// ProveOlder logs the rows of files that were made before the log knew their kind, as they are found, and returns how many. Killed, the
// next call goes on. Files that are being made wait for their end.
func ProveOlder(ctx context.Context, db *sqlx.DB) (rows int64, err error) {
	for {
		more := false
		err := database.InTx(ctx, db, func(tx *sqlx.Tx) error {
			var older olderRows
			err := tx.GetContext(ctx, &older, proofOlderNext)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("find older files whose rows are not logged: %w", err)
			}
			more = true
			n, err := older.prove(ctx, tx)
			rows += n
			return err
		})
		if err != nil || !more {
			return rows, err
		}
	}
}

// prove logs the next page, or notes that all is logged.
func (o *olderRows) prove(ctx context.Context, tx *sqlx.Tx) (int64, error) {
	page, next, err := o.page(ctx, tx)
	switch {
	case err != nil:
		return 0, err
	case next == 0:
		_, err := tx.ExecContext(ctx, proofOlderDone, o.File, o.Kind)
		return 0, err
	case page == nil: // rows that are in a page already
		_, err := tx.ExecContext(ctx, proofOlderMove, o.File, next, o.Kind)
		return 0, err
	}
	_, err = tx.ExecContext(ctx, proofOlderAdd, o.File, next, o.Kind)
	if err == nil {
		_, err = tx.ExecContext(ctx, proofOlderMove, o.File, next, o.Kind)
	}
	return page.tree.Size(), err
}

// page keeps the next page of rows that no page has, nil for none, and returns the loan behind which to go on, 0 for the end.
func (o *olderRows) page(ctx context.Context, tx *sqlx.Tx) (*proofPage, int64, error) {
	query := proofOlderRange
	if o.Kind == ProvedExcluded {
		query = proofOlderExcluded
	}
	var next struct {
		First int64 `db:"first"`
		Last  int64 `db:"last"`
		Skip  int64 `db:"skip"`
	}
	if err := tx.GetContext(ctx, &next, query, o.File, o.Last, olderAtOnce); err != nil {
		return nil, 0, fmt.Errorf("find what of file %d is not logged: %w", o.File, err)
	}
	if next.Last == 0 {
		return nil, next.Skip, nil
	}
	page := proofPage{kind: o.Kind, columns: excludedColumns}
	if o.Kind == ProvedLine {
		page.columns = len(columns)
	}
	err := EachProved(ctx, tx, o.Kind, o.File, next.First, next.Last, 0, func(row ProvedRow) error {
		page.add(row.Loan, row.Says)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return &page, next.Last, page.keep(ctx, tx, o.File)
}

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

// The log of what was recorded knows tradelines by pages: what a chunk wrote for a file is a Merkle tree of its own, whose root becomes
// an entry when the file has its name. What is hashed of a tradeline is its row as it went to the server, so a night that writes it
// hashes bytes that it has in hand; whoever checks it writes the row again from what the table says now.

// proofPage is a page of tradelines on its way into the log.
type proofPage struct {
	columns     int // how many of the table's are hashed
	first, last int64
	tree        merkle.Tree
	rows        []byte
}

// shortHash is how much of a row's hash a page keeps, to name the row that differs. What counts is the root.
const shortHash = 8

// add adds a tradeline; loans ascend.
func (p *proofPage) add(loan int64, says merkle.Hash) {
	if p.tree.Size() == 0 {
		p.first = loan
	}
	p.rows = binary.AppendUvarint(p.rows, uint64(loan-p.last))
	p.last = loan
	p.rows = append(p.rows, says[:shortHash]...)
	p.tree.Add(merkle.RowLeaf(loan, says))
}

// keep keeps the page with its tradelines, in their transaction.
func (p *proofPage) keep(ctx context.Context, tx *sqlx.Tx, file int64) error {
	if p.tree.Size() == 0 {
		return nil
	}
	root := p.tree.Root()
	_, err := tx.ExecContext(ctx, proofPageAdd, file, p.first, p.last, p.columns, root[:], p.rows)
	return err
}

// ProvedRow is a tradeline as the log knows it.
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
var ErrProofPage = errors.New("the list of a page of tradelines is damaged")

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

// EachProved calls f with the tradelines that a file has now of loans from first to last, in the order of their loans, hashed by so
// many columns; 0: all.
func EachProved(ctx context.Context, tx *sqlx.Tx, file, first, last int64, hashed int, f func(ProvedRow) error) error {
	if hashed <= 0 || hashed > len(columns) {
		hashed = len(columns)
	}
	return eachLine(ctx, tx, file, first, last, hashed, func(loan int64, content []byte) error {
		return f(ProvedRow{loan, merkle.Digest(content)})
	})
}

// ProvedContent is what a file says of a loan now, as it is hashed, and which columns of the row it shows.
func ProvedContent(ctx context.Context, tx *sqlx.Tx, file, loan int64, hashed int) (content []byte, err error) {
	if hashed <= 0 || hashed > len(columns) {
		hashed = len(columns)
	}
	err = eachLine(ctx, tx, file, loan, loan, hashed, func(_ int64, text []byte) error {
		content = bytes.Clone(text)
		return nil
	})
	return content, err
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
	for after := int64(0); ; {
		var next struct {
			First int64 `db:"first"`
			Last  int64 `db:"last"`
			Skip  int64 `db:"skip"`
		}
		if err := tx.GetContext(ctx, &next, proofOlderRange, file, after, olderAtOnce); err != nil {
			return fmt.Errorf("find the tradelines of file %d that are not logged: %w", file, err)
		}
		if next.Last == 0 {
			return nil
		}
		page := proofPage{columns: len(columns)}
		err := EachProved(ctx, tx, file, next.First, next.Last, 0, func(row ProvedRow) error {
			page.add(row.Loan, row.Says)
			return nil
		})
		if err == nil {
			err = page.keep(ctx, tx, file)
		}
		if err != nil {
			return err
		}
		after = next.Last
	}
}

// olderAtOnce is how many tradelines of an older file a page has.
const olderAtOnce = 2000

// ProveOlder logs the tradelines of files that were made before there was a log, as they are found, and returns how many. Killed, the
// next call goes on. Files that are being made wait for their end.
func ProveOlder(ctx context.Context, db *sqlx.DB) (rows int64, err error) {
	for {
		var file, last int64
		more := false
		err := database.InTx(ctx, db, func(tx *sqlx.Tx) error {
			err := tx.QueryRowContext(ctx, proofOlderNext).Scan(&file, &last)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("find older files whose tradelines are not logged: %w", err)
			}
			more = true
			n, err := proveOlderPage(ctx, tx, file, last)
			rows += n
			return err
		})
		if err != nil || !more {
			return rows, err
		}
	}
}

// proveOlderPage logs the next page of an older file, or notes that all of it is logged.
func proveOlderPage(ctx context.Context, tx *sqlx.Tx, file, after int64) (int64, error) {
	var next struct {
		First int64 `db:"first"`
		Last  int64 `db:"last"`
		Skip  int64 `db:"skip"`
	}
	if err := tx.GetContext(ctx, &next, proofOlderRange, file, after, olderAtOnce); err != nil {
		return 0, fmt.Errorf("find the tradelines of file %d that are not logged: %w", file, err)
	}
	if next.Last == 0 {
		if next.Skip == 0 {
			_, err := tx.ExecContext(ctx, proofOlderDone, file)
			return 0, err
		}
		_, err := tx.ExecContext(ctx, proofOlderMove, file, next.Skip)
		return 0, err
	}
	page := proofPage{columns: len(columns)}
	err := EachProved(ctx, tx, file, next.First, next.Last, 0, func(row ProvedRow) error {
		page.add(row.Loan, row.Says)
		return nil
	})
	if err == nil {
		err = page.keep(ctx, tx, file)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, proofOlderAdd, file, next.Last)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, proofOlderMove, file, next.Last)
	}
	return page.tree.Size(), err
}

package step

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// readLedgers returns the ledgers of loans with what is known of the future. Those of which the packed one is not all
// are made from the book, and left as they are: what an import brings into a night that stopped later must go through
// all steps, and so waits for step 1 of the next night, which alone packs.
func readLedgers(ctx context.Context, tx *sqlx.Tx, keys []int64) (map[int64]rules.Ledger, error) {
	return wholeLedgers(ctx, tx, positionRead, pq.Array(keys))
}

// readChunk is readLedgers for all loans of a chunk.
func readChunk(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (map[int64]rules.Ledger, error) {
	return wholeLedgers(ctx, tx, positionRange, c.After, c.Last)
}

func wholeLedgers(ctx context.Context, tx *sqlx.Tx, statement string, args ...any) (map[int64]rules.Ledger, error) {
	p, err := readPacked(ctx, tx, statement, args...)
	if err != nil {
		return nil, err
	}
	made, err := makeLedgers(ctx, tx, slices.Concat(p.news, p.stale))
	if err != nil {
		return nil, err
	}
	maps.Copy(p.ledgers, made)
	return p.ledgers, nil
}

// positions are ledgers as they were packed.
type positions struct {
	ledgers map[int64]rules.Ledger // of all loans but the stale
	news    []int64                // whose packed ledger lacks what came into the book since
	stale   []int64                // whose packed ledger is wrong, cannot be read or is not there
}

func readPacked(ctx context.Context, tx *sqlx.Tx, statement string, args ...any) (positions, error) {
	p := positions{ledgers: map[int64]rules.Ledger{}}
	rows, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return p, fmt.Errorf("read positions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var loan int64
		var packed sql.RawBytes
		var stale, news bool
		if err := rows.Scan(&loan, &packed, &stale, &news); err != nil {
			return p, fmt.Errorf("read positions: %w", err)
		}
		ledger, err := unpack(packed)
		if stale || err != nil {
			p.stale = append(p.stale, loan)
			continue
		}
		p.ledgers[loan] = ledger
		if news {
			p.news = append(p.news, loan)
		}
	}
	return p, rows.Err()
}

// catchUp returns the ledgers of loans, after it has packed what they are by now: with their news, or made anew.
func catchUp(ctx context.Context, tx *sqlx.Tx, keys []int64) (map[int64]rules.Ledger, error) {
	p, err := readPacked(ctx, tx, positionRead, pq.Array(keys))
	if err != nil {
		return nil, err
	}
	behind := slices.Concat(p.stale, p.news)
	news, err := takeNews(ctx, tx, behind)
	if err != nil {
		return nil, err
	}
	made, err := makeLedgers(ctx, tx, p.stale)
	if err != nil {
		return nil, err
	}
	maps.Copy(p.ledgers, made)
	changed := p.stale
	for _, loan := range p.news {
		if came, ok := news[loan]; ok {
			was := p.ledgers[loan]
			p.ledgers[loan] = newLedger(append(was.Entries, came.Entries...), append(was.Dues, came.Dues...))
			changed = append(changed, loan)
		}
	}
	if err := writePacked(ctx, tx, changed, p.ledgers); err != nil {
		return nil, err
	}
	return p.ledgers, wake(ctx, tx, wakeFresh, behind)
}

// takeNews takes what the packed ledgers of loans lack out of the database, in no order.
func takeNews(ctx context.Context, tx *sqlx.Tx, keys []int64) (map[int64]rules.Ledger, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var entries []struct {
		Loan      int64       `db:"loan"`
		Kind      rules.Kind  `db:"kind"`
		Amount    rules.Cents `db:"amount_cents"`
		Effective rules.Date  `db:"effective_on"`
	}
	if err := tx.SelectContext(ctx, &entries, newsEntryTake, pq.Array(keys)); err != nil {
		return nil, fmt.Errorf("take new entries: %w", err)
	}
	var cycles []struct {
		Loan       int64       `db:"loan"`
		No         int         `db:"cycle_no"`
		DueOn      rules.Date  `db:"due_on"`
		MinimumDue rules.Cents `db:"minimum_due_cents"`
	}
	if err := tx.SelectContext(ctx, &cycles, newsCycleTake, pq.Array(keys)); err != nil {
		return nil, fmt.Errorf("take new cycles: %w", err)
	}
	news := map[int64]rules.Ledger{}
	for _, e := range entries {
		l := news[e.Loan]
		l.Entries = append(l.Entries, rules.Entry{Kind: e.Kind, Amount: e.Amount, Effective: e.Effective})
		news[e.Loan] = l
	}
	for _, c := range cycles {
		l := news[c.Loan]
		l.Dues = append(l.Dues, rules.Due{No: c.No, DueOn: c.DueOn, MinimumDue: c.MinimumDue})
		news[c.Loan] = l
	}
	return news, nil
}

func writePacked(ctx context.Context, tx *sqlx.Tx, keys []int64, ledgers map[int64]rules.Ledger) error {
	if len(keys) == 0 {
		return nil
	}
	packed := make([][]byte, len(keys))
	for i, loan := range keys {
		packed[i] = pack(ledgers[loan])
	}
	if _, err := tx.ExecContext(ctx, positionPack, pq.Array(keys), pq.ByteaArray(packed)); err != nil {
		return fmt.Errorf("write positions: %w", err)
	}
	return nil
}

// checkedEvery is how many loans there are to one whose packed ledger a night checks; PickAwakeOrChecked picks by it.
const checkedEvery = 1009

// checkLedgers makes the ledgers of the night's sample anew, and gives the loans of which the packed one is another,
// which it puts right. That cannot happen but by a hand that wrote to the book and did not say so.
func checkLedgers(ctx context.Context, tx *sqlx.Tx, keys []int64, packed map[int64]rules.Ledger, d rules.Date) ([]int64, error) {
	var sample []int64
	for _, loan := range keys {
		if loan%checkedEvery == int64(d-1)%checkedEvery {
			sample = append(sample, loan)
		}
	}
	made, err := makeLedgers(ctx, tx, sample)
	if err != nil {
		return nil, err
	}
	var drifted []int64
	for _, loan := range sample {
		if !bytes.Equal(pack(packed[loan]), pack(made[loan])) {
			drifted = append(drifted, loan)
			packed[loan] = made[loan]
		}
	}
	return drifted, writePacked(ctx, tx, drifted, packed)
}

// makeLedgers makes ledgers from the book.
func makeLedgers(ctx context.Context, tx *sqlx.Tx, keys []int64) (map[int64]rules.Ledger, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, ledgerRead, pq.Array(keys))
	if err != nil {
		return nil, fmt.Errorf("read ledgers: %w", err)
	}
	defer rows.Close()
	ledgers := make(map[int64]rules.Ledger, len(keys))
	for rows.Next() {
		var loan int64
		var kinds, amounts, effective, undone, numbers, due, minimum []byte
		if err := rows.Scan(&loan, &kinds, &amounts, &effective, &undone, &numbers, &due, &minimum); err != nil {
			return nil, fmt.Errorf("read ledgers: %w", err)
		}
		entries, err := parseEntries(kinds, amounts, effective, undone)
		if err != nil {
			return nil, fmt.Errorf("read ledgers: %w", err)
		}
		cycles, err := parseCycles(numbers, due, minimum)
		if err != nil {
			return nil, fmt.Errorf("read ledgers: %w", err)
		}
		ledgers[loan] = newLedger(entries, cycles)
	}
	return ledgers, rows.Err()
}

func parseEntries(kinds, amounts, effective, undone []byte) ([]rules.Entry, error) {
	names := elements(kinds)
	entries := make([]rules.Entry, len(names))
	for i, name := range names {
		if err := entries[i].Kind.Scan(name); err != nil {
			return nil, err
		}
	}
	return entries, eachInteger(len(entries), [][]byte{amounts, effective, undone}, func(row, column int, n int64) {
		switch e := &entries[row]; column {
		case 0:
			e.Amount = rules.Cents(n)
		case 1:
			e.Effective = rules.Date(n)
		default:
			e.UndoneOn = rules.Date(n)
		}
	})
}

func parseCycles(numbers, due, minimum []byte) ([]rules.Due, error) {
	cycles := make([]rules.Due, len(elements(numbers)))
	return cycles, eachInteger(len(cycles), [][]byte{numbers, due, minimum}, func(row, column int, n int64) {
		switch c := &cycles[row]; column {
		case 0:
			c.No = int(n)
		case 1:
			c.DueOn = rules.Date(n)
		default:
			c.MinimumDue = rules.Cents(n)
		}
	})
}

// elements splits the text form of a one-dimensional array without quotes or nulls.
func elements(array []byte) [][]byte {
	if len(array) <= 2 {
		return nil
	}
	return bytes.Split(array[1:len(array)-1], []byte{','})
}

// eachInteger calls f with every element of the integer arrays, which must all have the same length.
func eachInteger(length int, arrays [][]byte, f func(row, column int, n int64)) error {
	for column, array := range arrays {
		parts := elements(array)
		if len(parts) != length {
			return fmt.Errorf("array %d has %d elements, want %d", column, len(parts), length)
		}
		for row, part := range parts {
			n, err := strconv.ParseInt(string(part), 10, 64)
			if err != nil {
				return fmt.Errorf("array %d: %w", column, err)
			}
			f(row, column, n)
		}
	}
	return nil
}

// wake lets a statement of package sql wake loans.
func wake(ctx context.Context, tx *sqlx.Tx, statement string, keys []int64) error {
	if len(keys) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, statement, pq.Array(keys)); err != nil {
		return fmt.Errorf("wake loans: %w", err)
	}
	return nil
}

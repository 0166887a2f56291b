package step

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
	statements "github.com/furnisher/furnisher/sql"
)

// readLedgers returns the ledgers of loans with what is known of the future, and the loans whose packed one could not
// serve: something was posted to them since. Those ledgers are made from the book. Only step 1 packs them again: what an
// import brings into a night that stopped later must go through all steps, and so stays stale until the next night.
func readLedgers(ctx context.Context, tx *sqlx.Tx, keys []int64) (map[int64]rules.Ledger, []int64, error) {
	return freshLedgers(ctx, tx, statements.PositionRead, pq.Array(keys))
}

// readChunk is readLedgers for all loans of a chunk.
func readChunk(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (map[int64]rules.Ledger, error) {
	ledgers, _, err := freshLedgers(ctx, tx, statements.PositionRange, c.After, c.Last)
	return ledgers, err
}

func freshLedgers(ctx context.Context, tx *sqlx.Tx, statement string, args ...any) (map[int64]rules.Ledger, []int64, error) {
	ledgers, stale, err := readPacked(ctx, tx, statement, args...)
	if err != nil {
		return nil, nil, err
	}
	made, err := makeLedgers(ctx, tx, stale)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(ledgers, made)
	return ledgers, stale, nil
}

// packStale packs the ledgers of the loans whose packed one could not serve.
func packStale(ctx context.Context, tx *sqlx.Tx, loans []looked) error {
	var keys []int64
	ledgers := map[int64]rules.Ledger{}
	for i := range loans {
		if l := &loans[i]; l.stale {
			keys, ledgers[l.key] = append(keys, l.key), l.known
		}
	}
	return writePacked(ctx, tx, keys, ledgers)
}

// readPacked reads packed ledgers, and the keys of the loans whose packed ledger is stale or cannot be read.
func readPacked(ctx context.Context, tx *sqlx.Tx, statement string, args ...any) (map[int64]rules.Ledger, []int64, error) {
	rows, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("read positions: %w", err)
	}
	defer rows.Close()
	ledgers := map[int64]rules.Ledger{}
	var stale []int64
	for rows.Next() {
		var loan int64
		var packed sql.RawBytes
		var old bool
		if err := rows.Scan(&loan, &packed, &old); err != nil {
			return nil, nil, fmt.Errorf("read positions: %w", err)
		}
		ledger, err := unpack(packed)
		if old || err != nil {
			stale = append(stale, loan)
			continue
		}
		ledgers[loan] = ledger
	}
	return ledgers, stale, rows.Err()
}

func writePacked(ctx context.Context, tx *sqlx.Tx, keys []int64, ledgers map[int64]rules.Ledger) error {
	if len(keys) == 0 {
		return nil
	}
	packed := make([][]byte, len(keys))
	for i, loan := range keys {
		packed[i] = pack(ledgers[loan])
	}
	if _, err := tx.ExecContext(ctx, statements.PositionPack, pq.Array(keys), pq.ByteaArray(packed)); err != nil {
		return fmt.Errorf("write positions: %w", err)
	}
	return wake(ctx, tx, statements.WakeFresh, keys)
}

// checkedEvery is how many loans there are to one whose packed ledger a night checks; pick_awake_or_checked.sql picks by it.
const checkedEvery = 1009

// checkLedgers makes the ledgers of the night's sample anew, and gives the loans whose packed ledger was another one,
// which it puts right. That cannot happen but by a hand that wrote to the book and did not say so.
func checkLedgers(ctx context.Context, tx *sqlx.Tx, keys []int64, d rules.Date) ([]int64, error) {
	var sample []int64
	for _, loan := range keys {
		if loan%checkedEvery == int64(d-1)%checkedEvery {
			sample = append(sample, loan)
		}
	}
	packed, _, err := readPacked(ctx, tx, statements.PositionRead, pq.Array(sample))
	if err != nil {
		return nil, err
	}
	made, err := makeLedgers(ctx, tx, sample)
	if err != nil {
		return nil, err
	}
	var drifted []int64
	for _, loan := range sample {
		if was, ok := packed[loan]; ok && !bytes.Equal(pack(was), pack(made[loan])) {
			drifted = append(drifted, loan)
		}
	}
	return drifted, writePacked(ctx, tx, drifted, made)
}

// makeLedgers makes ledgers from the book.
func makeLedgers(ctx context.Context, tx *sqlx.Tx, keys []int64) (map[int64]rules.Ledger, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, statements.LedgerRead, pq.Array(keys))
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
		ledgers[loan] = rules.NewLedger(entries, cycles)
	}
	return ledgers, rows.Err()
}

func parseEntries(kinds, amounts, effective, undone []byte) ([]rules.Entry, error) {
	names := elements(kinds)
	entries := make([]rules.Entry, len(names))
	for i, name := range names {
		entries[i].Kind = rules.Kind(name)
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

func parseCycles(numbers, due, minimum []byte) ([]rules.Cycle, error) {
	cycles := make([]rules.Cycle, len(elements(numbers)))
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

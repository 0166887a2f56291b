package book

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// News is what came to the ledger of a loan: settled entries that undo none, and billing cycles that it had not.
type News struct {
	Loan    int64
	Entries []rules.Entry
	Dues    []rules.Due
}

// Add wakes loans whose ledgers have news, in the transaction that brought the news into the book, and adds the news to
// their packed rows, so that no night has to make them anew; rows that cannot be read become stale. The caller holds the book: no
// night decides one of them meanwhile.
func Add(ctx context.Context, tx *sqlx.Tx, news []News) error {
	keys := make([]int64, len(news))
	byLoan := make(map[int64]*News, len(news))
	for i := range news {
		keys[i] = news[i].Loan
		byLoan[news[i].Loan] = &news[i]
	}
	if len(keys) == 0 {
		return nil
	}
	var known []int64
	var packed [][]byte
	facts := &Facts{}
	err := database.Each(ctx, tx, (*packedRow).columns, func(r *packedRow) error {
		sealed, open, err := splitPacked(r.facts)
		if err != nil || facts.readOpen(open) != nil {
			return nil // it becomes stale
		}
		n := byLoan[r.loan]
		facts.Ledger = newLedger(append(facts.Ledger.Entries, n.Entries...), append(facts.Ledger.Dues, n.Dues...))
		known, packed = append(known, r.loan), append(packed, joinPacked(sealed, facts)) // the consumers stay sealed as they are
		return nil
	}, accountFresh, database.IntArray(keys))
	if err != nil {
		return fmt.Errorf("read packed rows: %w", err)
	}
	if err := writePacked(ctx, tx, known, packed); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, wakeAdded, database.IntArray(known), string(LedgerChanged)); err != nil {
		return fmt.Errorf("wake loans: %w", err)
	}
	for _, loan := range known {
		delete(byLoan, loan)
	}
	return Wake(ctx, tx, slices.Collect(maps.Keys(byLoan)), LedgerChanged)
}

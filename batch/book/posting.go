package book

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// ReadLedger reads the whole ledger of a loan, which is locked.
func ReadLedger(ctx context.Context, tx *sqlx.Tx, loan int64) (l rules.Ledger, err error) {
	err = database.Each(ctx, tx, (*ledgerRow).columns, func(r *ledgerRow) (err error) {
		l, err = r.ledger()
		return err
	}, ledgerRead, pq.Array([]int64{loan}))
	if err != nil {
		err = fmt.Errorf("read the loan's ledger: %w", err)
	}
	return l, err
}

// ReadStanding reads an entry of a loan that is to be reversed; false if the loan has none of that id.
func ReadStanding(ctx context.Context, tx *sqlx.Tx, loan int64, id string) (e rules.Standing, known bool, err error) {
	var kind string
	err = tx.QueryRowContext(ctx, postingFind, loan, id).Scan(&kind, &e.Amount, &e.On, &e.Settled, &e.Reversed)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	if err != nil {
		return e, false, fmt.Errorf("find the transaction: %w", err)
	}
	if e.Kind, known = rules.ParseKind(kind); !known {
		e.Reversal = true // the only type without a kind
	}
	return e, true, nil
}

// NewPosting is a settled entry that a person posts.
type NewPosting struct {
	ID       string
	Type     string
	Amount   rules.Cents
	On       rules.Date
	Reverses string // of a REVERSAL
}

// Post adds a posting to the ledger of a loan, which is locked, and wakes the loan. It reports false if there is an entry of that id.
func Post(ctx context.Context, tx *sqlx.Tx, loan int64, p NewPosting, at time.Time) (bool, error) {
	result, err := tx.ExecContext(ctx, postingAdd, loan, p.ID, p.Type, int64(p.Amount), p.On, at, given(p.Reverses))
	if err != nil {
		return false, fmt.Errorf("add the posting: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	return true, Wake(ctx, tx, []int64{loan}, LedgerChanged)
}

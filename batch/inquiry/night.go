package inquiry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// NightChanges is what a night changed: the states of loans, and what its files say otherwise than the files before.
type NightChanges struct {
	Moves      []NightMove      `json:"moves"`
	Tradelines []NightTradeline `json:"tradelines"`
}

// NightMove is a change of one of a loan's two states (ST4).
type NightMove struct {
	LoanID      string          `json:"loan_id" db:"loan_id"`
	State       string          `json:"state" db:"state"`
	From        string          `json:"from" db:"from_status"`
	To          string          `json:"to" db:"to_status"`
	Rule        string          `json:"rule" db:"rule"`
	EffectiveOn rules.Date      `json:"effective_on" db:"effective_on"`
	Facts       json.RawMessage `json:"facts" db:"facts"`
}

// NightTradeline is a tradeline whose status, amount past due or date of first delinquency is another than in the file
// before of its destination. From is empty if that file has none. Amounts are whole dollars.
type NightTradeline struct {
	LoanID      string          `json:"loan_id" db:"loan_id"`
	File        int64           `json:"file" db:"file"`
	AsOf        rules.Date      `json:"as_of" db:"as_of"`
	From        string          `json:"from_status" db:"from_status"`
	To          string          `json:"to_status" db:"to_status"`
	FromPastDue int64           `json:"from_amount_past_due" db:"from_past_due"`
	ToPastDue   int64           `json:"to_amount_past_due" db:"to_past_due"`
	FromDOFD    *rules.Date     `json:"from_date_first_delinquency" db:"from_dofd"`
	ToDOFD      *rules.Date     `json:"to_date_first_delinquency" db:"to_dofd"`
	Rule        string          `json:"rule" db:"rule"`
	Facts       json.RawMessage `json:"facts" db:"facts"`
}

// Changes reads what a run changed for some loans; none are named: for all. It reads the histories of the whole book.
func Changes(ctx context.Context, db *sqlx.DB, run int64, loanIDs []string) (*NightChanges, error) {
	n := NightChanges{Moves: []NightMove{}, Tradelines: []NightTradeline{}}
	var named any // an empty array would name nobody
	if len(loanIDs) > 0 {
		named = pq.Array(loanIDs)
	}
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		if err := tx.SelectContext(ctx, &n.Moves, inquiryNightMoves, run, named); err != nil {
			return err
		}
		return tx.SelectContext(ctx, &n.Tradelines, inquiryNightTradelines, run, named)
	})
	if err != nil {
		return nil, fmt.Errorf("read what run %d changed: %w", run, err)
	}
	return &n, nil
}

// CheckLoans returns ErrNotFound if the book does not hold one of the loans.
func CheckLoans(ctx context.Context, db *sqlx.DB, loanIDs []string) error {
	_, err := LoanKeys(ctx, db, loanIDs)
	return err
}

// LoanKeys returns the keys of loans; ErrNotFound if the book does not hold one of them.
func LoanKeys(ctx context.Context, db *sqlx.DB, loanIDs []string) ([]int64, error) {
	var keys []int64
	for _, id := range loanIDs {
		var key int64
		err := db.GetContext(ctx, &key, inquiryLoanKey, id)
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrNotFound
		}
		if err != nil {
			return nil, fmt.Errorf("loan %q: %w", id, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

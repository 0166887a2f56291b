package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

type changeRow struct {
	loan int64
	rules.Change
}

func (r *changeRow) columns() []any {
	return []any{&r.loan, &r.From, &r.To, &r.On, &r.EffectiveOn, &r.ClosedOn, &r.ByHand}
}

// Histories reads the account states of the loans of (after, last] whose present one began after d, oldest first: what
// rules.StateAsOf needs.
func Histories(ctx context.Context, tx *sqlx.Tx, after, last int64, d rules.Date) (map[int64][]rules.Change, error) {
	byLoan := map[int64][]rules.Change{}
	err := database.Each(ctx, tx, (*changeRow).columns, func(r *changeRow) error {
		byLoan[r.loan] = append(byLoan[r.loan], r.Change)
		return nil
	}, historyRead, after, last, d)
	if err != nil {
		return nil, fmt.Errorf("read earlier states: %w", err)
	}
	return byLoan, nil
}

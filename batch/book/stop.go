package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Stop is a loan that a night or a person stops to service, and why.
type Stop struct {
	Loan   int64       `json:"loan"`
	Reason string      `json:"reason"`
	Rule   string      `json:"rule"`
	Facts  rules.Facts `json:"facts"`
}

type contactRow struct {
	loan int64
	rules.ContactState
}

func (r *contactRow) columns() []any {
	return []any{&r.loan, &r.Serviced, &r.StoppedByCase, &r.EndListed, &r.Purged}
}

// ContactStates reads whether loans may be contacted, and why not.
func ContactStates(ctx context.Context, tx *sqlx.Tx, loans []int64) (map[int64]rules.ContactState, error) {
	states := make(map[int64]rules.ContactState, len(loans))
	err := database.Each(ctx, tx, (*contactRow).columns, func(r *contactRow) error {
		states[r.loan] = r.ContactState
		return nil
	}, contactStateRead, database.IntArray(loans), rules.CodeCaseEnded)
	if err != nil {
		return nil, fmt.Errorf("read servicing statuses: %w", err)
	}
	return states, nil
}

// StopServicing makes loans that are serviced not serviced, each with a row of history (ST3, ST4). Nothing that is packed
// changes.
func StopServicing(ctx context.Context, tx *sqlx.Tx, by By, stops []Stop) error {
	if err := database.WriteRows(ctx, tx, servicingStop, stops, by.run(), by.operation(), by.On, by.cause(), by.who(), by.why()); err != nil {
		return fmt.Errorf("stop servicing loans: %w", err)
	}
	return nil
}

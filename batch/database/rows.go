package database

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// Each calls f with every row that a query gives, read into the places that columns names in the query's order: finding
// columns by name costs as much again, and nights read every loan. f must neither keep the row nor ask the database.
func Each[T any](ctx context.Context, q sqlx.QueryerContext, columns func(*T) []any, f func(*T) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := new(T)
	places := columns(row)
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

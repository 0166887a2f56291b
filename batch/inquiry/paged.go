package inquiry

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
)

// Turn asks for a part of a list that can be turned both ways: at most Limit rows (0: DefaultLimit), those after or before a row, as
// Paged.Next and Paged.Previous name it; both empty: from the start.
type Turn struct {
	After  string
	Before string
	Limit  int
}

// Paged is such a part. Next and Previous are what to ask for what comes after and before it with; empty: there is no more.
type Paged[T any] struct {
	Rows     []T    `json:"rows"`
	Total    int    `json:"total"` // rows of the whole list
	Count    int    `json:"count"` // rows of this part
	Next     string `json:"next,omitempty"`
	Previous string `json:"previous,omitempty"`
}

// bounds reads the row to begin after or to end before, one of them nil, and the limit.
func (t Turn) bounds() (after, before *int64, limit int, err error) {
	if t.After != "" && t.Before != "" {
		return nil, nil, 0, fmt.Errorf("%w: it is asked for after a row and before one", ErrBadPage)
	}
	if limit, err = (Page{Limit: t.Limit}).limit(); err != nil {
		return nil, nil, 0, err
	}
	for _, side := range []struct {
		text string
		row  **int64
	}{{t.After, &after}, {t.Before, &before}} {
		if side.text == "" {
			continue
		}
		number, err := strconv.ParseInt(side.text, 10, 64)
		if err != nil {
			return nil, nil, 0, fmt.Errorf("%w: %q is not a row of the list", ErrBadPage, side.text)
		}
		*side.row = &number
	}
	return after, before, limit, nil
}

// paged reads a part of a list by a query of its keys, whose last parameters are what to begin after, what to end before, and the
// number of rows, and by a query of its rows by their keys.
func paged[T any](ctx context.Context, db *sqlx.DB, t Turn, columns func(*T) []any, keysQuery, rowsQuery string, args ...any) (Paged[T], error) {
	l := Paged[T]{Rows: []T{}}
	after, before, limit, err := t.bounds()
	if err != nil {
		return l, err
	}
	err = database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		var found struct {
			Total int           `db:"total"`
			First int64         `db:"first"`
			Last  int64         `db:"last"`
			Keys  pq.Int64Array `db:"keys"`
		}
		if err := tx.GetContext(ctx, &found, keysQuery, append(slices.Clone(args), after, before, limit)...); err != nil {
			return err
		}
		l.Total, l.Count = found.Total, len(found.Keys)
		if l.Count == 0 {
			return nil
		}
		if first := found.Keys[0]; first > found.First {
			l.Previous = strconv.FormatInt(first, 10)
		}
		if last := found.Keys[l.Count-1]; last < found.Last {
			l.Next = strconv.FormatInt(last, 10)
		}
		return database.Each(ctx, tx, columns, func(row *T) error {
			l.Rows = append(l.Rows, *row)
			return nil
		}, rowsQuery, database.IntArray(found.Keys))
	})
	return l, err
}

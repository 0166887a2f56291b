package inquiry

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// DefaultLimit and MaxLimit bound a page, in rows.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// ErrBadPage is returned by every list for a limit out of bounds, or a key that the list does not have.
var ErrBadPage = errors.New("no such page")

// Page asks for a part of a list: at most Limit rows (0: DefaultLimit), those after the key After (empty: from
// the start).
type Page struct {
	After string
	Limit int
}

// List is a part of a list. Next is the key to ask for the rest after; empty: there is no more.
type List[T any] struct {
	Rows []T    `json:"rows"`
	Next string `json:"next,omitempty"`
}

func (p Page) limit() (int, error) {
	switch {
	case p.Limit == 0:
		return DefaultLimit, nil
	case p.Limit < 0 || p.Limit > MaxLimit:
		return 0, fmt.Errorf("%w: limit %d is not from 1 to %d", ErrBadPage, p.Limit, MaxLimit)
	}
	return p.Limit, nil
}

// list reads a page by a query whose last parameter is the number of rows. One row more than the page is asked
// for: it says that there is a next page.
func list[T any](ctx context.Context, db *sqlx.DB, p Page, key func(*T) string, query string, args ...any) (List[T], error) {
	limit, err := p.limit()
	if err != nil {
		return List[T]{}, err
	}
	l := List[T]{Rows: []T{}}
	err = database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &l.Rows, query, append(args, limit+1)...)
	})
	if err == nil && len(l.Rows) > limit {
		l.Rows = l.Rows[:limit]
		l.Next = key(&l.Rows[limit-1])
	}
	return l, err
}

// number is the number after which a page begins, 0 for the start.
func (p Page) number() (int64, error) {
	before, err := p.before()
	if before == nil || err != nil {
		return 0, err
	}
	return *before, nil
}

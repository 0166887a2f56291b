package batch

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// ErrLocked is returned by LockBook while another process works on the same book.
var ErrLocked = errors.New("another run or import holds the book")

// bookLock is the advisory lock's key: any constant that nothing else in the database uses.
const bookLock = 0x6675726e69736872

// LockBook takes the book for one night or import: a session advisory lock on a connection of its own,
// so that a pool cannot take it twice. It gives a second process an early, readable refusal; what keeps
// the data safe are the fences of the chunks. Release gives the lock back.
func LockBook(ctx context.Context, db *sqlx.DB) (release func() error, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock the book: %w", err)
	}
	var got bool
	if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", int64(bookLock)).Scan(&got); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the book: %w", err), conn.Close())
	}
	if !got {
		return nil, errors.Join(ErrLocked, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(bookLock))
		return errors.Join(err, conn.Close())
	}, nil
}

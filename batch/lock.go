package batch

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// ErrLocked is returned by LockBook while another process works on the same book.
var ErrLocked = errors.New("another run or import holds the book")

// bookLock is the advisory lock's key: any constant that nothing else in the database uses.
const bookLock = 0x6675726e69736872

// lockPatience is how long a second process waits: long enough for the server to notice that the first
// was killed, short enough for a person.
const lockPatience = "3s"

// lockNotAvailable is the server's code for a lock that was not got in time.
const lockNotAvailable = "55P03"

// LockBook takes the book for one night or import: a session advisory lock on a connection of its own,
// so that a pool cannot take it twice; db must not go through a pooler of transactions. It gives a second
// process an early, readable refusal; what keeps the data safe are the fences of the chunks. Release gives
// the lock back.
func LockBook(ctx context.Context, db *sqlx.DB) (release func(), err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock the book: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "SET lock_timeout = '"+lockPatience+"'"); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the book: %w", err), conn.Close())
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(bookLock)); err != nil {
		var refusal *pq.Error
		if errors.As(err, &refusal) && refusal.Code == lockNotAvailable {
			err = ErrLocked
		}
		return nil, errors.Join(fmt.Errorf("lock the book: %w", err), conn.Close())
	}
	return func() {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1), set_config('lock_timeout', '0', FALSE)", int64(bookLock))
		if err != nil { // the session is lost or of no use: ended, it holds no lock
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		_ = conn.Close()
	}, nil
}

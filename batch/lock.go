package batch

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// ErrLocked is returned by LockBook while another process works on the same book.
var ErrLocked = errors.New("another run or import holds the book")

// bookLock is the advisory lock's key: any constant that nothing else in the database uses.
const bookLock = 0x6675726e69736872

// lockPatience is how long a second process waits: long enough for the server to notice that the first
// was killed, short enough for a person.
const lockPatience = "3s"

// joinLock is the key of the lock that the processes that share a night hold while they work on a chunk, and that
// who changes the book takes from them.
const joinLock = bookLock + 1

// LockBook takes the book for a change of it, as an import is: a session advisory lock on a connection of its
// own, so that a pool cannot take it twice; db must not go through a pooler of transactions. It gives a second
// process an early, readable refusal; what keeps the data safe are the fences of the chunks. Release gives
// the lock back.
func LockBook(ctx context.Context, db *sqlx.DB) (release func(), err error) {
	return lock(ctx, db, bookLock, joinLock)
}

// lockNight takes the book for a night, which others may share.
func lockNight(ctx context.Context, db *sqlx.DB) (release func(), err error) {
	return lock(ctx, db, bookLock)
}

// sessionSettings bound how long a lock is waited for, and how long the server keeps those of a session whose
// machine was lost.
const sessionSettings = "SET lock_timeout = '" + lockPatience + "'; SET tcp_keepalives_idle = 30;" +
	"SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"

// lock takes the locks of the keys, in their order.
func lock(ctx context.Context, db *sqlx.DB, keys ...int64) (release func(), err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock the book: %w", err)
	}
	release = func() {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock_all(), set_config('lock_timeout', '0', FALSE)")
		if err != nil { // the session is lost or of no use: ended, it holds no lock
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		_ = conn.Close()
	}
	_, err = conn.ExecContext(ctx, sessionSettings)
	for _, key := range keys {
		if err == nil {
			_, err = conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", key)
		}
	}
	if err == nil {
		return release, nil
	}
	release()
	if database.IsLockTimeout(err) {
		err = ErrLocked
	}
	return nil, fmt.Errorf("lock the book: %w", err)
}

package localpg

import (
	"context"
	"errors"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

var (
	// ErrNoServerPrograms is returned by Start and Connect when no PostgreSQL server programs were found.
	ErrNoServerPrograms = errors.New("no PostgreSQL server programs (pg_ctl, initdb, postgres) found: " +
		"install PostgreSQL by the package manager, or run `make pg`, or set DATABASE_URL")

	// ErrUnreachable is returned by Open and Connect when no connection could be made, and by Connect
	// when the private server could not be started.
	ErrUnreachable = errors.New("database unreachable")

	// ErrSchemaBehind is returned by Connect when an external database lacks migrations.
	ErrSchemaBehind = errors.New("schema of the database is behind this program (furnisher migrate up)")

	// ErrBadURL is returned by WithSearchPath, Open and Connect for a DATABASE_URL that cannot be used.
	ErrBadURL = errors.New("bad database URL")

	// ErrPooler is returned by Connect and Migrate when the address for what needs a session goes through
	// a pooler that gives a connection another session with each transaction. A session's lock taken there
	// would stay with whoever comes next.
	ErrPooler = errors.New("the address goes through a pooler of transactions, and locks need a session")

	// ErrFolderClosed is returned by Start when root wants data or programs in a folder that the
	// server's account may not enter.
	ErrFolderClosed = errors.New("folder is closed to the server's account")

	// ErrOtherVersion is returned by Start when the data were made by another major version.
	ErrOtherVersion = errors.New("data were made by another major version of PostgreSQL")
)

// IsTimeout reports whether err is a deadline or cancellation of the caller's context. The driver gives
// PostgreSQL's query_canceled for a statement that was under way, not the context's error.
func IsTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		pq.As(err, pqerror.QueryCanceled) != nil
}

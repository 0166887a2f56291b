package database

import "errors"

var (
	// ErrUnreachable is returned by Open, Connect, Migrate and Status when no connection could be made.
	ErrUnreachable = errors.New("database unreachable")

	// ErrSchemaBehind is returned by Connect when a database that is not private lacks migrations.
	ErrSchemaBehind = errors.New("schema of the database is behind this program (furnisher migrate up)")

	// ErrBadURL is returned by WithSearchPath, Open and Connect for an address that cannot be used.
	ErrBadURL = errors.New("bad database URL")

	// ErrPooler is returned by Connect and Migrate when the address for what needs a session goes through
	// a pooler that gives a connection another session with each transaction. A session's lock taken there
	// would stay with whoever comes next.
	ErrPooler = errors.New("the address goes through a pooler of transactions, and locks need a session")
)

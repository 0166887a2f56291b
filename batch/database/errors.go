package database

import "errors"

var (
	// ErrUnreachable is returned by Open, Connect, Migrate and Status when no connection could be made.
	ErrUnreachable = errors.New("database unreachable")

	// ErrSchemaBehind is returned by Connect and Fit when the database lacks migrations; Connect applies
	// them to a private one.
	ErrSchemaBehind = errors.New("schema of the database is behind this program (furnisher migrate up)")

	// ErrSchemaAhead is returned by Connect, Migrate and Fit when the database has migrations that this program
	// does not know: a newer version made them.
	ErrSchemaAhead = errors.New("schema of the database is ahead of this program")

	// ErrEncoding is returned by Open, Connect, Migrate and Status for a database that is not encoded in UTF8.
	ErrEncoding = errors.New("the database is not encoded in UTF8")

	// ErrOldServer is returned by Open, Connect, Migrate and Status for a server that is too old.
	ErrOldServer = errors.New("the PostgreSQL server is too old")

	// ErrBadURL is returned by WithSearchPath, Open and Connect for an address that cannot be used.
	ErrBadURL = errors.New("bad database URL")

	// ErrPooler is returned by Connect and Migrate when the address for what needs a session goes through
	// a pooler that gives a connection another session with each transaction. A session's lock taken there
	// would stay with whoever comes next.
	ErrPooler = errors.New("the address goes through a pooler of transactions, and locks need a session")
)

package localpg

import "errors"

var (
	// ErrNoServerPrograms is returned by Start when no PostgreSQL server programs were found.
	ErrNoServerPrograms = errors.New("no PostgreSQL server programs (pg_ctl, initdb, postgres) found: " +
		"install PostgreSQL by the package manager, or run `make pg`, or set DATABASE_URL")

	// ErrFolderClosed is returned by Start when root wants data or programs in a folder that the
	// server's account may not enter.
	ErrFolderClosed = errors.New("folder is closed to the server's account")

	// ErrOtherVersion is returned by Start when the data were made by another major version.
	ErrOtherVersion = errors.New("data were made by another major version of PostgreSQL")
)

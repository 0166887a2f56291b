// Package localpg gives the program its database: the one that DATABASE_URL names, or else a private
// PostgreSQL server which it starts, shares, heals and stops by itself.
//
//	database, err := localpg.Connect(ctx, localpg.FromEnv(os.Getenv))
//	if err != nil {
//		return err // errors.Is(err, localpg.ErrUnreachable), ErrSchemaBehind, ...
//	}
//	defer database.Close()
//
// # The private server
//
// It is the PostgreSQL of this machine, or of the npm package that `make pg` fetches, run under the
// account of the caller, or under postgres or nobody when the caller is root. One folder holds it all:
//
//	<DataDir>/pg17/          0700, owned by the account that the server runs under
//	    data/                what initdb made, renamed into place when it was whole
//	    sock/                the only way in: a Unix socket, no TCP port
//	    server.log
//	    users.lock           held shared by every process that uses the server, for its whole life
//	    start.lock           held alone around "is it up? else start it" and around stopping
//
// Any number of processes may call Start at once: one starts the server, the others join it, the last
// one out stops it. When a process is killed the kernel drops its lock, the server idles, and the next
// process adopts it. When the server is killed the next process starts it again and PostgreSQL recovers.
//
// Everybody who may pass the 0700 folder, that is the server's account and root, may do everything in
// the database. Commits are asynchronous (a loss of power may cost the last moments, never order or
// consistency, and a night resumes); fsync stays on.
//
// # The schema
//
// Everything lives in schema furnisher, goose's table of versions too. Every connection made here has
// search_path=furnisher, so statements name tables without prefix. The private database is migrated when
// it is opened; an external one is only ever migrated when a person says so, by Migrate.
//
// # A pooler before the database
//
// DATABASE_URL may lead through a pooler of transactions (pgbouncer) if DATABASE_URL_DIRECT leads past it.
// What fits into a transaction goes through DB; what belongs to a session (its locks, LISTEN, migrations)
// goes through Direct and URL. Connect asks the server whether the ways are what they are said to be.
//
// # What it refuses
//
// It never opens a TCP port, never changes the mode of a folder it did not make, never downloads
// anything, never uses data of another major version (each has its own folder, and a new empty one is not
// made beside old data), and does not share a folder between machines.
package localpg

// Package database connects the program to PostgreSQL at an address, and holds what every query shares:
// its text by name, transactions, set-based writes, arrays, SQLSTATEs.
//
//	db, err := database.Connect(ctx, database.Config{URL: url})
//	if err != nil {
//		return err // errors.Is(err, database.ErrUnreachable), ErrSchemaBehind, ...
//	}
//	defer db.Close()
//	var find = database.Query("run", "RunFind")
//	err = database.InTx(ctx, db.DB, func(tx *sqlx.Tx) error { ... })
//
// # The schema
//
// Everything lives in schema furnisher, goose's table of versions too. Every connection made here has
// search_path=furnisher, so queries name tables without prefix. A private database is migrated when it is
// opened; any other is only migrated when a person says so, by Migrate.
//
// # A pooler in front of the database
//
// Config.URL may lead through a pooler of transactions (pgbouncer) if Config.DirectURL leads past it. What
// fits into a transaction goes through DB; what belongs to a session (its locks, LISTEN, migrations) goes
// through Direct and URL. Connect asks the server whether the two addresses are what they are said to be.
//
// # What it refuses
//
// It starts no server (package localpg does) and knows nothing of a loan.
package database

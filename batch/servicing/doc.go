// Package servicing is what people and systems do to loans and customers between nights.
//
//	desk := &servicing.Desk{DB: db, Now: time.Now, Today: today}
//	done, err := desk.CancelServicing(ctx, servicing.CancelRequest{
//		Order: servicing.Order{By: "ada", Key: "ticket-17"}, CustomerID: "C-1", Reason: "DECEASED",
//	})
//
// Each operation is one transaction: what it changes, who asked for it and why (table operation). When it returns, that is on
// disk. The same key and the same request again give the first result again, and change nothing.
//
// # Beside a night
//
// An operation does not hold the book. It locks its loans as a chunk of a night does, before it reads them: the night has
// decided them before, or decides them as the operation left them. An import reads and writes the states of all loans, so
// operations and imports wait for each other.
//
// # Beside an extract
//
// What people did with a status, a hold, a case or a termination outlasts an extract that is sent again: the book keeps what the
// lender sent last, and only what he sends otherwise is news of his.
//
// It refuses to decide anything, which is package rules, and knows of no flags and no HTTP.
package servicing

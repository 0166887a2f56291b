// Package batch runs the night: it takes a business date through the steps of a plan, chunk by chunk,
// and keeps the ledger of what was done.
//
//	runner := batch.Runner{DB: db, Plan: step.Nightly(files), Now: time.Now, Version: "1.0.0"}
//	summary, err := runner.Run(ctx, date)
//
// A chunk is a range of loans. Its work and its row in the ledger commit in one transaction that holds
// the row's lock, so a chunk is applied once or not at all, whatever is killed and however many processes
// try. A run that stopped is gone on with by the next call for its date. A loan that cannot be decided is
// an Exception of its chunk and never stops the night; a fault of the machinery is an error and does.
//
// The package refuses to know a schedule, a clock of its own, or a policy: those are package cmd's, the
// Runner's Now, and package rules'.
package batch

// Package batch runs the night: it takes a business date through the steps of a plan, chunk by chunk,
// and keeps the ledger of what was done.
//
//	runner := batch.Runner{DB: db, Plan: step.Nightly(files), Now: time.Now, Version: "1.0.0"}
//	summary, err := runner.Run(ctx, date)
//
// A chunk is a range of loans. Its work and its row in the ledger commit in one transaction that holds
// the row's lock, so a chunk is applied once or not at all, whatever is killed and however many processes
// try. The next call for the date of a stopped run resumes it. A loan that cannot be decided is an
// Exception of its chunk and never stops the run; a fault of the machinery is an error and does.
//
// A run, an import or whatever else changes the book holds a Book: one process at a time. Its lock is
// watched, and each transaction goes through its Fence:
//
//	LockBook   the session takes the lock of the book, waits until no transaction works for an earlier
//	           holder, and takes a key of its own
//	Fence      the transaction shares the lock that LockBook waits for, and checks that the key is held
//	Do         the session is asked ten times a second; when it is lost the work ends
//
// Other processes join a run as workers: they take chunks while its coordinator holds the book.
//
// Brakes stop a run that would change far more than nights do, until a person accepts its numbers: they are held against
// limits before a step's changes are final. A Rehearser is judged before its first chunk, by what its chunks would do. To
// judge what they have committed would save that second look at the loans, but ask the person about changes that nobody can
// take back by itself. A run that is stopped
// before it has changed nothing: it can be accepted, resumed after the missing import, or abandoned. While a step is rehearsed
// no worker has joined, because the run is not led yet. Another Measured step, the export, is judged between its chunks and
// its files; what the chunks made for files that do not exist is taken back, as for ErrRedo, and the next attempt decides
// anew. The acceptance is a row of the run ledger, on disk before the run goes on.
//
// Again runs the last closed date once more, as an attempt of its own, in one transaction (database.InOneTx): the chunks and steps
// see savepoints where a night has transactions, so the code is the same, and a crash leaves nothing to go on with. The price is
// that one connection does the work, a chunk at a time, and that what it locks stays locked until the end. A loan that something
// has come in of is decided from where it was before the date: from there a charge-off for want of a payment is no more, while the
// next night would find it charged off. A Trial is the same for runs of which nothing shall stay: whoever takes the book ends it,
// and nobody may join it, because what a worker of another process commits would stay.
//
// The package refuses to know a schedule, a clock of its own, or a policy: those are package cmd's, the
// Runner's Now, and package rules'.
package batch

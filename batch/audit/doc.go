// Package audit proves what was recorded. Each row of the record (operations, acts, files, changes of their states, deletions, answers of
// bureaus, corrections; tradelines and what files leave out by pages) has an entry in a Merkle log; signed heads of the log lie outside of the database. From them an edit or a removal
// of any row shows, by whatever door it came.
//
//	head, err := audit.Head(ctx, db, key, now)         // a text that an outside keeper holds
//	report, err := audit.Verify(ctx, db, options)      // report.Findings name rows: table, key, what
//	proof, err := audit.Prove(ctx, db, row, head)      // under 1 KB, checked offline by package merkle
//
// # What is hashed
//
// Of each row what never changes: an operation, an act and a change of a state whole, of a file what it was made with (not its state,
// path or when its records were let go), of a deletion all but whether it counts, of a tradeline its columns. The sealed and personal
// columns of the book are not in it: keys are changed, customers removed, records packed, trimmed and sealed anew without a trace here.
// A removal of a customer, a trimming, a voiding are operations, acts and changes of states themselves, and so they are logged.
// State and whether a deletion counts are not hashed but follow from what is: Verify compares them. So does what a file made of an answer
// or of a correction's lock; what a person made of it (closed, released) is hashed. Who sees to an answer is not: it goes from hand to hand.
// Answers and corrections have texts that lose a removed customer's name. Each time the row gets one more entry: the last one is of the row
// as it is, and those before it show when it was changed.
//
// # When
//
// Triggers write the entry at the end of the row's own transaction, under one lock to its commit: the log has no gaps, numbers are in
// the order of commits, and there is no time in which a row is in the book and not in the log. Tradelines and exclusions are hashed by the worker that
// writes them, and their pages logged with their file, when it has its name; until then they are no record but work that may be done
// again. A row that somebody writes past the triggers is named as not logged.
//
// # What it does not prove
//
// Entries after the newest head that a keeper holds can be cut off together with their rows, by somebody who owns the database. So
// heads are given out often: each night signs one. What was there before the log began is logged as it was found.
//
// The package decides nothing about loans, and changes no row of the record.
package audit

// Package book keeps the facts of a loan: its terms, its state, its consumers and its ledger.
//
//	loans, err := vault.Lock(ctx, tx, settings, keys, date)    // the pass: facts made right and kept so
//	err = vault.Each(ctx, tx, after, last, func(f *book.Facts) error { … }) // the export: every loan of a range, in order
//	err = book.Wake(ctx, tx, keys, book.Transactions)          // whoever wrote something of these loans
//
// # One row a loan
//
// The facts of a loan lie packed in its row of the table account, so that a night reads a loan once and by range.
// The row is derived: it can be made again from the book's tables at any time, and every night makes one in 1,009
// anew and compares. What it says of the consumers is sealed as one value, by the keys of a Vault.
//
// # Waking
//
// A loan is STALE (its row is to be made anew), AWAKE (its row is right, it is looked at tonight) or ASLEEP until a
// date. Whoever writes something of a loan wakes it in the same transaction, by Wake or by the SQL function
// furnisher.wake. A wake raises the loan's version. A night locks the versions of the loans that it decides before it
// reads them, and packs or puts to sleep only what has that version still: a writer has either committed before, and
// is seen, or waits for the night's chunk and wakes the loan after it.
//
// It refuses to decide anything: that is package rules.
package book

// Package sample draws accounts from a file of the bureaus and derives each value of their records again, from the rows that
// the lender sent and by code that shares nothing with the export. 12 CFR 1022, appendix E, asks a furnisher to test what it
// furnishes; a test by the code that made the file proves nothing.
//
//	sheet, err := sample.Draw(ctx, db, file, sample.Options{Accounts: 60, Seed: 7, Keys: keys})
//	number, err := sample.File(ctx, db, sheet, "Robin Alder", now)
//
// # What it does
//
// It reads the file from its place, as it was sent, and checks its hash. Accounts are drawn by stratum (Strata): one at least
// of each that the file has, the others by their share. The same file and seed give the same accounts. Of each account the
// rows are read by key, and its values derived from what SERVICING.md says: the ledger is walked day by day (purse.go), and
// a record is built and compared field by field with the one in the file.
//
// What the small code here does not know (a bankruptcy, an accommodation, a correction, a sale) it does not guess: those
// fields are told as left to a person, with the reason. A sheet says of each field what was reported, what was derived, and
// whether they agree; what identifies a person is compared and not shown.
//
// # What it refuses
//
// It imports neither the rules nor the tradelines of the export: the import test holds that. It changes nothing but the
// table of its sheets, which are never changed. The book goes on: of a file that is not the newest of its destination the
// rows may say more by now than the file could know.
package sample

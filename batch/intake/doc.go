// Package intake is the door of the book: it reads a lender's servicing extract, a directory of CSV
// files, and brings it into the tables in one transaction.
//
//	summary, err := intake.Import(ctx, db, intake.Options{Dir: "extract", Now: time.Now}.WithDefaults())
//	for _, f := range summary.Files {
//		fmt.Println(f.File, f.Rows, f.Inserted, f.Updated, f.Unchanged, f.Rejected)
//	}
//
// A file goes through four motions: its records are read and every value is parsed strictly, the good
// rows are copied to a staging table, set-based statements take out the rows that contradict each other or
// the book, and what is left is merged. A file is staged while the one before it is merged. What a killed
// import staged, the next one drops. One table of columns (tables.go) drives the check of the header, the
// parsing, the staging table and the copying.
//
// What the door decides:
//
//   - A bad row is quarantined in import_reject with its file, line, column and reason. Of the value only
//     its class is kept: empty, text, number, date, time, key, too long, control character, not UTF-8, or
//     record for a row that is not well-formed CSV. A row is rejected once, for its first bad column.
//   - A row is the whole truth of its key: an optional value that is absent becomes absent. A repeated key
//     within a file is unchanged if it says the same, else all after the first are rejected.
//   - A file whose header is wrong, whose records cannot be told apart, or with more than MaxBadPercent bad
//     rows is refused, and with it the whole import (RefusedError).
//   - A row that tells of a removed customer changes nothing and is counted (CD2). It is not bad: the lender may go on sending it.
//   - The limit of bad rows is looked at with every bad row. How many rows a file has is not known before its end,
//     but how many good ones its unread bytes can hold at most is: each has a byte for every field and every
//     required value, and a compressed byte becomes at most 1,032. The file is refused as soon as its bad rows would
//     be too many even if all of those came; so no file is refused early that would be accepted at its end.
//   - Of the rejected rows of an import 10,000 are kept; all are counted. A record has at most 1 MB, a header 64 KB
//     and 1,000 columns; 100,000 blank lines in a row or a compressed file that grows more than 200 times (beyond
//     64 MB) are no extract. See bounds.go.
//   - A header is quoted in a message only if it cannot be a row of data: one with a line break or with several
//     digits in a row is told by the number of the column alone.
//   - A loan's state follows the lender's word only when the word is new: see ImportLoansKnown.
//   - Nothing is deleted by an extract, and what a night or the lender's people cancelled stays cancelled.
//   - A unique value (account number, external id) that another row of the book holds is taken, whatever
//     the same extract says of that other row.
//
// The package refuses to keep, print or log a value of a file, to guess what a value was meant to be, and
// to load half of anything.
package intake

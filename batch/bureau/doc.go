// Package bureau makes the files that go to the credit bureaus and keeps their states.
//
//	err := bureau.Plan(ctx, tx, run)                    // which files a night owes
//	read, err := bureau.Furnish(ctx, tx, chunk, files, &tally) // what they say of a chunk's loans
//	err = bureau.Files{Dir: dir}.Assemble(ctx, db, run) // checked, atomic, in account order
//	effect, err := bureau.Change(ctx, db, bureau.Move{File: file, To: bureau.Released, Who: who, Why: why}, now)
//	done, err := files.Rebuild(ctx, db, file, "", who, now)           // a lost file, byte for byte
//
// What a file says of a loan is decided by package rules; the bytes are package metro2's.
//
// A program has one destination or several. Each has its own sent ledger: what files said before, which deletions count and which
// corrections lock a field is of that destination alone (past).
//
// # Why no wrong byte gets into a file
//
// A record is encoded once, by the worker that has the loan's chunk, and passes from there to the disk as bytes:
//
//	who          what                                                                      else
//	worker       reads each record back from its bytes and applies every rule of metro2    the loan is quarantined
//	worker       takes the CRC-32C of each record, and keeps their sum with their page     -
//	coordinator  adds up the records of each page that it reads                            ErrInvalidFile
//	coordinator  holds that accounts ascend, each once (X01), and counts for the trailer   ErrInvalidFile
//	coordinator  reads the file back from the disk: frames, header, order, trailer, the    ErrInvalidFile
//	             sum of all records against that of the pages; the first 1,000 records
//	             and one in 61 behind them are decoded, checked and encoded again
//	coordinator  compares the number of records with the tradelines, the exclusions and    ErrCounts
//	             the book: no page is missing
//
// The SHA-256 that the database keeps is of the bytes that were read back. Both errors are batch.ErrRedo: the chunks make
// their records again.
//
// The package refuses to give a file its final name before that, and to change a file's state by any way but the one that
// Change draws.
package bureau

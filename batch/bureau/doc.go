// Package bureau makes the files that go to the credit bureaus and keeps their states.
//
//	err := bureau.Plan(ctx, tx, run)                    // which files a night owes
//	err = bureau.Files{Dir: dir}.Assemble(ctx, db, run) // checked, atomic, in account order
//	err = bureau.Change(ctx, db, file, bureau.Released, who, why, now)
//
// The step that decides what a file says of each loan is package step's; the bytes are package metro2's.
// It refuses to give a file its final name before its own validator found no error in it, and to change a
// file's state by any way but the one that Change draws.
package bureau

// Package look reads what people ask of the book between nights: the state of every loan, the story of
// one, the runs, and what a file left out.
//
//	err := look.Loans(ctx, db, func(l *look.Loan) error { return print(l) })
//	story, err := look.Story(ctx, db, "L-000123")
//
// Whatever it returns marshals to the JSON that the commands print: dates as YYYY-MM-DD, money in
// dollars as text, null for what is absent. A story needs no log and computes nothing again: rule and
// facts were written with each decision.
//
// It refuses to change anything: all of it runs in read-only transactions.
package look

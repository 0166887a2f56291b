// Package inquiry reads what people ask about the book between nights: the loans, one loan with all that was
// decided of it, the runs, the files, what a file left out, and the loans that could not be decided.
//
//	list, err := inquiry.Loans(ctx, db, inquiry.LoanFilter{}, inquiry.Page{Limit: 100})
//	list, err = inquiry.Loans(ctx, db, inquiry.LoanFilter{}, inquiry.Page{After: list.Next, Limit: 100})
//	loan, err := inquiry.LoanDetail(ctx, db, "L-000123")
//
// Every list is read by key, a page at a time, so its cost and its memory do not grow with the book. What is
// returned marshals to the JSON that the commands print: dates as YYYY-MM-DD, money in dollars as text, null
// for what is absent. Nothing is computed again: rule and facts were written with each decision.
//
// # What is masked
//
// No query here reads a customer, but for the one that addresses a final statement to its borrower, so names, addresses,
// dates of birth and social security numbers cannot be shown; a test holds that. An account number is whole where an operator compares it with the servicing system
// or with a file: in Loans and LoanDetail. Everywhere else it is masked by MaskAccount.
//
// # What it refuses
//
// It changes nothing: everything runs in read-only transactions. It decides nothing either.
package inquiry

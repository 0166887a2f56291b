// Package rules decides what a night does to a loan, as pure functions over facts.
//
// Facts come in as plain values (a Ledger of settled entries and billing cycles, the loan's state, its
// product's settings); decisions go out as values that carry the id of the rule that made them and the
// facts they rest on. A compliance officer can read this package beside SERVICING.md: each function
// names the rules it keeps (DQ4, PO2, BR3, …; Q1 … Q30 are its settled points).
//
//	move, ok := rules.Delinquency(loan, date)
//	if ok {
//		fmt.Println(move.To, move.Rule) // SUSPENDED::DELINQUENT DQ4
//	}
//
// It refuses to know where facts come from and when it is: no database, no clock, no randomness, no
// logging, no goroutines. Money is int64 cents and never a float.
package rules

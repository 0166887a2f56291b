// Package rules decides what a night does to a loan, as pure functions over facts.
//
// Facts come in as plain values (a Ledger of settled entries and what the billing cycles ask for, the loan's State, its
// product's settings); decisions go out as values that carry the id of the rule that made them and the facts they rest on.
// A compliance officer can read this package beside SERVICING.md: each function names the rules it keeps (DQ4, PO2, BR3, …;
// Q1 … Q96 are its settled points).
//
//	move, ok, err := rules.Delinquency(&loan, date)
//	if ok {
//		fmt.Println(move.To, move.Rule) // SUSPENDED::DELINQUENT DQ4
//		loan.State = loan.After(move, date)
//	}
//
// What decides what:
//
//	Imported, Boarded   what the lender's word on a loan's status means
//	ReasonMissing       which termination must have a reason
//	Delinquency         step 1: delinquent, charged off, cured
//	Closure             step 2: paid off, reopened
//	FinalStatement      step 3
//	Purge               step 4
//	Furnish             step 5: what a file says of an account, or why it leaves it out
//	StateAsOf           the state that a loan had on an earlier date
//	NextLook            the next date on which one of steps 1 and 2 may decide something
//
// A fact is whole or absent: whoever calls a rule fills every field of what it gives, and a zero is a fact.
//
// It refuses to know where facts come from and when it is: no database, no clock, no randomness, no
// logging, no goroutines. Money is int64 cents and never a float.
package rules

package rules

// servicingRules are the rules of a loan's life between its lender and its borrowers.
var servicingRules = []Rule{
	// The two states of a loan.
	{ID: "ST1", Where: "rules/status.go", Sentence: "An account status is ACTIVE, SUSPENDED::DELINQUENT, or CLOSED with one of fourteen sub-statuses; no other pair is accepted."},
	{ID: "ST2", Where: "rules/status.go", Sentence: "The night sets only CHARGE_OFF, PAID_OFF and SURPLUS_BALANCE; a closed status that a person set is never set or cleared by a night."},
	{ID: "ST3", Where: "rules/status.go", Sentence: "Whether the lender may contact and debit a borrower is a state of its own: it neither closes a loan nor stops bureau reporting."},
	{ID: "ST4", Where: "batch/book/save.go", Sentence: "Every change of either state is a history row that says from, to, business date, cause, the deciding rule, and the run or the person."},
	{ID: "ST5", Where: "rules/loan.go", Sentence: "A status set by hand wins: the night leaves it alone on the same business date and for as long as a manual hold lasts."},

	// Delinquency by count.
	{ID: "DQ1", Where: "rules/delinquency.go", Sentence: "A billing cycle is evaluated on its due date plus the product's grace days, by the first night on or after that date."},
	{ID: "DQ2", Where: "rules/delinquency.go", Sentence: "A cycle is an underpayment if any part of what was due up to it is unpaid on its evaluation date; only settled payments count, and it does not matter when the night is run."},
	{ID: "DQ3", Where: "rules/delinquency.go", Sentence: "The count is of consecutive underpayments: a cycle paid in time or a cure starts it again from zero."},
	{ID: "DQ4", Where: "rules/delinquency.go", Sentence: "An active loan becomes delinquent when its consecutive underpayments reach the product's first limit."},
	{ID: "DQ5", Where: "rules/delinquency.go", Sentence: "A delinquent loan is charged off after the product's second number of further underpayments, counted from cycles evaluated after it became delinquent; never in one move from active."},
	{ID: "DQ6", Where: "rules/delinquency.go", Sentence: "A delinquent loan is active again only when everything past due is paid, fees included; a partial payment changes nothing."},
	{ID: "DQ7", Where: "rules/delinquency.go", Sentence: "A delinquent loan goes on receiving fees and interest, and they raise what a cure costs."},
	{ID: "DQ8", Where: "rules/loan.go", Sentence: "A cycle that falls due in a pause of the loan is neither an underpayment nor paid in time."},
	{ID: "DQ9", Where: "rules/lateness.go", Sentence: "Days past due are counted from the oldest unpaid due date and decide what bureaus are told; they may differ from what the count of underpayments says."},

	// Payoff and surplus.
	{ID: "PO1", Where: "rules/closure.go", Sentence: "Only a pure instalment loan closes by payoff; a promotional, revolving or charge-card account stays active at a zero or credit balance."},
	{ID: "PO2", Where: "rules/closure.go", Sentence: "A balance of exactly zero closes an open loan as paid off and a credit balance as surplus; a charged-off loan that is paid stays charged off."},
	{ID: "PO3", Where: "rules/closure.go", Sentence: "A closed loan is evaluated again after every later activity; payments, reversals and refunds go on, but new programmatic charges stop."},
	{ID: "PO4", Where: "rules/closure.go", Sentence: "A closed loan that owes again reopens to the status that its repaired ledger gives, never to a remembered one."},
	{ID: "PO5", Where: "batch/book/save.go", Sentence: "The date closed is stored with the loan; it is never derived from the last update."},
	{ID: "PO6", Where: "rules/closure.go", Sentence: "Only settled money closes a loan, and a product may hold the closure for some days after the last payment."},

	// Final statements.
	{ID: "FS1", Where: "rules/statement.go", Sentence: "A closed loan gets one final statement at the end of the billing cycle in which it closed."},
	{ID: "FS2", Where: "rules/statement.go", Sentence: "Every kind of closure has a statement; the event that announces it goes out only for a payoff or a surplus."},
	{ID: "FS3", Where: "rules/statement.go", Sentence: "A loan that reopens and closes again gets another final statement, with the next episode number."},
	{ID: "FS4", Where: "batch/step/statement.go", Sentence: "A final statement is a snapshot of balances, transactions and amounts owed or owed back, and never changes afterwards."},
	{ID: "FS5", Where: "batch/step/statement.go", Sentence: "An event is written in the transaction of the change that it tells of, under an id that stays the same when the work is repeated."},

	// Purging.
	{ID: "SP1", Where: "rules/purge.go", Sentence: "The night cancels seven things of a loan that is not serviced: pending payments, calls, emails and texts, and the schedules of calls, emails and texts."},
	{ID: "SP2", Where: "rules/purge.go", Sentence: "Only pending items and active schedules are cancelled; what was sent, completed, failed or cancelled before stays as it is."},
	{ID: "SP3", Where: "batch/book/contact.go", Sentence: "A cancelled row stays, marked with date, run and reason, and the counts of the night equal those rows."},
	{ID: "SP4", Where: "batch/book/contact.go", Sentence: "A second run cancels nothing and leaves the first date and reason as they are."},
	{ID: "SP5", Where: "batch/servicing/cancel.go", Sentence: "To cancel servicing for a customer or a loan stops all their loans and cancels their seven things at once, or changes nothing."},
	{ID: "SP6", Where: "rules/status.go", Sentence: "The reasons to stop servicing are a closed list; another reason is refused before anything changes."},
	{ID: "SP7", Where: "batch/step/purge.go", Sentence: "Every night sweeps up what slipped in after servicing stopped: no debit or call may go out for a bankrupt, deceased or military customer."},
	{ID: "SP8", Where: "rules/case_contact.go", Sentence: "A loan that reopens after its schedules were cancelled does not get them back; it is listed for a person."},

	// Deletions at the bureaus.
	{ID: "DC1", Where: "rules/furnish.go", Sentence: "A loan terminated for reason ERRO is reported as DA, and one for FRAD as DF; no other reason deletes."},
	{ID: "DC2", Where: "rules/furnish.go", Sentence: "A deletion overrides every other status, is reported once with its date closed, and the account is never reported again."},
	{ID: "DC3", Where: "rules/furnish.go", Sentence: "A deletion for ERRO waits until nothing of the loan is owed or charged; it is left out of every file meanwhile and listed with what it waits for."},
	{ID: "DC4", Where: "rules/imported.go", Sentence: "A flat cancel, or a termination whose activity pair requires it, is refused without a reason."},
	{ID: "DC5", Where: "rules/furnish.go", Sentence: "A loan flagged report-as-deleted is deleted at the bureaus while it stays in servicing; its date closed is the date of the file."},
	{ID: "DC6", Where: "sql/schema/00004_bureau.sql", Sentence: "A deletion goes out once to each destination; a file that was voided, or rejected whole, did not count and its deletions go into the next one."},
	{ID: "DC7", Where: "rules/furnish.go", Sentence: "A loan that was never reported has nothing to delete: it gets no line and is listed as left out."},
	{ID: "DC8", Where: "rules/furnish.go", Sentence: "A reversal after a deletion never brings the account back; it is listed for a person."},
	{ID: "DC9", Where: "rules/case_dispute.go", Sentence: "A claim of fraud is a dispute until it is confirmed; it is not a deletion."},
	{ID: "DC10", Where: "rules/furnish.go", Sentence: "A final status is reported for as many periods as the product says, then no more; a reopened loan is reported again."},
	{ID: "DC11", Where: "batch/bureau/furnish.go", Sentence: "Every loan that a file leaves out is on that file's list of exclusions with its reason."},

	// Cases.
	{ID: "CA1", Where: "rules/case_time.go", Sentence: "A case belongs to borrowers or to a loan and has type, status, outcome and dates; a deleted case has no effect from its deletion on, and snoozing one lifts no protection."},
	{ID: "CA2", Where: "rules/case_time.go", Sentence: "A match that monitoring made stops contact at once, but changes what bureaus are told only when a person has acknowledged it."},
	{ID: "CA3", Where: "rules/case_bankruptcy.go", Sentence: "A bankruptcy gives each filer the consumer information indicator of chapter and disposition; a debt that is not listed in the filing gives none."},
	{ID: "CA4", Where: "rules/case_bankruptcy.go", Sentence: "A bankruptcy freezes status and amount past due as of the filing for as long as it binds all who are liable; a discharge drops the consumer, and the last one ends the account."},
	{ID: "CA5", Where: "rules/case_consumer.go", Sentence: "Military duty, disaster, forbearance, death and disputes each put their own code on the record for as long as they last."},
	{ID: "CA6", Where: "rules/comment.go", Sentence: "A record has room for one special comment, and a fixed order decides which one it bears."},
	{ID: "CA7", Where: "rules/accommodation.go", Sentence: "While a pause, deferral, disaster or forbearance lasts, a loan is never reported later than it was on the day before, and what falls due in it is asked for afterwards."},
	{ID: "CA8", Where: "rules/case_check.go", Sentence: "The types of cases are a closed list, and a case that the night cannot apply is an exception of its loans."},
	{ID: "CA9", Where: "rules/case_fraud.go", Sentence: "An account reported as identity theft is left out of every file until the case is rejected or the account is deleted."},

	// Customers.
	{ID: "CD1", Where: "batch/book/customer.go", Sentence: "Deleting a customer erases personal data and communication; loans, payments and loan notes stay."},
	{ID: "CD2", Where: "batch/servicing/remove.go", Sentence: "A deletion cannot be undone; many are asked for in one checked file, and a row that may not be deleted stops no other."},
	{ID: "CD3", Where: "rules/removal.go", Sentence: "A customer with an open or reportable loan, under legal hold or within retention is not deleted; an erasure request needs a reason and an approver other than who removes the customer."},
	{ID: "CD4", Where: "batch/step/eligible.go", Sentence: "A list, nightly if it is switched on, says which customers may now be deleted."},
}

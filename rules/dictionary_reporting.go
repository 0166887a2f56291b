package rules

// reportingRules are the rules of what the bureaus are told.
var reportingRules = []Rule{
	{ID: "BR1", Where: "rules/calendar.go", Sentence: "Each program reports by its own identification, calendar and destinations; a night makes the files that the calendar makes due."},
	{ID: "BR2", Where: "rules/tradeline.go", Sentence: "Days past due give the account status: 11 below 30 days, then 71, 78, 80, 82, 83 and 84 a step of 30 days; 97 is a charge-off, 64 a paid one, 13 a paid account."},
	{ID: "BR3", Where: "rules/first_delinquency.go", Sentence: "The date of first delinquency is the due date of the first missed payment of the present delinquency plus 30 days; it is kept through charge-off and never moves later."},
	{ID: "BR4", Where: "rules/history.go", Sentence: "The 24 months of the payment history say what was true in each month, the newest being the month before the date of account information."},
	{ID: "BR5", Where: "rules/money.go", Sentence: "Amounts are whole dollars: cents are dropped and nothing is negative."},
	{ID: "BR6", Where: "batch/bureau/line.go", Sentence: "Every reported value can be explained by its facts, its rule, its run and its file."},
	{ID: "BR7", Where: "rules/first_delinquency.go", Sentence: "A closed delinquent account is left out seven years after its first missed payment, and 180 days later if it was charged off or placed for collection."},
	{ID: "BR8", Where: "batch/bureau/balance.go", Sentence: "Every account of the last file is in this one, was final or deleted, or is left out with a reason; a file for which that fails is not released."},
	{ID: "BR9", Where: "rules/correction.go", Sentence: "A correction is recorded with reason and evidence and locks its field: the corrected value stands while the same is decided as when it was made, a newer fact that decides otherwise ends the lock and is named in the record, and any other difference leaves the account out and lists it."},
	{ID: "BR10", Where: "rules/case_dispute.go", Sentence: "While a dispute runs its notation is on the record and its clock of 30 or 45 days is watched."},
	{ID: "BR11", Where: "batch/bureau/answer.go", Sentence: "What a bureau refuses or changes comes back as a row of the account and of a person and is answered in a later file; a refused record did not count, so the next file decides as if this one had left the account out."},
	{ID: "BR12", Where: "rules/furnish.go", Sentence: "A loan boarded delinquent or charged off without a date of first delinquency is not reported until it has one, and is listed."},
	{ID: "BR13", Where: "rules/ending.go", Sentence: "A termination that says what became of the collateral gives status 95, 96, 89, 94 or 88 from its date on; 61 and 63 follow once nothing is owed after 95 and 96."},
}

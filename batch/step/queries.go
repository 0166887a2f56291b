package step

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	brakeBook          = database.Query("step", "BrakeBook")
	brakeBefore        = database.Query("step", "BrakeBefore")
	brakeNews          = database.Query("step", "BrakeNews")
	closedCycles       = database.Query("step", "ClosedCycles")
	closedRead         = database.Query("step", "ClosedRead")
	outboxAdd          = database.Query("step", "OutboxAdd")
	pickAwake          = database.Query("step", "PickAwake")
	pickAwakeOrChecked = database.Query("step", "PickAwakeOrChecked")
	pickEligible       = database.Query("step", "PickEligible")
	pickExport         = database.Query("step", "PickExport")
	pickPurge          = database.Query("step", "PickPurge")
	runDates           = database.Query("step", "RunDates")
	statementAdd       = database.Query("step", "StatementAdd")
	statementEntries   = database.Query("step", "StatementEntries")
)

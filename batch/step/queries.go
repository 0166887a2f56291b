package step

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	closedCycles       = database.Query("step", "ClosedCycles")
	closedRead         = database.Query("step", "ClosedRead")
	contactRead        = database.Query("step", "ContactRead")
	itemCancel         = database.Query("step", "ItemCancel")
	outboxAdd          = database.Query("step", "OutboxAdd")
	pickAwake          = database.Query("step", "PickAwake")
	pickAwakeOrChecked = database.Query("step", "PickAwakeOrChecked")
	pickExport         = database.Query("step", "PickExport")
	pickPurge          = database.Query("step", "PickPurge")
	runDates           = database.Query("step", "RunDates")
	scheduleCancel     = database.Query("step", "ScheduleCancel")
	statementAdd       = database.Query("step", "StatementAdd")
	statementEntries   = database.Query("step", "StatementEntries")
)

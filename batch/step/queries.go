package step

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	historyAdd    = database.Query("book", "HistoryAdd")
	ledgerRead    = database.Query("book", "LedgerRead")
	newsCycleTake = database.Query("book", "NewsCycleTake")
	newsEntryTake = database.Query("book", "NewsEntryTake")
	pauseRead     = database.Query("book", "PauseRead")
	positionPack  = database.Query("book", "PositionPack")
	positionRange = database.Query("book", "PositionRange")
	positionRead  = database.Query("book", "PositionRead")
	productAll    = database.Query("book", "ProductAll")
	stateMove     = database.Query("book", "StateMove")
	stateRead     = database.Query("book", "StateRead")
	wakeAnalyze   = database.Query("book", "WakeAnalyze")
	wakeFresh     = database.Query("book", "WakeFresh")
	wakeMissing   = database.Query("book", "WakeMissing")
	wakeSet       = database.Query("book", "WakeSet")
	wakeStale     = database.Query("book", "WakeStale")

	accountRead  = database.Query("bureau", "AccountRead")
	consumerRead = database.Query("bureau", "ConsumerRead")
	deletionAdd  = database.Query("bureau", "DeletionAdd")
	excludedAdd  = database.Query("bureau", "ExcludedAdd")
	reportedAdd  = database.Query("bureau", "ReportedAdd")
	reportedRead = database.Query("bureau", "ReportedRead")

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

package audit

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	actsLogged       = database.Query("audit", "ActsLogged")
	deletionsLogged  = database.Query("audit", "DeletionsLogged")
	entryCount       = database.Query("audit", "EntryCount")
	entryOf          = database.Query("audit", "EntryOf")
	entryOfLine      = database.Query("audit", "EntryOfLine")
	entryRead        = database.Query("audit", "EntryRead")
	eventsLogged     = database.Query("audit", "EventsLogged")
	filesLogged      = database.Query("audit", "FilesLogged")
	headAdd          = database.Query("audit", "HeadAdd")
	headLast         = database.Query("audit", "HeadLast")
	headLock         = database.Query("audit", "HeadLock")
	headRead         = database.Query("audit", "HeadRead")
	lineCount        = database.Query("audit", "LineCount")
	lineFiles        = database.Query("audit", "LineFiles")
	lineOrphans      = database.Query("audit", "LineOrphans")
	loanIDs          = database.Query("audit", "LoanIDs")
	loanOf           = database.Query("audit", "LoanOf")
	linePages        = database.Query("audit", "LinePages")
	operationsLogged = database.Query("audit", "OperationsLogged")
	rowContent       = database.Query("audit", "RowContent")
	statesDiffer     = database.Query("audit", "StatesDiffer")
	triggersOn       = database.Query("audit", "TriggersOn")
)

package bureau

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	cycleEnds          = database.Query("bureau", "CycleEnds")
	cycleEndsOn        = database.Query("bureau", "CycleEndsOn")
	deletionAdd        = database.Query("bureau", "DeletionAdd")
	deletionGiveBack   = database.Query("bureau", "DeletionGiveBack")
	deletionRead       = database.Query("bureau", "DeletionRead")
	excludedAdd        = database.Query("bureau", "ExcludedAdd")
	excludedLast       = database.Query("bureau", "ExcludedLast")
	fileBuilding       = database.Query("bureau", "FileBuilding")
	fileChange         = database.Query("bureau", "FileChange")
	fileCounts         = database.Query("bureau", "FileCounts")
	fileDone           = database.Query("bureau", "FileDone")
	fileEventAdd       = database.Query("bureau", "FileEventAdd")
	fileLast           = database.Query("bureau", "FileLast")
	filePlan           = database.Query("bureau", "FilePlan")
	fileState          = database.Query("bureau", "FileState")
	fileUndo           = database.Query("bureau", "FileUndo")
	lineLast           = database.Query("bureau", "LineLast")
	lineOlder          = database.Query("bureau", "LineOlder")
	loanChangedProgram = database.Query("bureau", "LoanChangedProgram")
	loanCount          = database.Query("bureau", "LoanCount")
	loanKeys           = database.Query("bureau", "LoanKeys")
	pageForget         = database.Query("bureau", "PageForget")
	pageLoan           = database.Query("bureau", "PageLoan")
	pagePlan           = database.Query("bureau", "PagePlan")
	pageRead           = database.Query("bureau", "PageRead")
	programCalendars   = database.Query("bureau", "ProgramCalendars")
	reversalNoted      = database.Query("bureau", "ReversalNoted")
)

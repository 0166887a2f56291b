package bureau

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	cycleEnds        = database.Query("bureau", "CycleEnds")
	deletionGiveBack = database.Query("bureau", "DeletionGiveBack")
	fileBuilding     = database.Query("bureau", "FileBuilding")
	fileChange       = database.Query("bureau", "FileChange")
	fileCounts       = database.Query("bureau", "FileCounts")
	fileDone         = database.Query("bureau", "FileDone")
	fileEventAdd     = database.Query("bureau", "FileEventAdd")
	filePlan         = database.Query("bureau", "FilePlan")
	fileState        = database.Query("bureau", "FileState")
	fileUndo         = database.Query("bureau", "FileUndo")
	pageAdd          = database.Query("bureau", "PageAdd")
	pageForget       = database.Query("bureau", "PageForget")
	pageLoan         = database.Query("bureau", "PageLoan")
	pagePlan         = database.Query("bureau", "PagePlan")
	pageRead         = database.Query("bureau", "PageRead")
	programCalendars = database.Query("bureau", "ProgramCalendars")
)

package look

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	fileList = database.Query("bureau", "FileList")

	inquiryDeletions  = database.Query("inquiry", "InquiryDeletions")
	inquiryExceptions = database.Query("inquiry", "InquiryExceptions")
	inquiryExcluded   = database.Query("inquiry", "InquiryExcluded")
	inquiryExclusions = database.Query("inquiry", "InquiryExclusions")
	inquiryFile       = database.Query("inquiry", "InquiryFile")
	inquiryHistory    = database.Query("inquiry", "InquiryHistory")
	inquiryItems      = database.Query("inquiry", "InquiryItems")
	inquiryLastClosed = database.Query("inquiry", "InquiryLastClosed")
	inquiryLoan       = database.Query("inquiry", "InquiryLoan")
	inquiryLoans      = database.Query("inquiry", "InquiryLoans")
	inquiryReported   = database.Query("inquiry", "InquiryReported")
	inquiryRuns       = database.Query("inquiry", "InquiryRuns")
	inquirySchedules  = database.Query("inquiry", "InquirySchedules")
	inquiryStatements = database.Query("inquiry", "InquiryStatements")
)

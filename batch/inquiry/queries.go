package inquiry

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	inquiryAnswers         = database.Query("inquiry", "InquiryAnswers")
	inquiryDeletions       = database.Query("inquiry", "InquiryDeletions")
	inquiryExceptions      = database.Query("inquiry", "InquiryExceptions")
	inquiryExcluded        = database.Query("inquiry", "InquiryExcluded")
	inquiryExclusions      = database.Query("inquiry", "InquiryExclusions")
	inquiryFiles           = database.Query("inquiry", "InquiryFiles")
	inquiryLoanKey         = database.Query("inquiry", "InquiryLoanKey")
	inquiryRunExceptions   = database.Query("inquiry", "InquiryRunExceptions")
	inquiryFile            = database.Query("inquiry", "InquiryFile")
	inquiryHistory         = database.Query("inquiry", "InquiryHistory")
	inquiryItems           = database.Query("inquiry", "InquiryItems")
	inquiryLastClosed      = database.Query("inquiry", "InquiryLastClosed")
	inquiryLoan            = database.Query("inquiry", "InquiryLoan")
	inquiryLoans           = database.Query("inquiry", "InquiryLoans")
	inquiryOperations      = database.Query("inquiry", "InquiryOperations")
	inquiryTradelines      = database.Query("inquiry", "InquiryTradelines")
	inquiryRuns            = database.Query("inquiry", "InquiryRuns")
	inquiryNightMoves      = database.Query("inquiry", "InquiryNightMoves")
	inquiryNightTradelines = database.Query("inquiry", "InquiryNightTradelines")
	inquirySchedules       = database.Query("inquiry", "InquirySchedules")
	inquiryFileMarks       = database.Query("inquiry", "InquiryFileMarks")
	inquiryLoanByAccount   = database.Query("inquiry", "InquiryLoanByAccount")
	inquiryProgram         = database.Query("inquiry", "InquiryProgram")
	inquiryProducts        = database.Query("inquiry", "InquiryProducts")
	inquiryStatements      = database.Query("inquiry", "InquiryStatements")
	inquiryStatement       = database.Query("inquiry", "InquiryStatement")
	inquiryRecipient       = database.Query("inquiry", "InquiryRecipient")
)

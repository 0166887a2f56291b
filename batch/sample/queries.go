package sample

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	sampleBefore    = database.Query("sample", "SampleBefore")
	sampleConsumers = database.Query("sample", "SampleConsumers")
	sampleCycles    = database.Query("sample", "SampleCycles")
	sampleFile      = database.Query("sample", "SampleFile")
	sampleFiled     = database.Query("sample", "SampleFiled")
	sampleLoan      = database.Query("sample", "SampleLoan")
	sampleLoanKey   = database.Query("sample", "SampleLoanKey")
	sampleNewest    = database.Query("sample", "SampleNewest")
	samplePostings  = database.Query("sample", "SamplePostings")
	sampleSheet     = database.Query("sample", "SampleSheet")
	sampleSheets    = database.Query("sample", "SampleSheets")
)

package sql

import _ "embed"

// Statements that look at what was done.
var (
	//go:embed query/run_show.sql
	RunShow string

	//go:embed query/run_steps.sql
	RunSteps string

	//go:embed query/run_counts.sql
	RunCounts string

	//go:embed query/run_exceptions.sql
	RunExceptions string

	//go:embed query/file_list.sql
	FileList string
)

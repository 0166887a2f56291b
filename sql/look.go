package sql

import _ "embed"

// Statements of the commands that only look: they lock nothing and change nothing.
var (
	//go:embed query/look_loans.sql
	LookLoans string

	//go:embed query/look_loan.sql
	LookLoan string

	//go:embed query/look_history.sql
	LookHistory string

	//go:embed query/look_statements.sql
	LookStatements string

	//go:embed query/look_schedules.sql
	LookSchedules string

	//go:embed query/look_items.sql
	LookItems string

	//go:embed query/look_reported.sql
	LookReported string

	//go:embed query/look_excluded.sql
	LookExcluded string

	//go:embed query/look_deletions.sql
	LookDeletions string

	//go:embed query/look_exceptions.sql
	LookExceptions string

	//go:embed query/look_file.sql
	LookFile string

	//go:embed query/look_exclusions.sql
	LookExclusions string

	//go:embed query/look_runs.sql
	LookRuns string

	//go:embed query/look_last_closed.sql
	LookLastClosed string
)

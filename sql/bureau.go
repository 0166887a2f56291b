package sql

import _ "embed"

// Statements of the bureaus' files.
var (
	//go:embed query/program_calendars.sql
	ProgramCalendars string

	//go:embed query/file_plan.sql
	FilePlan string

	//go:embed query/file_undo.sql
	FileUndo string

	//go:embed query/cycle_ends.sql
	CycleEnds string

	//go:embed query/file_building.sql
	FileBuilding string

	//go:embed query/account_read.sql
	AccountRead string

	//go:embed query/position_range.sql
	PositionRange string

	//go:embed query/reported_read.sql
	ReportedRead string

	//go:embed query/consumer_read.sql
	ConsumerRead string

	//go:embed query/reported_add.sql
	ReportedAdd string

	//go:embed query/page_add.sql
	PageAdd string

	//go:embed query/excluded_add.sql
	ExcludedAdd string

	//go:embed query/deletion_add.sql
	DeletionAdd string

	//go:embed query/page_read.sql
	PageRead string

	//go:embed query/loan_name.sql
	LoanName string

	//go:embed query/page_forget.sql
	PageForget string

	//go:embed query/file_done.sql
	FileDone string

	//go:embed query/file_counts.sql
	FileCounts string

	//go:embed query/file_state.sql
	FileState string

	//go:embed query/file_change.sql
	FileChange string

	//go:embed query/file_event_add.sql
	FileEventAdd string

	//go:embed query/deletion_give_back.sql
	DeletionGiveBack string
)

package sql

import _ "embed"

// Statements of the steps.
var (
	//go:embed query/product_all.sql
	ProductAll string

	//go:embed query/pause_read.sql
	PauseRead string

	//go:embed query/ledger_read.sql
	LedgerRead string

	//go:embed query/state_read.sql
	StateRead string

	//go:embed query/state_move.sql
	StateMove string

	//go:embed query/history_add.sql
	HistoryAdd string

	//go:embed query/closed_read.sql
	ClosedRead string

	//go:embed query/closed_cycles.sql
	ClosedCycles string

	//go:embed query/run_dates.sql
	RunDates string

	//go:embed query/statement_entries.sql
	StatementEntries string

	//go:embed query/statement_add.sql
	StatementAdd string

	//go:embed query/outbox_add.sql
	OutboxAdd string

	//go:embed query/contact_read.sql
	ContactRead string

	//go:embed query/schedule_cancel.sql
	ScheduleCancel string

	//go:embed query/item_cancel.sql
	ItemCancel string

	//go:embed query/pick_awake.sql
	PickAwake string

	//go:embed query/pick_awake_or_checked.sql
	PickAwakeOrChecked string

	//go:embed query/pick_purge.sql
	PickPurge string

	//go:embed query/pick_export.sql
	PickExport string

	//go:embed query/wake_missing.sql
	WakeMissing string

	//go:embed query/position_read.sql
	PositionRead string

	//go:embed query/position_pack.sql
	PositionPack string

	//go:embed query/news_entry_take.sql
	NewsEntryTake string

	//go:embed query/news_cycle_take.sql
	NewsCycleTake string

	//go:embed query/wake_analyze.sql
	WakeAnalyze string

	//go:embed query/wake_stale.sql
	WakeStale string

	//go:embed query/wake_fresh.sql
	WakeFresh string

	//go:embed query/wake_set.sql
	WakeSet string
)

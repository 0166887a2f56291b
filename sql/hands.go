package sql

import _ "embed"

// Statements of the processes that share a night.
var (
	//go:embed query/run_date.sql
	RunDate string

	//go:embed query/run_join.sql
	RunJoin string

	//go:embed query/chunk_admit.sql
	ChunkAdmit string

	//go:embed query/chunk_take.sql
	ChunkTake string

	//go:embed query/chunk_share.sql
	ChunkShare string

	//go:embed query/chunk_pending.sql
	ChunkPending string

	//go:embed query/chunk_evict.sql
	ChunkEvict string
)

package sql

import _ "embed"

// Statements of the night's ledger.
var (
	//go:embed query/run_find.sql
	RunFind string

	//go:embed query/run_open.sql
	RunOpen string

	//go:embed query/run_open_steps.sql
	RunOpenSteps string

	//go:embed query/step_chunks.sql
	StepChunks string

	//go:embed query/chunk_plan.sql
	ChunkPlan string

	//go:embed query/chunk_picked.sql
	ChunkPicked string

	//go:embed query/pick_book.sql
	PickBook string

	//go:embed query/run_resume.sql
	RunResume string

	//go:embed query/run_stop.sql
	RunStop string

	//go:embed query/run_close.sql
	RunClose string

	//go:embed query/step_start.sql
	StepStart string

	//go:embed query/step_finish.sql
	StepFinish string

	//go:embed query/step_finished.sql
	StepFinished string

	//go:embed query/step_redo.sql
	StepRedo string

	//go:embed query/chunk_claim.sql
	ChunkClaim string

	//go:embed query/chunk_done.sql
	ChunkDone string

	//go:embed query/step_reconcile.sql
	StepReconcile string

	//go:embed query/exception_add.sql
	ExceptionAdd string

	//go:embed query/exception_resolve.sql
	ExceptionResolve string
)

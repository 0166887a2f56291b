package batch

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	fileList = database.Query("bureau", "FileList")

	chunkAdmit       = database.Query("run", "ChunkAdmit")
	chunkClaim       = database.Query("run", "ChunkClaim")
	chunkDone        = database.Query("run", "ChunkDone")
	chunkEvict       = database.Query("run", "ChunkEvict")
	chunkPending     = database.Query("run", "ChunkPending")
	chunkPicked      = database.Query("run", "ChunkPicked")
	chunkPlan        = database.Query("run", "ChunkPlan")
	chunkShare       = database.Query("run", "ChunkShare")
	chunkTake        = database.Query("run", "ChunkTake")
	exceptionAdd     = database.Query("run", "ExceptionAdd")
	exceptionResolve = database.Query("run", "ExceptionResolve")
	pickBook         = database.Query("run", "PickBook")
	runClose         = database.Query("run", "RunClose")
	runCounts        = database.Query("run", "RunCounts")
	runDate          = database.Query("run", "RunDate")
	runExceptions    = database.Query("run", "RunExceptions")
	runFind          = database.Query("run", "RunFind")
	runJoin          = database.Query("run", "RunJoin")
	runOpen          = database.Query("run", "RunOpen")
	runOpenSteps     = database.Query("run", "RunOpenSteps")
	runResume        = database.Query("run", "RunResume")
	runShow          = database.Query("run", "RunShow")
	runSteps         = database.Query("run", "RunSteps")
	runStop          = database.Query("run", "RunStop")
	stepChunks       = database.Query("run", "StepChunks")
	stepFinish       = database.Query("run", "StepFinish")
	stepFinished     = database.Query("run", "StepFinished")
	stepReconcile    = database.Query("run", "StepReconcile")
	stepRedo         = database.Query("run", "StepRedo")
	stepStart        = database.Query("run", "StepStart")
)

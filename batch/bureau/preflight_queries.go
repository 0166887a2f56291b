package bureau

import "github.com/furnisher/furnisher/batch/database"

// The queries of the look at a file before its release, and of its findings.
var (
	deletionBefore     = database.Query("bureau", "DeletionBefore")
	findingAccept      = database.Query("bureau", "FindingAccept")
	findingAdd         = database.Query("bureau", "FindingAdd")
	findingAssign      = database.Query("bureau", "FindingAssign")
	findingCount       = database.Query("bureau", "FindingCount")
	findingFix         = database.Query("bureau", "FindingFix")
	findingGone        = database.Query("bureau", "FindingGone")
	findingLock        = database.Query("bureau", "FindingLock")
	findingNumbers     = database.Query("bureau", "FindingNumbers")
	findingOfFile      = database.Query("bureau", "FindingOfFile")
	findingOld         = database.Query("bureau", "FindingOld")
	findingRecount     = database.Query("bureau", "FindingRecount")
	findingReopen      = database.Query("bureau", "FindingReopen")
	findingResolve     = database.Query("bureau", "FindingResolve")
	findingSeen        = database.Query("bureau", "FindingSeen")
	findingTold        = database.Query("bureau", "FindingTold")
	preflightBefore    = database.Query("bureau", "PreflightBefore")
	preflightFile      = database.Query("bureau", "PreflightFile")
	preflightGenerated = database.Query("bureau", "PreflightGenerated")
	preflightLock      = database.Query("bureau", "PreflightLock")
	preflightNote      = database.Query("bureau", "PreflightNote")
	preflightPages     = database.Query("bureau", "PreflightPages")
	preflightState     = database.Query("bureau", "PreflightState")
	preflightTwins     = database.Query("bureau", "PreflightTwins")
	preflightOpen      = database.Query("bureau", "PreflightUnanswered")
	preflightVanished  = database.Query("bureau", "PreflightVanished")
)

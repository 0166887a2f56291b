package main

// timeLayout is how tables show a moment, in UTC.
const timeLayout = "2006-01-02 15:04Z"

// Titles of tables.
const (
	titleFiles            = "files"
	titleExceptions       = "exceptions"
	titleRejects          = "rows not taken"
	titleHistory          = "history"
	titleStatements       = "final statements"
	titleSchedules        = "schedules"
	titleItems            = "scheduled items"
	titleTradelines       = "tradelines"
	titleTradelineReasons = "why the tradelines say so"
	titleExcluded         = "left out of files"
	titleDeletions        = "deletions"
	titleLoanExceptions   = "quarantined"
	titleDemoDeletions    = "deleted accounts, as the files say"
	titleFindings         = "findings"
	titleReasons          = "why"
	titleCodes            = "%s %s"
	titleLayout           = "%s, %s form, %d bytes"
	titleRest             = "bytes of no field"
	statePending          = "pending"
)

// Headings of tables; ">" puts a column to the right.
var (
	headSteps            = []string{"step", "state", ">read", ">changed", "counts", ">amount", ">exceptions", ">seconds"}
	headFiles            = []string{">file", "program", "as of", "state", ">records", ">excluded", ">deletions", ">bytes", "name"}
	headExceptions       = []string{"loan", "step", "code", ">since run", "detail"}
	headRuns             = []string{">run", "business date", "state", ">changed", ">files", ">exceptions", "started", "who", "why", "stopped because"}
	headMigrations       = []string{">version", "name", "applied"}
	headImport           = []string{"file", ">rows", ">inserted", ">updated", ">unchanged", ">rejected"}
	headRejects          = []string{"file", ">line", "column", "value", "reason"}
	headHistory          = []string{"night", "effective", "state", "from", "to", "cause", "rule", ">run", "facts", "by"}
	headStatements       = []string{">episode", "night", "status", "closed on", ">cycle", "from", "to", ">opening", ">closing", ">run"}
	headSchedules        = []string{"schedule", "kind", "state", "cancelled on", ">by run", "reason"}
	headItems            = []string{"item", "kind", "state", "due", ">amount", "cancelled on", ">by run", "reason"}
	headTradelines       = []string{">file", "state", "as of", "status", "rating", ">balance", ">past due", "first delinquency", "history", "date closed", "comment"}
	headTradelineReasons = []string{">file", "as of", "rule", "facts"}
	headExcluded         = []string{">file", "state", "as of", "reason", "rule", "detail"}
	headDeletions        = []string{">file", "state", "as of", "destination", "code", "date closed", "counts"}
	headLoanExceptions   = []string{">run", "night", "step", "code", "detail", ">since run", ">resolved by run"}
	headExplain          = []string{"no.", "field", ">position", "raw", "value", "meaning"}
	headFindings         = []string{"place", ">position", "severity", "rule", "message"}
	headStats            = []string{"", "", ">count", "", ">balance", ">past due"}
	headAmounts          = []string{"", "", ">not zero", "", ">sum"}
	headRules            = []string{"rule", "severity", "field", "sentence"}
	headReasons          = []string{"rule", "why it matters", "fields that decide", "source"}
	headFindingCSV       = []string{"file", "record", "account", "segment", "field", "position", "rule", "severity", "message"}
	headFields           = []string{"no.", "key", "name", "type", ">position", ">bytes", "need", "masked", "notes"}
	headCodes            = []string{"code", "meaning"}
	headDemoDeletions    = []string{"account", "code", "date closed", "file"}
)

// Headings and lines of what is printed row by row.
const (
	lineHeader  = "%8d header   %4d bytes  %s  as of %s  made on %s\n"
	lineData    = "%8d data     %4d bytes  %-8s  status %-2s  rating %s  balance %9d  past due %9d  first delinquency %-10s  closed %-10s  history %s  %s\n"
	lineTrailer = "%8d trailer  %4d bytes  %d base, %d J1, %d J2 segments, %d DA, %d DF\n"
	lineUnknown = "%8d unknown  %4d bytes\n"
	lineProblem = "         %s position %d: %s %s: %s\n"
	lineDiff    = "%-8s %-8s %s %s  record %s -> %s\n"
	lineChange  = "  %-8s %s.%s position %d: %s -> %s\n"
	lineFinding = "%s: record %d, account %s: %s position %d: %s %s: %s\n"
)

// textLoan begins the detail of a loan.
const textLoan = `loan %s  account %s  product %s  program %s  opened on %s
  status                   %s since %s (%s)
  servicing                %s
`

// Further facts of a loan.
const (
	lineFact              = "  %-24s %v\n"
	factClosedOn          = "closed on"
	factEpisode           = "closures"
	factChargedOff        = "charged off"
	factStopReason        = "stop reason"
	factHoldUntil         = "hold until"
	factNotFurnished      = "not furnished"
	factTerminated        = "terminated"
	factReportAsDeleted   = "report as deleted"
	factTakenOverReport   = "reported before us on"
	factTakenOverDeletion = "deleted before us on"
	factYes               = "yes"
)

// liveText says whether a deletion counts (DC6).
func liveText(live bool) string {
	if live {
		return "yes"
	}
	return "no, given back"
}

package book

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	accountFresh     = database.Query("book", "AccountFresh")
	accountLock      = database.Query("book", "AccountLock")
	accountPack      = database.Query("book", "AccountPack")
	accountRange     = database.Query("book", "AccountRange")
	accountRead      = database.Query("book", "AccountRead")
	accountStale     = database.Query("book", "AccountStale")
	caseRead         = database.Query("book", "CaseRead")
	contactStateRead = database.Query("book", "ContactStateRead")
	consumerRead     = database.Query("book", "ConsumerRead")
	historyAdd       = database.Query("book", "HistoryAdd")
	historyRead      = database.Query("book", "HistoryRead")
	ledgerRead       = database.Query("book", "LedgerRead")
	loanRead         = database.Query("book", "LoanRead")
	pauseRead        = database.Query("book", "PauseRead")
	paymentCancelled = database.Query("book", "PaymentCancelled")
	productAll       = database.Query("book", "ProductAll")
	programAll       = database.Query("book", "ProgramAll")
	servicingStop    = database.Query("book", "ServicingStop")
	stateWrite       = database.Query("book", "StateWrite")
	wake             = database.Query("book", "Wake")
	wakeAbandoned    = database.Query("book", "WakeAbandoned")
	wakeAdded        = database.Query("book", "WakeAdded")
	wakeAnalyze      = database.Query("book", "WakeAnalyze")
	wakeMissing      = database.Query("book", "WakeMissing")
	wakeSleep        = database.Query("book", "WakeSleep")
)

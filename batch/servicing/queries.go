package servicing

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	exceptionNote     = database.Query("servicing", "ExceptionNote")
	exceptionOpen     = database.Query("servicing", "ExceptionOpen")
	associationAdd    = database.Query("servicing", "AssociationAdd")
	associationRemove = database.Query("servicing", "AssociationRemove")
	caseByExternalID  = database.Query("servicing", "CaseByExternalID")
	caseByID          = database.Query("servicing", "CaseByID")
	caseSnooze        = database.Query("servicing", "CaseSnooze")
	caseView          = database.Query("servicing", "CaseView")
	escalationEnd     = database.Query("servicing", "EscalationEnd")
	escalationRaise   = database.Query("servicing", "EscalationRaise")
	caseKnown         = database.Query("servicing", "CaseKnown")
	caseSeen          = database.Query("servicing", "CaseSeen")
	customerLoans     = database.Query("servicing", "CustomerLoans")
	loanByID          = database.Query("servicing", "LoanByID")
	customerByID      = database.Query("servicing", "CustomerByID")
	eligibleListed    = database.Query("servicing", "EligibleListed")
	operationByKey    = database.Query("servicing", "OperationByKey")
	operationClose    = database.Query("servicing", "OperationClose")
	operationNights   = database.Query("servicing", "OperationNights")
	operationOpen     = database.Query("servicing", "OperationOpen")
	programCalendar   = database.Query("servicing", "ProgramCalendar")
	programCalendars  = database.Query("servicing", "ProgramCalendars")
	removalDone       = database.Query("servicing", "RemovalDone")
	removalPending    = database.Query("servicing", "RemovalPending")
	removalRefused    = database.Query("servicing", "RemovalRefused")
	operationPatience = database.Query("servicing", "OperationPatience")
)

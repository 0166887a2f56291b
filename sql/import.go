package sql

import _ "embed"

// Statements of the import.
var (
	//go:embed query/import_case_parties.sql
	ImportCaseParties string

	//go:embed query/import_cases.sql
	ImportCases string

	//go:embed query/import_cases_external_id.sql
	ImportCasesExternalID string

	//go:embed query/import_close.sql
	ImportClose string

	//go:embed query/import_customer_removals.sql
	ImportCustomerRemovals string

	//go:embed query/import_customers.sql
	ImportCustomers string

	//go:embed query/import_cycles_known.sql
	ImportCyclesKnown string

	//go:embed query/import_cycles_wake.sql
	ImportCyclesWake string

	//go:embed query/import_cycles.sql
	ImportCycles string

	//go:embed query/import_destinations.sql
	ImportDestinations string

	//go:embed query/import_file.sql
	ImportFile string

	//go:embed query/import_file_rejects.sql
	ImportFileRejects string

	//go:embed query/import_loan_customers.sql
	ImportLoanCustomers string

	//go:embed query/import_loan_customers_position.sql
	ImportLoanCustomersPosition string

	//go:embed query/import_loans_account.sql
	ImportLoansAccount string

	//go:embed query/import_loans_key.sql
	ImportLoansKey string

	//go:embed query/import_loans_known.sql
	ImportLoansKnown string

	//go:embed query/import_loans_new.sql
	ImportLoansNew string

	//go:embed query/import_missing.sql
	ImportMissing string

	//go:embed query/import_open.sql
	ImportOpen string

	//go:embed query/import_pauses_wake.sql
	ImportPausesWake string

	//go:embed query/import_pauses.sql
	ImportPauses string

	//go:embed query/import_products.sql
	ImportProducts string

	//go:embed query/import_programs.sql
	ImportPrograms string

	//go:embed query/import_quarantine.sql
	ImportQuarantine string

	//go:embed query/import_reason_rules.sql
	ImportReasonRules string

	//go:embed query/import_rejects.sql
	ImportRejects string

	//go:embed query/import_repeated.sql
	ImportRepeated string

	//go:embed query/import_scheduled_items.sql
	ImportScheduledItems string

	//go:embed query/import_scheduled_items_loan.sql
	ImportScheduledItemsLoan string

	//go:embed query/import_scheduled_items_schedule.sql
	ImportScheduledItemsSchedule string

	//go:embed query/import_schedules.sql
	ImportSchedules string

	//go:embed query/import_schedules_loan.sql
	ImportSchedulesLoan string

	//go:embed query/import_settings.sql
	ImportSettings string

	//go:embed query/import_terminations.sql
	ImportTerminations string

	//go:embed query/import_terminations_reason.sql
	ImportTerminationsReason string

	//go:embed query/import_transactions_span.sql
	ImportTransactionsSpan string

	//go:embed query/import_transactions_wake.sql
	ImportTransactionsWake string

	//go:embed query/import_transactions.sql
	ImportTransactions string

	//go:embed query/import_transactions_known.sql
	ImportTransactionsKnown string

	//go:embed query/import_transactions_reversal.sql
	ImportTransactionsReversal string

	//go:embed query/import_transactions_reversed_once.sql
	ImportTransactionsReversedOnce string
)

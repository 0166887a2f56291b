package intake

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// A table describes one file of the extract and its way into the book.
type table struct {
	file    string   // name without .gz
	key     []string // staged columns that identify a row
	books   []string // the tables of the book that it fills
	columns []column
	check   func(r *row) *Reject                   // what is between the columns of one row
	refs    []reference                            // rows whose references are unknown are rejected
	span    string                                 // gives the lowest and highest key of the file, for known
	known   string                                 // takes out rows that may only repeat what the book holds; gives updated and rejected
	bars    string                                 // leaves out rows of removed customers; gives how many
	rejects []string                               // statements that reject rows against each other and the book
	indexed string                                 // an index of the staging table, for rejects and adds
	bulk    []string                               // tables whose indexes are made after a first import's rows
	plain   string                                 // brings in, before rejects, what they cannot reject and may name
	news    news                                   // what the rows are to packed ledgers, if anything
	notes   func(*importer, context.Context) error // keeps what the book is to know of the rows that are about to change
	merges  []string                               // statements that bring rows in, each giving inserted and updated
	adds    string                                 // brings in what merges left, all of it new

	judges  func(*importer, context.Context) (rejected int64, err error) // rejects rows as rules decide
	decides func(*importer, context.Context) (updated int64, err error)  // writes what rules decide of merged rows
	// fixpoint: the statements of rejects are repeated until they reject nothing, because a rejected row
	// changes what is right for others.
	fixpoint bool

	keyPlaces []int // of the key among the columns
	sealed    []int // the places of the columns that are sealed; their hashes come behind all columns of the file, in this order
	refPlaces []int // of the references
}

// A column is one column of a file.
type column struct {
	name     string
	kind     kind
	required bool
	absent   string // what is staged when there is no value; empty: NULL
	staged   string // name in the staging table when it is not the name in the file
	derived  bool   // not in the file: computed by check

	// seals gives what is staged in place of a personal value, and the keyed hash that is staged beside it, in a column of the
	// name with _hash.
	seals func(v book.Vault, rowKey string, value []byte) (sealed, hash []byte, err error)
}

// A reference is a staged column that names a row of another table.
type reference struct{ column, table, key string }

func need(name string, k kind) column { return column{name: name, kind: k, required: true} }

func may(name string, k kind) column { return column{name: name, kind: k} }

func (c column) or(absent string) column { c.absent = absent; return c }

func (c column) as(staged string) column { c.staged = staged; return c }

func (c column) sealed(by func(book.Vault, string, []byte) ([]byte, []byte, error)) column {
	c.seals = by
	return c
}

func derived(name string, k kind) column { return column{name: name, kind: k, derived: true} }

// stagedType is the type of the column in the staging table.
func (c *column) stagedType() string {
	if c.seals != nil {
		return hashKind.sql
	}
	return c.kind.sql
}

// stagedName is the column's name in the staging table.
func (c *column) stagedName() string {
	if c.staged != "" {
		return c.staged
	}
	return c.name
}

// index is the place of a column among the table's columns.
func (t *table) index(name string) int {
	for i := range t.columns {
		if t.columns[i].name == name {
			return i
		}
	}
	panic("intake: " + t.file + " has no column " + name)
}

// staging is the name of the table's staging table.
func (t *table) staging() string { return "staged_" + strings.TrimSuffix(t.file, ".csv") }

// References of several files.
var (
	toLoan     = reference{"loan_id", "loan_key", "loan_id"}
	toCustomer = reference{"customer_id", "customer", "customer_id"}
)

// tables lists the files in the order in which they are taken in: a row's references come before it.
var tables = withPlaces([]table{
	{
		file: "programs.csv", key: []string{"program_id"},
		books: []string{"program", "destination"},
		columns: []column{
			need("program_id", keyKind),
			need("identification_number", identificationKind),
			need("reporter_name", headerKind("reporter_name")), need("reporter_address", headerKind("reporter_address")),
			may("reporter_phone", phoneKind), may("innovis_id", headerKind("innovis_id")), may("equifax_id", headerKind("equifax_id")),
			may("experian_id", headerKind("experian_id")), may("transunion_id", headerKind("transunion_id")),
			need("calendar", calendarKind),
			may("activity_cycle_ids", keyListKind).or("{}"),
			may("dofd_rule", codeKind("reports", "days")).or("reports"), may("charge_off_past_due", codeKind("balance", "zero")).or("balance"),
			may("accommodations", codeKind("protect", "ignore")).or("protect"), may("reason_aliases", aliasesKind).or("{}"),
			may("retention_months", monthsKind).or(strconv.Itoa(rules.DefaultRetentionMonths)),
			may("dispute_address", textKind),
		},
		notes:  (*importer).noteWaiting,
		merges: []string{importPrograms, importProgramsDestination},
	},
	{
		file: "destinations.csv", key: []string{"program_id", "destination"},
		books: []string{"destination"},
		columns: []column{
			need("program_id", keyKind), need("destination", destinationKind),
			may("innovis_id", headerKind("innovis_id")), may("equifax_id", headerKind("equifax_id")),
			may("experian_id", headerKind("experian_id")), may("transunion_id", headerKind("transunion_id")),
			may("ends_on", dateKind),
		},
		check:    checkDestination,
		refs:     []reference{{"program_id", "program", "program_id"}},
		rejects:  []string{importDestinationsBureau, importDestinationsOther},
		merges:   []string{importDestinations},
		fixpoint: true,
	},
	{
		file: "products.csv", key: []string{"product_id"},
		books: []string{"product"},
		columns: []column{
			need("product_id", keyKind), need("name", textKind),
			need("portfolio_type", metroKind(&metro2.PortfolioTypes)), need("account_type", metroKind(&metro2.AccountTypes)),
			may("terms_frequency", metroKind(&metro2.TermsFrequencies)), may("interest_type", metroKind(&metro2.InterestTypes)),
			may("delinquent_after", countKind(1)), may("charge_off_after", countKind(1)),
			need("grace_days", countKind(0)), need("closes_on_payoff", boolKind),
			may("payoff_hold_days", countKind(0)).or("0"),
			may("trailing_reports", trailingKind).or("1"),
			may("delinquency_method", codeKind("days", "months")), may("payments_ahead", codeKind("carry", "whole", "drop")),
			may("days_counted", codeKind("calendar", "business")).or("calendar"),
		},
		merges: []string{importProducts},
	},
	{
		file: "customers.csv", key: []string{"customer_id"},
		books: []string{"customer"},
		columns: []column{
			need("customer_id", keyKind), need("surname", textKind), may("first_name", textKind), may("middle_name", textKind),
			may("generation_code", metroKind(&metro2.GenerationCodes)), may("ssn", ssnKind).sealed(book.Vault.SealSSN),
			may("date_of_birth", dateKind).sealed(book.Vault.SealBirth),
			may("phone", phoneKind), need("address1", textKind), may("address2", textKind), need("city", textKind),
			need("state", stateKind), need("postal_code", postalKind), may("country_code", keyKind),
			may("address_indicator", metroKind(&metro2.AddressIndicators)), may("residence_code", metroKind(&metro2.ResidenceCodes)),
			may("employer_name", textKind), may("employer_address1", textKind), may("employer_address2", textKind),
			may("employer_city", textKind), may("employer_state", stateKind), may("employer_postal_code", postalKind),
			may("occupation", textKind), may("legal_hold", boolKind).or("false"), may("is_business", boolKind).or("false"),
		},
		bars:   importCustomersRemoved,
		merges: []string{importCustomers},
	},
	{
		file: "loans.csv", key: []string{"loan_id"},
		books: []string{"loan_key", "loan", "loan_state", "loan_wake", "status_history"},
		columns: []column{
			need("loan_id", keyKind), need("product_id", keyKind), need("program_id", keyKind), need("account_number", keyKind),
			need("opened_on", dateKind), may("original_amount", centsKind).as("original_amount_cents"),
			may("credit_limit", centsKind).as("credit_limit_cents"), may("highest_balance", centsKind).as("highest_balance_cents"),
			may("terms_duration", keyKind), may("scheduled_payment", centsKind).as("scheduled_payment_cents"),
			may("promo_ends_on", dateKind), may("cycle_id", keyKind),
			need("status", codesKind(rules.Statuses())), need("status_since", dateKind), may("closed_on", dateKind),
			need("servicing_status", codeKind(string(rules.Servicing), string(rules.NotServicing))),
			may("stop_reason", codeKind(rules.StopReasons()...)),
			may("activity_status", keyKind), may("activity_substatus", keyKind), may("furnish", boolKind).or("true"),
			may("hold_until", dateKind), may("balloon_on", dateKind), may("balloon_amount", centsKind).as("balloon_amount_cents"),
			may("deferred_from", dateKind), may("deferred_until", dateKind), may("special_comment", metroKind(&metro2.SpecialComments)),
			may("original_creditor", textKind),
			may("creditor_class", metroKind(&metro2.CreditorClasses)), may("purchased_from", textKind), may("sold_to", textKind),
			may("sold_on", dateKind), may("agency_id", metroKind(&metro2.Agencies)), may("agency_account", keyKind),
			may("mortgage_id", keyKind), may("new_account_number", keyKind), may("payment_history", historyKind),
			may("first_delinquency_on", dateKind), may("original_charge_off_amount", centsKind).as("original_charge_off_cents"),
			may("last_reported_on", dateKind), may("deletion_reported_on", dateKind),
			derived("episode", countKind(0)), derived("count_from", dateKind), derived("charged_off_on", dateKind),
			derived("charge_off_cents", centsKind), derived("new_stop_reason", keyKind),
		},
		check:   checkLoan,
		refs:    []reference{{"product_id", "product", "product_id"}, {"program_id", "program", "program_id"}},
		rejects: []string{importLoansAccount},
		merges:  []string{importLoansKey, importLoansMoved, importLoansKnown, importLoansNew},
		decides: (*importer).decideStates,
		bulk:    []string{"loan", "loan_state", "loan_wake", "status_history"},
	},
	{
		file: "loan_customers.csv", key: []string{"loan_id", "customer_id"},
		books: []string{"loan_customer"},
		columns: []column{
			need("loan_id", keyKind), need("customer_id", keyKind), need("ecoa_code", metroKind(&metro2.ECOACodes)),
			need("position", countKind(1)),
		},
		refs:     []reference{toLoan, toCustomer},
		bars:     importLoanCustomersRemoved,
		rejects:  []string{importLoanCustomersPosition},
		merges:   []string{importLoanCustomers},
		bulk:     []string{"loan_customer"},
		fixpoint: true,
	},
	{
		file: "cycles.csv", key: []string{"loan_id", "cycle_no"},
		books: []string{"cycle"},
		columns: []column{
			need("loan_id", keyKind), need("cycle_no", countKind(0)), need("starts_on", dateKind), need("ends_on", dateKind),
			need("due_on", dateKind), need("minimum_due", centsKind).as("minimum_due_cents"),
		},
		check:  checkCycle,
		refs:   []reference{toLoan},
		news:   news{importCyclesNews, (*newsRow).dues},
		merges: []string{importCyclesKnown},
		adds:   importCycles,
		bulk:   []string{"cycle"},
	},
	{
		file: "transactions.csv", key: []string{"transaction_id"},
		books: []string{"loan_transaction"},
		columns: []column{
			need("transaction_id", keyKind), need("loan_id", keyKind), need("type", transactionKind()),
			need("amount", signedKind).as("amount_cents"), need("effective_on", dateKind), need("posted_at", timeKind),
			need("state", codeKind("PENDING", "SETTLED", "FAILED")), may("reverses", keyKind), may("due_cycle_no", countKind(0)),
		},
		check:   checkTransaction,
		refs:    []reference{toLoan},
		span:    importTransactionsSpan,
		known:   importTransactionsKnown,
		indexed: "(transaction_id) WHERE type = 'REVERSAL'",
		bulk:    []string{"loan_transaction"},
		plain:   importTransactions,
		rejects: []string{importTransactionsReversal, importTransactionsReversedOnce},
		news:    news{importTransactionsNews, (*newsRow).entries},
		adds:    importTransactionsReversals,
	},
	{
		file: "reason_rules.csv", key: []string{"activity_status", "activity_substatus"},
		books: []string{"reason_rule"},
		columns: []column{
			need("activity_status", keyKind), need("activity_substatus", keyKind), need("require_payoff_reason", boolKind),
		},
		merges: []string{importReasonRules},
	},
	{
		file: "terminations.csv", key: []string{"loan_id"},
		books: []string{"termination"},
		columns: []column{
			need("loan_id", keyKind), need("terminated_on", dateKind), may("source", keyKind), may("reason", keyKind),
			may("report_as_deleted", codeKind("DA", "DF")), may("rescinded_on", dateKind),
		},
		check:  checkTermination,
		refs:   []reference{toLoan},
		judges: (*importer).judgeTerminations,
		merges: []string{importTerminations},
	},
	{
		file: "schedules.csv", key: []string{"schedule_id"},
		books: []string{"schedule"},
		columns: []column{
			need("schedule_id", keyKind), need("loan_id", keyKind), need("kind", codeKind("CALL", "EMAIL", "SMS")),
			need("state", codeKind("ACTIVE", "CANCELLED")),
		},
		refs:    []reference{toLoan},
		rejects: []string{importSchedulesLoan},
		merges:  []string{importSchedules},
	},
	{
		file: "scheduled_items.csv", key: []string{"item_id"},
		books: []string{"scheduled_item"},
		columns: []column{
			need("item_id", keyKind), need("loan_id", keyKind), may("schedule_id", keyKind),
			need("kind", codeKind("PAYMENT", "CALL", "EMAIL", "SMS")),
			need("state", codeKind("PENDING", "SENT", "COMPLETED", "FAILED", "CANCELLED")),
			need("due_at", timeKind), may("amount", centsKind).as("amount_cents"),
			may("required_notice", boolKind).or("false"), may("payer_told_on", dateKind),
		},
		check:   checkScheduledItem,
		refs:    []reference{toLoan},
		rejects: []string{importScheduledItemsLoan, importScheduledItemsSchedule},
		merges:  []string{importScheduledItems},
	},
	{
		file: "pauses.csv", key: []string{"loan_id", "from_on"},
		books: []string{"pause"},
		columns: []column{
			need("loan_id", keyKind), need("from_on", dateKind), may("to_on", dateKind), need("reason", textKind),
		},
		check:  checkPause,
		refs:   []reference{toLoan},
		merges: []string{importPauses},
	},
	{
		file: "cases.csv", key: []string{"case_id"},
		books: []string{"case_file"},
		columns: []column{
			need("case_id", keyKind), may("external_id", keyKind), need("type", codesKind(rules.CaseTypes())), need("status", keyKind),
			may("outcome", keyKind), need("opened_on", dateKind), may("closed_on", dateKind),
			may("auto_created", boolKind).or("false"), may("acknowledged", boolKind).or("false"), may("deleted_on", dateKind),
			may("chapter", codeKind("7", "11", "12", "13")), may("filed_on", dateKind),
			may("disposition", codesKind(rules.Dispositions())),
			may("disposition_on", dateKind), may("listed_outstanding_debt", boolKind), may("court_case_number", keyKind),
			may("dispute_kind", codesKind(rules.DisputeKinds())), may("disputed_amount", centsKind).as("disputed_amount_cents"),
			may("received_on", dateKind),
		},
		check:   checkCase,
		judges:  (*importer).settleCases,
		rejects: []string{importCasesExternalID},
		merges:  []string{importCases},
	},
	{
		file: "case_parties.csv", key: []string{"case_id", "customer_id", "loan_id"},
		books:   []string{"case_party"},
		columns: []column{need("case_id", keyKind), may("customer_id", keyKind), may("loan_id", keyKind)},
		check:   checkCaseParty,
		refs:    []reference{{"case_id", "case_file", "case_id"}, toCustomer, toLoan},
		bars:    importCasePartiesRemoved,
		merges:  []string{importCaseParties, importCasePartiesUnnamed},
	},
	{
		file: "customer_removals.csv", key: []string{"customer_id"},
		books: []string{"customer_removal"},
		columns: []column{
			need("customerId", keyKind).as("customer_id"), need("action", codeKind("remove")), may("approver", textKind),
			may("erasure_reason", textKind),
		},
		refs:   []reference{toCustomer},
		merges: []string{importCustomerRemovals},
	},
})

// withPlaces finds the places of the key columns, of those that name other rows, and of those that are sealed, whose hashes it
// adds as columns.
func withPlaces(tables []table) []table {
	for i := range tables {
		t := &tables[i]
		for place := range t.columns {
			if c := &t.columns[place]; c.seals != nil {
				t.sealed = append(t.sealed, place)
				t.columns = append(t.columns, derived(c.name+"_hash", hashKind))
			}
		}
		place := func(staged string) int {
			return slices.IndexFunc(t.columns, func(c column) bool { return c.stagedName() == staged })
		}
		for _, key := range t.key {
			t.keyPlaces = append(t.keyPlaces, place(key))
		}
		for _, ref := range t.refs {
			t.refPlaces = append(t.refPlaces, place(ref.column))
		}
	}
	return tables
}

// transactionKind is the closed set of entry types; the database has it as a type of its own.
func transactionKind() kind {
	var names []string
	for _, k := range rules.Kinds() {
		names = append(names, k.String())
	}
	k := codeKind(append(names, "REVERSAL")...)
	k.sql = "transaction_type"
	return k
}

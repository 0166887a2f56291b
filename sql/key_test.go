package sql_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// small are the tables that do not grow with the loans' history. A table that is not among them belongs to loans.
var small = strings.Fields(`
	act api_token bureau_file bureau_file_event boarded_file boarded_misfit business_calendar business_day closed_day_policy case_association case_escalation case_file case_party case_party_removed console_job console_session console_user customer customer_eligible customer_removal delivery delivery_attempt desk_item destination dispute file_balance file_balance_reason file_cell file_count file_part file_waiting goose_db_version preflight
	import import_file import_reject keyset loan_key operation product program proof_due proof_entry proof_head proof_older proof_page reason_rule run run_brake run_chunk run_file run_step sample_sheet sign_in_attempt`)

// TestLoanInEveryKey holds that every table of loans has the loan in its primary key and in each unique one, so that the
// book can be cut by loan: between chunks, partitions, or servers.
func TestLoanInEveryKey(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var tables, missing []string
	if err := db.SelectContext(t.Context(), &tables, `
		SELECT relname FROM pg_class WHERE relnamespace = CAST('furnisher' AS regnamespace) AND relkind IN ('r', 'p')`); err != nil {
		t.Fatal(err)
	}
	// A key that is unique without the loan, or a table without a primary key.
	if err := db.SelectContext(t.Context(), &missing, `
		SELECT c.relname || ' ' || coalesce(x.relname, '') FROM pg_class c
		LEFT JOIN pg_index i ON i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)
		LEFT JOIN pg_class x ON x.oid = i.indexrelid
		WHERE c.relnamespace = CAST('furnisher' AS regnamespace) AND c.relkind IN ('r', 'p') AND NOT EXISTS (
			SELECT FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
			WHERE k.place <= i.indnkeyatts AND a.attname = 'loan' AND a.attnotnull)`); err != nil {
		t.Fatal(err)
	}
	for _, key := range missing {
		if table, name, _ := strings.Cut(key, " "); !slices.Contains(small, table) {
			t.Errorf("table %s: the loan is not in its key %q; a table that does not grow with the loans' history is named in small", table, name)
		}
	}
	for _, table := range small {
		if !slices.Contains(tables, table) {
			t.Errorf("small names %s, which is no table", table)
		}
	}
}

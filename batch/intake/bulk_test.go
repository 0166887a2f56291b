package intake_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// firstBook is a book of as many rows as are brought in before their indexes. Each tenth loan has a reversal, and one of
// them is refused.
func firstBook() extract {
	const n = 5_000
	loans := []string{"loan_id,product_id,program_id,account_number,opened_on,status,status_since,servicing_status,original_charge_off_amount"}
	parties := []string{"loan_id,customer_id,ecoa_code,position"}
	cycles := []string{wakeCycles}
	entries := []string{wakeEntries}
	for i := range n {
		status := "ACTIVE"
		if i%7 == 0 {
			status = "CLOSED::CHARGE_OFF"
		}
		loans = append(loans, fmt.Sprintf("L%d,I1,P1,A%d,2025-01-10,%s,2025-01-10,SERVICING,10.00", i, i, status))
		parties = append(parties, fmt.Sprintf("L%d,C%d,1,1", i, i%3+1))
		cycles = append(cycles, fmt.Sprintf("L%d,1,2025-01-10,2025-02-09,2025-03-02,100.00", i))
		entries = append(entries, fmt.Sprintf("T%d,L%d,FEE,1.00,2025-01-10,2025-01-10T10:00:00Z,SETTLED,", i, i))
		if i%10 == 0 {
			entries = append(entries, fmt.Sprintf("R%d,L%d,REVERSAL,1.00,2025-01-11,2025-01-11T10:00:00Z,SETTLED,T%d", i, i, i))
		}
	}
	entries = append(entries, "RR,L1,REVERSAL,1.00,2025-01-11,2025-01-11T10:00:00Z,SETTLED,R0")
	return book().with("loans.csv", loans...).with("loan_customers.csv", parties...).with("cycles.csv", cycles...).with("transactions.csv", entries...)
}

// lawsOf lists the indexes and constraints of all tables.
func lawsOf(t testing.TB, db *sqlx.DB) string {
	t.Helper()
	return rows(t, db, `
		SELECT CAST(CAST(conrelid AS regclass) AS text) AS of, conname AS name, pg_get_constraintdef(oid) AS law, convalidated AS holds
		FROM pg_constraint WHERE connamespace = CAST('furnisher' AS regnamespace)
		UNION ALL
		SELECT CAST(CAST(indrelid AS regclass) AS text), CAST(CAST(indexrelid AS regclass) AS text), pg_get_indexdef(indexrelid), indisvalid
		FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = CAST('furnisher' AS regnamespace)
		ORDER BY 1, 2, 3`)
}

// A first import leaves the same book, indexes and constraints as one that cannot have the tables for itself.
func TestFirstImport(t *testing.T) {
	t.Parallel()
	alone, shared := pgtest.New(t), pgtest.New(t)
	laws := lawsOf(t, alone)
	const bulk = `SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r'
		AND relname = ANY ('{loan,loan_state,loan_wake,status_history,loan_customer,cycle,loan_transaction}') ORDER BY 1`
	files := rows(t, alone, bulk)
	summary := load(t, alone, firstBook())
	diff(t, "rejected", summary.Rejected, int64(1))
	diff(t, "laws after the import", lawsOf(t, alone), laws)
	for _, file := range strings.Split(rows(t, alone, bulk), "\n") {
		if strings.Contains(files, file) {
			t.Errorf("%s: the table was not stripped", file)
		}
	}

	reader, err := shared.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Rollback()
	reader.MustExec("SELECT FROM loan, loan_customer, cycle, loan_transaction")
	again := load(t, shared, firstBook())
	for i := range again.Files {
		diff(t, again.Files[i].File, again.Files[i], summary.Files[i])
	}
	diff(t, "rejects", again.Rejects, summary.Rejects)
	diff(t, "book", snapshot(t, shared), snapshot(t, alone))

	// What comes later finds the tables filled.
	const entries = "SELECT relfilenode FROM pg_class WHERE relname = 'loan_transaction'"
	before := rows(t, alone, entries)
	more := []string{wakeEntries}
	for i := range 5_000 {
		more = append(more, fmt.Sprintf("S%d,L%d,FEE,1.00,2025-01-10,2025-01-10T10:00:00Z,SETTLED,", i, i))
	}
	load(t, alone, extract{}.with("transactions.csv", more...))
	diff(t, "the table's file", rows(t, alone, entries), before)
}

// A first import that is refused at its last check leaves the tables as they were.
func TestFirstImportRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	laws := lawsOf(t, db)
	o := options(firstBook().write(t))
	o.MaxBadPercent = 0
	r := refused(t, db, o)
	diff(t, "reason", r.Reason, "1 of 5501 rows are bad, more than 0 %")
	diff(t, "laws", lawsOf(t, db), laws)
	empty(t, db)
}

// The tables of a file are analyzed when more than a tenth of its rows is new or changed since they last were, whatever
// number of imports it took.
func TestAnalyzed(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	pairs := func(from, to int, required string) extract {
		text := []string{rulesHeader}
		for i := from; i < to; i++ {
			text = append(text, fmt.Sprintf("A,%d,%s", i, required))
		}
		return extract{}.with("reason_rules.csv", text...)
	}
	for _, c := range []struct {
		name  string
		sent  extract
		known float64 // rows of the table, as the planner knows
	}{
		{"the first", pairs(0, 100, "true"), 100},
		{"a tenth", pairs(100, 110, "true"), 100},
		{"the same again", pairs(0, 110, "true"), 100},
		{"one changed", pairs(0, 1, "false"), 100},
		{"a few more", pairs(110, 112, "true"), 112},
		{"one more", pairs(112, 113, "true"), 112},
	} {
		load(t, db, c.sent)
		var known float64
		if err := db.Get(&known, "SELECT reltuples FROM pg_class WHERE oid = CAST('reason_rule' AS regclass)"); err != nil {
			t.Fatal(err)
		}
		if known != c.known {
			t.Errorf("%s: the planner knows of %g rows, want %g", c.name, known, c.known)
		}
	}
	diff(t, "noted", rows(t, db, "SELECT analyzed FROM import_file ORDER BY import"),
		`{"analyzed":true}`+"\n"+`{"analyzed":false}`+"\n"+`{"analyzed":false}`+"\n"+`{"analyzed":false}`+"\n"+`{"analyzed":true}`+"\n"+`{"analyzed":false}`)
}

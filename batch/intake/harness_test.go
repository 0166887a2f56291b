package intake_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/intake"
)

var morning = time.Date(2026, time.November, 1, 6, 0, 0, 0, time.UTC)

// extract is a directory of CSV files by name.
type extract map[string]string

// lines makes a CSV file of lines.
func lines(line ...string) string { return strings.Join(line, "\n") + "\n" }

// book is a small extract with everything that rows of other files refer to. Loan L1 is open, L2 paid off.
func book() extract {
	return extract{
		"programs.csv": lines("program_id,identification_number,reporter_name,reporter_address,calendar",
			"P1,FRN10001,Northfield Lending,100 Ledger Avenue,monthly:last", "P2,FRN20002,Coastway,8 Harbor Row,cycle"),
		"products.csv": lines("product_id,name,portfolio_type,account_type,grace_days,closes_on_payoff", "I1,Loan,I,01,10,true"),
		"customers.csv": lines("customer_id,surname,address1,city,state,postal_code", "C1,Ash,1 Elm St,Harton,OH,43004",
			"C2,Birch,2 Elm St,Harton,OH,43004", "C3,Cedar,3 Elm St,Harton,OH,43004"),
		"loans.csv": lines("loan_id,product_id,program_id,account_number,opened_on,status,status_since,servicing_status",
			"L1,I1,P1,A1,2025-01-10,ACTIVE,2025-01-10,SERVICING",
			"L2,I1,P1,A2,2024-01-10,CLOSED::PAID_OFF,2026-02-03,SERVICING"),
	}
}

// with returns the extract with a file more.
func (e extract) with(file string, line ...string) extract {
	e[file] = lines(line...)
	return e
}

// write puts the files into a new directory.
func (e extract) write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range e {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b strings.Builder
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// options allow any number of bad rows, so that a test can look at each.
func options(dir string) intake.Options {
	return intake.Options{Dir: dir, MaxBadPercent: 100, Now: func() time.Time { return morning }, Vault: vault}
}

// load imports an extract that is not refused.
func load(t testing.TB, db *sqlx.DB, e extract) *intake.Summary {
	t.Helper()
	summary, err := intake.Import(context.Background(), db, options(e.write(t)))
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	for _, f := range summary.Files {
		if f.Rows != f.Inserted+f.Updated+f.Unchanged+f.Rejected {
			t.Errorf("counts do not add up: %+v", f)
		}
	}
	return summary
}

// refused imports an extract that is refused, and returns why.
func refused(t testing.TB, db *sqlx.DB, o intake.Options) *intake.RefusedError {
	t.Helper()
	_, err := intake.Import(context.Background(), db, o)
	var r *intake.RefusedError
	if !errors.As(err, &r) {
		t.Fatalf("import: %v, want a refusal", err)
	}
	return r
}

// counts of a file in a summary, without its name.
func counts(t testing.TB, r *intake.Summary, file string) [5]int64 {
	t.Helper()
	for _, f := range r.Files {
		if f.File == file {
			return [5]int64{f.Rows, f.Inserted, f.Updated, f.Unchanged, f.Rejected}
		}
	}
	t.Fatalf("no file %s in the summary", file)
	return [5]int64{}
}

// rows gives the rows of a query as JSON objects, one a line.
func rows(t testing.TB, db *sqlx.DB, query string) string {
	t.Helper()
	var all []string
	if err := db.Select(&all, "SELECT row_to_json(q)::text FROM ("+query+") q"); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return strings.Join(all, "\n")
}

func diff(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// tables of the book, each with an order of its rows.
var bookTables = []string{
	"program", "product", "customer", "loan_key", "loan", "loan_state", "status_history", "loan_customer", "cycle",
	"loan_transaction", "termination", "reason_rule", "schedule", "scheduled_item", "pause", "case_file", "case_party",
	"customer_removal", "destination",
}

// snapshot is the whole book as text.
func snapshot(t testing.TB, db *sqlx.DB) map[string]string {
	t.Helper()
	book := make(map[string]string)
	for _, table := range bookTables {
		var all []json.RawMessage
		if err := db.Select(&all, "SELECT to_jsonb(x) - '{ssn,date_of_birth}'::text[] AS x FROM "+table+" x ORDER BY 1::text"); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		text, err := json.MarshalIndent(all, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		book[table] = string(text)
	}
	return book
}

// empty fails the test if anything was loaded.
func empty(t testing.TB, db *sqlx.DB) {
	t.Helper()
	for _, table := range append([]string{"import", "import_file", "import_reject"}, bookTables...) {
		var n int
		if err := db.Get(&n, "SELECT count(*) FROM "+table); err != nil {
			t.Fatal(err)
		}
		if n != 0 {
			t.Errorf("%s has %d rows, want none", table, n)
		}
	}
	if left := rows(t, db, staged); left != "" {
		t.Errorf("still staged: %s", left)
	}
}

const staged = "SELECT relname FROM pg_class WHERE relnamespace = CAST('furnisher' AS regnamespace) AND relname LIKE 'staged%'"

package step_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// clock is the time stamp of everything in these tests: nothing may depend on it.
func clock() time.Time { return time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC) }

func day(s string) rules.Date {
	d, err := rules.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// extract is the text of an extract's files by name, without the ending.
type extract map[string]string

// book is an extract with one program, one instalment product (N1 = 2, N2 = 2, grace 5) and one customer.
func book() extract {
	return extract{
		"programs": "program_id,identification_number,reporter_name,reporter_address,equifax_id,calendar\n" +
			"P1,LENDER01,EXAMPLE LENDING,1 MAIN ST SPRINGFIELD IL 62701,EQ00000001,monthly:last\n",
		"products": "product_id,name,portfolio_type,account_type,terms_frequency,interest_type,delinquent_after,charge_off_after,grace_days,closes_on_payoff\n" +
			"PL,Personal loan,I,01,M,F,2,2,5,true\n",
		"customers": "customer_id,surname,first_name,ssn,date_of_birth,address1,city,state,postal_code\n" +
			"C1,ALDERBROOK,ROBIN,666100001,1980-02-29,1 ELM ST,SPRINGFIELD,IL,62701\n",
		"loans":          loanHeader,
		"loan_customers": "loan_id,customer_id,ecoa_code,position\n",
		"cycles":         "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due\n",
		"transactions":   "transaction_id,loan_id,type,amount,effective_on,posted_at,state,reverses\n",
	}
}

const loanHeader = "loan_id,product_id,program_id,account_number,opened_on,original_amount,terms_duration,scheduled_payment," +
	"status,status_since,closed_on,servicing_status,stop_reason,last_reported_on,payment_history\n"

// add appends a line to a file of the extract.
func (e extract) add(file, format string, args ...any) {
	e[file] += fmt.Sprintf(format, args...) + "\n"
}

// loan adds an active loan of 1,000.00 opened on 2026-05-01 with five monthly cycles of 100.00, due on the
// 20th from June to October, whose consumer is C1.
func (e extract) loan(id string) {
	e.add("loans", "%s,PL,P1,ACCT%s,2026-05-01,1000.00,10,100.00,ACTIVE,2026-05-01,,SERVICING,,,", id, id)
	e.add("loan_customers", "%s,C1,1,1", id)
	e.schedule(id)
	e.entry(id, "ORIGINATION", "1000.00", "2026-05-01", "")
}

func (e extract) schedule(id string) {
	for n, month := range []string{"05", "06", "07", "08", "09", "10"} {
		end := day("2026-" + month + "-01").MonthEnd()
		e.add("cycles", "%s,%d,2026-%s-01,%s,%s,100.00", id, n+1, month, end, end+20)
	}
}

// entry adds a settled transaction and returns its id.
func (e extract) entry(loan, kind, amount, on, reverses string) string {
	id := fmt.Sprintf("T%d", strings.Count(e["transactions"], "\n"))
	e.add("transactions", "%s,%s,%s,%s,%s,%sT12:00:00Z,SETTLED,%s", id, loan, kind, amount, on, on, reverses)
	return id
}

// load imports the extract.
func (e extract) load(t testing.TB, db *sqlx.DB) {
	t.Helper()
	e.loadThrough(t, db, db)
}

// loadThrough is load with the lock of the book held through direct.
func (e extract) loadThrough(t testing.TB, db, direct *sqlx.DB) {
	t.Helper()
	dir := t.TempDir()
	e.writeTo(t, dir)
	report, err := intake.Import(context.Background(), db, intake.Options{Dir: dir, MaxBadPercent: 0.1, Now: clock, Direct: direct, Vault: vault})
	if refused, is := errors.AsType[*intake.RefusedError](err); is {
		t.Fatalf("%v: %+v", err, refused.Rejects)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Rejects) > 0 {
		t.Fatalf("rejected rows: %+v", report.Rejects)
	}
}

func runner(db *sqlx.DB, dir string) *batch.Runner {
	return &batch.Runner{
		DB: db, Plan: step.Nightly(bureau.Files{Dir: dir, VendorVersion: "1.0", Vault: vault}), Now: clock,
		Workers: 2, ChunkSize: 2, Version: "test", Who: "test", Why: "test",
	}
}

// night runs a business date and fails the test on an error.
func night(t testing.TB, db *sqlx.DB, dir, date string) *batch.Summary {
	t.Helper()
	report, err := through(runner(db, dir), day(date))
	if err != nil {
		t.Fatalf("night %s: %v", date, err)
	}
	return report
}

// through runs a night as an operator does: where a busy machine made the run take its own lock for lost, the same command
// resumes it.
func through(r *batch.Runner, d rules.Date) (report *batch.Summary, err error) {
	for range 20 {
		if report, err = r.Run(context.Background(), d); !errors.Is(err, batch.ErrLockLost) {
			break
		}
	}
	return report, err
}

// records reads the records of a file by account number.
func records(t testing.TB, path string) map[string]metro2.Base {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	byAccount := map[string]metro2.Base{}
	for reader := metro2.NewReader(f); ; {
		item, err := reader.Next()
		if err != nil {
			return byAccount
		}
		if item.Record != nil {
			byAccount[item.Record.Base.AccountNumber] = item.Record.Base
		}
	}
}

// count returns the single number that a query gives.
func count(t testing.TB, db *sqlx.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.Get(&n, query, args...); err != nil {
		t.Fatal(err)
	}
	return n
}

// fingerprint hashes every row of every table, but for the columns that say when, where and how often.
func fingerprint(t testing.TB, db *sqlx.DB) map[string]string {
	t.Helper()
	var tables []struct {
		Table   string `db:"t"`
		Columns string `db:"c"`
	}
	err := db.Select(&tables, `
		SELECT table_name AS t, string_agg(quote_ident(column_name), ',' ORDER BY ordinal_position) AS c
		FROM information_schema.columns
		WHERE table_schema = 'furnisher' AND table_name NOT LIKE 'goose%' AND table_name NOT LIKE 'import%'
		  AND column_name NOT IN ('started_at', 'finished_at', 'attempts', 'at', 'path', 'seconds')
		  AND (table_name, column_name) NOT IN (('customer', 'ssn'), ('customer', 'date_of_birth'), ('keyset', 'sealed'), ('file_page', 'records'), ('proof_entry', 'digest')) -- another text each time
		GROUP BY table_name`)
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) < 20 {
		t.Fatalf("found %d tables, want the whole schema", len(tables))
	}
	prints := map[string]string{}
	for _, table := range tables {
		var rows []string
		if table.Table == "account" {
			table.Columns = strings.Replace(table.Columns, "facts", openFacts, 1)
		}
		query := fmt.Sprintf(`SELECT CAST(row_to_json(r) AS text) FROM (SELECT %s FROM %s) r ORDER BY 1`, table.Columns, table.Table)
		if err := db.Select(&rows, query); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(strings.Join(rows, "\n")))
		prints[table.Table] = fmt.Sprintf("%d rows %s", len(rows), hex.EncodeToString(sum[:6]))
	}
	return prints
}

// fileHashes hashes the files of a folder by name; a leftover is a file like any other.
func fileHashes(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]string{}
	for _, e := range entries {
		if e.IsDir() && e.Name() == "voided" {
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		hashes[e.Name()] = hex.EncodeToString(sum[:])
	}
	return hashes
}

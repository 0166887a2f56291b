package servicing_test

import (
	"context"
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
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/rules"
)

func clock() time.Time { return time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC) }

func day(s string) rules.Date {
	d, err := rules.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// extract is the text of an extract's files by name.
type extract map[string]string

// add appends a line to a file.
func (e extract) add(file, format string, args ...any) {
	e[file] += fmt.Sprintf(format, args...) + "\n"
}

// book is an extract of loans of 1,000.00 in monthly instalments of 100.00, due on the 20th from June, each with a schedule of
// calls, a payment and a call; those whose ids begin with the same letters belong to one customer.
func book(loans ...string) extract {
	e := extract{}
	e.add("programs.csv", "program_id,identification_number,reporter_name,reporter_address,equifax_id,calendar")
	e.add("programs.csv", "P1,LENDER01,EXAMPLE LENDING,1 MAIN ST SPRINGFIELD IL 62701,EQ00000001,monthly:last")
	e.add("products.csv", "product_id,name,portfolio_type,account_type,terms_frequency,interest_type,delinquent_after,charge_off_after,grace_days,closes_on_payoff")
	e.add("products.csv", "PL,Personal loan,I,01,M,F,2,2,5,true")
	e.add("customers.csv", "customer_id,surname,first_name,ssn,date_of_birth,phone,address1,city,state,postal_code,employer_name,occupation")
	e.add("loans.csv", "loan_id,product_id,program_id,account_number,opened_on,original_amount,terms_duration,scheduled_payment,status,status_since,servicing_status")
	e.add("loan_customers.csv", "loan_id,customer_id,ecoa_code,position")
	e.add("cycles.csv", "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due")
	e.add("transactions.csv", "transaction_id,loan_id,type,amount,effective_on,posted_at,state")
	e.add("schedules.csv", "schedule_id,loan_id,kind,state")
	e.add("scheduled_items.csv", "item_id,loan_id,schedule_id,kind,state,due_at,amount")
	known := map[string]bool{}
	for n, id := range loans {
		person := strings.TrimRight(id, "0123456789")
		customer := "C" + person
		if !known[customer] {
			known[customer] = true
			e.add("customers.csv", "%s,ALDERBROOK%s,ROBIN,66610%04d,1980-02-29,6145550100,1 ELM ST,SPRINGFIELD,IL,62701,OLD MILL,MILLER", customer, person, n+1)
		}
		e.add("loans.csv", "%s,PL,P1,ACCT%s,2026-05-01,1000.00,10,100.00,ACTIVE,2026-05-01,SERVICING", id, id)
		e.add("loan_customers.csv", "%s,%s,1,1", id, customer)
		for k, month := range []string{"05", "06", "07", "08", "09", "10"} {
			end := day("2026-" + month + "-01").MonthEnd()
			e.add("cycles.csv", "%s,%d,2026-%s-01,%s,%s,100.00", id, k+1, month, end, end+20)
		}
		e.add("transactions.csv", "O%s,%s,ORIGINATION,1000.00,2026-05-01,2026-05-01T12:00:00Z,SETTLED", id, id)
		e.add("schedules.csv", "S%s,%s,CALL,ACTIVE", id, id)
		e.add("scheduled_items.csv", "P%s,%s,,PAYMENT,PENDING,2026-06-20T09:00:00Z,100.00", id, id)
		e.add("scheduled_items.csv", "C%s,%s,S%s,CALL,PENDING,2026-06-10T09:00:00Z,", id, id, id)
	}
	return e
}

// load imports the extract.
func (e extract) load(t testing.TB, db *sqlx.DB) *intake.Summary {
	t.Helper()
	summary, err := e.imported(t, db)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

func (e extract) imported(t testing.TB, db *sqlx.DB) (*intake.Summary, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range e {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return intake.Import(context.Background(), db, intake.Options{Dir: dir, MaxBadPercent: 100, Now: clock, Vault: vault})
}

func runner(db *sqlx.DB, dir string) *batch.Runner {
	return &batch.Runner{
		DB: db, Plan: step.Nightly(bureau.Files{Dir: dir, VendorVersion: "1.0", Vault: vault}), Now: clock,
		Workers: 1, ChunkSize: 1, Version: "test", Who: "test", Why: "test",
	}
}

// night runs a business date; where a busy machine made the run take its own lock for lost, the same command resumes it.
func night(db *sqlx.DB, dir, date string) (summary *batch.Summary, err error) {
	for range 20 {
		if summary, err = runner(db, dir).Run(context.Background(), day(date)); !errors.Is(err, batch.ErrLockLost) {
			break
		}
	}
	return summary, err
}

func nights(t testing.TB, db *sqlx.DB, dir string, dates ...string) *batch.Summary {
	t.Helper()
	var summary *batch.Summary
	for _, date := range dates {
		var err error
		if summary, err = night(db, dir, date); err != nil {
			t.Fatalf("night %s: %v", date, err)
		}
	}
	return summary
}

func desk(db *sqlx.DB) *servicing.Desk {
	return &servicing.Desk{DB: db, Now: clock, Vault: vault}
}

func order(key string) servicing.Order {
	return servicing.Order{By: "ada", Why: "letter of 2 June", Key: key}
}

// rows are the rows of a query of one text column.
func rows(t testing.TB, db *sqlx.DB, query string, args ...any) string {
	t.Helper()
	var all []string
	if err := db.Select(&all, query, args...); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "; ")
}

// everything is all rows of all tables, but for those that migrations write.
func everything(t testing.TB, db *sqlx.DB) map[string]string {
	t.Helper()
	var tables []string
	if err := db.Select(&tables, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'furnisher' AND table_name NOT LIKE 'goose%'`); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, table := range tables {
		all[table] = rows(t, db, `SELECT CAST(to_jsonb(x) AS text) FROM `+table+` x ORDER BY 1`)
	}
	return all
}

// block holds rows locked until the returned function is called.
func block(t testing.TB, db *sqlx.DB, query string, args ...any) (release func()) {
	t.Helper()
	tx := db.MustBegin()
	tx.MustExec(query, args...)
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// waiting waits until so many sessions wait for locks.
func waiting(t testing.TB, db *sqlx.DB, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for got := -1; got < want; {
		if err := db.GetContext(ctx, &got, `SELECT count(a.pid) FROM pg_sleep(0.005)
			LEFT JOIN pg_stat_activity a ON a.datname = current_database() AND a.wait_event_type = 'Lock'`); err != nil {
			t.Fatalf("%d sessions wait, want %d: %v", got, want, err)
		}
	}
}

// beside does something in a goroutine and returns what waits for its end.
func beside[T any](work func() (T, error)) (wait func() (T, error)) {
	type end struct {
		result T
		err    error
	}
	done := make(chan end, 1)
	go func() {
		result, err := work()
		done <- end{result, err}
	}()
	return func() (T, error) {
		e := <-done
		return e.result, e.err
	}
}

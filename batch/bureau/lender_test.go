package bureau_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// lender is a lender with one program and a book of loans, whose nights make files.
type lender struct {
	t       *testing.T
	db      *sqlx.DB
	dir     string
	extract map[string]string // text by name of the file, without the ending
}

// newLender has a program with a calendar and the cycle ids that it reports, and no loan.
func newLender(t *testing.T, calendar rules.Calendar, cycleIDs string) *lender {
	t.Helper()
	l := &lender{t: t, db: pgtest.New(t), dir: t.TempDir(), extract: map[string]string{
		"programs": "program_id,identification_number,reporter_name,reporter_address,calendar,activity_cycle_ids\n" +
			"P1,LENDER01,EXAMPLE LENDING,1 MAIN ST SPRINGFIELD IL 62701," + string(calendar) + "," + cycleIDs + "\n",
		"products": "product_id,name,portfolio_type,account_type,terms_frequency,interest_type,grace_days,closes_on_payoff\n" +
			"PL,Personal loan,I,01,M,F,5,true\n",
		"customers": "customer_id,surname,first_name,ssn,date_of_birth,address1,city,state,postal_code\n" +
			"C1,ALDERBROOK,ROBIN,666100001,1980-02-29,1 ELM ST,SPRINGFIELD,IL,62701\n",
		"loans":          "loan_id,product_id,program_id,account_number,opened_on,original_amount,terms_duration,scheduled_payment,cycle_id,status,status_since,servicing_status\n",
		"loan_customers": "loan_id,customer_id,ecoa_code,position\n",
		"cycles":         "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due\n",
		"transactions":   "transaction_id,loan_id,type,amount,effective_on,posted_at,state\n",
		"terminations":   "loan_id,terminated_on,source,reason\n",
	}}
	return l
}

func (l *lender) add(file, format string, args ...any) {
	l.extract[file] += fmt.Sprintf(format, args...) + "\n"
}

// loan adds a loan of 1,000.00 opened on 2026-01-05 with a cycle id, whose seven cycles end on a day of each month.
func (l *lender) loan(id, cycleID string, cycleDay int) {
	l.add("loans", "%s,PL,P1,ACCT%s,2026-01-05,1000.00,012,50.00,%s,ACTIVE,2026-01-05,SERVICING", id, id, cycleID)
	l.add("loan_customers", "%s,C1,1,1", id)
	starts := date("2026-01-05")
	for n := range 7 {
		ends := rules.NewDate(2026, time.Month(1+n), cycleDay)
		l.add("cycles", "%s,%d,%s,%s,%s,50.00", id, n+1, starts, ends, ends+20)
		starts = ends + 1
	}
	l.entry(id, "ORIGINATION", "1000.00", "2026-01-05")
}

// entry adds a settled transaction.
func (l *lender) entry(loan, kind, amount, on string) {
	n := strings.Count(l.extract["transactions"], "\n")
	l.add("transactions", "T%d,%s,%s,%s,%s,%sT12:00:00Z,SETTLED", n, loan, kind, amount, on, on)
}

func date(s string) rules.Date {
	d, err := rules.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func clock() time.Time { return time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC) }

// load imports the extract.
func (l *lender) load() {
	l.t.Helper()
	dir := l.t.TempDir()
	for name, text := range l.extract {
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600); err != nil {
			l.t.Fatal(err)
		}
	}
	summary, err := intake.Import(l.t.Context(), l.db, intake.Options{Dir: dir, MaxBadPercent: 0.1, Now: clock, Vault: book.Vault{Keys: pgtest.Keys()}})
	if err != nil {
		l.t.Fatal(err)
	}
	if len(summary.Rejects) > 0 {
		l.t.Fatalf("rejected rows: %+v", summary.Rejects)
	}
}

// rests closes weekends and holidays for files, which wait for the next business day.
func (l *lender) rests() {
	l.t.Helper()
	calendar := &rules.BusinessCalendar{
		Days:     &rules.BusinessDays{Kind: rules.FederalReserve, Own: map[rules.Date]rules.OwnDay{}},
		Policies: map[string]rules.ClosedDayPolicy{rules.ExportEntry: rules.Roll},
	}
	if err := database.InTx(l.t.Context(), l.db, func(tx *sqlx.Tx) error { return book.WriteCalendar(l.t.Context(), tx, calendar, true) }); err != nil {
		l.t.Fatal(err)
	}
}

// night runs a business date and returns the files that it made: see files.
func (l *lender) night(on string) []string {
	l.t.Helper()
	runner := &batch.Runner{
		DB: l.db, Plan: step.Nightly(bureau.Files{Dir: l.dir, VendorVersion: "1.0", Vault: book.Vault{Keys: pgtest.Keys()}}), Now: clock,
		Workers: 2, ChunkSize: 2, Version: "test", Who: "test", Why: "test",
	}
	summary, err := runner.Run(l.t.Context(), date(on))
	if err != nil {
		l.t.Fatalf("night %s: %v", on, err)
	}
	return l.files(summary.Run)
}

// files describes the files of a run in a line each: the calendar date, the day before the reporting period, the day of its
// making, the cycle in its header, and each account with its status, its cycle and what was paid in the period.
func (l *lender) files(run int64) (lines []string) {
	l.t.Helper()
	var files []struct {
		Path       string     `db:"path"`
		AsOf       rules.Date `db:"as_of"`
		PreviousOn rules.Date `db:"previous_on"`
	}
	if err := l.db.Select(&files, `SELECT path, as_of, previous_on FROM bureau_file WHERE run = $1 ORDER BY as_of`, run); err != nil {
		l.t.Fatal(err)
	}
	for _, f := range files {
		header, records := l.read(f.Path)
		if header.ActivityDate != metro2.Date(f.AsOf.YMD()) {
			l.t.Errorf("the header of the file as of %s says %s", f.AsOf, header.ActivityDate)
		}
		line := fmt.Sprintf("%s after %s made %s cycle %q:", f.AsOf, f.PreviousOn, header.DateCreated, header.CycleID)
		for _, account := range slices.Sorted(maps.Keys(records)) {
			b := records[account]
			line += fmt.Sprintf(" %s=%s %q paid %d", strings.TrimPrefix(account, "ACCT"), b.AccountStatus, b.CycleID, b.ActualPayment)
		}
		lines = append(lines, line)
	}
	return lines
}

// read reads a file, in which the validator finds no error.
func (l *lender) read(path string) (metro2.Header, map[string]metro2.Base) {
	l.t.Helper()
	file, err := os.Open(path)
	if err != nil {
		l.t.Fatal(err)
	}
	defer file.Close()
	if _, err := metro2.Validate(file, func(f metro2.Finding) error {
		if f.Severity == metro2.Error {
			l.t.Errorf("%s: %s", filepath.Base(path), f)
		}
		return nil
	}); err != nil {
		l.t.Fatal(err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		l.t.Fatal(err)
	}
	var header metro2.Header
	records := map[string]metro2.Base{}
	for reader := metro2.NewReader(file); ; {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return header, records
		}
		if err != nil {
			l.t.Fatal(err)
		}
		switch item.Kind {
		case metro2.KindHeader:
			header = *item.Header
		case metro2.KindData:
			records[item.Record.Base.AccountNumber] = item.Record.Base
		}
	}
}

// excluded says why the newest file leaves a loan out; empty: it does not.
func (l *lender) excluded(loan string) string {
	l.t.Helper()
	var reasons []string
	err := l.db.Select(&reasons, `SELECT x.reason || ' ' || x.rule FROM excluded x JOIN loan l ON l.loan = x.loan
		WHERE l.loan_id = $1 AND x.file = (SELECT max(file) FROM bureau_file)`, loan)
	if err != nil {
		l.t.Fatal(err)
	}
	return strings.Join(reasons, ", ")
}

// row is the one text that a query gives.
func (l *lender) row(query string) (text string) {
	l.t.Helper()
	if err := l.db.Get(&text, query); err != nil {
		l.t.Fatal(err)
	}
	return text
}

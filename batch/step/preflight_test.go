package step_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/fixtures/faults"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

var (
	preflightLoans = flag.Int("preflight", 1000, "loans of the book in which faults are found before a release")
	preflightSeed  = flag.Uint64("preflight-seed", 1, "seed of the faults")
)

// preflight looks at files and returns what it finds, a line each.
func preflight(t *testing.T, db *sqlx.DB, files []int64) (found []string) {
	t.Helper()
	look := bureau.Preflight{Vault: vault, Limits: rules.DefaultDriftLimits(), Who: "test", Now: clock()}
	began := time.Now()
	looked, err := look.Run(t.Context(), db, files...)
	if err != nil {
		t.Fatal(err)
	}
	var accounts int64
	for _, s := range looked {
		accounts += s.Accounts
	}
	t.Logf("files %v: %d accounts in %.1f s", files, accounts, time.Since(began).Seconds())
	for _, file := range files {
		var rows []string
		err = db.Select(&rows, `SELECT concat_ws(' ', k.rule, nullif(k.about, ''), coalesce(l.loan_id, '-'), k.state, 'x' || k.times, 'months ' || k.months, k.says)
			FROM finding_file s JOIN finding k USING (loan, finding) LEFT JOIN loan_key l ON l.loan = k.loan WHERE s.file = $1 ORDER BY 1`, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			found = append(found, fmt.Sprintf("file %d: %s", file, row))
		}
	}
	return found
}

// preflightBook is a generated book with an address for notices of inaccuracy.
func preflightBook(t *testing.T, loans int) *sqlx.DB {
	t.Helper()
	db, dir := pgtest.New(t), filepath.Join(t.TempDir(), "extract")
	if _, err := fixtures.Generate(t.Context(), fixtures.Options{Loans: loans, Out: dir}); err != nil {
		t.Fatal(err)
	}
	if _, err := intake.Import(t.Context(), db, intake.Options{Dir: dir, MaxBadPercent: 0.1, Now: clock, Vault: vault}); err != nil {
		t.Fatal(err)
	}
	db.MustExec(`UPDATE program SET dispute_address = '1 Main St, Springfield IL 62701'`)
	return db
}

// months are the nights of a book that is looked at.
var months = [faults.Nights]string{"2026-09-30", "2026-10-31", "2026-11-30"}

// month runs a night and returns its files.
func month(t *testing.T, db *sqlx.DB, dir, date string) (files []int64) {
	t.Helper()
	r := runner(db, dir)
	r.ChunkSize = max(250, *preflightLoans/50) // several chunks of a small book
	report, err := through(r, day(date))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Files {
		files = append(files, f.File)
	}
	return files
}

// TestPreflightCleanBook: nothing is found in the files of three nights of a book without a fault.
func TestPreflightCleanBook(t *testing.T) {
	t.Parallel()
	db, dir := preflightBook(t, *preflightLoans), t.TempDir()
	for _, date := range months {
		for _, line := range preflight(t, db, month(t, db, dir, date)) {
			t.Error(line)
		}
	}
}

// TestPreflightFindsFaults: each of the 28 faults is found in the files of the last night, at its loan, and nothing at any other loan but for the
// twin of V20 and those whose payments V23 let fail.
func TestPreflightFindsFaults(t *testing.T) {
	t.Parallel()
	db, dir := preflightBook(t, *preflightLoans), t.TempDir()
	injector := faults.Injector{DB: db, Keys: vault.Keys, Seed: *preflightSeed}
	for n, date := range months {
		injector.Dates[n] = day(date)
	}
	var sown []faults.Fault
	put := func(more []faults.Fault, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		sown = append(sown, more...)
	}
	var found []string
	for n, date := range months {
		put(injector.Before(t.Context(), n))
		files := month(t, db, dir, date)
		put(injector.After(t.Context(), n))
		found = preflight(t, db, files)
		if n < len(months)-1 {
			continue
		}
		var singly []string
		for _, file := range files {
			singly = append(singly, preflight(t, db, []int64{file})...)
		}
		if diff := cmp.Diff(found, singly); diff != "" {
			t.Errorf("files looked at together, and one by one (-together +one by one):\n%s", diff)
		}
	}
	if len(sown) != 28 {
		t.Fatalf("%d faults, want 28", len(sown))
	}
	for _, f := range sown {
		var seen bool
		err := db.Get(&seen, `SELECT EXISTS (SELECT FROM finding k JOIN finding_file s USING (loan, finding) JOIN bureau_file b USING (file)
			WHERE k.rule = $1 AND k.loan = $2 AND b.as_of = $3 AND k.state = 'OPEN')`, f.Rule, f.Loan, day(months[2]))
		if err != nil {
			t.Fatal(err)
		}
		if !seen {
			t.Errorf("%s is not found at loan %d: %s", f.Rule, f.Loan, f.Was)
		}
	}
	var others []string
	loans := make([]int64, len(sown))
	for i, f := range sown {
		loans[i] = f.Loan
	}
	err := db.Select(&others, `SELECT concat_ws(' ', k.rule, l.loan_id, k.about, k.says) FROM finding k LEFT JOIN loan_key l USING (loan)
		WHERE k.loan <> ALL ($1) AND k.rule <> 'V20'
		AND NOT EXISTS (SELECT FROM loan_transaction x WHERE x.loan = k.loan AND x.type = 'PAYMENT' AND x.state = 'FAILED') ORDER BY 1`, pq.Array(loans))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range others {
		t.Errorf("found, and no fault was put there: %s", o)
	}
	if t.Failed() {
		for _, line := range found {
			t.Log(line)
		}
	}
}

package step_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

var preflightLoans = flag.Int("preflight", 1000, "loans of the book in which faults are found before a release")

// preflight looks at files and returns what it finds, a line each.
func preflight(t *testing.T, db *sqlx.DB, files []int64) (found []string) {
	t.Helper()
	for _, file := range files {
		look := bureau.Preflight{Vault: vault, Limits: rules.DefaultDriftLimits(), Who: "test", Now: clock()}
		if _, err := look.Run(t.Context(), db, file); err != nil {
			t.Fatal(err)
		}
		var rows []string
		err := db.Select(&rows, `SELECT concat_ws(' ', k.rule, nullif(k.about, ''), coalesce(l.loan_id, '-'), k.state, 'x' || k.times, 'months ' || k.months, k.says)
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

// TestPreflightCleanBook: nothing is found in the files of three nights of a book without a fault.
func TestPreflightCleanBook(t *testing.T) {
	t.Parallel()
	db, dir := preflightBook(t, *preflightLoans), t.TempDir()
	for _, date := range []string{"2026-09-30", "2026-10-31", "2026-11-30"} {
		r := runner(db, dir)
		r.ChunkSize = 250
		report, err := through(r, day(date))
		if err != nil {
			t.Fatal(err)
		}
		var files []int64
		for _, f := range report.Files {
			files = append(files, f.File)
		}
		for _, line := range preflight(t, db, files) {
			t.Error(line)
		}
	}
}

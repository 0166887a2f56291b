package step_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const portfolio = "../../fixtures/portfolio"

// portfolioRows reads a file of the portfolio, each row by the names of its columns.
func portfolioRows(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(portfolio, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// situations reads which loan of the portfolio is in which situation.
func situations(t *testing.T) map[string]string {
	t.Helper()
	byLoan := map[string]string{}
	for _, row := range portfolioRows(t, "loans.csv") {
		byLoan[row["loan_id"]] = row["x_situation"]
	}
	return byLoan
}

// TestPortfolioNights takes the demo portfolio through its three nights: every loan has the status that its
// situation claims after each, no loan is quarantined, and each deletion is reported in one file only.
func TestPortfolioNights(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if _, err := intake.Import(context.Background(), db, intake.Options{Dir: portfolio, MaxBadPercent: 0.1, Now: clock, Vault: vault}); err != nil {
		t.Fatal(err)
	}
	claims := map[string]fixtures.Claim{}
	for _, c := range fixtures.Claims() {
		claims[string(c.Situation)] = c
	}
	byLoan := situations(t)
	dir := t.TempDir()
	deletedIn := map[string]string{}
	for n, date := range []string{"2026-09-30", "2026-10-31", "2026-11-30"} {
		r := runner(db, dir)
		r.ChunkSize = 100
		report, err := through(r, day(date))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range report.Exceptions {
			t.Errorf("night %s: %s %s: %s %s", date, x.Step, x.LoanID, x.Code, x.Detail)
		}
		var states []struct {
			LoanID string `db:"loan_id"`
			Status string `db:"status"`
		}
		if err := db.Select(&states, `SELECT l.loan_id, s.status FROM loan l JOIN loan_state s USING (loan)`); err != nil {
			t.Fatal(err)
		}
		for _, s := range states {
			if want := claims[byLoan[s.LoanID]].Status(n); want != "" && want != s.Status {
				t.Errorf("night %s: loan %s (%s): %s, want %s", date, s.LoanID, byLoan[s.LoanID], s.Status, want)
			}
		}
		for _, f := range report.Files {
			for account, b := range records(t, f.Path) {
				if b.AccountStatus != "DA" && b.AccountStatus != "DF" {
					continue
				}
				if before := deletedIn[account]; before != "" {
					t.Errorf("account %s is deleted in %s and in %s", account, before, f.Name)
				}
				deletedIn[account] = f.Name
			}
		}
	}
	if len(deletedIn) < 15 {
		t.Errorf("%d accounts were deleted, want at least 15", len(deletedIn))
	}
}

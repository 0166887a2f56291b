package step_test

import (
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// TestExportLooksUpByLoan holds that what is asked for each loan is found by that loan or its account number: a table
// that was empty when it was analyzed, as deletions and reports before a first file, must not be gone through for every
// loan.
func TestExportLooksUpByLoan(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.MustExec("ANALYZE")
	db.MustExec(`INSERT INTO deletion (destination, loan, file, account_number, code, date_closed)
		SELECT 1, n, 1, 'A' || n, 'DA', '2026-09-30' FROM generate_series(1, 60) n`)
	db.MustExec(`INSERT INTO reported SELECT n, 1, '2026-08-31', 'A' || n, '11', '', '', '', '', '2026-08-31', NULL, NULL,
		NULL, NULL, 0, 0, 0, 0, 0, '', false, 0, 426, 'BR2', '{}' FROM generate_series(1, 2000) n`)
	for _, c := range []struct {
		name, statement string
		args            []any
		want            string
	}{
		{
			"deletions", database.Query("bureau", "AccountRead"),
			[]any{0, 2000, pq.Array([]int64{1}), "2026-09-30", rules.CodeReversed, false},
			"Index Cond: (account_number = upper(l.account_number))",
		},
		{"reports", database.Query("bureau", "ReportedRead"), []any{0, 2000, rules.MinTradelines, rules.MaxTradelines}, "Index Cond: (loan = s.loan)"},
	} {
		tx := db.MustBegin()
		if _, err := tx.Exec(database.Query("run", "ChunkPlan")); err != nil {
			t.Fatal(err)
		}
		var lines []string
		if err := tx.Select(&lines, "EXPLAIN (COSTS OFF) "+c.statement, c.args...); err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if plan := strings.Join(lines, "\n"); !strings.Contains(plan, c.want) {
			t.Errorf("%s: the plan has no %q:\n%s", c.name, c.want, plan)
		}
	}
}

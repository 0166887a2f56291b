package inquiry_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// The queries of the month read no table of loans whole: each page costs the same whatever the book's size.
func TestMonthPlans(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	whole := regexp.MustCompile(`Seq Scan on (tradeline|excluded|loan|loan_state|finding|finding_file|answer|deletion|file_part|file_cell|proof_entry|case_file|delivery)\b`)
	for name, args := range map[string][]any{
		"InquiryMonthFiles":       {"2026-10-01", "2026-10-31", 0, "V23", 200},
		"InquiryMonthReasons":     {database.IntArray{1, 2}},
		"InquiryFileCells":        {1},
		"InquiryFileTotals":       {1, 4},
		"InquiryCellLoans":        {1, "11", "71", 0, 51},
		"InquiryLeftOutLoans":     {1, "FINAL", 0, 51},
		"InquiryAnswersOpen":      {2000},
		"InquiryDisputesLeft":     {"2026-10-31", 30},
		"InquiryFindingsLeft":     {"2026-10-31"},
		"InquiryFilesWaiting":     {20},
		"InquiryLog":              {},
		"InquiryFindingsOfRecord": {1, "L-1"},
	} {
		err := database.InTx(t.Context(), db, func(tx *sqlx.Tx) error {
			tx.MustExec(`SET LOCAL enable_seqscan = off`)
			var plan []string
			if err := tx.Select(&plan, "EXPLAIN (COSTS OFF) "+database.Query("inquiry", name), args...); err != nil {
				return err
			}
			if bad := whole.FindString(strings.Join(plan, "\n")); bad != "" {
				t.Errorf("%s: %s\n%s", name, bad, strings.Join(plan, "\n"))
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An empty book has an empty month.
func TestMonthOfNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := t.Context()
	if first, err := inquiry.NewestMonth(ctx, db); err != nil || first != 0 {
		t.Errorf("the newest month: %s, %v", first, err)
	}
	if files, err := inquiry.MonthFiles(ctx, db, rules.NewDate(2026, 1, 1), rules.NewDate(2026, 1, 31)); err != nil || len(files) != 0 {
		t.Errorf("files: %v, %v", files, err)
	}
	if _, err := inquiry.FileOfMonth(ctx, db, 1); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("a file: %v", err)
	}
	if l, err := inquiry.FindingsLeft(ctx, db, 1); err != nil || l.All() != 0 || l.NextOn != nil {
		t.Errorf("findings: %+v, %v", l, err)
	}
}

// The loans of a cell and of a reason are read in the order of the book in pages of any size, also where a page begins or ends within a
// stretch of the book, and where a reason has loans of several statuses.
func TestCellPages(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	fill(t, db)
	for _, statement := range []string{
		`INSERT INTO loan_key (loan_id) SELECT 'M-' || n FROM generate_series(4, 43) n`,
		`INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on)
			SELECT loan, loan_id, 1, 1, 'ACCT' || loan, '2026-01-01' FROM loan_key WHERE loan > 3`,
		`INSERT INTO file_count (file, before, at) VALUES (2, 1, '2026-10-01')`,
		`INSERT INTO file_part (file, reason, last, was, became, accounts, balance, past_due, loans)
			SELECT 2, CASE WHEN loan % 3 = 0 THEN 'R' ELSE '' END, (loan + 7) / 8 * 8, CASE WHEN loan % 2 = 0 THEN '11' ELSE '' END,
				CASE WHEN loan % 3 = 0 THEN '' ELSE '71' END, count(*), 0, 0, array_agg(loan ORDER BY loan DESC)
			FROM loan_key WHERE loan NOT BETWEEN 9 AND 24 GROUP BY 2, 3, 4, 5`,
	} {
		db.MustExec(statement)
	}
	var reason, cell []string
	for loan := 1; loan <= 43; loan++ {
		switch {
		case loan >= 9 && loan <= 24:
		case loan%3 == 0:
			reason = append(reason, fmt.Sprint(loan))
		case loan%2 == 0:
			cell = append(cell, fmt.Sprint(loan))
		}
	}
	for limit := 1; limit <= 12; limit++ {
		key := func(c inquiry.CellLoan) string { return fmt.Sprint(c.Key) }
		for name, list := range map[string]struct {
			want []string
			read func(inquiry.Page) (inquiry.List[inquiry.CellLoan], error)
		}{
			"reason": {reason, func(p inquiry.Page) (inquiry.List[inquiry.CellLoan], error) {
				return inquiry.LeftOutLoans(t.Context(), db, 2, "R", p)
			}},
			"cell": {cell, func(p inquiry.Page) (inquiry.List[inquiry.CellLoan], error) {
				return inquiry.CellLoans(t.Context(), db, 2, "11", "71", p)
			}},
		} {
			var got []string
			for _, page := range pages(t, limit, key, list.read) {
				got = append(got, page...)
			}
			if diff := cmp.Diff(list.want, got); diff != "" {
				t.Errorf("%s, limit %d (-want +got):\n%s", name, limit, diff)
			}
		}
	}
}

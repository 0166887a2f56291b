package inquiry_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

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

package inquiry_test

import (
	"errors"
	"testing"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// TestExplain chooses the file that is asked for, and a file that holds the loan before one that left it out.
func TestExplain(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	fill(t, db)
	for _, statement := range []string{
		`DELETE FROM excluded WHERE loan = 2 AND file = 1`,
		`INSERT INTO tradeline (loan, file, as_of, account_number, account_status, payment_rating, payment_history, history_chain,
				history_character, date_account_info, current_balance, amount_past_due, scheduled_payment, actual_payment,
				original_charge_off, special_comment, final, episode, record_bytes, rule, facts)
			VALUES (2, 1, '2026-09-28', 'ACCT223456', '11', '', '', '', '0', '2026-09-28', 0, 0, 0, 0, 0, '', false, 0, 426, 'BR2', '{}')`,
		`UPDATE loan SET account_number = 'ACT1' WHERE loan = 3`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	for _, c := range []struct {
		loan     string
		w        inquiry.Which
		held, no int64 // the file that holds it, or that left it out
	}{
		{"L-1", inquiry.Which{}, 1, 0},
		{"acct223456", inquiry.Which{}, 1, 0},
		{"L-1", inquiry.Which{File: 2}, 0, 2},
		{"L-1", inquiry.Which{AsOf: 0, File: 1}, 1, 0},
		{"L-1", inquiry.Which{File: 9}, 0, 0},
		{"L-9", inquiry.Which{}, 0, 1},
		{"L-3", inquiry.Which{}, 0, 0},
	} {
		e, err := inquiry.Explain(t.Context(), db, c.loan, c.w)
		if err != nil {
			t.Errorf("%s: %v", c.loan, err)
			continue
		}
		var held, no int64
		if e.Tradeline != nil {
			held = e.Tradeline.File
		}
		if e.LeftOut != nil {
			no = e.LeftOut.File
		}
		if held != c.held || no != c.no || (held+no != 0) != (e.Place != nil) {
			t.Errorf("%s, %+v: held by file %d, left out by %d, want %d and %d", c.loan, c.w, held, no, c.held, c.no)
		}
	}
	if _, err := inquiry.Explain(t.Context(), db, "ACT1", inquiry.Which{}); !errors.Is(err, inquiry.ErrSeveral) {
		t.Errorf("an account number of two loans: %v", err)
	}
	if _, err := inquiry.Explain(t.Context(), db, "L-2", inquiry.Which{}); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("no such loan: %v", err)
	}
	if _, err := inquiry.ProgramSettings(t.Context(), db, "SOUTH"); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("no such program: %v", err)
	}
	if s, err := inquiry.ProgramSettings(t.Context(), db, "NORTH"); err != nil || s.Program.DOFDRule != "reports" || len(s.Products) != 1 {
		t.Errorf("settings %+v, %v", s, err)
	}
}

package look_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch/look"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// TestEmptyBook looks at a database in which nothing was done yet.
func TestEmptyBook(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := t.Context()
	if err := look.Loans(ctx, db, func(l *look.Loan) error { return errors.New(l.LoanID) }); err != nil {
		t.Errorf("Loans: %v", err)
	}
	if _, err := look.Story(ctx, db, "L-1"); !errors.Is(err, look.ErrNotFound) {
		t.Errorf("Story: got %v, want ErrNotFound", err)
	}
	for _, file := range []string{"1", "metro2-NORTH-1-20260930.txt", "files/metro2-NORTH-1-20260930.txt", ""} {
		if _, err := look.FileNumber(ctx, db, file); !errors.Is(err, look.ErrNotFound) {
			t.Errorf("FileNumber %q: got %v, want ErrNotFound", file, err)
		}
	}
	if err := look.Exclusions(ctx, db, 1, func(x *look.Exclusion) error { return errors.New(x.LoanID) }); err != nil {
		t.Errorf("Exclusions: %v", err)
	}
	if d, err := look.LastClosed(ctx, db); err != nil || d != 0 {
		t.Errorf("LastClosed: got %s, %v", d, err)
	}
	runs, err := look.Runs(ctx, db)
	if text, _ := json.Marshal(runs); err != nil || string(text) != "[]" {
		t.Errorf("Runs: got %s, %v", text, err)
	}
	files, err := look.Files(ctx, db)
	if text, _ := json.Marshal(files); err != nil || string(text) != "[]" {
		t.Errorf("Files: got %s, %v", text, err)
	}
}

// TestStory reads a loan that has one row of everything.
func TestStory(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for _, statement := range []string{
		`INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar)
			VALUES ('NORTH', 'FRN1', 'Northfield', '1 Street', 'monthly:last')`,
		`INSERT INTO product (product_id, name, portfolio_type, account_type, grace_days, closes_on_payoff)
			VALUES ('PIL', 'Instalment', 'I', '01', 10, true)`,
		`INSERT INTO loan_key (loan_id) VALUES ('L-1'), ('L-2')`,
		`INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on)
			SELECT loan, loan_id, 1, 1, 'ACCT' || loan, '2026-01-01' FROM loan_key`,
		`INSERT INTO loan_state (loan, status, status_since, status_cause, closed_on, count_from, servicing_status, stop_reason,
				imported_status, imported_status_since)
			VALUES (1, 'CLOSED::PAID_OFF', '2026-09-30', 'NIGHT', '2026-09-20', '2026-01-01', 'NOT_SERVICING', 'MILITARY', 'ACTIVE', '2026-01-01'),
				(2, 'ACTIVE', '2026-01-01', 'IMPORT', NULL, '2026-01-01', 'SERVICING', '', 'ACTIVE', '2026-01-01')`,
		`INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, run, facts)
			VALUES (1, 2, 'ACCOUNT', 'ACTIVE', 'CLOSED::PAID_OFF', '2026-09-30', '2026-09-20', '2026-09-20', 'NIGHT', 'PO2', 1, '{"balance": "0.00"}')`,
		`INSERT INTO schedule VALUES (1, 'S-1', 'CALL', 'CANCELLED', '2026-09-30', 1, 'MILITARY')`,
		`INSERT INTO scheduled_item VALUES (1, 'I-1', 'S-1', 'PAYMENT', 'PENDING', '2026-10-01T15:00:00Z', 1234)`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}

	s, err := look.Story(t.Context(), db, "L-1")
	if err != nil {
		t.Fatal(err)
	}
	cancelled, run, reason, amount, schedule := rules.NewDate(2026, time.September, 30), int64(1), "MILITARY", rules.Cents(1234), "S-1"
	if diff := cmp.Diff([]look.Schedule{{
		ScheduleID: "S-1", Kind: "CALL", State: "CANCELLED", Cancellation: look.Cancellation{On: &cancelled, Run: &run, Reason: &reason},
	}}, s.Schedules); diff != "" {
		t.Errorf("schedules (-want +got):\n%s", diff)
	}
	if len(s.Items) != 1 || *s.Items[0].Amount != amount || *s.Items[0].ScheduleID != schedule || s.Items[0].On != nil {
		t.Errorf("items: got %+v", s.Items)
	}
	if len(s.History) != 1 || s.History[0].Rule != "PO2" || string(s.History[0].Facts) != `{"balance": "0.00"}` {
		t.Errorf("history: got %+v", s.History)
	}

	var lines []string
	err = look.Loans(t.Context(), db, func(l *look.Loan) error {
		line, err := json.Marshal(l)
		lines = append(lines, string(line))
		return err
	})
	want := []string{
		`{"loan_id":"L-1","account_number":"ACCT1","status":"CLOSED::PAID_OFF","status_since":"2026-09-30",` +
			`"closed_on":"2026-09-20","servicing_status":"NOT_SERVICING","stop_reason":"MILITARY"}`,
		`{"loan_id":"L-2","account_number":"ACCT2","status":"ACTIVE","status_since":"2026-01-01",` +
			`"closed_on":null,"servicing_status":"SERVICING","stop_reason":null}`,
	}
	if diff := cmp.Diff(want, lines); err != nil || diff != "" {
		t.Errorf("loans: %v (-want +got):\n%s", err, diff)
	}
}

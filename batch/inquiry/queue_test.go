package inquiry_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// withQueues is a book of many loans in two programs, of which some have answers of bureaus, corrections and reopenings.
func withQueues(t *testing.T) *sqlx.DB {
	t.Helper()
	db := pgtest.New(t)
	db.MustExec(`
		INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar)
			VALUES ('P1', 'LENDER01', 'EXAMPLE', '1 MAIN ST', 'daily'), ('P2', 'LENDER02', 'EXAMPLE', '1 MAIN ST', 'daily');
		INSERT INTO product (product_id, name, portfolio_type, account_type, grace_days, closes_on_payoff)
			VALUES ('PL', 'Loan', 'I', '01', 5, TRUE);
		INSERT INTO loan_key (loan_id) SELECT 'L' || n FROM generate_series(1, 20000) n;
		INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on)
			SELECT k.loan, k.loan_id, p.product, g.program, 'ACCT0000' || k.loan, '2025-01-01'
			FROM loan_key k, product p, program g WHERE g.program_id = CASE WHEN k.loan % 2 = 0 THEN 'P2' ELSE 'P1' END;
		INSERT INTO loan_state (loan, status, status_since, status_cause, count_from, servicing_status, imported_status, imported_status_since, episode, closed_on)
			SELECT loan, CASE WHEN loan % 5 = 0 THEN 'CLOSED::PAID_OFF' ELSE 'ACTIVE' END, '2025-01-01', 'IMPORT', '2025-01-01', 'SERVICING', 'ACTIVE', '2025-01-01',
				CASE WHEN loan % 5 = 0 OR loan < 4 THEN 1 ELSE 0 END, CASE WHEN loan % 5 = 0 THEN date '2026-01-01' END FROM loan_key;
		INSERT INTO schedule (loan, schedule_id, kind, state, cancelled_on, cancelled_operation, cancel_reason)
			SELECT loan, 'S' || loan, 'CALL', CASE WHEN loan < 3 THEN 'CANCELLED' ELSE 'ACTIVE' END, CASE WHEN loan < 3 THEN date '2026-01-01' END,
				CASE WHEN loan < 3 THEN 1 END, CASE WHEN loan < 3 THEN 'PAID_OFF' END FROM loan_key;
		INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at)
			SELECT loan, 'x', '=1', '2', '2026-06-30', '{}', 'r', 'e', 'AUD', 'ada', timestamptz '2026-06-01T00:00:00Z' + loan * interval '1 day' FROM loan_key WHERE loan < 8;
		INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at)
			VALUES (1, '2026-06-30', '', 'test', 'CLOSED', 'ada', '', 0, '2026-06-30T01:00:00Z', '2026-06-30T02:00:00Z');
		INSERT INTO run_exception (run, step, loan, code, detail, first_run)
			SELECT 1, 'delinquency', loan, 'NO_CYCLES', 'no cycle', 1 FROM loan_key WHERE loan < 4;
		INSERT INTO run_exception (run, step, loan, code, detail, first_run, resolved_run)
			SELECT 1, 'closure', loan, 'NO_CYCLES', 'no cycle', 1, 1 FROM loan_key;
		INSERT INTO destination (program, name) SELECT program, 'bureaus' FROM program WHERE program_id = 'P1';
		INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, name, path, sha256, bytes, records)
			SELECT 1, 1, program, destination, '2026-06-30', '2026-05-31', '2026-06-30', 'GENERATED', 'f', '/f', '', 0, 0 FROM destination;
		INSERT INTO excluded (loan, file, reason, rule, detail)
			SELECT loan, 1, CASE WHEN loan IN (7, 8) THEN 'DELETION_WAITS' ELSE 'FINAL' END, 'DC3', 'its deletion waits' FROM loan_key;
		INSERT INTO answer (loan, file, destination, record_number, outcome, code, received_on, seen_file, owner, recorded_by, recorded_at, state, answered_by, answered_why, answered_at)
			SELECT loan, 1, 1, 2, 'REFUSED', 'R', '2026-06-30', 1, 'ada', 'ada', '2026-06-30', CASE loan WHEN 9 THEN 'OPEN' ELSE 'ANSWERED' END,
				CASE WHEN loan <> 9 THEN 'ada' END, CASE WHEN loan <> 9 THEN 'w' END, CASE WHEN loan <> 9 THEN timestamptz '2026-07-01' END FROM loan_key;
		INSERT INTO case_file (case_id, type, status, outcome, opened_on)
			SELECT 'K' || n, 'DISPUTE', 'open', CASE WHEN n > 2 THEN 'XH' END, date '2026-06-01' + n % 2 FROM generate_series(1, 8000) n;
		INSERT INTO case_party (case_key, loan) SELECT case_key, case_key FROM case_file;
		INSERT INTO desk_item (queue, item, owner, due_on)
			SELECT 'corrections', CAST(correction AS text), CASE WHEN loan < 3 THEN 'kim' END, CASE loan WHEN 5 THEN date '2026-07-01' WHEN 6 THEN date '2026-06-20' END
			FROM correction WHERE loan <> 4;
		ANALYZE`)
	return db
}

func queueLoans(l inquiry.List[inquiry.QueueItem]) string {
	var ids []string
	for _, i := range l.Rows {
		ids = append(ids, i.LoanID)
	}
	return strings.Join(ids, " ")
}

// A queue is read by due date or age, by owner and program, page by page without a gap, and counted.
func TestQueueItems(t *testing.T) {
	t.Parallel()
	db := withQueues(t)
	corrections := inquiry.QueueFilter{Queue: rules.QueueCorrections}
	for name, c := range map[string]struct {
		change func(*inquiry.QueueFilter)
		want   string
	}{
		"by due date":   {func(*inquiry.QueueFilter) {}, "L6 L5 L1 L2 L3 L4 L7"},
		"by age":        {func(f *inquiry.QueueFilter) { f.ByAge = true }, "L1 L2 L3 L4 L5 L6 L7"},
		"of an owner":   {func(f *inquiry.QueueFilter) { f.Owner = "kim" }, "L1 L2"},
		"of nobody":     {func(f *inquiry.QueueFilter) { f.Owner, f.ByAge = inquiry.Nobody, true }, "L3 L4 L5 L6 L7"},
		"of a program":  {func(f *inquiry.QueueFilter) { f.Program = "P2" }, "L6 L2 L4"},
		"of no program": {func(f *inquiry.QueueFilter) { f.Program = "P9" }, ""},
	} {
		f := corrections
		c.change(&f)
		whole, err := inquiry.QueueItems(t.Context(), db, f, inquiry.Page{})
		if got := queueLoans(whole); err != nil || got != c.want || whole.Next != "" {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
		}
		var paged []string
		for p := (inquiry.Page{Limit: 2}); ; {
			part, err := inquiry.QueueItems(t.Context(), db, f, p)
			if err != nil {
				t.Fatal(err)
			}
			paged = append(paged, strings.Fields(queueLoans(part))...)
			if p.After = part.Next; p.After == "" {
				break
			}
		}
		if got := strings.Join(paged, " "); got != c.want {
			t.Errorf("%s, by pages: %q, want %q", name, got, c.want)
		}
	}
	standings, err := inquiry.QueueStandings(t.Context(), db, day("2026-06-25"))
	if err != nil || len(standings) != len(rules.Queues()) {
		t.Fatalf("standings %+v, %v", standings, err)
	}
	counts := map[rules.Queue]string{}
	for _, s := range standings {
		counts[s.Queue] = fmt.Sprintln(s.Items, s.Unowned, s.Late, s.Oldest, s.NextDue)
	}
	for queue, want := range map[rules.Queue]string{
		rules.QueueCorrections: fmt.Sprintln(7, 5, 1, "2026-06-02", "2026-06-20"),
		rules.QueueExceptions:  fmt.Sprintln(3, 3, 0, "2026-06-30", rules.Date(0)),
		rules.QueueDeletions:   fmt.Sprintln(2, 2, 0, "2026-06-30", rules.Date(0)),
		rules.QueueRejects:     fmt.Sprintln(1, 0, 0, "2026-06-30", rules.Date(0)),
		rules.QueueReopened:    fmt.Sprintln(2, 2, 0, "2025-01-01", rules.Date(0)),
		rules.QueueDisputes:    fmt.Sprintln(2, 2, 0, "2026-06-01", "2026-07-01"),
	} {
		if counts[queue] != want {
			t.Errorf("%s: %q, want %q", queue, counts[queue], want)
		}
	}

	for _, bad := range []string{"x", "infinity", "2026-01-01/infinity/1", "no/2026-01-01/1"} {
		if _, err := inquiry.QueueItems(t.Context(), db, corrections, inquiry.Page{After: bad}); !errors.Is(err, inquiry.ErrBadPage) {
			t.Errorf("after %q: %v", bad, err)
		}
	}
	first, err := inquiry.QueueItems(t.Context(), db, corrections, inquiry.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	item, err := inquiry.QueueItemDetail(t.Context(), db, rules.QueueCorrections, first.Rows[0].Item)
	if err != nil || item.LoanID != "L6" || item.AccountNumber != "*****0006" && !strings.HasSuffix(item.AccountNumber, "0006") || item.Program != "P2" || item.Detail != "2 → =1" {
		t.Errorf("item %+v, %v", item, err)
	}
	for _, gone := range []string{"", "999"} {
		if _, err := inquiry.QueueItemDetail(t.Context(), db, rules.QueueCorrections, gone); !errors.Is(err, inquiry.ErrNotFound) {
			t.Errorf("item %q: %v", gone, err)
		}
	}
	queuePlans(t, db)
}

// queuePlans holds that reading and counting the queues goes through the indexes of what is open, never through the book.
func queuePlans(t *testing.T, db *sqlx.DB) {
	t.Helper()
	big := []string{"loan", "loan_key", "loan_state", "run_exception", "schedule", "excluded", "answer", "case_file", "case_party"}
	check := func(name string, args ...any) {
		var lines []string
		if err := db.Select(&lines, "EXPLAIN (COSTS OFF) "+database.Query("inquiry", name), args...); err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			_, table, scans := strings.Cut(line, "Seq Scan on ")
			if table, _, _ = strings.Cut(table, " "); scans && slices.Contains(big, table) {
				t.Errorf("%s of %v reads all of %s:\n%s", name, args[0], table, strings.Join(lines, "\n"))
				return
			}
		}
	}
	check("InquiryQueues", "", rules.AnswerDays, pq.Array(rules.StandingCodes), rules.DeletionWaits, "2026-06-30")
	for _, queue := range rules.Queues() {
		check("InquiryQueueItems", queue, rules.AnswerDays, pq.Array(rules.StandingCodes), rules.DeletionWaits, true, "", "P1", "", nil, nil, "", 51)
	}
}

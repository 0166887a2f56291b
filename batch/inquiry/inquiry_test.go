package inquiry_test

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
	"github.com/furnisher/furnisher/sql"
)

// TestEmptyBook asks a database in which nothing was done yet.
func TestEmptyBook(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := t.Context()
	if _, err := inquiry.LoanDetail(ctx, db, "L-1"); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("LoanDetail: got %v, want ErrNotFound", err)
	}
	for _, file := range []string{"1", "metro2-NORTH-1-20260930.txt", "files/metro2-NORTH-1-20260930.txt", ""} {
		if _, err := inquiry.FileNumber(ctx, db, file); !errors.Is(err, inquiry.ErrNotFound) {
			t.Errorf("FileNumber %q: got %v, want ErrNotFound", file, err)
		}
	}
	if s, err := inquiry.Stand(ctx, db); err != nil || s != (inquiry.Standing{}) {
		t.Errorf("Stand: got %+v, %v", s, err)
	}
	for name, pages := range lists(t, db) {
		if got := pages(1); len(got) != 1 || len(got[0]) != 0 {
			t.Errorf("%s: got pages %q, want one empty page", name, got)
		}
	}
}

// TestPages reads every list in pages of every size: the pages together are the list.
func TestPages(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	fill(t, db)
	fillLists(t, db)
	want := map[string][]string{
		"loans":      {"L-9", "L-1", "L-3"}, // in the order of the book
		"runs":       {"3", "2", "1"},
		"files":      {"2", "1"},
		"exclusions": {"L-9 ****", "L-1 ******3456"},
		"exceptions": {"closure L-3 A", "export L-9 A", "export L-9 B", "export L-1 A"},
		"open":       {"closure L-3 A 2 2026-09-28 2", "export L-9 A 2 2026-09-29 1", "export L-9 B 2 2026-09-29 1", "export L-1 A 2 2026-09-29 1"},
		"imports":    {"2 0 0", "1 2 4"},
		"rejects":    {"a.csv 2", "a.csv 10", "b.csv 1"},
		"waiting":    {"L-9 **** 2 2026-09-29", "L-3 ******3456 2 2026-09-29"},
		"reopened":   {"L-1 ******3456", "L-3 ******3456"},
		"acts":       {"2", "1"},
		"some loans": {"L-9", "L-3"},
	}
	for name, pages := range lists(t, db) {
		for limit := 1; limit <= 5; limit++ {
			var got []string
			for i, page := range pages(limit) {
				if len(page) > limit || len(page) == 0 {
					t.Errorf("%s, limit %d: page %d has %d rows", name, limit, i, len(page))
				}
				got = append(got, page...)
			}
			if diff := cmp.Diff(want[name], got); diff != "" {
				t.Errorf("%s, limit %d (-want +got):\n%s", name, limit, diff)
			}
		}
	}
}

// TestBadPages asks for pages that there are not.
func TestBadPages(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	fill(t, db)
	ctx := t.Context()
	for _, limit := range []int{-1, inquiry.MaxLimit + 1} {
		if _, err := inquiry.Loans(ctx, db, inquiry.LoanFilter{}, inquiry.Page{Limit: limit}); !errors.Is(err, inquiry.ErrBadPage) {
			t.Errorf("limit %d: got %v, want ErrBadPage", limit, err)
		}
	}
	for name, ask := range map[string]func(inquiry.Page) error{
		"loans":      func(p inquiry.Page) error { _, err := inquiry.Loans(ctx, db, inquiry.LoanFilter{}, p); return err },
		"runs":       func(p inquiry.Page) error { _, err := inquiry.Runs(ctx, db, p); return err },
		"files":      func(p inquiry.Page) error { _, err := inquiry.Files(ctx, db, p); return err },
		"exclusions": func(p inquiry.Page) error { _, err := inquiry.Exclusions(ctx, db, 1, p); return err },
		"exceptions": func(p inquiry.Page) error { _, err := inquiry.Exceptions(ctx, db, 1, p); return err },
		"open":       func(p inquiry.Page) error { _, err := inquiry.Exceptions(ctx, db, 0, p); return err },
		"imports":    func(p inquiry.Page) error { _, err := inquiry.Imports(ctx, db, p); return err },
		"rejects":    func(p inquiry.Page) error { _, err := inquiry.Rejects(ctx, db, 1, p); return err },
		"waiting":    func(p inquiry.Page) error { _, err := inquiry.WaitingDeletions(ctx, db, p); return err },
		"reopened":   func(p inquiry.Page) error { _, err := inquiry.ReopenedLoans(ctx, db, p); return err },
		"acts":       func(p inquiry.Page) error { _, err := inquiry.Acts(ctx, db, p); return err },
	} {
		if err := ask(inquiry.Page{After: "no/such/key"}); !errors.Is(err, inquiry.ErrBadPage) {
			t.Errorf("%s: got %v, want ErrBadPage", name, err)
		}
	}
}

// lists reads each list in pages of a limit, a text a row.
func lists(t *testing.T, db *sqlx.DB) map[string]func(limit int) [][]string {
	t.Helper()
	ctx := t.Context()
	return map[string]func(limit int) [][]string{
		"loans": func(limit int) [][]string {
			return pages(t, limit, func(l inquiry.Loan) string { return l.LoanID }, func(p inquiry.Page) (inquiry.List[inquiry.Loan], error) {
				return inquiry.Loans(ctx, db, inquiry.LoanFilter{}, p)
			})
		},
		"runs": func(limit int) [][]string {
			return pages(t, limit, func(r inquiry.Run) string { return fmt.Sprint(r.Run) }, func(p inquiry.Page) (inquiry.List[inquiry.Run], error) {
				return inquiry.Runs(ctx, db, p)
			})
		},
		"files": func(limit int) [][]string {
			return pages(t, limit, func(f inquiry.File) string { return fmt.Sprint(f.File) }, func(p inquiry.Page) (inquiry.List[inquiry.File], error) {
				return inquiry.Files(ctx, db, p)
			})
		},
		"exclusions": func(limit int) [][]string {
			text := func(x inquiry.Exclusion) string { return x.LoanID + " " + x.AccountNumber }
			return pages(t, limit, text, func(p inquiry.Page) (inquiry.List[inquiry.Exclusion], error) {
				return inquiry.Exclusions(ctx, db, 1, p)
			})
		},
		"exceptions": func(limit int) [][]string {
			text := func(e inquiry.OpenException) string { return e.Step + " " + e.LoanID + " " + e.Code }
			return pages(t, limit, text, func(p inquiry.Page) (inquiry.List[inquiry.OpenException], error) {
				return inquiry.Exceptions(ctx, db, 2, p)
			})
		},
		"open": func(limit int) [][]string {
			text := func(e inquiry.OpenException) string {
				return fmt.Sprint(e.Step, " ", e.LoanID, " ", e.Code, " ", e.Run, " ", e.FirstSeen, " ", e.NightsWaited)
			}
			return pages(t, limit, text, func(p inquiry.Page) (inquiry.List[inquiry.OpenException], error) {
				return inquiry.Exceptions(ctx, db, 0, p)
			})
		},
		"imports": func(limit int) [][]string {
			return pages(t, limit, func(i inquiry.Import) string { return fmt.Sprint(i.Import, i.Files, i.Rejected) }, func(p inquiry.Page) (inquiry.List[inquiry.Import], error) {
				return inquiry.Imports(ctx, db, p)
			})
		},
		"rejects": func(limit int) [][]string {
			return pages(t, limit, func(r inquiry.Reject) string { return fmt.Sprint(r.File, " ", r.Line) }, func(p inquiry.Page) (inquiry.List[inquiry.Reject], error) {
				return inquiry.Rejects(ctx, db, 1, p)
			})
		},
		"waiting": func(limit int) [][]string {
			text := func(w inquiry.Waiting) string {
				return fmt.Sprint(w.LoanID, " ", w.AccountNumber, " ", w.File, " ", w.Since)
			}
			return pages(t, limit, text, func(p inquiry.Page) (inquiry.List[inquiry.Waiting], error) {
				return inquiry.WaitingDeletions(ctx, db, p)
			})
		},
		"reopened": func(limit int) [][]string {
			return pages(t, limit, func(r inquiry.Reopened) string { return r.LoanID + " " + r.AccountNumber }, func(p inquiry.Page) (inquiry.List[inquiry.Reopened], error) {
				return inquiry.ReopenedLoans(ctx, db, p)
			})
		},
		"acts": func(limit int) [][]string {
			return pages(t, limit, func(a inquiry.Act) string { return fmt.Sprint(a.Act) }, func(p inquiry.Page) (inquiry.List[inquiry.Act], error) {
				return inquiry.Acts(ctx, db, p)
			})
		},
		"some loans": func(limit int) [][]string {
			return pages(t, limit, func(l inquiry.Loan) string { return l.LoanID }, func(p inquiry.Page) (inquiry.List[inquiry.Loan], error) {
				return inquiry.Loans(ctx, db, inquiry.LoanFilter{Status: "ACTIVE", Servicing: "SERVICING", Program: "NORTH", Product: "PIL"}, p)
			})
		},
	}
}

func pages[T any](t *testing.T, limit int, text func(T) string, read func(inquiry.Page) (inquiry.List[T], error)) (all [][]string) {
	t.Helper()
	for after := ""; ; {
		list, err := read(inquiry.Page{After: after, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		page := []string{}
		for _, row := range list.Rows {
			page = append(page, text(row))
		}
		all = append(all, page)
		if after = list.Next; after == "" {
			return all
		}
	}
}

// fill makes a book with some rows of everything.
func fill(t *testing.T, db *sqlx.DB) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar)
			VALUES ('NORTH', 'FRN1', 'Northfield', '1 Street', 'monthly:last')`,
		`INSERT INTO destination (program, name) VALUES (1, 'bureaus')`,
		`INSERT INTO product (product_id, name, portfolio_type, account_type, grace_days, closes_on_payoff)
			VALUES ('PIL', 'Instalment', 'I', '01', 10, true)`,
		`INSERT INTO loan_key (loan_id) VALUES ('L-9'), ('L-1'), ('L-3')`,
		`INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on)
			SELECT loan, loan_id, 1, 1, CASE loan WHEN 1 THEN 'ACT1' ELSE 'ACCT' || loan || '23456' END, '2026-01-01' FROM loan_key`,
		`INSERT INTO loan_state (loan, status, status_since, status_cause, count_from, servicing_status, imported_status, imported_status_since)
			SELECT loan, 'ACTIVE', '2026-01-01', 'IMPORT', '2026-01-01', 'SERVICING', 'ACTIVE', '2026-01-01' FROM loan_key`,
		`INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at)
			SELECT n, DATE '2026-09-27' + n, '', '', 'CLOSED', '', '', 3, '2026-10-01', '2026-10-01' FROM generate_series(1, 3) n`,
		`INSERT INTO run_exception (run, step, loan, code, detail, first_run)
			VALUES (2, 'export', 1, 'A', '', 2), (2, 'export', 1, 'B', '', 2), (2, 'export', 2, 'A', '', 2), (2, 'closure', 3, 'A', '', 1),
				(1, 'closure', 3, 'A', '', 1)`,
		`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, sha256)
			VALUES (1, 1, 1, 1, '2026-09-28', '2026-08-31', '2026-09-28', 'GENERATED', ''),
				(2, 2, 1, 1, '2026-09-29', '2026-08-31', '2026-09-29', 'GENERATED', '')`,
		`INSERT INTO excluded (loan, file, reason, rule, detail) VALUES (1, 1, 'R', 'Q', ''), (2, 1, 'R', 'Q', ''), (2, 2, 'R', 'Q', '')`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// fillLists adds what only lists show.
func fillLists(t *testing.T, db *sqlx.DB) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO excluded (loan, file, reason, rule, detail) VALUES (1, 2, 'DELETION_WAITS', 'Q72', ''), (3, 2, 'DELETION_WAITS', 'Q72', '')`,
		`INSERT INTO import (directory, started_at, finished_at) VALUES ('old', '2026-10-01', '2026-10-01'), ('new', '2026-10-02', '2026-10-02')`,
		`INSERT INTO import_file (import, file, rows, inserted, updated, unchanged, rejected) VALUES (1, 'a.csv', 9, 6, 0, 0, 3), (1, 'b.csv', 1, 0, 0, 0, 1)`,
		`INSERT INTO import_reject (import, file, line, column_name, value_class, reason) VALUES
			(1, 'b.csv', 1, '', '', ''), (1, 'a.csv', 10, '', '', ''), (1, 'a.csv', 2, '', '', '')`,
		`INSERT INTO act (kind, about, who, why, host, at) VALUES ('VOID_FILE', 'file 1', 'ada', 'x', 'h', '2026-10-01'), ('VOID_FILE', 'file 2', 'ada', 'x', 'h', '2026-10-01')`,
		`UPDATE loan_state SET episode = 1, status = CASE loan WHEN 2 THEN 'SUSPENDED::DELINQUENT' ELSE status END WHERE loan > 1`,
		`INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, cause, rule, run)
			SELECT loan, 1, 'ACCOUNT', 'CLOSED::PAID_OFF', 'ACTIVE', '2026-09-29', '2026-09-28', 'NIGHT', 'PO4', 2 FROM loan_key WHERE loan > 1`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// TestLoanDetail reads a loan that has one row of everything.
func TestLoanDetail(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	fill(t, db)
	for _, statement := range []string{
		`UPDATE loan_state SET status = 'CLOSED::PAID_OFF', status_since = '2026-09-30', status_cause = 'NIGHT', closed_on = '2026-09-20',
			servicing_status = 'NOT_SERVICING', stop_reason = 'MILITARY' WHERE loan = 1`,
		`INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, run, facts)
			VALUES (1, 2, 'ACCOUNT', 'ACTIVE', 'CLOSED::PAID_OFF', '2026-09-30', '2026-09-20', '2026-09-20', 'NIGHT', 'PO2', 1, '{"balance": "0.00"}')`,
		`INSERT INTO schedule VALUES (1, 'S-1', 'CALL', 'CANCELLED', '2026-09-30', 1, 'MILITARY')`,
		`INSERT INTO scheduled_item VALUES (1, 'I-1', 'S-1', 'PAYMENT', 'PENDING', '2026-10-01T15:00:00Z', 1234)`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	d, err := inquiry.LoanDetail(t.Context(), db, "L-9")
	if err != nil {
		t.Fatal(err)
	}
	cancelled, run, reason, amount, schedule := rules.NewDate(2026, time.September, 30), int64(1), "MILITARY", rules.Cents(1234), "S-1"
	if diff := cmp.Diff([]inquiry.Schedule{{
		ScheduleID: "S-1", Kind: "CALL", State: "CANCELLED", Cancellation: inquiry.Cancellation{On: &cancelled, Run: &run, Reason: &reason},
	}}, d.Schedules); diff != "" {
		t.Errorf("schedules (-want +got):\n%s", diff)
	}
	if len(d.Items) != 1 || *d.Items[0].Amount != amount || *d.Items[0].ScheduleID != schedule || d.Items[0].On != nil {
		t.Errorf("items: got %+v", d.Items)
	}
	if len(d.History) != 1 || d.History[0].Rule != "PO2" || string(d.History[0].Facts) != `{"balance": "0.00"}` {
		t.Errorf("history: got %+v", d.History)
	}
	if len(d.Exceptions) != 2 || d.Tradelines == nil || d.Loan.AccountNumber != "ACT1" || *d.Loan.StopReason != reason {
		t.Errorf("detail: got %+v", d)
	}
}

func TestMaskAccount(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"": "", "1": "*", "1234": "****", "12345": "*2345", "ACCT000123": "******0123", "ÄÖÜß€1234": "*****1234",
	} {
		if got := inquiry.MaskAccount(number); got != want {
			t.Errorf("MaskAccount(%q) = %q, want %q", number, got, want)
		}
	}
}

// TestNoPersons holds that no query of the read side can show who a borrower is, but for the one that addresses a letter to
// the borrower. Others may follow a borrower's key from a case to loans; those of cases, of the desk and of an account's page give the
// lender's ids of whom they are about.
func TestNoPersons(t *testing.T) {
	t.Parallel()
	personal := regexp.MustCompile(`(?i)\b((?:from|join)\s+customer|customer_id|ssn|surname|first_name|date_of_birth|phone|address\d?|postal_code)\b`)
	ofCases := regexp.MustCompile(`\b(FROM|JOIN) customer c\b|\bc\.customer_id\b|\bAS customer_id\b`)
	ofAccounts := regexp.MustCompile(`\b(FROM|JOIN) customer u\b|\bu\.customer_id\b`)
	files, err := fs.Glob(sql.Queries, "query/inquiry/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of queries, %v", len(files), err)
	}
	for _, file := range files {
		text, err := sql.Queries.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for query := range strings.SplitSeq(string(text), "-- name: ") {
			if strings.HasPrefix(query, "InquiryCase") || strings.HasPrefix(query, "InquiryDispute") || strings.HasPrefix(query, "InquiryQueueItems\n") {
				query = ofCases.ReplaceAllString(query, "")
			}
			if strings.HasPrefix(query, "InquiryAccountSearch\n") || strings.HasPrefix(query, "InquiryAccountConsumers\n") {
				query = ofAccounts.ReplaceAllString(query, "")
			}
			if found := personal.FindString(query); found != "" && !strings.HasPrefix(query, "InquiryRecipient\n") {
				t.Errorf("%s reads %s", file, found)
			}
		}
	}
}

package inquiry_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// withAccount is the book of fill with one row of everything of loan L-3, whom customers C1 and C2 have, C2 being removed, and L-1 of C1.
func withAccount(t *testing.T) *sqlx.DB {
	t.Helper()
	db := pgtest.New(t)
	fill(t, db)
	for _, statement := range []string{
		`UPDATE loan SET account_number = 'ACCT777', new_account_number = CASE loan WHEN 3 THEN 'ACCT888' END WHERE loan IN (2, 3)`,
		`INSERT INTO operation (kind, digest, who, why, at, business_date, loans, result) VALUES ('HOLD', '', 'ada', 'asked', '2026-10-01', '2026-10-01', '{3}', '{}')`,
		`INSERT INTO customer (customer_id, surname, address1, city, state, postal_code) VALUES ('C1', 'ALDER', '1 ELM ST', 'SPRINGFIELD', 'IL', '62701')`,
		`INSERT INTO customer (customer_id, surname, address1, city, state, postal_code, removed_on, removed_operation)
			VALUES ('C2', '', '', '', '', '', '2026-09-15', 1)`,
		`INSERT INTO loan_customer (loan, customer, ecoa_code, position) VALUES (3, 1, '2', 1), (3, 2, '2', 2), (2, 1, '1', 1)`,
		`INSERT INTO destination (program, name) VALUES (1, 'second')`,
		`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, sha256)
			VALUES (3, 2, 1, 2, '2026-09-29', '2026-08-31', '2026-09-29', 'GENERATED', 'abc'), (4, 3, 1, 1, '2026-09-29', '2026-08-31', '2026-09-30', 'VOIDED', '')`,
		`INSERT INTO tradeline (loan, file, as_of, account_number, account_status, payment_rating, payment_history, history_chain, history_character,
				date_account_info, current_balance, amount_past_due, scheduled_payment, actual_payment, original_charge_off, special_comment,
				final, episode, record_bytes, rule, facts)
			SELECT 3, file, as_of, 'ACCT777', '71', '', repeat('0', 24), repeat('0', 24), '1', as_of, 100 + file, 50, 25, 0, 0, '', FALSE, 0, 426, 'DQ4', '{}'
			FROM bureau_file WHERE file > 1`,
		`INSERT INTO answer (loan, file, destination, record_number, outcome, code, received_on, seen_file, owner, recorded_by, recorded_at)
			VALUES (3, 3, 2, 2, 'REFUSED', 'X1', '2026-10-02', 3, 'ada', 'ada', '2026-10-02T08:00:00Z')`,
		`INSERT INTO loan_transaction (loan, transaction_id, type, amount_cents, effective_on, posted_at, state)
			VALUES (3, 'T/1', 'PAYMENT', 2500, '2026-09-29', '2026-09-29', 'SETTLED'), (3, 'T/2', 'LATE_FEE', 500, '2026-09-29', '2026-09-29', 'SETTLED')`,
		`INSERT INTO case_file (case_id, status, type, opened_on, received_on, closed_on) VALUES ('K/1', 'open', 'DISPUTE', '2026-09-20', '2026-09-20', NULL),
			('K2', 'closed', 'BANKRUPTCY', '2026-09-21', NULL, '2026-09-22')`,
		`INSERT INTO case_party (case_key, loan) VALUES (1, 3)`, `INSERT INTO case_party (case_key, customer) VALUES (2, 1)`,
		`INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at)
			VALUES (3, 'amount_past_due', '0', '50', '2026-09-30', '{}', 'paid', 'receipt', 'HAND', 'ada', '2026-10-03T08:00:00Z')`,
		`INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, cause, rule, run)
			VALUES (3, 1, 'ACCOUNT', 'CLOSED::PAID_OFF', 'ACTIVE', '2026-09-01', '2026-09-01', 'NIGHT', 'PO4', 1)`,
		`INSERT INTO termination (loan, terminated_on, source, reason) VALUES (3, '2026-09-30', 'CUSTOMER', 'ERRO')`,
		`INSERT INTO finding (loan, destination, rule, harm, says, first_file, last_file, first_seen_on, last_seen_on, times, months, due_on, state, fixed_file)
			VALUES (3, 1, 'V1', 'GRAVE', 'says', 2, 2, '2026-09-29', '2026-09-29', 1, 1, '2026-10-05', 'OPEN', NULL), (3, 1, 'V2', 'GRAVE', '', 2, 2, '2026-09-29', '2026-09-29', 1, 1, '2026-10-05', 'FIXED', 3)`,
		`INSERT INTO correction_at (loan, correction, destination, decided) VALUES (3, 1, 1, '50')`,
		`INSERT INTO case_association VALUES (1, 'DOCUMENT', 'scan', 1)`,
		`INSERT INTO case_escalation (case_key, raised_operation, raised_on) VALUES (1, 1, '2026-10-01')`,
		`INSERT INTO dispute (case_key, loan, channel, received_on, due_on, opened_operation) VALUES (1, 3, 'DIRECT', '2026-09-20', '2026-10-20', 1)`,
		`INSERT INTO schedule (loan, schedule_id, kind, state) VALUES (3, 'S-1', 'CALL', 'ACTIVE')`,
		`INSERT INTO scheduled_item (loan, item_id, schedule_id, kind, state, due_at) VALUES (3, 'I-1', 'S-1', 'CALL', 'PENDING', '2026-10-01T15:00:00Z')`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return db
}

func TestAccount(t *testing.T) {
	t.Parallel()
	db := withAccount(t)
	t.Run("search", func(t *testing.T) { findsAccounts(t, db) })
	t.Run("account", func(t *testing.T) { showsAccount(t, db) })
	t.Run("timeline", func(t *testing.T) { turnsTimeline(t, db) })
	t.Run("plans", func(t *testing.T) { readsByKey(t, db) })
}

// A loan is found by its id, its account number in any case of letters, also by the one that it will have, and by its customers.
func findsAccounts(t *testing.T, db *sqlx.DB) {
	for text, want := range map[string]string{
		"L-3": "L-3 ***T777", "acct777": "L-1 ***T777 L-3 ***T777", "ACCT888": "L-3 ***T777", "C1": "L-1 ***T777 L-3 ***T777",
		"C2": "L-3 ***T777", "L": "", "": "", "%": "", "C1' OR 'a'='a": "",
	} {
		var got []string
		for page := (inquiry.Page{Limit: 1}); ; {
			l, err := inquiry.FindAccounts(t.Context(), db, text, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range l.Rows {
				got = append(got, f.LoanID, f.AccountNumber)
			}
			if page.After = l.Next; page.After == "" {
				break
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
}

func showsAccount(t *testing.T, db *sqlx.DB) {
	a, err := inquiry.ShowAccount(t.Context(), db, "L-3", 100, day("2026-10-01"))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for i := range a.Files {
		f := &a.Files[i]
		files = append(files, fmt.Sprintln(f.File, f.Destination, f.CurrentBalance, f.Counts(), f.SHA256))
	}
	if diff := cmp.Diff([]string{"4 bureaus 104 false", "3 second 103 false abc", "2 bureaus 102 true"}, trimmed(files)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if a.AccountNumber != "***T777" || len(a.Consumers) != 2 || a.Consumers[0].RemovedOn != nil || *a.Consumers[1].RemovedOn != day("2026-09-15") {
		t.Errorf("%q of %+v", a.AccountNumber, a.Consumers)
	}
	if len(a.Cases) != 2 || a.Cases[0].CaseID != "K2" || len(a.Disputes) != 1 || *a.Disputes[0].DaysLeft != 19 {
		t.Errorf("cases %+v, disputes %+v", a.Cases, a.Disputes)
	}
	if len(a.Exceptions) != 1 || a.Exceptions[0].Run != 2 || len(a.Answers) != 1 || a.Answers[0].AccountNumber != "***T777" || len(a.Corrections) != 1 {
		t.Errorf("exceptions %+v, answers %+v, corrections %+v", a.Exceptions, a.Answers, a.Corrections)
	}
	if len(a.Findings) != 1 || a.Findings[0].Rule != "V1" || a.Findings[0].Destination != "bureaus" {
		t.Errorf("findings %+v", a.Findings)
	}
	if a.Planned.Items != 1 || a.Planned.Schedules != 1 || a.Planned.RescindedOn != nil {
		t.Errorf("planned %+v", a.Planned)
	}
	if _, err := inquiry.ShowAccount(t.Context(), db, "ACCT777", 1, day("2026-10-01")); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("by its account number: %v", err)
	}
	for limit := 1; limit < 4; limit++ {
		got := pages(t, limit, func(f inquiry.AccountFile) string { return fmt.Sprint(f.File) }, func(p inquiry.Page) (inquiry.List[inquiry.AccountFile], error) {
			return inquiry.AccountFiles(t.Context(), db, "L-3", p)
		})
		if fmt.Sprint(joined(got)) != "[4 3 2]" {
			t.Errorf("files in pages of %d: %v", limit, got)
		}
	}
	if got, err := inquiry.AccountFiles(t.Context(), db, "L-9", inquiry.Page{}); err != nil || len(got.Rows) != 1 || got.Rows[0].Told || got.Rows[0].Reason != "R" {
		t.Errorf("left out: %+v, %v", got, err)
	}
}

// The timeline is read a page at a time, each page by the key of the last row of the one before, whatever an id holds.
func turnsTimeline(t *testing.T, db *sqlx.DB) {
	text := func(h inquiry.Happening) string { return fmt.Sprint(h.On, " ", h.Kind, " ", h.About, " ", h.Became) }
	want := []string{
		"2026-10-03 CORRECTION amount_past_due 0", "2026-10-02 ANSWER REFUSED X1", "2026-10-01 OPERATION HOLD ", "2026-09-30 FILE bureaus 71",
		"2026-09-29 POSTING LATE_FEE SETTLED", "2026-09-29 POSTING PAYMENT SETTLED", "2026-09-29 FILE second 71", "2026-09-29 FILE bureaus 71",
		"2026-09-22 CASE BANKRUPTCY CLOSED", "2026-09-21 CASE BANKRUPTCY OPENED", "2026-09-20 CASE DISPUTE OPENED", "2026-09-01 DECISION ACCOUNT ACTIVE",
	}
	read := func(kind string) func(inquiry.Page) (inquiry.List[inquiry.Happening], error) {
		return func(p inquiry.Page) (inquiry.List[inquiry.Happening], error) {
			return inquiry.Timeline(t.Context(), db, "L-3", kind, p)
		}
	}
	for limit := 1; limit <= len(want); limit++ {
		if diff := cmp.Diff(want, joined(pages(t, limit, text, read("")))); diff != "" {
			t.Errorf("in pages of %d (-want +got):\n%s", limit, diff)
		}
	}
	for _, kind := range inquiry.HappeningKinds() {
		rest := []string{}
		for _, row := range want {
			if strings.Contains(row, " "+kind+" ") {
				rest = append(rest, row)
			}
		}
		if diff := cmp.Diff(rest, joined(pages(t, 3, text, read(kind)))); diff != "" || len(rest) == 0 {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	for _, bad := range []string{"x", "2026-09-30", "2026-09-31/CASE/1"} {
		if _, err := read("")(inquiry.Page{After: bad}); !errors.Is(err, inquiry.ErrBadPage) {
			t.Errorf("after %q: %v", bad, err)
		}
	}
	if _, err := inquiry.Timeline(t.Context(), db, "L-7", "", inquiry.Page{}); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("no such loan: %v", err)
	}
}

// In a book of millions, an account's page looks each row up by a key: none of the tables that grow with the book is read whole.
func readsByKey(t *testing.T, db *sqlx.DB) {
	small := []string{"program", "product", "destination", "bureau_file", "run"}
	for name, args := range map[string][]any{
		"InquiryAccountSearch": {"C1", 0, 51}, "InquiryAccountConsumers": {3}, "InquiryAccountContacts": {3},
		"InquiryAccountFiles": {3, "2026-09-30", 4, 51}, "InquiryAccountExceptions": {3}, "InquiryAccountCases": {3, 50}, "InquiryAccountFindings": {3}, "InquiryPostings": {"L-3"},
		"InquiryAccountTimeline": {3, "", "2026-09-30", "FILE", "4", 51}, "InquiryLoan": {"L-3"}, "InquiryLoanKey": {"L-3"},
		"InquiryLoanCorrections": {3}, "InquiryLoanAnswers": {3}, "InquiryCaseRead": {"{1,2}"}, "InquiryDisputeRead": {"{1,2}", 30},
		"InquiryFileMarks": {1}, "InquiryExclusions": {1, 3, 51}, "InquiryHistory": {3}, "InquiryTradelines": {3}, "InquiryExcluded": {3},
	} {
		tx := db.MustBegin()
		tx.MustExec(`UPDATE pg_class SET relpages = 1, reltuples = 4000000
			WHERE relnamespace = CAST('furnisher' AS regnamespace) AND relkind IN ('r', 'i') AND relname <> ALL (CAST($1 AS text[]))`,
			"{"+strings.Join(small, ",")+"}")
		var plan []byte
		err := tx.Get(&plan, "EXPLAIN (FORMAT JSON) "+database.Query("inquiry", name), args...)
		if rollback := tx.Rollback(); err != nil || rollback != nil {
			t.Fatal(name, err, rollback)
		}
		var explained []struct{ Plan planned }
		if err := json.Unmarshal(plan, &explained); err != nil {
			t.Fatal(name, err)
		}
		for _, table := range explained[0].Plan.readWhole() {
			if !strings.Contains(" "+strings.Join(small, " ")+" ", " "+table+" ") {
				t.Errorf("%s reads %s whole:\n%s", name, table, plan)
			}
		}
	}
}

// planned is a node of a query's plan.
type planned struct {
	Type  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Cond  string `json:"Index Cond"`
	Plans []planned
}

// readWhole returns the tables that are read from end to end, by an index or without.
func (p *planned) readWhole() (tables []string) {
	if p.Table != "" && p.Cond == "" && p.Type != "Bitmap Heap Scan" {
		tables = append(tables, p.Table)
	}
	for i := range p.Plans {
		tables = append(tables, p.Plans[i].readWhole()...)
	}
	return tables
}

func trimmed(texts []string) []string {
	for i := range texts {
		texts[i] = strings.TrimSpace(texts[i])
	}
	return texts
}

func joined(pages [][]string) []string {
	all := []string{}
	for _, page := range pages {
		all = append(all, page...)
	}
	return all
}

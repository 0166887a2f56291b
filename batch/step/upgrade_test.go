package step_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/sql"
)

// olderProgram is a book as a program left it that did not act on cases yet: its loans sleep for years, packed in its own
// way. Loan 1 has an open case of bankruptcy and a call that is still to be made, loan 2 has neither.
const olderProgram = `
INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar) VALUES ('P', 'FRN1', 'N', 'S', 'monthly:last');
INSERT INTO destination (program, name) VALUES (1, 'all');
INSERT INTO product (product_id, name, portfolio_type, account_type, delinquent_after, grace_days, closes_on_payoff)
	VALUES ('I', 'Loan', 'I', '01', 1, 5, TRUE);
INSERT INTO customer (customer_id, surname, address1, city, state, postal_code)
	SELECT 'C' || n, 'Alder', '1 Elm St', 'Springfield', 'IL', '62701' FROM generate_series(1, 2) n;
INSERT INTO loan_key (loan_id) VALUES ('L1'), ('L2');
INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on) SELECT loan, loan_id, 1, 1, loan_id, '2026-01-10' FROM loan_key;
INSERT INTO loan_state (loan, status, status_since, status_cause, count_from, servicing_status, imported_status, imported_status_since)
	SELECT loan, 'ACTIVE', '2026-01-10', 'TAKEOVER', '2026-01-10', 'SERVICING', 'ACTIVE', '2026-01-10' FROM loan_key;
INSERT INTO status_history (loan, seq, state, to_status, business_date, effective_on, cause, rule)
	SELECT loan, n, state, status, '2026-01-10', '2026-01-10', 'TAKEOVER', 'ST4'
	FROM loan_key, (VALUES (1, 'ACCOUNT', 'ACTIVE'), (2, 'SERVICING', 'SERVICING')) AS v (n, state, status);
INSERT INTO loan_customer (loan, customer, ecoa_code, position) SELECT loan, loan, '1', 1 FROM loan_key;
INSERT INTO cycle (loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents)
	SELECT loan, 1, '2026-08-01', '2026-08-31', '2026-09-15', 10000 FROM loan_key;
INSERT INTO loan_transaction (loan, transaction_id, type, amount_cents, effective_on, posted_at, state)
	SELECT loan, 'T' || loan, 'ORIGINATION', 100000, '2026-01-10', '2026-01-10T12:00:00Z', 'SETTLED' FROM loan_key;
INSERT INTO scheduled_item (loan, item_id, kind, state, due_at) SELECT loan, 'CALL' || loan, 'CALL', 'PENDING', '2026-06-20T09:00:00Z' FROM loan_key;
INSERT INTO case_file (case_id, type, status, opened_on) VALUES ('K1', 'BANKRUPTCY', 'open', '2026-05-01');
INSERT INTO case_party (case_key, customer) VALUES (1, 1);
INSERT INTO loan_wake (loan, state, wake_on, why) SELECT loan, 'ASLEEP', '2099-01-01', 'new' FROM loan_key;
INSERT INTO account (loan, facts) SELECT loan, '\x0300' FROM loan_key;
`

// An upgrade renews what is derived from the book, the packed rows and the dates on which loans are looked at: the first
// night after it stops the contact of a bankrupt customer (Q55, SP7), though nothing else would have woken the loan.
func TestUpgradeWakesTheBook(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"00017_marks.sql", "00020_purged.sql"} {
		t.Run(before, func(t *testing.T) {
			t.Parallel()
			db, dir := upgraded(t, before, olderProgram), t.TempDir()
			night(t, db, dir, "2026-06-15")
			if got, want := servicing(t, db), "L1 NOT_SERVICING BANKRUPTCY, L2 SERVICING CALL2"; got != want {
				t.Errorf("after the upgrade: %s, want %s", got, want)
			}
			if n := count(t, db, `SELECT count(*) FROM account WHERE get_byte(facts, 0) = 3`); n > 0 {
				t.Errorf("%d rows are still packed as the older program did", n)
			}
			if n := count(t, db, `SELECT count(*) FROM loan_wake WHERE loan = 2 AND state = 'ASLEEP' AND wake_on = '2026-09-20'`); n != 1 {
				t.Error("the loan without a case does not sleep until its cycle is evaluated")
			}
		})
	}
}

// upgraded is a database that an older program left, with this program's schema.
func upgraded(t *testing.T, newest, book string) *sqlx.DB {
	t.Helper()
	url := pgtest.NewURL(t)
	db, err := database.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.MustExec("DROP SCHEMA furnisher CASCADE")
	if _, err := database.Migrate(t.Context(), url, schemaUpTo(t, newest)); err != nil {
		t.Fatal(err)
	}
	db.MustExec(book)
	if _, err := database.Migrate(t.Context(), url, sql.Schema); err != nil {
		t.Fatal(err)
	}
	return db
}

// schemaUpTo are the migrations up to one.
func schemaUpTo(t *testing.T, newest string) fstest.MapFS {
	t.Helper()
	files, err := fs.Glob(sql.Schema, "schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	older := fstest.MapFS{}
	for _, name := range files {
		if strings.TrimPrefix(name, "schema/") > newest {
			continue
		}
		text, err := fs.ReadFile(sql.Schema, name)
		if err != nil {
			t.Fatal(err)
		}
		older[name] = &fstest.MapFile{Data: text}
	}
	if _, there := older["schema/"+newest]; !there {
		t.Fatalf("there is no migration %s", newest)
	}
	return older
}

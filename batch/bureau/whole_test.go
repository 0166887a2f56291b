package bureau

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/fixtures/whole"
	"github.com/furnisher/furnisher/rules"
)

// everything is a book whose second loan has everything that a rule can name, also what no loan has at once.
const everything = `
INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar, reason_aliases)
	VALUES ('NORTH', 'FRN1', 'Northfield', '1 Street', 'monthly:last', '{RE=REPO}');
INSERT INTO destination (program, name) VALUES (1, 'bureaus');
INSERT INTO product (product_id, name, portfolio_type, account_type, terms_frequency, interest_type, delinquent_after, charge_off_after,
		grace_days, closes_on_payoff, payoff_hold_days, trailing_reports, days_counted)
	VALUES ('P', 'Loan', 'I', '01', 'M', 'F', 2, 3, 5, TRUE, 1, 3, 'business');
INSERT INTO customer (customer_id, surname, first_name, middle_name, generation_code, phone, address1, address2,
		city, state, postal_code, country_code, address_indicator, residence_code, is_business, employer_name, employer_address1,
		employer_address2, employer_city, employer_state, employer_postal_code, occupation)
	VALUES ('C', 'Alderbrook', 'Robin', 'A', 'J', '5555550100', '1 Elm St', 'Unit 2', 'Springfield', 'IL',
		'62701', 'US', 'C', 'O', TRUE, 'Mill', '2 Elm St', 'Unit 3', 'Springfield', 'IL', '62702', 'Miller');
INSERT INTO loan_key (loan_id) VALUES ('A'), ('B');
INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on, original_amount_cents, credit_limit_cents,
		highest_balance_cents, terms_duration, scheduled_payment_cents, promo_ends_on, cycle_id, hold_until, payment_history,
		first_delinquency_on, last_reported_on, deletion_reported_on, balloon_on, balloon_amount_cents, deferred_from, deferred_until,
		special_comment, original_creditor, creditor_class, purchased_from, sold_to, sold_on, agency_id, agency_account, mortgage_id,
		new_account_number)
	SELECT loan, loan_id, 1, 1, 'ACCT', '2025-01-10', 100000, 200000, 300000, '036', 5000, '2025-02-01', '01', '2025-03-01',
		repeat('0', 24), '2025-04-10', '2025-05-31', '2025-06-30', '2030-01-10', 50000, '2025-02-01', '2025-02-10', 'CO', 'Mill Bank', '02', 'Mill Bank',
		'New Bank', '2026-09-01', '01', 'AG1', 'MN1', 'ACCT2' FROM loan_key;
INSERT INTO loan_state (loan, status, status_since, status_cause, closed_on, episode, count_from, reopened_on, charged_off_on,
		charge_off_cents, servicing_status, imported_status, imported_status_since, changed_program)
	SELECT loan, 'CLOSED::CHARGE_OFF', '2026-09-30', 'IMPORT', '2026-09-30', 2, '2025-01-10', '2026-01-10', '2025-12-31', 80000,
		'SERVICING', 'CLOSED::CHARGE_OFF', '2026-09-30', TRUE FROM loan_key;
INSERT INTO status_history (loan, seq, state, to_status, business_date, effective_on, closed_on, cause, rule)
	SELECT loan, 1, 'ACCOUNT', 'CLOSED::CHARGE_OFF', '2025-01-10', '2025-01-10', '2025-01-10', 'TAKEOVER', 'Q4' FROM loan_key;
INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule)
	SELECT loan, 2, 'ACCOUNT', 'CLOSED::CHARGE_OFF', 'ACTIVE', '2026-01-10', '2026-01-10', NULL, 'IMPORT', 'ST5' FROM loan_key;
INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule)
	SELECT loan, 3, 'ACCOUNT', 'ACTIVE', 'CLOSED::CHARGE_OFF', '2026-09-30', '2026-09-30', '2026-09-30', 'IMPORT', 'ST5' FROM loan_key;
INSERT INTO loan_wake (loan) SELECT loan FROM loan_key;
INSERT INTO loan_customer (loan, customer, ecoa_code, position) SELECT loan, 1, '1', 1 FROM loan_key;
INSERT INTO pause (loan, from_on, to_on, reason) SELECT loan, '2025-03-01', '2025-04-01', 'bankruptcy' FROM loan_key;
INSERT INTO termination (loan, terminated_on, reason, report_as_deleted, rescinded_on)
	SELECT loan, '2026-08-01', 'RE', 'DA', '2027-01-01' FROM loan_key;
INSERT INTO case_file (case_id, type, status, outcome, opened_on, closed_on, auto_created, acknowledged, deleted_on, chapter, filed_on,
		disposition, disposition_on, listed_outstanding_debt, dispute_kind, disputed_amount_cents, received_on)
	VALUES ('K1', 'BANKRUPTCY', 'open', 'XH', '2026-01-01', '2026-02-01', TRUE, TRUE, '2026-03-01', '7', '2026-01-02', 'DISMISSED',
		'2026-01-03', FALSE, 'RESPA', 1250, '2026-01-04');
INSERT INTO case_party (case_key, customer) VALUES (1, 1);
INSERT INTO dispute (case_key, loan, channel, received_on, due_on, opened_operation) VALUES (1, 1, 'DIRECT', '2026-01-04', '2026-02-03', 1);
INSERT INTO scheduled_item (loan, item_id, kind, state, due_at, cancelled_on, cancelled_run, cancel_reason, payer_told_on)
	SELECT loan, 'N' || loan, 'PAYMENT', 'CANCELLED', '2025-02-19', '2025-02-10', 1, 'MILITARY', '2025-02-15' FROM loan_key;
INSERT INTO cycle (loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents)
	SELECT loan, 1, '2025-01-10', '2025-02-09', '2025-02-20', 5000 FROM loan_key;
INSERT INTO loan_transaction (loan, transaction_id, type, amount_cents, effective_on, posted_at, state, reverses)
	SELECT loan, 'O' || loan, 'OFFSET', 100, '2025-02-20', '2025-02-20', 'SETTLED', NULL FROM loan_key;
INSERT INTO loan_transaction (loan, transaction_id, type, amount_cents, effective_on, posted_at, state, reverses)
	SELECT loan, x.id || loan, x.type, 5000, '2025-02-20', '2025-02-20', 'SETTLED', x.reverses || loan
	FROM loan_key CROSS JOIN (VALUES ('T', CAST('PAYMENT' AS transaction_type), NULL), ('R', 'REVERSAL', 'T')) AS x (id, type, reverses);
INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at)
	VALUES (1, '2026-09-30', '', '', 'CLOSED', '', '', 2, '2026-10-01', '2026-10-01');
INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, sha256)
	VALUES (1, 1, 1, 1, '2026-09-30', '2026-08-31', '2026-09-30', 'ACCEPTED', '');
INSERT INTO tradeline (loan, file, as_of, account_number, account_status, payment_rating, payment_history, history_chain,
		history_character, date_account_info, date_first_delinquency, first_missed_due_on, date_closed, date_last_payment,
		current_balance, amount_past_due, scheduled_payment, actual_payment, original_charge_off, receipts_known, special_comment, compliance_code, segments, consumers, final, episode,
		record_bytes, rule, facts, boarded)
	SELECT loan, 1, '2026-09-30', 'ACCT', '97', '1', repeat('0', 24), repeat('0', 24), 'L', '2026-09-30', '2025-04-10', '2025-03-11',
		'2026-09-30', '2025-02-20', 800, 800, 50, 50, 800, 1, 'M', 'XB',
		E'k1.creditor_name=MILL\nk1.creditor_class=02\nk2.indicator=1\nk2.name=MILL\nk3.agency_id=01\nk3.agency_account=AG1\nk3.min=MN1\nk4.payment_ind=01\nk4.deferred_start=2026-12-01\nk4.balloon_date=2030-01-10\nk4.balloon_amount=500\nl1.new_account_number=ACCT2\nformer_account_number=ACCT0',
		'1:1:base:1:A', TRUE, 2, 426, 'BR2', '{}', TRUE FROM loan_key;
INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at)
	SELECT loan, 'date_closed', '2026-09-29', '2026-09-30', '2026-10-31', '{}', 'wrong', 'letter', 'HAND', 'test', '2026-10-01' FROM loan_key;
INSERT INTO deletion (destination, loan, file, account_number, code, date_closed) VALUES (1, 1, 1, 'ACCT', 'DA', '2026-09-30');
`

// Every path that calls a rule fills every field that the rule can name: the servicing pass, from the book's tables and from
// packed rows, and the export.
func TestFactsAreWhole(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ssn, ssnHash, err := vault.SealSSN("C", []byte("666010001"))
	if err != nil {
		t.Fatal(err)
	}
	birth, birthHash, err := vault.SealBirth("C", []byte("1980-02-29"))
	if err != nil {
		t.Fatal(err)
	}
	pgtest.PlaceFiles(t, db)
	db.MustExec(everything)
	db.MustExec(`UPDATE customer SET ssn = $1, ssn_hash = $2, date_of_birth = $3, date_of_birth_hash = $4`, ssn, ssnHash, birth, birthHash)
	const second = 2
	today := rules.NewDate(2026, 10, 31)
	wholly := func(path string, facts any) {
		t.Helper()
		if missing := whole.Missing(facts); len(missing) > 0 {
			t.Errorf("%s leaves out %v", path, missing)
		}
	}
	for _, path := range []string{"the pass, from the book", "the pass, from the packed row"} {
		err := database.InTx(t.Context(), db, func(tx *sqlx.Tx) error {
			settings, err := book.ReadSettings(t.Context(), tx)
			if err != nil {
				return err
			}
			loans, err := vault.Lock(t.Context(), tx, settings, []int64{second}, today)
			if err != nil {
				return err
			}
			wholly(path, loans[0].Loan)
			wholly(path, loans[0].Facts)
			tomorrow := func(*book.Loan) rules.Date { return today + 1 }
			return vault.Save(t.Context(), tx, batch.Chunk{Run: 1, Date: today}, loans, tomorrow)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err = database.InTx(t.Context(), db, func(tx *sqlx.Tx) error {
		file := Building{File: 2, Program: 1, Destination: 1, DestinationName: "bureaus", AsOf: today, PreviousOn: rules.NewDate(2026, 9, 30), Calendar: "monthly:last"}
		byName, err := readAround(t.Context(), tx, batch.Chunk{After: 1, Last: second}, []Building{file})
		if err != nil {
			return err
		}
		return vault.Each(t.Context(), tx, 1, second, func(f *book.Facts) error {
			wholly("the export", byName["bureaus"].account(f, &file))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

package book_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// Customers 1 and 2 owe loan 1 together, customer 1 owes loan 2 alone, customer 3 owes loan 3, customer 4 nothing.
const owing = `
INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar) VALUES ('P', 'FRN1', 'N', 'S', 'daily');
INSERT INTO product (product_id, name, portfolio_type, account_type, grace_days, closes_on_payoff) VALUES ('I', 'Loan', 'I', '01', 5, TRUE);
INSERT INTO customer (customer_id, surname, address1, city, state, postal_code)
	SELECT 'C' || n, 'Alder', '1 Elm St', 'Springfield', 'IL', '62701' FROM generate_series(1, 4) n;
INSERT INTO loan_key (loan_id) VALUES ('L1'), ('L2'), ('L3');
INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on) SELECT loan, loan_id, 1, 1, loan_id, '2025-01-10' FROM loan_key;
INSERT INTO loan_state (loan, status, status_since, status_cause, count_from, servicing_status, imported_status, imported_status_since)
	SELECT loan, 'ACTIVE', '2025-01-10', 'TAKEOVER', '2025-01-10', 'SERVICING', 'ACTIVE', '2025-01-10' FROM loan_key;
INSERT INTO loan_wake (loan) SELECT loan FROM loan_key;
INSERT INTO loan_customer (loan, customer, ecoa_code, position) VALUES (1, 1, '2', 1), (1, 2, '2', 2), (2, 1, '1', 1), (3, 3, '1', 1);
`

// said is which cases a loan has, and with which parties.
func said(t *testing.T, db *sqlx.DB) string {
	t.Helper()
	var all []string
	err := database.InTx(t.Context(), db, func(tx *sqlx.Tx) error {
		settings, err := book.ReadSettings(t.Context(), tx)
		if err != nil {
			return err
		}
		loans, err := book.Vault{Keys: pgtest.Keys()}.Lock(t.Context(), tx, settings, []int64{1, 2, 3}, rules.NewDate(2026, 3, 1))
		for _, l := range loans {
			for _, c := range l.Cases {
				all = append(all, fmt.Sprintf("L%d %s%v", l.Facts.Loan, c.ID, c.Parties))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

// CA1: a loan has the cases of its consumers and its own. A case that names loans concerns these alone, but for a person's
// bankruptcy, death or military duty. CA8: a party who is on no loan shows.
func TestCasesOfALoan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, caseType string
		parties        string // customer and loan of each
		want           string
	}{
		{"a customer", "DISPUTE", "(1, NULL)", "L1 K1[1], L2 K1[1]"},
		{"the second of two", "BANKRUPTCY", "(2, NULL)", "L1 K1[2]"},
		{"both", "BANKRUPTCY", "(2, NULL), (1, NULL)", "L1 K1[1 2], L2 K1[1]"},
		{"a loan", "DISASTER", "(NULL, 1)", "L1 K1[]"},
		{"a customer about one of two loans", "DISPUTE", "(1, NULL), (NULL, 2)", "L2 K1[1]"},
		{"identity theft of one of two loans", "IDENTITY_THEFT", "(1, NULL), (NULL, 2)", "L2 K1[1]"},
		{"a bankruptcy is a person's, whatever it names", "BANKRUPTCY", "(1, NULL), (NULL, 2)", "L1 K1[1], L2 K1[1]"},
		{"military duty is a person's", "MILITARY", "(1, NULL), (NULL, 2)", "L1 K1[1], L2 K1[1]"},
		{"death is a person's", "DECEASED", "(1, NULL), (NULL, 2)", "L1 K1[1], L2 K1[1]"},
		{"a customer of another loan", "DISPUTE", "(3, NULL), (NULL, 1)", "L1 K1[]"},
		{"CA8 a death of someone who is on another loan", "DECEASED", "(3, NULL), (NULL, 1)", "L1 K1[0], L3 K1[1]"},
		{"a customer of no loan", "DISPUTE", "(4, NULL), (NULL, 1)", "L1 K1[0]"},
		{"a customer of no loan beside one of the loan", "DECEASED", "(4, NULL), (2, NULL)", "L1 K1[0 2]"},
		{"a customer of no loan alone", "DECEASED", "(4, NULL)", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			db.MustExec(owing)
			db.MustExec("INSERT INTO case_file (case_id, type, status, opened_on) VALUES ('K1', '" + c.caseType + "', 'open', '2026-01-01')")
			db.MustExec("INSERT INTO case_party (case_key, customer, loan) SELECT 1, CAST(c AS bigint), CAST(l AS bigint) FROM (VALUES " + c.parties + ") AS v (c, l)")
			if got := said(t, db); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

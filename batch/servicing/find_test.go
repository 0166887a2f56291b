package servicing_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// A person is found by number, however it is written, with all loans; not by another number nor by the keys of another book.
func TestFindBySSN(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.MustExec(`
		INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar) VALUES ('P', 'FRN1', 'N', 'S', 'daily');
		INSERT INTO product (product_id, name, portfolio_type, account_type, grace_days, closes_on_payoff) VALUES ('I', 'L', 'I', '01', 5, TRUE);
		INSERT INTO customer (customer_id, surname, address1, city, state, postal_code)
			SELECT 'C' || n, 'Alder', '1 Elm St', 'Springfield', 'IL', '62701' FROM generate_series(1, 3) n;
		INSERT INTO loan_key (loan_id) VALUES ('L1'), ('L2');
		INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on) SELECT loan, loan_id, 1, 1, loan_id, '2025-01-10' FROM loan_key;
		INSERT INTO loan_customer (loan, customer, ecoa_code, position) VALUES (1, 1, '1', 1), (2, 1, '1', 1)`)
	for customer, number := range map[string]string{"C1": "666100001", "C2": "666100001", "C3": "666100002"} {
		sealed, hash, err := vault.SealSSN(customer, []byte(number))
		if err != nil {
			t.Fatal(err)
		}
		db.MustExec(`UPDATE customer SET ssn = $2, ssn_hash = $3 WHERE customer_id = $1`, customer, sealed, hash)
	}
	if err := vault.Bind(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	for number, want := range map[string][]servicing.FoundCustomer{
		"666-10-0001\n": {{CustomerID: "C1", Loans: []string{"L1", "L2"}}, {CustomerID: "C2", Loans: []string{}}},
		"666 10 0002":   {{CustomerID: "C3", Loans: []string{}}},
		"666100003":     {},
	} {
		got, err := desk(db).FindBySSN(t.Context(), number)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	for _, number := range []string{"", "66610000", "6661000011", "66610000x", "' OR ''='"} {
		if _, err := desk(db).FindBySSN(t.Context(), number); !errors.Is(err, servicing.ErrInvalid) || len(number) > 1 && strings.Contains(err.Error(), number) {
			t.Errorf("%d characters: %v", len(number), err)
		}
	}
	other, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	d := desk(db)
	d.Vault = facts.Vault{Keys: other}
	if _, err := d.FindBySSN(t.Context(), "666100001"); !errors.Is(err, facts.ErrOtherKeyset) {
		t.Errorf("with the keys of another book: %v", err)
	}
}

package step_test

import (
	"errors"
	"testing"

	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/rules"
)

// inClear is olderProgram with more customers, whose personal data are in clear: one of them has no number, one no date.
const inClear = olderProgram + `
INSERT INTO customer (customer_id, surname, address1, city, state, postal_code)
	SELECT 'C' || n, 'Alder', '1 Elm St', 'Springfield', 'IL', '62701' FROM generate_series(3, 6000) n;
UPDATE customer SET ssn = CAST(666000000 + customer AS text), date_of_birth = DATE '1950-01-01' + CAST(customer AS integer);
UPDATE customer SET ssn = NULL WHERE customer = 1;
UPDATE customer SET date_of_birth = NULL WHERE customer = 2;
`

// A book that an older program left in clear is not touched until it is sealed. Sealing goes on after it was stopped, and ends with
// no clear value and no column for one.
func TestUpgradeSealsTheBook(t *testing.T) {
	t.Parallel()
	db, dir := upgraded(t, "00038_destinations.sql", inClear), t.TempDir()
	if _, err := runner(db, dir).Run(t.Context(), rules.NewDate(2026, 6, 15)); !errors.Is(err, facts.ErrClear) {
		t.Errorf("a night of a book in clear: %v, want %v", err, facts.ErrClear)
	}
	if _, err := (facts.Vault{}).SealClear(t.Context(), db); !errors.Is(err, seal.ErrNoKeyset) {
		t.Errorf("sealed without keys: %v", err)
	}
	db.MustExec(`ALTER TABLE customer ADD CONSTRAINT stopped CHECK (customer < 5500 OR ssn IS NULL)`)
	n, err := vault.SealClear(t.Context(), db)
	if left := count(t, db, `SELECT count(*) FROM customer WHERE clear_ssn IS NOT NULL`); err == nil || n != 5000 || left != 1000 {
		t.Fatalf("stopped half-way after %d customers with %d left: %v", n, left, err)
	}
	db.MustExec(`ALTER TABLE customer DROP CONSTRAINT stopped`)
	if n, err := vault.SealClear(t.Context(), db); err != nil || n != 1000 {
		t.Fatalf("sealed %d customers more, %v", n, err)
	}
	if n := count(t, db, `SELECT count(*) FROM pg_attribute WHERE attrelid = CAST('customer' AS regclass) AND attname LIKE 'clear%' AND NOT attisdropped`); n != 0 {
		t.Errorf("%d columns are left for values in clear", n)
	}
	if n, err := vault.SealClear(t.Context(), db); err != nil || n != 0 {
		t.Errorf("once more: %d, %v", n, err)
	}
	var sealed []struct {
		ID    string `db:"customer_id"`
		SSN   []byte `db:"ssn"`
		Birth []byte `db:"date_of_birth"`
	}
	if err := db.Select(&sealed, `SELECT customer_id, ssn, date_of_birth FROM customer WHERE customer IN (1, 2, 5999) ORDER BY customer`); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][2]string{{"", "1950-01-02"}, {"666000002", ""}, {"666005999", "1966-06-05"}} {
		for place, value := range map[string][]byte{"customer.ssn": sealed[i].SSN, "customer.date_of_birth": sealed[i].Birth} {
			wanted := want[0]
			if place != "customer.ssn" {
				wanted = want[1]
			}
			if wanted == "" && value == nil {
				continue
			}
			if got, err := vault.Keys.Open(value, seal.At(place, sealed[i].ID)); err != nil || string(got) != wanted {
				t.Errorf("%s of %s is not what it was: %v", place, sealed[i].ID, err)
			}
		}
	}
	night(t, db, dir, "2026-06-15")
}

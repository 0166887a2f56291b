package intake_test

import (
	"context"
	"errors"
	"testing"

	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const sealedHeader = "customer_id,surname,ssn,date_of_birth,address1,city,state,postal_code"

// sealed are two customers, the second without a number.
func sealedCustomers(ssn, birth string) extract {
	return extract{}.with("customers.csv", sealedHeader,
		"C1,Ash,"+ssn+","+birth+",1 Elm St,Harton,OH,43004", "C2,Beech,,"+birth+",1 Elm St,Harton,OH,43004", "C3,Cedar,666000009,,1 Elm St,Harton,OH,43004")
}

// What is personal lies sealed in the book, opens at its own customer alone, and is found by its hash. A row that says the same is
// unchanged though it is sealed anew; one that says another number is an update.
func TestSealedCustomers(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, sealedCustomers("666-12-3456", "1980-02-29"))
	var found []struct {
		ID    string `db:"customer_id"`
		SSN   []byte `db:"ssn"`
		Birth []byte `db:"date_of_birth"`
	}
	if err := db.Select(&found, "SELECT customer_id, ssn, date_of_birth FROM customer ORDER BY customer_id"); err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ ssn, birth string }{{"666123456", "1980-02-29"}, {"", "1980-02-29"}, {"666000009", ""}} {
		c := found[i]
		for _, v := range []struct {
			column, want string
			sealed       []byte
		}{{"customer.ssn", want.ssn, c.SSN}, {"customer.date_of_birth", want.birth, c.Birth}} {
			if v.want == "" && v.sealed == nil {
				continue
			}
			if got, err := vault.Keys.Open(v.sealed, seal.At(v.column, c.ID)); err != nil || string(got) != v.want {
				t.Errorf("%s of %s does not open to what was sent: %v", v.column, c.ID, err)
			}
			if _, err := vault.Keys.Open(v.sealed, seal.At(v.column, c.ID+"0")); !errors.Is(err, seal.ErrSealed) {
				t.Errorf("%s of %s opens for another customer: %v", v.column, c.ID, err)
			}
		}
	}
	hash, err := vault.HashSSN("666123456")
	if err != nil {
		t.Fatal(err)
	}
	var who string
	if err := db.Get(&who, "SELECT customer_id FROM customer WHERE ssn_hash = $1", hash); err != nil || who != "C1" {
		t.Errorf("the number is found at %q, %v", who, err)
	}
	diff(t, "hashes of one date", rows(t, db, "SELECT count(DISTINCT date_of_birth_hash) AS n FROM customer"), `{"n":2}`)

	diff(t, "the same again", counts(t, load(t, db, sealedCustomers("666123456", "1980-02-29")), "customers.csv"), [5]int64{3, 0, 0, 3, 0})
	diff(t, "another number", counts(t, load(t, db, sealedCustomers("666123457", "1980-02-29")), "customers.csv"), [5]int64{3, 0, 1, 2, 0})
	diff(t, "another date", counts(t, load(t, db, sealedCustomers("666123457", "1980-02-28")), "customers.csv"), [5]int64{3, 0, 2, 1, 0})
	diff(t, "none", counts(t, load(t, db, sealedCustomers("", "")), "customers.csv"), [5]int64{3, 0, 2, 1, 0})
}

// An import without the keys of its book is refused before anything is changed.
func TestKeysOfTheBook(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, sealedCustomers("666123456", "1980-02-29"))
	other, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, db)
	for name, c := range map[string]struct {
		vault facts.Vault
		want  error
	}{
		"none":    {facts.Vault{}, seal.ErrNoKeyset},
		"another": {facts.Vault{Keys: other}, facts.ErrOtherKeyset},
	} {
		o := options(sealedCustomers("666123459", "1980-02-29").write(t))
		o.Vault = c.vault
		if _, err := intake.Import(context.Background(), db, o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	diff(t, "book", snapshot(t, db), before)
	diff(t, "imports", rows(t, db, "SELECT count(*) AS n FROM import"), `{"n":1}`)
}

package intake_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// vault has the keys of the tests' books.
var vault = facts.Vault{Keys: pgtest.Keys()}

// factsOf are the facts of the loans whose packed rows are held right, opened.
func factsOf(t testing.TB, tx *sqlx.Tx) map[int64]string {
	t.Helper()
	var right []int64
	if err := tx.Select(&right, `SELECT loan FROM account JOIN loan_wake USING (loan) WHERE state <> 'STALE'`); err != nil {
		t.Fatal(err)
	}
	of := make(map[int64]string, len(right))
	for _, loan := range right {
		of[loan] = ""
	}
	err := vault.Each(context.Background(), tx, 0, math.MaxInt64, func(f *facts.Facts) error {
		text, err := json.Marshal(f)
		if _, is := of[f.Loan]; is {
			of[f.Loan] = strings.ReplaceAll(string(text), "null", "[]") // no matter which memory an empty list has
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return of
}

package step

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/fixtures/whole"
)

// What a final statement is decided by is whole: each billing cycle with both its dates.
func TestClosedCyclesAreWhole(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.MustExec(`INSERT INTO cycle (loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents)
		VALUES (7, 1, '2026-01-10', '2026-02-09', '2026-02-20', 5000)`)
	err := database.InTx(t.Context(), db, func(tx *sqlx.Tx) error {
		cycles, err := readClosedCycles(t.Context(), tx, []int64{7})
		if missing := whole.Missing(cycles[7]); len(missing) > 0 {
			t.Errorf("the cycles of a closed loan leave out %v", missing)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

package step_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jmoiron/sqlx"

	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// usedKeys is how many values each key has sealed.
func usedKeys(t *testing.T, db *sqlx.DB) map[uint32]int64 {
	t.Helper()
	uses, err := facts.KeyUses(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	of := map[uint32]int64{}
	for _, use := range uses {
		of[use.Key] = use.Sealed
	}
	return of
}

// A book is sealed anew by a new key. Stopped half-way it has values of both, with which nights run on; what another transaction has
// locked is left for later; in the end the old key has nothing, and the files can be made again.
func TestRotate(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	o := fixtures.Options{Seed: 7, Loans: 150, Months: 12, Out: t.TempDir()}.WithDefaults()
	if _, err := fixtures.Generate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	old, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := old.Renewed()
	if err != nil {
		t.Fatal(err)
	}
	before, after := facts.Vault{Keys: old}, facts.Vault{Keys: renewed}
	if _, err := intake.Import(t.Context(), db, intake.Options{Dir: o.Out, MaxBadPercent: 0.1, Now: clock, Vault: before}); err != nil {
		t.Fatal(err)
	}
	night := func(v facts.Vault, date string) {
		t.Helper()
		r := runner(db, dir)
		r.Plan = step.Nightly(bureau.Files{Dir: dir, VendorVersion: "1.0", Vault: v})
		if _, err := through(r, day(date)); err != nil {
			t.Fatalf("night %s: %v", date, err)
		}
	}
	night(before, "2026-09-30")
	all := usedKeys(t, db)[old.Primary()]

	if err := database.InTx(t.Context(), db, func(tx *sqlx.Tx) error { return after.Promote(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	if err := before.Bind(t.Context(), db); !errors.Is(err, facts.ErrOtherKeyset) {
		t.Errorf("with the old keyset: %v, want %v", err, facts.ErrOtherKeyset)
	}
	db.MustExec(`ALTER TABLE file_page ADD CONSTRAINT stopped CHECK (loan < 0) NOT VALID`)
	if _, err := bureau.Reseal(t.Context(), db, after); err == nil {
		t.Fatal("it was not stopped")
	}
	db.MustExec(`ALTER TABLE file_page DROP CONSTRAINT stopped`)
	if used := usedKeys(t, db); used[old.Primary()] == 0 || used[renewed.Primary()] == 0 || used[old.Primary()]+used[renewed.Primary()] != all {
		t.Errorf("stopped half-way: %v of %d values", used, all)
	}
	night(after, "2026-10-01")

	tx := db.MustBeginTx(context.Background(), nil)
	defer tx.Rollback()
	var locked int64
	if err := tx.Get(&locked, `SELECT count(*) FROM (SELECT FROM file_page LIMIT 2 FOR UPDATE) p`); err != nil {
		t.Fatal(err)
	}
	if _, err := bureau.Reseal(t.Context(), db, after); err != nil {
		t.Fatal(err)
	}
	if left := usedKeys(t, db)[old.Primary()]; left != locked || left == 0 {
		t.Errorf("%d values are left to the old key, want the %d that are locked", left, locked)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if done, err := bureau.Reseal(t.Context(), db, after); err != nil || done.Sum() != locked || done.Pages != locked {
		t.Errorf("sealed anew %+v, %v", done, err)
	}
	if left := usedKeys(t, db)[old.Primary()]; left != 0 {
		t.Errorf("%d values are left to the old key", left)
	}
	alone, err := renewed.Alone()
	if err != nil {
		t.Fatal(err)
	}
	v := facts.Vault{Keys: alone}
	if _, err := (bureau.Files{Vault: v}).Rebuild(t.Context(), db, 1, t.TempDir(), "test", clock()); err != nil {
		t.Error(err)
	}
	night(v, "2026-10-02")
	if n := count(t, db, `SELECT count(*) FROM run_exception`); n != 0 {
		t.Errorf("%d exceptions", n)
	}
}

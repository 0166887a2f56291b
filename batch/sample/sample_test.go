package sample_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/sample"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

func clock() time.Time { return time.Date(2026, time.December, 1, 6, 0, 0, 0, time.UTC) }

var vault = book.Vault{Keys: pgtest.Keys()}

// generated is a database that holds a generated book.
func generated(t *testing.T, o fixtures.Options) *sqlx.DB {
	t.Helper()
	db := pgtest.New(t)
	o.Out = t.TempDir()
	if _, err := fixtures.Generate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if _, err := intake.Import(t.Context(), db, intake.Options{Dir: o.Out, MaxBadPercent: 0.1, Now: clock, Vault: vault}); err != nil {
		t.Fatal(err)
	}
	return db
}

// night takes the book through a night whose files go to a folder, and returns the newest files.
func night(t *testing.T, db *sqlx.DB, dir string, date rules.Date) []int64 {
	t.Helper()
	r := &batch.Runner{
		DB: db, Plan: step.Nightly(bureau.Files{Dir: dir, VendorVersion: "1.0", Vault: vault}), Now: clock,
		Workers: 1, ChunkSize: 250, Version: "test", Who: "test", Why: "test",
	}
	for range 20 {
		_, err := r.Run(context.Background(), date)
		if errors.Is(err, batch.ErrLockLost) { // a busy machine made the run take its own lock for lost
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		files, err := sample.Newest(t.Context(), db)
		if err != nil || len(files) != 2 {
			t.Fatalf("files %v: %v", files, err)
		}
		return files
	}
	t.Fatal("the lock is lost again and again")
	return nil
}

func draw(t *testing.T, db *sqlx.DB, file int64, accounts int, seed int64) *sample.Sheet {
	t.Helper()
	sheet, err := sample.Draw(t.Context(), db, file, sample.Options{Accounts: accounts, Seed: seed, Keys: vault.Keys})
	if err != nil {
		t.Fatal(err)
	}
	return sheet
}

// differing lists what differs: loan, field, and what was reported.
func differing(sheet *sample.Sheet) (out []string) {
	for _, a := range sheet.Accounts {
		for _, f := range a.Fields {
			if f.Verdict == sample.Differs {
				out = append(out, fmt.Sprintf("loan %s (%s): %s is reported %q, derived %q", a.LoanID, a.Stratum, f.Field, f.Reported, f.Derived))
			}
		}
	}
	return out
}

// everything is more accounts than any book here has.
const everything = 10_000

// TestCleanBook: every value of every record of every night is derived anew, and none differs. A book whose loans have cases
// and rare terms leaves more of them to a person.
func TestCleanBook(t *testing.T) {
	t.Parallel()
	for cases, mostByHand := range map[int]int{0: 3, 50: 40} { // in a hundred values
		t.Run(fmt.Sprintf("%d in a hundred with cases", cases), func(t *testing.T) {
			t.Parallel()
			o := fixtures.Options{Loans: 120, Months: 18, Seed: 3, Cases: cases}.WithDefaults()
			db, dir := generated(t, o), t.TempDir()
			compared, byHand := 0, 0
			for _, date := range o.NightDates() {
				for _, file := range night(t, db, dir, rules.Date(date)) {
					sheet := draw(t, db, file, everything, 1)
					for _, d := range differing(sheet) {
						t.Errorf("file %d: %s", file, d)
					}
					compared, byHand = compared+sheet.Compared, byHand+sheet.ByHand
				}
			}
			if compared < 10_000 || byHand*100 > mostByHand*(compared+byHand) {
				t.Errorf("%d values are compared, %d left to a person", compared, byHand)
			}
		})
	}
}

// TestSheet: what is changed in a file is found; the same seed draws the same sheet and another one other accounts; a sheet
// tells no personal value, is filed as it is, and is not changed.
func TestSheet(t *testing.T) {
	t.Parallel()
	o := fixtures.Options{Loans: 120, Months: 12, Seed: 5}.WithDefaults()
	db, dir := generated(t, o), t.TempDir()
	file := night(t, db, dir, rules.Date(o.NightDates()[0]))[1]

	one, again, other := draw(t, db, file, 25, 7), draw(t, db, file, 25, 7), draw(t, db, file, 25, 8)
	first, hash, err := one.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	second, _, _ := again.Bytes()
	third, _, _ := other.Bytes()
	if !bytes.Equal(first, second) || bytes.Equal(first, third) || one.Drawn != 25 || one.Differing != 0 {
		t.Errorf("drawn %d, differing %d; same seed the same: %v, other seed another: %v", one.Drawn, one.Differing, bytes.Equal(first, second), !bytes.Equal(first, third))
	}
	for _, s := range one.Strata {
		if s.InFile > 0 && s.Drawn == 0 {
			t.Errorf("nothing is drawn of %q, which has %d", s.Name, s.InFile)
		}
	}
	var surname, account string
	if err := db.QueryRowxContext(t.Context(), `SELECT upper(c.surname), l.account_number FROM loan l JOIN loan_customer USING (loan)
		JOIN customer c USING (customer) WHERE l.loan_id = $1`, one.Accounts[0].LoanID).Scan(&surname, &account); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{surname, account, "\"666"} {
		if bytes.Contains(first, []byte(secret)) {
			t.Errorf("the sheet tells %q", secret)
		}
	}

	number, err := sample.File(t.Context(), db, one, "Robin Alder", clock())
	if err != nil {
		t.Fatal(err)
	}
	filed, err := sample.Filed(t.Context(), db, number)
	if err != nil || filed.Who != "Robin Alder" || filed.SHA256 != hash || !bytes.Equal(filed.Bytes, first) || filed.Sheet.Drawn != 25 {
		t.Errorf("filed as %+v: %v", filed, err)
	}
	if _, err := sample.Filed(t.Context(), db, number+1); !errors.Is(err, sample.ErrNoSheet) {
		t.Errorf("a sheet that there is not: %v", err)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE sample_sheet SET who = 'another'`); err == nil {
		t.Error("a sheet was signed by somebody else afterwards")
	}

	// A value that is wrong in the file.
	var path string
	if err := db.GetContext(t.Context(), &path, `SELECT path FROM bureau_file WHERE file = $1`, file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	records := strings.SplitAfter(string(text), "\n")
	wrong := records[9][:154] + "000000777" + records[9][163:] // the current balance
	records[9] = wrong
	text = []byte(strings.Join(records, ""))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sample.Draw(t.Context(), db, file, sample.Options{Keys: vault.Keys}); !errors.Is(err, sample.ErrOtherBytes) {
		t.Errorf("a file that was changed: %v", err)
	}
	sum := sha256.Sum256(text)
	if _, err := db.ExecContext(t.Context(), `UPDATE bureau_file SET sha256 = $2 WHERE file = $1`, file, hex.EncodeToString(sum[:])); err != nil {
		t.Fatal(err)
	}
	if got := differing(draw(t, db, file, everything, 1)); len(got) != 1 || !strings.Contains(got[0], `base.current_balance is reported "777", derived `) {
		t.Errorf("a wrong balance is found as %q", got)
	}
	if _, err := sample.Draw(t.Context(), db, 99, sample.Options{Keys: vault.Keys}); !errors.Is(err, sample.ErrNoFile) {
		t.Errorf("a file that there is not: %v", err)
	}
	// A record of an account that the book does not have.
	if _, err := db.ExecContext(t.Context(), `DELETE FROM tradeline WHERE file = $1 AND account_number = $2`, file, strings.TrimSpace(wrong[42:72])); err != nil {
		t.Fatal(err)
	}
	if got := differing(draw(t, db, file, everything, 1)); len(got) != 1 || !strings.Contains(got[0], `base.account_number`) {
		t.Errorf("an account that is not in the book is found as %q", got)
	}
}

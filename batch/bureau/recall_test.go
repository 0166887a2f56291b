package bureau

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// A record is that of the file that was made: from the disk while the file there is that one, else made again in memory. What the database
// does not keep any more, or keeps otherwise, is said and never guessed.
func TestRecall(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	run := building(t, db, 50, 20)
	if err := (Files{Dir: t.TempDir(), VendorVersion: "1.0", Vault: vault}).Assemble(t.Context(), db, run); err != nil {
		t.Fatal(err)
	}
	path, account := "", "ACCT000000000049" // the last of 50
	if err := db.Get(&path, `SELECT path FROM bureau_file`); err != nil {
		t.Fatal(err)
	}
	recall := func() (Recalled, error) {
		return Files{Vault: vault}.Recall(t.Context(), db, 1, strings.ToLower(account))
	}
	want, err := recall()
	if err != nil || want.Rebuilt != "" || want.Number != 51 {
		t.Fatalf("from the disk: record %d, %q, %v", want.Number, want.Rebuilt, err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	same := func(why string) {
		t.Helper()
		got, err := recall()
		if err != nil || string(got.Record) != string(want.Record) || got.Number != want.Number || got.Offset != want.Offset || got.Rebuilt != why {
			t.Errorf("%s: record %d at %d, %q, %v", why, got.Number, got.Offset, got.Rebuilt, err)
		}
	}
	// Somebody changed the record on the disk.
	place := want.Offset + int64(strings.Index(string(want.Record), strings.TrimSpace(account))) + 40
	content[place]++
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	same("what is on the disk is not the file that was made")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	same("it is not on the disk any more")
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was written: %v", err)
	}
	account = "NONE"
	if _, err := recall(); !errors.Is(err, ErrNoRecord) {
		t.Errorf("an account that the file does not tell of: %v", err)
	}
	if _, err := (Files{Vault: vault}).Recall(t.Context(), db, 9, account); !errors.Is(err, ErrNoFile) {
		t.Errorf("file 9: %v", err)
	}
	db.MustExec(`UPDATE bureau_file SET sha256 = repeat('0', 64)`)
	if _, err := recall(); !errors.Is(err, ErrRebuilt) {
		t.Errorf("other bytes: %v", err)
	}
	db.MustExec(`DELETE FROM file_page WHERE loan = (SELECT min(loan) FROM file_page)`)
	if _, err := recall(); !errors.Is(err, ErrNotKept) || !strings.Contains(err.Error(), "removed customer") {
		t.Errorf("a page is gone: %v", err)
	}
	db.MustExec(`UPDATE bureau_file SET purged_at = $1, purged_by = 'ada', let_go_at = $1, let_go_by = 'ada'`, time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC))
	if _, err := recall(); !errors.Is(err, ErrPurged) || !strings.Contains(err.Error(), "2026-11-01 by ada") {
		t.Errorf("purged: %v", err)
	}
}

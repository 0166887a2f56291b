package bureau

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// TestRebuild holds that a file's bytes can be made again whatever became of it and of its program, that they are proved, that
// nothing is overwritten and that nothing is left behind.
func TestRebuild(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	run, dir := building(t, db, 500, 60), t.TempDir()
	now := time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
	rebuild := func(to string) (Rebuilt, error) {
		return Files{Vault: vault}.Rebuild(t.Context(), db, 1, to, "ada", now)
	}
	if _, err := rebuild(""); !errors.Is(err, ErrState) {
		t.Errorf("before it is written: %v", err)
	}
	if err := (Files{Dir: dir, VendorVersion: "1.0", Vault: vault}).Assemble(t.Context(), db, run); err != nil {
		t.Fatal(err)
	}
	var path string
	if err := db.Get(&path, `SELECT path FROM bureau_file`); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	same := func(path string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v; want the %d of the file", path, len(got), err, len(want))
		}
	}
	alone := func(path string) {
		t.Helper()
		if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
			t.Errorf("the folder holds %v, %v; want the file alone", left, err)
		}
	}
	if done, err := rebuild(""); err != nil || !done.There || done.Path != path || done.Bytes != int64(len(want)) {
		t.Errorf("where it is: %+v, %v", done, err)
	}
	db.MustExec(`UPDATE program SET reporter_name = 'ANOTHER NAME', identification_number = 'OTHER'`) // it says what it said
	other := filepath.Join(t.TempDir(), "new", "folder")
	if done, err := rebuild(other); err != nil || done.There || done.Path != filepath.Join(other, filepath.Base(path)) {
		t.Errorf("elsewhere: %+v, %v", done, err)
	}
	same(filepath.Join(other, filepath.Base(path)))
	alone(filepath.Join(other, filepath.Base(path)))

	if _, err := Change(t.Context(), db, Move{File: 1, To: Voided, Who: "ada", Why: "wrong header"}, now); err != nil {
		t.Fatal(err)
	}
	aside := filepath.Join(dir, "voided", filepath.Base(path))
	if err := os.RemoveAll(filepath.Dir(aside)); err != nil { // lost, and its folder
		t.Fatal(err)
	}
	if done, err := rebuild(""); err != nil || done.There || done.Path != aside {
		t.Errorf("lost: %+v, %v", done, err)
	}
	same(aside)
	alone(aside)
	var events string
	if err := db.Get(&events, `SELECT string_agg(concat_ws(' ', state, who, why), '; ' ORDER BY seq) FROM bureau_file_event`); err != nil ||
		events != "VOIDED ada wrong header; VOIDED ada the file was missing and was made again" {
		t.Errorf("events %q, %v", events, err)
	}

	if err := os.WriteFile(aside, []byte("another file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := rebuild(""); !errors.Is(err, ErrInTheWay) {
		t.Errorf("in the way: %v", err)
	}
	if got, err := os.ReadFile(aside); err != nil || string(got) != "another file" {
		t.Errorf("what was in the way holds %q, %v", got, err)
	}
	alone(aside)
	if _, err := (Files{Vault: vault}).Rebuild(t.Context(), db, 9, "", "ada", now); !errors.Is(err, ErrNoFile) {
		t.Errorf("file 9: %v", err)
	}
}

// TestRebuildProves holds that no file is made of records that are not those of the file, and that the error says what is missing.
func TestRebuildProves(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	run, dir := building(t, db, 500, 20), t.TempDir()
	if err := (Files{Dir: dir, VendorVersion: "1.0", Vault: vault}).Assemble(t.Context(), db, run); err != nil {
		t.Fatal(err)
	}
	db.MustExec(`CREATE TABLE good AS SELECT * FROM file_page; CREATE TABLE fine AS SELECT sha256, header FROM bureau_file`)
	const first = ` WHERE loan = (SELECT min(loan) FROM file_page)`
	for _, c := range []struct {
		name, damage string
		want         error
		says         string
	}{
		{"a byte changed", `UPDATE file_page SET records = overlay(records placing '!' from 70 for 1)` + first, ErrNotKept, "damaged"},
		{"a page erased", `DELETE FROM file_page` + first, ErrNotKept, "of its 500 records 480 are kept"},
		{"all pages erased", `DELETE FROM file_page`, ErrNotKept, "of its 500 records 0 are kept"},
		{"a page twice", `INSERT INTO file_page SELECT file, first_account, loan + 1000, loans, checksum, records FROM file_page` + first, ErrRebuilt, "X01"},
		{"another header", `UPDATE bureau_file SET header = replace(header, 'EXAMPLE', 'EXEMPLE')`, ErrRebuilt, "SHA-256"},
		{"a damaged header", `UPDATE bureau_file SET header = 'x'`, ErrNotKept, "header is damaged"},
		{"another hash", `UPDATE bureau_file SET sha256 = 'x'`, ErrRebuilt, "SHA-256"},
		{"made before records were kept", `UPDATE bureau_file SET header = NULL`, ErrNotKept, "did not keep"},
	} {
		db.MustExec(`TRUNCATE file_page; INSERT INTO file_page SELECT * FROM good; UPDATE bureau_file SET (sha256, header) = (SELECT sha256, header FROM fine); ` + c.damage)
		out := filepath.Join(t.TempDir(), "out")
		_, err := Files{Vault: vault}.Rebuild(t.Context(), db, 1, out, "ada", time.Time{})
		if !errors.Is(err, c.want) || errors.Is(err, batch.ErrRedo) || !strings.Contains(fmt.Sprint(err), c.says) {
			t.Errorf("%s: %v, want %v with %q", c.name, err, c.want, c.says)
		}
		if left, _ := os.ReadDir(out); len(left) > 0 {
			t.Errorf("%s: left behind: %v", c.name, left)
		}
	}
}

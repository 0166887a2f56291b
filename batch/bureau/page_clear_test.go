package bureau

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/sql"
)

// clearShape is the table of pages as an older program has it.
const clearShape = `
DROP TABLE file_page;
CREATE TABLE file_page (
    file bigint NOT NULL, first_account text COLLATE "C" NOT NULL, loan bigint NOT NULL, loans bigint[] NOT NULL, checksum bigint NOT NULL,
    records text NOT NULL, PRIMARY KEY (file, first_account, loan)) WITH (toast_tuple_target = 8160);
CREATE INDEX file_page_by_loan ON file_page (file, loan);`

// Pages that an older program kept in clear are sealed by the next one, which goes on where it was stopped, and make the file that they
// were made for.
func TestClearPagesAreSealed(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	run, dir := building(t, db, 600, 1), t.TempDir()
	var pages []clearPage
	if err := db.Select(&pages, `SELECT file, first_account, loan, CAST(loans AS text) AS loans, checksum, records FROM file_page`); err != nil {
		t.Fatal(err)
	}
	db.MustExec(clearShape)
	for _, p := range pages {
		records, err := vault.Keys.Open([]byte(p.Records), pagePlace(p.File))
		if err != nil {
			t.Fatal(err)
		}
		db.MustExec(`INSERT INTO file_page VALUES ($1, $2, $3, $4, $5, $6)`, p.File, p.FirstAccount, p.Loan, p.Loans, p.Checksum, string(records))
	}
	migration, err := fs.ReadFile(sql.Schema, "schema/00045_pages_sealed.sql")
	if err != nil {
		t.Fatal(err)
	}
	up, _, _ := strings.Cut(string(migration), "-- +goose Down")
	db.MustExec(up)

	if err := vault.Bind(t.Context(), db); !errors.Is(err, book.ErrClear) {
		t.Errorf("a book with pages in clear: %v, want %v", err, book.ErrClear)
	}
	if _, err := SealClear(t.Context(), db, book.Vault{}); !errors.Is(err, seal.ErrNoKeyset) {
		t.Errorf("sealed without keys: %v", err)
	}
	var last string
	if err := db.Get(&last, `SELECT max(first_account) FROM clear_page`); err != nil {
		t.Fatal(err)
	}
	db.MustExec(`ALTER TABLE file_page ADD CONSTRAINT stopped CHECK (first_account < '` + last + `')`)
	if _, err := SealClear(t.Context(), db, vault); err == nil {
		t.Fatal("it was not stopped")
	}
	var left, sealed int
	if err := db.QueryRow(`SELECT (SELECT count(*) FROM clear_page), (SELECT count(*) FROM file_page)`).Scan(&left, &sealed); err != nil || sealed != 500 || left != 100 {
		t.Errorf("stopped with %d pages sealed and %d left, %v", sealed, left, err)
	}
	db.MustExec(`ALTER TABLE file_page DROP CONSTRAINT stopped`)
	for range 2 { // the second finds nothing to do
		if _, err := SealClear(t.Context(), db, vault); err != nil {
			t.Fatal(err)
		}
	}
	var there bool
	if err := db.Get(&there, `SELECT to_regclass('clear_page') IS NOT NULL`); err != nil || there {
		t.Errorf("the table in clear is there: %t, %v", there, err)
	}
	if err := (Files{Dir: dir, VendorVersion: "1.0", Vault: vault}).Assemble(t.Context(), db, run); err != nil {
		t.Error(err)
	}
}

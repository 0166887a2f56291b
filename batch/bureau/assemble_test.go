package bureau

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
)

// building puts a run into the database that has still to write a file of n loans, kept by chunks whose accounts overlap,
// and returns that run.
func building(t testing.TB, db *sqlx.DB, n, chunk int) batch.Run {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar)
			VALUES ('P1', 'LENDER01', 'EXAMPLE LENDING', '1 MAIN ST SPRINGFIELD IL 62701', 'monthly:last')`,
		`INSERT INTO destination (program, name) VALUES (1, 'bureaus')`,
		`INSERT INTO product (product_id, name, portfolio_type, account_type, terms_frequency, grace_days, closes_on_payoff)
			VALUES ('PL', 'Personal loan', 'I', '01', 'M', 5, true)`,
		fmt.Sprintf(`INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at)
			VALUES (1, '2026-10-31', '', '', 'RUNNING', '', '', %d, '2026-11-01')`, n),
		`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state)
			VALUES (1, 1, 1, 1, '2026-10-31', '2026-09-30', '2026-10-31', 'BUILDING')`,
		fmt.Sprintf(`INSERT INTO loan_key (loan_id) SELECT 'L' || n FROM generate_series(1, %d) n`, n),
		`INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on)
			SELECT loan, loan_id, 1, 1, 'A' || loan, '2025-05-01' FROM loan_key`,
		`INSERT INTO tradeline (file, loan, as_of, account_number, account_status, payment_rating, payment_history, history_chain,
			history_character, date_account_info, current_balance, amount_past_due, scheduled_payment, actual_payment,
			original_charge_off, special_comment, final, episode, record_bytes, rule, facts)
			SELECT 1, loan, '2026-10-31', account_number, '11', '', '', '', '', '2026-10-31', 0, 0, 0, 0, 0, '', false, 1, 426, '', '{}'
			FROM loan`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	_, terms, said, consumers := tradeline()
	file, err := Pending(t.Context(), db, 1)
	if err != nil || len(file) != 1 {
		t.Fatalf("%d files, %v", len(file), err)
	}
	encoder, accounts := NewEncoder(file[0]), rand.New(rand.NewPCG(1, 2)).Perm(n)
	for from := 0; from < n; from += chunk {
		var records []Record
		for i := from; i < min(from+chunk, n); i++ {
			terms.AccountNumber = fmt.Sprintf("ACCT%012d", accounts[i])
			encoded, err := encoder.Append(nil, terms, said, consumers)
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, Record{int64(i + 1), terms.AccountNumber, encoded})
		}
		addPages(t, db, 1, records)
	}
	book, err := batch.LockBook(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(book.Release)
	run, err := book.Lead(t.Context(), batch.Run{ID: 1})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// TestAssemble makes a file of many chunks and holds it against the validator that anyone may use, and the database.
func TestAssemble(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const n = 500
	run, dir := building(t, db, n, 60), t.TempDir()
	if err := (Files{Dir: dir, VendorVersion: "1.0", Vault: vault}).Assemble(t.Context(), db, run); err != nil {
		t.Fatal(err)
	}
	var row struct {
		State   State  `db:"state"`
		Path    string `db:"path"`
		SHA256  string `db:"sha256"`
		Bytes   int    `db:"bytes"`
		Records int    `db:"records"`
		Pages   int    `db:"pages"`
	}
	if err := db.Get(&row, `SELECT state, path, sha256, bytes, records, (SELECT count(*) FROM file_page) AS pages FROM bureau_file`); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(row.Path)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(file); row.SHA256 != hex.EncodeToString(sum[:]) || row.Bytes != len(file) || row.Records != n || row.State != Generated || row.Pages == 0 {
		t.Errorf("%d bytes with SHA-256 %x, and the database says %+v", len(file), sum, row)
	}
	summary, err := metro2.Validate(bytes.NewReader(file), func(f metro2.Finding) error {
		if f.Severity == metro2.Error {
			t.Error(f)
		}
		return nil
	})
	if err != nil || summary.Records != n+2 {
		t.Errorf("%d records, %v", summary.Records, err)
	}
	for i, line := range bytes.Split(file, []byte("\r\n"))[1 : n+1] {
		if want := fmt.Sprintf("ACCT%012d", i); !bytes.Contains(line, []byte(want)) {
			t.Fatalf("record %d is not that of %s", i+2, want)
		}
	}
}

// TestAssembleMakesNoFileOfDamage holds that of damaged, missing and doubled pages no file is made, that the error says
// that the chunks can make them again, and that it names a loan where one is at fault.
func TestAssembleMakesNoFileOfDamage(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	run, dir := building(t, db, 500, 20), t.TempDir()
	db.MustExec(`CREATE TABLE good AS SELECT * FROM file_page`)
	const first = ` WHERE loan = (SELECT min(loan) FROM file_page)`
	for _, c := range []struct {
		name, damage string
		want         error
		says         string
	}{
		{"a byte changed", `UPDATE file_page SET records = overlay(records placing '!' from 70 for 1)` + first, ErrInvalidFile, "damaged"},
		{"a byte cut off", `UPDATE file_page SET records = substr(records, 1, octet_length(records) - 1)` + first, ErrInvalidFile, "damaged"},
		{"half of it cut off", `UPDATE file_page SET records = substr(records, 1, octet_length(records) / 2)` + first, ErrInvalidFile, "damaged"},
		{"emptied", `UPDATE file_page SET records = ''` + first, ErrInvalidFile, "damaged"},
		{"another checksum", `UPDATE file_page SET checksum = checksum + 1` + first, ErrInvalidFile, "damaged"},
		{"its records twice", `UPDATE file_page SET records = records || records, checksum = 2 * checksum` + first, ErrInvalidFile, "damaged"},
		{"a page of another file", `UPDATE file_page SET file = 2` + first, ErrCounts, "480 records, 500 reported"},
		{"a page taken for this file's", `INSERT INTO file_page SELECT 1, '!', 1000, loans, checksum, records FROM file_page` + first +
			`; DELETE FROM file_page` + first + ` AND file = 2`, ErrInvalidFile, "X01"},
		{"a page missing", `DELETE FROM file_page` + first, ErrCounts, "480 records, 500 reported"},
		{"all pages missing", `DELETE FROM file_page`, ErrCounts, "0 records, 500 reported"},
		{"a page twice", `INSERT INTO file_page SELECT file, first_account, loan + 1000, loans, checksum, records FROM file_page` + first, ErrInvalidFile, "X01: another record has the same account number"},
		{"under another account", `UPDATE file_page SET first_account = 'ZZZZ'` + first, ErrInvalidFile, "at loan L"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db.MustExec(`TRUNCATE file_page; INSERT INTO file_page SELECT * FROM good; ` + c.damage)
			err := Files{Dir: dir, VendorVersion: "1.0", Vault: vault}.Assemble(t.Context(), db, run)
			if !errors.Is(err, c.want) || !errors.Is(err, batch.ErrRedo) || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("err %v, want %v with %q", err, c.want, c.says)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			var state State
			if err := db.Get(&state, `SELECT state FROM bureau_file`); err != nil || state != "BUILDING" {
				t.Errorf("state %s, %v", state, err)
			}
		})
	}
}

// BenchmarkAssemble writes a file of 20,000 loans from overlapping chunks and reads it back, the database's work aside.
func BenchmarkAssemble(b *testing.B) {
	db := pgtest.New(b)
	const n = 20_000
	building(b, db, n, 2000)
	pending, err := Pending(b.Context(), db, 1)
	if err != nil {
		b.Fatal(err)
	}
	files := Files{Dir: b.TempDir(), VendorVersion: "1.0", Vault: vault}
	b.ReportAllocs()
	for b.Loop() {
		d, err := files.newDraft(pending[0])
		if err != nil {
			b.Fatal(err)
		}
		if err := d.write(b.Context(), ownTx(db), "1.0"); err != nil {
			b.Fatal(err)
		}
		if err := d.pending.Cleanup(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/loan")
}

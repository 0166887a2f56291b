package bureau_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
)

var (
	movedLoans  = flag.Int("moved-loans", 100, "loans of the book that is moved")
	movedMonths = flag.Int("moved-months", 3, "month-ends before it is moved")
)

// mover is one of two holders of a generated book.
type mover struct {
	t   *testing.T
	db  *sqlx.DB
	dir string
}

// month imports what came in a month and runs its last night.
func (m *mover) month(extract string, asOf string, night bool) {
	m.t.Helper()
	_, err := intake.Import(m.t.Context(), m.db, intake.Options{Dir: extract, MaxBadPercent: 1, Now: clock, Vault: book.Vault{Keys: pgtest.Keys()}})
	if err != nil {
		m.t.Fatalf("import of %s: %v", asOf, err)
	}
	if !night {
		return
	}
	runner := &batch.Runner{
		DB: m.db, Plan: step.Nightly(bureau.Files{Dir: m.dir, VendorVersion: "1.0", Vault: book.Vault{Keys: pgtest.Keys()}}), Now: clock,
		Workers: 2, ChunkSize: 200, Version: "test", Who: "test", Why: "test",
	}
	if _, err := runner.Run(m.t.Context(), date(asOf)); err != nil {
		m.t.Fatalf("night %s: %v", asOf, err)
	}
}

// files are the paths of a program's files that count, oldest first.
func (m *mover) files(program string) (paths []string) {
	m.t.Helper()
	if err := m.db.Select(&paths, `SELECT f.path FROM bureau_file f JOIN program p USING (program) WHERE p.program_id = $1 ORDER BY f.as_of`, program); err != nil {
		m.t.Fatal(err)
	}
	return paths
}

// unreported takes all away that the book's holder knows of what was reported: of the rest both know the same.
const unreported = `TRUNCATE tradeline, excluded, deletion, file_page, case_change, correction, correction_at, answer, file_waiting,
	proof_entry, proof_page, proof_head, bureau_file CASCADE`

// TestBoardMovedBook: a book that moves to another holder, who boards the files of the former one, is reported in the next file byte for
// byte as if it had never moved, and that file has no finding that the other's has not. Both formats of the files are boarded, and the
// files in any order of accounts.
func TestBoardMovedBook(t *testing.T) {
	t.Parallel()
	address := pgtest.NewURL(t)
	portfolio := fixtures.Options{
		Loans: *movedLoans, Months: *movedMonths + 12, Seed: 3, Cases: 15, Before: max(0, *movedMonths+1-fixtures.Nights),
	}.WithDefaults()
	taken := portfolio.TakenOver()
	extract := func(month int) (dir, asOf string) {
		portfolio.Since, portfolio.Until = portfolio.Until, (taken+1).AddMonths(month)-1
		portfolio.Out = filepath.Join(t.TempDir(), "extract")
		if _, err := fixtures.Generate(t.Context(), portfolio); err != nil {
			t.Fatal(err)
		}
		return portfolio.Out, portfolio.Until.String()
	}
	open := func(address string) *sqlx.DB {
		db, err := database.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	stays := &mover{t, open(address), t.TempDir()}
	for month := range *movedMonths + 1 {
		dir, asOf := extract(month)
		stays.month(dir, asOf, month > 0)
	}
	if err := stays.db.Close(); err != nil {
		t.Fatal(err)
	}
	last, asOf := extract(*movedMonths + 1)
	err := database.WithCopy(t.Context(), address, func(copied string) error {
		stays.db = open(address)
		moves := &mover{t, open(copied), t.TempDir()}
		defer func() {
			for _, db := range []*sqlx.DB{stays.db, moves.db} {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			}
		}()
		moves.db.MustExec(unreported)
		for _, program := range []string{"NORTH", "COAST"} {
			given := stays.files(program)
			if program == "COAST" {
				for i, path := range given {
					given[i] = packed(t, path)
				}
			}
			done, err := bureau.Files{Dir: moves.dir, Vault: book.Vault{Keys: pgtest.Keys()}}.Board(t.Context(), moves.db, moves.db,
				bureau.Boarding{Program: program, Paths: given, Who: "ada", Why: "bought"}, clock())
			if err != nil || len(done) != *movedMonths {
				t.Fatalf("board %s: %d files, %v", program, len(done), err)
			}
			for _, d := range done {
				if len(d.Listed) > 0 {
					t.Errorf("program %s, as of %s: %+v", program, d.AsOf, d.Listed[0])
				}
			}
		}
		stays.month(last, asOf, true)
		moves.month(last, asOf, true)
		for _, program := range []string{"NORTH", "COAST"} {
			want, got := stays.files(program), moves.files(program)
			differences(t, program, want[len(want)-1], got[len(got)-1])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// packed writes a file in the packed format, the accounts in the opposite order.
func packed(t *testing.T, path string) string {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var header metro2.Header
	var records []*metro2.Record
	for reader := metro2.NewReader(in); ; {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch item.Kind {
		case metro2.KindHeader:
			header = *item.Header
		case metro2.KindData:
			records = append(records, item.Record.Clone())
		}
	}
	var out bytes.Buffer
	w := metro2.NewWriter(&out, header, metro2.Options{Form: metro2.Packed})
	for _, record := range slices.Backward(records) {
		if err := w.Write(record); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(other, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return other
}

// differences lists the fields in which two files differ, by account.
func differences(t *testing.T, program, want, got string) {
	t.Helper()
	a, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(got)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a, b) {
		return
	}
	var list []string
	if _, err := metro2.Diff(io.NewSectionReader(bytes.NewReader(a), 0, int64(len(a))), bytes.NewReader(b), metro2.DiffOptions{}, func(d metro2.Difference) error {
		line := fmt.Sprint(d.Change, " ", d.Kind, " ", d.AccountNumber)
		for _, f := range d.Fields {
			line += fmt.Sprintf(" %s: %q, %q;", f.Key, f.From, f.To)
		}
		list = append(list, line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	t.Errorf("program %s: the file of the book that moved differs in %d records of %d:\n%s", program, len(list), bytes.Count(a, []byte("\n")), strings.Join(list[:min(len(list), 25)], "\n"))
}

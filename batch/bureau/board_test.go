package bureau_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
)

// board boards files, and says what became of them.
func (l *lender) board(change func(*bureau.Boarding), paths ...string) string {
	l.t.Helper()
	b := bureau.Boarding{Program: "P1", Paths: paths, Who: "ada", Why: "bought", MaxMisfits: 50}
	if change != nil {
		change(&b)
	}
	done, err := bureau.Files{Dir: l.dir, Vault: book.Vault{Keys: pgtest.Keys()}}.Board(l.t.Context(), l.db, l.db, b, clock())
	var text strings.Builder
	for _, d := range done {
		known := ""
		if d.Known {
			known = " known"
		}
		fmt.Fprintf(&text, "%d as of %s%s: %d of %d, deleted %d, missing %d", d.File, d.AsOf, known, d.Boarded, d.Given, d.Deletions, d.Missing)
		for _, m := range d.Listed {
			fmt.Fprintf(&text, "; %d %s %s", m.Record, m.Reason, m.LoanID)
		}
		text.WriteString("\n")
	}
	if err != nil {
		text.WriteString(err.Error() + "\n")
	}
	return text.String()
}

// moved gives the book of a lender to another one, who knows nothing of what was reported.
func (l *lender) moved() *lender {
	l.t.Helper()
	m := &lender{t: l.t, db: pgtest.New(l.t), dir: l.t.TempDir(), extract: l.extract}
	return m
}

// files of a lender by number.
func (l *lender) path(file int) string {
	l.t.Helper()
	return l.row(fmt.Sprintf(`SELECT path FROM bureau_file WHERE file = %d`, file))
}

// TestBoard: what the former servicer reported is what our first file goes on from: the history, a deletion and an end that were told.
func TestBoard(t *testing.T) {
	t.Parallel()
	l := wholeBook(t)
	m := l.moved()
	m.extract["loans"] = strings.Replace(m.extract["loans"], "MOVE,PL,P2", "MOVE,PL,P1", 1)
	m.load()
	jan, feb, march := l.path(1), l.path(2), l.path(4)
	const want = "1 as of 2026-01-31: 5 of 5, deleted 0, missing 0\n2 as of 2026-02-28: 2 of 2, deleted 1, missing 3\n"
	if got := m.board(func(b *bureau.Boarding) { b.DryRun = true }, feb, jan); got != want || m.row(`SELECT count(*) FROM bureau_file`) != "0" {
		t.Errorf("dry run: %s", got)
	}
	if entries, err := os.ReadDir(filepath.Join(m.dir, bureau.BoardedDir)); err != nil || len(entries) != 0 {
		t.Errorf("a dry run leaves %v, %v", entries, err)
	}
	if got := m.board(nil, feb, jan); got != want {
		t.Errorf("boarded: %s, want %s", got, want)
	}
	if got, want := m.board(nil, jan, feb), strings.ReplaceAll(strings.ReplaceAll(want, ": 5", " known: 5"), ": 2 of", " known: 2 of"); got != want {
		t.Errorf("again: %s, want %s", got, want)
	}
	m.night("2026-03-31")
	file := m.path(3)
	_, records := m.read(file)
	_, never := l.read(march)
	if len(never) != 1 || records["ACCTON"] != never["ACCTON"] {
		t.Errorf("ON is %+v, want %+v", records["ACCTON"], never["ACCTON"])
	}
	if got := m.row(`SELECT string_agg(l.loan_id || ' ' || x.reason, ', ' ORDER BY l.loan_id) FROM excluded x JOIN loan l USING (loan)`); got !=
		"ERR ALREADY_DELETED, PAID FINALLY_REPORTED, WAIT DELETION_WAITS" {
		t.Errorf("left out: %s", got)
	}
	if err := m.release(3); err != nil {
		t.Error(err)
	}
	if got, want := m.balance(3, false), "before 2: 2 = here 1 + final 0 + deleted 1 + excluded 0 + moved 0 + vanished 0; book 5 = 2 + 3, holds true"; got != want {
		t.Errorf("balance %s, want %s", got, want)
	}
	if got := m.board(nil, march); !strings.Contains(got, "files of our own that count for the program: 1") {
		t.Errorf("beside our own: %s", got)
	}
}

// given writes a file from the records of another one, changed, and returns its path.
func (l *lender) given(path string, change func(h *metro2.Header, accounts map[string]*metro2.Record) (more []*metro2.Record)) string {
	l.t.Helper()
	in, err := os.Open(path)
	if err != nil {
		l.t.Fatal(err)
	}
	defer in.Close()
	var header metro2.Header
	var records []*metro2.Record
	accounts := map[string]*metro2.Record{}
	for reader := metro2.NewReader(in); ; {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			l.t.Fatal(err)
		}
		switch item.Kind {
		case metro2.KindHeader:
			header = *item.Header
		case metro2.KindData:
			record := item.Record.Clone()
			records, accounts[record.Base.AccountNumber] = append(records, record), record
		}
	}
	records = append(records, change(&header, accounts)...)
	var out bytes.Buffer
	w := metro2.NewWriter(&out, header, metro2.Options{LineEnd: "\n"})
	for _, record := range records {
		if err := w.Write(record); err != nil {
			l.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		l.t.Fatal(err)
	}
	given := filepath.Join(l.t.TempDir(), "given.txt")
	l.write(given, out.Bytes())
	return given
}

func (l *lender) write(path string, content []byte) {
	l.t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// TestBoardMisfits: a record that fits no loan is listed with its reason, and the others are boarded; one that is late without a date of
// first delinquency is boarded and held until the date is given (BR12). Nothing of a refused call stays.
func TestBoardMisfits(t *testing.T) {
	t.Parallel()
	l := wholeBook(t)
	m := l.moved()
	m.load()
	bad := l.given(l.path(1), func(_ *metro2.Header, accounts map[string]*metro2.Record) []*metro2.Record {
		accounts["ACCTERR"].Base.AccountNumber = "ACCTGONE"
		accounts["ACCTMOVE"].Base.DateOpened = 20260106
		accounts["ACCTPAID"].Base.SSN, accounts["ACCTPAID"].Base.Surname = 666100009, "ELSE"
		on := &accounts["ACCTON"].Base
		on.AccountStatus, on.AmountPastDue, on.DateFirstDelinquency = "71", 50, 0
		return []*metro2.Record{accounts["ACCTWAIT"].Clone()}
	})
	// MOVE is of the other program by now.
	const listed = "1 as of 2026-01-31: 2 of 6, deleted 0, missing 2; 2 NO_LOAN ; 3 NO_LOAN ; 4 NO_DOFD ON; 5 OTHER_PERSON PAID; 7 TWICE WAIT\n"
	nothing := func(name, got, want string) {
		t.Helper()
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if n := m.row(`SELECT concat((SELECT count(*) FROM bureau_file), (SELECT count(*) FROM tradeline), (SELECT count(*) FROM file_page))`); n != "000" {
			t.Errorf("%s left %s rows", name, n)
		}
		if entries, err := os.ReadDir(filepath.Join(m.dir, bureau.BoardedDir)); err == nil && len(entries) != 0 {
			t.Errorf("%s left files: %v", name, entries)
		}
	}
	nothing("too many", m.board(nil, bad), listed+"board for program P1: given.txt: too many of its records fit no loan: 4 of 6")
	whole, err := os.ReadFile(bad)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.txt")
	m.write(cut, whole[:bytes.LastIndex(whole[:len(whole)-1], []byte("\n"))+1])
	nothing("cut", m.board(nil, cut), "it has no trailer: it may have been cut")
	m.write(cut, append(bytes.Clone(whole[:bytes.IndexByte(whole, '\n')+1]), whole[bytes.LastIndex(whole[:len(whole)-1], []byte("\n"))+1:]...))
	nothing("cut in the middle", m.board(nil, cut), "its trailer counts 6 records, it has 0")
	m.write(cut, []byte("a text\n"))
	nothing("a text", m.board(nil, cut), "does not begin with the header of a Metro 2 file")
	nothing("no such file", m.board(nil, filepath.Join(t.TempDir(), "none")), "no such file")
	nothing("no program", m.board(func(b *bureau.Boarding) { b.Program = "P9" }, bad), `there is no program "P9"`)
	nothing("of another day", m.board(nil, l.path(1), l.given(l.path(1), func(h *metro2.Header, _ map[string]*metro2.Record) []*metro2.Record {
		h.ReporterName = "ANOTHER"
		return nil
	})), "another one as of 2026-01-31, was boarded")

	all := func(b *bureau.Boarding) { b.MaxMisfits = 100 }
	if got := m.board(all, bad); got != listed {
		t.Errorf("%s, want %s", got, listed)
	}
	if got := m.board(nil, l.given(l.path(1), func(h *metro2.Header, _ map[string]*metro2.Record) []*metro2.Record {
		h.ActivityDate = 20251231
		return nil
	})); !strings.Contains(got, "and file 1 of 2026-01-31 was boarded before it") {
		t.Errorf("an older one: %s", got)
	}
	// Taken back and boarded again: nothing of the first counts.
	m.change(bureau.Voided)
	if got, want := m.board(all, bad), strings.Replace(listed, "1 as", "2 as", 1); got != want {
		t.Errorf("again: %s, want %s", got, want)
	}
	if _, err := m.replace(1); !errors.Is(err, bureau.ErrState) {
		t.Errorf("a boarded file is made again: %v", err)
	}

	m.night("2026-03-31")
	if got := m.row(`SELECT string_agg(x.reason || ' ' || x.rule, ', ') FROM excluded x JOIN loan l USING (loan) WHERE l.loan_id = 'ON' AND x.file = 3`); got != "QUARANTINED DC11" {
		t.Errorf("ON is left out for %q", got)
	}
	if got := m.row(`SELECT string_agg(code, ', ') FROM run_exception x JOIN loan l USING (loan) WHERE l.loan_id = 'ON'`); got != "NO_DOFD" {
		t.Errorf("ON is listed as %q", got)
	}
	m.db.MustExec(`UPDATE loan SET first_delinquency_on = '2026-03-05' WHERE loan_id = 'ON'; SELECT wake(array_agg(loan), 'given') FROM loan`)
	if _, err := bureau.Change(t.Context(), m.db, bureau.Move{File: 3, To: bureau.Voided, Who: "ada", Why: "given"}, clock()); err != nil {
		t.Fatal(err)
	}
	done, err := m.replace(3)
	if err != nil {
		t.Fatal(err)
	}
	if _, records := m.read(done.Path); records["ACCTON"].DateFirstDelinquency != 20260305 {
		t.Errorf("ON with its date: %+v", records["ACCTON"])
	}
}

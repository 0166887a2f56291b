package bureau_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// replace makes a file again.
func (l *lender) replace(file int64) (*bureau.Replacement, error) {
	l.t.Helper()
	return bureau.Files{Dir: l.dir, VendorVersion: "1.0", Vault: book.Vault{Keys: pgtest.Keys()}}.Replace(l.t.Context(), l.db, l.db, file, "ada", "wrong name", clock())
}

// TestReplace: a file that was taken back is made again as of its date, with its deletions and with what is known now; once, and
// not beside a later one.
func TestReplace(t *testing.T) {
	t.Parallel()
	l := newLender(t, "monthly:last", "")
	l.loan("ERR", "", 10)
	l.loan("OK", "", 10)
	l.load()
	l.night("2026-01-31")
	l.entry("ERR", "PAYMENT", "1000.00", "2026-02-10")
	l.add("terminations", "ERR,2026-02-10,,ERRO")
	l.load()
	l.night("2026-02-28")
	l.night("2026-03-05")
	if _, err := l.replace(2); !errors.Is(err, bureau.ErrState) {
		t.Errorf("a file that counts: %v", err)
	}
	l.change(bureau.Voided)

	l.entry("OK", "PAYMENT", "50.00", "2026-02-15") // known only now
	l.extract["programs"] = strings.Replace(l.extract["programs"], "EXAMPLE", "RIGHT", 1)
	l.load()
	done, err := l.replace(2)
	if err != nil {
		t.Fatal(err)
	}
	want := &bureau.Replacement{New: bureau.Generation{File: 3, Records: 2, Deletions: 1}, Before: bureau.Generation{File: 2, Records: 2, Deletions: 1},
		Path: filepath.Join(l.dir, "metro2-P1-3-20260228.txt")}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Error(diff)
	}
	header, records := l.read(done.Path)
	if header.ReporterName != "RIGHT LENDING" || header.ActivityDate != 20260228 || header.DateCreated != 20260305 {
		t.Errorf("header %+v", header)
	}
	if got := records["ACCTERR"].AccountStatus; got != "DA" {
		t.Errorf("ERR is %s, want DA again", got)
	}
	if got := records["ACCTOK"].ActualPayment; got != 50 {
		t.Errorf("OK paid %d, want 50", got)
	}
	if got := l.row(`SELECT concat_ws(' ', f.state, f.made_by, e.state, e.who, e.why) FROM bureau_file f JOIN bureau_file_event e USING (file) WHERE f.file = 3`); got !=
		"GENERATED ada GENERATED ada replaces file 2: wrong name" {
		t.Errorf("the ledger says %s", got)
	}
	if got := l.row(`SELECT string_agg(file || ' ' || live, ', ' ORDER BY file) FROM deletion`); got != "2 false, 3 true" {
		t.Errorf("deletions %s", got)
	}
	if _, err := l.replace(2); !errors.Is(err, bureau.ErrCounted) || !strings.Contains(err.Error(), "file 3") {
		t.Errorf("a second time: %v", err)
	}
	m := bureau.Move{File: 3, To: bureau.Released, Who: "ada", Why: "because", Acknowledged: []string{bureau.AllWarnings}, Authority: batch.Authority{FourEyes: true}}
	if _, err := bureau.Change(t.Context(), l.db, m, clock()); !errors.Is(err, batch.ErrFourEyes) {
		t.Errorf("released by who made it: %v", err)
	}
	m.Who = "test" // who ran the night
	if _, err := bureau.Change(t.Context(), l.db, m, clock()); err != nil {
		t.Errorf("released by another: %v", err)
	}

	march := `2026-03-31 after 2026-02-28 made 2026-03-31 cycle "": OK=11 "" paid 0`
	if diff := cmp.Diff([]string{march}, l.night("2026-03-31")); diff != "" {
		t.Errorf("the next month goes on from it (-want +got):\n%s", diff)
	}
	m = bureau.Move{File: 3, To: bureau.Voided, Who: "ada", Why: "because"}
	if effect, err := bureau.Change(t.Context(), l.db, m, clock()); err != nil || !cmp.Equal(effect.Later, []int64{4}) {
		t.Errorf("voided: %+v, %v", effect, err)
	}
	if _, err := l.replace(3); !errors.Is(err, bureau.ErrCounted) || !strings.Contains(err.Error(), "file 4, as of 2026-03-31, is GENERATED") {
		t.Errorf("beside a later one: %v", err)
	}
	if _, err := l.replace(9); !errors.Is(err, bureau.ErrNoFile) {
		t.Errorf("file 9: %v", err)
	}
}

// TestReplaceLeavesNothing: a replacement that cannot be made changes nothing, and can be made when what hindered it is gone.
func TestReplaceLeavesNothing(t *testing.T) {
	t.Parallel()
	l := newLender(t, "monthly:last", "")
	l.loan("OK", "", 10)
	l.load()
	l.night("2026-01-31")
	l.change(bureau.Voided)
	all := `SELECT concat_ws(' ', (SELECT count(*) FROM bureau_file), (SELECT count(*) FROM tradeline), (SELECT count(*) FROM file_page))`
	before := l.row(all)
	name := filepath.Join(l.dir, "metro2-P1-2-20260131.txt")
	if err := os.MkdirAll(filepath.Join(name, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := l.replace(1); err == nil {
		t.Error("it was made over a folder")
	}
	if after := l.row(all); after != before {
		t.Errorf("left behind: %s, before %s", after, before)
	}
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
	book, err := batch.LockBook(t.Context(), l.db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.replace(1); !errors.Is(err, batch.ErrLocked) {
		t.Errorf("beside a night: %v", err)
	}
	book.Release()
	if _, err := l.db.Exec(`UPDATE run SET state = 'STOPPED', stopped_because = 'a test', finished_at = NULL`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.replace(1); !errors.Is(err, batch.ErrUnfinished) {
		t.Errorf("beside a stopped night: %v", err)
	}
	if _, err := l.db.Exec(`UPDATE run SET state = 'CLOSED', stopped_because = NULL, finished_at = now()`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.replace(1); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(l.dir); err != nil || len(left) != 2 {
		t.Errorf("the folder holds %v, %v; want the file and the voided one's folder", left, err)
	}
}

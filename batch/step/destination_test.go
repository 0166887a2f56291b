package step_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
)

const destinationHeader = "program_id,destination,innovis_id,equifax_id,experian_id,transunion_id,ends_on\n"

// severally is a book of a program with two destinations.
func severally(loans ...string) extract {
	e := book()
	for _, id := range loans {
		e.loan(id)
	}
	e["destinations"] = destinationHeader + "P1,east,,EQ00000009,,TU00000009,\nP1,west,IN00000009,,,,\n"
	return e
}

// cancel lets loans be paid off on 2026-06-10 and terminated for a reason.
func (e extract) cancel(reason string, loans ...string) {
	if e["terminations"] == "" {
		e["terminations"] = "loan_id,terminated_on,source,reason\n"
	}
	for _, id := range loans {
		e.entry(id, "PAYMENT", "1000.00", "2026-06-10", "")
		e.add("terminations", "%s,2026-06-10,,%s", id, reason)
	}
}

// told says what the files of a night tell of their accounts: "east: ERR=DA OK=11".
func told(t testing.TB, db *sqlx.DB, s *batch.Summary) []string {
	t.Helper()
	said := make([]string, 0, len(s.Files))
	for _, f := range s.Files {
		var line []string
		err := db.Select(&line, `SELECT substr(account_number, 5) || '=' || account_status FROM tradeline WHERE file = $1 ORDER BY account_number`, f.File)
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, strings.Join(append([]string{f.Destination + ":"}, line...), " "))
		if on := records(t, f.Path); len(on) != len(line) {
			t.Errorf("file %d holds %d records, the ledger says %d", f.File, len(on), len(line))
		}
	}
	return said
}

// header reads the header of a file.
func header(t testing.TB, path string) metro2.Header {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	item, err := metro2.NewReader(bytes.NewReader(text)).Next()
	if err != nil || item.Header == nil {
		t.Fatalf("%s has no header: %v", path, err)
	}
	return *item.Header
}

// dataOf is a file without its header.
func dataOf(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\r\n")
	return rest
}

// BR1, DC6, DC7: a program with several destinations has a file for each, with its own header and its own sent ledger. Each deletion
// goes out once to each; a file that is voided gives its deletions back there alone. A destination that is added starts with no
// past: it is told nothing of an account that was cancelled before. One that has ended gets no file any more, and keeps its ledger.
func TestDestinations(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := severally("ERR", "FRD", "OK")
	e.load(t, db)

	may := night(t, db, dir, "2026-05-31")
	if diff := cmp.Diff([]string{"east: ERR=11 FRD=11 OK=11", "west: ERR=11 FRD=11 OK=11"}, told(t, db, may)); diff != "" {
		t.Errorf("May (-want +got):\n%s", diff)
	}
	east, west := header(t, may.Files[0].Path), header(t, may.Files[1].Path)
	if east.EquifaxID != "EQ00000009" || east.TransUnionID != "TU00000009" || east.InnovisID != "" || east.ExperianID != "" {
		t.Errorf("east's header %+v", east)
	}
	if west.InnovisID != "IN00000009" || west.EquifaxID != "" || west.ReporterName != east.ReporterName {
		t.Errorf("west's header %+v", west)
	}
	if dataOf(t, may.Files[0].Path) != dataOf(t, may.Files[1].Path) {
		t.Error("May's files differ beyond their headers")
	}
	names := []string{filepath.Base(may.Files[0].Path), filepath.Base(may.Files[1].Path)}
	if diff := cmp.Diff([]string{"metro2-P1-east-1-20260531.txt", "metro2-P1-west-2-20260531.txt"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}

	e.cancel("ERRO", "ERR")
	e.cancel("FRAD", "FRD")
	e.load(t, db)
	june := night(t, db, dir, "2026-06-30")
	if diff := cmp.Diff([]string{"east: ERR=DA FRD=DF OK=11", "west: ERR=DA FRD=DF OK=11"}, told(t, db, june)); diff != "" {
		t.Errorf("June (-want +got):\n%s", diff)
	}
	effect, err := bureau.Change(t.Context(), db, bureau.Move{File: june.Files[1].File, To: bureau.Voided, Who: "test", Why: "wrong header"}, clock())
	if err != nil || effect.Deletions != 2 {
		t.Fatalf("voiding west's file of June: %+v, %v; want its two deletions given back", effect, err)
	}

	e["destinations"] += "P1,north,,,EX009,,\n"
	e.load(t, db)
	july := night(t, db, dir, "2026-07-31")
	if diff := cmp.Diff([]string{"east: OK=71", "north: OK=71", "west: ERR=DA FRD=DF OK=71"}, told(t, db, july)); diff != "" {
		t.Errorf("July (-want +got):\n%s", diff)
	}
	left := func(file int64) string {
		var list []string
		if err := db.Select(&list, `SELECT l.loan_id || ' ' || x.reason FROM excluded x JOIN loan l USING (loan) WHERE x.file = $1 ORDER BY 1`, file); err != nil {
			t.Fatal(err)
		}
		return strings.Join(list, ", ")
	}
	if got := left(july.Files[0].File); got != "ERR ALREADY_DELETED, FRD ALREADY_DELETED" {
		t.Errorf("east leaves out %s", got)
	}
	if got := left(july.Files[1].File); got != "ERR NEVER_REPORTED, FRD NEVER_REPORTED" {
		t.Errorf("north leaves out %s", got)
	}
	if east, north := records(t, july.Files[0].Path)["ACCTOK"], records(t, july.Files[1].Path)["ACCTOK"]; east.PaymentHistory[:3] != "00B" || north.PaymentHistory[:3] != "00B" {
		t.Errorf("histories: east %q, north %q, want the months that the ledger proves", east.PaymentHistory, north.PaymentHistory)
	}
	if west := records(t, july.Files[2].Path)["ACCTOK"]; west.PaymentHistory[:3] != "D0B" {
		t.Errorf("west's history %q, want D for the month of the voided file", west.PaymentHistory)
	}

	e["destinations"] = strings.Replace(e["destinations"], "TU00000009,\n", "TU00000009,2026-07-31\n", 1)
	e.load(t, db)
	august := night(t, db, dir, "2026-08-31")
	if diff := cmp.Diff([]string{"north: OK=78", "west: OK=78"}, told(t, db, august)); diff != "" {
		t.Errorf("August (-want +got):\n%s", diff)
	}
	var live []string
	err = db.Select(&live, `SELECT d.name || ' ' || l.loan_id || ' ' || x.code || ' ' || x.file FROM deletion x
		JOIN destination d USING (destination) JOIN loan l USING (loan) WHERE x.live ORDER BY 1`)
	want := []string{"east ERR DA 3", "east FRD DF 3", "west ERR DA 7", "west FRD DF 7"}
	if diff := cmp.Diff(want, live); diff != "" || err != nil {
		t.Errorf("deletions that count (-want +got):\n%s%v", diff, err)
	}
	if n := count(t, db, `SELECT count(*) FROM run_exception`); n != 0 {
		t.Errorf("%d exceptions", n)
	}
}

// A program that gets a list of destinations keeps the past of the one that it had, which has the name bureaus; its file is the same
// byte for byte as long as it is the only one. A list without it is refused: its files would stop without a word.
func TestDestinationThatWasThere(t *testing.T) {
	t.Parallel()
	e := book()
	e.loan("ERR")
	e.loan("OK")
	alone, one, two := pgtest.New(t), pgtest.New(t), pgtest.New(t)
	dirs := map[*sqlx.DB]string{alone: t.TempDir(), one: t.TempDir(), two: t.TempDir()}
	for db, dir := range dirs {
		e.load(t, db)
		night(t, db, dir, "2026-05-31")
	}
	e.cancel("ERRO", "ERR")
	listed := map[*sqlx.DB]string{alone: "", one: "P1,bureaus,,EQ00000001,,,\n", two: "P1,west,IN00000009,,,,\nP1,bureaus,,EQ00000001,,,\n"}
	files := map[*sqlx.DB]*batch.Summary{}
	for db, dir := range dirs {
		own := maps.Clone(e)
		if listed[db] != "" {
			own["destinations"] = destinationHeader + listed[db]
		}
		own.load(t, db)
		files[db] = night(t, db, dir, "2026-06-30")
	}
	own := maps.Clone(e)
	own["destinations"] = destinationHeader + "P1,west,IN00000009,,,,\n"
	into := t.TempDir()
	own.writeTo(t, into)
	_, err := intake.Import(t.Context(), alone, intake.Options{Dir: into, Now: clock, Direct: alone, Vault: vault})
	refused, is := errors.AsType[*intake.RefusedError](err)
	if !is || refused.File != "destinations.csv" || len(refused.Rejects) != 1 ||
		!strings.HasPrefix(refused.Rejects[0].Reason, "files of the program go to destination bureaus and would stop") {
		t.Errorf("a list without the destination that has files: %v, %+v", err, refused)
	}
	if diff := cmp.Diff(fileHashes(t, dirs[alone]), fileHashes(t, dirs[one])); diff != "" {
		t.Errorf("listed alone (-without a list +with):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bureaus: ERR=DA OK=11", "west: OK=11"}, told(t, two, files[two])); diff != "" {
		t.Errorf("beside another (-want +got):\n%s", diff)
	}
	if got, want := dataOf(t, files[two].Files[0].Path), dataOf(t, files[alone].Files[0].Path); got != want {
		t.Error("the records of bureaus differ from those of a program with one destination")
	}
	if got := filepath.Base(files[two].Files[0].Path); got != "metro2-P1-bureaus-2-20260630.txt" {
		t.Errorf("name %s", got)
	}
}

// However many workers and chunks make the files of several destinations, their bytes are the same; so are they when the date is
// run again, which makes no new file, and when the file of one destination is made again after it was voided.
func TestDestinationsAreMadeTheSame(t *testing.T) {
	t.Parallel()
	ids := make([]string, 9)
	for i := range ids {
		ids[i] = fmt.Sprintf("L%d", i)
	}
	e := severally(ids...)
	first, second := pgtest.New(t), pgtest.New(t)
	dirs := []string{t.TempDir(), t.TempDir()}
	for i, db := range []*sqlx.DB{first, second} {
		own := maps.Clone(e)
		own.load(t, db)
		r := runner(db, dirs[i])
		if i == 1 {
			r.Workers, r.ChunkSize = 1, 100
		}
		for _, date := range []string{"2026-05-31", "2026-06-30", "2026-07-31"} {
			if date == "2026-06-30" {
				own.cancel("ERRO", "L1", "L2")
				own.load(t, db)
			}
			if _, err := through(r, day(date)); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := fileHashes(t, dirs[0])
	if diff := cmp.Diff(want, fileHashes(t, dirs[1])); diff != "" || len(want) != 6 {
		t.Errorf("%d files; one worker's differ (-two +one):\n%s", len(want), diff)
	}
	again(t, first, dirs[0], "2026-07-31")
	if diff := cmp.Diff(want, fileHashes(t, dirs[0])); diff != "" {
		t.Errorf("run again with the same data (-want +got):\n%s", diff)
	}

	if _, err := bureau.Change(t.Context(), second, bureau.Move{File: 6, To: bureau.Voided, Who: "test", Why: "wrong"}, clock()); err != nil {
		t.Fatal(err)
	}
	before := dataOf(t, filepath.Join(dirs[1], "metro2-P1-east-5-20260731.txt"))
	done, err := bureau.Files{Dir: dirs[1], VendorVersion: "1.0", Vault: vault}.Replace(t.Context(), second, second, 6, "test", "wrong", clock())
	if err != nil || filepath.Base(done.Path) != "metro2-P1-west-7-20260731.txt" || dataOf(t, done.Path) != before {
		t.Errorf("west's file made again: %+v, %v", done, err)
	}
	if got := header(t, done.Path); got.InnovisID != "IN00000009" || got.EquifaxID != "" {
		t.Errorf("its header %+v", got)
	}
}

// Another attempt at a date makes anew, of the files of several destinations, those that differ and were not sent; a destination that
// was added since gets its first one.
func TestDestinationsAgain(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := severally("ERR", "OK")
	e.load(t, db)
	night(t, db, dir, "2026-06-30")
	sent := night(t, db, dir, "2026-07-31").Files[0] // east's
	for _, to := range []bureau.State{bureau.Released, bureau.Transmitted} {
		m := bureau.Move{File: sent.File, To: to, Who: "test", Why: "because", Acknowledged: []string{bureau.AllWarnings}}
		if _, err := bureau.Change(t.Context(), db, m, clock()); err != nil {
			t.Fatal(err)
		}
	}
	e.cancel("ERRO", "ERR")
	e["destinations"] += "P1,north,,,EX009,,\n"
	e.load(t, db)
	if got, want := told(t, db, again(t, db, dir, "2026-07-31")), []string{"north: OK=71", "west: ERR=DA OK=71"}; !slices.Equal(got, want) {
		t.Errorf("the attempt made %q, want %q", got, want)
	}
	var outcomes []string
	err := db.Select(&outcomes, `SELECT d.name || ' ' || x.outcome || coalesce(' ' || x.new_file, '') FROM run_file x
		JOIN bureau_file f USING (file) JOIN destination d USING (destination) ORDER BY 1`)
	if want := []string{"east SENT", "west REPLACED 6"}; err != nil || !slices.Equal(outcomes, want) {
		t.Errorf("outcomes %q, %v; want %q", outcomes, err, want)
	}
	august := night(t, db, dir, "2026-08-31")
	if diff := cmp.Diff([]string{"east: ERR=DA OK=78", "north: OK=78", "west: OK=78"}, told(t, db, august)); diff != "" {
		t.Errorf("August (-want +got):\n%s", diff)
	}
}

// A night that makes the files of several dates for several programs tells each file what the ones before it said, whatever the
// order of their numbers.
func TestSeveralDatesOfSeveralPrograms(t *testing.T) {
	t.Parallel()
	e := book()
	e.loan("A")
	e.loan("B")
	e["programs"] += "P2,LENDER02,OTHER LENDING,1 MAIN ST SPRINGFIELD IL 62701,EQ00000002,monthly:last\n"
	e["loans"] = strings.Replace(e["loans"], "B,PL,P1", "B,PL,P2", 1)
	apart, at := pgtest.New(t), pgtest.New(t)
	for _, db := range []*sqlx.DB{apart, at} {
		e.load(t, db)
	}
	dir := t.TempDir()
	for _, date := range []string{"2026-05-31", "2026-06-30", "2026-07-31"} {
		night(t, apart, dir, date)
	}
	dir = t.TempDir()
	night(t, at, dir, "2026-05-31")
	night(t, at, dir, "2026-07-31")
	const histories = `SELECT l.loan_id || ' ' || t.as_of || ' ' || t.account_status || ' ' || t.payment_history
		FROM tradeline t JOIN loan l USING (loan) ORDER BY 1`
	var want, got []string
	for db, lines := range map[*sqlx.DB]*[]string{apart: &want, at: &got} {
		if err := db.Select(lines, histories); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 6 {
		t.Errorf("three nights against two (-three +two):\n%s", diff)
	}
}

// send takes a file to where it is sent.
func send(t testing.TB, db *sqlx.DB, file int64) {
	t.Helper()
	for _, to := range []bureau.State{bureau.Released, bureau.Transmitted} {
		m := bureau.Move{File: file, To: to, Who: "test", Why: "because", Acknowledged: []string{bureau.AllWarnings}}
		if _, err := bureau.Change(t.Context(), db, m, clock()); err != nil {
			t.Fatal(err)
		}
	}
}

// Q79, BR11: a deletion that one destination refused singly is given back there alone, and answered by that destination's next file.
func TestDestinationRefusesDeletion(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := severally("ERR", "OK")
	e.load(t, db)
	night(t, db, dir, "2026-05-31")
	e.cancel("ERRO", "ERR")
	e.load(t, db)
	june := night(t, db, dir, "2026-06-30").Files
	for _, f := range june {
		send(t, db, f.File)
	}
	refused := []bureau.Answer{{AccountNumber: "ACCTERR", Outcome: bureau.RecordRefused, Code: "E07"}}
	by := bureau.Received{On: day("2026-07-05"), Owner: "ada", Who: "ada", Now: clock()}
	if done, err := bureau.RecordAnswers(t.Context(), db, june[0].File, refused, by); err != nil || done.Deletions != 1 {
		t.Fatalf("%+v, %v; want one deletion given back", done, err)
	}
	july := night(t, db, dir, "2026-07-31")
	if diff := cmp.Diff([]string{"east: ERR=DA OK=71", "west: OK=71"}, told(t, db, july)); diff != "" {
		t.Errorf("July (-want +got):\n%s", diff)
	}
	if got := records(t, july.Files[0].Path)["ACCTERR"].ActualPayment; got != 1000 {
		t.Errorf("east is told of %d paid, want 1000 again (Q23)", got)
	}
	for i := range 2 { // west's file first: it answers nothing of east
		send(t, db, july.Files[1-i].File)
		if n := count(t, db, `SELECT count(*) FROM answer WHERE state = 'OPEN'`); n != 1-i {
			t.Errorf("after %d files of July were sent %d answers are open, want %d", i+1, n, 1-i)
		}
	}
	august := night(t, db, dir, "2026-08-31")
	if diff := cmp.Diff([]string{"east: OK=78", "west: OK=78"}, told(t, db, august)); diff != "" {
		t.Errorf("August (-want +got):\n%s", diff)
	}
}

// BR9: a correction locks its field at every destination, each by what is decided there; it has ended when it has ended at all of
// them, and lasts again where the file with which it ended does not count.
func TestDestinationsCorrected(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := severally("OK")
	e.load(t, db)
	night(t, db, dir, "2026-05-31")
	e["destinations"] += "P1,north,,,EX009,,\n"
	e.load(t, db)
	night(t, db, dir, "2026-06-30")
	night(t, db, dir, "2026-07-31") // 71: late by the cycle of June
	if _, err := bureau.Change(t.Context(), db, bureau.Move{File: 8, To: bureau.Voided, Who: "test", Why: "wrong"}, clock()); err != nil {
		t.Fatal(err)
	}
	correct := func(field, value string) {
		t.Helper()
		n := bureau.NewCorrection{
			LoanID: "OK", Fields: []bureau.CorrectedField{{Field: field, Value: value}}, Reason: "wrong", Evidence: "letter",
			Source: "AUD", Who: "robin", Approver: "kim", Now: clock(), Vault: vault,
		}
		if added, err := bureau.AddCorrection(t.Context(), db, n); err != nil || len(added) != 1 {
			t.Fatalf("correct %s: %+v, %v", field, added, err)
		}
	}
	correct("21", "900")
	correct("18", "11"+strings.Repeat("B", 22)) // west's July is D, as its file was voided
	august := night(t, db, dir, "2026-08-31")
	for _, f := range august.Files {
		if got := records(t, f.Path)["ACCTOK"]; got.CurrentBalance != 900 || got.PaymentHistory[:3] != "11B" {
			t.Errorf("August, %s: balance %d, history %q; want those of the corrections", f.Destination, got.CurrentBalance, got.PaymentHistory)
		}
	}
	if n := count(t, db, `SELECT count(*) FROM run_exception WHERE code = 'CORRECTION_HELD'`); n != 0 {
		t.Errorf("%d accounts are held by their corrections", n)
	}

	e.entry("OK", "PAYMENT", "50.00", "2026-09-10", "")
	e.load(t, db)
	september := night(t, db, dir, "2026-09-30")
	state := func() string {
		t.Helper()
		var line string
		err := db.Get(&line, `SELECT concat_ws(' ', c.state, c.ended_file, (SELECT string_agg(d.name || ' ' || coalesce(x.ended_file, 0), ', ' ORDER BY d.name)
			FROM correction_at x JOIN destination d USING (destination) WHERE x.correction = c.correction)) FROM correction c WHERE field = 'current_balance'`)
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	if got, want := state(), "ENDED 14 east 12, north 13, west 14"; got != want {
		t.Errorf("after September's payment: %s, want %s", got, want)
	}
	effect, err := bureau.Change(t.Context(), db, bureau.Move{File: september.Files[0].File, To: bureau.Voided, Who: "test", Why: "wrong"}, clock())
	if got, want := state(), "LIVE east 0, north 13, west 14"; got != want || err != nil || effect.Restored != 1 {
		t.Errorf("east's file was voided: %s, %+v, %v; want %s", got, effect, err, want)
	}
	october := night(t, db, dir, "2026-10-31")
	for _, f := range october.Files {
		if got := records(t, f.Path)["ACCTOK"].CurrentBalance; got != 950 {
			t.Errorf("October, %s: balance %d, want 950", f.Destination, got)
		}
	}
	if got, want := state(), "ENDED 15 east 15, north 13, west 14"; got != want {
		t.Errorf("October: %s, want %s", got, want)
	}
}

// CA1: what a case changed stays on the review list as long as the file of one destination that tells of it counts.
func TestDestinationsReviewed(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := severally("OK", "SAFE")
	e["cases"] = "case_id,type,status,opened_on,acknowledged\nK1,DISPUTE,OPEN,2026-05-10,true\nK2,IDENTITY_THEFT,OPEN,2026-05-10,true\n"
	e["case_parties"] = "case_id,customer_id,loan_id\nK1,,OK\nK2,,SAFE\n"
	e.load(t, db)
	night(t, db, dir, "2026-05-31")
	const listed = `SELECT coalesce(string_agg(c.case_id || ' ' || c.change || ' ' || c.file, ', ' ORDER BY c.case_id, c.change), '')
		FROM case_change c JOIN bureau_file f USING (file) WHERE f.state NOT IN ('VOIDED', 'REJECTED')`
	for file, want := range []string{"K1 compliance 1, K2 left_out 1", "K1 compliance 2, K2 left_out 2", ""} {
		if file > 0 {
			if _, err := bureau.Change(t.Context(), db, bureau.Move{File: int64(file), To: bureau.Voided, Who: "test", Why: "wrong"}, clock()); err != nil {
				t.Fatal(err)
			}
		}
		var got string
		if err := db.Get(&got, listed); err != nil || got != want {
			t.Errorf("after %d files were voided: %q, %v; want %q", file, got, err, want)
		}
	}
}

// A night that makes the files of several destinations and is killed goes on to the same tables and files.
func TestKilledNightOfDestinations(t *testing.T) {
	t.Parallel()
	book := crashBook()
	book["destinations"] = destinationHeader + "P1,east,,EQ00000009,,,\nP1,west,IN00000009,,,,\n"
	book["terminations"] = "loan_id,terminated_on,source,reason\nL1,2026-08-14,,ERRO\n"
	undisturbed, url := freshBook(t, book)
	dir := t.TempDir()
	counting, points := openCounting(t, url, 0)
	night(t, counting, dir, "2026-08-31")
	tables, files := fingerprint(t, undisturbed), fileHashes(t, dir)
	if n := count(t, undisturbed, `SELECT count(*) FROM deletion WHERE live AND code = 'DA'`); n != 2 || len(files) != 4 {
		t.Fatalf("%d deletions, %d files", n, len(files))
	}
	for _, part := range []int64{55, 75, 90} { // of a hundred: the export comes last
		db, url := freshBook(t, book)
		dir := t.TempDir()
		killNight(t, url, dir, points.Load()*part/100)
		if _, err := runner(db, dir).Run(t.Context(), day("2026-08-31")); err != nil && !errors.Is(err, batch.ErrClosed) {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tables, fingerprint(t, db)); diff != "" {
			t.Errorf("killed at %d%%: tables differ (-undisturbed +killed):\n%s", part, diff)
		}
		if diff := cmp.Diff(files, fileHashes(t, dir)); diff != "" {
			t.Errorf("killed at %d%%: files differ (-undisturbed +killed):\n%s", part, diff)
		}
	}
}

// A loan that comes to another program keeps its past at the destination of the same name, else at the one that its program had first:
// its deletion goes out there, once.
func TestDestinationOfLoanThatChangesProgram(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to string // destinations of P1 and of P2
		want     []string
	}{
		"to several": {"", "P2,bureaus,,EQ2,,,\nP2,west,IN2,,,,\n", []string{"bureaus: STAYS=DA", "bureaus: ERR=DA OK=71", "west: ERR=DA OK=71"}},
		"to one":     {"P1,west,IN1,,,,\nP1,north,,EQ1,,,\n", "", []string{"north: STAYS=DA", "west: STAYS=DA", "bureaus: ERR=DA OK=71"}},
		"of the same name, beside one whose files did not count": {
			"P1,east,,EQ1,,,\nP1,west,IN1,,,,\n", "P2,west,IN2,,,,\n", []string{"east:", "west: STAYS=DA", "west: ERR=DA OK=71"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, dir := pgtest.New(t), t.TempDir()
			e := book()
			for _, id := range []string{"ERR", "OK", "STAYS"} {
				e.loan(id)
			}
			e["programs"] += "P2,LENDER02,OTHER LENDING,1 MAIN ST SPRINGFIELD IL 62701,EQ00000002,monthly:last\n"
			e["destinations"] = destinationHeader + c.from + c.to
			e.load(t, db)
			night(t, db, dir, "2026-05-31")
			night(t, db, dir, "2026-06-30")
			var east []int64
			if err := db.Select(&east, `SELECT file FROM bureau_file JOIN destination d USING (destination) WHERE d.name = 'east'`); err != nil {
				t.Fatal(err)
			}
			for _, file := range east {
				if _, err := bureau.Change(t.Context(), db, bureau.Move{File: file, To: bureau.Voided, Who: "test", Why: "wrong"}, clock()); err != nil {
					t.Fatal(err)
				}
			}
			for _, id := range []string{"ERR", "OK"} {
				e["loans"] = strings.Replace(e["loans"], id+",PL,P1", id+",PL,P2", 1)
			}
			e.cancel("ERRO", "ERR", "STAYS")
			e.load(t, db)
			july := night(t, db, dir, "2026-07-31")
			if diff := cmp.Diff(c.want, told(t, db, july)); diff != "" {
				t.Errorf("July (-want +got):\n%s", diff)
			}
			august := strings.Join(told(t, db, night(t, db, dir, "2026-08-31")), "; ")
			if strings.Contains(august, "DA") || !strings.Contains(august, "OK=78") {
				t.Errorf("August says %s", august)
			}
			history := records(t, july.Files[len(july.Files)-1].Path)["ACCTOK"].PaymentHistory
			if history[:3] != "00B" {
				t.Errorf("history %q, want that of the program before", history)
			}
		})
	}
}

// A brake of files stops a night for one destination, by its name, and is accepted for it alone.
func TestDestinationBrakes(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	ids := make([]string, 12)
	for i := range ids {
		ids[i] = fmt.Sprintf("L%02d", i)
	}
	e := severally(ids...)
	e.load(t, db)
	r := braking(t, db, dir)
	r.Limits = batch.Limits{}
	if err := r.Limits.Set("deleted=0.5%,3"); err != nil {
		t.Fatal(err)
	}
	if _, err := through(r, day("2026-05-31")); err != nil {
		t.Fatal(err)
	}
	e.cancel("ERRO", ids[:5]...)
	e.load(t, db)
	_, err := through(r, day("2026-06-30"))
	var braked *batch.BrakedError
	if !errors.As(err, &braked) || len(braked.Brakes) != 2 {
		t.Fatalf("got %v, want it braked twice", err)
	}
	for i, want := range []string{"deleted of P1/east as of 2026-06-30 5 (at most 3; before: 0)", "deleted of P1/west as of 2026-06-30 5 (at most 3; before: 0)"} {
		if got := braked.Brakes[i].String(); got != want {
			t.Errorf("brake %d is %q, want %q", i, got, want)
		}
	}
}

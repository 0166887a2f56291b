package step_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// again runs a date once more and fails the test on an error.
func again(t testing.TB, db *sqlx.DB, dir, date string) *batch.Summary {
	t.Helper()
	summary, err := runner(db, dir).Again(t.Context(), day(date))
	if err != nil {
		t.Fatalf("night %s again: %v", date, err)
	}
	return summary
}

// lateBook is a book whose lender's news came after the night of 2026-07-31: what the night knew, and what came. LATE and GONE
// had paid, PAID's payment had bounced, ERR is cancelled for error. DEL is deleted either way, BAD delinquent either way.
func lateBook() (known, news extract) {
	known = book()
	for _, id := range []string{"BAD", "DEL", "ERR", "GONE", "LATE", "OK", "PAID"} {
		known.loan(id)
	}
	known.entry("OK", "PAYMENT", "500.00", "2026-06-10", "")
	known.entry("DEL", "PAYMENT", "1000.00", "2026-06-10", "")
	paid := known.entry("PAID", "PAYMENT", "1000.00", "2026-07-10", "")
	known["terminations"] = "loan_id,terminated_on,source,reason\n"
	news = maps.Clone(known)
	news.entry("LATE", "PAYMENT", "200.00", "2026-06-15", "")
	news.entry("GONE", "PAYMENT", "1000.00", "2026-06-15", "")
	news.entry("PAID", "REVERSAL", "1000.00", "2026-07-12", paid)
	news.entry("ERR", "PAYMENT", "1000.00", "2026-06-15", "")
	known.add("terminations", "DEL,2026-07-05,,ERRO")
	news.add("terminations", "DEL,2026-07-05,,ERRO")
	news.add("terminations", "ERR,2026-07-05,,ERRO")
	return known, news
}

// throughJuly runs the nights of June and July with what a book knew in each.
func throughJuly(t *testing.T, june, july extract) (db *sqlx.DB, dir string) {
	t.Helper()
	return twoNights(t, june, july, "2026-06-30", "2026-07-31")
}

// twoNights runs two nights with what a book knew in each; in the first it knew of no terminations.
func twoNights(t *testing.T, first, second extract, one, two string) (db *sqlx.DB, dir string) {
	t.Helper()
	db, dir = pgtest.New(t), t.TempDir()
	first = maps.Clone(first)
	delete(first, "terminations")
	first.load(t, db)
	night(t, db, dir, one)
	second.load(t, db)
	night(t, db, dir, two)
	return db, dir
}

// A date that is run again after its news have come leaves the book and the files as one night with all of them would have, down
// to the bytes of this month's file and the next one's. What did not differ is not written. The file that was not sent becomes
// VOIDED and is moved aside; its deletions are in the new one, and nowhere else.
func TestAgain(t *testing.T) {
	t.Parallel()
	known, news := lateBook()
	twin, twinDir := throughJuly(t, known, news)
	db, dir := throughJuly(t, known, known)
	if got := status(t, db, "PAID") + " " + status(t, db, "LATE"); got != "CLOSED::PAID_OFF SUSPENDED::DELINQUENT" {
		t.Fatalf("before the news PAID and LATE are %s", got)
	}
	news.load(t, db)
	summary := again(t, db, dir, "2026-07-31")
	if summary.Attempt != 2 || summary.Run != 3 || summary.State != "CLOSED" || len(summary.Files) != 1 {
		t.Errorf("got attempt %d, run %d, %s, %d files", summary.Attempt, summary.Run, summary.State, len(summary.Files))
	}
	for _, id := range []string{"BAD", "DEL", "ERR", "GONE", "LATE", "OK", "PAID"} {
		if got, want := status(t, db, id), status(t, twin, id); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
	states := "SELECT string_agg(concat_ws(' ', k.loan_id, s.status, s.status_since, s.closed_on, s.count_from, s.reopened_on, s.charged_off_on), E'\\n' ORDER BY k.loan_id) FROM loan_state s JOIN loan_key k USING (loan)"
	var got, want string
	if err := errors.Join(db.Get(&got, states), twin.Get(&want, states)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states differ from those of one night (-one night +again):\n%s", diff)
	}
	if n := count(t, db, "SELECT count(*) FROM status_history h JOIN loan_key k USING (loan) WHERE h.run = 3 AND k.loan_id IN ('BAD', 'DEL', 'OK')"); n != 0 {
		t.Errorf("%d changes of loans that do not differ were written", n)
	}

	made := fileHashes(t, dir)
	expect := fileHashes(t, twinDir)
	if name := "metro2-P1-%d-20260731.txt"; made[fmt.Sprintf(name, 3)] != expect[fmt.Sprintf(name, 2)] || expect[fmt.Sprintf(name, 2)] == "" {
		t.Errorf("the new file is not that of one night: %v, %v", made, expect)
	}
	if _, err := os.Stat(filepath.Join(dir, "voided", "metro2-P1-2-20260731.txt")); err != nil {
		t.Errorf("the file that was replaced: %v", err)
	}
	if _, there := made["metro2-P1-2-20260731.txt"]; there || len(made) != 2 {
		t.Errorf("the folder has %v", made)
	}
	var files string
	if err := db.Get(&files, "SELECT string_agg(file || ' ' || state, ', ' ORDER BY file) FROM bureau_file"); err != nil || files != "1 GENERATED, 2 VOIDED, 3 GENERATED" {
		t.Errorf("files are %s, %v", files, err)
	}
	deletions := "SELECT count(*) FROM deletion d JOIN loan_key k USING (loan) WHERE d.live AND d.file = 3 AND k.loan_id = $1"
	for _, id := range []string{"DEL", "ERR"} {
		if n := count(t, db, deletions, id); n != 1 {
			t.Errorf("%s is deleted %d times by the new file", id, n)
		}
	}
	var differs []string
	err := db.Select(&differs, `SELECT concat_ws(' ', k.loan_id, r.change, r.from_status, r.to_status) FROM run_record r JOIN loan_key k USING (loan) WHERE run = 3 ORDER BY 1`)
	if diff := cmp.Diff([]string{"ERR changed 71 DA", "GONE changed 71 13", "LATE changed 71 11", "PAID changed 13 71"}, differs); diff != "" || err != nil {
		t.Errorf("records that differ, %v (-want +got):\n%s", err, diff)
	}

	night(t, db, dir, "2026-08-31")
	night(t, twin, twinDir, "2026-08-31")
	made, expect = fileHashes(t, dir), fileHashes(t, twinDir)
	if made["metro2-P1-4-20260831.txt"] != expect["metro2-P1-3-20260831.txt"] {
		t.Errorf("the next file is not that after one night: %v, %v", made, expect)
	}
	if n := count(t, db, "SELECT count(*) FROM deletion d JOIN loan_key k USING (loan) WHERE d.live AND k.loan_id IN ('DEL', 'ERR')"); n != 2 {
		t.Errorf("%d deletions count in the end, want 2", n)
	}
}

// With the same data the same bytes come out, and no new generation: nothing is written but the attempt, however often.
func TestAgainSameData(t *testing.T) {
	t.Parallel()
	known, _ := lateBook()
	db, dir := throughJuly(t, known, known)
	tables, files := fingerprint(t, db), fileHashes(t, dir)
	for attempt := 2; attempt < 4; attempt++ {
		known.load(t, db)
		summary := again(t, db, dir, "2026-07-31")
		if summary.Attempt != attempt || len(summary.Files) != 0 {
			t.Errorf("attempt %d made %d files", summary.Attempt, len(summary.Files))
		}
		for _, s := range summary.Steps {
			if s.Changed != 0 {
				t.Errorf("attempt %d: step %s changed %d loans", attempt, s.Step, s.Changed)
			}
		}
		now := fingerprint(t, db)
		for _, table := range []string{"act", "proof_entry", "run", "run_step", "run_chunk", "run_file", "loan_wake"} {
			now[table] = tables[table]
		}
		if diff := cmp.Diff(tables, now); diff != "" {
			t.Errorf("attempt %d: tables differ (-before +after):\n%s", attempt, diff)
		}
		if diff := cmp.Diff(files, fileHashes(t, dir)); diff != "" {
			t.Errorf("attempt %d: files differ (-before +after):\n%s", attempt, diff)
		}
		if n := count(t, db, "SELECT count(*) FROM run_file WHERE run = $1 AND outcome = 'SAME'", summary.Run); n != 1 {
			t.Errorf("attempt %d: %d files are said to be the same", attempt, n)
		}
	}
}

// A file that was sent stays. What differs is listed and goes with the next file; a deletion still goes out once.
func TestAgainAfterSending(t *testing.T) {
	t.Parallel()
	known, news := lateBook()
	db, dir := throughJuly(t, known, known)
	for _, to := range []bureau.State{bureau.Released, bureau.Transmitted} {
		_, err := bureau.Change(t.Context(), db, bureau.Move{File: 2, To: to, Who: "test", Why: "test", Acknowledged: []string{bureau.AllWarnings}}, clock())
		if err != nil {
			t.Fatal(err)
		}
	}
	before := fileHashes(t, dir)
	news.load(t, db)
	summary := again(t, db, dir, "2026-07-31")
	if len(summary.Files) != 0 {
		t.Errorf("it made %d files", len(summary.Files))
	}
	if diff := cmp.Diff(before, fileHashes(t, dir)); diff != "" {
		t.Errorf("files differ (-before +after):\n%s", diff)
	}
	if n := count(t, db, "SELECT count(*) FROM run_file WHERE run = 3 AND file = 2 AND outcome = 'SENT' AND changed = 4 AND added + removed = 0"); n != 1 {
		t.Error("the differences of the file that was sent are not noted")
	}
	if n := count(t, db, "SELECT count(*) FROM run_record WHERE run = 3"); n != 4 {
		t.Errorf("%d records are listed, want 4", n)
	}
	if n := count(t, db, "SELECT count(*) FROM deletion WHERE live"); n != 1 {
		t.Errorf("%d deletions count, want DEL's", n)
	}
	night(t, db, dir, "2026-08-31")
	august := records(t, filepath.Join(dir, "metro2-P1-3-20260831.txt"))
	if august["ACCTERR"].AccountStatus != "DA" || august["ACCTDEL"].AccountStatus != "" {
		t.Errorf("August: ERR %q, DEL %q, want DA and nothing", august["ACCTERR"].AccountStatus, august["ACCTDEL"].AccountStatus)
	}
	if n := count(t, db, "SELECT count(*) FROM deletion WHERE live"); n != 2 {
		t.Errorf("%d deletions count in the end, want 2", n)
	}
}

// Only the last closed date can be run again, and none beside a night that is unfinished.
func TestAgainRefused(t *testing.T) {
	t.Parallel()
	known, _ := lateBook()
	db, dir := throughJuly(t, known, known)
	before := whole(t, db)
	for _, date := range []string{"2026-06-30", "2026-08-31"} {
		if _, err := runner(db, dir).Again(t.Context(), day(date)); !errors.Is(err, batch.ErrNotLast) {
			t.Errorf("%s: got %v, want %v", date, err, batch.ErrNotLast)
		}
	}
	if diff := cmp.Diff(before, whole(t, db)); diff != "" {
		t.Errorf("tables differ (-before +after):\n%s", diff)
	}
	braked := runner(db, dir)
	braked.Limits = batch.Limits{batch.BrakeNewsAge: {}, batch.BrakeFileRecords: {}}
	db.MustExec("UPDATE import SET finished_at = finished_at - interval '200 days'")
	before = whole(t, db)
	if _, err := braked.Again(t.Context(), day("2026-07-31")); !errors.Is(err, batch.ErrBraked) {
		t.Errorf("beyond a limit: got %v, want %v", err, batch.ErrBraked)
	}
	now := whole(t, db)
	now["sequences"] = before["sequences"]
	if diff := cmp.Diff(before, now); diff != "" {
		t.Errorf("beyond a limit: tables differ (-before +after):\n%s", diff)
	}
	r := runner(db, dir)
	ctx, stop := context.WithCancel(t.Context())
	during(t, r, "purge", stop)
	if _, err := r.Run(ctx, day("2026-08-31")); err == nil {
		t.Fatal("the night was not interrupted")
	}
	if _, err := runner(db, dir).Again(t.Context(), day("2026-07-31")); !errors.Is(err, batch.ErrUnfinished) {
		t.Errorf("beside an unfinished night: got %v, want %v", err, batch.ErrUnfinished)
	}
}

// Whenever another attempt is cut off, the same call does it from the start: its session ended in any step, or its commit refused
// after the files had got their places. A dry run of it changes nothing.
func TestAgainCutOff(t *testing.T) {
	t.Parallel()
	known, news := lateBook()
	want, wantDir := throughJuly(t, known, known)
	news.load(t, want)
	again(t, want, wantDir, "2026-07-31")
	db, dir := throughJuly(t, known, known)
	news.load(t, db)
	before := whole(t, db)
	unchanged := func(what string) {
		t.Helper()
		now := whole(t, db)
		now["sequences"] = before["sequences"] // numbers that were drawn are gone
		if diff := cmp.Diff(before, now); diff != "" {
			t.Errorf("%s: tables differ (-before +after):\n%s", what, diff)
		}
	}
	for at, session := range map[string]string{
		"delinquency": "(SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock')", // that holds the book
		"purge":       "(SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction')",
		"export":      "(SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction')",
	} {
		r := runner(db, dir)
		during(t, r, at, func() {
			db.MustExec("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid IN " + session)
		})
		if _, err := r.Again(t.Context(), day("2026-07-31")); err == nil {
			t.Errorf("it survived the end of its session in %s", at)
		}
		unchanged(at)
	}
	err := batch.Try(t.Context(), db, db, func(ctx context.Context, trial *batch.Trial) error {
		r := runner(db, dir)
		r.Trial, r.Plan = trial, step.Nightly(bureau.Files{Dir: t.TempDir(), VendorVersion: "1.0", Vault: vault, Mark: ".dry-run"})
		summary, err := r.Again(ctx, day("2026-07-31"))
		if err == nil && len(summary.Files) != 1 {
			t.Errorf("a dry run would make %d files, want 1", len(summary.Files))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	unchanged("dry run")
	if _, there := fileHashes(t, dir)["metro2-P1-2-20260731.txt"]; !there {
		t.Error("the dry run moved the file that it would replace")
	}

	db.MustExec(`CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
		CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_commit()`)
	if _, err := runner(db, dir).Again(t.Context(), day("2026-07-31")); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v, want the commit refused", err)
	}
	db.MustExec("DROP TRIGGER refuse ON run; DROP FUNCTION refuse_commit()")
	unchanged("commit")
	again(t, db, dir, "2026-07-31")
	wantTables, gotTables := fingerprint(t, want), fingerprint(t, db)
	for _, table := range []string{"act", "proof_entry"} { // numbers that were drawn are gone
		gotTables[table] = wantTables[table]
	}
	if diff := cmp.Diff(wantTables, gotTables); diff != "" {
		t.Errorf("tables differ from those of an attempt that was not cut off (-want +got):\n%s", diff)
	}
	for _, at := range []string{"", "voided"} {
		if diff := cmp.Diff(fileHashes(t, filepath.Join(wantDir, at)), fileHashes(t, filepath.Join(dir, at))); diff != "" {
			t.Errorf("files differ from those of an attempt that was not cut off (-want +got):\n%s", diff)
		}
	}
}

// A loan that cannot be decided is tried again and stays listed since the first night, whatever else has come.
func TestAgainKeepsExceptions(t *testing.T) {
	t.Parallel()
	known, news := lateBook()
	for _, e := range []extract{known, news} {
		e.add("loans", "ODD,PL,P1,ACCTODD,2026-05-01,1000.00,10,100.00,ACTIVE,2026-05-01,,SERVICING,,,") // without cycles
		e.add("loan_customers", "ODD,C1,1,1")
	}
	db, dir := throughJuly(t, known, known)
	listed := func() (list []string) {
		t.Helper()
		err := db.Select(&list, "SELECT concat_ws(' ', run, step, code, first_run, resolved_run) FROM run_exception e JOIN loan_key k USING (loan) WHERE loan_id = 'ODD' AND step <> 'export' ORDER BY 1")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	want := listed()
	if len(want) == 0 {
		t.Fatal("the loan is not listed")
	}
	news.load(t, db)
	again(t, db, dir, "2026-07-31")
	for _, row := range listed() {
		if strings.HasPrefix(row, "3 ") {
			want = append(want, strings.Replace(want[len(want)-1], "2 ", "3 ", 1))
		}
	}
	if diff := cmp.Diff(want, listed()); diff != "" || len(want) < 3 {
		t.Errorf("exceptions (-want +got):\n%s", diff)
	}
}

// randomBook is a book of random postings: what a night knew, and what its lender knew after it.
func randomBook(random *rand.Rand) (known, news extract) {
	known = book()
	known["terminations"] = "loan_id,terminated_on,source,reason\n"
	known["scheduled_items"] = "item_id,loan_id,kind,state,due_at\n"
	news = maps.Clone(known)
	both := func(f func(e extract)) { f(known); f(news) }
	maybe := func(f func(e extract)) { // half of them come late
		if f(news); random.IntN(2) == 0 {
			f(known)
		}
	}
	entries := 0
	entry := func(e extract, n int, loan, kind, amount, on, reverses string) {
		e.add("transactions", "R%d,%s,%s,%s,%s,%sT12:00:00Z,SETTLED,%s", n, loan, kind, amount, on, on, reverses)
	}
	for n := range 40 {
		both(func(e extract) { e.loan(fmt.Sprintf("X%02d", n)) })
	}
	for n := range 40 {
		id := fmt.Sprintf("X%02d", n)
		paid := []string{"1000.00", "1100.00", "300.00", "200.00", "100.00"}
		for range random.IntN(4) {
			entries++
			number, amount, on := entries, paid[random.IntN(len(paid))], day("2026-05-20")+rules.Date(random.IntN(130))
			maybe(func(e extract) { entry(e, number, id, "PAYMENT", amount, on.String(), "") })
			if random.IntN(3) == 0 && strings.Contains(known["transactions"], fmt.Sprintf("R%d,", number)) {
				entries++
				back, undone := entries, on+rules.Date(random.IntN(9))
				maybe(func(e extract) {
					entry(e, back, id, "REVERSAL", amount, undone.String(), fmt.Sprintf("R%d", number))
				})
			}
		}
		if random.IntN(8) == 0 {
			reason := []string{"ERRO", "FRAD"}[random.IntN(2)]
			maybe(func(e extract) { e.add("terminations", "%s,2026-09-%02d,,%s", id, 1+random.IntN(28), reason) })
		}
		if random.IntN(4) == 0 {
			entries++
			number := entries
			maybe(func(e extract) { entry(e, number, id, "FEE", "25.00", "2026-09-15", "") })
		}
	}
	return known, news
}

// Whatever has come late: in the end files and states are those of one night that knew it all, this month and the next.
func TestAgainIsOneNight(t *testing.T) {
	t.Parallel()
	var db, twin *sqlx.DB
	var dir, twinDir string
	for enough := false; !enough; { // few books have no state that is taken back
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		known, news := randomBook(rand.New(rand.NewPCG(seed, 0)))
		db, dir = twoNights(t, known, known, "2026-08-31", "2026-09-30")
		twin, twinDir = twoNights(t, known, news, "2026-08-31", "2026-09-30")
		news.load(t, db)
		again(t, db, dir, "2026-09-30")
		enough = count(t, db, "SELECT count(*) FROM run_record") >= 5 && count(t, db, "SELECT count(*) FROM status_history WHERE rule = 'ST4'") > 0
	}
	compare := func(month string, file, twinFile int) {
		t.Helper()
		name := "metro2-P1-%d-%s.txt"
		got, want := fileHashes(t, dir)[fmt.Sprintf(name, file, month)], fileHashes(t, twinDir)[fmt.Sprintf(name, twinFile, month)]
		if got != want || want == "" {
			t.Errorf("the file of %s is not that of one night", month)
		}
		var states, twins []string
		query := "SELECT concat_ws(' ', k.loan_id, s.status, s.status_since, s.closed_on, s.count_from, s.reopened_on, s.charged_off_on, s.charge_off_cents) FROM loan_state s JOIN loan_key k USING (loan) ORDER BY 1"
		if err := errors.Join(db.Select(&states, query), twin.Select(&twins, query)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(twins, states); diff != "" {
			t.Errorf("states in %s (-one night +again):\n%s", month, diff)
		}
	}
	compare("20260930", 3, 2)
	night(t, db, dir, "2026-10-31")
	night(t, twin, twinDir, "2026-10-31")
	compare("20261031", 4, 3)
}

// A part of another attempt leaves the rest to the next one: one loan is decided, the others and the file wait. A step that is not
// of the plan is refused.
func TestAgainInPart(t *testing.T) {
	t.Parallel()
	known, news := lateBook()
	db, dir := throughJuly(t, known, known)
	news.load(t, db)
	r := runner(db, dir)
	r.Portion = batch.Portion{Only: "exports"}
	if _, err := r.Again(t.Context(), day("2026-07-31")); !errors.Is(err, batch.ErrNoStep) {
		t.Errorf("got %v, want %v", err, batch.ErrNoStep)
	}
	r.Portion = batch.Portion{From: "export", Only: "closure"}
	if _, err := r.Again(t.Context(), day("2026-07-31")); !errors.Is(err, batch.ErrNoStep) {
		t.Errorf("nothing to do: got %v, want %v", err, batch.ErrNoStep)
	}
	late := int64(count(t, db, "SELECT loan FROM loan_key WHERE loan_id = 'LATE'"))
	r.Portion = batch.Portion{Only: "closure", Loans: []int64{late}}
	summary, err := r.Again(t.Context(), day("2026-07-31"))
	if err != nil {
		t.Fatal(err)
	}
	if got := status(t, db, "LATE") + " " + status(t, db, "PAID"); got != "ACTIVE CLOSED::PAID_OFF" || len(summary.Steps) != 4 || len(summary.Files) != 0 {
		t.Errorf("LATE and PAID are %s, steps %d, files %d", got, len(summary.Steps), len(summary.Files))
	}
	if n := count(t, db, "SELECT count(*) FROM loan_wake w JOIN loan_key k USING (loan) WHERE loan_id IN ('ERR', 'GONE', 'PAID') AND wake_on <= '2026-07-31'"); n != 3 {
		t.Errorf("%d of the loans that were left are looked at next time, want 3", n)
	}
	summary = again(t, db, dir, "2026-07-31")
	twin, twinDir := throughJuly(t, known, news)
	for _, id := range []string{"BAD", "DEL", "ERR", "GONE", "LATE", "OK", "PAID"} {
		if got, want := status(t, db, id), status(t, twin, id); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
	if got, want := fileHashes(t, dir)["metro2-P1-3-20260731.txt"], fileHashes(t, twinDir)["metro2-P1-2-20260731.txt"]; got != want || len(summary.Files) != 1 {
		t.Errorf("attempt %d made %d files, and the file is not that of one night", summary.Attempt, len(summary.Files))
	}
}

// A file that was taken back is made again by hand or by another attempt where no later one counts, and left by both where one does:
// that one is made without it, so that it deletes what the other did, or, if it was sent, says how it differs.
func TestAgainLeavesBehind(t *testing.T) {
	t.Parallel()
	known, _ := lateBook()
	known["programs"] = strings.Replace(known["programs"], "monthly:last", "daily", 1)
	first := maps.Clone(known)
	delete(first, "terminations")
	db, dir := pgtest.New(t), t.TempDir()
	first.load(t, db)
	night(t, db, dir, "2026-07-28")
	known.load(t, db)
	late := runner(db, dir)
	late.AllowGap = "a test"
	if _, err := through(late, day("2026-07-31")); err != nil { // files 2, 3 and 4, as of the 29th, 30th and 31st
		t.Fatal(err)
	}
	move := func(to bureau.State, files ...int64) {
		t.Helper()
		for _, file := range files {
			m := bureau.Move{File: file, To: to, Who: "test", Why: "test", Acknowledged: []string{bureau.AllWarnings}}
			if _, err := bureau.Change(t.Context(), db, m, clock()); err != nil {
				t.Fatal(err)
			}
		}
	}
	replace := func(file int64) error {
		_, err := bureau.Files{Dir: dir, VendorVersion: "1.0", Vault: vault}.Replace(t.Context(), db, db, file, "test", "test", clock())
		return err
	}
	// holds compares what an attempt found of the files, which count by then, and which one deletes DEL.
	holds := func(what string, run int64, found, count, deletes string) {
		t.Helper()
		for query, want := range map[string]string{
			"SELECT coalesce(string_agg(file || ' ' || outcome, ', ' ORDER BY file), '') FROM run_file WHERE run = $1 AND outcome <> 'SAME'":                 found,
			"SELECT string_agg(to_char(as_of, 'DD'), ' ' ORDER BY as_of) FROM bureau_file WHERE run >= least($1, 2) AND state NOT IN ('VOIDED', 'REJECTED')": count,
			"SELECT coalesce(string_agg(to_char(f.as_of, 'DD'), ' '), '') FROM deletion d JOIN bureau_file f USING (file) WHERE d.live AND $1 > 0":           deletes,
		} {
			var got string
			if err := db.Get(&got, query, run); err != nil || got != want {
				t.Errorf("%s: %q, %v, want %q: %s", what, got, err, want, query)
			}
		}
	}
	move(bureau.Voided, 2)
	if err := replace(2); !errors.Is(err, bureau.ErrCounted) {
		t.Errorf("by hand: %v", err)
	}
	holds("before", 2, "", "30 31", "")
	holds("a later one counts", again(t, db, dir, "2026-07-31").Run, "2 LEFT, 3 REPLACED", "30 31", "30")
	move(bureau.Released, 5)
	move(bureau.Transmitted, 5)
	holds("a later one was sent", again(t, db, dir, "2026-07-31").Run, "2 LEFT", "30 31", "30")
	move(bureau.Rejected, 5)
	move(bureau.Voided, 4)
	if err := replace(2); err != nil {
		t.Errorf("by hand, when none counts: %v", err)
	}
	holds("by hand, when none counts", 2, "", "29", "29")
	move(bureau.Voided, 6)
	holds("none counts", again(t, db, dir, "2026-07-31").Run, "", "29 30 31", "29")
}

// An attempt that was killed between the places of its files and its commit, and that nobody repeats, leaves none that looks like one
// to send: the next night moves it aside. One that ended leaves no trace of that. What was encrypted of a replaced file is gone.
func TestAgainLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	known, news := lateBook()
	db, dir := throughJuly(t, known, known)
	for _, file := range []int64{1, 2} {
		path := filepath.Join(dir, bureau.Outgoing, bureau.SealedName(file, "b"))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	news.load(t, db)
	db.MustExec(`CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
		CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_commit()`)
	if _, err := runner(db, dir).Again(t.Context(), day("2026-07-31")); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Fatalf("got %v, want the commit refused", err)
	}
	db.MustExec("DROP TRIGGER refuse ON run; DROP FUNCTION refuse_commit()")
	there := func(want bool, name string) {
		t.Helper()
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", name, err, want)
		}
	}
	there(true, "metro2-P1-3-20260731.txt")
	there(false, bureau.Outgoing+"/"+bureau.SealedName(2, "b")) // it can be encrypted again
	there(true, bureau.Outgoing+"/"+bureau.SealedName(1, "b"))
	night(t, db, dir, "2026-08-01")
	there(false, "metro2-P1-3-20260731.txt")
	there(true, "orphaned/metro2-P1-3-20260731.txt.orphan")
	if _, err := (bureau.Files{Vault: vault}).Rebuild(t.Context(), db, 2, "", "test", clock()); err != nil { // the one that it would have replaced
		t.Error(err)
	}
	again(t, db, dir, "2026-08-01")
	there(false, ".placing-metro2-P1-3-20260731.txt")
}

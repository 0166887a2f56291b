package step_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

func status(t *testing.T, db *sqlx.DB, loan string) string {
	t.Helper()
	var s string
	err := db.Get(&s, `SELECT s.status FROM loan_state s JOIN loan l ON l.loan = s.loan WHERE l.loan_id = $1`, loan)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// DQ4, DQ5: two underpaid cycles make the loan delinquent, two more charge it off; both moves are history
// rows with their rule and run, and the file says 97 with the amount and date of first delinquency.
func TestNightsDelinquentThenChargedOff(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	e.load(t, db)
	dir := t.TempDir()
	// Cycles fall due on 06-20, 07-20, 08-20, 09-20, 10-20; grace is 5 days.
	for _, want := range []struct{ date, status string }{
		{"2026-07-24", "ACTIVE"},
		{"2026-07-25", "SUSPENDED::DELINQUENT"},
		{"2026-09-24", "SUSPENDED::DELINQUENT"},
		{"2026-09-25", "CLOSED::CHARGE_OFF"},
	} {
		night(t, db, dir, want.date)
		if got := status(t, db, "A"); got != want.status {
			t.Errorf("night %s: status %s, want %s", want.date, got, want.status)
		}
	}
	report := night(t, db, dir, "2026-09-30")
	b := records(t, report.Files[0].Path)["ACCTA"]
	if b.AccountStatus != "97" || b.OriginalChargeoff != 1000 || b.DateFirstDelinquency != 20260720 || b.DateClosed != 0 || b.AmountPastDue != 1000 {
		t.Errorf("charged-off record: %+v", b.AccountStatus)
	}
	var rules []string
	if err := db.Select(&rules, `SELECT rule FROM status_history WHERE cause = 'NIGHT' AND run IS NOT NULL ORDER BY seq`); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"DQ4", "DQ5"}, rules); diff != "" {
		t.Errorf("rules in the history (-want +got):\n%s", diff)
	}
}

// PO2, PO4, FS1 to FS5: paid off, stated once, reopened by a reversal, paid off and stated again.
func TestNightsPayoffReversalAndStatements(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	payoff := e.entry("A", "PAYMENT", "1000.00", "2026-06-10", "")
	e.load(t, db)
	dir := t.TempDir()
	night(t, db, dir, "2026-06-29")
	if got := count(t, db, `SELECT count(*) FROM statement`); got != 0 {
		t.Errorf("%d statements before the end of the cycle, want 0", got)
	}
	night(t, db, dir, "2026-06-30")
	night(t, db, dir, "2026-07-01")
	if got := count(t, db, `SELECT count(*) FROM statement WHERE episode = 1 AND closed_on = '2026-06-10'`); got != 1 {
		t.Errorf("%d statements of episode 1, want 1", got)
	}
	e.entry("A", "REVERSAL", "1000.00", "2026-07-02", payoff)
	e.load(t, db)
	night(t, db, dir, "2026-07-02")
	if got := status(t, db, "A"); got != "ACTIVE" {
		t.Errorf("after the reversal: %s, want ACTIVE", got)
	}
	e.entry("A", "PAYMENT", "1010.00", "2026-07-03", "")
	e.load(t, db)
	night(t, db, dir, "2026-07-31")
	if got := status(t, db, "A"); got != "CLOSED::SURPLUS_BALANCE" {
		t.Errorf("after the overpayment: %s, want CLOSED::SURPLUS_BALANCE", got)
	}
	var document string
	if err := db.Get(&document, `SELECT document FROM statement WHERE episode = 2`); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Opening  string `json:"opening_balance"`
		Closing  string `json:"closing_balance"`
		OwedBack string `json:"amount_owed_back"`
		Entries  []any  `json:"transactions"`
	}
	if err := json.Unmarshal([]byte(document), &got); err != nil {
		t.Fatal(err)
	}
	if got.Opening != "0.00" || got.Closing != "-10.00" || got.OwedBack != "10.00" || len(got.Entries) != 2 {
		t.Errorf("statement of episode 2: %+v", got)
	}
	if got := count(t, db, `SELECT count(*) FROM outbox WHERE type = 'statement_generation'`); got != 2 {
		t.Errorf("%d events, want one a statement: 2", got)
	}
	if _, err := db.Exec(`UPDATE statement SET episode = 9`); err == nil {
		t.Error("a statement could be changed")
	}
}

// stepOf is what a summary says of a step.
func stepOf(t *testing.T, summary *batch.Summary, name string) batch.StepSummary {
	t.Helper()
	for _, s := range summary.Steps {
		if s.Step == name {
			return s
		}
	}
	t.Fatalf("the night has no step %s", name)
	return batch.StepSummary{}
}

// SP1 to SP4: a loan that is not serviced loses the seven things, once; what was sent stays.
func TestNightPurges(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	e["loans"] = strings.ReplaceAll(e["loans"], "SERVICING,,,\n", "NOT_SERVICING,DECEASED,,\n")
	e.add("loans", "B,PL,P1,ACCTB,2026-05-01,1000.00,10,100.00,ACTIVE,2026-05-01,,SERVICING,,,")
	e.add("loan_customers", "B,C1,1,1")
	e.schedule("B")
	e["schedules"] = "schedule_id,loan_id,kind,state\n"
	e["scheduled_items"] = "item_id,loan_id,kind,state,due_at\n"
	for _, kind := range []string{"CALL", "EMAIL", "SMS"} {
		e.add("schedules", "S%s,A,%s,ACTIVE", kind, kind)
		e.add("schedules", "SB%s,B,%s,ACTIVE", kind, kind)
	}
	for _, kind := range []string{"PAYMENT", "CALL", "EMAIL", "SMS"} {
		e.add("scheduled_items", "I%s,A,%s,PENDING,2026-07-01T10:00:00Z", kind, kind)
		e.add("scheduled_items", "D%s,A,%s,COMPLETED,2026-06-01T10:00:00Z", kind, kind)
		e.add("scheduled_items", "IB%s,B,%s,PENDING,2026-07-01T10:00:00Z", kind, kind)
	}
	e.load(t, db)
	first := night(t, db, t.TempDir(), "2026-06-15")
	want := map[string]int64{"payments": 1, "calls": 1, "emails": 1, "sms": 1, "call_schedules": 1, "email_schedules": 1, "sms_schedules": 1}
	if diff := cmp.Diff(want, stepOf(t, first, "purge").Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	e.load(t, db) // the lender still sends them as pending
	second := night(t, db, t.TempDir(), "2026-06-16")
	if changed := stepOf(t, second, "purge").Changed; changed != 0 {
		t.Errorf("the second night purged %d loans, want 0", changed)
	}
	if got := count(t, db, `SELECT count(*) FROM scheduled_item WHERE cancelled_on = '2026-06-15' AND cancel_reason = 'DECEASED' AND cancelled_run = $1`, first.Run); got != 4 {
		t.Errorf("%d cancelled items bear the first night, want 4", got)
	}
	if got := count(t, db, `SELECT count(*) FROM scheduled_item WHERE state = 'COMPLETED'`) + count(t, db, `SELECT count(*) FROM scheduled_item WHERE state = 'PENDING'`); got != 8 {
		t.Errorf("%d items were left alone, want 8", got)
	}
}

// A loan that cannot be decided is quarantined with its reason, the night goes on, and it is tried again.
func TestNightQuarantinesBadLoans(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	for _, id := range []string{"GOOD", "NOCYCLE", "NOBODY", "LONG"} {
		e.loan(id)
	}
	e["cycles"] = dropLines(e["cycles"], "NOCYCLE,")
	e["loan_customers"] = dropLines(e["loan_customers"], "NOBODY,")
	e["loan_customers"] = strings.Replace(e["loan_customers"], "LONG,C1", "LONG,C2", 1)
	e.add("customers", "C2,%s,ROBIN,666100002,1980-01-01,1 ELM ST,A CITY WITH A VERY LONG NAME INDEED,IL,62701", strings.Repeat("A", 26))
	e.load(t, db)
	report := night(t, db, t.TempDir(), "2026-05-31")
	got := map[string]string{}
	for _, x := range report.Exceptions {
		got[x.Step+" "+x.LoanID] = x.Code
		if strings.Contains(x.Detail, "AAAA") {
			t.Errorf("a personal value stands in %q", x.Detail)
		}
	}
	want := map[string]string{
		"delinquency NOCYCLE": "NO_CYCLES", "export NOCYCLE": "NO_CYCLES", "export NOBODY": "NO_CONSUMER", "export LONG": "BAD_RECORD",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exceptions (-want +got):\n%s", diff)
	}
	if file := records(t, report.Files[0].Path); len(file) != 1 {
		t.Errorf("the file holds %d records, want GOOD's", len(file))
	}
	if n := count(t, db, `SELECT count(*) FROM excluded WHERE reason = 'QUARANTINED'`); n != 3 {
		t.Errorf("%d loans excluded as quarantined, want 3", n)
	}
	e.schedule("NOCYCLE")
	e.load(t, db)
	night(t, db, t.TempDir(), "2026-06-15")
	if n := count(t, db, `SELECT count(*) FROM run_exception WHERE code = 'NO_CYCLES' AND step = 'delinquency' AND resolved_run IS NOT NULL`); n != 1 {
		t.Error("the exception was not resolved by the night that could decide the loan")
	}
}

func dropLines(text, prefix string) string {
	var kept []string
	for _, line := range strings.SplitAfter(text, "\n") {
		if !strings.HasPrefix(line, prefix) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// A date that is closed, or lies before one, is refused and nothing changes; an unfinished one comes first.
func TestNightRefusesDates(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if _, err := runner(db, t.TempDir()).Run(context.Background(), day("2026-05-31")); !errors.Is(err, batch.ErrEmptyBook) {
		t.Errorf("an empty book: %v, want ErrEmptyBook", err)
	}
	e := book()
	e.loan("A")
	e.load(t, db)
	dir := t.TempDir()
	night(t, db, dir, "2026-05-31")
	before, files := fingerprint(t, db), fileHashes(t, dir)
	for date, want := range map[string]error{"2026-05-31": batch.ErrClosed, "2026-05-30": batch.ErrBeforeBook} {
		if _, err := runner(db, dir).Run(context.Background(), day(date)); !errors.Is(err, want) {
			t.Errorf("night %s: %v, want %v", date, err, want)
		}
	}
	if diff := cmp.Diff(before, fingerprint(t, db)) + cmp.Diff(files, fileHashes(t, dir)); diff != "" {
		t.Errorf("a refused night changed something:\n%s", diff)
	}
	book, err := batch.LockBook(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runner(db, dir).Run(context.Background(), day("2026-06-01")); !errors.Is(err, batch.ErrLocked) {
		t.Errorf("while the book is held: %v, want ErrLocked", err)
	}
	book.Release()
	night(t, db, dir, "2026-06-01")
}

// A fault of the machine stops the night with no half file; the next call goes on.
func TestNightStopsAndGoesOn(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	e.load(t, db)
	dir := filepath.Join(t.TempDir(), "files")
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	report, err := runner(db, dir).Run(context.Background(), day("2026-05-31"))
	if err == nil || report.State != "STOPPED" || report.StoppedBecause == "" {
		t.Fatalf("err %v, report %+v, want a stopped run with its reason", err, report)
	}
	if _, err := runner(db, dir).Run(context.Background(), day("2026-06-01")); !errors.Is(err, batch.ErrUnfinished) {
		t.Errorf("another date: %v, want ErrUnfinished", err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if report := night(t, db, dir, "2026-05-31"); report.State != "CLOSED" || len(report.Files) != 1 {
		t.Errorf("resumed: %s with %d files, want CLOSED with 1", report.State, len(report.Files))
	}
}

// The night validates its file before the file gets its final name.
func TestNightMakesNoInvalidFile(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	e.load(t, db)
	// Another process writes a second record of the account behind the export's back.
	_, err := db.Exec(`
		CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF NEW.loan < 1000 THEN
				INSERT INTO file_page (file, first_account, loan, loans, checksum, records)
				VALUES (NEW.file, NEW.first_account, NEW.loan + 1000, NEW.loans, NEW.checksum, NEW.records);
			END IF;
			RETURN NULL;
		END $$;
		CREATE TRIGGER twice AFTER INSERT ON file_page FOR EACH ROW EXECUTE FUNCTION twice()`)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, err = runner(db, dir).Run(context.Background(), day("2026-05-31"))
	if !errors.Is(err, bureau.ErrInvalidFile) || !strings.Contains(err.Error(), "X01") {
		t.Errorf("err %v, want ErrInvalidFile by X01", err)
	}
	if left := fileHashes(t, dir); len(left) != 0 {
		t.Errorf("files were left behind: %v", left)
	}
	if _, err := db.Exec(`DROP TRIGGER twice ON file_page`); err != nil {
		t.Fatal(err)
	}
	if report := night(t, db, dir, "2026-05-31"); report.State != "CLOSED" || report.Files[0].Records != 1 {
		t.Errorf("after the data were put right: %s with %d records, want CLOSED with 1", report.State, report.Files[0].Records)
	}
}

// DC8, Q15: a reversal after the deletion never brings the loan back; it is quarantined once, also when one
// A value that does not fit the header stops the file, and the night goes on once it is put right. The loans
// are decided anew by what was imported meanwhile.
func TestNightGoesOnAfterDataWerePutRight(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	e.load(t, db)
	if _, err := db.Exec(`UPDATE program SET reporter_name = repeat('X', 41)`); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := runner(db, dir).Run(context.Background(), day("2026-05-31")); !errors.Is(err, bureau.ErrInvalidFile) {
		t.Fatalf("err %v, want ErrInvalidFile", err)
	}
	e["loans"] = strings.Replace(e["loans"], "ACCTA", "OTHER1", 1)
	e.load(t, db)
	file := night(t, db, dir, "2026-05-31").Files[0]
	if _, there := records(t, file.Path)["OTHER1"]; !there {
		t.Error("the file does not hold the account as it was put right")
	}
}

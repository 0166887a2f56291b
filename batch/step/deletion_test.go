package step_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// DC1, DC2, DC6, DC7, DC11: a reported loan cancelled for error is deleted once; voiding gives it back.
func TestNightsDeleteOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	for _, id := range []string{"ERR", "FRD", "NEW", "OK"} {
		e.loan(id)
	}
	e["loans"] = strings.ReplaceAll(e["loans"], "NEW,PL,P1,ACCTNEW,2026-05-01", "NEW,PL,P1,ACCTNEW,2026-06-01")
	e.load(t, db)
	dir := t.TempDir()
	night(t, db, dir, "2026-05-31")
	e["terminations"] = "loan_id,terminated_on,source,reason\nERR,2026-06-10,,ERRO\nFRD,2026-06-10,,FRAD\nNEW,2026-06-11,,ERRO\n"
	for _, id := range []string{"ERR", "FRD", "NEW"} {
		e.entry(id, "PAYMENT", "1000.00", "2026-06-10", "")
	}
	e.load(t, db)
	june := night(t, db, dir, "2026-06-30").Files[0]
	got := records(t, june.Path)
	if got["ACCTERR"].AccountStatus != "DA" || got["ACCTFRD"].AccountStatus != "DF" || got["ACCTOK"].AccountStatus != "11" {
		t.Errorf("June: ERR %q, FRD %q, OK %q", got["ACCTERR"].AccountStatus, got["ACCTFRD"].AccountStatus, got["ACCTOK"].AccountStatus)
	}
	if got["ACCTERR"].DateClosed != 20260610 || got["ACCTERR"].PaymentRating != "" || got["ACCTERR"].DateAccountInfo != 20260630 {
		t.Errorf("deletion record: closed %d, rating %q, as of %d", got["ACCTERR"].DateClosed, got["ACCTERR"].PaymentRating, got["ACCTERR"].DateAccountInfo)
	}
	if _, there := got["ACCTNEW"]; there {
		t.Error("a loan never reported before its cancellation stands in the file")
	}
	if n := count(t, db, `SELECT count(*) FROM excluded e JOIN loan l USING (loan) WHERE l.loan_id = 'NEW' AND e.file = $1 AND e.reason = 'NEVER_REPORTED'`, june.File); n != 1 {
		t.Error("it is not on the exclusion list as NEVER_REPORTED")
	}
	july := night(t, db, dir, "2026-07-31").Files[0]
	if after := records(t, july.Path); len(after) != 1 || after["ACCTOK"].AccountStatus == "" {
		t.Errorf("July holds %d records, want only OK's", len(after))
	}

	ctx := context.Background()
	if _, err := bureau.Change(ctx, db, bureau.Move{File: july.File, To: bureau.Voided, Who: "test", Why: "wrong header"}, clock()); err != nil {
		t.Fatal(err)
	}
	if _, err := bureau.Change(ctx, db, bureau.Move{File: june.File, To: bureau.Voided, Who: "test", Why: "wrong header"}, clock()); err != nil {
		t.Fatal(err)
	}
	august := records(t, night(t, db, dir, "2026-08-31").Files[0].Path)
	if august["ACCTERR"].AccountStatus != "DA" || august["ACCTFRD"].AccountStatus != "DF" {
		t.Errorf("after the voiding: ERR %q, FRD %q, want DA and DF again", august["ACCTERR"].AccountStatus, august["ACCTFRD"].AccountStatus)
	}
	if got := august["ACCTOK"].PaymentHistory[:3]; got != "DD0" {
		t.Errorf("history %q after two voided months, want DD0…", got)
	}
}

// DC6: the database, not only the code, forbids a second live deletion of a loan at a destination.
func TestDatabaseRefusesSecondLiveDeletion(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const insert = `INSERT INTO deletion (destination, loan, file, account_number, code, date_closed) VALUES (1, 7, $1, 'ACCT7', $2, '2026-06-30')`
	if _, err := db.Exec(insert, 1, "DA"); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"DA", "DF"} {
		_, err := db.Exec(insert, 2, code)
		var refusal *pq.Error
		if !errors.As(err, &refusal) || refusal.Constraint != "deletion_once" {
			t.Errorf("a second live %s: %v, want a violation of deletion_once", code, err)
		}
	}
	if _, err := db.Exec(`UPDATE deletion SET live = FALSE WHERE file = 1`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(insert, 2, "DA"); err != nil {
		t.Errorf("after the first was given back: %v", err)
	}
}

// night makes the files of several months.
func TestNightQuarantinesReversalAfterDeletion(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	e.load(t, db)
	dir := t.TempDir()
	night(t, db, dir, "2026-05-31")
	payment := e.entry("A", "PAYMENT", "1000.00", "2026-06-10", "")
	e["terminations"] = "loan_id,terminated_on,source,reason\nA,2026-06-10,,ERRO\n"
	e.load(t, db)
	night(t, db, dir, "2026-06-30")
	e.entry("A", "REVERSAL", "1000.00", "2026-07-03", payment)
	e.load(t, db)
	report := night(t, db, dir, "2026-09-30") // the files of July, August and September
	if len(report.Files) != 3 || len(report.Exceptions) != 1 || report.Exceptions[0].Code != "REVERSAL_AFTER_DELETION" {
		t.Fatalf("%d files, exceptions %+v; want 3 and the reversal", len(report.Files), report.Exceptions)
	}
	if again := night(t, db, dir, "2026-10-31"); len(again.Exceptions) != 0 || again.Files[0].Records != 0 {
		t.Errorf("October: %d exceptions, %d records, want none", len(again.Exceptions), again.Files[0].Records)
	}
	if n := count(t, db, `SELECT count(*) FROM run_exception WHERE resolved_run IS NULL`); n != 1 {
		t.Errorf("%d open exceptions, want 1: only a person resolves it", n)
	}
}

// DC2, X01: of two loans with one account number the newcomer is held back, also when they differ only by case.
func TestNightHoldsBackReusedAccountNumber(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	e.loan("B")
	e.load(t, db)
	if _, err := db.Exec(`UPDATE loan SET account_number = 'accta' WHERE loan_id = 'B'`); err != nil {
		t.Fatal(err)
	}
	report := night(t, db, t.TempDir(), "2026-05-31")
	if len(report.Exceptions) != 1 || report.Exceptions[0].LoanID != "B" || report.Exceptions[0].Code != "DUPLICATE_ACCOUNT" {
		t.Errorf("exceptions %+v, want B's", report.Exceptions)
	}
	if file := records(t, report.Files[0].Path); len(file) != 1 || file["ACCTA"].AccountStatus != "11" {
		t.Errorf("the file holds %d records, want A's", len(file))
	}
}

// DC2: the number under which a loan was deleted is not used again, even when the loan took another number.
func TestNightHoldsBackNumberOfDeletedLoan(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	e.load(t, db)
	dir := t.TempDir()
	night(t, db, dir, "2026-05-31")
	e.entry("A", "PAYMENT", "1000.00", "2026-06-10", "")
	e["terminations"] = "loan_id,terminated_on,source,reason\nA,2026-06-10,,ERRO\n"
	e.load(t, db)
	night(t, db, dir, "2026-06-30")
	e["loans"] = strings.Replace(e["loans"], "A,PL,P1,ACCTA", "A,PL,P1,OTHER1", 1)
	e.load(t, db)
	e.loan("B")
	e["loans"] = strings.Replace(e["loans"], "B,PL,P1,ACCTB", "B,PL,P1,ACCTA", 1)
	e.load(t, db)
	report := night(t, db, dir, "2026-07-31")
	if len(report.Exceptions) != 1 || report.Exceptions[0].Code != "DUPLICATE_ACCOUNT" || report.Files[0].Records != 0 {
		t.Errorf("exceptions %+v, %d records; want B held back and none", report.Exceptions, report.Files[0].Records)
	}
}

// Q72: an ERRO deletion that waits keeps the loan out of every file and is listed, also where the lender does not furnish the
// loan; a FRAD deletion goes out at once.
func TestNightDeletionWaits(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	for _, loan := range []string{"A", "B", "C"} {
		e.loan(loan)
	}
	e.load(t, db)
	dir := t.TempDir()
	night(t, db, dir, "2026-05-31")
	e["terminations"] = "loan_id,terminated_on,source,reason\nA,2026-06-10,,ERRO\nB,2026-06-10,,FRAD\nC,2026-06-10,,ERRO\n"
	e.load(t, db)
	if _, err := db.Exec(`UPDATE loan SET furnish = FALSE WHERE loan_id = 'C'; SELECT wake(array_agg(loan), 'loan') FROM loan`); err != nil {
		t.Fatal(err)
	}
	report := night(t, db, dir, "2026-06-30")
	if file := records(t, report.Files[0].Path); len(file) != 1 || file["ACCTB"].AccountStatus != "DF" {
		t.Errorf("June's file holds %d records, want B's deletion alone", len(file))
	}
	var listed []string
	if err := db.Select(&listed, `SELECT l.loan_id || ' ' || x.reason || ' ' || x.rule || ': ' || x.detail
		FROM excluded x JOIN loan l ON l.loan = x.loan ORDER BY l.loan_id`); err != nil {
		t.Fatal(err)
	}
	want := "A DELETION_WAITS Q72: its deletion waits for balance 1000.00, C DELETION_WAITS Q72: its deletion waits for balance 1000.00"
	if got := strings.Join(listed, ", "); got != want {
		t.Errorf("listed %s, want %s", got, want)
	}
	e.entry("A", "PAYMENT", "1000.00", "2026-07-10", "")
	e.load(t, db)
	report = night(t, db, dir, "2026-07-31")
	if file := records(t, report.Files[0].Path); len(file) != 1 || file["ACCTA"].AccountStatus != "DA" {
		t.Errorf("July's file holds %d records, want A's deletion alone", len(file))
	}
}

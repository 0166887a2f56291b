package servicing_test

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// paidOff is a book in which A1 is paid off on 2026-06-10, and B1 is open.
func paidOff() extract {
	e := book("A1", "B1")
	e.add("transactions.csv", "QA1,A1,PAYMENT,1000.00,2026-06-10,2026-06-10T12:00:00Z,SETTLED")
	return e
}

var erased = servicing.RemoveRequest{Order: order("k1"), CustomerID: "CA", Approver: "kim", ErasureReason: "CCPA request 7"}

// CD1, CD2: nothing personal is left of a removed customer in any table, packed rows included; the loan, its payments and the key
// stay, and the database itself refuses to take the person back.
func TestNothingPersonalIsLeft(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	paidOff().load(t, db)
	db.MustExec(`INSERT INTO case_file (case_id, type, status, opened_on, court_case_number) VALUES ('K1', 'OTHER', 'CLOSED', '2026-01-01', '26-1234');
		INSERT INTO case_party (case_key, customer) SELECT case_key, customer FROM case_file, customer WHERE customer_id = 'CA';
		INSERT INTO case_file (case_id, type, status, opened_on, court_case_number) VALUES ('KL', 'OTHER', 'CLOSED', '2026-01-01', '26-5678');
		INSERT INTO case_party (case_key, loan) SELECT case_key, loan FROM case_file, loan WHERE case_id = 'KL' AND loan_id = 'A1';
		INSERT INTO case_association (case_key, kind, reference, operation) SELECT case_key, 'DOCUMENT', 'letter of AlderbrookA', 1 FROM case_file`)
	nights(t, db, dir, "2026-06-30", "2026-07-31")
	db.MustExec(`INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at, state,
			released_by, release_approver, release_why, released_at)
		SELECT loan, 'date_last_payment', '', '', '2026-06-30', '{}', 'Robin AlderbrookA paid', 'copy of card 666-10-0001', 'HAND', 'ada', now(),
			'RELEASED', 'ada', 'kim', 'ALDERBROOKA''s error', now() FROM loan WHERE loan_id = 'A1';
		INSERT INTO answer (loan, file, destination, record_number, outcome, field, reason, received_on, seen_file, owner, recorded_by, recorded_at)
		SELECT loan, 1, 1, 2, 'CHANGED', 'surname', 'not ALDERBROOKA, 666100001', '2026-07-05', 1, 'ada', 'ada', now() FROM loan WHERE loan_id = 'A1';
		INSERT INTO dispute (case_key, loan, channel, received_on, due_on, opened_operation, answer, answered_on, answer_operation, checked)
		SELECT case_key, loan, 'DIRECT', '2026-06-01', '2026-07-01', 1, 'VERIFIED', '2026-06-09', 2, 'letter of AlderbrookA, 666-10-0001'
		FROM case_file, loan WHERE loan_id = 'A1' AND case_id = 'K1'`)
	personal := func() string {
		t.Helper()
		var found []string
		for table, all := range everything(t, db) {
			for _, value := range []string{"ALDERBROOKA", "AlderbrookA", "666100001", "666-10-0001", "26-1234", "26-5678", hex.EncodeToString([]byte("ALDERBROOKA"))} {
				if strings.Contains(all, value) {
					found = append(found, table+" "+value)
				}
			}
		}
		return strings.Join(found, "; ")
	}
	if got := personal(); !strings.Contains(got, "case_association ") || !strings.Contains(got, "customer ALDERBROOKA") {
		t.Fatalf("before: %q", got)
	}
	done, err := desk(db).RemoveCustomer(t.Context(), erased)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"A1"}, done.Loans); diff != "" {
		t.Error(diff)
	}
	if got := personal(); got != "" {
		t.Errorf("left of the customer: %s", got)
	}
	if got, want := rows(t, db, `SELECT concat_ws('; ', c.reason, evidence, release_why, a.reason) FROM correction c JOIN answer a USING (loan)`),
		"[removed] paid; copy of card [removed]; [removed]'s error; not [removed], [removed]"; got != want {
		t.Errorf("notes of the loan: %s, want %s", got, want)
	}
	for query, want := range map[string]string{
		`SELECT format('%s %s', customer_id, removed_on) FROM customer WHERE removed_operation = (SELECT operation FROM operation)`: "CA 2026-08-01",
		`SELECT CAST(count(*) AS text) FROM loan_transaction t JOIN loan l USING (loan) WHERE l.loan_id = 'A1'`:                     "2",
		`SELECT format('%s %s %s', kind, who, after) FROM operation`: `REMOVE_CUSTOMER ada {"removed_on": "2026-08-01", "customer_id": "CA", ` +
			`"erasure_reason": "CCPA request 7", "retained_until": "2029-06-10"}`,
	} {
		if got := rows(t, db, query); got != want {
			t.Errorf("%s:\n got %s\nwant %s", query, got, want)
		}
	}
	if _, err := db.Exec(`UPDATE customer SET surname = 'ALDERBROOKA' WHERE customer_id = 'CA'`); err == nil {
		t.Error("the database took the person back")
	}
	again, err := desk(db).RemoveCustomer(t.Context(), erased)
	if err != nil || !again.Repeated {
		t.Errorf("with the key again: %+v, %v", again, err)
	}
	other := erased
	other.Key = ""
	if _, err := desk(db).RemoveCustomer(t.Context(), other); !errors.Is(err, servicing.ErrRefused) {
		t.Errorf("a second time: %v", err)
	}
	// The lender does nothing wrong: no row of the next extract is rejected.
	if summary := paidOff().load(t, db); len(summary.Rejects) != 0 || summary.Rejected != 0 || summary.Removed != 1 {
		t.Errorf("the next extract: %+v", summary)
	}
	cases := extract{"cases.csv": "case_id,type,status,opened_on,court_case_number\nK1,OTHER,OPEN,2026-01-01,26-1234\nKL,OTHER,OPEN,2026-01-01,26-5678\n",
		"case_parties.csv": "case_id,customer_id,loan_id\nK1,CA,\nKL,,A1\n"}
	if summary := cases.load(t, db); len(summary.Rejects) != 0 {
		t.Errorf("a known case: rejects %+v", summary.Rejects)
	}
	another := extract{"cases.csv": "case_id,type,status,opened_on,court_case_number\nK2,OTHER,OPEN,2026-01-01,26-5678\nK3,OTHER,OPEN,2026-01-01,26-5678\n",
		"case_parties.csv": "case_id,customer_id,loan_id\nK2,CA,\nK3,,A1\n"}
	if summary := another.load(t, db); len(summary.Rejects) != 0 || summary.Removed != 1 {
		t.Errorf("a new case: %+v", summary)
	}
	extract{"customer_removals.csv": "action,customerId,approver,erasure_reason\nremove,CA,kim,AlderbrookA asked again\n"}.load(t, db)
	nights(t, db, dir, "2026-08-31")
	if got := personal(); got != "" {
		t.Errorf("left of the customer after the next night: %s", got)
	}
	if got := rows(t, db, `SELECT x.reason FROM excluded x JOIN loan l USING (loan) WHERE l.loan_id = 'A1' ORDER BY x.file`); got != "FINALLY_REPORTED; FINALLY_REPORTED" {
		t.Errorf("A1 is left out as %s", got)
	}
}

// CD1: a file that was written keeps what is personal of a removed customer until it is purged; then no table and no file has it.
func TestNothingPersonalIsLeftAfterAPurge(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	paidOff().load(t, db)
	nights(t, db, dir, "2026-06-30", "2026-07-31", "2026-08-31")
	move(t, db, 1, bureau.Released, bureau.Transmitted)
	personal := func() (found []string) {
		t.Helper()
		all := everything(t, db)
		err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				var text []byte
				text, err = os.ReadFile(path)
				all[e.Name()] = string(text)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for where, text := range all {
			for _, value := range []string{"ALDERBROOKA", "666100001", hex.EncodeToString([]byte("ALDERBROOKA"))} {
				if strings.Contains(text, value) {
					found = append(found, where+" "+value)
				}
			}
		}
		return found
	}
	if _, err := desk(db).RemoveCustomer(t.Context(), erased); err != nil {
		t.Fatal(err)
	}
	if got := personal(); len(got) != 2 || !strings.HasPrefix(got[0], "metro2-") {
		t.Fatalf("after the removal: %q, want what the file says", got)
	}
	hash := rows(t, db, `SELECT sha256 || ' ' || records FROM bureau_file WHERE file = 1`)
	said := rows(t, db, saidOf)
	db.MustExec(`UPDATE program SET retention_months = 2`)
	done, err := bureau.Purge(t.Context(), db, bureau.Purging{On: day("2026-08-30"), Who: "kim", Why: "retention is over"}, clock())
	if err != nil || len(done) != 1 || done[0].File != 1 {
		t.Fatalf("purged: %+v, %v", done, err)
	}
	if got := personal(); got != nil {
		t.Errorf("left of the customer: %q", got)
	}
	if got := rows(t, db, `SELECT sha256 || ' ' || records FROM bureau_file WHERE file = 1`); got != hash || rows(t, db, saidOf) != said {
		t.Errorf("of the file %s is left, want %s, and what it said", got, hash)
	}
}

// A removal beside a night waits for the chunk that holds the customer's loan, and every loan stays in the file or on its list.
func TestRemovalBesideAnExport(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	paidOff().load(t, db)
	nights(t, db, dir, "2026-06-30", "2026-07-31")
	db.MustExec(`SELECT wake(array_agg(loan), 'test') FROM loan`)
	release := block(t, db, `LOCK TABLE excluded IN SHARE MODE`)
	running := beside(func() (*batch.Summary, error) { return night(db, dir, "2026-08-31") })
	waiting(t, db, 1) // the export wants to write that A1 is left out
	operation := beside(func() (*servicing.RemoveResult, error) { return desk(db).RemoveCustomer(context.Background(), erased) })
	release()
	if _, err := operation(); err != nil {
		t.Fatal(err)
	}
	summary, err := running()
	if err != nil || summary.State != "CLOSED" {
		t.Fatalf("the night: %+v, %v", summary, err)
	}
	if f := summary.Files[0]; f.Records+f.Excluded != 2 {
		t.Errorf("the file says something of %d loans, want 2 (BR8)", f.Records+f.Excluded)
	}
}

// CD2: the requests of a file are carried out each by itself; interrupted, the next call goes on; a dry run changes nothing.
func TestRequestsOneByOne(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := paidOff()
	e.load(t, db)
	nights(t, db, t.TempDir(), "2026-06-30", "2026-07-31")
	extract{"customer_removals.csv": "action,customerId,approver,erasure_reason\nremove,CA,kim,CCPA request 7\nremove,CB,,\n"}.load(t, db)
	before := everything(t, db)
	dry := order("")
	dry.DryRun = true
	want := &servicing.Removals{Removed: 1, Refused: 1, Outcomes: servicing.Outcomes[servicing.RemovalOutcome]{Rows: []servicing.RemovalOutcome{
		{CustomerID: "CA", Removed: true}, {CustomerID: "CB", Why: "loan B1 is open (CD3)"},
	}}}
	done, err := desk(db).RemoveRequested(t.Context(), dry)
	if diff := cmp.Diff(want, done); diff != "" || err != nil {
		t.Errorf("dry run: %v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("the dry run changed something:\n%s", diff)
	}
	// Its session ends after the first one is removed and before the second is refused.
	db.MustExec(`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(10); RETURN NEW; END $$;
		CREATE TRIGGER die BEFORE UPDATE ON customer_removal FOR EACH ROW WHEN (NEW.state = 'REFUSED') EXECUTE FUNCTION die()`)
	if done, err := desk(db).RemoveRequested(t.Context(), order("")); err == nil || done.Removed != 1 {
		t.Errorf("interrupted: %+v, %v", done, err)
	}
	db.MustExec(`DROP TRIGGER die ON customer_removal`)
	done, err = desk(db).RemoveRequested(t.Context(), order(""))
	if err != nil || done.Removed != 0 || done.Refused != 1 {
		t.Errorf("the next call: %+v, %v", done, err)
	}
	if got := rows(t, db, `SELECT format('%s %s', state, refused_why) FROM customer_removal ORDER BY customer`); got != "REMOVED ; REFUSED loan B1 is open (CD3)" {
		t.Errorf("requests: %s", got)
	}
}

// CD3, BR11, DC6: a loan whose last record did not count after all is still to be reported, though a newer file has left it out
// already; once a file has told of it again its customer can be removed.
func TestWhatDidNotCountIsToBeReported(t *testing.T) {
	t.Parallel()
	for name, takeBack := range map[string]func(t *testing.T, db *sqlx.DB){
		"refused singly": func(t *testing.T, db *sqlx.DB) {
			move(t, db, 1, bureau.Released, bureau.Transmitted)
			refused := []bureau.Answer{{AccountNumber: "ACCTA1", Outcome: bureau.RecordRefused, Code: "E1"}}
			if _, err := bureau.RecordAnswers(t.Context(), db, 1, refused, bureau.Received{On: day("2026-08-01"), Owner: "ada", Who: "ada", Now: clock()}); err != nil {
				t.Fatal(err)
			}
		},
		"voided":   func(t *testing.T, db *sqlx.DB) { move(t, db, 1, bureau.Voided) },
		"rejected": func(t *testing.T, db *sqlx.DB) { move(t, db, 1, bureau.Released, bureau.Transmitted, bureau.Rejected) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			dir := t.TempDir()
			paidOff().load(t, db)
			nights(t, db, dir, "2026-06-30", "2026-07-31")
			takeBack(t, db)
			again := erased
			again.Key = ""
			if _, err := desk(db).RemoveCustomer(t.Context(), again); !errors.Is(err, servicing.ErrRefused) || !strings.Contains(err.Error(), "still to be reported") {
				t.Fatalf("removed before it was reported again: %v", err)
			}
			nights(t, db, dir, "2026-08-31", "2026-09-30")
			if got := rows(t, db, `SELECT format('%s %s', t.file, t.account_status) FROM tradeline t JOIN loan l USING (loan) WHERE l.loan_id = 'A1' AND file > 2`); got != "3 13" {
				t.Errorf("told again: %s", got)
			}
			if _, err := desk(db).RemoveCustomer(t.Context(), again); err != nil {
				t.Errorf("after it was reported again: %v", err)
			}
		})
	}
}

// move takes a file through states.
func move(t *testing.T, db *sqlx.DB, file int64, states ...bureau.State) {
	t.Helper()
	for _, to := range states {
		m := bureau.Move{File: file, To: to, Who: "ada", Why: "because", Acknowledged: []string{bureau.AllWarnings}}
		if _, err := bureau.Change(t.Context(), db, m, clock()); err != nil {
			t.Fatal(err)
		}
	}
}

// CD2, BR8: a loan whose only customer was removed and that owes again is left out with a reason and listed; the night goes on.
func TestReopenedWithoutItsCustomer(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	e := paidOff()
	e.load(t, db)
	nights(t, db, dir, "2026-06-30", "2026-07-31")
	if _, err := desk(db).RemoveCustomer(t.Context(), erased); err != nil {
		t.Fatal(err)
	}
	extract{"transactions.csv": "transaction_id,loan_id,type,amount,effective_on,posted_at,state,reverses\n" +
		"RA1,A1,REVERSAL,1000.00,2026-08-15,2026-08-15T12:00:00Z,SETTLED,QA1\n"}.load(t, db)
	summary := nights(t, db, dir, "2026-08-31")
	if got := rows(t, db, `SELECT status FROM loan_state JOIN loan USING (loan) WHERE loan_id = 'A1'`); got == "CLOSED::PAID_OFF" {
		t.Errorf("A1 is %s", got)
	}
	if f := summary.Files[0]; f.Records != 1 || f.Excluded != 1 {
		t.Errorf("the file tells of %d loans and leaves out %d", f.Records, f.Excluded)
	}
	if got := rows(t, db, `SELECT format('%s: %s', x.reason, x.detail) FROM excluded x JOIN loan l USING (loan) WHERE l.loan_id = 'A1' AND x.file = 3`); got !=
		"QUARANTINED: NO_CONSUMER: a consumer of the loan was removed (CD2): nothing personal is left to report" {
		t.Errorf("left out: %s", got)
	}
	if got := rows(t, db, `SELECT code FROM run_exception JOIN loan USING (loan) WHERE loan_id = 'A1' AND step = 'export'`); got != "NO_CONSUMER" {
		t.Errorf("listed: %s", got)
	}
}

// CD3: at a command line anybody can be named as who asks. A supervisor is who gives the command, and so is who removes a customer:
// nobody passes a check by another's name, also not by a row of a file.
func TestNobodyActsInAnothersName(t *testing.T) {
	t.Parallel()
	db := deskBook(t)
	d := desk(db)
	d.Authority = batch.Authority{Supervisors: []string{"ada"}, User: "kim"}
	file := bulkRows(t, "resolve-exceptions x1 loanId=D1", "remove - customerId=CA approver=Kim erasureReason=CCPA_7")
	sum, err := d.Bulk(t.Context(), servicing.BulkRequest{Order: order(""), File: file})
	if err != nil || sum.Refused != 2 || !strings.Contains(sum.Rows[0].Why, "only a supervisor") || !strings.Contains(sum.Rows[1].Why, "another person") {
		t.Errorf("by kim in ada's name: %+v, %v", sum, err)
	}
	d.Authority.User = "ada"
	sum, err = d.Bulk(t.Context(), servicing.BulkRequest{Order: order(""), File: file})
	if err != nil || sum.Done != 2 {
		t.Errorf("by ada: %+v, %v", sum, err)
	}
}

package servicing_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// states is what a test looks at of loans that may be contacted or not.
const states = `SELECT l.loan_id || ' ' || s.servicing_status || coalesce(' ' || s.stop_reason, '') || coalesce(' ' || (
	SELECT string_agg(id, '+' ORDER BY id) FROM (
		SELECT item_id AS id FROM scheduled_item i WHERE i.loan = l.loan AND i.state = 'PENDING'
		UNION ALL SELECT schedule_id FROM schedule c WHERE c.loan = l.loan AND c.state = 'ACTIVE') p), '')
	FROM loan l JOIN loan_state s USING (loan) ORDER BY l.loan_id`

// SP5, SP3, ST4: the row of the operation, the history and the marks of what was cancelled name one another, who and why.
func TestCancelLeavesItsMarks(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "A2", "B1").load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	done, err := desk(db).CancelServicing(t.Context(), servicing.CancelRequest{Order: order("k1"), CustomerID: "CA", Reason: "DECEASED"})
	if err != nil {
		t.Fatal(err)
	}
	want := &servicing.CancelResult{
		Receipt: servicing.Receipt{Operation: done.Operation, On: day("2026-06-02")}, CustomerID: "CA", LoansUpdated: 2, Reason: "DECEASED",
		Cancelled: map[string]int64{"payments": 2, "calls": 2, "emails": 0, "sms": 0, "call_schedules": 2, "email_schedules": 0, "sms_schedules": 0},
	}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	for query, want := range map[string]string{
		states: "A1 NOT_SERVICING DECEASED; A2 NOT_SERVICING DECEASED; B1 SERVICING CB1+PB1+SB1",
		`SELECT format('%s %s %s %s %s %s %s %s', state, from_status, to_status, business_date, rule, who, why, facts) FROM status_history
			WHERE cause = 'OPERATION' AND operation = (SELECT operation FROM operation) ORDER BY loan`: `SERVICING SERVICING NOT_SERVICING 2026-06-02 SP5 ada letter of 2 June {"stop_reason": "DECEASED"}; ` +
			`SERVICING SERVICING NOT_SERVICING 2026-06-02 SP5 ada letter of 2 June {"stop_reason": "DECEASED"}`,
		`SELECT format('%s %s %s', x.id, x.cancelled_on, x.cancel_reason) FROM (
			SELECT item_id AS id, cancelled_on, cancel_reason, cancelled_operation, cancelled_run FROM scheduled_item UNION ALL
			SELECT schedule_id, cancelled_on, cancel_reason, cancelled_operation, cancelled_run FROM schedule) x
			WHERE cancelled_operation = (SELECT operation FROM operation) AND cancelled_run IS NULL ORDER BY 1`: "CA1 2026-06-02 DECEASED; CA2 2026-06-02 DECEASED; PA1 2026-06-02 DECEASED; PA2 2026-06-02 DECEASED; " +
			"SA1 2026-06-02 DECEASED; SA2 2026-06-02 DECEASED",
		`SELECT format('%s %s %s %s %s', kind, who, why, cardinality(loans), before) FROM operation`: `CANCEL_SERVICING ada letter of 2 June 2 ` +
			`[{"loan_id": "A1", "servicing_status": "SERVICING"}, {"loan_id": "A2", "servicing_status": "SERVICING"}]`,
	} {
		if got := rows(t, db, query); got != want {
			t.Errorf("%s:\n got %s\nwant %s", query, got, want)
		}
	}
}

// The same key and the same request give the first result, and change nothing; another request with the key is refused, and so
// are two at once done once.
func TestKey(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "B1").load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	request := servicing.CancelRequest{Order: order("k1"), CustomerID: "CA", Reason: "DECEASED"}
	release := block(t, db, `SELECT loan FROM loan_wake FOR UPDATE`)
	first := beside(func() (*servicing.CancelResult, error) {
		return desk(db).CancelServicing(context.Background(), request)
	})
	second := beside(func() (*servicing.CancelResult, error) {
		return desk(db).CancelServicing(context.Background(), request)
	})
	waiting(t, db, 2)
	release()
	one, err := first()
	two, again := second()
	if err != nil || again != nil {
		t.Fatal(err, again)
	}
	if one.Repeated == two.Repeated {
		t.Errorf("repeated: %v and %v, want it done once", one.Repeated, two.Repeated)
	}
	one.Repeated, two.Repeated = false, false
	if diff := cmp.Diff(one, two); diff != "" {
		t.Errorf("the second result differs (-first +second):\n%s", diff)
	}
	before := everything(t, db)
	third, err := desk(db).CancelServicing(t.Context(), request)
	if err != nil || !third.Repeated || third.LoansUpdated != 1 {
		t.Errorf("third time: %+v, %v", third, err)
	}
	dry := request
	dry.DryRun = true
	if fourth, err := desk(db).CancelServicing(t.Context(), dry); err != nil || !fourth.Repeated || !fourth.DryRun || fourth.Operation != third.Operation {
		t.Errorf("a dry run with the key: %+v, %v", fourth, err)
	}
	other := request
	other.CustomerID = "CB"
	if _, err := desk(db).CancelServicing(t.Context(), other); !errors.Is(err, servicing.ErrKeyUsed) {
		t.Errorf("another request with the key: %v", err)
	}
	if _, err := desk(db).Hold(t.Context(), servicing.HoldRequest{Order: order("k1"), LoanID: "A1", Until: day("2026-06-09")}); !errors.Is(err, servicing.ErrKeyUsed) {
		t.Errorf("another operation with the key: %v", err)
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("repeating changed something:\n%s", diff)
	}
}

// A dry run does everything and leaves nothing behind; its key is free afterwards. What is refused leaves nothing either.
func TestDryRunAndRefusalsChangeNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "A2").load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	before := everything(t, db)
	dry := order("k1")
	dry.DryRun = true
	done, err := desk(db).CancelServicing(t.Context(), servicing.CancelRequest{Order: dry, CustomerID: "CA"})
	if err != nil || !done.DryRun || done.Operation != 0 || done.LoansUpdated != 2 || done.Cancelled["payments"] != 2 {
		t.Errorf("dry run: %+v, %v", done, err)
	}
	status, err := desk(db).SetStatus(t.Context(), servicing.StatusRequest{Order: dry, LoanID: "A1", Status: "CLOSED::RISK"})
	if err != nil || !status.DryRun || status.ClosedOn != day("2026-06-02") {
		t.Errorf("dry run: %+v, %v", status, err)
	}
	for name, c := range map[string]struct {
		request servicing.CancelRequest
		want    error
	}{
		"reason":   {servicing.CancelRequest{Order: order(""), CustomerID: "CA", Reason: "MOVED_AWAY"}, servicing.ErrInvalid},
		"neither":  {servicing.CancelRequest{Order: order("")}, servicing.ErrInvalid},
		"both":     {servicing.CancelRequest{Order: order(""), CustomerID: "CA", LoanID: "A1"}, servicing.ErrInvalid},
		"nobody":   {servicing.CancelRequest{CustomerID: "CA"}, servicing.ErrInvalid},
		"customer": {servicing.CancelRequest{Order: order(""), CustomerID: "CX"}, servicing.ErrUnknown},
		"loan":     {servicing.CancelRequest{Order: order(""), LoanID: "X1"}, servicing.ErrUnknown},
		"closed":   {servicing.CancelRequest{Order: servicing.Order{By: "ada", On: day("2026-06-01")}, LoanID: "A1"}, servicing.ErrRefused},
		"far":      {servicing.CancelRequest{Order: servicing.Order{By: "ada", On: day("2062-06-01")}, LoanID: "A1"}, servicing.ErrRefused},
	} {
		if _, err := desk(db).CancelServicing(t.Context(), c.request); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
	if _, err := desk(db).CancelServicing(t.Context(), servicing.CancelRequest{Order: order("k1"), CustomerID: "CA"}); err != nil {
		t.Errorf("with the key of the dry run: %v", err)
	}
}

// A session that ends just before its commit leaves nothing; the same request does it, once.
func TestCrashBeforeCommit(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "A2").load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	before := everything(t, db)
	db.MustExec(`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(10); RETURN NEW; END $$;
		CREATE TRIGGER die AFTER UPDATE ON operation FOR EACH ROW EXECUTE FUNCTION die()`)
	request := servicing.CancelRequest{Order: order("k1"), CustomerID: "CA"}
	if done, err := desk(db).CancelServicing(t.Context(), request); err == nil {
		t.Fatalf("the session was ended, and yet: %+v", done)
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
	db.MustExec(`DROP TRIGGER die ON operation`)
	for n := range 2 {
		done, err := desk(db).CancelServicing(t.Context(), request)
		if err != nil || done.LoansUpdated != 2 || done.Repeated != (n == 1) {
			t.Errorf("time %d: %+v, %v", n+1, done, err)
		}
	}
	if got := rows(t, db, `SELECT CAST(count(*) AS text) FROM status_history WHERE cause = 'OPERATION'`); got != "2" {
		t.Errorf("%s rows of history, want 2", got)
	}
}

// An operation that comes while a night decides its loan waits for that chunk; both are kept, in their order, and the night
// closes. The loan is looked at by the next night.
func TestBesideANightInAChunk(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	book("A1", "B1").load(t, db)
	nights(t, db, dir, "2026-07-20")
	release := block(t, db, `SELECT FROM loan_state s JOIN loan_key k USING (loan) WHERE k.loan_id = 'A1' FOR UPDATE OF s`)
	running := beside(func() (*batch.Summary, error) { return night(db, dir, "2026-07-25") })
	waiting(t, db, 1) // the night holds A1's version, and waits to write that it is delinquent
	operation := beside(func() (*servicing.CancelResult, error) {
		return desk(db).CancelServicing(context.Background(), servicing.CancelRequest{Order: order("k1"), CustomerID: "CA", Reason: "MILITARY"})
	})
	waiting(t, db, 2)
	release()
	done, err := operation()
	if err != nil {
		t.Fatal(err)
	}
	summary, err := running()
	if err != nil || summary.State != "CLOSED" {
		t.Fatalf("the night: %+v, %v", summary, err)
	}
	if done.LoansUpdated != 1 || done.Cancelled["payments"] != 1 || done.On < day("2026-07-25") {
		t.Errorf("the operation: %+v", done)
	}
	history := rows(t, db, `SELECT format('%s %s', cause, to_status) FROM status_history h JOIN loan_key k USING (loan)
		WHERE k.loan_id = 'A1' AND seq > 2 ORDER BY seq`)
	if want := "NIGHT SUSPENDED::DELINQUENT; OPERATION NOT_SERVICING"; history != want {
		t.Errorf("history is %s, want %s", history, want)
	}
	if got, want := rows(t, db, states), "A1 NOT_SERVICING MILITARY; B1 SERVICING CB1+PB1+SB1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := rows(t, db, `SELECT w.state || ' ' || w.why FROM loan_wake w JOIN loan_key k USING (loan) WHERE k.loan_id = 'A1'`); got != "STALE payments cancelled" {
		t.Errorf("A1 is %s, want it to be looked at by the next night", got)
	}
}

// A night that comes to a loan while an operation works on it waits, and sees what the operation left.
func TestNightWaitsForAnOperation(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	book("A1", "B1").load(t, db)
	nights(t, db, dir, "2026-07-20")
	release := block(t, db, `SELECT FROM loan l WHERE l.loan_id = 'A1' FOR UPDATE`)
	operation := beside(func() (*servicing.HoldResult, error) {
		return desk(db).Hold(context.Background(), servicing.HoldRequest{Order: order("k1"), LoanID: "A1", Until: day("2026-12-31")})
	})
	waiting(t, db, 1) // the operation holds A1's version, and waits to write the hold
	running := beside(func() (*batch.Summary, error) { return night(db, dir, "2026-07-25") })
	waiting(t, db, 2)
	release()
	if _, err := operation(); err != nil {
		t.Fatal(err)
	}
	if _, err := running(); err != nil {
		t.Fatal(err)
	}
	got := rows(t, db, `SELECT k.loan_id || ' ' || s.status FROM loan_state s JOIN loan_key k USING (loan) ORDER BY 1`)
	if want := "A1 ACTIVE; B1 SUSPENDED::DELINQUENT"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// An operation that cancels what a purge was laid out to cancel takes work from it, and the night closes all the same; one that
// meets the purge at its own loan waits for it and finds nothing left.
func TestBesideAPurge(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	book("A1", "B1").load(t, db)
	nights(t, db, dir, "2026-06-01")
	db.MustExec(`UPDATE loan_state SET servicing_status = 'NOT_SERVICING', stop_reason = 'SOLD_OFF'`)
	release := block(t, db, `SELECT FROM scheduled_item WHERE item_id = 'PA1' FOR UPDATE`)
	running := beside(func() (*batch.Summary, error) { return night(db, dir, "2026-06-02") })
	waiting(t, db, 1) // the purge of A1
	other, err := desk(db).CancelServicing(t.Context(), servicing.CancelRequest{Order: order("k1"), CustomerID: "CB"})
	if err != nil || other.LoansUpdated != 0 || other.Cancelled["calls"] != 1 {
		t.Errorf("the other loan: %+v, %v", other, err)
	}
	same := beside(func() (*servicing.CancelResult, error) {
		return desk(db).CancelServicing(context.Background(), servicing.CancelRequest{Order: order("k2"), CustomerID: "CA"})
	})
	waiting(t, db, 2)
	release()
	if done, err := same(); err != nil || done.Cancelled["calls"] != 0 || done.Cancelled["payments"] != 0 {
		t.Errorf("the same loan: %+v, %v", done, err)
	}
	summary, err := running()
	if err != nil || summary.State != "CLOSED" {
		t.Fatalf("the night: %+v, %v", summary, err)
	}
	if got, want := rows(t, db, states), "A1 NOT_SERVICING SOLD_OFF; B1 NOT_SERVICING SOLD_OFF"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// SP2, SP3, SP5: what another system sends while an operation is under way stays sent and is not counted: counts are rows, always.
func TestWhatIsSentMeanwhileIsNotCounted(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "A2").load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	dialler := db.MustBegin()
	dialler.MustExec(`UPDATE scheduled_item SET state = 'SENT' WHERE item_id IN ('CA1', 'PA2')`)
	operation := beside(func() (*servicing.CancelResult, error) {
		return desk(db).CancelServicing(context.Background(), servicing.CancelRequest{Order: order("k1"), CustomerID: "CA"})
	})
	waiting(t, db, 1) // it has read both as pending
	if err := dialler.Commit(); err != nil {
		t.Fatal(err)
	}
	done, err := operation()
	if err != nil {
		t.Fatal(err)
	}
	if c := done.Cancelled; c["calls"] != 1 || c["payments"] != 1 || c["call_schedules"] != 2 {
		t.Errorf("counts %v, want a call, a payment and two schedules", c)
	}
	got := rows(t, db, `SELECT item_id FROM scheduled_item WHERE cancelled_operation IS NOT NULL ORDER BY 1`)
	woken := rows(t, db, `SELECT k.loan_id FROM loan_wake w JOIN loan_key k USING (loan) WHERE w.why = 'payments cancelled'`)
	if got != "CA2; PA1" || woken != "A1" {
		t.Errorf("cancelled are %s, woken %s", got, woken)
	}
}

// An operation waits for an import, which reads the states of loans and writes them back, and gives up in time.
func TestBesideAnImport(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book("A1", "B1")
	e.load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	release := block(t, db, `SELECT FROM customer WHERE customer_id = 'CA' FOR UPDATE`)
	e["customers.csv"] = "customer_id,surname,address1,city,state,postal_code\nCA,BIRCHFIELD,1 ELM ST,SPRINGFIELD,IL,62701\n"
	importing := beside(func() (struct{}, error) { _, err := e.imported(t, db); return struct{}{}, err })
	waiting(t, db, 1)
	hasty := desk(db)
	hasty.Patience = 50 * time.Millisecond
	if _, err := hasty.CancelServicing(t.Context(), servicing.CancelRequest{Order: order("k1"), CustomerID: "CA"}); !errors.Is(err, servicing.ErrBusy) {
		t.Errorf("beside an import: %v, want %v", err, servicing.ErrBusy)
	}
	operation := beside(func() (*servicing.CancelResult, error) {
		return desk(db).CancelServicing(context.Background(), servicing.CancelRequest{Order: order("k1"), CustomerID: "CA"})
	})
	waiting(t, db, 2)
	release()
	if _, err := importing(); err != nil {
		t.Error(err)
	}
	if done, err := operation(); err != nil || done.LoansUpdated != 1 || done.Repeated {
		t.Errorf("after the import: %+v, %v", done, err)
	}
}

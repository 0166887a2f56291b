package serve_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

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

// SP5, SP3: the counts of the answer are the rows that changed; who asked, in which role and from where, is in the ledger. SP4: a
// second call counts nothing, and the first reason stays.
func TestCancelServicing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "A2", "B1", "D1")
	nights(t, db, "2026-06-01")
	s := newService(t, db)
	operator := sent{role: servicing.Operator}

	got := s.do("POST", "/v1/customers/CA/cancel-servicing", sent{role: servicing.Operator, body: `{"reason":"DECEASED","why":"letter of 2 June"}`})
	if got.status != 200 || got.body["status"] != 200.0 || got.body["message"] != "OK" {
		t.Fatalf("answer: %s", got.text)
	}
	counts := map[string]any{"payments": 2.0, "calls": 2.0, "emails": 0.0, "sms": 0.0, "callSchedules": 2.0, "emailSchedules": 0.0, "smsSchedules": 0.0}
	want := map[string]any{
		"customerId": "CA", "loansUpdated": 2.0, "reason": "DECEASED", "cancelled": counts,
		"operation": got.data("operation"), "businessDate": "2026-06-02", "dryRun": false, "repeated": false,
	}
	if diff := cmp.Diff(want, got.body["data"]); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	if got := rows(t, db, states); got != "A1 NOT_SERVICING DECEASED; A2 NOT_SERVICING DECEASED; B1 SERVICING CB1+PB1+SB1; D1 SERVICING CD1+PD1+SD1" {
		t.Errorf("loans: %s", got)
	}
	if got := rows(t, db, `SELECT count(*)::text FROM (SELECT cancelled_operation FROM scheduled_item UNION ALL SELECT cancelled_operation FROM schedule) x
		WHERE cancelled_operation = $1`, got.data("operation")); got != "6" {
		t.Errorf("rows that the operation cancelled: %s", got)
	}
	if got := rows(t, db, `SELECT format('%s %s %s %s %s', kind, who, role, came_from, why) FROM operation`); got != "CANCEL_SERVICING a-operator operator 192.0.2.1 letter of 2 June" {
		t.Errorf("operation: %s", got)
	}

	again := s.do("POST", "/v1/customers/CA/cancel-servicing", sent{role: servicing.Operator, body: `{"reason":"MISTAKE"}`})
	if again.data("loansUpdated") != 0.0 || again.data("cancelled.payments") != 0.0 || again.data("cancelled.callSchedules") != 0.0 {
		t.Errorf("second call: %s", again.text)
	}
	loan := s.do("POST", "/v1/loans/B1/cancel-servicing", operator)
	if loan.data("loanId") != "B1" || loan.data("reason") != "API_REQUEST" || loan.data("loansUpdated") != 1.0 || loan.data("cancelled.calls") != 1.0 {
		t.Errorf("a loan: %s", loan.text)
	}
	before := everything(t, db)
	dry := s.do("POST", "/v1/loans/D1/cancel-servicing?dryRun=true", operator)
	if dry.data("dryRun") != true || dry.data("operation") != 0.0 || dry.data("loansUpdated") != 1.0 {
		t.Errorf("dry run: %s", dry.text)
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("a dry run changed (-before +after):\n%s", diff)
	}
	if got := rows(t, db, states); got != "A1 NOT_SERVICING DECEASED; A2 NOT_SERVICING DECEASED; B1 NOT_SERVICING API_REQUEST; D1 SERVICING CD1+PD1+SD1" {
		t.Errorf("loans: %s", got)
	}
}

// Two requests at once with one key are done once, and both get the first answer; another request with the key is refused.
func TestKeyTwiceAtOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "B1")
	nights(t, db, "2026-06-01")
	s := newService(t, db)
	q := sent{role: servicing.Operator, header: map[string]string{"Idempotency-Key": "ticket-17"}, body: `{"reason":"MILITARY"}`}
	got := make([]answer, 8)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = s.do("POST", "/v1/customers/CA/cancel-servicing", q) })
	}
	all.Wait()
	first := 0
	for _, a := range got {
		if a.status != 200 || a.data("loansUpdated") != 1.0 || a.data("operation") != got[0].data("operation") {
			t.Errorf("answer: %d %s", a.status, a.text)
		}
		if a.data("repeated") == false {
			first++
		}
	}
	if n := rows(t, db, `SELECT count(*)::text FROM operation`); first != 1 || n != "1" {
		t.Errorf("done %d times, %s operations", first, n)
	}
	before := everything(t, db)
	q.body = ""
	if a := s.do("POST", "/v1/customers/CA/cancel-servicing", q); a.kind() != "422 key-used" {
		t.Errorf("another request with the key: %s", a.text)
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("a refused request changed (-before +after):\n%s", diff)
	}
}

// SP7: a cancellation beside the night that purges ends as one after the other: every loan of the customer is stopped with one
// reason, and nothing pending is left.
func TestCancelBesideThePurge(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "A2", "A3", "A4")
	nights(t, db, "2026-06-01")
	s := newService(t, db)
	dir := t.TempDir()
	date := day("2026-06-02")
	for round := range 12 {
		for _, reset := range []string{
			`UPDATE loan_state SET servicing_status = 'SERVICING', stop_reason = NULL`,
			`UPDATE schedule SET state = 'ACTIVE', cancelled_on = NULL, cancelled_run = NULL, cancelled_operation = NULL, cancel_reason = NULL`,
			`UPDATE scheduled_item SET state = 'PENDING', cancelled_on = NULL, cancelled_run = NULL, cancelled_operation = NULL, cancel_reason = NULL`,
			`UPDATE loan_state SET servicing_status = 'NOT_SERVICING', stop_reason = 'COMPLAINT_TRIGGER' WHERE loan = (SELECT loan FROM loan WHERE loan_id = 'A2')`,
		} {
			db.MustExec(reset)
		}
		purged := make(chan error, 1)
		go func() { purged <- night(db, dir, (date).String()) }()
		got := s.do("POST", "/v1/customers/CA/cancel-servicing", sent{role: servicing.Operator})
		if err := <-purged; err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, batch.ErrBraked) {
			t.Fatalf("round %d: %v", round, err)
		}
		if got.status != 200 {
			t.Fatalf("round %d: %s", round, got.text)
		}
		date++
		if got := rows(t, db, states); got != "A1 NOT_SERVICING API_REQUEST; A2 NOT_SERVICING COMPLAINT_TRIGGER; A3 NOT_SERVICING API_REQUEST; A4 NOT_SERVICING API_REQUEST" {
			t.Fatalf("round %d: %s", round, got)
		}
		cancelled := rows(t, db, `SELECT count(*)::text FROM (SELECT cancelled_operation o FROM scheduled_item UNION ALL SELECT cancelled_operation FROM schedule) x WHERE o = $1`, got.data("operation"))
		if sum := total(got.data("cancelled")); cancelled != sum {
			t.Fatalf("round %d: the answer counts %s, the rows are %s", round, sum, cancelled)
		}
	}
}

func total(counts any) string {
	sum := 0.0
	for _, n := range counts.(map[string]any) {
		sum += n.(float64)
	}
	return strings.TrimSuffix(fmt.Sprint(sum), ".0")
}

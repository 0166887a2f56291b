package step_test

import (
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// contacted is an extract of loans whose customers can be called, written to and debited.
func contacted(ids ...string) extract {
	e := book()
	e["schedules"] = "schedule_id,loan_id,kind,state\n"
	e["scheduled_items"] = itemHeader
	e["cases"] = caseHeader
	e["case_parties"] = "case_id,customer_id,loan_id\n"
	for _, id := range ids {
		e.loan(id)
		e.add("schedules", "S%s,%s,CALL,ACTIVE", id, id)
		e.add("scheduled_items", "P%s,%s,,PAYMENT,PENDING,2026-06-20T09:00:00Z,100.00,false,", id, id)
		e.add("scheduled_items", "C%s,%s,S%s,CALL,PENDING,2026-06-10T09:00:00Z,,false,", id, id, id)
		e.add("scheduled_items", "N%s,%s,,EMAIL,PENDING,2026-06-10T09:00:00Z,,true,", id, id)
	}
	return e
}

const (
	itemHeader = "item_id,loan_id,schedule_id,kind,state,due_at,amount,required_notice,payer_told_on\n"
	caseHeader = "case_id,type,status,opened_on,closed_on,auto_created,acknowledged\n"
)

// servicing is each loan's servicing status with the reason, and what is still pending or active.
func servicing(t testing.TB, db *sqlx.DB) string {
	t.Helper()
	var rows []string
	err := db.Select(&rows, `
		SELECT l.loan_id || ' ' || s.servicing_status || coalesce(' ' || s.stop_reason, '') || coalesce(' ' || string_agg(p.id, '+' ORDER BY p.id), '')
		FROM loan l JOIN loan_state s USING (loan)
		LEFT JOIN (SELECT loan, item_id AS id FROM scheduled_item WHERE state = 'PENDING'
		           UNION ALL SELECT loan, schedule_id FROM schedule WHERE state = 'ACTIVE') p ON p.loan = l.loan
		GROUP BY l.loan_id, s.servicing_status, s.stop_reason ORDER BY l.loan_id`)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(rows, ", ")
}

// Q55, SP7: the night that learns of a bankruptcy, a death or military duty of a liable customer stops servicing, acknowledged
// or not, and cancels in the same night what would be called or debited; never a legally due notice (Q81). Nothing comes back
// when the case ends, nor when the lender sends the same extract again (ST3).
func TestNightStopsContact(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	e := contacted("BANK", "DEAD", "MILI", "USER", "NONE")
	e.add("customers", "C2,BIRCH,ASH,666100002,1980-02-29,2 ELM ST,SPRINGFIELD,IL,62701")
	e.add("customers", "C3,CEDAR,ASH,666100003,1980-02-29,3 ELM ST,SPRINGFIELD,IL,62701")
	e.add("loan_customers", "MILI,C2,2,2")
	e.add("loan_customers", "USER,C3,3,2")
	e.load(t, db)
	night(t, db, dir, "2026-06-01")
	all := "BANK SERVICING CBANK+NBANK+PBANK+SBANK, DEAD SERVICING CDEAD+NDEAD+PDEAD+SDEAD, MILI SERVICING CMILI+NMILI+PMILI+SMILI, " +
		"NONE SERVICING CNONE+NNONE+PNONE+SNONE, USER SERVICING CUSER+NUSER+PUSER+SUSER"
	if got := servicing(t, db); got != all {
		t.Fatalf("without cases: %s, want %s", got, all)
	}
	e.add("cases", "K1,BANKRUPTCY,open,2026-06-02,,true,false")
	e.add("cases", "K2,DECEASED,open,2026-06-02,,false,true")
	e.add("cases", "K3,MILITARY,open,2026-06-02,,false,true")
	e.add("cases", "K4,MILITARY,open,2026-06-02,,false,true")
	e.add("case_parties", "K1,,BANK")
	e.add("case_parties", "K2,,DEAD")
	e.add("case_parties", "K3,C2,")
	e.add("case_parties", "K4,C3,")
	e.load(t, db)
	night(t, db, dir, "2026-06-02")
	stopped := "BANK NOT_SERVICING BANKRUPTCY NBANK, DEAD NOT_SERVICING DECEASED NDEAD, MILI NOT_SERVICING MILITARY NMILI, " +
		"NONE SERVICING CNONE+NNONE+PNONE+SNONE, USER SERVICING CUSER+NUSER+PUSER+SUSER"
	if got := servicing(t, db); got != stopped {
		t.Fatalf("with cases: %s, want %s", got, stopped)
	}
	if n := count(t, db, `SELECT count(*) FROM status_history WHERE state = 'SERVICING' AND cause = 'NIGHT' AND rule = 'Q55'
		AND to_status = 'NOT_SERVICING' AND run = 2 AND facts ->> 'case' LIKE 'K_' AND facts ->> 'stop_reason' <> ''`); n != 3 {
		t.Errorf("%d rows of history (ST4), want 3", n)
	}

	e["cases"] = caseHeader
	e.add("cases", "K1,BANKRUPTCY,closed,2026-06-02,2026-06-04,true,false")
	e.add("scheduled_items", "LATE,DEAD,,CALL,PENDING,2026-06-12T09:00:00Z,,false,")
	e.load(t, db)
	for _, date := range []string{"2026-06-03", "2026-06-04", "2026-06-05"} {
		report := night(t, db, dir, date)
		if got := servicing(t, db); got != stopped {
			t.Errorf("night %s: %s, want %s", date, got, stopped)
		}
		ended := date == "2026-06-04" // SP8: listed once, by the night on which the case has ended
		if n := len(report.Exceptions); n != map[bool]int{true: 1}[ended] || ended && report.Exceptions[0].Code != rules.CodeCaseEnded {
			t.Errorf("night %s: exceptions %+v", date, report.Exceptions)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM status_history WHERE state = 'SERVICING' AND cause <> 'TAKEOVER'"); n != 3 {
		t.Errorf("%d rows of history after the lender's extract came again, want 3", n)
	}
}

// Q81: a payment that the night cancelled excuses its cycle, and the lender may say afterwards that the payer was told.
func TestCancelledPaymentsAreFacts(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	e := contacted("MILI")
	e.add("cases", "K1,MILITARY,open,2026-06-01,,false,true")
	e.add("case_parties", "K1,,MILI")
	e.load(t, db)
	night(t, db, dir, "2026-06-01")
	why := "SELECT why FROM loan_wake"
	var woken string
	if err := db.Get(&woken, why); err != nil || woken != "payments cancelled" {
		t.Errorf("after the night the loan is awake for %q (%v), want payments cancelled", woken, err)
	}
	night(t, db, dir, "2026-06-02")
	told := extract{"scheduled_items": itemHeader}
	told.add("scheduled_items", "PMILI,MILI,,PAYMENT,PENDING,2026-06-20T09:00:00Z,100.00,false,2026-06-03")
	told.load(t, db)
	if n := count(t, db, `SELECT count(*) FROM scheduled_item WHERE item_id = 'PMILI' AND state = 'CANCELLED' AND cancelled_on = '2026-06-01'
		AND cancel_reason = 'MILITARY' AND payer_told_on = '2026-06-03'`); n != 1 {
		t.Error("the cancelled payment does not say when its payer was told, or changed otherwise (SP3)")
	}
	if n := count(t, db, "SELECT count(*) FROM loan_wake WHERE state = 'STALE' AND why = 'payments cancelled'"); n != 1 {
		t.Error("the loan sleeps though its payer was told")
	}
}

package intake_test

import (
	"context"
	"testing"

	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const entryHeader = "transaction_id,loan_id,type,amount,effective_on,posted_at,state,reverses,due_cycle_no"

// entry is a line of transactions.csv with the dates that do not matter.
func entry(id, loan, kind, amount, state, reverses string) string {
	return id + "," + loan + "," + kind + "," + amount + ",2026-01-05,2026-01-05T12:00:00Z," + state + "," + reverses + ","
}

// ledger is an extract whose transactions are these, after a first one with those.
type ledgerCase struct {
	name    string
	posted  []string    // by an import before
	rows    [][2]string // line, and what is wrong with it
	counts  [5]int64
	entries string // what stands in the book afterwards
}

const book1 = "SELECT transaction_id AS t, loan, type, amount_cents AS c, state AS s FROM loan_transaction ORDER BY 1"

var ledgerCases = []ledgerCase{
	{
		name: "signs",
		rows: [][2]string{
			{entry("T1", "L1", "ADJUSTMENT", "-5.00", "SETTLED", ""), ""},
			{entry("T2", "L1", "PAYMENT", "-5.00", "SETTLED", ""), "amount|number|only an adjustment has a sign"},
			{entry("T3", "L1", "PAYMENT", "+5.00", "SETTLED", ""), "amount|number|only an adjustment has a sign"},
			{entry("T4", "L1", "PAYMENT", "-0", "SETTLED", ""), "amount|number|only an adjustment has a sign"},
			{entry("T5", "L1", "PAYMENT", "0", "SETTLED", ""), ""},
			{entry("T6", "L1", "PAYMENT", "1e3", "SETTLED", ""), "amount|text|not an amount with at most two decimals"},
			{entry("T7", "L1", "PAYMENT", "1.005", "SETTLED", ""), "amount|number|not an amount with at most two decimals"},
			{entry("T8", "L1", "PAYMENT", "", "SETTLED", ""), "amount|empty|a value is required"},
		},
		counts:  [5]int64{8, 2, 0, 0, 6},
		entries: `{"t":"T1","loan":1,"type":"ADJUSTMENT","c":-500,"s":"SETTLED"}` + "\n" + `{"t":"T5","loan":1,"type":"PAYMENT","c":0,"s":"SETTLED"}`,
	},
	{
		name: "values",
		rows: [][2]string{
			{entry("T1", "L1", "GIFT", "5", "SETTLED", ""), "type|text|not a legal value"},
			{entry("T2", "L1", "FEE", "5", "DONE", ""), "state|text|not one of PENDING, SETTLED, FAILED"},
			{entry("T3", "L9", "FEE", "5", "SETTLED", ""), "loan_id|" + unknown},
			{"T4,L1,FEE,5,2026-02-30,2026-01-05T12:00:00Z,SETTLED,,", "effective_on|text|" + noDate},
			{"T5,L1,FEE,5,2026-02-03,2026-01-05 12:00:00,SETTLED,,", "posted_at|text|not an RFC 3339 time"},
			{"T6,L1,FEE,5,2026-02-03,2026-01-05T12:00:00,SETTLED,,", "posted_at|text|not an RFC 3339 time"},
			{"T7,L1,FEE,5,2026-02-03,2026-01-05T12:00:00Z,SETTLED,,x", "due_cycle_no|text|not a whole number up to 1,000,000"},
		},
		counts: [5]int64{7, 0, 0, 0, 7},
	},
	{
		name: "repeated in the file",
		rows: [][2]string{
			{entry("T1", "L1", "FEE", "5", "SETTLED", ""), ""},
			{entry("T1", "L1", "FEE", "5.00", "SETTLED", ""), ""},
			{entry("T1", "L1", "FEE", "6", "SETTLED", ""), "transaction_id|" + repeated},
			{entry("T1", "L2", "FEE", "5", "SETTLED", ""), "transaction_id|" + repeated},
		},
		counts:  [5]int64{4, 1, 0, 1, 2},
		entries: `{"t":"T1","loan":1,"type":"FEE","c":500,"s":"SETTLED"}`,
	},
	{
		name: "known entries are immutable",
		posted: []string{
			entry("T1", "L1", "FEE", "5", "SETTLED", ""), entry("T2", "L1", "PAYMENT", "5", "PENDING", ""),
			entry("T3", "L1", "PAYMENT", "5", "PENDING", ""), entry("T4", "L1", "PAYMENT", "5", "PENDING", ""),
			entry("T5", "L1", "PAYMENT", "5", "SETTLED", ""), entry("T6", "L1", "PAYMENT", "5", "PENDING", ""),
			entry("T7", "L1", "PAYMENT", "5", "FAILED", ""), entry("T8", "L1", "PAYMENT", "5", "PENDING", ""),
		},
		rows: [][2]string{
			{entry("T1", "L1", "FEE", "5", "SETTLED", ""), ""},
			{"T2,L1,PAYMENT,5,2026-01-05,2026-01-09T12:00:00Z,SETTLED,,", ""},
			{entry("T3", "L1", "PAYMENT", "5", "FAILED", ""), ""},
			{entry("T4", "L1", "PAYMENT", "6", "SETTLED", ""), "transaction_id|key|differs from the entry already posted"},
			{entry("T5", "L1", "PAYMENT", "5", "PENDING", ""), "transaction_id|key|differs from the entry already posted"},
			{entry("T6", "L2", "PAYMENT", "5", "SETTLED", ""), "loan_id|key|the transaction_id is known of another loan"},
			{entry("T7", "L1", "PAYMENT", "5", "SETTLED", ""), "transaction_id|key|differs from the entry already posted"},
			{"T8,L1,PAYMENT,5,2026-01-05,2026-01-09T12:00:00Z,PENDING,,", "transaction_id|key|differs from the entry already posted"},
			{entry("T9", "L2", "PAYMENT", "5", "SETTLED", ""), ""},
		},
		counts: [5]int64{9, 1, 2, 1, 5},
		entries: `{"t":"T1","loan":1,"type":"FEE","c":500,"s":"SETTLED"}
{"t":"T2","loan":1,"type":"PAYMENT","c":500,"s":"SETTLED"}
{"t":"T3","loan":1,"type":"PAYMENT","c":500,"s":"FAILED"}
{"t":"T4","loan":1,"type":"PAYMENT","c":500,"s":"PENDING"}
{"t":"T5","loan":1,"type":"PAYMENT","c":500,"s":"SETTLED"}
{"t":"T6","loan":1,"type":"PAYMENT","c":500,"s":"PENDING"}
{"t":"T7","loan":1,"type":"PAYMENT","c":500,"s":"FAILED"}
{"t":"T8","loan":1,"type":"PAYMENT","c":500,"s":"PENDING"}
{"t":"T9","loan":2,"type":"PAYMENT","c":500,"s":"SETTLED"}`,
	},
	{
		name:   "reversals",
		posted: []string{entry("T1", "L1", "FEE", "5", "SETTLED", ""), entry("T2", "L1", "ADJUSTMENT", "-7", "SETTLED", "")},
		rows: [][2]string{
			{entry("R1", "L1", "REVERSAL", "5", "SETTLED", "T1"), ""},
			{entry("R2", "L1", "REVERSAL", "7", "SETTLED", "T2"), ""},
			{entry("R3", "L1", "REVERSAL", "9", "SETTLED", "T3"), ""},
			{entry("T3", "L1", "PAYMENT", "9", "SETTLED", ""), ""},
			{entry("R4", "L1", "REVERSAL", "9", "SETTLED", ""), "reverses|empty|a reversal names the entry that it undoes"},
			{entry("T4", "L1", "FEE", "9", "SETTLED", "T1"), "reverses|key|only a reversal names another entry"},
			{entry("R5", "L1", "REVERSAL", "9", "SETTLED", "T9"), "reverses|" + unknown},
			{entry("R6", "L2", "REVERSAL", "5", "SETTLED", "T1"), "reverses|key|reverses an entry of another loan"},
			{entry("R7", "L1", "REVERSAL", "5", "SETTLED", "R1"), "reverses|key|reverses a reversal"},
			{entry("R8", "L1", "REVERSAL", "5.01", "SETTLED", "T1"), "amount|number|differs from the amount of the entry that it reverses"},
			{entry("R9", "L1", "REVERSAL", "9", "PENDING", "T3"), "reverses|key|the entry is reversed already"},
			{entry("R10", "L1", "REVERSAL", "9", "FAILED", "T3"), ""},
			{entry("T5", "L9", "FEE", "9", "SETTLED", ""), "loan_id|" + unknown},
			{entry("R11", "L1", "REVERSAL", "9", "SETTLED", "T5"), "reverses|" + unknown},
			{entry("R12", "L1", "REVERSAL", "9", "SETTLED", "R12"), "reverses|key|reverses a reversal"},
		},
		counts: [5]int64{15, 5, 0, 0, 10},
		entries: `{"t":"R1","loan":1,"type":"REVERSAL","c":500,"s":"SETTLED"}
{"t":"R10","loan":1,"type":"REVERSAL","c":900,"s":"FAILED"}
{"t":"R2","loan":1,"type":"REVERSAL","c":700,"s":"SETTLED"}
{"t":"R3","loan":1,"type":"REVERSAL","c":900,"s":"SETTLED"}
{"t":"T1","loan":1,"type":"FEE","c":500,"s":"SETTLED"}
{"t":"T2","loan":1,"type":"ADJUSTMENT","c":-700,"s":"SETTLED"}
{"t":"T3","loan":1,"type":"PAYMENT","c":900,"s":"SETTLED"}`,
	},
	{
		name: "reversed in the book already",
		posted: []string{
			entry("T1", "L1", "FEE", "5", "SETTLED", ""), entry("R1", "L1", "REVERSAL", "5", "SETTLED", "T1"),
			entry("T2", "L1", "FEE", "5", "SETTLED", ""), entry("R2", "L1", "REVERSAL", "5", "FAILED", "T2"),
			entry("T3", "L1", "FEE", "5", "SETTLED", ""), entry("R3", "L1", "REVERSAL", "5", "PENDING", "T3"),
			entry("T4", "L1", "FEE", "5", "SETTLED", ""), entry("R4", "L1", "REVERSAL", "5", "PENDING", "T4"),
		},
		rows: [][2]string{
			{entry("R1", "L1", "REVERSAL", "5", "SETTLED", "T1"), ""}, // as it is
			{entry("R5", "L1", "REVERSAL", "5", "SETTLED", "T1"), "reverses|key|the entry is reversed already"},
			{entry("R6", "L1", "REVERSAL", "5", "SETTLED", "T2"), ""}, // the first one failed
			{entry("R3", "L1", "REVERSAL", "5", "FAILED", "T3"), ""},  // fails now
			{entry("R7", "L1", "REVERSAL", "5", "SETTLED", "T3"), ""}, // and so another may
			{entry("R4", "L1", "REVERSAL", "5", "SETTLED", "T4"), ""},
		},
		counts: [5]int64{6, 2, 2, 1, 1},
		entries: `{"t":"R1","loan":1,"type":"REVERSAL","c":500,"s":"SETTLED"}
{"t":"R2","loan":1,"type":"REVERSAL","c":500,"s":"FAILED"}
{"t":"R3","loan":1,"type":"REVERSAL","c":500,"s":"FAILED"}
{"t":"R4","loan":1,"type":"REVERSAL","c":500,"s":"SETTLED"}
{"t":"R6","loan":1,"type":"REVERSAL","c":500,"s":"SETTLED"}
{"t":"R7","loan":1,"type":"REVERSAL","c":500,"s":"SETTLED"}
{"t":"T1","loan":1,"type":"FEE","c":500,"s":"SETTLED"}
{"t":"T2","loan":1,"type":"FEE","c":500,"s":"SETTLED"}
{"t":"T3","loan":1,"type":"FEE","c":500,"s":"SETTLED"}
{"t":"T4","loan":1,"type":"FEE","c":500,"s":"SETTLED"}`,
	},
}

func TestTransactions(t *testing.T) {
	t.Parallel()
	for _, c := range ledgerCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			load(t, db, book().with("transactions.csv", append([]string{entryHeader}, c.posted...)...))
			text := []string{entryHeader}
			for _, row := range c.rows {
				text = append(text, row[0])
			}
			summary := load(t, db, extract{}.with("transactions.csv", text...))
			diff(t, "rejects", summary.Rejects, wanted("transactions.csv", c.rows))
			diff(t, "counts", counts(t, summary, "transactions.csv"), c.counts)
			diff(t, "entries", rows(t, db, book1), c.entries)
		})
	}
}

func TestTimesAreKept(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, book().with("transactions.csv", entryHeader,
		"T1,L1,FEE,5,2026-01-05,2026-01-05T12:00:00.123456+05:30,SETTLED,,3", "T2,L1,FEE,5,2026-01-05,2026-01-05T23:59:59.5-08:00,SETTLED,,"))
	diff(t, "times", rows(t, db, "SELECT posted_at AT TIME ZONE 'UTC' AS at, due_cycle_no AS cycle FROM loan_transaction ORDER BY transaction_id"),
		`{"at":"2026-01-05T06:30:00.123456","cycle":3}`+"\n"+`{"at":"2026-01-06T07:59:59.5","cycle":null}`)
}

// When the whole file is one key twice over, the database sorts out what the filter let through.
func TestManyRepeats(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	text := []string{entryHeader}
	const n = 3000
	for range 2 {
		for i := range n {
			text = append(text, entry("T"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)), "L1", "FEE", "1", "SETTLED", ""))
		}
	}
	summary := load(t, db, book().with("transactions.csv", text...))
	diff(t, "counts", counts(t, summary, "transactions.csv"), [5]int64{2 * n, n, 0, n, 0})
}

// A purge that a night or a person did is not undone by an extract (SP3).
func TestCancelledSchedulesStay(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book().with("schedules.csv", "schedule_id,loan_id,kind,state", "S1,L1,CALL,ACTIVE", "S2,L1,SMS,ACTIVE", "S3,L1,SMS,CANCELLED").
		with("scheduled_items.csv", "item_id,loan_id,schedule_id,kind,state,due_at,amount",
			"N1,L1,S1,CALL,PENDING,2026-11-05T09:00:00Z,", "N2,L1,,PAYMENT,PENDING,2026-11-05T09:00:00Z,10")
	load(t, db, e)
	db.MustExec(`UPDATE schedule SET state = 'CANCELLED', cancelled_on = '2026-11-01', cancelled_run = 7, cancel_reason = 'DECEASED' WHERE schedule_id = 'S1'`)
	db.MustExec(`UPDATE scheduled_item SET state = 'CANCELLED', cancelled_on = '2026-11-01', cancel_reason = 'DECEASED' WHERE item_id = 'N1'`)
	before := snapshot(t, db)
	summary := load(t, db, e)
	diff(t, "book", snapshot(t, db), before)
	diff(t, "schedules", counts(t, summary, "schedules.csv"), [5]int64{3, 0, 0, 3, 0})

	e.with("schedules.csv", "schedule_id,loan_id,kind,state", "S1,L1,EMAIL,ACTIVE", "S2,L1,SMS,CANCELLED", "S3,L1,SMS,ACTIVE", "S2,L2,SMS,ACTIVE", "S4,L2,SMS,ACTIVE").
		with("scheduled_items.csv", "item_id,loan_id,schedule_id,kind,state,due_at,amount",
			"N1,L1,S1,CALL,SENT,2026-11-05T09:00:00Z,", "N2,L1,,PAYMENT,COMPLETED,2026-11-05T09:00:00Z,10", "N2,L1,,PAYMENT,COMPLETED,2026-11-05T09:00:00Z,10",
			"N3,L1,S4,CALL,SENT,2026-11-05T09:00:00Z,")
	summary = load(t, db, e)
	diff(t, "schedules", counts(t, summary, "schedules.csv"), [5]int64{5, 1, 2, 1, 1})
	diff(t, "items", counts(t, summary, "scheduled_items.csv"), [5]int64{4, 0, 1, 2, 1})
	diff(t, "schedule", rows(t, db, "SELECT schedule_id AS id, kind, state FROM schedule ORDER BY 1"),
		`{"id":"S1","kind":"CALL","state":"CANCELLED"}
{"id":"S2","kind":"SMS","state":"CANCELLED"}
{"id":"S3","kind":"SMS","state":"ACTIVE"}
{"id":"S4","kind":"SMS","state":"ACTIVE"}`)

	summary = load(t, db, extract{}.with("schedules.csv", "schedule_id,loan_id,kind,state", "S4,L1,SMS,ACTIVE"))
	diff(t, "rejects", summary.Rejects, []intake.Reject{
		{File: "schedules.csv", Line: 2, Column: "loan_id", ValueClass: "key", Reason: "the schedule_id is known of another loan"},
	})
}

// DC4 is looked at when a termination is started.
func TestTerminationReason(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	header := "loan_id,product_id,program_id,account_number,opened_on,status,status_since,servicing_status,activity_status,activity_substatus"
	e := book().with("loans.csv", header, "L1,I1,P1,A1,2025-01-10,ACTIVE,2025-01-10,SERVICING,T,X",
		"L2,I1,P1,A2,2025-01-10,ACTIVE,2025-01-10,SERVICING,T,Y", "L3,I1,P1,A3,2025-01-10,ACTIVE,2025-01-10,SERVICING,T,",
		"L4,I1,P1,A4,2025-01-10,ACTIVE,2025-01-10,SERVICING,T,X").
		with("reason_rules.csv", "activity_status,activity_substatus,require_payoff_reason", "T,X,true", "T,Y,false").
		with("terminations.csv", "loan_id,terminated_on,source,reason", "L1,2026-01-10,PAYO,", "L2,2026-01-10,PAYO,", "L3,2026-01-10,PAYO,", "L4,2026-01-10,PAYO,ERRO")
	summary := load(t, db, e)
	diff(t, "rejects", summary.Rejects, []intake.Reject{{
		File: "terminations.csv", Line: 2, Column: "reason", ValueClass: "empty",
		Reason: "the loan's activity status and sub-status require a reason (DC4)",
	}})
	summary = load(t, db, e.with("reason_rules.csv", "activity_status,activity_substatus,require_payoff_reason", "T,Y,true"))
	diff(t, "terminations", counts(t, summary, "terminations.csv"), [5]int64{4, 0, 0, 3, 1})
	diff(t, "rules", counts(t, summary, "reason_rules.csv"), [5]int64{1, 0, 1, 0, 0})
}

func TestLoanCustomerPositions(t *testing.T) {
	t.Parallel()
	const header = "loan_id,customer_id,ecoa_code,position"
	const taken = "position|number|another customer of the loan has this position"
	for _, c := range []struct {
		name   string
		rows   [][2]string
		counts [5]int64
		want   string
	}{
		{"swapped", [][2]string{{"L1,C1,1,2", ""}, {"L1,C2,2,1", ""}}, [5]int64{2, 0, 2, 0, 0}, `{"c":2,"p":1}` + "\n" + `{"c":1,"p":2}`},
		{"taken", [][2]string{{"L1,C3,1,1", taken}}, [5]int64{1, 0, 0, 0, 1}, `{"c":1,"p":1}` + "\n" + `{"c":2,"p":2}`},
		{"freed", [][2]string{{"L1,C3,1,1", ""}, {"L1,C1,1,3", ""}}, [5]int64{2, 1, 1, 0, 0}, `{"c":3,"p":1}` + "\n" + `{"c":2,"p":2}` + "\n" + `{"c":1,"p":3}`},
		{
			"not freed by a rejected row",
			[][2]string{{"L1,C3,1,1", taken}, {"L1,C1,1,2", taken}},
			[5]int64{2, 0, 0, 0, 2},
			`{"c":1,"p":1}` + "\n" + `{"c":2,"p":2}`,
		},
		{"left out", [][2]string{{"L1,C3,1,3", ""}}, [5]int64{1, 1, 0, 0, 0}, `{"c":1,"p":1}` + "\n" + `{"c":2,"p":2}` + "\n" + `{"c":3,"p":3}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			load(t, db, book().with("loan_customers.csv", header, "L1,C1,1,1", "L1,C2,2,2"))
			text := []string{header}
			for _, row := range c.rows {
				text = append(text, row[0])
			}
			summary := load(t, db, extract{}.with("loan_customers.csv", text...))
			diff(t, "rejects", summary.Rejects, wanted("loan_customers.csv", c.rows))
			diff(t, "counts", counts(t, summary, "loan_customers.csv"), c.counts)
			diff(t, "rows", rows(t, db, "SELECT customer AS c, position AS p FROM loan_customer ORDER BY 2"), c.want)
		})
	}
}

func TestPrograms(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	header := "program_id,identification_number,reporter_name,reporter_address,calendar,activity_cycle_ids"
	e := extract{}.with("programs.csv", header, `P2,FRN20002,N,A,monthly:5,"07, 01;02|01"`, `P1,FRN10001,N,A,daily,a\b"`)
	if _, err := intake.Import(context.Background(), db, options(e.write(t))); err != nil {
		t.Fatal(err)
	}
	diff(t, "reject of the bare quote", rows(t, db, "SELECT line, column_name, value_class, reason FROM import_reject"),
		`{"line":3,"column_name":"","value_class":"record","reason":"a quote inside a value that is not quoted"}`)
	e.with("programs.csv", header, `P1,FRN10001,N,A,daily,"a\b"""`, `P2,FRN20002,N,A,monthly:05,01 02 07`)
	summary := load(t, db, e)
	diff(t, "counts", counts(t, summary, "programs.csv"), [5]int64{2, 1, 0, 1, 0})
	diff(t, "programs", rows(t, db, "SELECT program, program_id, calendar, activity_cycle_ids AS ids FROM program ORDER BY 1"),
		`{"program":1,"program_id":"P2","calendar":"monthly:05","ids":["01","02","07"]}`+"\n"+
			`{"program":2,"program_id":"P1","calendar":"daily","ids":["a\\b\""]}`)
	diff(t, "destinations", rows(t, db, "SELECT program, name FROM destination ORDER BY 1"),
		`{"program":1,"name":"bureaus"}`+"\n"+`{"program":2,"name":"bureaus"}`)
}

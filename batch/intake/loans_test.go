package intake_test

import (
	"encoding/hex"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const (
	loanHeader = "loan_id,product_id,program_id,account_number,opened_on,status,status_since,closed_on,servicing_status,stop_reason,original_charge_off_amount,terms_duration"
	states     = `SELECT loan, status, status_since AS since, status_cause AS cause, closed_on AS closed, episode AS e, count_from AS f, reopened_on AS r,
		charged_off_on AS co, charge_off_cents AS coc, servicing_status AS s, stop_reason AS w, imported_after AS a FROM loan_state ORDER BY 1`
	histories = `SELECT loan, seq, state AS st, from_status AS "from", to_status AS "to", business_date AS d, effective_on AS e, closed_on AS closed,
		cause, rule, run, who, why, facts FROM status_history ORDER BY 1, 2`
)

// loan is a line of loans.csv for loan L1.
func loan(status, since, closed, servicing, reason, chargeOff string) string {
	return "L1,I1,P1,A1,2025-01-10," + status + "," + since + "," + closed + "," + servicing + "," + reason + "," + chargeOff + ",036"
}

// closeRun makes a closed business date.
func closeRun(t testing.TB, db *sqlx.DB, date string) {
	t.Helper()
	db.MustExec(`INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at)
		VALUES (1, $1, 'h', 'v', 'CLOSED', 'w', 'w', 1, now(), now())`, date)
}

func TestTakeOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, row, state, history string }{
		{
			"active", loan("ACTIVE", "2025-03-01", "", "SERVICING", "BANKRUPTCY", ""),
			`{"loan":1,"status":"ACTIVE","since":"2025-03-01","cause":"TAKEOVER","closed":null,"e":0,"f":"2025-03-01","r":null,"co":null,"coc":null,"s":"SERVICING","w":null,"a":"2026-10-30"}`,
			`{"loan":1,"seq":1,"st":"ACCOUNT","from":null,"to":"ACTIVE","d":"2025-03-01","e":"2025-03-01","closed":null,"cause":"TAKEOVER","rule":"Q4","run":null,"who":null,"why":null,"facts":{}}
{"loan":1,"seq":2,"st":"SERVICING","from":null,"to":"SERVICING","d":"2025-03-01","e":"2025-03-01","closed":null,"cause":"TAKEOVER","rule":"ST3","run":null,"who":null,"why":null,"facts":{}}`,
		},
		{
			"paid off, closing date left to the status date", loan("CLOSED::PAID_OFF", "2026-02-03", "", "NOT_SERVICING", "", ""),
			`{"loan":1,"status":"CLOSED::PAID_OFF","since":"2026-02-03","cause":"TAKEOVER","closed":"2026-02-03","e":1,"f":"2026-02-03","r":null,"co":null,"coc":null,"s":"NOT_SERVICING","w":"API_REQUEST","a":"2026-10-30"}`,
			`{"loan":1,"seq":1,"st":"ACCOUNT","from":null,"to":"CLOSED::PAID_OFF","d":"2026-02-03","e":"2026-02-03","closed":"2026-02-03","cause":"TAKEOVER","rule":"Q4","run":null,"who":null,"why":null,"facts":{}}
{"loan":1,"seq":2,"st":"SERVICING","from":null,"to":"NOT_SERVICING","d":"2026-02-03","e":"2026-02-03","closed":null,"cause":"TAKEOVER","rule":"ST3","run":null,"who":null,"why":null,"facts":{"stop_reason": "API_REQUEST"}}`,
		},
		{
			"charged off, with a closing date and an amount", loan("CLOSED::CHARGE_OFF", "2026-02-03", "2026-01-31", "NOT_SERVICING", "BANKRUPTCY", "812.50"),
			`{"loan":1,"status":"CLOSED::CHARGE_OFF","since":"2026-02-03","cause":"TAKEOVER","closed":"2026-01-31","e":1,"f":"2026-02-03","r":null,"co":"2026-02-03","coc":81250,"s":"NOT_SERVICING","w":"BANKRUPTCY","a":"2026-10-30"}`,
			`{"loan":1,"seq":1,"st":"ACCOUNT","from":null,"to":"CLOSED::CHARGE_OFF","d":"2026-02-03","e":"2026-02-03","closed":"2026-01-31","cause":"TAKEOVER","rule":"Q4","run":null,"who":null,"why":null,"facts":{}}
{"loan":1,"seq":2,"st":"SERVICING","from":null,"to":"NOT_SERVICING","d":"2026-02-03","e":"2026-02-03","closed":null,"cause":"TAKEOVER","rule":"ST3","run":null,"who":null,"why":null,"facts":{"stop_reason": "BANKRUPTCY"}}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			closeRun(t, db, "2026-10-30")
			load(t, db, book().with("loans.csv", loanHeader, c.row))
			diff(t, "state", rows(t, db, states), c.state)
			diff(t, "history", rows(t, db, histories), c.history)
		})
	}
}

// New loans are numbered in the order of their ids, whatever the order of the file.
func TestLoanKeys(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	row := func(id string) string {
		return id + ",I1,P1,ACCOUNT" + hex.EncodeToString([]byte(id)) + ",2025-01-10,ACTIVE,2025-01-10,,SERVICING,,,"
	}
	load(t, db, book().with("loans.csv", loanHeader, row("b"), row("a"), row("B"), row("é"), row("10"), row("9")))
	load(t, db, book().with("loans.csv", loanHeader, row("z"), row("a"), row("0")))
	diff(t, "keys", rows(t, db, "SELECT loan, loan_id AS id FROM loan_key ORDER BY 1"), `{"loan":1,"id":"10"}
{"loan":2,"id":"9"}
{"loan":3,"id":"B"}
{"loan":4,"id":"a"}
{"loan":5,"id":"b"}
{"loan":6,"id":"é"}
{"loan":7,"id":"0"}
{"loan":8,"id":"z"}`)
}

// moved makes a state as a night would have left it, with its row of history.
func moved(t testing.TB, db *sqlx.DB, set, to string) {
	t.Helper()
	db.MustExec("UPDATE loan_state SET status_since = '2026-10-31', status_cause = 'NIGHT', status = '" + to + "', " + set)
	db.MustExec(`INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, cause, rule, run)
		SELECT loan, 3, 'ACCOUNT', imported_status, status, '2026-10-31', '2026-10-31', 'NIGHT', 'DQ4', 1 FROM loan_state`)
}

const activeLoan = "L1,I1,P1,A1,2025-01-10,ACTIVE,2025-03-01,,SERVICING,,,036"

var knownLoans = []struct {
	name, first string
	set, to     string // what a night made of it, if anything
	again       string
	counts      [5]int64
	state       string
	history     string // from seq 4 on
}{
	{
		name: "sent again after a night's decision", first: activeLoan, set: "count_from = count_from", to: "SUSPENDED::DELINQUENT", again: activeLoan,
		counts: [5]int64{1, 0, 0, 1, 0},
		state:  `{"loan":1,"status":"SUSPENDED::DELINQUENT","since":"2026-10-31","cause":"NIGHT","closed":null,"e":0,"f":"2025-03-01","r":null,"co":null,"coc":null,"s":"SERVICING","w":null,"a":null}`,
	},
	{
		name: "described anew only", first: activeLoan, set: "count_from = count_from", to: "SUSPENDED::DELINQUENT",
		again:  activeLoan[:len(activeLoan)-3] + "048",
		counts: [5]int64{1, 0, 1, 0, 0},
		state:  `{"loan":1,"status":"SUSPENDED::DELINQUENT","since":"2026-10-31","cause":"NIGHT","closed":null,"e":0,"f":"2025-03-01","r":null,"co":null,"coc":null,"s":"SERVICING","w":null,"a":null}`,
	},
	{
		name: "set active by hand after a night's delinquency", first: activeLoan, set: "count_from = count_from", to: "SUSPENDED::DELINQUENT",
		again:   loan("ACTIVE", "2026-11-01", "", "SERVICING", "", ""),
		counts:  [5]int64{1, 0, 1, 0, 0},
		state:   `{"loan":1,"status":"ACTIVE","since":"2026-11-01","cause":"IMPORT","closed":null,"e":0,"f":"2026-11-01","r":null,"co":null,"coc":null,"s":"SERVICING","w":null,"a":null}`,
		history: `{"loan":1,"seq":4,"st":"ACCOUNT","from":"SUSPENDED::DELINQUENT","to":"ACTIVE","d":"2026-11-01","e":"2026-11-01","closed":null,"cause":"IMPORT","rule":"ST5","run":null,"who":null,"why":null,"facts":{}}`,
	},
	{
		name: "closed by hand", first: activeLoan, set: "count_from = '2026-12-31'", to: "ACTIVE",
		again:   loan("CLOSED::SETTLEMENT", "2026-11-01", "2026-10-29", "SERVICING", "", ""),
		counts:  [5]int64{1, 0, 1, 0, 0},
		state:   `{"loan":1,"status":"CLOSED::SETTLEMENT","since":"2026-11-01","cause":"IMPORT","closed":"2026-10-29","e":1,"f":"2026-12-31","r":null,"co":null,"coc":null,"s":"SERVICING","w":null,"a":null}`,
		history: `{"loan":1,"seq":4,"st":"ACCOUNT","from":"ACTIVE","to":"CLOSED::SETTLEMENT","d":"2026-11-01","e":"2026-11-01","closed":"2026-10-29","cause":"IMPORT","rule":"ST5","run":null,"who":null,"why":null,"facts":{}}`,
	},
	{
		name: "another closure by hand is the same episode", first: activeLoan, set: "closed_on = '2026-10-20', episode = 3", to: "CLOSED::PAID_OFF",
		again:   loan("CLOSED::CHARGE_OFF", "2026-11-01", "", "SERVICING", "", "12"),
		counts:  [5]int64{1, 0, 1, 0, 0},
		state:   `{"loan":1,"status":"CLOSED::CHARGE_OFF","since":"2026-11-01","cause":"IMPORT","closed":"2026-11-01","e":3,"f":"2026-11-01","r":null,"co":"2026-11-01","coc":1200,"s":"SERVICING","w":null,"a":null}`,
		history: `{"loan":1,"seq":4,"st":"ACCOUNT","from":"CLOSED::PAID_OFF","to":"CLOSED::CHARGE_OFF","d":"2026-11-01","e":"2026-11-01","closed":"2026-11-01","cause":"IMPORT","rule":"ST5","run":null,"who":null,"why":null,"facts":{}}`,
	},
	{
		name: "opened again by hand", first: activeLoan, set: "closed_on = '2026-10-20', episode = 1, reopened_on = '2026-10-01'", to: "CLOSED::PAID_OFF",
		again:   loan("ACTIVE", "2026-11-01", "", "SERVICING", "", ""),
		counts:  [5]int64{1, 0, 1, 0, 0},
		state:   `{"loan":1,"status":"ACTIVE","since":"2026-11-01","cause":"IMPORT","closed":null,"e":1,"f":"2026-11-01","r":null,"co":null,"coc":null,"s":"SERVICING","w":null,"a":null}`,
		history: `{"loan":1,"seq":4,"st":"ACCOUNT","from":"CLOSED::PAID_OFF","to":"ACTIVE","d":"2026-11-01","e":"2026-11-01","closed":null,"cause":"IMPORT","rule":"ST5","run":null,"who":null,"why":null,"facts":{}}`,
	},
	{
		name: "the lender says what the night said", first: activeLoan, set: "closed_on = '2026-10-20', episode = 1, count_from = '2026-05-01'", to: "CLOSED::PAID_OFF",
		again:   loan("CLOSED::PAID_OFF", "2026-10-25", "2026-10-21", "SERVICING", "", ""),
		counts:  [5]int64{1, 0, 1, 0, 0},
		state:   `{"loan":1,"status":"CLOSED::PAID_OFF","since":"2026-10-25","cause":"IMPORT","closed":"2026-10-20","e":1,"f":"2026-05-01","r":null,"co":null,"coc":null,"s":"SERVICING","w":null,"a":null}`,
		history: `{"loan":1,"seq":4,"st":"ACCOUNT","from":"CLOSED::PAID_OFF","to":"CLOSED::PAID_OFF","d":"2026-10-25","e":"2026-10-25","closed":"2026-10-20","cause":"IMPORT","rule":"ST5","run":null,"who":null,"why":null,"facts":{}}`,
	},
	{
		name: "servicing stopped", first: activeLoan, set: "count_from = count_from", to: "ACTIVE",
		again:   loan("ACTIVE", "2025-03-01", "", "NOT_SERVICING", "", ""),
		counts:  [5]int64{1, 0, 1, 0, 0},
		state:   `{"loan":1,"status":"ACTIVE","since":"2026-10-31","cause":"NIGHT","closed":null,"e":0,"f":"2025-03-01","r":null,"co":null,"coc":null,"s":"NOT_SERVICING","w":"API_REQUEST","a":null}`,
		history: `{"loan":1,"seq":4,"st":"SERVICING","from":"SERVICING","to":"NOT_SERVICING","d":"2025-03-01","e":"2025-03-01","closed":null,"cause":"IMPORT","rule":"ST3","run":null,"who":null,"why":null,"facts":{"stop_reason": "API_REQUEST"}}`,
	},
	{
		name: "the stop of a night stays", first: activeLoan, set: "servicing_status = 'NOT_SERVICING', stop_reason = 'DECEASED'", to: "ACTIVE",
		again:  activeLoan,
		counts: [5]int64{1, 0, 0, 1, 0},
		state:  `{"loan":1,"status":"ACTIVE","since":"2026-10-31","cause":"NIGHT","closed":null,"e":0,"f":"2025-03-01","r":null,"co":null,"coc":null,"s":"NOT_SERVICING","w":"DECEASED","a":null}`,
	},
	{
		name: "a stop without a reason keeps the reason", first: activeLoan, set: "servicing_status = 'NOT_SERVICING', stop_reason = 'DECEASED'", to: "ACTIVE",
		again:  loan("ACTIVE", "2025-03-01", "", "NOT_SERVICING", "", ""),
		counts: [5]int64{1, 0, 1, 0, 0}, // what was sent last is remembered
		state:  `{"loan":1,"status":"ACTIVE","since":"2026-10-31","cause":"NIGHT","closed":null,"e":0,"f":"2025-03-01","r":null,"co":null,"coc":null,"s":"NOT_SERVICING","w":"DECEASED","a":null}`,
	},
	{
		name: "both at once", first: loan("ACTIVE", "2025-03-01", "", "NOT_SERVICING", "DECEASED", ""), set: "count_from = count_from", to: "ACTIVE",
		again:  loan("SUSPENDED::DELINQUENT", "2026-11-01", "", "SERVICING", "", ""),
		counts: [5]int64{1, 0, 1, 0, 0},
		state:  `{"loan":1,"status":"SUSPENDED::DELINQUENT","since":"2026-11-01","cause":"IMPORT","closed":null,"e":0,"f":"2026-11-01","r":null,"co":null,"coc":null,"s":"SERVICING","w":null,"a":null}`,
		history: `{"loan":1,"seq":4,"st":"ACCOUNT","from":"ACTIVE","to":"SUSPENDED::DELINQUENT","d":"2026-11-01","e":"2026-11-01","closed":null,"cause":"IMPORT","rule":"ST5","run":null,"who":null,"why":null,"facts":{}}
{"loan":1,"seq":5,"st":"SERVICING","from":"NOT_SERVICING","to":"SERVICING","d":"2026-11-01","e":"2026-11-01","closed":null,"cause":"IMPORT","rule":"ST3","run":null,"who":null,"why":null,"facts":{}}`,
	},
	{
		name: "the amount of a charge-off comes later", first: loan("CLOSED::CHARGE_OFF", "2026-02-03", "", "SERVICING", "", ""),
		set: "count_from = count_from", to: "CLOSED::CHARGE_OFF", again: loan("CLOSED::CHARGE_OFF", "2026-02-03", "", "SERVICING", "", "100"),
		counts: [5]int64{1, 0, 1, 0, 0},
		state:  `{"loan":1,"status":"CLOSED::CHARGE_OFF","since":"2026-10-31","cause":"NIGHT","closed":"2026-02-03","e":1,"f":"2026-02-03","r":null,"co":"2026-02-03","coc":10000,"s":"SERVICING","w":null,"a":null}`,
	},
	{
		name: "the amount of a charge-off is written once", first: loan("CLOSED::CHARGE_OFF", "2026-02-03", "", "SERVICING", "", "50"),
		set: "count_from = count_from", to: "CLOSED::CHARGE_OFF", again: loan("CLOSED::CHARGE_OFF", "2026-02-03", "", "SERVICING", "", "100"),
		counts: [5]int64{1, 0, 1, 0, 0},
		state:  `{"loan":1,"status":"CLOSED::CHARGE_OFF","since":"2026-10-31","cause":"NIGHT","closed":"2026-02-03","e":1,"f":"2026-02-03","r":null,"co":"2026-02-03","coc":5000,"s":"SERVICING","w":null,"a":null}`,
	},
}

// The lender's word on a known loan: news is taken as set by hand (Q5, ST5), what was sent before is not news.
func TestKnownLoan(t *testing.T) {
	t.Parallel()
	for _, c := range knownLoans {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			load(t, db, book().with("loans.csv", loanHeader, c.first))
			moved(t, db, c.set, c.to)
			e := extract{}.with("loans.csv", loanHeader, c.again)
			summary := load(t, db, e)
			diff(t, "counts", counts(t, summary, "loans.csv"), c.counts)
			diff(t, "state", rows(t, db, states), c.state)
			diff(t, "history", rows(t, db, "SELECT * FROM ("+histories+") h WHERE seq > 3"), c.history)
			before := snapshot(t, db)
			summary = load(t, db, e)
			diff(t, "counts when sent again", counts(t, summary, "loans.csv"), [5]int64{1, 0, 0, 1, 0})
			diff(t, "book when sent again", snapshot(t, db), before)
		})
	}
}

// The date of a change of servicing is the last business date that was closed, when there is one.
func TestServicingDate(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, book().with("loans.csv", loanHeader, loan("ACTIVE", "2025-03-01", "", "SERVICING", "", "")))
	closeRun(t, db, "2026-10-30")
	load(t, db, extract{}.with("loans.csv", loanHeader, loan("ACTIVE", "2025-03-01", "", "NOT_SERVICING", "MILITARY", "")))
	diff(t, "history", rows(t, db, "SELECT seq, business_date AS d, effective_on AS e, facts FROM status_history WHERE seq > 2"),
		`{"seq":3,"d":"2026-10-30","e":"2026-10-30","facts":{"stop_reason": "MILITARY"}}`)
}

// An account number that a loan of the book holds is taken, whatever the file says of that loan.
func TestAccountNumbers(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	row := func(id, program, account string) string {
		return id + ",I1," + program + "," + account + ",2025-01-10,ACTIVE,2025-01-10,,SERVICING,,,"
	}
	load(t, db, book().with("loans.csv", loanHeader, row("L1", "P1", "A1"), row("L2", "P1", "A2"), row("L3", "P2", "A1")))
	summary := load(t, db, extract{}.with("loans.csv", loanHeader, row("L4", "P1", "A1"), row("L1", "P1", "A9"), row("L2", "P1", "A2"), row("L5", "P2", "A2"), row("L6", "P1", "A9")))
	reason := "another loan of the program has this account number"
	diff(t, "rejects", summary.Rejects, []intake.Reject{
		{File: "loans.csv", Line: 2, Column: "account_number", ValueClass: "key", Reason: reason},
		{File: "loans.csv", Line: 6, Column: "account_number", ValueClass: "key", Reason: reason},
	})
	diff(t, "counts", counts(t, summary, "loans.csv"), [5]int64{5, 1, 1, 1, 2})
}

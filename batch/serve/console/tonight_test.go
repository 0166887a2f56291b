package console

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// Tonight shows the newest run with its steps, and the nights as bars that lead to each.
func TestTonight(t *testing.T) {
	s := newSite(t, readOnly(t))
	got := s.get(servicing.Viewer, "/tonight")
	got.has(t, 200, "The night of 2026-10-31 is closed", `hx-get="/tonight/now"`, `aria-live="polite"`, `<th scope="row">delinquency</th>`,
		`<th scope="row">export</th>`, `href="/runs/3"`, `aria-label="Run 3, night of 2026-10-31: closed`, "<caption>Runs, the newest first</caption>", "File ")
	if !strings.Contains(got.body, `hx-trigger="every 30s"`) {
		t.Error("a page of a night that is over asks for news as often as of one that works")
	}
	if !strings.Contains(got.body, `hx-nonce="`) {
		t.Error("what is live has no nonce: the policy would stop it")
	}
	paused := s.get(servicing.Viewer, "/tonight?live=off")
	if paused.has(t, 200, `href="/tonight">Go on`); strings.Contains(paused.body, "hx-get") {
		t.Error("a page that is paused asks for news")
	}
	now := s.get(servicing.Viewer, "/tonight/now")
	if now.has(t, 200, "The night of 2026-10-31 is closed"); strings.Contains(now.body, "<html") {
		t.Error("the part of a page is a page")
	}
}

// A run, the list of runs and the exceptions of one have addresses of their own.
func TestRuns(t *testing.T) {
	db := readOnly(t)
	s := newSite(t, db)
	s.get(servicing.Viewer, "/runs").has(t, 200, `href="/runs/1"`, `href="/runs/3"`, "2026-09-30", "test: test")
	s.get(servicing.Viewer, "/runs/1").has(t, 200, "Run 1: the night of 2026-09-30", "Steps of run 1", "Made by version test")
	s.get(servicing.Viewer, "/runs/3/exceptions").has(t, 200, "this run could decide every loan")
	for _, at := range []string{"/runs/99", "/runs/0", "/runs/-1", "/runs/x", "/runs/9223372036854775807", "/runs/99/exceptions"} {
		s.get(servicing.Viewer, at).has(t, 404, "The book has nothing with that id")
	}
	s.get(servicing.Viewer, "/runs?after=x").has(t, 400)
}

// A book without a night says what to do first.
func TestNoNight(t *testing.T) {
	s := newSite(t, pgtest.New(t))
	s.get(servicing.Viewer, "/month").has(t, 200, "An empty book needs an extract first: furnisher import.")
	s.get(servicing.Viewer, "/examiner").has(t, 200, "The book has no program yet. Import an extract first")
	s.get(servicing.Viewer, "/tonight").has(t, 200, "No run was opened yet", "There was no night yet. Import an extract first")
	s.get(servicing.Viewer, "/runs").has(t, 200, "There is no run here")
}

// working is a book of which two chunks of five are done: one every ten seconds, of 2,000 loans each.
func working(t *testing.T) *sqlx.DB {
	t.Helper()
	db := pgtest.New(t)
	for _, statement := range []string{
		`INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at) VALUES
			(1, '2026-10-30', 'p', 'v1', 'CLOSED', 'schedule', 'by plan', 9999, '2026-10-30 23:15Z', '2026-10-30 23:25Z'),
			(2, '2026-10-31', 'p', 'v1', 'RUNNING', '<script>ada</script>', 'by "plan"', 9999, '2026-11-01 08:55Z', NULL)`,
		`INSERT INTO run_step (run, step, position, started_at, finished_at) VALUES
			(1, 'delinquency', 1, '2026-10-30 23:15Z', '2026-10-30 23:20Z'), (1, 'export', 2, '2026-10-30 23:20Z', '2026-10-30 23:25Z'),
			(2, 'delinquency', 1, '2026-11-01 08:55Z', NULL), (2, 'export', 2, NULL, NULL)`,
		`INSERT INTO run_chunk (run, step, seq, after_loan, last_loan, picked_count, state, read_count, started_at, finished_at)
			SELECT 2, 'delinquency', n, (n - 1) * 2000, n * 2000, 2000, CASE WHEN n < 3 THEN 'DONE' ELSE 'PENDING' END, CASE WHEN n < 3 THEN 2000 ELSE 0 END,
				'2026-11-01 08:55Z', CASE WHEN n < 3 THEN timestamptz '2026-11-01 08:59:30Z' + n * interval '10 s' END FROM generate_series(1, 5) n`,
	} {
		db.MustExec(statement)
	}
	return db
}

// While a run works the page tells its pace and, where a run like it is known, its end and what is left until the deadline.
func TestRunAsItHappens(t *testing.T) {
	db := working(t)
	held := true
	late := time.Date(2026, 11, 1, 9, 5, 0, 0, time.UTC)
	s := newSite(t, db, func(c *Config) {
		c.Nights.Held = func(context.Context) (bool, error) { return held, nil }
		c.Nights.Deadline = func(time.Time) time.Time { return late }
	})
	// It is 09:00: the first chunk was done at 08:59:40, so there are 20 seconds from it to the second and until now; no month-end is
	// known yet by which the export could be reckoned.
	got := s.get(servicing.Viewer, "/tonight")
	got.has(t, 200, "works: step delinquency, 40 percent", "100 loans a second", "2 of 5", "not laid out", `hx-trigger="every 3s"`, "state-RUNNING", "Deadline", "2026-11-01 09:05:00 UTC",
		"&lt;script&gt;ada&lt;/script&gt;")
	if strings.Contains(got.body, "Expected end") {
		t.Error("an end is told that nobody can know")
	}
	db.MustExec(`UPDATE run SET business_date = '2026-09-30' WHERE run = 1`) // now it is a month-end, too: its export took five minutes
	s.get(servicing.Viewer, "/tonight/now").has(t, 200, "2026-11-01 09:06:00 UTC, in 6 min 00 s", `href="/runs/1"`, "expected 1 min 00 s after it")
	late = late.Add(time.Hour)
	s.get(servicing.Viewer, "/tonight/now").has(t, 200, "59 min 00 s to spare")
	held = false
	got = s.get(servicing.Viewer, "/runs/2")
	got.has(t, 200, "Nothing that it has done is lost", "furnisher run --date 2026-10-31", "nobody works on it")
	if strings.Contains(got.body, "Expected end") || strings.Contains(got.body, "state-RUNNING") {
		t.Error("an end is told of a run that nobody works on, or a step works")
	}
}

// The exceptions of a run lead to the accounts, a page at a time.
func TestRunExceptions(t *testing.T) {
	db := working(t)
	for _, statement := range []string{
		`INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar) VALUES ('NORTH', 'F', 'N', '1', 'monthly:last')`,
		`INSERT INTO product (product_id, name, portfolio_type, account_type, grace_days, closes_on_payoff) VALUES ('PIL', 'P', 'I', '01', 10, true)`,
		`INSERT INTO loan_key (loan_id) SELECT CASE n WHEN 1 THEN 'L/1"<b>' ELSE 'L-' || n END FROM generate_series(1, 51) n ORDER BY n`,
		`INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on) SELECT loan, loan_id, 1, 1, 'ACCT000' || loan, '2026-01-01' FROM loan_key`,
		`INSERT INTO run_exception (run, step, loan, code, detail, first_run, resolved_run) SELECT 1, 'delinquency', loan, 'NO_CYCLES', 'no <cycle>', 1, 2 FROM loan_key`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	s := newSite(t, db)
	first := s.get(servicing.Viewer, "/runs/1/exceptions")
	first.has(t, 200, `href="/accounts/L%2F1%22%3Cb%3E"`, "L/1&#34;&lt;b&gt;", "no &lt;cycle&gt;", `resolved by <a href="/runs/2"`, "L-50", "?after=delinquency%2f50%2fNO_CYCLES")
	if strings.Contains(first.body, "ACCT000") || strings.Contains(first.body, "L-51") {
		t.Error("an account number, or more than a page")
	}
	s.get(servicing.Viewer, "/runs/1/exceptions?after=delinquency/50/NO_CYCLES").has(t, 200, "L-51")
	s.get(servicing.Viewer, "/tonight").has(t, 200, `href="/runs/1/exceptions"`, "51 exceptions")
}

// A brake shows its numbers as its unit wants, and who accepted it.
func TestBrakeIsShown(t *testing.T) {
	db := working(t)
	db.MustExec(`UPDATE run SET state = 'STOPPED', stopped_because = 'a brake' WHERE run = 2`)
	db.MustExec(`INSERT INTO run_brake (run, seq, step, brake, about, state, now, whole, allowed, before, braked_at) VALUES
		(2, 1, 'delinquency', 'charged-off-amount', '', 'BRAKED', 123456, 9900000, 100000, '{5,6,7}', '2026-11-01')`)
	s := newSite(t, db, func(c *Config) {
		c.Nights.Brake = func(name string, n int64) (string, string) { return "dollars charged off", "$" + count(n/100) }
	})
	s.get(servicing.Viewer, "/tonight").has(t, 200, "A brake stopped the night of 2026-10-31", "dollars charged off", "$1,234", "$99,000", "$0, $0, $0", "a brake")
	db.MustExec(`UPDATE run_brake SET state = 'ACCEPTED', accepted_by = 'rivera', accepted_why = 'the strike', accepted_at = '2026-11-01 10:00Z'`)
	s.get(servicing.Viewer, "/runs/2").has(t, 200, "rivera, 2026-11-01 10:00:00 UTC: the strike", "can be resumed")
}

// Another attempt at a date shows what it made of the files and of the loans.
func TestDifferenceIsShown(t *testing.T) {
	db := working(t)
	for _, statement := range []string{
		`UPDATE run SET state = 'CLOSED', finished_at = started_at, attempt = 2 WHERE run = 2`,
		`INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar) VALUES ('NORTH', 'F', 'N', '1', 'monthly:last')`,
		`INSERT INTO destination (program, name) VALUES (1, 'bureaus')`,
		`INSERT INTO loan_key (loan_id) VALUES ('L/1"<b>')`,
		`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, sha256) VALUES
			(4, 1, 1, 1, '2026-10-31', '2026-09-30', '2026-10-31', 'VOIDED', ''), (3, 2, 1, 1, '2026-10-31', '2026-09-30', '2026-10-31', 'GENERATED', '')`,
		`INSERT INTO run_file (run, file, outcome, new_file, old_sha256, new_sha256, added, removed, changed) VALUES (2, 4, 'REPLACED', 3, 'aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb', 0, 0, 1)`,
		`INSERT INTO run_record (run, file, loan, change, fields, from_status, from_past_due, to_status, to_past_due) VALUES (2, 4, 1, 'changed', '{account_status,amount_past_due}', '11', 0, '71', 1250)`,
		`INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, cause, rule, run)
			VALUES (1, 2, 'ACCOUNT', 'ACTIVE', 'SUSPENDED::DELINQUENT', '2026-10-31', '2026-10-31', 'NIGHT', 'DQ4', 2)`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	s := newSite(t, db)
	s.get(servicing.Viewer, "/runs/2").has(t, 200, "attempt 2", "REPLACED", `href="/files/3"`, "aaaaaaaaaaaa → bbbbbbbbbbbb", "account_status, amount_past_due", "0 → 1,250",
		"SUSPENDED::DELINQUENT", "DQ4", `href="/accounts/L%2F1%22%3Cb%3E"`, `href="/files/4"`, "L/1&#34;&lt;b&gt;")
}

// Bars keep their bounds: the longest fills the drawing, one that has no end is seen all the same.
func TestBars(t *testing.T) {
	end := clock()
	b := drawBars([]inquiry.Night{
		{Run: 2, State: "STOPPED", Started: end},
		{Run: 1, State: "CLOSED", Started: end.Add(-2 * time.Hour), Finished: &end, Exceptions: inquiry.MaxCounted},
	})
	if b.Nights[1].Run != 1 || b.Nights[1].Len != barTall-10 || b.Nights[1].Exc != barBelow || b.Nights[0].Len != 2 || b.Nights[0].Exc != 0 {
		t.Errorf("bars %+v", b.Nights)
	}
	if said := b.Nights[1].Said; !strings.HasPrefix(said, "Run 1, ") || !strings.HasSuffix(said, ": closed, took 2 h 00 min, 1,000 exceptions or more") {
		t.Errorf("said %q", said)
	}
	if drawBars(nil) != nil {
		t.Error("bars of no night")
	}
	for d, want := range map[time.Duration]string{400 * time.Millisecond: "0 s", 59 * time.Second: "59 s", 61 * time.Second: "1 min 01 s", 90 * time.Minute: "1 h 30 min", 72 * time.Hour: "3 days"} {
		if got := span(d); got != want {
			t.Errorf("span(%s) = %q, want %q", d, got, want)
		}
	}
}

package bureau_test

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// tellsOtherwise are two values of each correctable field, as the column of tradeline has them.
var tellsOtherwise = map[string]struct{ column, value, corrected, other string }{
	"scheduled_payment":      {"scheduled_payment", "100", "100", "101"},
	"account_status":         {"account_status", "11", "'11'", "'71'"},
	"payment_rating":         {"payment_rating", "0", "'0'", "''"},
	"payment_history":        {"payment_history", "000BBBBBBBBBBBBBBBBBBBBB", "'1000BBBBBBBBBBBBBBBBBBBB'", "'1010BBBBBBBBBBBBBBBBBBBB'"}, // a month later
	"special_comment":        {"special_comment", "AW", "'AW'", "''"},
	"current_balance":        {"current_balance", "900", "900", "1000"},
	"amount_past_due":        {"amount_past_due", "0", "0", "1"},
	"original_chargeoff":     {"original_charge_off", "0", "0", "900"},
	"date_first_delinquency": {"date_first_delinquency", "2026-02-09", "'2026-02-09'", "NULL"},
	"date_closed":            {"date_closed", "", "NULL", "'2026-03-31'"},
	"date_last_payment":      {"date_last_payment", "2026-02-09", "'2026-02-09'", "'2026-02-10'"},
}

// BR9: whoever writes, the database takes no line that tells a locked field otherwise: for each field that can be corrected, by an
// insert and by a change, unless the lock has ended there, was released, or the account is deleted.
func TestDatabaseHoldsCorrections(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	var loan, destination int64
	if err := l.db.QueryRow(`SELECT l.loan, d.destination FROM loan l, destination d WHERE l.loan_id = 'OK'`).Scan(&loan, &destination); err != nil {
		t.Fatal(err)
	}
	for _, field := range rules.Correctable() {
		c, known := tellsOtherwise[field]
		if !known {
			t.Errorf("%s: the test does not know the field", field)
			continue
		}
		tx := l.db.MustBegin()
		tx.MustExec(`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state)
			SELECT 90, run, program, destination, '2026-03-31', as_of, '2026-03-31', 'BUILDING' FROM bureau_file WHERE file = 2`)
		var correction int64
		if err := tx.Get(&correction, `INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at)
			VALUES ($1, $2, $3, '', '2026-02-28', '{}', 'r', 'e', 'HAND', 'robin', now()) RETURNING correction`, loan, field, c.value); err != nil {
			t.Fatal(err)
		}
		// tells writes a line and takes it back; it reports whether the database took it.
		tells := func(status, value string) bool {
			t.Helper()
			return try(t, tx, `INSERT INTO tradeline SELECT (jsonb_populate_record(t, jsonb_build_object('file', 90, 'as_of', '2026-03-31',
				'date_account_info', '2026-03-31', 'account_status', CAST('`+status+`' AS text), '`+c.column+`', `+value+`))).*
				FROM tradeline t WHERE t.file = 2 AND t.loan = `+"$1", loan)
		}
		other := "71"
		if !tells("71", c.corrected) {
			t.Errorf("%s: the database refuses the corrected value", field)
		}
		if tells(other, c.other) {
			t.Errorf("%s: the database takes another value", field)
		}
		if field != "account_status" && !tells("DA", c.other) {
			t.Errorf("%s: the database refuses a deletion", field)
		}
		if try(t, tx, `UPDATE tradeline SET `+c.column+` = `+c.other+`, date_account_info = '2026-03-31' WHERE loan = $1 AND file = 2`, loan) {
			t.Errorf("%s: the database takes a change of what was told", field)
		}
		tx.MustExec(`INSERT INTO correction_at (loan, correction, destination, decided, ended_file, ended_fact) VALUES ($1, $2, $3, '', 90, 'PAYMENT of 2026-03-10')`,
			loan, correction, destination)
		if !tells(other, c.other) {
			t.Errorf("%s: the lock has ended there: the database refuses another value", field)
		}
		tx.MustExec(`UPDATE correction_at SET ended_file = NULL, ended_fact = NULL`)
		tx.MustExec(`UPDATE correction SET state = 'RELEASED', released_by = 'robin', release_approver = 'kim', release_why = 'w', released_at = now() WHERE correction = $1`, correction)
		if !tells(other, c.other) {
			t.Errorf("%s: the lock was released: the database refuses another value", field)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// try runs a statement and takes it back, and reports whether the database took it: a lock refuses, and nothing else may.
func try(t *testing.T, tx *sqlx.Tx, statement string, args ...any) bool {
	t.Helper()
	tx.MustExec(`SAVEPOINT before`)
	_, err := tx.Exec(statement, args...)
	tx.MustExec(`ROLLBACK TO SAVEPOINT before`)
	if err == nil {
		return true
	}
	refused, ok := err.(*pq.Error)
	if !ok || refused.Code != "40001" && refused.Code != "23001" {
		t.Fatalf("%s: %v", statement, err)
	}
	return false
}

// BR9: a lock is kept as it was recorded; by hand it neither goes nor ends.
func TestDatabaseKeepsCorrections(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	l.correct("OK", "21", "900")
	tx := l.db.MustBegin()
	defer func() { _ = tx.Rollback() }()
	for statement, want := range map[string]bool{
		`DELETE FROM correction`:               false,
		`UPDATE correction SET value = '1000'`: false, `UPDATE correction SET field = 'date_closed'`: false, `UPDATE correction SET loan = 77`: false,
		`UPDATE correction SET known = '{}'`: false, `UPDATE correction SET decided = '900'`: false, `UPDATE correction SET recorded_by = 'kim'`: false,
		`UPDATE correction SET state = 'ENDED', ended_file = 2, ended_fact = 'PAYMENT of 2026-03-10'`:                                       false, // it was sent
		`UPDATE correction SET state = 'ENDED', ended_file = 99, ended_fact = 'PAYMENT of 2026-03-10'`:                                      false,
		`UPDATE correction SET state = 'RELEASED', released_by = 'robin', release_approver = 'kim', release_why = 'w', released_at = now()`: true,
		`UPDATE correction SET reason = '[removed]', evidence = '[removed]'`:                                                                true, // CD1
	} {
		if got := try(t, tx, statement); got != want {
			t.Errorf("%s: taken %t, want %t", statement, got, want)
		}
	}
}

// BR9: what was decided of a loan before somebody corrected it is decided again, and the night goes on.
func TestCorrectionBesideANight(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	l.db.MustExec(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END'`)
	l.db.MustExec(`CREATE TRIGGER wait BEFORE INSERT ON tradeline FOR EACH STATEMENT EXECUTE FUNCTION wait()`)
	ended := make(chan []string, 1)
	err := database.InTx(t.Context(), l.db, func(tx *sqlx.Tx) error {
		if _, err := tx.Exec(`SELECT pg_advisory_xact_lock(4711)`); err != nil {
			return err
		}
		go func() { ended <- l.night("2026-03-31") }()
		for waiting := 0; waiting == 0; {
			err := tx.Get(&waiting, `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
				WHERE l.locktype = 'advisory' AND l.objid = 4711 AND NOT l.granted`)
			if err != nil {
				return err
			}
		}
		if got := l.correct("OK", "21", "900"); got != "correction 1 known false" {
			t.Errorf("beside the night: %s", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	<-ended
	var told string
	if err := l.db.Get(&told, `SELECT concat_ws(' ', current_balance, facts ->> 'correction_current_balance') FROM tradeline WHERE file = 3 AND loan = (SELECT loan FROM loan WHERE loan_id = 'OK')`); err != nil {
		t.Fatal(err)
	}
	if want := "900 BR9 1 in place of 1000"; told != want {
		t.Errorf("the file says %s, want %s", told, want)
	}
}

package bureau_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// balance is a file's balance in a line.
func (l *lender) balance(file int64, now bool) string {
	l.t.Helper()
	b, err := bureau.BalanceOf(l.t.Context(), l.db, file, now)
	if err != nil {
		l.t.Fatal(err)
	}
	before, faults := int64(0), ""
	if b.Before != nil {
		before = *b.Before
	}
	for _, f := range b.Faults {
		faults += fmt.Sprintf(" %s: %s;", f.LoanID, f.Why)
	}
	return fmt.Sprintf("before %d: %d = here %d + final %d + deleted %d + excluded %d + moved %d + vanished %d; book %d = %d + %d, holds %t%s", before,
		b.Last, b.Here, b.Final(), b.Deleted(), b.LeftOut-b.Final()-b.Deleted(), b.Moved, b.Vanished, b.Book, b.Reported, b.Excluded, b.Holds(), faults)
}

func (l *lender) release(file int64) error {
	m := bureau.Move{File: file, To: bureau.Released, Who: "kim", Why: "looked at", Acknowledged: []string{bureau.AllWarnings}}
	_, err := bureau.Change(l.t.Context(), l.db, m, clock())
	return err
}

// wholeBook has files of three months: 1 and 4 are the first and the last of P1, and of file 3, the one between, each account of
// the file before is in it, final, excluded or in the other program; in file 4 one is deleted.
func wholeBook(t *testing.T) *lender {
	t.Helper()
	l := newLender(t, "monthly:last", "")
	l.extract["programs"] += "P2,LENDER02,EXAMPLE LENDING,1 MAIN ST SPRINGFIELD IL 62701,monthly:last,\n"
	for _, id := range []string{"ON", "PAID", "ERR", "WAIT", "MOVE"} {
		l.loan(id, "", 10)
	}
	l.entry("PAID", "PAYMENT", "1000.00", "2026-01-20")
	l.load()
	l.night("2026-01-31")
	l.entry("ERR", "PAYMENT", "1000.00", "2026-02-10")
	l.add("terminations", "ERR,2026-02-10,,ERRO")
	l.add("terminations", "WAIT,2026-02-10,,ERRO")
	l.extract["loans"] = strings.Replace(l.extract["loans"], "MOVE,PL,P1", "MOVE,PL,P2", 1)
	l.load()
	l.night("2026-02-28")
	l.night("2026-03-31")
	return l
}

// TestBalance: each account of the file before is counted in one way, and so is each loan of the program (BR8). The sheet is kept as
// it was signed.
func TestBalance(t *testing.T) {
	t.Parallel()
	l := wholeBook(t)
	want := map[int64]string{
		1: "before 0: 0 = here 0 + final 0 + deleted 0 + excluded 0 + moved 0 + vanished 0; book 5 = 5 + 0, holds true",
		2: "before 1: 5 = here 2 + final 1 + deleted 0 + excluded 1 + moved 1 + vanished 0; book 4 = 2 + 2, holds true",
		3: "before 0: 0 = here 0 + final 0 + deleted 0 + excluded 0 + moved 0 + vanished 0; book 1 = 1 + 0, holds true",
		4: "before 2: 2 = here 1 + final 0 + deleted 1 + excluded 0 + moved 0 + vanished 0; book 4 = 1 + 3, holds true",
		5: "before 3: 1 = here 1 + final 0 + deleted 0 + excluded 0 + moved 0 + vanished 0; book 1 = 1 + 0, holds true",
	}
	for file, want := range want {
		if got := l.balance(file, false); got != want {
			t.Errorf("file %d:\n%s, want\n%s", file, got, want)
		}
	}
	// Releases keep it, with the signer; a release that is only looked at keeps nothing.
	if _, err := bureau.Preview(t.Context(), l.db, bureau.Move{File: 1, To: bureau.Released, Who: "kim", Why: "-", Acknowledged: []string{bureau.AllWarnings}}, clock()); err != nil {
		t.Fatal(err)
	}
	if n := l.row(`SELECT count(*) FROM file_balance`); n != "0" {
		t.Errorf("a preview left %s sheets", n)
	}
	for file := range int64(5) {
		if err := l.release(file + 1); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.row(`SELECT string_agg(concat_ws(' ', file, reported, signed_by, signed_why), ', ' ORDER BY file) FROM file_balance`); got !=
		"1 5 kim looked at, 2 2 kim looked at, 3 1 kim looked at, 4 1 kim looked at, 5 1 kim looked at" {
		t.Errorf("signed: %s", got)
	}
	// What was signed stays, whatever becomes of the file before: the balance as of now goes by the one before that.
	if _, err := bureau.Change(t.Context(), l.db, bureau.Move{File: 2, To: bureau.Voided, Who: "kim", Why: "wrong"}, clock()); err != nil {
		t.Fatal(err)
	}
	if got := l.balance(4, false); got != want[4] {
		t.Errorf("file 4 as it was signed:\n%s", got)
	}
	// ERR is left out as deleted by file 2, which does not count any more: nobody was told of it.
	const outdated = "before 1: 5 = here 1 + final 1 + deleted 1 + excluded 1 + moved 1 + vanished 0; book 4 = 1 + 3, holds false ERR: left out as ALREADY_DELETED by file 2, which was taken back;"
	if got := l.balance(4, true); got != outdated {
		t.Errorf("file 4 beside file 1:\n%s, want\n%s", got, outdated)
	}
	if _, err := bureau.BalanceOf(t.Context(), l.db, 99, false); !errors.Is(err, bureau.ErrNoFile) {
		t.Errorf("no file: %v", err)
	}
}

// TestBalanceRefuses: the database releases no file for which the balance does not hold, by the program or by hand, and who vanished is
// named (BR8).
func TestBalanceRefuses(t *testing.T) {
	t.Parallel()
	l := wholeBook(t)
	undo := func(table string) {
		l.db.MustExec(`DELETE FROM ` + table + ` WHERE file = 2; INSERT INTO ` + table + ` SELECT * FROM good; DROP TABLE good`)
	}
	for _, c := range []struct{ name, table, harm, says string }{
		{"a tradeline", "tradeline", `DELETE FROM tradeline t USING loan l WHERE t.file = 2 AND l.loan = t.loan AND l.loan_id = 'ON'`, `"ON": in the file before, not in this one`},
		{"an exclusion", "excluded", `DELETE FROM excluded t USING loan l WHERE t.file = 2 AND l.loan = t.loan AND l.loan_id = 'WAIT'`, `"WAIT": in the file before, not in this one`},
		{"a page", "file_page", `DELETE FROM file_page t USING loan l WHERE t.file = 2 AND l.loan = ANY (t.loans) AND l.loan_id = 'ON'`, `"ON": in the file, its stored record is gone`},
		{"told twice", "excluded", `INSERT INTO excluded (loan, file, reason, rule, detail) SELECT loan, 2, 'BLOCKED', 'CA9', '' FROM loan WHERE loan_id = 'ON'`, `"ON": in the file and left out`},
	} {
		l.db.MustExec(`CREATE TABLE good AS SELECT * FROM ` + c.table + ` WHERE file = 2`)
		l.db.MustExec(c.harm)
		var refused *bureau.UnbalancedError
		if err := l.release(2); !errors.As(err, &refused) || !errors.Is(err, bureau.ErrUnbalanced) || !strings.Contains(err.Error(), "loan "+c.says) {
			t.Errorf("%s: %v, want one that says %s", c.name, err, c.says)
		}
		for _, byHand := range []string{
			`UPDATE bureau_file SET state = 'RELEASED' WHERE file = 2`,
			`UPDATE bureau_file SET state = 'TRANSMITTED' WHERE file = 2`,
			`INSERT INTO bureau_file_event (file, seq, state, who, why, at) VALUES (2, 7, 'RELEASED', 'kim', '-', now()); UPDATE bureau_file SET state = 'ACCEPTED' WHERE file = 2`,
		} {
			if _, err := l.db.Exec(byHand); pq.As(err, "BR008") == nil {
				t.Errorf("%s, by hand: %v", c.name, err)
			}
		}
		undo(c.table)
	}
	// Also of a file that is right nobody skips the signature.
	for _, byHand := range []string{
		`UPDATE bureau_file SET state = 'RELEASED' WHERE file = 2`,
		`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, sha256, records) VALUES (9, 1, 1, 1, '2027-01-31', '2026-12-31', '2027-01-31', 'RELEASED', 'x', 0)`,
	} {
		if _, err := l.db.Exec(byHand); pq.As(err, "BR008") == nil {
			t.Errorf("%s: %v", byHand, err)
		}
	}
	// A loan that comes to the program after the file was made is not missing; one that nothing tells of is.
	l.extract["loans"] = strings.Replace(l.extract["loans"], "MOVE,PL,P2", "MOVE,PL,P1", 1)
	l.load()
	if got, want := l.balance(4, true), "before 2: 2 = here 1 + final 0 + deleted 1 + excluded 0 + moved 0 + vanished 0; book 4 = 1 + 3, holds true"; got != want {
		t.Errorf("a loan came: %s", got)
	}
	l.db.MustExec(`DELETE FROM excluded WHERE file = 4 AND reason = 'FINALLY_REPORTED'`) // not in file 2 either
	if got := l.balance(4, true); !strings.HasSuffix(got, "holds false MOVE: of the program, neither in the file nor left out; PAID: of the program, neither in the file nor left out;") {
		t.Errorf("a loan of the book: %s", got)
	}
	if n := l.row(`SELECT concat((SELECT count(*) FROM file_balance), (SELECT count(*) FROM bureau_file_event))`); n != "00" {
		t.Errorf("sheets and events of refused releases: %s", n)
	}
}

// monthOf is what a file says of so many loans, and that it leaves out every tenth beyond.
const monthOf = `
INSERT INTO tradeline (file, loan, as_of, account_number, account_status, payment_rating, payment_history, history_chain,
		history_character, date_account_info, current_balance, amount_past_due, scheduled_payment, actual_payment,
		original_charge_off, special_comment, final, episode, record_bytes, rule, facts)
	SELECT $1, loan, '2026-10-31', 'A' || loan, '11', '', '', '', '', '2026-10-31', 0, 0, 0, 0, 0, '', false, 1, 426, '', '{}'
	FROM loan WHERE loan % 10 <> $1 % 10;
INSERT INTO excluded (loan, file, reason, rule, detail) SELECT loan, $1, 'OTHER_CYCLE', 'BR1', '' FROM loan WHERE loan % 10 = $1 % 10;
UPDATE bureau_file f SET state = 'GENERATED', sha256 = 'x', book = (SELECT count(*) FROM loan),
	records = (SELECT count(*) FROM tradeline t WHERE t.file = f.file) WHERE f.file = $1;`

// books puts a program with so many loans into the database, and two files that are planned.
func books(t testing.TB, loans int) *sqlx.DB {
	t.Helper()
	db := pgtest.New(t)
	db.MustExec(fmt.Sprintf(`
		INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar)
			VALUES ('P1', 'LENDER01', 'EXAMPLE LENDING', '1 MAIN ST', 'monthly:last');
		INSERT INTO destination (program, name) VALUES (1, 'bureaus');
		INSERT INTO product (product_id, name, portfolio_type, account_type, grace_days, closes_on_payoff) VALUES ('PL', 'Loan', 'I', '01', 5, true);
		INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at)
			VALUES (1, '2026-10-31', '', '', 'CLOSED', '', '', %[1]d, '2026-11-01', '2026-11-01');
		INSERT INTO loan_key (loan_id) SELECT 'L' || n FROM generate_series(1, %[1]d) n;
		INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on) SELECT loan, loan_id, 1, 1, 'A' || loan, '2025-05-01' FROM loan_key;
		INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state)
			SELECT n, 1, 1, 1, DATE '2026-08-31' + 30 * n, DATE '2026-08-01' + 30 * n, '2026-12-31', 'BUILDING' FROM generate_series(1, 2) n;`, loans))
	return db
}

// month fills a file.
func month(db *sqlx.DB, file int) {
	for _, statement := range strings.SplitAfter(monthOf, ";") {
		if strings.TrimSpace(statement) != "" {
			db.MustExec(strings.ReplaceAll(statement, "$1", fmt.Sprint(file)))
		}
	}
}

// TestBalanceReadsInOrder: a balance reads each table a few times from one end to the other, whatever the planner believes of it: the
// statistics are of another month, or of a table without rows.
func TestBalanceReadsInOrder(t *testing.T) {
	t.Parallel()
	for name, analyze := range map[string]func(*sqlx.DB){
		"no statistics":              func(db *sqlx.DB) { month(db, 1); month(db, 2) },
		"statistics of no rows":      func(db *sqlx.DB) { db.MustExec(`ANALYZE`); month(db, 1); month(db, 2) },
		"statistics of the last one": func(db *sqlx.DB) { month(db, 1); db.MustExec(`ANALYZE`); month(db, 2) },
		"its own statistics":         func(db *sqlx.DB) { month(db, 1); month(db, 2); db.MustExec(`ANALYZE`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := books(t, 500)
			analyze(db)
			tx := db.MustBegin()
			defer tx.Rollback()
			scans := map[string]int64{}
			count := func(times int64) {
				var tables []struct {
					Name string `db:"name"`
					N    int64  `db:"n"`
				}
				if err := tx.Select(&tables, `
					SELECT relname || ' by index' AS name, idx_scan AS n FROM pg_stat_xact_user_tables
					UNION ALL SELECT relname || ' whole', seq_scan FROM pg_stat_xact_user_tables`); err != nil {
					t.Fatal(err)
				}
				for _, table := range tables {
					scans[table.Name] += times * table.N
				}
			}
			count(-1)
			var got string
			err := tx.Get(&got, `SELECT concat_ws(' ', before, last, here, left_out, moved, vanished, book, reported, excluded, missing, twice, unkept) FROM balance(2)`)
			if err == nil {
				err = tx.Select(new([]string), `SELECT reason FROM balance_reasons(2, 1)`)
			}
			count(1)
			if want := "1 450 400 50 0 0 500 450 50 0 0 0"; err != nil || got != want {
				t.Errorf("balance %s, %v; want %s", got, err, want)
			}
			for _, table := range []string{"tradeline", "excluded", "loan", "loan_state"} {
				if whole, byIndex := scans[table+" whole"], scans[table+" by index"]; whole != 0 || byIndex > 6 {
					t.Errorf("%s is read %d times whole, %d times by an index", table, whole, byIndex)
				}
			}
		})
	}
}

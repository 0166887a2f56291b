package bureau_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// received is who records the answers of a test.
func received() bureau.Received {
	return bureau.Received{On: date("2026-03-05"), Owner: "robin", Who: "test", Now: clock()}
}

// answer records answers to a file and says what became of them: new, known, deletions given back.
func (l *lender) answer(file int64, answers ...bureau.Answer) string {
	l.t.Helper()
	done, err := bureau.RecordAnswers(l.t.Context(), l.db, file, answers, received())
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d new %d known %d given back", done.New, done.Known, done.Deletions)
}

func refusal(account, code string) bureau.Answer {
	return bureau.Answer{AccountNumber: account, Outcome: bureau.RecordRefused, Code: code}
}

// live lists the deletions that count, by file.
func (l *lender) live() string {
	l.t.Helper()
	var files []string
	if err := l.db.Select(&files, `SELECT file || ' ' || account_number FROM deletion WHERE live ORDER BY file, loan`); err != nil {
		l.t.Fatal(err)
	}
	return strings.Join(files, ", ")
}

// cancelled is a lender whose file 2, which was sent, deletes ERR and FRD and tells of OK.
func cancelled(t *testing.T) *lender {
	l := newLender(t, "monthly:last", "")
	for _, id := range []string{"ERR", "FRD", "OK"} {
		l.loan(id, "", 10)
	}
	l.load()
	l.night("2026-01-31")
	l.entry("ERR", "PAYMENT", "1000.00", "2026-02-10")
	l.add("terminations", "ERR,2026-02-10,,ERRO")
	l.add("terminations", "FRD,2026-02-10,,FRAD")
	l.load()
	l.night("2026-02-28")
	l.change(bureau.Released, bureau.Transmitted)
	return l
}

// Q79, DC6: what a refusal gives back is the deletion of its own file, whatever went out since.
func TestRefusedDeletions(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	for _, step := range []struct {
		does func() string
		want string
		live string
	}{
		{func() string { return l.answer(2, refusal("accterr", "E1")) }, "1 new 0 known 1 given back", "2 ACCTFRD"},
		{func() string { return l.answer(2, refusal("ACCTERR", "E1")) }, "0 new 1 known 0 given back", "2 ACCTFRD"},
		{func() string { return l.night("2026-03-31")[0] }, `2026-03-31 after 2026-02-28 made 2026-03-31 cycle "": ERR=DA "" paid 1000 OK=78 "" paid 0`, "2 ACCTFRD, 3 ACCTERR"},
		// A refusal of the first deletion that comes after the second one was made.
		{func() string { return l.answer(2, refusal("ACCTERR", "E2")) }, "1 new 0 known 0 given back", "2 ACCTFRD, 3 ACCTERR"},
		{func() string {
			l.change(bureau.Released, bureau.Transmitted)
			return l.answer(3, refusal("ACCTERR", "E1"))
		}, "1 new 0 known 1 given back", "2 ACCTFRD"},
		{func() string { return l.night("2026-04-30")[0] }, `2026-04-30 after 2026-03-31 made 2026-04-30 cycle "": ERR=DA "" paid 1000 OK=80 "" paid 0`, "2 ACCTFRD, 4 ACCTERR"},
		{func() string { return l.night("2026-05-31")[0] }, `2026-05-31 after 2026-04-30 made 2026-05-31 cycle "": OK=82 "" paid 0`, "2 ACCTFRD, 4 ACCTERR"},
	} {
		if diff := cmp.Diff(step.want, step.does()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := l.live(); got != step.live {
			t.Fatalf("deletions that count: %s, want %s", got, step.live)
		}
	}
	// The law of the database: not both.
	_, err := l.db.Exec(`UPDATE deletion SET live = TRUE WHERE file = 2`)
	if index, _ := database.IsUniqueViolation(err); index != "deletion_once" {
		t.Errorf("a second deletion that counts: %v", err)
	}
}

// BR11: only files that were sent are answered, only accounts that they tell of, and all rows or none.
func TestAnswersRefused(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	if got := l.answer(9, refusal("ACCTERR", "E1")); got != "answers to file 9: no such file" {
		t.Error(got)
	}
	got := l.answer(2, refusal("ACCTERR", "E1"), bureau.Answer{Line: 3, AccountNumber: "666010001", Outcome: bureau.RecordChanged, Field: "25", Code: "C"})
	if got != "answers to file 2: line 3, account_number: the file holds no record of this account; nothing was recorded" {
		t.Error(got)
	}
	var count int
	if err := l.db.Get(&count, `SELECT count(*) FROM answer`); err != nil || count != 0 {
		t.Errorf("%d answers, %v", count, err)
	}
	pgtest.PlaceFiles(t, l.db)
	for _, state := range []string{"GENERATED", "RELEASED", "VOIDED", "REJECTED"} {
		l.db.MustExec(`UPDATE bureau_file SET state = $1 WHERE file = 2`, state)
		_, err := bureau.RecordAnswers(t.Context(), l.db, 2, []bureau.Answer{refusal("ACCTERR", "E1")}, received())
		if !errors.Is(err, bureau.ErrState) {
			t.Errorf("%s: %v", state, err)
		}
	}
	if got, want := l.live(), "2 ACCTERR, 2 ACCTFRD"; got != want {
		t.Errorf("deletions that count: %s, want %s", got, want)
	}
}

// BR11: a refusal wakes the loan in its own transaction, and waits while a night decides it.
func TestRefusalWakes(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	asleep := `SELECT w.state || ' ' || w.why FROM loan_wake w JOIN loan_key k ON k.loan = w.loan WHERE k.loan_id = 'ERR'`
	recorded := make(chan string, 1)
	err := database.InTx(t.Context(), l.db, func(tx *sqlx.Tx) error {
		if _, err := tx.Exec(`SELECT FROM loan_wake WHERE loan = (SELECT loan FROM loan_key WHERE loan_id = 'ERR') FOR NO KEY UPDATE`); err != nil {
			return err
		}
		go func() { recorded <- l.answer(2, refusal("ACCTERR", "E1")) }()
		for waiting := 0; waiting == 0; {
			err := tx.Get(&waiting, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
			if err != nil {
				return err
			}
			select {
			case says := <-recorded:
				return fmt.Errorf("it did not wait: %s", says)
			default:
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := <-recorded; got != "1 new 0 known 1 given back" {
		t.Error(got)
	}
	var state string
	if err := l.db.Get(&state, asleep); err != nil || state != "STALE record refused" {
		t.Errorf("the loan is %s, %v", state, err)
	}
}

// BR11: an answer is open until a later file that was made with its knowledge is sent, and again when that is rejected; or a
// person closes it.
func TestAnswersEnd(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	states := func() string {
		t.Helper()
		var list []string
		err := l.db.Select(&list, `SELECT concat_ws(' ', state, answered_file, answered_by, answered_why, owner) FROM answer ORDER BY answer`)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(list, ", ")
	}
	hold := func(when, want string) {
		t.Helper()
		if got := states(); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	l.night("2026-03-31") // file 3 is made before the answer comes
	l.answer(2, bureau.Answer{AccountNumber: "ACCTOK", Outcome: bureau.RecordChanged, Field: "25", Code: "C1"})
	l.change(bureau.Released, bureau.Transmitted)
	hold("file 3 was sent", "OPEN robin")
	l.night("2026-04-30")
	l.change(bureau.Released)
	hold("file 4 is released", "OPEN robin")
	l.change(bureau.Transmitted)
	hold("file 4 was sent", "ANSWERED 4 robin")
	if err := bureau.CloseAnswer(t.Context(), l.db, 1, "kim", "seen", clock()); !errors.Is(err, bureau.ErrAnswered) {
		t.Errorf("close what is answered: %v", err)
	}
	l.answer(4, refusal("ACCTOK", "E1"))
	hold("the record of file 4 is refused", "OPEN robin, OPEN robin")
	l.night("2026-05-31")
	l.change(bureau.Released, bureau.Transmitted)
	hold("file 5 was sent", "ANSWERED 5 robin, ANSWERED 5 robin")
	l.change(bureau.Rejected)
	hold("file 5 was rejected", "OPEN robin, OPEN robin")
	for _, err := range []error{
		bureau.AssignAnswer(t.Context(), l.db, 2, "kim"),
		bureau.CloseAnswer(t.Context(), l.db, 1, "kim", "by letter", clock()),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	hold("a person", "ANSWERED kim by letter robin, OPEN kim")
	if err := bureau.AssignAnswer(t.Context(), l.db, 3, "kim"); !errors.Is(err, bureau.ErrNoAnswer) {
		t.Errorf("answer 3: %v", err)
	}
}

// BR11: a file of answers is read whole; bad rows are named without their values.
func TestReadAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{
			"good", "\ufeffoutcome,account_number,x_mine,code,field,reason\nREFUSED,ACCT1,1,E1,,\nCHANGED,ACCT2,,,17a,another bureau\n",
			"2 ACCT1 REFUSED  E1 ; 3 ACCT2 CHANGED account_status  another bureau",
		},
		{"a segment", "account_number,outcome,field,code\nA,CHANGED,j1.ecoa_code,C\n", "2 A CHANGED j1.ecoa_code C "},
		{"nothing", "", "the file of answers has no header"},
		{"no outcome", "account_number\nA\n", "the file of answers: header: column outcome is missing"},
		{"no header", "666010001,REFUSED\n", "the file of answers: header: column account_number is missing"},
		{"twice", "account_number,outcome,outcome\n", "the file of answers: header: column outcome stands twice"},
		{"unknown", "account_number,outcome,666010001\n", "the file of answers: header: column 3 is unknown (columns of your own begin with x_)"},
		{"short row", "account_number,outcome\nA\n", "the file of answers: line 2 is not CSV of the header's columns: wrong number of fields"},
		{
			"bad", "account_number,outcome,field,code\n,REFUSED,,E\nA,DELETED,,E\nA,CHANGED,,E\nA,REFUSED,99,E\nA,REFUSED,,\n",
			"line 2, account_number: it is missing (and 4 more); nothing was recorded",
		},
		{"long", "account_number,outcome,code\nA,REFUSED," + strings.Repeat("E", 65) + "\n", "line 2, code: it has more than 64 characters; nothing was recorded"},
		{"no text", "account_number,outcome,code\nA,REFUSED,\x1b[2J\n", "line 2, code: it holds characters that are no text; nothing was recorded"},
	} {
		report, err := bureau.ReadReport(strings.NewReader(c.text), nil)
		if report == nil {
			report = &bureau.Report{}
		}
		var got []string
		for _, a := range report.Answers {
			got = append(got, fmt.Sprintf("%d %s %s %s %s %s", a.Line, a.AccountNumber, a.Outcome, a.Field, a.Code, a.Reason))
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// BR11: a deadlock with a night, or a refusal as not serializable, is met again by the program and not by the person.
func TestAnswersAgain(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"40P01", "40001"} {
		l := cancelled(t)
		l.db.MustExec(`CREATE SEQUENCE refusals;
			CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN IF nextval('refusals') < 3 THEN RAISE EXCEPTION 'refused' USING ERRCODE = '` + state + `'; END IF; RETURN NEW; END $$;
			CREATE TRIGGER refuse BEFORE INSERT ON answer FOR EACH ROW EXECUTE FUNCTION refuse()`)
		if got := l.answer(2, refusal("ACCTERR", "E1")); got != "1 new 0 known 1 given back" {
			t.Errorf("%s: %s", state, got)
		}
		if got := l.live(); got != "2 ACCTFRD" {
			t.Errorf("%s: deletions that count: %s", state, got)
		}
	}
}

// What was recorded is whole or absent: a command that was stopped before it ended has recorded nothing.
func TestAnswersInterrupted(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bureau.RecordAnswers(ctx, l.db, 2, []bureau.Answer{refusal("ACCTERR", "E1")}, received()); err == nil {
		t.Error("an interrupted command says that it is done")
	}
	if got, want := l.live(), "2 ACCTERR, 2 ACCTFRD"; got != want {
		t.Errorf("deletions that count: %s, want %s", got, want)
	}
}

// A bureau's report has up to 100,000 rows: what a row costs does not grow with the format's tables.
func TestReadAnswersCost(t *testing.T) {
	text := "account_number,outcome,field,code\n" + strings.Repeat("A,CHANGED,25,C1\n", 1000)
	allocations := testing.AllocsPerRun(3, func() {
		if _, err := bureau.ReadReport(strings.NewReader(text), nil); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 10*1000 {
		t.Errorf("%.0f allocations for 1,000 rows", allocations)
	}
}

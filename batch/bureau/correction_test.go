package bureau_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// correct makes a correction and says what became of it.
func (l *lender) correct(loan, field, value string, change ...func(*bureau.NewCorrection)) string {
	l.t.Helper()
	n := bureau.NewCorrection{
		LoanID: loan, Fields: []bureau.CorrectedField{{Field: field, Value: value}}, Reason: "paid in time", Evidence: "receipt 12", Source: "DISPUTE", Who: "robin", Now: clock(),
		Vault: book.Vault{Keys: pgtest.Keys()},
	}
	for _, c := range change {
		c(&n)
	}
	added, err := bureau.AddCorrection(l.t.Context(), l.db, n)
	if err != nil {
		return strings.TrimPrefix(err.Error(), fmt.Sprintf("correct loan %q: the correction cannot be made: ", loan))
	}
	var said []string
	for _, c := range added {
		said = append(said, fmt.Sprintf("correction %d known %t", c.Number, c.Known))
	}
	return strings.Join(said, ", ")
}

// with adds a field to a correction.
func with(field, value string) func(*bureau.NewCorrection) {
	return func(n *bureau.NewCorrection) {
		n.Fields = append(n.Fields, bureau.CorrectedField{Field: field, Value: value})
	}
}

// states lists the corrections, each with what ended it.
func (l *lender) states() string {
	l.t.Helper()
	var list []string
	if err := l.db.Select(&list, `SELECT concat_ws(' ', field, state, ended_file, ended_fact) FROM correction ORDER BY correction`); err != nil {
		l.t.Fatal(err)
	}
	return strings.Join(list, ", ")
}

// BR9: what cannot be recorded, each with what is wrong.
func TestCorrectionsRefused(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	for _, c := range []struct {
		loan, field, value string
		change             func(*bureau.NewCorrection)
		want               string
	}{
		{"OK", "99", "1", nil, `the base segment has no field "99"`},
		{"OK", "j1.surname", "A", nil, `the base segment has no field "j1.surname"`},
		{"OK", "surname", "A", nil, "surname is not a field that corrections lock: it comes from customers.csv surname; correct it there"},
		{"OK", "10", "2026-01-05", nil, "date_opened is not a field that corrections lock: it comes from loans.csv opened_on; correct it there"},
		{"OK", "24", "2026-01-05", nil, "date_account_info is not a field that corrections lock: it is the same in each record, or belongs to one file"},
		{"OK", "26", "2026-02-30", nil, "the value of date_closed is a date YYYY-MM-DD"},
		{"OK", "21", "-1", nil, "the value of current_balance is an amount of whole dollars with at most 9 digits"},
		{"OK", "21", "1000000000", nil, "the value of current_balance is an amount of whole dollars with at most 9 digits"},
		{"OK", "17A", "45", nil, "the value of account_status is not one of the codes of its table; furnisher metro2 layout base lists them"},
		{"OK", "17A", "DF", nil, "the value of account_status is a deletion; send a termination with its reason instead"},
		{"OK", "21", "1", func(n *bureau.NewCorrection) { n.Evidence = "" }, "it needs a reason and evidence"},
		{"OK", "21", "1", func(n *bureau.NewCorrection) { n.Source = "FAX" }, "its source is one of AUD, DISPUTE, HAND"},
		{"OK", "21", "1", func(n *bureau.NewCorrection) { n.Approver = "robin" }, "the approver must be another person than you"},
		{"OK", "21", "1", func(n *bureau.NewCorrection) { n.File = 9 }, "file 9 does not tell of the loan"},
		{"NONE", "21", "1", nil, `correct loan "NONE": there is no such loan`},
		{"ERR", "21", "1", nil, "no later file tells of the account (ALREADY_DELETED: its deletion was reported: never again); correct by an AUD what bureaus still show of it"},
		{"OK", "21", "1", func(n *bureau.NewCorrection) { n.Fields = nil }, "it names no field"},
		{"OK", "21", "1", with("current_balance", "2"), "it gives current_balance two values"},
		{"OK", "22", "0", nil, "the next record would be invalid: B12 base.amount_past_due: delinquent status with nothing past due, neither sold or transferred nor in bankruptcy; correct the fields that go together in one command: field 17A (account_status) with 22 (amount_past_due)"},
		{"OK", "17A", "11", nil, "the next record would be invalid: B11 base.amount_past_due: status 11 (current) with an amount past due; correct the fields that go together in one command: field 17A (account_status) with 22 (amount_past_due)"},
		{"OK", "26", "2025-12-31", nil, "the next record would be invalid: B17 base.date_closed: date closed is before the date opened or after the date of account information; correct the fields that go together in one command"},
	} {
		change := c.change
		if change == nil {
			change = func(*bureau.NewCorrection) {}
		}
		if got := l.correct(c.loan, c.field, c.value, change); got != c.want {
			t.Errorf("%s %s %q:\n got %s\nwant %s", c.loan, c.field, c.value, got, c.want)
		}
	}
	if got := l.states(); got != "" {
		t.Errorf("recorded: %s", got)
	}
	approved := func(n *bureau.NewCorrection) { n.Approver = "kim" }
	if got := l.correct("OK", "17A", "11", with("22", "0"), with("25", ""), approved); strings.Count(got, "known false") != 3 {
		t.Errorf("fields that go together: %s", got)
	}
}

// BR9: one lock a field; the same again is nothing, and the database refuses what the program would not do.
func TestCorrectionLocks(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	var wait sync.WaitGroup
	said := make([]string, 4)
	for i := range said {
		wait.Go(func() { said[i] = l.correct("OK", "21", fmt.Sprint(900+i%2)) })
	}
	wait.Wait()
	if all := strings.Join(said, "; "); strings.Count(all, "known false") != 1 || strings.Count(all, "known true") != 1 || strings.Count(all, "locked by another") != 2 {
		t.Errorf("four at once, two of the same value: %s", all)
	}
	_, err := l.db.Exec(`INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at)
		SELECT loan, field, '1', decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at FROM correction`)
	if index, _ := database.IsUniqueViolation(err); index != "correction_lock" {
		t.Errorf("a second lock: %v", err)
	}
	for _, column := range []string{"reason", "evidence"} {
		if _, err := l.db.Exec(`UPDATE correction SET ` + column + ` = ''`); err == nil {
			t.Errorf("the database takes a correction without %s", column)
		}
	}
	if _, err := l.db.Exec(`UPDATE correction SET approver = recorded_by`); err == nil {
		t.Error("the database takes a correction that its own author approved")
	}
	for _, c := range []struct {
		number             int64
		who, approver, why string
		want               error
	}{
		{1, "robin", "", "wrong", bureau.ErrCorrection},
		{1, "robin", "robin", "wrong", bureau.ErrCorrection},
		{1, "robin", " Robin", "wrong", bureau.ErrCorrection},
		{1, "robin", " ", "wrong", bureau.ErrCorrection},
		{1, "robin", "kim", "", bureau.ErrCorrection},
		{99, "robin", "kim", "wrong", bureau.ErrNoCorrection},
	} {
		if err := bureau.ReleaseCorrection(t.Context(), l.db, c.number, c.who, c.approver, c.why, clock()); !errors.Is(err, c.want) {
			t.Errorf("release %v: %v", c, err)
		}
	}
	var number int64
	if err := l.db.Get(&number, `SELECT correction FROM correction`); err != nil {
		t.Fatal(err)
	}
	for _, want := range []error{nil, bureau.ErrNotLive} {
		if err := bureau.ReleaseCorrection(t.Context(), l.db, number, "robin", "kim", "wrong", clock()); !errors.Is(err, want) {
			t.Errorf("release: %v, want %v", err, want)
		}
	}
	if got := l.correct("OK", "21", "950"); !strings.HasSuffix(got, "known false") {
		t.Errorf("after the release: %s", got)
	}
}

// BR9: a lock that ended with a file that does not count lasts, unless the field was corrected again since; no person's data is
// kept with it (CD1); what was known that cannot be read holds that loan alone.
func TestCorrectionsOfFilesThatDoNotCount(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	l.correct("OK", "21", "900")
	var known string
	if err := l.db.Get(&known, `SELECT known FROM correction`); err != nil || !strings.HasPrefix(known, `{"version":2,`) || strings.Contains(known, "ALDERBROOK") || strings.Contains(known, "666100001") {
		t.Errorf("what was known holds a person's data or no version, %v", err)
	}
	l.entry("OK", "PAYMENT", "50.00", "2026-03-10")
	l.load()
	l.night("2026-03-31")
	if got, want := l.states(), "current_balance ENDED 3 PAYMENT of 2026-03-10"; got != want {
		t.Errorf("file 3: %s, want %s", got, want)
	}
	l.change(bureau.Voided)
	if got, want := l.states(), "current_balance LIVE"; got != want {
		t.Errorf("file 3 was voided: %s, want %s", got, want)
	}
	l.night("2026-04-30")
	l.correct("OK", "21", "800")
	l.change(bureau.Released, bureau.Transmitted, bureau.Rejected)
	if got, want := l.states(), "current_balance ENDED 4 PAYMENT of 2026-03-10, current_balance LIVE"; got != want {
		t.Errorf("corrected again before file 4 was rejected: %s, want %s", got, want)
	}
	l.db.MustExec(`ALTER TABLE correction DISABLE TRIGGER correction_is_kept`)
	l.db.MustExec(`UPDATE correction SET known = CAST(replace(CAST(known AS text), '"version":2,', '"version":3,') AS json), decided = '1' WHERE state = 'LIVE'`)
	l.night("2026-05-31")
	if got := l.excluded("OK"); got != "CORRECTION_HELD BR9" {
		t.Errorf("what was known cannot be read: left out %q", got)
	}
}

// BR9: what a loan was on an earlier date is no newer fact. A file of a date before the one that a correction was decided for, made again
// after it, holds the account; it does not end the lock because the loan was not charged off yet.
func TestCorrectionOfAnEarlierFile(t *testing.T) {
	t.Parallel()
	l := newLender(t, "monthly:last", "")
	l.extract["products"] = "product_id,name,portfolio_type,account_type,terms_frequency,interest_type,delinquent_after,charge_off_after,grace_days,closes_on_payoff\n" +
		"PL,Personal loan,I,01,M,F,1,1,5,true\n"
	l.loan("OFF", "", 10)
	l.load()
	for _, on := range []string{"2026-01-31", "2026-02-28", "2026-03-31"} {
		l.night(on)
	}
	if got := l.correct("OFF", "scheduled_payment", "20"); got != "correction 1 known false" {
		t.Fatal(got)
	}
	for _, file := range []int64{3, 2} {
		m := bureau.Move{File: file, To: bureau.Voided, Who: "test", Why: "because"}
		if _, err := bureau.Change(t.Context(), l.db, m, clock()); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.row(`SELECT status FROM loan_state`); got != "CLOSED::CHARGE_OFF" {
		t.Fatalf("the loan is %s", got)
	}
	if _, err := l.replace(2); err != nil {
		t.Fatal(err)
	}
	if got := l.states(); got != "scheduled_payment LIVE" {
		t.Errorf("the lock: %s", got)
	}
	if got := l.excluded("OFF"); got != "CORRECTION_HELD BR9" {
		t.Errorf("left out %q", got)
	}
}

package bureau_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
)

// experian is how an invented bureau writes its reports.
func experian() *bureau.AnswerMap {
	return &bureau.AnswerMap{
		Comma: ";", AccountNumber: "Acct Nbr", Outcome: "Disp", Code: "Err", Reason: "Message", Field: "Fld",
		Refused: []string{"REJ"}, Changed: []string{"MOD"}, Accepted: []string{"OK", "RECD"}, Fields: map[string]string{"BAL": "21"},
	}
}

// BR11: a bureau's own report is read by its map, whatever other columns it has; what the map does not know is named, never guessed.
func TestAnswerMap(t *testing.T) {
	t.Parallel()
	const head = "Line;Acct Nbr;Disp;Fld;Err;Message\n"
	always := &bureau.AnswerMap{AccountNumber: "account", Reason: "why", Always: bureau.RecordRefused}
	for _, c := range []struct {
		name string
		m    *bureau.AnswerMap
		text string
		want string
	}{
		{"all outcomes", experian(), head + "1;;RECD;;;file received\n2;A1;rej;;E9;no such person\n3;A2;MOD;bal;C1;\n4;A3;OK;;;\n5;A4;MOD;17A;;x\n", "A1 REFUSED  E9 no such person; A2 CHANGED current_balance C1 ; A4 CHANGED account_status  x; 2 accepted"},
		{"rows of one kind", always, "account,why\nA1,no\n", "A1 REFUSED   no; 0 accepted"},
		{"a word without a meaning", experian(), head + "1;A1;WARN;;;x\n", "line 2, Disp: the map does not say what this word means; nothing was recorded"},
		{"a column that is missing", experian(), "Acct Nbr;Disp;Fld;Err\n", "the file of answers: header: column Message is missing"},
		{"a field of nobody", experian(), head + "1;A1;MOD;XYZ;;x\n", "line 2, field: the format has no such field: give its number (25) or name, with j1. before those of a segment; nothing was recorded"},
	} {
		report, err := bureau.ReadReport(strings.NewReader(c.text), c.m)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			for _, a := range report.Answers {
				got += fmt.Sprintf("%s %s %s %s %s; ", a.AccountNumber, a.Outcome, a.Field, a.Code, a.Reason)
			}
			got += fmt.Sprintf("%d accepted", report.Accepted)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for says, change := range map[string]func(*bureau.AnswerMap){
		"":                                func(*bureau.AnswerMap) {},
		"account_number is missing":       func(m *bureau.AnswerMap) { m.AccountNumber = "" },
		"code and reason are missing":     func(m *bureau.AnswerMap) { m.Code, m.Reason = "", "" },
		"give one of outcome":             func(m *bureau.AnswerMap) { m.Always = bureau.RecordRefused },
		`always is "NO"`:                  func(m *bureau.AnswerMap) { m.Outcome, m.Always = "", "NO" },
		"refused, changed and accepted":   func(m *bureau.AnswerMap) { m.Refused, m.Changed, m.Accepted = nil, nil, nil },
		"has two meanings":                func(m *bureau.AnswerMap) { m.Changed = []string{"rej"} },
		"not one character":               func(m *bureau.AnswerMap) { m.Comma = ";;" },
		"which is no field of the format": func(m *bureau.AnswerMap) { m.Fields["X"] = "99Z" },
	} {
		m := experian()
		change(m)
		if err := m.Check(); (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

// BR11: book, file, report of the bureau, next file. What was refused or changed is open until a file that tells of the account is sent,
// and comes back with every file that does not; the report makes its file ACCEPTED.
func TestAnswersRoundTrip(t *testing.T) {
	t.Parallel()
	l := newLender(t, "monthly:last", "")
	for _, id := range []string{"A", "B", "C"} {
		l.loan(id, "", 10)
	}
	l.load()
	l.night("2026-01-31")
	l.change(bureau.Released, bureau.Transmitted)
	report, err := bureau.ReadReport(strings.NewReader("Acct Nbr;Disp;Fld;Err;Message\n;RECD;;;\nACCTA;REJ;BAL;E9;balance\nACCTB;MOD;17A;C1;\nACCTC;OK;;;\n"), experian())
	if err != nil {
		t.Fatal(err)
	}
	by := received()
	by.Accepted = report.Accepted
	done, err := bureau.RecordAnswers(t.Context(), l.db, 1, report.Answers, by)
	if want := (bureau.Recorded{New: 2, Refused: 1, Changed: 1, Accepted: true}); err != nil || done != want {
		t.Fatalf("%+v, %v, want %+v", done, err, want)
	}
	if done, err = bureau.RecordAnswers(t.Context(), l.db, 1, report.Answers, by); err != nil || done != (bureau.Recorded{Known: 2}) {
		t.Errorf("again: %+v, %v", done, err)
	}
	if got := l.row(`SELECT state || ', ' || (SELECT string_agg(state || ' ' || why, ', ' ORDER BY seq) FROM bureau_file_event WHERE file = 1 AND state = 'ACCEPTED') FROM bureau_file WHERE file = 1`); got != "ACCEPTED, ACCEPTED the bureau's report of 2026-03-05" {
		t.Errorf("the file: %s", got)
	}
	states := func() string {
		t.Helper()
		list, err := inquiry.Answers(t.Context(), l.db, false, inquiry.Page{})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, a := range list.Rows {
			says := a.LoanID + " " + a.State + " " + a.Owner
			if a.InFile != nil {
				says += fmt.Sprint(" in file ", *a.InFile)
			}
			if a.AnsweredFile != nil {
				says += fmt.Sprint(" by file ", *a.AnsweredFile)
			}
			if a.Rule == "" {
				says += " without a rule"
			}
			all = append(all, says)
		}
		return strings.Join(all, ", ")
	}
	if got := states(); got != "A OPEN robin, B OPEN robin" {
		t.Errorf("after the report: %s", got)
	}
	// Put right: the next file tells of A; B is left out of it.
	l.entry("A", "PAYMENT", "400.00", "2026-02-10")
	l.load()
	l.db.MustExec(`UPDATE loan SET furnish = FALSE WHERE loan_id = 'B'; SELECT wake(ARRAY(SELECT loan FROM loan), 'import')`)
	l.night("2026-02-28")
	if got := states(); got != "A OPEN robin in file 2, B OPEN robin" {
		t.Errorf("with the next file: %s", got)
	}
	effect, err := bureau.Change(t.Context(), l.db, bureau.Move{File: 2, To: bureau.Released, Who: "test", Why: "because", Acknowledged: []string{bureau.AllWarnings}}, clock())
	if err != nil || effect.Open != (bureau.OpenAnswers{All: 2, Told: 1}) {
		t.Errorf("released with %+v, %v", effect.Open, err)
	}
	l.change(bureau.Transmitted)
	if got := states(); got != "A ANSWERED robin by file 2, B OPEN robin" {
		t.Errorf("after the next file: %s", got)
	}
}

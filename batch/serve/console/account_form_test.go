package console

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/servicing"
)

// sent is a form of an account.
func sent(key, do string, values ...string) url.Values {
	f := url.Values{"key": {key}, "why": {"the borrower asked"}, "do": {do}}
	for i := 0; i < len(values); i += 2 {
		f.Set(values[i], values[i+1])
	}
	return f
}

// actCases are the forms of an account as an operator or supervisor sends them, what the preview says, and how the book shows that it was
// done.
var actCases = []struct {
	name, loan string
	values     []string
	says       string // the preview
	effect     string // counts 1 if it was done
}{
	{"hold", "L1000001", []string{"until", "2026-12-01"}, "2026-12-01", `SELECT count(*) FROM loan WHERE loan_id = $1 AND hold_until = '2026-12-01'`},
	{"release", "L1000001", nil, "2026-12-01", `SELECT count(*) FROM loan WHERE loan_id = $1 AND hold_until IS NULL`},
	{"status", "L1000001", []string{"status", "CLOSED::DECEASED", "closed", "2026-10-31"}, "Closed: deceased",
		`SELECT count(*) FROM loan_state s JOIN loan_key k USING (loan) WHERE loan_id = $1 AND status = 'CLOSED::DECEASED' AND closed_on = '2026-10-31'`},
	{"terminate", "L1000003", []string{"source", "CUSTOMER", "reason", "OTHR"}, "waits until each is paid, waived or reversed (DC3)", `SELECT count(*) FROM termination JOIN loan_key USING (loan) WHERE loan_id = $1`},
	{"undo-termination", "L1000003", nil, "stands", `SELECT 1 - count(*) FROM termination JOIN loan_key USING (loan) WHERE loan_id = $1`},
	{"cancel-servicing", "L1000003", []string{"reason", "DECEASED"}, "not serviced: Deceased",
		`SELECT count(*) FROM loan_state JOIN loan_key USING (loan) WHERE loan_id = $1 AND servicing_status = 'NOT_SERVICING'`},
	{"dispute", "L1000003", []string{"channel", "DIRECT", "received", "2026-10-30"}, "2026-11-29", `SELECT count(*) FROM dispute JOIN loan_key USING (loan) WHERE loan_id = $1`},
	{"resolve", "L1000000", nil, "noted by a-supervisor", `SELECT count(*) FROM exception_note JOIN loan_key USING (loan) WHERE loan_id = $1`},
}

// Each form is previewed without a trace, refused to who may not, done once however often it is sent, and then the page says so.
func TestAccountForms(t *testing.T) {
	db, _ := own(t)
	db.MustExec(`INSERT INTO run_exception (run, step, loan, code, detail, first_run) SELECT 1, 'closure', loan, 'TEST', '', 1 FROM loan_key WHERE loan_id = 'L1000000'`)
	s := newSite(t, db)
	operations := func() int { return one[int](t, db, `SELECT count(*) FROM operation`) }
	for _, c := range actCases {
		at, role := "/accounts/"+c.loan+"/"+c.name, servicing.Operator
		if c.name == "resolve" {
			role = servicing.Supervisor
			s.post(servicing.Operator, at, sent("x", "do")).has(t, 403)
		}
		before := operations()
		for _, other := range []servicing.Role{servicing.Viewer, servicing.PrivacyOfficer} {
			s.get(other, at).has(t, 403)
			s.post(other, at, sent("x", "do", c.values...)).has(t, 403)
		}
		s.get(role, at).has(t, 200, `name="why"`, `value="preview"`)
		got := s.post(role, at, sent("p", "preview", c.values...))
		got.has(t, 200, "What would change", c.says, `value="do"`, `name="why" value="the borrower asked"`)
		if operations() != before {
			t.Fatalf("%s: the preview left an operation", c.name)
		}
		for i := 0; i < len(c.values); i += 2 {
			if want := `name="` + c.values[i] + `" value="` + c.values[i+1] + `"`; !strings.Contains(got.body, want) {
				t.Errorf("%s: the form that does it lacks %s", c.name, want)
			}
		}
		bare := sent("e", "do", c.values...)
		bare.Set("why", " ")
		s.post(role, at, bare).has(t, 400, "It was not done", "does not say why")
		for range 2 {
			got := s.post(role, at, sent("d-"+c.name, "do", c.values...))
			if got.status != 303 || got.header.Get("Location") != "/accounts/"+c.loan {
				t.Errorf("%s: status %d to %q", c.name, got.status, got.header.Get("Location"))
			}
		}
		if n := operations(); n != before+1 {
			t.Errorf("%s: %d operations", c.name, n-before)
		}
		if one[int](t, db, c.effect, c.loan) != 1 {
			t.Errorf("%s: the book shows no effect", c.name)
		}
	}
	s.get(servicing.Viewer, "/accounts/L1000003").has(t, 200, "Not serviced: Deceased", "must be answered by 2026-11-29")
	badForms(t, s, db)
	anyID(t, db)
	revealsAccount(t, db)
	unlocksAndSaysRemoved(t, db)
}

// badForms sends what cannot be read or done: it is said beside the form as it was filled in, with the rule, and nothing is changed.
func badForms(t *testing.T, s *site, db *sqlx.DB) {
	t.Helper()
	before := one[int](t, db, `SELECT count(*) FROM operation`)
	for _, c := range []struct {
		at     string
		values []string
		status int
		says   string
	}{
		{"hold", []string{"until", "tomorrow"}, 400, "is no date"},
		{"hold", []string{"until", ""}, 400, "until when"},
		{"hold", []string{"until", "2020-01-01"}, 409, "ST5"},
		{"status", []string{"status", "CLOSED::DECEASED", "amount", "x"}, 400, "is no amount"},
		{"status", []string{"status", "<script>"}, 400, "&lt;script&gt;"},
		{"cancel-servicing", []string{"reason", ""}, 400, "why servicing stops"},
		{"cancel-servicing", []string{"reason", "BORED"}, 400, "SP6"},
		{"terminate", nil, 400, "DC4"},
		{"dispute", []string{"channel", "ACDV"}, 400, "BR10"},
		{"dispute", []string{"channel", "DIRECT", "received", "2030-01-01"}, 409, "2030-01-01"},
	} {
		s.post(servicing.Operator, "/accounts/L1000004/"+c.at, sent("b", "do", c.values...)).has(t, c.status, "It was not done", c.says)
	}
	s.get(servicing.Operator, "/accounts/L1000004/release").has(t, 404)
	s.post(servicing.Operator, "/accounts/L1000004/release", sent("b", "do")).has(t, 409, "ST5")
	s.post(servicing.Operator, "/accounts/nobody/hold", sent("b", "do", "until", "2026-12-01")).has(t, 404)
	s.post(servicing.Operator, "/accounts/L1000004/hold", url.Values{"until": {"a", "b"}}).has(t, 400)
	s.post(servicing.Operator, "/accounts/L1000004/hold", sent("d-hold", "do", "until", "2026-12-01")).has(t, 409, "sent before with other words")
	if n := one[int](t, db, `SELECT count(*) FROM operation`); n != before {
		t.Errorf("%d operations of forms that were refused", n-before)
	}
}

// A correction asks the program with all that the form says; a preview asks it for a dry run.
func TestAccountCorrect(t *testing.T) {
	var asked []any
	s := newSite(t, readOnly(t), explaining(&asked))
	secondPerson(t, readOnly(t))
	values := []string{
		"field1", "account_status", "value1", "11", "field2", "date_first_delinquency", "value2", "", "source", "HAND", "evidence", "receipt 12", "approver", "kim", "file", "1",
	}
	at := "/accounts/L1000001/correct"
	s.get(servicing.Operator, at).has(t, 200, "Found by us", "date first delinquency")
	s.post(servicing.Viewer, at, sent("1", "do", values...)).has(t, 403)
	s.post(servicing.Operator, at, sent("1", "preview", values...)).has(t, 200, "What would change", "account status", `name="evidence" value="receipt 12"`)
	if got := s.post(servicing.Operator, at, sent("1", "do", values...)); got.status != 303 {
		t.Errorf("status %d", got.status)
	}
	want := Correcting{
		LoanID: "L1000001", Fields: []CorrectedField{{"account_status", "11"}, {"date_first_delinquency", ""}}, Reason: "the borrower asked", Evidence: "receipt 12",
		Source: "HAND", Approver: "kim", File: 1, By: "a-operator", DryRun: true,
	}
	for i, dry := range []bool{true, false} {
		want.DryRun = dry
		if diff := cmp.Diff(want, asked[i]); diff != "" {
			t.Errorf("asked for (-want +got):\n%s", diff)
		}
	}
	s.post(servicing.Operator, at, sent("1", "do", append(slices.Clone(values), "approver", "A-OPERATOR")...)).has(t, 409, "Who approves is another person than you")
	if s.post(servicing.Operator, at, sent("1", "do", append(slices.Clone(values), "approver", "lee")...)).has(t, 409, "supervisor of this console"); len(asked) != 2 {
		t.Errorf("asked for with nobody's approval: %+v", asked[2:])
	}
	s.post(servicing.Operator, at, sent("1", "do", "field1", "account_status", "value1", "refused", "source", "HAND")).has(t, 409, "would be invalid", `value="refused"`)
	s.post(servicing.Operator, at, sent("1", "do", "value2", "11")).has(t, 400, "Value 2 has no field")
	s.post(servicing.Operator, "/accounts/L1000001/correct", sent("1", "do", "field1", "account_status", "file", "x")).has(t, 400, "file is no number")
	newSite(t, readOnly(t)).get(servicing.Operator, at).has(t, 404)
}

// A pack is masked for everybody; one that is not needs a privacy officer, who says why.
func TestAccountEvidence(t *testing.T) {
	var asked []any
	s := newSite(t, readOnly(t), explaining(&asked))
	at := "/accounts/L1000001/evidence"
	s.get(servicing.Viewer, at).has(t, 200, "A privacy officer can have", "furnisher evidence verify")
	s.get(servicing.PrivacyOfficer, at).has(t, 200, `name="unmask"`)
	s.post(servicing.Supervisor, at, url.Values{"months": {"24"}, "unmask": {"1"}, "why": {"x"}}).has(t, 403)
	s.post(servicing.PrivacyOfficer, at, url.Values{"months": {"24"}, "unmask": {"1"}}).has(t, 400, "Say why")
	for _, months := range []string{"", "0", "121", "x"} {
		s.post(servicing.Viewer, at, url.Values{"months": {months}}).has(t, 400, "from 1 to 120")
	}
	if len(asked) > 0 {
		t.Fatalf("packs were made: %v", asked)
	}
	got := s.post(servicing.Viewer, at, url.Values{"months": {"12"}})
	if got.status != 200 || got.body != "PK" || got.header.Get("Content-Disposition") != "attachment; filename=evidence-l-1.zip" || got.header.Get("Content-Type") != "application/zip" {
		t.Errorf("%d %v", got.status, got.header)
	}
	s.post(servicing.PrivacyOfficer, at, url.Values{"months": {"24"}, "unmask": {"1"}, "why": {"an examiner asks"}})
	want := []any{
		EvidenceOrder{LoanID: "L1000001", Months: 12, By: "a-viewer", From: "192.0.2.1"},
		EvidenceOrder{LoanID: "L1000001", Months: 24, Unmask: true, By: "a-privacy_officer", Why: "an examiner asks", From: "192.0.2.1"},
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	newSite(t, readOnly(t)).get(servicing.Viewer, at).has(t, 404)
}

package console

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

// explaining gives a site what accounts ask of the program: codes in words, an explanation, corrections and packs that are only noted.
func explaining(asked *[]any) func(*Config) {
	return func(c *Config) {
		c.Account = AccountActions{
			Meaning: func(field, code string) string {
				return map[string]string{"account_status 11": "current account", "payment_history 0": "current, 0-29 days past due"}[field+" "+code]
			},
			Explain: func(_ context.Context, loan string, w inquiry.Which) (*Explanation, error) {
				if w.File == 99 {
					return nil, fmt.Errorf("file %d: %w", w.File, inquiry.ErrNotFound)
				}
				return &Explanation{
					LoanID: loan, File: &ExplainedFile{File: max(1, w.File), Run: 7, Record: 12, Offset: 5112, State: "GENERATED", Destination: "bureaus", AsOf: day("2026-09-30")},
					Rule: &ExplainedRule{ID: "DQ4", Sentence: "It is late."}, Facts: []ExplainedFact{{"balance", "17.20"}},
					Fields: []ExplainedField{
						{Segment: "base", Num: "17A", Key: "account_status", Name: "Account Status", Position: 147, Start: 147, Value: "11", Meaning: "current account",
							Source: "cycles.csv of " + loan, Facts: []ExplainedFact{{"days_late", "3<b>"}}, Rules: []ExplainedRule{{"BR2", "A status is told.", "always"}}},
						{Segment: "base", Num: "18", Key: "payment_history", Name: "Payment History Profile", Value: "0"},
						{Segment: "j1", Index: 2, Num: "5", Key: "ssn", Name: "SSN", Position: 60, Start: 560, Value: "*****4321"},
					},
				}, nil
			},
			Correct: func(_ context.Context, x Correcting) ([]Corrected, error) {
				*asked = append(*asked, x)
				if x.Fields[0].Value == "refused" {
					return nil, fmt.Errorf("%w: the record would be invalid", servicing.ErrRefused)
				}
				return []Corrected{{4, x.Fields[0].Field, x.DryRun}}, nil
			},
			Unlock: func(_ context.Context, u Unlocking) error {
				*asked = append(*asked, u)
				return nil
			},
			Evidence: func(_ context.Context, e EvidenceOrder) (*EvidencePack, error) {
				*asked = append(*asked, e)
				return &EvidencePack{"evidence-l-1.zip", []byte("PK")}, nil
			},
		}
	}
}

// one reads one value of a book.
func one[T any](t *testing.T, db *sqlx.DB, query string, args ...any) (v T) {
	t.Helper()
	if err := db.Get(&v, query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// A loan id and an account number of one loan lead to it; a customer of several loans lists them masked; nothing that is found says so.
func TestAccountSearch(t *testing.T) {
	db := readOnly(t)
	s := newSite(t, db)
	number := one[string](t, db, `SELECT account_number FROM loan WHERE loan_id = 'L1000001'`)
	for _, q := range []string{"L1000001", strings.ToLower(number), " L1000001 "} {
		got := s.get(servicing.Viewer, "/accounts?q="+url.QueryEscape(q))
		if got.status != 303 || got.header.Get("Location") != "/accounts/L1000001" {
			t.Errorf("%q: status %d to %q", q, got.status, got.header.Get("Location"))
		}
	}
	var several struct{ CustomerID, First, Second string }
	if err := db.QueryRow(`SELECT c.customer_id, min(l.loan_id), max(l.loan_id) FROM customer c JOIN loan_customer x USING (customer) JOIN loan l USING (loan)
		GROUP BY 1 HAVING count(*) > 1 LIMIT 1`).Scan(&several.CustomerID, &several.First, &several.Second); err != nil {
		t.Fatal(err)
	}
	got := s.get(servicing.Viewer, "/accounts?q="+url.QueryEscape(several.CustomerID))
	got.has(t, 200, `href="/accounts/`+several.First+`"`, `href="/accounts/`+several.Second+`"`, "****")
	hides(t, got, one[string](t, db, `SELECT account_number FROM loan WHERE loan_id = $1`, several.First))
	s.get(servicing.Viewer, "/accounts").has(t, 200, "Search by the whole account number")
	s.get(servicing.Viewer, "/accounts?q=%3Cscript%3Ealert(1)%3C/script%3E").has(t, 200, "No account was found", "&lt;script&gt;alert(1)")
	s.get(servicing.Viewer, "/accounts?q=x%00y").has(t, 404)
	s.get(servicing.Viewer, "/accounts?q=x&after=nothing").has(t, 400)
}

func hides(t *testing.T, a answer, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			t.Errorf("the page shows %q", text)
		}
	}
}

// A social security number is looked for by a privacy officer, in a form alone, and is on no page and in no address.
func TestAccountSearchBySSN(t *testing.T) {
	db := readOnly(t)
	s := newSite(t, db)
	const number = "666-12-3456"
	got := s.get(servicing.PrivacyOfficer, "/accounts?q="+number)
	got.has(t, 200, "It was not looked for", "Use the form below")
	hides(t, got, number)
	s.get(servicing.Viewer, "/accounts?q="+number).has(t, 200, "A privacy officer can search by it")
	hides(t, s.get(servicing.Viewer, "/accounts"), "Social security number <span")
	for _, role := range []servicing.Role{servicing.Viewer, servicing.Operator, servicing.Supervisor} {
		s.post(role, "/accounts", url.Values{"ssn": {number}}).has(t, 403)
	}
	got = s.post(servicing.PrivacyOfficer, "/accounts", url.Values{"ssn": {"666010101"}})
	hides(t, got, "666010101")
	got.has(t, 200, "No customer has that number")
	s.post(servicing.PrivacyOfficer, "/accounts", url.Values{"ssn": {"12"}}).has(t, 400, "nine digits")

	known, loan := ssnOfPortfolio(t)
	got = s.post(servicing.PrivacyOfficer, "/accounts", url.Values{"ssn": {known}})
	if !strings.Contains(got.header.Get("Location"), "/accounts/"+loan) && !strings.Contains(got.body, `href="/accounts/`+loan+`"`) {
		t.Errorf("status %d to %q: the loan is not found by its consumer's number", got.status, got.header.Get("Location"))
	}
	hides(t, got, known)
}

// An account's page says what each bureau was told, what is planned, and shows no whole account number.
func TestAccountPage(t *testing.T) {
	db := readOnly(t)
	var asked []any
	s := newSite(t, db, explaining(&asked))
	loan := one[string](t, db, `SELECT l.loan_id FROM tradeline t JOIN loan l USING (loan) JOIN bureau_file f USING (file)
		WHERE t.account_status = '11' AND f.state <> 'VOIDED' GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1`)
	var last struct {
		File    int64  `db:"file"`
		Balance int64  `db:"current_balance"`
		SHA     string `db:"sha256"`
		Number  string `db:"account_number"`
	}
	if err := db.Get(&last, `SELECT file, current_balance, sha256, account_number FROM tradeline JOIN bureau_file f USING (file) JOIN loan_key USING (loan)
		WHERE loan_id = $1 ORDER BY f.as_of DESC, file DESC LIMIT 1`, loan); err != nil {
		t.Fatal(err)
	}
	got := s.get(servicing.Viewer, "/accounts/"+loan)
	got.has(t, 200, "<h1>Account "+loan+"</h1>", "current account", "<dd>"+count(last.Balance)+"</dd>", "current, 0-29 days past due", last.SHA,
		fmt.Sprintf(`href="/accounts/%s/explain?file=%d&amp;field=18#field"`, loan, last.File), "What each bureau was told", "Timeline",
		fmt.Sprintf(`href="/accounts/%s/evidence"`, loan))
	hides(t, got, last.Number, "What you can do")
	if cells := strings.Count(got.body, `class="pay pay-`); cells < 25 {
		t.Errorf("%d months", cells)
	}
	s.get(servicing.Operator, "/accounts/"+loan).has(t, 200, "Set the status", `href="/accounts/`+loan+`/hold"`)
	hides(t, s.get(servicing.Examiner, "/accounts/"+loan), fmt.Sprintf(`href="/accounts/%s/evidence"`, loan)) // its form would be refused
	s.get(servicing.Viewer, "/accounts/"+loan+"/files").has(t, 200, last.SHA, fmt.Sprintf(`href="/files/%d"`, last.File))
	s.get(servicing.Viewer, "/accounts/"+last.Number).has(t, 404, "nothing with that id")
	for _, bad := range []string{"/accounts/" + loan + "/files?after=x", "/accounts/" + loan + "/timeline?after=x", "/accounts/" + loan + "/timeline?kind=x"} {
		s.get(servicing.Viewer, bad).has(t, 400)
	}
}

// A privacy officer sees the whole account number in one view, with a reason that is kept before; the next view is masked again.
func revealsAccount(t *testing.T, db *sqlx.DB) {
	t.Helper()
	s := newSite(t, db)
	number := one[string](t, db, `SELECT account_number FROM loan WHERE loan_id = 'L1000006'`)
	at, why := "/accounts/L1000006", url.Values{"key": {"k"}, "why": {"a call of a bureau"}}
	for _, role := range []servicing.Role{servicing.Viewer, servicing.Operator, servicing.Supervisor, servicing.Examiner} {
		s.post(role, at+"/reveal", why).has(t, 403)
		hides(t, s.get(role, at), number, "Show the whole account number")
	}
	s.post(servicing.PrivacyOfficer, at+"/reveal", url.Values{"key": {"k"}, "why": {""}}).has(t, 400)
	if n := one[int](t, db, `SELECT count(*) FROM act WHERE about = 'loan L1000006'`); n != 0 {
		t.Errorf("%d acts of nobody", n)
	}
	hides(t, s.get(servicing.PrivacyOfficer, at), number)
	s.post(servicing.PrivacyOfficer, at+"/reveal", why).has(t, 200, number, "shown in this view alone")
	hides(t, s.get(servicing.PrivacyOfficer, at), number)
	if n := one[int](t, db, `SELECT count(*) FROM act WHERE about = 'loan L1000006' AND who = 'a-privacy_officer' AND why = 'a call of a bureau'`); n != 1 {
		t.Errorf("%d acts", n)
	}
	s.post(servicing.PrivacyOfficer, "/accounts/nobody/reveal", why).has(t, 404)
}

// A lock is released of the account that the form is of; what is known of its customers no more is said.
func unlocksAndSaysRemoved(t *testing.T, db *sqlx.DB) {
	t.Helper()
	var asked []any
	s := newSite(t, db, explaining(&asked))
	at := "/accounts/L1000007"
	s.get(servicing.Operator, at+"/unlock").has(t, 404)
	db.MustExec(`INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at)
		SELECT loan, 'amount_past_due', '0', '50', '2026-10-31', '{}', 'paid', 'receipt', 'HAND', 'ada', '2026-10-31' FROM loan_key WHERE loan_id = 'L1000007'`)
	number := one[string](t, db, `SELECT CAST(correction AS text) FROM correction`)
	s.get(servicing.Viewer, at).has(t, 200, "<dt>Locks</dt><dd>amount_past_due</dd>")
	s.get(servicing.Operator, at+"/unlock").has(t, 200, "amount past due is 0")
	s.post(servicing.Viewer, at+"/unlock", sent("u", "do", "correction", number, "approver", "kim")).has(t, 403)
	s.post(servicing.Operator, "/accounts/L1000006/unlock", sent("u", "do", "correction", number, "approver", "kim")).has(t, 404)
	s.post(servicing.Operator, at+"/unlock", sent("u", "do", "correction", "x")).has(t, 400, "which lock")
	for _, nobody := range []string{"kim", "lee", "A-Operator", " a-operator "} { // kim is no user yet
		s.post(servicing.Operator, at+"/unlock", sent("u0"+nobody, "do", "correction", number, "approver", nobody)).has(t, 409, "ho approves is ")
	}
	secondPerson(t, db)
	s.post(servicing.Operator, at+"/unlock", sent("u", "preview", "correction", number, "approver", "kim")).has(t, 200, "decided by the facts")
	s.post(servicing.Operator, at+"/unlock", sent("u", "do", "correction", number, "approver", "kim")).has(t, 303)
	if len(asked) != 2 || !asked[0].(Unlocking).DryRun || asked[1].(Unlocking).Approver != "kim" || asked[1].(Unlocking).By != "a-operator" {
		t.Errorf("asked for %+v", asked)
	}
	db.MustExec(`UPDATE correction SET state = 'RELEASED', released_by = 'a-operator', release_approver = 'kim', release_why = 'the borrower asked', released_at = '2026-11-01'`)
	s.post(servicing.Operator, at+"/unlock", sent("u2", "do", "correction", number, "approver", "kim")).has(t, 303)
	if len(asked) != 2 {
		t.Errorf("a form that was sent twice asks twice: %+v", asked)
	}
	db.MustExec(`UPDATE customer SET removed_on = '2026-10-15', removed_operation = 1, surname = '', address1 = '', city = '', state = '', postal_code = '',
		first_name = NULL, middle_name = NULL, generation_code = NULL, ssn = NULL, ssn_hash = NULL, date_of_birth = NULL, date_of_birth_hash = NULL, phone = NULL,
		address2 = NULL, country_code = NULL, address_indicator = NULL, residence_code = NULL, employer_name = NULL, employer_address1 = NULL,
		employer_address2 = NULL, employer_city = NULL, employer_state = NULL, employer_postal_code = NULL, occupation = NULL
		WHERE customer IN (SELECT customer FROM loan_customer JOIN loan_key USING (loan) WHERE loan_id = 'L1000007')`)
	s.get(servicing.Viewer, at).has(t, 200, "removed 2026-10-15", "nothing personal")
}

// The timeline is turned page by page, and each entry is on one of them.
func TestAccountTimeline(t *testing.T) {
	db := readOnly(t)
	s := newSite(t, db)
	loan := one[string](t, db, `SELECT loan_id FROM loan_transaction JOIN loan_key USING (loan) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`)
	postings := one[int](t, db, `SELECT count(*) FROM loan_transaction JOIN loan_key USING (loan) WHERE loan_id = $1`, loan)
	next := regexp.MustCompile(`href="(/accounts/` + loan + `/timeline\?kind=POSTING&amp;after=[^"]*)"`)
	found, pages := 0, 0
	for at := "/accounts/" + loan + "/timeline?kind=POSTING"; at != ""; pages++ {
		got := s.get(servicing.Viewer, at)
		got.has(t, 200)
		found += strings.Count(got.body, "<td>Posting</td>")
		at = ""
		if more := next.FindStringSubmatch(got.body); more != nil {
			at = strings.ReplaceAll(more[1], "&amp;", "&")
		}
	}
	if found != postings || pages < 2 {
		t.Errorf("%d of %d postings on %d pages", found, postings, pages)
	}
	s.get(servicing.Viewer, "/accounts/"+loan+"/timeline").has(t, 200, "<td>File</td>", "<td>Posting</td>")
	got := s.get(servicing.Viewer, "/accounts/"+loan+"/timeline?kind=POSTING&csv=1")
	if rows := strings.Count(got.body, "\n"); rows != postings+1 || got.header.Get("Content-Disposition") != `attachment; filename="timeline.csv"` {
		t.Errorf("CSV of %d rows, %v", rows, got.header)
	}
	got = s.get(servicing.Viewer, "/accounts/"+loan+"/files?csv=1")
	if files := one[int](t, db, `SELECT count(*) FROM tradeline JOIN loan_key USING (loan) WHERE loan_id = $1`, loan); strings.Count(got.body, "\n") <= files {
		t.Errorf("CSV of files: %s", got.body)
	}
	s.get(servicing.Viewer, "/accounts/"+loan+"/timeline?kind=ANSWER").has(t, 200, "Nothing of that kind")
}

// Any field is explained by its facts, rule, run and position, on a page of its own.
func TestAccountExplain(t *testing.T) {
	var asked []any
	s := newSite(t, readOnly(t), explaining(&asked))
	for _, field := range []string{"17A", "17a", "account_status", "base.17A"} {
		s.get(servicing.Viewer, "/accounts/L1000001/explain?file=1&field="+field).has(t, 200, `id="field"`, "17A Account Status", "3&lt;b&gt;", "BR2",
			"A status is told.", `href="/runs/7"`, "147 of the segment", `href="/files/1/records/12"`)
	}
	got := s.get(servicing.Viewer, "/accounts/L1000001/explain?file=1")
	got.has(t, 200, "What decided the account status", "It is late.", "17.20", `href="/accounts/L1000001/explain?file=1&amp;field=account_status#field"`, "field=j1.ssn#field", "J1 segment 2")
	s.get(servicing.Viewer, "/accounts/L1000001/explain?file=1&field=99").has(t, 404)
	s.get(servicing.Viewer, "/accounts/L1000001/explain?file=99").has(t, 404)
	s.get(servicing.Viewer, "/accounts/L1000001/explain?file=x").has(t, 400)
}

// What people write as an id is shown as text, and leads to where it is from.
func anyID(t *testing.T, db *sqlx.DB) {
	t.Helper()
	const id = `A/1"<script>?#%`
	db.MustExec(`UPDATE loan_key SET loan_id = $1 WHERE loan_id = 'L1000005'`, id)
	db.MustExec(`UPDATE loan SET loan_id = $1 WHERE loan_id = 'L1000005'`, id)
	var asked []any
	s := newSite(t, db, explaining(&asked))
	got := s.get(servicing.Operator, "/accounts?q="+url.QueryEscape(id))
	at := got.header.Get("Location")
	if want := "/accounts/A%2F1%22%3Cscript%3E%3F%23%25"; at != want {
		t.Fatalf("it leads to %q, want %q", at, want)
	}
	got = s.get(servicing.Operator, at)
	got.has(t, 200, "A/1&#34;&lt;script&gt;?#%")
	hides(t, got, "<script>?")
	for _, link := range regexp.MustCompile(`href="(/accounts/A[^"#]*)`).FindAllStringSubmatch(got.body, -1) {
		if got := s.get(servicing.Operator, strings.ReplaceAll(link[1], "&amp;", "&")); got.status != 200 {
			t.Errorf("%s leads to nothing: status %d", link[1], got.status)
		}
	}
	s.post(servicing.Operator, at+"/hold", url.Values{"key": {"k"}, "why": {"<b>"}, "until": {"2026-12-01"}, "do": {"do"}}).has(t, 303)
	s.get(servicing.Operator, at).has(t, 200, "until 2026-12-01", "&lt;b&gt;")
}

// ssnOfPortfolio is a social security number of the demo's extract, and a loan of who has it.
func ssnOfPortfolio(t *testing.T) (number, loan string) {
	t.Helper()
	read := func(name string) [][]string {
		f, err := os.Open(filepath.Join(portfolio, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	for _, customer := range read("customers.csv") {
		for _, pair := range read("loan_customers.csv") {
			if customer[5] != "" && pair[1] == customer[0] {
				return customer[5], pair[0]
			}
		}
	}
	t.Fatal("nobody has a number")
	return "", ""
}

package serve_test

import (
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// What people ask about a book with a file: every answer is as the document says (service.do holds it), pages are complete, and
// account numbers are masked unless a privacy officer asks.
func TestReads(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "A2", "B1")
	nights(t, db, "2026-06-30")
	s := newService(t, db)
	if got := s.do("POST", "/v1/loans/A2/cancel-servicing", sent{role: servicing.Operator}); got.status != 200 {
		t.Fatal(got.text)
	}
	viewer := servicing.Viewer
	s.calls([]call{
		{"loans", "GET", "/v1/loans", viewer, ``, "200", `"accountNumber":"****77A1"`, nil},
		{"loans that are not serviced", "GET", "/v1/loans?servicingStatus=NOT_SERVICING", viewer, ``, "200", `"count":1,`, nil},
		{"loans of another kind", "GET", "/v1/loans?servicingStatus=BORED", viewer, ``, "400 invalid", `{"path":"query/servicingStatus","rule":"enum"}`, nil},
		{"too many", "GET", "/v1/loans?limit=1001", viewer, ``, "400 invalid", `{"path":"query/limit","rule":"maximum"}`, nil},
		{"a limit that is none", "GET", "/v1/loans?limit=many", viewer, ``, "400 invalid", `"path":"query/limit"`, nil},
		{"a page that is none", "GET", "/v1/loans?cursor=A9", viewer, ``, "400 page", "", nil},
		{"unmasked by a viewer", "GET", "/v1/loans?unmask=true", viewer, ``, "403 forbidden", "", nil},
		{"unmasked by a supervisor", "GET", "/v1/loans/A1?unmask=true", servicing.Supervisor, ``, "403 forbidden", "", nil},
		{"unmasked", "GET", "/v1/loans?unmask=true", servicing.PrivacyOfficer, ``, "200", `"accountNumber":"ACCT77A1"`, nil},
		{"a loan", "GET", "/v1/loans/A1", viewer, ``, "200", "", map[string]any{"loan.loanId": "A1", "loan.accountNumber": "****77A1", "loan.productId": "PL"}},
		{"a loan by its account", "GET", "/v1/loans/ACCT77A1", viewer, ``, "200", "", map[string]any{"loan.loanId": "A1"}},
		{"a loan, unmasked", "GET", "/v1/loans/A1?unmask=true", servicing.PrivacyOfficer, ``, "200", "", map[string]any{"loan.accountNumber": "ACCT77A1"}},
		{"an unknown loan", "GET", "/v1/loans/A9", viewer, ``, "404 unknown", "", nil},
		{"what files said", "GET", "/v1/loans/A1/tradelines", viewer, ``, "200", `"accountStatus":"11"`, nil},
		{"what files said, unmasked", "GET", "/v1/loans/A1/tradelines?unmask=true", servicing.PrivacyOfficer, ``, "200", `"accountNumber":"ACCT77A1"`, nil},
		{"its exceptions", "GET", "/v1/loans/A1/exceptions", viewer, ``, "200", "", map[string]any{"exceptions": []any{}}},
		{"open exceptions", "GET", "/v1/exceptions", viewer, ``, "200", `"count":0`, nil},
		{"exceptions of a run", "GET", "/v1/exceptions?run=1", viewer, ``, "200", `"count":0`, nil},
		{"runs", "GET", "/v1/runs", viewer, ``, "200", `"businessDate":"2026-06-30"`, nil},
		{"files", "GET", "/v1/files", viewer, ``, "200", `"records":3`, nil},
		{"an unknown file", "GET", "/v1/files/99", viewer, ``, "404 unknown", "", nil},
		{"a file that is no number", "GET", "/v1/files/last", viewer, ``, "400 invalid", `"path":"path/file"`, nil},
		{"exclusions of an unknown file", "GET", "/v1/files/99/exclusions", viewer, ``, "404 unknown", "", nil},
		{"deletions that wait", "GET", "/v1/waiting-deletions", viewer, ``, "200", `"count":0`, nil},
		{"reopened loans", "GET", "/v1/reopened-loans", viewer, ``, "200", `"count":0`, nil},
		{"reviews", "GET", "/v1/reviews", viewer, ``, "200", `"count":0`, nil},
		{"an explanation of a loan without a file", "GET", "/v1/loans/A1/explanation", viewer, ``, "404 unknown", "", nil},
		{"an explanation of two files", "GET", "/v1/loans/A1/explanation?file=1&asOf=2026-06-30", viewer, ``, "400 invalid", `"path":"query"`, nil},
		{"an explanation of a date that is none", "GET", "/v1/loans/A1/explanation?asOf=2026-06-31", viewer, ``, "400 invalid", `"path":"query/asOf"`, nil},
		{"the document", "GET", "/openapi.yaml", "", ``, "200", "", nil},
		{"health", "GET", "/healthz", "", ``, "200", `"message":"OK"`, nil},
	})
	officer := servicing.PrivacyOfficer
	s.calls([]call{
		{"how a first attempt differs", "GET", "/v1/runs/1/differences", viewer, ``, "200", `"moves":[`, map[string]any{"run": 1.0, "attempt": 1.0, "files": []any{}, "records": []any{}}},
		{"the balance of an unknown file", "GET", "/v1/files/99/balance", viewer, ``, "404 unknown", "", nil},
		{"how an unknown run differs", "GET", "/v1/runs/99/differences", viewer, ``, "404 unknown", "", nil},
		{"who has a number", "POST", "/v1/customers/search", officer, `{"ssn":"666-10-0001"}`, "200", "", map[string]any{
			"customers": []any{map[string]any{"customerId": "CA", "loans": []any{"A1", "A2"}}}}},
		{"who has a number that nobody has", "POST", "/v1/customers/search", officer, `{"ssn":"666109999"}`, "200", "", map[string]any{"customers": []any{}}},
		{"what is no number", "POST", "/v1/customers/search", officer, `{"ssn":"666-10-000x"}`, "400 invalid", `has nine digits`, nil},
		{"a number in the address", "GET", "/v1/customers/search?ssn=666100001", officer, ``, "405 method", "", nil},
		{"a number by a viewer", "POST", "/v1/customers/search", viewer, `{"ssn":"666-10-0001"}`, "403 forbidden", "", nil},
		{"a number by a supervisor", "POST", "/v1/customers/search", servicing.Supervisor, `{"ssn":"666-10-0001"}`, "403 forbidden", "", nil},
		{"an address that a router would clean", "GET", "/v1//loans", viewer, ``, "404 no-route", "", nil},
		{"another one", "GET", "/v1/loans/../runs", viewer, ``, "404 no-route", "", nil},
		{"one with a slash behind it", "GET", "/v1/loans/", viewer, ``, "404 no-route", "", nil},
		{"one whose id has dots and a slash", "GET", "/v1/loans/A%2F..%2FB", viewer, ``, "404 unknown", "", nil},
	})
	file := rows(t, db, `SELECT CAST(file AS text) FROM bureau_file`)
	s.calls([]call{
		{"a file", "GET", "/v1/files/" + file, viewer, ``, "200", "", map[string]any{"programId": "P1", "events": []any{}}},
		{"its exclusions", "GET", "/v1/files/" + file + "/exclusions", viewer, ``, "200", `"count":0`, nil},
	})

	// A file is uploaded as a stream, up to its own bound.
	upload := func(path string, bytes int) answer {
		return s.do("POST", path, sent{role: viewer, kind: "application/octet-stream", body: strings.Repeat("x", bytes)})
	}
	if got := upload("/v1/metro2/validate", 3<<20); got.data("records") != float64(3<<20) {
		t.Errorf("a file of more bytes than other bodies: %s", got.text)
	}
	small := newService(t, pgtest.New(t), func(c *serve.Config) { c.MaxUpload = 1000 })
	s = small
	for path, want := range map[string]string{
		"/v1/metro2/explain?record=2": "404 no-record", "/v1/metro2/explain": "400 invalid", "/v1/metro2/explain?record=0": "400 invalid",
		"/v1/metro2/explain?record=2&unmask=true": "403 forbidden", "/v1/metro2/validate": "200",
	} {
		if got := upload(path, 1000); got.kind() != want {
			t.Errorf("%s: %s, want %s", path, got.text, want)
		}
	}
	if got := upload("/v1/metro2/validate", 1001); got.kind() != "413 too-large" {
		t.Errorf("a file that is too large: %s", got.text)
	}
}

// Lists are complete, page by page.
func TestPages(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "A2", "B1")
	s := newService(t, db)
	var all []string
	for next := "/v1/loans?limit=1"; next != ""; {
		got := s.do("GET", next, sent{role: servicing.Viewer})
		for _, row := range got.body["data"].([]any) {
			all = append(all, row.(map[string]any)["loanId"].(string))
		}
		next, _ = got.body["nextUrl"].(string)
	}
	if got := strings.Join(all, " "); got != "A1 A2 B1" {
		t.Errorf("all pages: %s", got)
	}
}

package serve_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// Each endpoint × what every endpoint refuses: no token, one that is none, that is unknown, has ended or was revoked, a role that
// may not, a parameter that is none, a body of another type or too large. With any of them nothing has changed.
func TestRefusedEverywhere(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := newService(t, db, func(c *serve.Config) { c.MaxBody, c.MaxUpload = 2000, 2000 })
	s.tokens["revoked"] = s.token("revoked", servicing.Supervisor)
	if err := (&servicing.Desk{DB: db, Now: clock}).RevokeToken(t.Context(), "revoked", "ada"); err != nil {
		t.Fatal(err)
	}
	made, err := (&servicing.Desk{DB: db, Now: s.clock}).CreateToken(t.Context(), servicing.TokenRequest{
		Name: "ended", Role: servicing.Supervisor, Expires: clock().Add(time.Hour), By: "ada", Why: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	s.tokens["ended"] = made.Secret
	s.tokens["unknown"] = "furnisher_" + strings.Repeat("A", 43)
	s.tokens["malformed"] = "furnisher_" + strings.Repeat("A", 42)
	s.wait(time.Hour)
	before := everything(t, db)
	for path, item := range s.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			role, _ := operation.Extensions["x-role"].(string)
			if role == "anyone" {
				continue
			}
			path := strings.NewReplacer("{customerId}", "CA", "{loanId}", "A1", "{", "", "}", "").Replace(path)
			for _, bad := range []servicing.Role{"", "revoked", "ended", "unknown", "malformed"} {
				if got := s.do(method, path, sent{role: bad}); got.kind() != "401 unauthorized" || got.header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s %s with token %q: %d %s", method, path, bad, got.status, got.text)
				}
			}
			for _, r := range servicing.Roles() {
				got := s.do(method, path+"?no=such", sent{role: r})
				if may := r.May(servicing.Role(role)); (got.kind() == "403 forbidden") == may {
					t.Errorf("%s %s, which needs %s, by %s: %s", method, path, role, r, got.text)
				} else if may && !strings.HasPrefix(got.kind(), "4") {
					t.Errorf("%s %s with an unknown parameter: %s", method, path, got.text)
				}
			}
			may := servicing.Role(role)
			if got := s.do(method, path, sent{role: may, body: "x", kind: "image/png"}); got.kind() != "415 media-type" {
				t.Errorf("%s %s with a body of another type: %s", method, path, got.text)
			}
			kind, large := "application/json", path
			if strings.HasSuffix(path, "/explain") {
				large += "?record=1"
			}
			if operation.RequestBody != nil {
				for of := range operation.RequestBody.Value.Content {
					kind = of
				}
			}
			if got := s.do(method, large, sent{role: may, body: strings.Repeat("9", 4000), kind: kind}); got.kind() != "413 too-large" {
				t.Errorf("%s %s with a large body: %s", method, path, got.text)
			}
		}
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("a refused request changed (-before +after):\n%s", diff)
	}
}

// What is wrong with a request of a cancellation, and what the answer says of it.
func TestWrongRequests(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1")
	s := newService(t, db)
	before := everything(t, db)
	const customer = "/v1/customers/CA/cancel-servicing"
	for _, c := range []struct {
		name, method, path, body, want, errors string
		header                                 map[string]string
	}{
		{"an unknown reason", "POST", customer, `{"reason":"BORED"}`, "400 invalid", "body/reason enum", nil},
		{"a reason that is no text", "POST", customer, `{"reason":7}`, "400 invalid", "body/reason enum", nil},
		{"an unknown name", "POST", customer, `{"raison":"DECEASED"}`, "400 invalid", "body unknown", nil},
		{"no JSON", "POST", customer, `{"reason"`, "400 invalid", "body json", nil},
		{"one name twice", "POST", customer, `{"reason":"DECEASED","reason":"API_REQUEST"}`, "400 invalid", "body json", nil},
		{"no UTF-8", "POST", customer, "{\"reason\":\"DECEASED\",\"why\":\"\xff\"}", "400 invalid", "body json", nil},
		{"two documents", "POST", customer, `{} {}`, "400 invalid", "body json", nil},
		{"a list", "POST", customer, `[]`, "400 invalid", "body type", nil},
		{"a long reason", "POST", customer, `{"why":"` + strings.Repeat("x", 251) + `"}`, "400 invalid", "body/why maxLength", nil},
		{"an empty reason", "POST", customer, `{"why":""}`, "400 invalid", "body/why minLength", nil},
		{"a character that no database takes", "POST", customer, `{"why":"a\u0000b"}`, "400 invalid", "body text", nil},
		{"a path that no database takes", "POST", "/v1/customers/%00/cancel-servicing", ``, "400 invalid", "path/customerId text", nil},
		{"a path that is no text", "POST", "/v1/customers/%ff%fe/cancel-servicing", ``, "400 invalid", "path/customerId text", nil},
		{"a long path", "POST", "/v1/customers/" + strings.Repeat("x", 201) + "/cancel-servicing", ``, "400 invalid", "path/customerId maxLength", nil},
		{"a flag that is none", "POST", customer + "?dryRun=maybe", ``, "400 invalid", "query/dryRun form", nil},
		{"a flag twice", "POST", customer + "?dryRun=false&dryRun=true", ``, "400 invalid", "query/dryRun once", nil},
		{"a flag that cannot be read", "POST", customer + "?dryRun=true;x", ``, "400 invalid", "query form", nil},
		{"a misspelled flag", "POST", customer + "?dryrun=true", ``, "400 invalid", "query unknown", nil},
		{"a long key", "POST", customer, ``, "400 invalid", "header/Idempotency-Key maxLength", map[string]string{"Idempotency-Key": strings.Repeat("k", 201)}},
		{"an unknown customer", "POST", "/v1/customers/666101111/cancel-servicing", ``, "404 unknown", "", nil},
		{"an unknown loan", "POST", "/v1/loans/ALDERBROOK/cancel-servicing", ``, "404 unknown", "", nil},
		{"an id with a slash", "POST", "/v1/loans/A%2F1/cancel-servicing", ``, "404 unknown", "", nil},
		{"an id with a percent sign", "POST", "/v1/loans/100%25/cancel-servicing", ``, "404 unknown", "", nil},
		{"a code that is quoted", "POST", "/v1/loans/A1/terminate", `{"reason":"MR \"ALDERBROOK","why":"x"}`, "409 refused", "", nil},
		{"a code that begins as another text", "POST", "/v1/loans/A1/terminate", `{"reason":"WHY ROBIN","why":"WHY"}`, "409 refused", "", nil},
		{"another method", "GET", customer, ``, "405 method", "", nil},
		{"no such address", "GET", "/v1/borrowers", ``, "404 no-route", "", nil},
	} {
		got := s.do(c.method, c.path, sent{role: servicing.Operator, body: c.body, header: c.header})
		if got.kind() != c.want || mistakes(got) != c.errors {
			t.Errorf("%s: %s, %q, want %s, %q", c.name, got.text, mistakes(got), c.want, c.errors)
		}
		if got.body["instance"] != got.header.Get("X-Request-Id") || got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: header %v", c.name, got.header)
		}
		for _, value := range append([]string{"BORED", "raison", "maybe", "666101111", "/v1/"}, personal...) {
			if strings.Contains(got.text, value) {
				t.Errorf("%s: the answer says %q: %s", c.name, value, got.text)
			}
		}
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("a refused request changed (-before +after):\n%s", diff)
	}
	s.silent()
}

// mistakes are the errors of a problem in a line.
func mistakes(a answer) string {
	list, _ := a.body["errors"].([]any)
	texts := make([]string, len(list))
	for i, x := range list {
		m := x.(map[string]any)
		texts[i] = m["path"].(string) + " " + m["rule"].(string)
	}
	return strings.Join(texts, ", ")
}

// silent holds that the log says nothing of a person, no path and no query.
func (s *service) silent() {
	s.t.Helper()
	for _, value := range append([]string{"/CA/", "/A1/", "?", "Bearer", "furnisher_"}, personal...) {
		if strings.Contains(s.log.String(), value) {
			s.t.Errorf("the log says %q:\n%s", value, s.log)
		}
	}
}

// A line of the log says who asked what, in which words of the document, and how it ended.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := newService(t, db)
	got := s.do("POST", "/v1/customers/CA/cancel-servicing?dryRun=true", sent{role: servicing.Operator, header: map[string]string{"X-Request-Id": "0123456789abcdef"}})
	if got.header.Get("X-Request-Id") != "0123456789abcdef" {
		t.Errorf("request id: %v", got.header)
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(s.log.String()), &line); err != nil {
		t.Fatal(err)
	}
	delete(line, "time")
	delete(line, "ms")
	want := map[string]any{
		"level": "info", "msg": "request", "request": "0123456789abcdef", "method": "POST", "route": "POST /v1/customers/{customerId}/cancel-servicing",
		"status": 404.0, "bytes": float64(len(got.text)), "token": "a-operator", "user": "", "from": "192.0.2.1", "problem": "unknown",
	}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
	if got := s.do("GET", "/healthz", sent{header: map[string]string{"X-Request-Id": "666101111"}}); got.status != 200 || got.header.Get("X-Request-Id") == "666101111" {
		t.Errorf("an id that is too short to be one was taken: %v", got.header)
	}
}

// A token that sends too much waits; another one does not.
func TestRate(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := newService(t, db, func(c *serve.Config) { c.Rate, c.Burst = 1, 2 })
	send := func(role servicing.Role) string {
		return s.do("POST", "/v1/customers/CA/cancel-servicing", sent{role: role}).kind()
	}
	for i, want := range []string{"404 unknown", "404 unknown", "429 rate", "429 rate"} {
		if got := send(servicing.Operator); got != want {
			t.Errorf("request %d: %s, want %s", i+1, got, want)
		}
	}
	if got := send(servicing.Supervisor); got != "404 unknown" {
		t.Errorf("another token: %s", got)
	}
	s.wait(time.Second)
	if got := send(servicing.Operator); got != "404 unknown" {
		t.Errorf("a second later: %s", got)
	}
}

// What the README names for each endpoint of another system is in the document.
func TestOtherSystems(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "\n| there | here |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	systems := map[string]int{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 4 {
			t.Fatalf("a row of %d cells: %s", len(cells), line)
		}
		system, _, _ := strings.Cut(strings.TrimSpace(cells[1]), ":")
		systems[system]++
		named := regexp.MustCompile("`([A-Z]+) (/[^`]+)`").FindAllStringSubmatch(cells[2], -1)
		if len(named) == 0 {
			t.Errorf("nothing stands for %s", cells[1])
		}
		for _, n := range named {
			if path := doc.Paths.Value(n[2]); path == nil || path.GetOperation(n[1]) == nil {
				t.Errorf("%s: the document has no %s", cells[1], n[0])
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"Canopy": 1, "Finosu": 2, "LoanPro": 2, "LeasePak": 2, "Peach": 7}, systems); diff != "" {
		t.Errorf("rows of the systems (-want +got):\n%s", diff)
	}
}

// The document names a role for each operation, and its lists are those of the rules.
func TestDocument(t *testing.T) {
	t.Parallel()
	s := newService(t, pgtest.New(t))
	if got := s.do("GET", "/openapi.yaml", sent{}); got.status != 200 || !strings.HasPrefix(got.text, "openapi: 3.1.0\n") {
		t.Errorf("the document: %d", got.status)
	}
	text := func(name string) string {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	readme, operating := text("README.md"), text("cmd/furnisher/OPERATING.md")
	operations := 0
	for path, item := range s.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			operations++
			if named := fmt.Sprintf("`%s %s`", method, path); !strings.Contains(readme, named) {
				t.Errorf("README.md does not name %s", named)
			}
			if line := fmt.Sprintf("\n| `%s %s` | %s | ", method, path, operation.Extensions["x-role"]); !strings.Contains(operating, line) {
				t.Errorf("OPERATING.md has no line %q", line)
			}
			role, _ := operation.Extensions["x-role"].(string)
			open := operation.Security != nil && len(*operation.Security) == 0
			if open != (role == "anyone") || role == "" {
				t.Errorf("%s %s: role %q, open %v", method, path, role, open)
			}
			if method != "GET" && role == "viewer" && !strings.HasPrefix(path, "/v1/metro2/") && path != "/v1/bulk" { // TestRolesOfRows
				t.Errorf("%s %s changes something, and a viewer may", method, path)
			}
		}
	}
	if operations < 4 {
		t.Errorf("operations: %d", operations)
	}
	for name, want := range lists() {
		var got []string
		for _, value := range s.doc.Components.Schemas[name].Value.Enum {
			got = append(got, value.(string))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

package console

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/servicing"
)

// rolesFile lists every address of the console with the least role that may, as people decided it: a new address is a new line there.
const rolesFile = "testdata/roles.txt"

// readRoles reads the list of roles by pattern.
func readRoles(t *testing.T) map[string]servicing.Role {
	t.Helper()
	text, err := os.ReadFile(rolesFile)
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]servicing.Role{}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) == 3 {
			roles[words[1]+" "+words[2]] = servicing.Role(words[0])
		}
	}
	return roles
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// addressed is the address of a route with a value in place of each part that varies.
func addressed(e route, value string) (method, at string) {
	method, at, _ = strings.Cut(e.pattern, " ")
	return method, parameter.ReplaceAllLiteralString(strings.TrimSuffix(at, "{$}"), value)
}

// Each page and each form is for the roles that the list names and for no other, nor for nobody; an examiner sends no form. Who may is
// asked in front of the handler, so that a refused form has done nothing.
func TestRoleOfEachRoute(t *testing.T) {
	s := newSite(t, readOnly(t))
	want := readRoles(t)
	// Who may what, written once more.
	may := map[servicing.Role]string{
		servicing.Viewer: "viewer", servicing.Examiner: "viewer", servicing.Operator: "viewer operator",
		servicing.Supervisor: "viewer operator supervisor", servicing.PrivacyOfficer: "viewer privacy_officer",
	}
	for _, e := range s.c.routes {
		least, known := want[e.pattern]
		if !known || least != e.role {
			t.Errorf("%s: this line is not in %s:\n%s %s", e.pattern, rolesFile, e.role, e.pattern)
			continue
		}
		delete(want, e.pattern)
		reached := false
		stub := s.c.sessionOf(s.c.guard(route{e.pattern, e.role, func(http.ResponseWriter, *http.Request) error { reached = true; return nil }}))
		method, at := addressed(e, "1")
		for _, role := range append(servicing.Roles(), "") {
			allowed := least == anyone || slices.Contains(strings.Fields(may[role]), string(least))
			if role == servicing.Examiner && method != "GET" && least != anyone {
				allowed = false
			}
			real := s.c.handler
			s.c.handler, reached = stub, false
			s.do(role, method, at, nil)
			s.c.handler = real
			if reached != allowed {
				t.Errorf("%s as %q: reached %v, want %v", e.pattern, role, reached, allowed)
			}
			if allowed {
				continue
			}
			refused := 403 // by the console as it is
			if role == "" {
				refused = 303
			}
			if got := s.do(role, method, at, nil); got.status != refused {
				t.Errorf("%s as %q: status %d, want %d", e.pattern, role, got.status, refused)
			}
		}
	}
	for pattern := range want {
		t.Errorf("%s names %s, which the console does not have", rolesFile, pattern)
	}
}

// A form from another site, or from another origin of this one, is refused whoever's browser sends it, and says so.
func TestCrossSiteForms(t *testing.T) {
	s := newSite(t, readOnly(t))
	for _, e := range s.c.routes {
		method, at := addressed(e, "1")
		if method == "GET" {
			continue
		}
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-fetch-site": "same-site", "Origin": "https://evil.example"} {
			r := httptest.NewRequest(method, at, strings.NewReader("do=do&why=x&key=k"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(header, value)
			got := s.send(s.as(r, servicing.Supervisor))
			if got.status != 403 || !strings.Contains(got.body, "The form came from another site") {
				t.Errorf("%s with %s: %s: status %d", e.pattern, header, value, got.status)
			}
		}
	}
}

// strange is what somebody may write in an address in place of an id.
var strange = []string{
	"..", "../../etc/passwd", "-1", "0", "99999999999999999999999", "9223372036854775808", "1e9", "1 OR 1=1", "1'; DROP TABLE loan; --", `1" onmouseover="alert(1)`,
	"<script>alert(1)</script>", "{{.}}", "%", "%00", "\x00", "\xff\xfe", "\u202e", "1\n2", "\r\nSet-Cookie: a=b", strings.Repeat("9", 5000), "2026-13", "9999-99", "null", " ", "☃",
}

// Whatever stands in an address, the console answers in words: it never fails, shows no script, and says nothing of how it is made.
func TestStrangeAddresses(t *testing.T) {
	s := newSite(t, readOnly(t))
	holds := func(at string) {
		t.Helper()
		r := httptest.NewRequest("GET", "/", nil)
		u, err := url.Parse(at)
		if err != nil {
			return // no server hands it on
		}
		r.URL = u
		got := s.send(s.as(r, servicing.Viewer))
		if len(at) > 120 {
			at = at[:120]
		}
		if got.status >= 500 || strings.Contains(got.body, "<script>alert") || strings.Contains(got.body, `" onmouseover=`) || strings.Contains(got.body, "pq:") || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%q: status %d", at, got.status)
		}
		if got.status == 303 || got.status == 307 {
			if to := got.header.Get("Location"); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
				t.Errorf("%q leads to %q", at, to)
			}
		}
	}
	for _, e := range s.c.routes {
		method, _ := addressed(e, "")
		if method != "GET" {
			continue
		}
		if strings.Contains(e.pattern, "{") && !strings.Contains(e.pattern, "{$}") {
			for _, value := range strange {
				_, at := addressed(e, url.PathEscape(value))
				holds(at)
			}
		}
		_, at := addressed(e, "1")
		for i, value := range strange { // each of the names of which pages ask, some at a time
			q := url.Values{}
			for _, name := range []string{"after", "before", "month", "date", "since", "file", "destination", "program", "loan", "q", "by", "item", "record", "field", "was", "now", "acts", "check", "type", "status", "owner", "csv", "live", "part"} {
				if (i+len(name))%3 == 0 || name == "after" || name == "q" {
					q.Set(name, value)
				}
			}
			holds(at + "?" + q.Encode())
		}
		holds(at + "?after=%zz&q=%")
	}
}

// as is a request of somebody in a role.
func (s *site) as(r *http.Request, role servicing.Role) *http.Request {
	return r.WithContext(withTester(r.Context(), User{Name: "a-" + string(role), Role: role}))
}

// A form that is sent again is done once; under the same key with other words, or by somebody else, it is another form.
func TestReplayedForm(t *testing.T) {
	db, _ := own(t)
	t.Run("revealed", func(t *testing.T) { holdsRevealed(t, db) })
	s := newSite(t, db)
	var loan string
	if err := db.Get(&loan, `SELECT loan_id FROM loan_key k JOIN loan_state USING (loan) WHERE status = 'ACTIVE' ORDER BY k.loan LIMIT 1`); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"key": {"K1"}, "why": {"a letter"}, "until": {"2026-12-24"}}
	at := "/accounts/" + url.PathEscape(loan) + "/hold"
	done := func() (n int) {
		t.Helper()
		if err := db.Get(&n, `SELECT count(*) FROM operation WHERE kind LIKE 'HOLD%'`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for range 3 {
		if got := s.post(servicing.Operator, at, form); got.status != 303 {
			t.Fatalf("status %d: %s", got.status, got.body)
		}
	}
	if n := done(); n != 1 {
		t.Fatalf("done %d times", n)
	}
	form.Set("until", "2026-12-25")
	s.post(servicing.Operator, at, form).has(t, 409, "This form was sent before with other words")
	if n := done(); n != 1 {
		t.Errorf("done %d times", n)
	}
	if got := s.post(servicing.Supervisor, at, form); got.status != 303 || done() != 2 {
		t.Errorf("somebody else's form: status %d, done %d times", got.status, done())
	}
	for _, bad := range []url.Values{
		{"key": {"K2"}, "why": {"x", "y"}, "until": {"2026-12-24"}}, {"key": {"K2"}, "why": {"\x00"}, "until": {"2026-12-24"}}, {"key": {"K2"}, "why": {"\xff"}, "until": {"2026-12-24"}},
		{"key": {"K2"}, "why": {strings.Repeat("x", 70_000)}, "until": {"2026-12-24"}}, {"key": {strings.Repeat("k", 300)}, "why": {"x"}, "until": {"2026-12-24"}},
		{"key": {"K2"}, "why": {"x"}, "until": {"31.12.2026"}}, {"key": {"K2"}, "why": {""}, "until": {"2026-12-24"}},
	} {
		if got := s.post(servicing.Operator, at, bad); got.status != 400 && got.status != 413 {
			t.Errorf("%.80s: status %d", fmt.Sprint(bad), got.status)
		}
	}
	if done() != 2 {
		t.Error("a bad form did something")
	}
	for i, until := range []string{"2026-12-26", "2026-12-27"} { // without a key, one form is not taken for another
		got := s.post(servicing.Operator, at, url.Values{"why": {"x"}, "until": {until}})
		if got.status != 303 || done() != 3+i {
			t.Errorf("without a key: status %d, done %d times", got.status, done())
		}
	}
}

package console

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/authenticator"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const password = "correct horse battery"

// house is a site over a book without loans, whose clock a test moves.
type house struct {
	*site
	db  *sqlx.DB
	now time.Time
}

// newHouse serves an empty book, and GET and POST /probe for whoever is a viewer: it answers with who asks.
func newHouse(t *testing.T, change ...func(*Config)) *house {
	t.Helper()
	h := &house{db: pgtest.New(t), now: clock()}
	h.site = newSite(t, h.db, append([]func(*Config){func(c *Config) {
		c.Now = func() time.Time { return h.now }
		c.Desk = func(address string) *servicing.Desk {
			return &servicing.Desk{DB: h.db, Now: c.Now, Today: day("2026-11-01"), Vault: vault, Authority: batch.Authority{Host: address}}
		}
	}}, change...)...)
	probe := func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprintf(w, "%s %s", who(r.Context()).Name, who(r.Context()).Role)
		return err
	}
	all := http.NewServeMux()
	all.Handle("/", h.c.handler)
	all.Handle("GET /probe", h.c.sessionOf(h.c.guard(route{"GET /probe", servicing.Viewer, probe})))
	all.Handle("POST /probe", h.c.sessionOf(h.c.guard(route{"POST /probe", servicing.Viewer, probe})))
	h.c.handler = all
	return h
}

// user makes a user, and returns what the device took.
func (h *house) user(name string, role servicing.Role) string {
	h.t.Helper()
	r := servicing.UserRequest{Name: name, Role: role, Password: password, By: "ada", Why: "test"}
	if role == servicing.Examiner {
		r.Expires = h.now.AddDate(0, 0, 30)
	}
	made, err := h.c.Desk("test").CreateUser(context.Background(), r)
	if err != nil {
		h.t.Fatal(err)
	}
	return made.Enrolment
}

func (h *house) code(device string) string {
	h.t.Helper()
	code, err := authenticator.Code(device, h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

// browser is one that keeps the cookie it is given.
type browser struct {
	*house
	cookie *http.Cookie
}

func (b *browser) do(method, at string, f url.Values) answer {
	b.t.Helper()
	r := httptest.NewRequest(method, at, strings.NewReader(f.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	got := b.send(r)
	for _, c := range (&http.Response{Header: got.header}).Cookies() {
		if b.cookie = c; c.MaxAge < 0 {
			b.cookie = nil
		}
	}
	return got
}

// signs signs in, and returns the answer.
func (b *browser) signs(name, password, code string) answer {
	b.t.Helper()
	return b.do("POST", "/sign-in", url.Values{"name": {name}, "password": {password}, "code": {code}, "after": {"/probe"}})
}

// in holds that a browser is signed in as somebody, or as nobody for "".
func (b *browser) in(who string) {
	b.t.Helper()
	got := b.do("GET", "/probe", nil)
	if who == "" && (got.status != 303 || got.header.Get("Location") != "/sign-in?after=%2Fprobe") || who != "" && got.body != who {
		b.t.Errorf("want %q, got %d %q to %q", who, got.status, got.body, got.header.Get("Location"))
	}
}

// Without a user, the page says how to make the first.
func TestFirstUser(t *testing.T) {
	h := newHouse(t)
	h.get("", "/sign-in").has(t, 200, "furnisher users create NAME --role supervisor")
	h.user("kim", servicing.Supervisor)
	if got := h.get("", "/sign-in"); strings.Contains(got.body, "users create") || !strings.Contains(got.body, `autocomplete="one-time-code"`) {
		t.Errorf("%s", got.body)
	}
}

// Who signs in comes to the page that was asked for, under a token that nobody knew before; who signs out is out, also with the cookie
// of before.
func TestSignInAndOut(t *testing.T) {
	h := newHouse(t)
	device := h.user("kim", servicing.Operator)
	b := &browser{house: h, cookie: &http.Cookie{Name: "furnisher", Value: "chosen-by-somebody-else"}}
	b.in("")
	if got := b.signs(" Kim ", password, h.code(device)); got.status != 303 || got.header.Get("Location") != "/probe" {
		t.Fatalf("%d to %q: %s", got.status, got.header.Get("Location"), got.body)
	}
	if b.cookie.Value == "chosen-by-somebody-else" || !b.cookie.HttpOnly || b.cookie.SameSite != http.SameSiteLaxMode || b.cookie.Path != "/" || b.cookie.MaxAge != 0 || !b.cookie.Expires.IsZero() {
		t.Errorf("cookie %v", b.cookie)
	}
	b.in("kim operator")
	first := *b.cookie
	h.now = h.now.Add(30 * time.Second)
	b.signs("kim", password, h.code(device))
	if b.cookie.Value == first.Value {
		t.Error("signing in again keeps the token")
	}
	(&browser{house: h, cookie: &first}).in("")
	b.in("kim operator")
	kept := *b.cookie
	if got := b.do("POST", "/sign-out", nil); got.status != 303 || b.cookie != nil {
		t.Errorf("%d, %v", got.status, b.cookie)
	}
	(&browser{house: h, cookie: &kept}).in("")
	var rows int
	if err := h.db.Get(&rows, `SELECT count(*) FROM console_session`); err != nil || rows != 0 {
		t.Errorf("%d sessions are left: %v", rows, err)
	}
}

// A session ends when nobody uses it, at its last hour, and when its user ends or gets another role.
func TestSessionEnds(t *testing.T) {
	h := newHouse(t)
	device := h.user("kim", servicing.Operator)
	b := &browser{house: h}
	signs := func() {
		t.Helper()
		h.now = h.now.Add(time.Minute)
		b.signs("kim", password, h.code(device))
		b.in("kim operator")
	}
	signs()
	h.now = h.now.Add(servicing.DefaultIdle)
	b.in("")
	signs()
	for h.now = h.now.Add(14 * time.Minute); h.now.Before(clock().Add(12 * time.Hour)); h.now = h.now.Add(14 * time.Minute) {
		b.in("kim operator")
	}
	h.now = h.now.Add(14 * time.Minute)
	b.in("")
	signs()
	desk := h.c.Desk("test")
	if err := desk.ChangeRole(t.Context(), "kim", servicing.Viewer, time.Time{}, "ada", "test"); err != nil {
		t.Fatal(err)
	}
	b.in("")
	h.now = h.now.Add(time.Minute)
	b.signs("kim", password, h.code(device))
	b.in("kim viewer")
	if err := desk.EndUser(t.Context(), "kim", "ada", "test"); err != nil {
		t.Fatal(err)
	}
	b.in("")
	h.now = h.now.Add(time.Minute)
	b.signs("kim", password, h.code(device)).has(t, 422, "Name, password or code are wrong")
	b.in("")
}

// A page that brings itself up to date keeps no session alive, and is loaded again when it has ended.
func TestLivePageKeepsNoSession(t *testing.T) {
	h := newHouse(t)
	device := h.user("kim", servicing.Operator)
	b := &browser{house: h}
	h.now = h.now.Add(time.Minute)
	b.signs("kim", password, h.code(device))
	news := func() answer {
		r := httptest.NewRequest("GET", "/tonight/now", nil)
		r.Header.Set("HX-Request", "true")
		r.AddCookie(b.cookie)
		return h.send(r)
	}
	for range 3 {
		h.now = h.now.Add(4 * time.Minute)
		news().has(t, 200, "No run was opened yet")
	}
	h.now = h.now.Add(4 * time.Minute) // 16 minutes after somebody was there
	if got := news(); got.status != 401 || got.header.Get("HX-Refresh") != "true" || got.body != "" {
		t.Errorf("status %d, %v, %q", got.status, got.header, got.body)
	}
	b.in("")
}

// The log says who came, from where, and that somebody did not; never what was typed.
func TestSignInLog(t *testing.T) {
	said := &strings.Builder{}
	h := newHouse(t, func(c *Config) {
		c.Log = logrus.New()
		c.Log.SetOutput(said)
	})
	device := h.user("kim", servicing.Operator)
	b := &browser{house: h}
	b.signs("a password where the name belongs", password, "000000")
	b.signs("kim", password, h.code(device))
	for _, text := range []string{`msg="not signed in"`, `msg="signed in"`, "user=kim", "from=192.0.2.1"} {
		if !strings.Contains(said.String(), text) {
			t.Errorf("the log lacks %q: %s", text, said)
		}
	}
	for _, text := range []string{"a password", password, h.code(device), "000000", b.cookie.Value} {
		if strings.Contains(said.String(), text) {
			t.Errorf("the log holds %q", text)
		}
	}
}

// Whatever is wrong, the answer has the same words: also of a name that is nobody's, and of one that is locked. A code works once.
func TestSignInFails(t *testing.T) {
	h := newHouse(t)
	device := h.user("kim", servicing.Operator)
	var words string
	fails := func(what, name, with, code string) {
		t.Helper()
		got := (&browser{house: h}).signs(name, with, code)
		got.has(t, 422, "Name, password or code are wrong")
		got.body = regexp.MustCompile(`nonce="[^"]*"|value="[^"]*"`).ReplaceAllString(got.body, "")
		if words == "" {
			words = got.body
		}
		if got.body != words || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: other words, or a cookie %q", what, got.header.Get("Set-Cookie"))
		}
	}
	fails("a wrong password", "kim", "wrong horse battery", h.code(device))
	fails("a wrong code", "kim", password, "000000")
	fails("nobody", "lee", password, h.code(device))
	fails("a name of scripts", `<script>alert(1)</script>"'`, password, h.code(device))
	b := &browser{house: h}
	b.signs("kim", password, h.code(device))
	b.in("kim operator")
	fails("a code again", "kim", password, h.code(device))
	for range servicing.MostFailures {
		fails("a guess", "kim", "a guess of it", "000000")
	}
	h.now = h.now.Add(time.Minute)
	fails("locked", "kim", password, h.code(device))
	b.in("kim operator") // nobody is thrown out by guesses of somebody else
}

// An address has so many attempts, whatever names it tries.
func TestSignInRate(t *testing.T) {
	h := newHouse(t)
	statuses := map[int]int{}
	for i := range signInBurst + 3 {
		statuses[(&browser{house: h}).signs(fmt.Sprintf("name%d", i), "", "").status]++
	}
	if statuses[422] != signInBurst || statuses[429] != 3 {
		t.Errorf("%v", statuses)
	}
	h.now = h.now.Add(signInEvery)
	(&browser{house: h}).signs("name", "", "").has(t, 422)
	d := newDoors()
	for i := range signInBurst {
		d.open(fmt.Sprintf("2001:db8::%x", i), h.now)
	}
	if d.open("2001:db8::ffff", h.now) || !d.open("2001:db8:0:1::1", h.now) || !d.open("192.0.2.7", h.now) {
		t.Error("addresses of one network are not one, or others are")
	}
}

// After signing in somebody is sent to the console, wherever the address says.
func TestWithin(t *testing.T) {
	for after, want := range map[string]string{
		"/month": "/month", "/accounts/L%2F1?x=1&y=%22": "/accounts/L%2F1?x=1&y=%22", "": "/", "month": "/", "//evil.example": "/", "///evil.example": "/",
		"https://evil.example/": "/", `/\evil.example`: "/", "/%5cevil.example": "/", "/%2f/evil.example": "/", "javascript:alert(1)": "/", "/a/../..//evil": "/",
		"/\tevil": "/", "/month#x": "/month", "/sign-in": "/", "http:/month": "/",
	} {
		if got := within(after); got != want {
			t.Errorf("within(%q) is %q, want %q", after, got, want)
		}
	}
}

// An examiner reads what a viewer reads, and sends no form but the one that signs out.
func TestExaminer(t *testing.T) {
	h := newHouse(t)
	device := h.user("ex", servicing.Examiner)
	b := &browser{house: h}
	b.signs("ex", password, h.code(device))
	b.in("ex examiner")
	b.do("POST", "/probe", nil).has(t, 403)
	if got := b.do("POST", "/sign-out", nil); got.status != 303 {
		t.Errorf("status %d", got.status)
	}
}

// By HTTPS the cookie is one that a browser takes from nobody else.
func TestSecureCookie(t *testing.T) {
	for base, want := range map[string]string{"": "__Host-furnisher", "/furnisher": "__Secure-furnisher"} {
		h := newHouse(t, func(c *Config) { c.Base, c.Secure = base, true })
		device := h.user("kim", servicing.Operator)
		b := &browser{house: h}
		got := b.do("POST", base+"/sign-in", url.Values{"name": {"kim"}, "password": {password}, "code": {h.code(device)}})
		if b.cookie == nil || b.cookie.Name != want || !b.cookie.Secure || b.cookie.Path != base+"/" || got.header.Get("Location") != base+"/" {
			t.Errorf("%v, to %q", b.cookie, got.header.Get("Location"))
		}
		if got.header.Get("Strict-Transport-Security") == "" {
			t.Error("no strict transport security")
		}
	}
}

// Without its database, the console says so, to those with a session and to others; it never signs somebody in whom it cannot keep.
func TestDatabaseAway(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Away = func(error) bool { return true } })
	device := h.user("kim", servicing.Operator)
	b := &browser{house: h}
	b.signs("kim", password, h.code(device))
	h.now = h.now.Add(time.Minute)
	if _, err := h.db.Exec(`ALTER TABLE console_session ADD CHECK (seen_at < created_at) NOT VALID`); err != nil {
		t.Fatal(err)
	}
	got := (&browser{house: h}).signs("kim", password, h.code(device))
	got.has(t, 503, "The database cannot be reached")
	if got.header.Get("Set-Cookie") != "" || strings.Count(got.body, "<html") != 1 {
		t.Errorf("cookie %q, %s", got.header.Get("Set-Cookie"), got.body)
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	b.do("GET", "/probe", nil).has(t, 503, "The database cannot be reached")
}

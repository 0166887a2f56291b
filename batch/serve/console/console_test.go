package console

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/servicing"
)

// Every route has a role, and every page that needs one sends who has no session to sign in.
func TestRoutesNeedASession(t *testing.T) {
	s := newSite(t, readOnly(t))
	for _, e := range s.c.routes {
		method, at, _ := strings.Cut(e.pattern, " ")
		if e.role == anyone {
			continue
		}
		if !servicing.Role.May(servicing.Supervisor, e.role) && e.role != servicing.PrivacyOfficer {
			t.Errorf("%s has the role %q", e.pattern, e.role)
		}
		at = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(at, "1")
		if got := s.do("", method, at, nil); got.status != 303 || !strings.HasPrefix(got.header.Get("Location"), "/sign-in") {
			t.Errorf("%s without a session: status %d to %q", e.pattern, got.status, got.header.Get("Location"))
		}
	}
}

// Behind a proxy that changes the host, forms of the origin that people see are taken, and of no other.
func TestOrigin(t *testing.T) {
	s := newSite(t, readOnly(t), func(c *Config) { c.Origin = "https://console.example.com" })
	for origin, want := range map[string]int{"https://console.example.com": 303, "http://console.example.com": 403, "https://evil.example": 403, "null": 403} {
		r := httptest.NewRequest("POST", "/sign-out", nil)
		r.Host = "127.0.0.1:8321"
		r.Header.Set("Origin", origin)
		if got := s.send(r); got.status != want {
			t.Errorf("%s: status %d, want %d", origin, got.status, want)
		}
	}
	if _, err := New(Config{Origin: "console.example.com"}); err == nil {
		t.Error("an origin without a scheme is taken")
	}
}

// A form from another site is refused, whatever it says.
func TestCrossSiteFormIsRefused(t *testing.T) {
	s := newSite(t, readOnly(t))
	r := httptest.NewRequest("POST", "/sign-out", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := s.send(r); got.status != 403 {
		t.Errorf("status %d", got.status)
	}
}

// Each answer forbids what the page does not need, and its scripts carry the word of this answer alone.
func TestPolicy(t *testing.T) {
	s := newSite(t, readOnly(t))
	first, second := s.get("", "/sign-in"), s.get("", "/sign-in")
	policy := first.header.Get("Content-Security-Policy")
	word := regexp.MustCompile(`'nonce-([A-Z0-9]+)'`).FindStringSubmatch(policy)
	if word == nil || !strings.Contains(first.body, `nonce="`+word[1]+`"`) || policy == second.header.Get("Content-Security-Policy") {
		t.Errorf("policy %q", policy)
	}
	if strings.Contains(policy, "unsafe") || first.header.Get("X-Frame-Options") != "DENY" || first.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", first.header)
	}
}

// A page that does not exist says so within the console.
func TestNoSuchPage(t *testing.T) {
	newSite(t, readOnly(t)).get(servicing.Viewer, "/nothing").has(t, 404, "There is no such page")
}

// Under a path, every address of a page is below it.
func TestBase(t *testing.T) {
	s := newSite(t, readOnly(t), func(c *Config) { c.Base = "/furnisher" })
	got := s.get("", "/furnisher/sign-in")
	got.has(t, 200, `href="/furnisher/static/console.css"`)
	for _, at := range regexp.MustCompile(`(?:href|src|action)="(/[^"]*)"`).FindAllStringSubmatch(got.body, -1) {
		if !strings.HasPrefix(at[1], "/furnisher/") {
			t.Errorf("an address outside of the base: %s", at[1])
		}
	}
	s.get("", "/sign-in").has(t, 404)
	for at, to := range map[string]string{"/furnisher": "/furnisher/", "/furnisher/": "/furnisher/month", "/furnisher/month": "/furnisher/sign-in?after=%2Fmonth"} {
		if got := s.get("", at).header.Get("Location"); got != to {
			t.Errorf("%s leads to %q, want %q", at, got, to)
		}
	}
	for _, base := range []string{"furnisher", "/", "/furnisher/", "/a/../b"} {
		if _, err := New(Config{Base: base}); err == nil {
			t.Errorf("the base %q is taken", base)
		}
	}
}

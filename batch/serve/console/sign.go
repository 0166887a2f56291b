package console

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"golang.org/x/time/rate"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
)

// Bounds of signing in.
const (
	signInEvery   = 3 * time.Second // from one address, once signInBurst are used up
	signInBurst   = 20
	mostAddresses = 10_000
	signInAtOnce  = 2 // each takes the memory of a password's hash
)

// doors bounds who tries to sign in, and how often.
type doors struct {
	atOnce chan struct{}

	mu    sync.Mutex
	rates map[string]*rate.Limiter // by address
}

func newDoors() *doors {
	return &doors{atOnce: make(chan struct{}, signInAtOnce), rates: map[string]*rate.Limiter{}}
}

// open reports whether an address may try now. Who has one address of IPv6 has all that share its first half.
func (d *doors) open(address string, now time.Time) bool {
	if at, err := netip.ParseAddr(address); err == nil && at.Is6() {
		half, _ := at.WithZone("").Prefix(64) // which every address of IPv6 has
		address = half.String()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rates[address] == nil {
		if len(d.rates) >= mostAddresses {
			clear(d.rates) // of addresses that nobody comes from any more, most likely
		}
		d.rates[address] = rate.NewLimiter(rate.Every(signInEvery), signInBurst)
	}
	return d.rates[address].AllowN(now, 1)
}

// signRoutes are the routes of signing in and out.
func (c *Console) signRoutes() []route {
	return []route{
		{"GET /sign-in", anyone, c.signInPage},
		{"POST /sign-in", anyone, c.signIn},
		{"POST /sign-out", anyone, c.signOut},
	}
}

// signedIn finds who asks by the session: name and role are as the user has them now.
func (c *Console) signedIn(ctx context.Context) (User, bool) {
	h := holding(ctx)
	if h == nil || h.known == nil || h.known.User == "" {
		return User{}, false
	}
	return User{Name: h.known.User, Role: h.known.Role}, true
}

// askToSignIn sends who has no session to sign in, and back afterwards.
func (c *Console) askToSignIn(w http.ResponseWriter, r *http.Request) {
	if byScript(r) { // the page itself is loaded again, and leads to signing in
		w.Header().Set("HX-Refresh", "true")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	at := "/sign-in"
	if r.Method == http.MethodGet {
		at += "?" + url.Values{"after": {strings.TrimPrefix(r.URL.RequestURI(), c.Base)}}.Encode()
	}
	http.Redirect(w, r, c.to(at), http.StatusSeeOther)
}

// within is an address below the base to which somebody is sent after signing in: one of the console, whatever the text says.
func within(after string) string {
	u, err := url.Parse(after)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") ||
		path.Clean(u.Path) != u.Path || strings.HasPrefix(after, "//") || strings.ContainsFunc(u.Path, unusual) || u.Path == "/sign-in" {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}).String()
}

// unusual reports whether a browser may read a character of a path as another than it is.
func unusual(r rune) bool { return r == '\\' || control(r) || r == '\n' || r == '\t' || r == '\r' }

const tooMany = "Too many attempts came from your address. Wait a minute, then try again."

// signInForm is what the page of signing in shows.
type signInForm struct {
	Name, After, Failed string
	NoUser              bool // the console has no user at all
	Provider            bool // somebody may sign in by the provider
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) error {
	return c.showSignIn(w, r, http.StatusOK, signInForm{After: within(r.URL.Query().Get("after"))})
}

func (c *Console) showSignIn(w http.ResponseWriter, r *http.Request, status int, f signInForm) error {
	any, err := inquiry.AnyUser(r.Context(), c.DB)
	if err != nil {
		return err
	}
	f.NoUser, f.Provider = !any && c.provider == nil, c.provider != nil
	return c.show(w, r, page{Name: "sign-in", Title: "Sign in", Status: status, Data: f})
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	again := signInForm{Name: f.Get("name"), After: within(f.Get("after"))}
	if !c.doors.open(remote(r), c.Now()) {
		again.Failed = tooMany
		return c.showSignIn(w, r, http.StatusTooManyRequests, again)
	}
	name, err := c.opens(r, servicing.SignIn{
		Name: strings.ToLower(strings.TrimSpace(f.Get("name"))), Password: f.Get("password"), Code: strings.ReplaceAll(strings.TrimSpace(f.Get("code")), " ", ""),
	})
	if errors.Is(err, servicing.ErrSignIn) {
		c.noted(r).Warn("not signed in")
		again.Failed = "Name, password or code are wrong. After five failures a name is locked for fifteen minutes. Each code works once: wait for the next one."
		return c.showSignIn(w, r, http.StatusUnprocessableEntity, again)
	}
	if err != nil {
		return err
	}
	return c.signedInAs(w, r, name, again.After)
}

// opens tries a name, a password and a code.
func (c *Console) opens(r *http.Request, s servicing.SignIn) (name string, err error) {
	select {
	case c.doors.atOnce <- struct{}{}:
		defer func() { <-c.doors.atOnce }()
	case <-r.Context().Done():
		return "", r.Context().Err()
	}
	return c.desk(r).SignIn(r.Context(), s)
}

// signedInAs begins the session of a user, under a token that nobody knew before.
func (c *Console) signedInAs(w http.ResponseWriter, r *http.Request, name, after string) error {
	if err := c.sessions.Clear(r.Context()); err != nil {
		return err
	}
	if err := c.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	holding(r.Context()).signs = name
	c.noted(r).WithField("user", name).Info("signed in")
	http.Redirect(w, r, c.to(after), http.StatusSeeOther)
	return nil
}

// noted is a line of the log about somebody who comes or goes. It never holds a name that somebody typed: people type passwords there.
func (c *Console) noted(r *http.Request) *logrus.Entry {
	return c.Log.WithFields(logrus.Fields{"request": serve.RequestID(r.Context()), "from": remote(r)})
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := c.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, c.to("/sign-in"), http.StatusSeeOther)
	return nil
}

package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/scs/v2"
	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
)

// Config says how the console is served.
type Config struct {
	DB  *sqlx.DB
	Now func() time.Time // for time stamps and ends of sessions
	Log *logrus.Logger

	// Desk does operations for somebody at an address.
	Desk func(address string) *servicing.Desk

	// DeskActions are what forms of the desk do by other packages.
	DeskActions DeskActions
	// Examiner is what the examiner's pages show by other packages.
	Examiner ExaminerActions

	// Away reports whether an error says that the database cannot be reached, or was lost.
	Away func(error) bool

	// Month is what the pages of a month ask of the program.
	Month  MonthActions
	Nights NightActions // what is done about nights

	Simulate SimulateActions
	// Account is what the pages of accounts do as commands do.
	Account AccountActions

	Files     FileActions
	MaxUpload int64 // bytes of a file that somebody brings; DefaultMaxUpload if 0

	// Base is the path under which a reverse proxy serves the console and passes it on: "" or "/furnisher".
	Base string
	// Origin is the address by which people reach it through a reverse proxy, like https://console.example.com; empty: as each request says.
	Origin string
	// Secure says that people reach it by HTTPS, so that cookies never go in clear.
	Secure bool

	// Provider signs people in by OpenID Connect, beside users with a password; nil: there is none.
	Provider *Provider

	Idle     time.Duration // after which a session that nobody uses ends; servicing.DefaultIdle if 0
	Lifetime time.Duration // after which every session ends; servicing.DefaultLifetime if 0
}

// ErrConfig is returned by New for a configuration that is refused.
var ErrConfig = errors.New("the console cannot be served so")

// Console answers the console's pages.
type Console struct {
	Config
	pages    map[string]*pageTemplate
	sessions *scs.SessionManager
	doors    *doors
	jobs     *jobs
	provider *providing // nil: there is none
	handler  http.Handler
	verified verifying
	uploads  chan struct{} // holds who checks a file
	routes   []route

	// user finds who asks, by the session of a request.
	user func(ctx context.Context) (User, bool)
}

// User is who is signed in.
type User struct {
	Name string // as in the audit rows
	Role servicing.Role
}

// May reports whether the user may do what a role may.
func (u User) May(role servicing.Role) bool { return u.Role.May(role) }

// Sends reports whether the user may send forms at all: an examiner only reads.
func (u User) Sends() bool { return u.Role != servicing.Examiner }

// route is an address of the console.
type route struct {
	pattern string         // method and path below Base: "GET /files/{file}"
	role    servicing.Role // the least that may; anyone for what needs no session
	handle  func(w http.ResponseWriter, r *http.Request) error
}

// anyone is the role of a route that needs no session.
const anyone servicing.Role = "anyone"

// New returns a console of the configuration; ErrConfig if it is refused.
func New(c Config) (*Console, error) {
	if c.Base != "" && (c.Base[0] != '/' || path.Clean(c.Base) != c.Base || c.Base == "/") {
		return nil, fmt.Errorf("%w: the base path is like /furnisher, with no slash at its end", ErrConfig)
	}
	x := &Console{Config: c, doors: newDoors(), jobs: newJobs(), uploads: make(chan struct{}, uploadsAtOnce)}
	x.sessions = x.newSessions()
	x.user = x.signedIn
	var err error
	if x.provider, err = newProviding(c.Provider); err != nil {
		return nil, err
	}
	if x.pages, err = readPages(x); err != nil {
		return nil, err
	}
	for _, room := range [][]route{
		x.frontRoutes(),
		x.signRoutes(), x.providerRoutes(),
		x.monthRoutes(),
		x.monthActRoutes(),
		x.findingRoutes(),
		x.tonightRoutes(),
		x.nightRoutes(),
		x.simulateRoutes(),
		x.deskRoutes(), x.caseRoutes(), x.disputeRoutes(), x.examinerRoutes(),
		x.filesRoutes(),
		x.accountRoutes(),
		x.evidenceRoutes(),
		x.actRoutes(),
	} {
		x.routes = append(x.routes, room...)
	}
	mux := http.NewServeMux()
	for _, e := range x.routes {
		method, at, _ := strings.Cut(e.pattern, " ")
		mux.Handle(method+" "+c.Base+at, x.guard(e))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		u, _ := x.user(r.Context())
		serve.Noted(r.Context(), "console", u.Name)
		x.failed(w, r, errNoPage)
	})
	outer := http.NewServeMux()
	outer.Handle("GET "+c.Base+"/static/{file}", http.HandlerFunc(x.static)) // is the same for everybody
	outer.Handle("/", x.sessionOf(mux))
	same := http.NewCrossOriginProtection()
	if c.Origin != "" { // what the proxy says of its host may be another name
		if err := same.AddTrustedOrigin(c.Origin); err != nil {
			return nil, fmt.Errorf("%w: the origin is like https://console.example.com, with no path", ErrConfig)
		}
	}
	same.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { x.failed(w, r, errCrossSite) }))
	x.handler = same.Handler(outer)
	return x, nil
}

// ServeHTTP answers one request.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = r.WithContext(context.WithValue(r.Context(), nonceKey{}, newNonce()))
	c.policy(w, r)
	c.handler.ServeHTTP(w, r)
}

// guard lets a request through to its page if who asks may see it.
func (c *Console) guard(e route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, in := c.user(r.Context())
		serve.Noted(r.Context(), "console "+e.pattern, who.Name)
		switch {
		case e.role == anyone:
		case !in:
			c.askToSignIn(w, r)
			return
		case !who.May(e.role) || !who.Sends() && r.Method != http.MethodGet && r.Method != http.MethodHead:
			c.failed(w, r, errForbidden)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), userKey{}, who))
		if !legible(r) {
			c.failed(w, r, errNoPage)
			return
		}
		if err := e.handle(w, r); err != nil {
			c.failed(w, r, err)
		}
	})
}

// legible reports whether an address holds nothing but text that a database takes.
func legible(r *http.Request) bool {
	query, err := url.ParseQuery(r.URL.RawQuery)
	bad := func(text string) bool { return !utf8.ValidString(text) || strings.ContainsFunc(text, control) }
	for name, values := range query {
		if bad(name) || slices.ContainsFunc(values, bad) {
			return false
		}
	}
	return err == nil && !bad(r.URL.Path)
}

type userKey struct{}

// who is who asks; the zero value where nobody is signed in.
func who(ctx context.Context) User {
	u, _ := ctx.Value(userKey{}).(User)
	return u
}

// desk does operations for who sent the request.
func (c *Console) desk(r *http.Request) *servicing.Desk { return c.Desk(remote(r)) }

// to is the address of a path of the console, as people reach it.
func (c *Console) to(at string) string { return c.Base + at }

// went answers a form that was done: it sends the browser to a page, which says so.
func (c *Console) went(w http.ResponseWriter, r *http.Request, at, said string) error {
	c.sessions.Put(r.Context(), "said", said)
	http.Redirect(w, r, c.to(at), http.StatusSeeOther)
	return nil
}

package console

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/furnisher/furnisher/batch/servicing"
)

// held is the session of one request: what the database knew of it when the request came, and who signs in by it.
type held struct {
	token  string
	known  *servicing.Session // nil: the browser brought none that works
	signs  string             // the user who has just signed in
	loaded bool               // scs knows the session
	broken bool               // the answer is an error already: what a page writes after it is not sent
}

type heldKey struct{}

func holding(ctx context.Context) *held {
	h, _ := ctx.Value(heldKey{}).(*held)
	return h
}

// store lets scs keep sessions by package servicing. scs reads the clock itself, so the ends of sessions are the database's rows, by
// the console's clock; and what scs saves at the end of a request never brings back a session that was ended beside it.
type store struct{ sessions servicing.Sessions }

func (s store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	found, err := s.sessions.Find(ctx, token)
	if err != nil || found == nil {
		return nil, false, err
	}
	h := holding(ctx)
	h.token, h.known = token, found
	return found.Data, true, nil
}

func (s store) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	ctx = context.WithoutCancel(ctx) // the answer is under way
	if h := holding(ctx); h.token != token {
		return s.sessions.Add(ctx, token, h.signs, data)
	}
	return s.sessions.Keep(ctx, token, holding(ctx).known, data)
}

func (s store) DeleteCtx(ctx context.Context, token string) error {
	return s.sessions.End(context.WithoutCancel(ctx), token)
}

// scs wants the three without a context, too; it calls those above.
func (s store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s store) Commit(token string, data []byte, end time.Time) error {
	return s.CommitCtx(context.Background(), token, data, end)
}
func (s store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// newSessions is how the console knows browsers again.
func (c *Console) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Store = store{servicing.Sessions{DB: c.DB, Now: c.Now, Idle: c.Idle, Lifetime: c.Lifetime}}
	m.Cookie.Name = "furnisher"
	switch { // a browser takes such a cookie from nobody else: not from another host of the domain, nor in clear
	case c.Secure && c.Base == "":
		m.Cookie.Name = "__Host-furnisher"
	case c.Secure:
		m.Cookie.Name = "__Secure-furnisher"
	}
	m.Cookie.Path = c.Base + "/"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Secure = c.Secure
	m.Cookie.Persist = false // it ends with the browser
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		c.failed(w, r, err)
		holding(r.Context()).broken = true
	}
	return m
}

// touchedAfter is how old the last sign of a session may be before a request writes another: not each request writes a row.
const touchedAfter = time.Minute

// sessionOf brings the session of a request to its handler, and takes it back.
func (c *Console) sessionOf(next http.Handler) http.Handler {
	loaded := c.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := holding(r.Context())
		h.loaded = true
		if h.known != nil && !byScript(r) && c.Now().Sub(h.known.Seen) >= touchedAfter {
			c.sessions.Put(r.Context(), "seen", c.Now().Unix())
		}
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := &held{}
		loaded.ServeHTTP(&once{w, h}, r.WithContext(context.WithValue(r.Context(), heldKey{}, h)))
	})
}

// byScript reports whether a page asks for news of a part of itself. Nobody is there for that: it keeps no session alive.
func byScript(r *http.Request) bool { return r.Header.Get("HX-Request") != "" }

// once drops what is written after an error was answered.
type once struct {
	http.ResponseWriter
	held *held
}

func (o *once) WriteHeader(status int) {
	if !o.held.broken {
		o.ResponseWriter.WriteHeader(status)
	}
}

func (o *once) Write(p []byte) (int, error) {
	if o.held.broken {
		return len(p), nil
	}
	return o.ResponseWriter.Write(p)
}

// Unwrap lets a response controller reach the connection.
func (o *once) Unwrap() http.ResponseWriter { return o.ResponseWriter }

package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

// request is what is known of a request besides itself.
type request struct {
	id      string
	route   string // empty: there is none
	address *url.URL
	from    string         // the remote address
	token   string         // the name of the token, empty: none
	role    servicing.Role // of the token
	user    string         // of the console
	said    []string       // what it said: an error repeats none of it
	problem string         // the type of its problem, for the log
}

type requestKey struct{}

// of is what is known of the request of a context.
func of(ctx context.Context) *request { return ctx.Value(requestKey{}).(*request) }

// guard lets a request through to its handler if its token, its rate, its role and its form allow it.
func (s *Server) guard(e *endpoint, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		about := of(r.Context())
		about.route = e.pattern
		timeout := s.RequestTimeout
		if e.upload {
			timeout = s.UploadTimeout
			defer longer(w, timeout)()
		}
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		r = r.WithContext(ctx)
		if err := s.admit(r, e, about); err != nil {
			s.failed(w, r, err)
			return
		}
		if err := s.check(w, r, e, about); err != nil {
			s.failed(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// longer gives a request more time than others, for its body and then as much again for its answer. A body or an answer that
// stalls is cut off then.
func longer(w http.ResponseWriter, timeout time.Duration) (end func()) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{}) // a test's recorder has no connection
	_ = c.SetWriteDeadline(time.Time{})
	over := time.Unix(1, 0)
	reading := time.AfterFunc(timeout, func() { _ = c.SetReadDeadline(over) })
	writing := time.AfterFunc(2*timeout, func() { _ = c.SetWriteDeadline(over) })
	return func() {
		reading.Stop()
		writing.Stop()
	}
}

// admit finds the token of a request and holds its rate and its role.
func (s *Server) admit(r *http.Request, e *endpoint, about *request) error {
	if e.role == anyone {
		return nil
	}
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	hash, ok := servicing.TokenHash(secret)
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return errNoToken
	}
	token, err := inquiry.TokenOf(r.Context(), s.DB, hash)
	if errors.Is(err, inquiry.ErrNotFound) {
		return errNoToken
	}
	if err != nil {
		return err
	}
	now := s.Now()
	if token.State(now) != inquiry.TokenLive {
		return errNoToken
	}
	about.token, about.role = token.Name, servicing.Role(token.Role)
	switch {
	case !s.limiter(token.Name).AllowN(now, 1):
		return errTooMany
	case !about.role.May(e.role):
		return errForbidden
	}
	return nil
}

// limiter holds the rate of a token. There are as many as tokens that worked.
func (s *Server) limiter(token string) *rate.Limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rates[token] == nil {
		s.rates[token] = rate.NewLimiter(rate.Limit(s.Rate), s.Burst)
	}
	return s.rates[token]
}

// check holds the form of a request: what the document says of it, and what no database takes.
func (s *Server) check(w http.ResponseWriter, r *http.Request, e *endpoint, about *request) error {
	var body []byte
	if e.upload {
		r.Body = http.MaxBytesReader(w, r.Body, s.MaxUpload)
	} else {
		var err error
		if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, s.MaxBody)); err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if err := checkType(r, e, len(body) > 0); err != nil {
		return err
	}
	found := &mistakes{words: s.document.words}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		found.add("query", "form") // what cannot be read would be left out: a dry run would be none
	}
	for key, values := range query {
		s.heard(about, key)
		s.heard(about, values...)
		switch {
		case !slices.Contains(e.queries, key):
			found.add("query", "unknown")
		case len(values) > 1:
			found.add("query/"+key, "once")
		}
		found.text("query", values...)
	}
	params := map[string]string{}
	for _, p := range e.route.Operation.Parameters {
		switch name := p.Value.Name; p.Value.In {
		case "path":
			params[name] = r.PathValue(name)
			s.heard(about, params[name])
			found.text("path/"+name, params[name])
		case "header":
			s.heard(about, r.Header.Values(name)...)
			found.text("header/"+name, r.Header.Values(name)...)
		}
	}
	if len(body) > 0 && !e.upload {
		var document any
		if err := json.Unmarshal(body, &document); err != nil || !unambiguous(body) {
			found.add("body", "json")
			return found.err()
		}
		s.heard(about, texts(document)...)
		found.text("body", texts(document)...)
	}
	if err := found.err(); err != nil {
		return err
	}
	found.against(r, e, params, !e.upload && (len(body) > 0 || e.needsBody()))
	r.Body = rewound(r.Body, body, e)
	return found.err()
}

// unambiguous reports whether everybody reads the same in a JSON document: some take the first of two values of one name, others the
// last, and what is no UTF-8 is replaced or not.
func unambiguous(body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	var names []map[string]bool // of the objects around; nil: a list
	d := json.NewDecoder(bytes.NewReader(body))
	for name := false; ; { // whether the next text is one
		token, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		switch token {
		case json.Delim('{'):
			names, name = append(names, map[string]bool{}), true
			continue
		case json.Delim('['):
			names, name = append(names, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			names = names[:len(names)-1]
			name = len(names) > 0 && names[len(names)-1] != nil
			continue
		}
		if len(names) == 0 || names[len(names)-1] == nil {
			continue
		}
		if name {
			text, _ := token.(string)
			if names[len(names)-1][text] {
				return false
			}
			names[len(names)-1][text] = true
		}
		name = !name
	}
}

// heard notes what a request said, but for words of the document.
func (s *Server) heard(about *request, texts ...string) {
	for _, text := range texts {
		if len(text) >= shortest && !s.document.words[text] {
			about.said = append(about.said, text)
		}
	}
}

// rewound is the body again after it was checked.
func rewound(stream io.ReadCloser, body []byte, e *endpoint) io.ReadCloser {
	if e.upload {
		return stream
	}
	return io.NopCloser(bytes.NewReader(body))
}

// checkType refuses a body of a type that the document does not have.
func checkType(r *http.Request, e *endpoint, given bool) error {
	wanted := e.route.Operation.RequestBody
	if wanted == nil {
		if given {
			return errType
		}
		return nil
	}
	if !given && !e.upload {
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || wanted.Value.Content[kind] == nil {
		return errType
	}
	return nil
}

// texts are the texts of a JSON document, with the names of its objects.
func texts(document any) (found []string) {
	switch v := document.(type) {
	case string:
		found = append(found, v)
	case []any:
		for _, x := range v {
			found = append(found, texts(x)...)
		}
	case map[string]any:
		for name, x := range v {
			found = append(append(found, name), texts(x)...)
		}
	}
	return found
}

// text notes texts that a database does not take.
func (m *mistakes) text(path string, texts ...string) {
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' }) {
			m.add(path, "text")
		}
	}
}

// logged gives each request its id, and logs it when it is answered: no path, no query, nothing that it said.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.Now()
		about := &request{id: requestID(r.Header.Get("X-Request-Id")), address: r.URL, from: clientOf(r, s.TrustedProxies)}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, about))
		r.RemoteAddr = net.JoinHostPort(about.from, "0") // also for the console
		answer := &answered{ResponseWriter: w}
		answer.Header().Set("X-Request-Id", about.id)
		answer.Header().Set("Cache-Control", "no-store")
		answer.Header().Set("X-Content-Type-Options", "nosniff")
		defer func() {
			if fault := recover(); fault != nil {
				s.Log.WithFields(map[string]any{"request": about.id, "route": about.route}).Errorf("the handler failed: %T", fault)
				if answer.status == 0 {
					s.failed(answer, r, errors.New("the handler failed"))
				}
			}
			s.Log.WithFields(map[string]any{
				"request": about.id, "method": method(r), "route": about.route, "status": answer.status, "bytes": answer.bytes,
				"ms": float64(s.Now().Sub(began).Microseconds()/100) / 10, "token": about.token, "user": about.user, "from": about.from, "problem": about.problem,
			}).Info("request")
		}()
		next.ServeHTTP(answer, r)
	})
}

// method is the method of a request if it is one that people use: any text may stand there.
func method(r *http.Request) string {
	switch r.Method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return r.Method
	}
	return "other"
}

// answered notes how a request was answered.
type answered struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answered) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets a response controller reach the connection.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// routed answers what no endpoint answers.
func (s *Server) routed(routes *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		escaped := r.URL.EscapedPath()
		clean := path.Clean(escaped)
		if strings.HasSuffix(escaped, "/") && clean != "/" && !ofAPI(r.URL.Path) {
			clean += "/"
		}
		if clean != escaped { // the router would send people elsewhere
			s.failed(w, r, errNoRoute)
			return
		}
		if s.Console != nil && !ofAPI(r.URL.Path) {
			s.Console.ServeHTTP(w, r)
			return
		}
		handler, pattern := routes.Handler(r)
		if pattern != "" {
			routes.ServeHTTP(w, r)
			return
		}
		probe := &probe{header: http.Header{}}
		handler.ServeHTTP(probe, r)
		if allow := probe.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			s.failed(w, r, errMethod)
			return
		}
		s.failed(w, r, errNoRoute)
	})
}

// ofAPI reports whether a path is the API's, or would be.
func ofAPI(at string) bool {
	return at == "/v1" || strings.HasPrefix(at, "/v1/") || at == "/openapi.yaml" || at == "/healthz"
}

// Noted names the route of a request, and who sent it, for its line of the log. What answers beside the API calls it.
func Noted(ctx context.Context, route, who string) {
	if about, is := ctx.Value(requestKey{}).(*request); is {
		about.route, about.user = route, who
	}
}

// RequestID is the id of the request of a context, "" if it has none.
func RequestID(ctx context.Context) string {
	if about, is := ctx.Value(requestKey{}).(*request); is {
		return about.id
	}
	return ""
}

// probe takes an answer's header and drops the rest.
type probe struct{ header http.Header }

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(int)             {}

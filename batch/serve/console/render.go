package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/rules"
)

//go:embed templates static
var files embed.FS

// pageTemplate is a page with the layout and the parts around it.
type pageTemplate struct{ *template.Template }

// page is an answer to a person.
type page struct {
	Name   string // of its template, without .html
	Title  string // of the window, and the heading of the page
	Room   string // of the navigation that is marked: "tonight", "month", …
	Status int    // 200 if 0
	Data   any
}

// view is what the layout and a page are made from. A page finds its own under .Data.
type view struct {
	page
	User  User
	Rooms []room
	Nonce string
	Said  string // what the form before this page did
	Now   time.Time
	Path  string // of this page, below the base, with the item that it names

	Address string // of this page, as people reach it: it is printed
}

// room is an entry of the navigation.
type room struct{ Name, Title, At string }

// rooms are the console's, in the order of the navigation.
var rooms = []room{
	{"month", "This month", "/month"},
	{"tonight", "Tonight", "/tonight"},
	{"account", "Accounts", "/accounts"},
	{"desk", "Desk", "/desk"},
	{"files", "Files", "/files"},
	{"simulate", "Simulate", "/simulate"},
	{"examiner", "Examiner", "/examiner"},
}

// readPages reads the templates: each page with the layout and the parts.
func readPages(c *Console) (map[string]*pageTemplate, error) {
	base, err := template.New("layout.html").Funcs(c.functions()).ParseFS(files, "templates/layout.html", "templates/part*.html")
	if err != nil {
		return nil, fmt.Errorf("read the console's templates: %w", err)
	}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*pageTemplate{}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" || strings.HasPrefix(name, "part") {
			continue
		}
		t, err := template.Must(base.Clone()).ParseFS(files, file)
		if err != nil {
			return nil, fmt.Errorf("read the console's page %s: %w", name, err)
		}
		pages[name] = &pageTemplate{t}
	}
	return pages, nil
}

// functions are what templates may call.
func (c *Console) functions() template.FuncMap {
	return template.FuncMap{
		"queueRowOf": rowOf, // a row of the desk with its list

		"to":     c.to,                // the address of a path below the base
		"key":    newNonce,            // a key for a form
		"mask":   inquiry.MaskAccount, // an account number but for its last four characters
		"count":  count,               // 1234567 as 1,234,567
		"plural": plural,              // plural 1 "loan" "loans" is "1 loan"
		"time":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"date":   func(d rules.Date) string { return d.String() },
		"add":    func(a, b int64) int64 { return a + b },
		"path":   pathPart, // a part of an address, "none" if it is empty
		"minus":  func(a, b int64) int64 { return a - b },
		"span":   span, // how long: 1 h 05 min

		"bounded": bounded,                                                      // a number that was counted up to a bound: 1,000 or more
		"key64":   func(key int64) string { return strconv.FormatInt(key, 10) }, // also of a pointer to one
		"first":   func() int { return differencesShown },
		"day":     func(d *rules.Date) string { return orZero(d).String() },

		"words":    inWords,   // CLOSED::PAID_OFF as Closed: paid off
		"meaning":  c.meaning, // meaning "account_status" "11": a code of the record format in words
		"sentence": sentence,  // of a rule, by its id
		"cents":    func(a rules.Cents) string { return a.String() },
	}
}

// sentence is what a rule says, "" for what is none.
func sentence(id string) string {
	if r := rules.RuleByID(id); r != nil {
		return r.Sentence
	}
	return ""
}

// count is a whole number with commas.
func count(n any) string {
	if v := reflect.ValueOf(n); v.Kind() == reflect.Pointer && !v.IsNil() {
		n = v.Elem().Interface()
	}
	text := fmt.Sprint(n)
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return sign + text
}

// pathPart is a text as a part of an address.
func pathPart(text string) string {
	if text == "" {
		return none
	}
	return url.PathEscape(text)
}

// plural is a number with its noun.
func plural(n any, one, many string) string {
	if text := count(n); text == "1" {
		return "1 " + one
	} else {
		return text + " " + many
	}
}

// show answers with a page.
func (c *Console) show(w http.ResponseWriter, r *http.Request, p page) error {
	return c.write(w, r, p, "layout.html")
}

// fragment answers with one template of a page: what a live page asks for to bring a part of it up to date.
func (c *Console) fragment(w http.ResponseWriter, r *http.Request, p page, name string) error {
	return c.write(w, r, p, name)
}

// write makes the whole answer before any of it is sent, so that what fails shows an error and not half a page.
func (c *Console) write(w http.ResponseWriter, r *http.Request, p page, name string) error {
	t := c.pages[p.Name]
	if t == nil {
		return fmt.Errorf("the console has no page %q", p.Name)
	}
	v := view{page: p, User: who(r.Context()), Rooms: rooms, Nonce: nonce(r.Context()), Now: c.Now(), Path: strings.TrimPrefix(r.URL.EscapedPath(), c.Base) + itemOf(r), Address: c.address(r)}
	if h := holding(r.Context()); name == "layout.html" && h != nil && h.loaded {
		v.Said = c.sessions.PopString(r.Context(), "said")
	}
	var made bytes.Buffer
	if err := t.ExecuteTemplate(&made, name, v); err != nil {
		return fmt.Errorf("make the page %s: %w", p.Name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(made.Len()))
	if p.Status != 0 {
		w.WriteHeader(p.Status)
	}
	_, _ = w.Write(made.Bytes())
	return nil
}

// address is the whole address of a page, without what was asked of it but an item of the desk: a search may hold a number that is not to be printed.
func (c *Console) address(r *http.Request) string {
	return c.origin(r) + r.URL.EscapedPath() + itemOf(r)
}

// origin is the beginning of every address of the console, as people reach it.
func (c *Console) origin(r *http.Request) string {
	switch {
	case c.Origin != "":
		return c.Origin
	case c.Secure || r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// itemOf is what an address names by its query: an item of the desk.
func itemOf(r *http.Request) string {
	if item := r.URL.Query().Get("item"); item != "" {
		return "?" + url.Values{"item": {item}}.Encode()
	}
	return ""
}

// rowsAPage is how many rows a page of a list has.
const rowsAPage = 50

type nonceKey struct{}

// newNonce is a random word that nobody can guess.
func newNonce() string { return rand.Text() }

// nonce is the one of a request, under which its answer may name scripts.
func nonce(ctx context.Context) string {
	n, _ := ctx.Value(nonceKey{}).(string)
	return n
}

// policy says what a browser may do with the answers: nothing that the page does not bring itself, in no frame, kept by nobody.
func (c *Console) policy(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce(r.Context())+"'; style-src 'self'; img-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cache-Control", "no-store")
	if c.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// static answers with a file of the program.
func (c *Console) static(w http.ResponseWriter, r *http.Request) {
	serve.Noted(r.Context(), "console static", "")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, files, "static/"+path.Base(r.PathValue("file")))
}

// remote is the address of who asks, without the port.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	return host
}

// Errors of the console itself.
var (
	errNoPage    = errors.New("no such page")
	errForbidden = errors.New("the role may not do that")
	errCrossSite = errors.New("the form is of another site")
	errForm      = errors.New("the form is not one of this console")
)

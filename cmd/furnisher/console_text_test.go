package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/furnisher/furnisher/fixtures/authenticator"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// script is what somebody may have written wherever a text is taken.
const script = `<script>alert(1)</script>"'`

// spoiled is the extract of a folder with the script at the beginning of each text that the import takes as it is.
func spoiled(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	texts := strings.Fields(`program_id reporter_address dispute_address product_id name customer_id surname first_name address1 city loan_id
		schedule_id item_id transaction_id source reason original_creditor`)
	files, err := filepath.Glob(filepath.Join(from, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	more := map[string][]string{ // columns that the extract has not, for each row
		"loans.csv":     {"original_creditor", "activity_status", "activity_substatus", "mortgage_id"},
		"customers.csv": {"middle_name", "address2", "employer_name", "employer_address1", "employer_city", "occupation"},
		"programs.csv":  {"dispute_address"},
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		head := rows[0]
		rows[0] = append(slices.Clone(head), more[name]...)
		for _, row := range rows[1:] {
			for i, column := range head {
				if slices.Contains(texts, column) && row[i] != "" && !(name == "terminations.csv" && column != "loan_id") {
					row[i] = script + row[i]
				}
			}
		}
		for i := range rows[1:] {
			for range more[name] {
				rows[i+1] = append(rows[i+1], script+"x")
			}
		}
		var out bytes.Buffer
		if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// served is a program that serves a book, and what it logs.
type served struct {
	t       *testing.T
	address string
	client  *http.Client

	mu  sync.Mutex
	log []string
}

func (s *served) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// serves begins to serve, and signs a browser in.
func serves(t *testing.T, environment map[string]string, signs url.Values) *served {
	t.Helper()
	s := &served{t: t}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	in, out := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		a := &app{stdin: strings.NewReader(""), bytes: io.Discard, stderr: out, getenv: func(name string) string { return environment[name] }, now: time.Now}
		ended <- a.run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--log-json"})
		_ = out.Close()
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != exitDone {
			t.Errorf("serve ended with %d", status)
		}
	})
	ready := make(chan string, 1)
	go func() {
		for log := bufio.NewScanner(in); log.Scan(); {
			var said struct{ Msg, Address string }
			if json.Unmarshal(log.Bytes(), &said) == nil && said.Msg == "serving" {
				ready <- said.Address
			}
			s.mu.Lock()
			s.log = append(s.log, log.Text())
			s.mu.Unlock()
		}
	}()
	s.address = "http://" + <-ready
	jar, _ := cookiejar.New(nil)
	s.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if status, body, _ := s.ask("POST", "/sign-in", signs); status != 303 {
		t.Fatalf("signing in: %d %s", status, body)
	}
	return s
}

func (s *served) ask(method, at string, form url.Values) (status int, body string, header http.Header) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.address+at, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	answer, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(text), answer.Header
}

var (
	linked  = regexp.MustCompile(`(?:href|hx-get)="([^"]*)"`)
	varying = regexp.MustCompile(`/[^/]*(?:%|[0-9])[^/]*`)
	queried = regexp.MustCompile(`=[^&]*`)
)

// shape is what addresses of one page have in common.
func shape(at string) string {
	path, query, _ := strings.Cut(at, "?")
	return varying.ReplaceAllString(path, "/*") + "?" + queried.ReplaceAllString(query, "")
}

// TestScriptsInTexts: whatever stands in the texts of a book, in reasons and in names, every page shows it as text; and the log of the
// program holds none of it, nor a password, a code, a cookie or an address.
func TestScriptsInTexts(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"DATABASE_URL": pgtest.NewURL(t), "FURNISHER_DATA": t.TempDir(), "FURNISHER_FILES": t.TempDir(), keysetJSONVariable: pgtest.Keyset}
	give := func(stdin string, args ...string) string {
		t.Helper()
		var out, errors bytes.Buffer
		a := &app{stdin: strings.NewReader(stdin), bytes: &out, stderr: &errors, getenv: func(name string) string { return environment[name] }, now: time.Now}
		if status := a.run(t.Context(), args); status != exitDone && status != exitExceptions {
			t.Fatalf("%q: %d %s%s", args, status, out.String(), errors.String())
		}
		return out.String()
	}
	give("", "import", spoiled(t, "testdata/extract"), "--max-bad", "0,0")
	give("", "run", "--date", "2026-09-30", "--allow-date", script)
	give("", "run", "--date", "2026-10-01", "--allow-gap", script)
	loan := script + "L-1"
	give("", "case", "create", "--type", "BANKRUPTCY", "--chapter", "7", "--filed-on", "2026-09-21", "--customer", script+"C-1", "--external-id", script, "--why", script)
	give("", "case", "escalate", script, "--to", script, "--why", script)
	give("", "disputes", "open", loan, "--channel", "acdv", "--bureau", "EXPERIAN", "--control-number", "4711-0815", "--code", "106", "--due", "2026-12-30", "--why", script)
	give("", "status", "hold", loan, "--until", "2027-01-31", "--why", script, "--by", script)
	device := strings.TrimSpace(give("correct horse battery\n", "users", "create", "kim", "--role", "supervisor", "--why", script, "--by", script))
	code, err := authenticator.Code(device, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := serves(t, environment, url.Values{"name": {"kim"}, "password": {"correct horse battery"}, "code": {code}, "after": {"/month"}})
	shown, routes, from := 0, map[string]int{}, map[string]string{}
	queue, seen := []string{"/month", "/tonight", "/runs", "/accounts?q=" + url.QueryEscape(loan), "/accounts/" + url.PathEscape(loan), "/desk", "/files", "/cases", "/simulate", "/validate"}, map[string]bool{}
	for len(queue) > 0 && len(seen) < 600 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || routes[shape(at)] >= 3 {
			continue
		}
		seen[at] = true
		routes[shape(at)]++
		status, body, header := s.ask("GET", at, nil)
		if status >= 400 || status == 303 && strings.HasPrefix(header.Get("Location"), "/sign-in") {
			t.Errorf("%s: status %d; a link of %s leads there", at, status, from[at])
		}
		if !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
			continue
		}
		if strings.Contains(body, "<script>alert") || strings.Contains(body, `/script>"`) || strings.Contains(body, `/script&gt;"`) || strings.Contains(body, "/script&gt;&#34;'") {
			i := strings.Index(body, "alert(1)")
			t.Errorf("%s shows the script as one: %.200s", at, body[max(0, i-100):])
		}
		if strings.Contains(body, "&lt;script&gt;alert(1)&lt;/script&gt;") {
			shown++
		}
		if header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s has no policy", at)
		}
		for _, link := range linked.FindAllStringSubmatch(body, -1) {
			to := html.UnescapeString(link[1])
			if strings.HasPrefix(to, "?") {
				base, _, _ := strings.Cut(at, "?")
				to = base + to
			}
			if strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.HasPrefix(to, "/static/") && to != "/sign-out" {
				to, _, _ = strings.Cut(to, "#")
				queue = append(queue, to)
				if from[to] == "" {
					from[to] = at
				}
			} else if !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "/") {
				t.Errorf("%s leads to %q", at, to)
			}
		}
	}
	if shown < 50 {
		t.Errorf("the script is shown on %d pages of %d: the walk sees too little", shown, len(seen))
	}
	for _, page := range strings.Fields("/accounts/*? /accounts/*/explain?file /accounts/*/timeline? /cases/*? /disputes/*? /desk/exceptions? /desk/exceptions/item?item /files/*? /files/*/records? /files/*/records/*? /month/files/*? /runs/*? /acts?") {
		if routes[page] == 0 {
			t.Errorf("no link leads to %s", page)
		}
	}
	cookies := s.client.Jar.Cookies(must(url.Parse(s.address)))
	secret := must(url.Parse(device)).Query().Get("secret")
	requests := 0
	for _, line := range s.lines() {
		for what, text := range map[string]string{"a text": "alert(1)", "a name": "Barwick", "a password": "correct horse", "a code": `"` + code + `"`, "a secret": secret, "a cookie": cookies[0].Value, "a path": "L-1"} {
			if strings.Contains(line, text) {
				t.Errorf("the log holds %s: %s", what, line)
			}
		}
		var said struct{ Msg, Route, User string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Msg == "request" {
			requests++
			if !strings.HasPrefix(said.Route, "console") || said.User != "kim" && said.Route != "console POST /sign-in" {
				t.Errorf("a request is logged so: %s", line)
			}
		}
	}
	if requests < len(seen) {
		t.Errorf("%d requests are logged of %d", requests, len(seen))
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

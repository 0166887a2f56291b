package console

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// vault has the keys of the tests' books.
var vault = facts.Vault{Keys: pgtest.Keys()}

func clock() time.Time { return time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC) }

func day(s string) rules.Date {
	d, err := rules.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// portfolio is the book of the demo.
const portfolio = "../../../fixtures/portfolio"

// shared is one book with two month-ends for all tests that only read. It ends with the last of them.
var shared struct {
	once sync.Once
	db   *sqlx.DB
	dir  string
}

// readOnly is a book that no test may change: the demo's portfolio after the month-ends of September and October.
func readOnly(t *testing.T) *sqlx.DB {
	t.Helper()
	shared.once.Do(func() {
		dir, err := os.MkdirTemp("", "console")
		if err != nil {
			t.Fatal(err)
		}
		shared.dir = dir
		shared.db = made(t, &lasting{t}, dir)
	})
	if shared.db == nil {
		t.Fatal("the shared book could not be made")
	}
	return shared.db
}

// lasting is a test that cleans nothing up: the shared book goes with the server of all tests.
type lasting struct{ testing.TB }

func (*lasting) Cleanup(func()) {}

func TestMain(m *testing.M) {
	status := m.Run()
	_ = os.RemoveAll(shared.dir)
	os.Exit(status)
}

// own is such a book for one test that changes it, and the folder of its files.
func own(t *testing.T) (db *sqlx.DB, dir string) {
	t.Helper()
	dir = t.TempDir()
	return made(t, t, dir), dir
}

func made(t *testing.T, keeper testing.TB, dir string) *sqlx.DB {
	t.Helper()
	db := pgtest.New(keeper)
	if _, err := intake.Import(context.Background(), db, intake.Options{Dir: portfolio, MaxBadPercent: 0.1, Now: clock, Vault: vault}); err != nil {
		t.Fatal(err)
	}
	for _, date := range []string{"2026-09-30", "2026-10-01", "2026-10-31"} {
		night(t, db, dir, date)
	}
	return db
}

// secondPerson is a supervisor who approves what others do.
func secondPerson(t *testing.T, db *sqlx.DB) {
	t.Helper()
	db.MustExec(`INSERT INTO console_user (name, role, subject, name_hash, created_by, created_at)
		VALUES ('kim', 'supervisor', 'a provider: kim', '\x00000000000000000000000000000000', 'test', '2026-10-01') ON CONFLICT DO NOTHING`)
}

// night runs a business date.
func night(t *testing.T, db *sqlx.DB, dir, date string) {
	t.Helper()
	runner := &batch.Runner{
		DB: db, Plan: step.Nightly(bureau.Files{Dir: dir, VendorVersion: "1.0", Vault: vault}), Now: clock,
		Workers: 2, ChunkSize: 500, Version: "test", Who: "test", Why: "test", AllowGap: "the tests' calendar",
	}
	if _, err := runner.Run(context.Background(), day(date)); err != nil {
		t.Fatalf("night %s: %v", date, err)
	}
}

// site is the console over a book, as people of every role see it.
type site struct {
	t *testing.T
	c *Console
}

// newSite serves a book.
func newSite(t *testing.T, db *sqlx.DB, change ...func(*Config)) *site {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	config := Config{DB: db, Now: clock, Log: log, Desk: func(address string) *servicing.Desk {
		return &servicing.Desk{DB: db, Now: clock, Today: day("2026-11-01"), Vault: vault, Authority: batch.Authority{Host: address}}
	}}
	for _, f := range change {
		f(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t, c}
	signed := c.user
	c.user = func(ctx context.Context) (User, bool) {
		if u, is := ctx.Value(tester{}).(User); is {
			return u, true
		}
		return signed(ctx)
	}
	return s
}

type tester struct{}

func withTester(ctx context.Context, u User) context.Context {
	return context.WithValue(ctx, tester{}, u)
}

// answer is what the console answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// get asks for a page in a role; "" is somebody who is not signed in.
func (s *site) get(role servicing.Role, at string) answer { return s.do(role, "GET", at, nil) }

// post sends a form in a role.
func (s *site) post(role servicing.Role, at string, form url.Values) answer {
	return s.do(role, "POST", at, form)
}

func (s *site) do(role servicing.Role, method, at string, form url.Values) answer {
	s.t.Helper()
	r := httptest.NewRequest(method, at, strings.NewReader(form.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if role != "" {
		r = r.WithContext(context.WithValue(r.Context(), tester{}, User{Name: "a-" + string(role), Role: role}))
	}
	return s.send(r)
}

func (s *site) send(r *http.Request) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.c.ServeHTTP(w, r)
	got := w.Result()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, string(body)}
}

// has holds that an answer is of a status and has each text.
func (a answer) has(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d", a.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if t.Failed() {
		file := filepath.Join(t.TempDir(), "page.html")
		_ = os.WriteFile(file, []byte(a.body), 0o600)
		t.Logf("the page is in %s", file)
	}
}

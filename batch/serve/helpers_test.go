package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// vault has the keys of the tests' books.
var vault = facts.Vault{Keys: pgtest.Keys()}

func clock() time.Time { return time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC) }

func day(s string) rules.Date {
	d, err := rules.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// personal are what no error, no log and, unless asked for, no answer may hold: the persons of book.
var personal = []string{"ALDERBROOK", "ROBIN", "66610", "1980-02-29", "6145550100", "ELM ST", "OLD MILL", "MILLER"}

// book imports loans of 1,000.00 in monthly instalments of 100.00, due on the 20th from June, each with a schedule of calls, a
// payment and a call; those whose ids begin with the same letter belong to one customer.
func book(t testing.TB, db *sqlx.DB, loans ...string) {
	t.Helper()
	files := map[string]*strings.Builder{}
	add := func(file, format string, args ...any) {
		if files[file] == nil {
			files[file] = &strings.Builder{}
		}
		fmt.Fprintf(files[file], format+"\n", args...)
	}
	add("programs.csv", "program_id,identification_number,reporter_name,reporter_address,equifax_id,calendar")
	add("programs.csv", "P1,LENDER01,EXAMPLE LENDING,1 MAIN ST SPRINGFIELD IL 62701,EQ00000001,monthly:last")
	add("products.csv", "product_id,name,portfolio_type,account_type,terms_frequency,interest_type,delinquent_after,charge_off_after,grace_days,closes_on_payoff")
	add("products.csv", "PL,Personal loan,I,01,M,F,2,2,5,true")
	add("customers.csv", "customer_id,surname,first_name,ssn,date_of_birth,phone,address1,city,state,postal_code,employer_name,occupation")
	add("loans.csv", "loan_id,product_id,program_id,account_number,opened_on,original_amount,terms_duration,scheduled_payment,status,status_since,servicing_status")
	add("loan_customers.csv", "loan_id,customer_id,ecoa_code,position")
	add("cycles.csv", "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due")
	add("transactions.csv", "transaction_id,loan_id,type,amount,effective_on,posted_at,state")
	add("schedules.csv", "schedule_id,loan_id,kind,state")
	add("scheduled_items.csv", "item_id,loan_id,schedule_id,kind,state,due_at,amount")
	known := map[string]bool{}
	for n, id := range loans {
		customer := "C" + id[:1]
		if !known[customer] {
			known[customer] = true
			add("customers.csv", "%s,ALDERBROOK%s,ROBIN,66610%04d,1980-02-29,6145550100,1 ELM ST,SPRINGFIELD,IL,62701,OLD MILL,MILLER", customer, id[:1], n+1)
		}
		add("loans.csv", "%s,PL,P1,ACCT77%s,2026-05-01,1000.00,10,100.00,ACTIVE,2026-05-01,SERVICING", id, id)
		add("loan_customers.csv", "%s,%s,1,1", id, customer)
		for k, month := range []string{"05", "06", "07", "08", "09", "10"} {
			end := day("2026-" + month + "-01").MonthEnd()
			add("cycles.csv", "%s,%d,2026-%s-01,%s,%s,100.00", id, k+1, month, end, end+20)
		}
		add("transactions.csv", "O%s,%s,ORIGINATION,1000.00,2026-05-01,2026-05-01T12:00:00Z,SETTLED", id, id)
		add("schedules.csv", "S%s,%s,CALL,ACTIVE", id, id)
		add("scheduled_items.csv", "P%s,%s,,PAYMENT,PENDING,2026-06-20T09:00:00Z,100.00", id, id)
		add("scheduled_items.csv", "C%s,%s,S%s,CALL,PENDING,2026-06-10T09:00:00Z,", id, id, id)
	}
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := intake.Import(context.Background(), db, intake.Options{Dir: dir, Now: clock, Vault: vault}); err != nil {
		t.Fatal(err)
	}
}

// night runs a business date; where a busy machine made the run take its own lock for lost, the same command resumes it.
func night(db *sqlx.DB, dir, date string) (err error) {
	runner := &batch.Runner{
		DB: db, Plan: step.Nightly(bureau.Files{Dir: dir, VendorVersion: "1.0", Vault: vault}), Now: clock,
		Workers: 1, ChunkSize: 1, Version: "test", Who: "test", Why: "test",
	}
	for range 20 {
		if _, err = runner.Run(context.Background(), day(date)); !errors.Is(err, batch.ErrLockLost) {
			break
		}
	}
	return err
}

func nights(t testing.TB, db *sqlx.DB, dates ...string) {
	t.Helper()
	dir := t.TempDir()
	for _, date := range dates {
		if err := night(db, dir, date); err != nil {
			t.Fatalf("night %s: %v", date, err)
		}
	}
}

// rows are the rows of a query of one text column.
func rows(t testing.TB, db *sqlx.DB, query string, args ...any) string {
	t.Helper()
	var all []string
	if err := db.Select(&all, query, args...); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "; ")
}

// everything is all rows of all tables, but for those that migrations write.
func everything(t testing.TB, db *sqlx.DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for table := range strings.SplitSeq(rows(t, db, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'furnisher' AND table_name NOT LIKE 'goose%'`), "; ") {
		all[table] = rows(t, db, `SELECT CAST(to_jsonb(x) AS text) FROM `+table+` x ORDER BY 1`)
	}
	return all
}

// explainNone, countBytes and noRecord stand in for what the command gives the API, which its own tests hold.
func explainNone(ctx context.Context, loan string, _ inquiry.Which) (any, error) {
	return nil, inquiry.ErrNotFound
}

func balanceNone(context.Context, int64) (any, error) { return nil, inquiry.ErrNotFound }

func countBytes(file io.Reader) (any, error) {
	n, err := io.Copy(io.Discard, file)
	return map[string]any{"records": n, "errors": 0, "warnings": 0, "findings": []any{}, "findings_not_listed": 0}, err
}

func noRecord(file io.Reader, _ int, _ bool) (any, error) {
	_, err := io.Copy(io.Discard, file)
	return nil, errors.Join(err, serve.ErrNoRecord)
}

// service is the API of a test's database. Each of its answers is held against the document.
type service struct {
	t      testing.TB
	db     *sqlx.DB
	server *serve.Server
	router routers.Router
	doc    *openapi3.T
	tokens map[servicing.Role]string
	log    *lines

	mu  sync.Mutex
	now time.Time
}

func (s *service) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *service) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// lines is a log that many write.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newService serves a database, with a token of each role.
func newService(t testing.TB, db *sqlx.DB, change ...func(*serve.Config)) *service {
	t.Helper()
	s := &service{t: t, db: db, now: clock(), tokens: map[servicing.Role]string{}, log: &lines{}}
	log := logrus.New()
	log.SetOutput(s.log)
	log.SetFormatter(&logrus.JSONFormatter{})
	c := serve.Config{DB: db, Now: s.clock, Log: log, Desk: func(address string) *servicing.Desk {
		return &servicing.Desk{DB: db, Now: s.clock, Today: day("2026-06-02"), Vault: vault, Authority: batch.Authority{Host: address}, Correct: corrects}
	}, Rate: 1e6, Burst: 1e6, ExplainLoan: explainNone, FileBalance: balanceNone, Validate: countBytes, ExplainRecord: noRecord}
	for _, f := range change {
		f(&c)
	}
	var err error
	if s.server, err = serve.New(c); err != nil {
		t.Fatal(err)
	}
	if s.doc, err = openapi3.NewLoader().LoadFromFile("openapi.yaml"); err != nil {
		t.Fatal(err)
	}
	if s.router, err = legacy.NewRouter(s.doc); err != nil {
		t.Fatal(err)
	}
	for _, role := range servicing.Roles() {
		s.tokens[role] = s.token("a-"+strings.ReplaceAll(string(role), "_", "-"), role)
	}
	return s
}

func (s *service) token(name string, role servicing.Role) string {
	s.t.Helper()
	desk := servicing.Desk{DB: s.db, Now: s.clock}
	made, err := desk.CreateToken(s.t.Context(), servicing.TokenRequest{Name: name, Role: role, Expires: s.clock().AddDate(0, 0, 30), By: "ada", Why: "test"})
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Secret
}

// answer is what the API answered.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// data is a value of the answer's data by dotted names.
func (a answer) data(path string) any {
	value := a.body["data"]
	for name := range strings.SplitSeq(path, ".") {
		m, _ := value.(map[string]any)
		value = m[name]
	}
	return value
}

// kind is the kind of a problem, with its status: "404 unknown".
func (a answer) kind() string {
	kind, _ := a.body["type"].(string)
	return strings.TrimSpace(fmt.Sprint(a.status, " ", strings.TrimPrefix(kind, "urn:furnisher:problem:")))
}

// sent is a request without its method and address: "Header: value" lines, then the body.
type sent struct {
	role   servicing.Role // whose token is sent; empty: none
	header map[string]string
	body   string
	kind   string // of the body; empty: JSON
}

// do sends a request and holds the answer against the document.
func (s *service) do(method, path string, q sent) answer {
	s.t.Helper()
	r := s.request(method, path, q)
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	got := w.Result()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answer{status: got.StatusCode, header: got.Header, text: string(text)}
	if strings.HasSuffix(got.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &a.body); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
	s.contract(s.request(method, path, q), got.StatusCode, got.Header, text)
	return a
}

func (s *service) request(method, path string, q sent) *http.Request {
	var body io.Reader
	if q.body != "" {
		body = strings.NewReader(q.body)
	}
	r := httptest.NewRequest(method, path, body)
	if q.body != "" {
		kind := q.kind
		if kind == "" {
			kind = "application/json"
		}
		r.Header.Set("Content-Type", kind)
	}
	if q.role != "" {
		r.Header.Set("Authorization", "Bearer "+s.tokens[q.role])
	}
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	return r
}

// contract holds an answer against the document.
func (s *service) contract(r *http.Request, status int, header http.Header, text []byte) {
	s.t.Helper()
	route, params, err := s.router.FindRoute(r)
	if err != nil {
		return // no operation of the document
	}
	err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 status, Header: header, Body: io.NopCloser(bytes.NewReader(text)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.EnableJSONSchema2020()}},
	})
	if err != nil {
		s.t.Errorf("%s %s: the answer is not as the document says: %v", r.Method, r.URL.Path, err)
	}
}

// corrects records what the update of a dispute corrects, as the command gives it to the API.
func corrects(ctx context.Context, tx *sqlx.Tx, c servicing.Correction) (numbers []int64, err error) {
	n := bureau.NewCorrection{LoanID: c.LoanID, Reason: c.Reason, Evidence: c.Evidence, Source: "DISPUTE", Approver: c.Approver, Who: c.Who, Now: clock(), Vault: vault}
	for _, f := range c.Fields {
		n.Fields = append(n.Fields, bureau.CorrectedField{Field: f.Field, Value: f.Value})
	}
	added, err := n.AddIn(ctx, tx)
	if errors.Is(err, bureau.ErrCorrection) || errors.Is(err, bureau.ErrLocked) || errors.Is(err, bureau.ErrNoLoan) {
		return nil, fmt.Errorf("%w: %w", servicing.ErrRefused, err)
	}
	for _, of := range added {
		numbers = append(numbers, of.Number)
	}
	return numbers, err
}

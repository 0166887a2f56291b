package delivery_test

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // of the specification's example

// receiver is a webhook that answers what it is told to, and keeps what it was sent.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string][]int // by event; the last one goes on; none: 200
	came    []string
	bodies  map[string]string
	bad     []error // signatures
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	verify, err := standardwebhooks.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{answers: map[string][]int{}, bodies: map[string]string{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		body, err := io.ReadAll(q.Body)
		id := q.Header.Get("webhook-id")
		r.bad = append(r.bad, err, verify.VerifyIgnoringTimestamp(body, q.Header))
		if was, again := r.bodies[id]; again && was != string(body) {
			r.bad = append(r.bad, errors.New("the body is another one than before"))
		}
		r.came, r.bodies[id] = append(r.came, id), string(body)
		answers := r.answers[id]
		if len(answers) == 0 {
			return
		}
		if len(answers) > 1 {
			r.answers[id] = answers[1:]
		}
		if answers[0] == 302 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(answers[0])
	}))
	t.Cleanup(r.Close)
	return r
}

// outbox is a database with events of loans 1, 2, ..., and a clock.
type outbox struct {
	*delivery.Sender
	t   *testing.T
	now time.Time
}

func newOutbox(t *testing.T, to *receiver, events ...string) *outbox {
	t.Helper()
	hook, err := delivery.NewWebhook(delivery.HookSettings{URL: to.URL + "/token", Secret: hookSecret})
	if err != nil {
		t.Fatal(err)
	}
	o := &outbox{t: t, now: time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)}
	o.Sender = &delivery.Sender{DB: pgtest.New(t), To: hook, Who: "ada", Now: func() time.Time { return o.now }}
	for i, id := range events {
		if _, err := o.DB.ExecContext(t.Context(), `INSERT INTO outbox (loan, event_id, type, run, business_date, payload)
			VALUES ($1, $2, 'statement_generation', 1, '2026-09-30', '{"loan_id": "L-1"}')`, i+1, id); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// send makes a pass and holds what came of it: sent, failed and given up.
func (o *outbox) send(want ...int) {
	o.t.Helper()
	done, err := o.Send(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	if got := []int{done.Sent, done.Failed, done.Dead}; got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		o.t.Errorf("at %s: sent, failed and given up %v, want %v: %v", o.now.Format(time.DateTime), got, want, done.Last)
	}
}

func state(t *testing.T, db *sqlx.DB, id string) (text string) {
	t.Helper()
	err := db.GetContext(t.Context(), &text, `SELECT concat_ws(' ', state, attempts, ended_by, error) FROM outbox WHERE event_id = $1`, id)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Events are posted with a signature that the receiver can verify, each until it is taken; the pause doubles from a minute. A receiver that
// is away is not asked for the others; one that refuses a single event gets them.
func TestSend(t *testing.T) {
	t.Parallel()
	to := newReceiver(t)
	to.answers = map[string][]int{"b": {400, 302, 202}, "c": {503, 200}}
	o := newOutbox(t, to, "a", "b", "c", "d")
	o.send(1, 2, 0) // a is taken, b refused, c finds the receiver away, d is not tried
	if got := strings.Join(to.came, ""); got != "abc" {
		t.Errorf("came %s, want abc", got)
	}
	if got := state(t, o.DB, "a"); got != "DONE 1 ada" {
		t.Errorf("a is %q", got)
	}
	if got := state(t, o.DB, "b"); got != "NEW 1 the webhook answered 400 Bad Request" {
		t.Errorf("b is %q", got)
	}
	o.send(1, 0, 0) // d
	o.now = o.now.Add(59 * time.Second)
	o.send(0, 0, 0)
	o.now = o.now.Add(time.Second)
	o.send(1, 1, 0) // b is sent elsewhere, which is not followed; c is taken
	o.now = o.now.Add(2*time.Minute - time.Second)
	o.send(0, 0, 0)
	o.now = o.now.Add(time.Second)
	o.send(1, 0, 0)
	o.now = o.now.Add(48 * time.Hour)
	o.send(0, 0, 0)
	if got := strings.Join(to.came, ""); got != "abcdbcb" {
		t.Errorf("came %s, want abcdbcb", got)
	}
	if err := errors.Join(to.bad...); err != nil {
		t.Error(err)
	}
	if got, want := to.bodies["a"], `{"id":"a","type":"statement_generation","business_date":"2026-09-30","data":{"loan_id":"L-1"}}`; got != want {
		t.Errorf("body %s, want %s", got, want)
	}
}

// After 15 attempts over some days an event is given up, and nobody sends it until a person lets it be sent again.
func TestDeadLetter(t *testing.T) {
	t.Parallel()
	to := newReceiver(t)
	to.answers["a"] = []int{500}
	o := newOutbox(t, to, "a")
	began := o.now
	for range 14 {
		o.send(0, 1, 0)
		o.send(0, 0, 0)
		if _, err := o.DB.ExecContext(t.Context(), `SELECT 1`); err != nil {
			t.Fatal(err)
		}
		if err := o.DB.GetContext(t.Context(), &o.now, `SELECT next_at FROM outbox`); err != nil {
			t.Fatal(err)
		}
	}
	o.send(0, 0, 1)
	if days := o.now.Sub(began).Hours() / 24; days < 3 || days > 6 {
		t.Errorf("it was given up after %.1f days", days)
	}
	if got := state(t, o.DB, "a"); got != "DEAD 15 ada the webhook answered 500 Internal Server Error" {
		t.Errorf("it is %q", got)
	}
	o.now = o.now.Add(1000 * time.Hour)
	o.send(0, 0, 0)
	if n, err := delivery.RetryEvents(t.Context(), o.DB, nil); n != 1 || err != nil {
		t.Errorf("retry: %d, %v", n, err)
	}
	to.mu.Lock()
	to.answers["a"] = nil
	to.mu.Unlock()
	o.send(1, 0, 0)
}

// Two senders at once send each event once.
func TestSendAtOnce(t *testing.T) {
	t.Parallel()
	to := newReceiver(t)
	var ids []string
	for i := range 40 {
		ids = append(ids, "e"+strconv.Itoa(i))
	}
	o := newOutbox(t, to, ids...)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, err := o.Send(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	o.send(0, 0, 0)
	if len(to.came) != len(ids) || len(to.bodies) != len(ids) {
		t.Errorf("%d events came, %d different ones, want %d", len(to.came), len(to.bodies), len(ids))
	}
}

// What is acknowledged is not sent, and what is not an event is refused as a whole.
func TestAck(t *testing.T) {
	t.Parallel()
	to := newReceiver(t)
	o := newOutbox(t, to, "a", "b", "c")
	if _, err := delivery.AckEvents(t.Context(), o.DB, []string{"a", "z"}, "kim", o.now); !errors.Is(err, delivery.ErrNoEvent) || !strings.Contains(err.Error(), ": z") {
		t.Errorf("got %v, want %v: z", err, delivery.ErrNoEvent)
	}
	for _, want := range []int64{1, 0} {
		if n, err := delivery.AckEvents(t.Context(), o.DB, []string{"a"}, "kim", o.now); n != want || err != nil {
			t.Errorf("acknowledged %d, want %d: %v", n, want, err)
		}
	}
	if got := state(t, o.DB, "a"); got != "DONE 0 kim" {
		t.Errorf("a is %q", got)
	}
	if n, err := delivery.AckEvents(t.Context(), o.DB, nil, "kim", o.now); n != 2 || err != nil {
		t.Errorf("acknowledged %d, want 2: %v", n, err)
	}
	o.send(0, 0, 0)
	if n, err := delivery.RetryEvents(t.Context(), o.DB, []string{"b"}); n != 1 || err != nil {
		t.Errorf("retry: %d, %v", n, err)
	}
	o.send(1, 0, 0)
}

// No error of a webhook holds its address, where tokens often stand, or its secret.
func TestWebhookSettings(t *testing.T) {
	t.Parallel()
	secret := base64.StdEncoding.EncodeToString([]byte("a secret of ours"))
	for name, c := range map[string]struct {
		settings delivery.HookSettings
		want     string
	}{
		"https":             {delivery.HookSettings{URL: "https://hooks.example/TOKEN", Secret: secret}, ""},
		"this machine":      {delivery.HookSettings{URL: "http://127.0.0.1:1/TOKEN"}, ""},
		"another machine":   {delivery.HookSettings{URL: "http://hooks.example/TOKEN"}, "only https"},
		"no address":        {delivery.HookSettings{URL: "TOKEN"}, "is not an address"},
		"a broken address":  {delivery.HookSettings{URL: "https://hooks.example/%TOKEN"}, "is not an address"},
		"a broken secret":   {delivery.HookSettings{URL: "https://hooks.example/TOKEN", Secret: "TOKEN!"}, "is not base64"},
		"no file of secret": {delivery.HookSettings{URL: "https://hooks.example/TOKEN", SecretFile: "/nowhere/at/all"}, "read the secret"},
	} {
		_, err := delivery.NewWebhook(c.settings)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.Is(err, delivery.ErrSettings) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "TOKEN")):
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	hook, err := delivery.NewWebhook(delivery.HookSettings{URL: "http://127.0.0.1:1/TOKEN"})
	if err != nil {
		t.Fatal(err)
	}
	if err := hook.Post(t.Context(), "a", []byte("{}"), time.Now()); err == nil || strings.Contains(err.Error(), "TOKEN") {
		t.Errorf("nobody listens: %v", err)
	}
}

package serve_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// What fails in the server says nothing of it but the id of the request; the log says it, without what the request said.
func TestFailures(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var fail func(ctx context.Context, loan string) error
	s := newService(t, db, func(c *serve.Config) {
		c.RequestTimeout = 50 * time.Millisecond
		c.Away = func(err error) bool { return errors.Is(err, http.ErrServerClosed) }
		c.ExplainLoan = func(ctx context.Context, loan string, _ inquiry.Which) (any, error) { return nil, fail(ctx, loan) }
	})
	for _, c := range []struct {
		name, want, logged string
		fail               func(ctx context.Context, loan string) error
	}{
		{"an error that repeats", "500 internal", `"error":"loan … is odd"`, func(_ context.Context, loan string) error { return errors.New("loan " + loan + " is odd") }},
		{"a panic that repeats", "500 internal", `the handler failed: string`, func(_ context.Context, loan string) error { panic(loan) }},
		{"an answer that comes too late", "503 timeout", `"problem":"timeout"`, func(ctx context.Context, _ string) error {
			<-ctx.Done()
			return ctx.Err()
		}},
		{"a database that is away", "503 away", `"problem":"away"`, func(context.Context, string) error { return http.ErrServerClosed }},
	} {
		fail = c.fail
		got := s.do("GET", "/v1/loans/ALDERBROOK/explanation", sent{role: servicing.Viewer})
		if got.kind() != c.want || got.body["instance"] != got.header.Get("X-Request-Id") {
			t.Errorf("%s: %s, want %s", c.name, got.text, c.want)
		}
		if strings.HasPrefix(c.want, "503") != (got.header.Get("Retry-After") != "") {
			t.Errorf("%s: Retry-After %q", c.name, got.header.Get("Retry-After"))
		}
		if strings.Contains(got.text, "ALDERBROOK") || !strings.Contains(s.log.String(), c.logged) {
			t.Errorf("%s: %s\n%s", c.name, got.text, s.log)
		}
	}
	s.silent()
}

// An operation that meets a night waits its turn, up to a bound; then nothing has changed, and the same request may be sent again.
func TestBusy(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1")
	nights(t, db, "2026-06-01")
	s := newService(t, db, func(c *serve.Config) {
		desk := c.Desk
		c.Desk = func(address string) *servicing.Desk {
			d := desk(address)
			d.Patience = 20 * time.Millisecond
			return d
		}
	})
	q := sent{role: servicing.Operator, header: map[string]string{"Idempotency-Key": "k1"}}
	held := db.MustBegin()
	held.MustExec(`SELECT loan FROM loan_wake FOR UPDATE`)
	if got := s.do("POST", "/v1/loans/A1/cancel-servicing", q); got.kind() != "503 busy" || got.header.Get("Retry-After") == "" {
		t.Errorf("beside a night: %s", got.text)
	}
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	if got := s.do("POST", "/v1/loans/A1/cancel-servicing", q); got.data("loansUpdated") != 1.0 || got.data("repeated") != false {
		t.Errorf("after it: %s", got.text)
	}
}

// A database that cannot be reached makes the API unhealthy.
func TestHealth(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := newService(t, db)
	if got := s.do("GET", "/healthz", sent{}); got.kind() != "200" {
		t.Errorf("health: %s", got.text)
	}
	db.Close()
	if got := s.do("GET", "/healthz", sent{}); got.kind() != "503 away" {
		t.Errorf("without a database: %s", got.text)
	}
}

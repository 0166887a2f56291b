package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/fixtures/sshtest"
)

// The scheduler delivers what is released while it waits for its night, and sends the events of that. What a person must see to it tells
// once, again under the same id if the webhook is away, and goes on.
func TestScheduleDelivers(t *testing.T) {
	t.Parallel()
	server := sshtest.New(t)
	a, db := bookOf(t, "testdata/extract")
	var lines []string
	a.log.AddHook(hook(func(e *logrus.Entry) { lines = append(lines, e.Message) }))
	a.settings.files = t.TempDir()
	n := night{workers: workersFlag{here: 1}, why: "test", dir: a.settings.files}
	n.share.Count = 1
	onDate(t, a, db, n, september)
	lines = nil
	begun, slept := a.now(), time.Duration(0)
	a.now = func() time.Time { return begun.Add(slept) }

	address := delivery.Address{SFTP: server.URL(), KnownHosts: server.KnownHosts, Key: server.OtherKey}
	destinations := map[string]delivery.Destination{"bureaus": {Automatic: true, Addresses: map[string]delivery.Address{"bureau": address}}}
	check := func() {
		if err := delivery.Check(destinations, ""); err != nil {
			t.Fatal(err)
		}
	}
	check()
	var mu sync.Mutex
	var came []string // by the webhook, which is away at first
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		came = append(came, strings.TrimRight(r.Header.Get("webhook-id"), "0123456789"))
		if len(came) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(receiver.Close)
	hook, err := delivery.NewWebhook(delivery.HookSettings{URL: receiver.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := delivery.AckEvents(t.Context(), db.DB, nil, "ada", a.now()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	passes := 0
	c := &carrier{daemon: &daemon{app: a, night: night{receivers: destinations}, where: time.UTC, events: hook}, said: map[string]string{}}
	c.alerts.webhook = hook
	c.sleep = func(ctx context.Context, d time.Duration) error {
		slept += d
		switch passes++; passes {
		case 1: // nothing was released
			move := bureau.Move{File: 1, To: bureau.Released, Who: "ada", Why: "looked through", Acknowledged: []string{bureau.AllWarnings}}
			if _, err := bureau.Change(ctx, db.DB, move, a.now()); err != nil {
				t.Error(err)
			}
		case 3: // the key was refused twice
			address.Key = server.Key
			destinations["bureaus"].Addresses["bureau"] = address
			check()
		case 5:
			stop()
		}
		return ctx.Err()
	}
	c.live(ctx)
	got := strings.Join(lines, ", ")
	if want := "delivery failed, a delivery waits for a person, events sent, delivery failed, delivered, file transmitted, events sent"; got != want {
		t.Errorf("log: %s\nwant %s", got, want)
	}
	mu.Lock()
	defer mu.Unlock()
	const told = "alert:undelivered:2026-09-30:"
	if want := []string{told, told, "file_state:1:RELEASED", "file_state:1:TRANSMITTED"}; !slices.Equal(came, want) {
		t.Errorf("the webhook got %q, want %q", came, want)
	}
}

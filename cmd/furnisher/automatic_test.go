package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/fixtures/sshtest"
)

// The scheduler delivers what is released while it waits for its night. What a person must see to it tells once, and goes on.
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
	ctx, stop := context.WithCancel(t.Context())
	passes := 0
	c := &carrier{daemon: &daemon{app: a, where: time.UTC, destinations: destinations}, said: map[string]string{}}
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
	if want := "delivery failed, a delivery waits for a person, delivery failed, delivered, file transmitted"; got != want {
		t.Errorf("log: %s\nwant %s", got, want)
	}
}

package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/batch/servicing"
)

// newTestDesk is a desk of nights over a book; it ends with the test.
func newTestDesk(t *testing.T, a *app) *nightDesk {
	t.Helper()
	a.environment = a.getenv
	a.settings.files = t.TempDir()
	a.now = func() time.Time { return september.Time().Add(23 * time.Hour) }
	d, err := a.newNightDesk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.end)
	return d
}

func asked(key string, kind console.NightKind) console.NightOrder {
	return console.NightOrder{ID: key, Key: "console-ada-" + key, Kind: kind, Date: september, By: "ada", Why: "the night of " + key, From: "192.0.2.7"}
}

// over waits for the end of what a desk works on.
func (d *nightDesk) over(t *testing.T, order console.NightOrder) console.NightJob {
	t.Helper()
	_, err := d.begin(t.Context(), order)
	if _, refused := errors.AsType[*console.NightRefused](err); err != nil && !refused {
		t.Fatal(err)
	}
	for _, j := range d.jobs {
		if j.order.Key == order.Key {
			<-j.done
		}
	}
	return *d.find(order.ID)
}

func runsOf(t *testing.T, db *sqlx.DB) []inquiry.Night {
	t.Helper()
	list, err := inquiry.Nights(t.Context(), db, inquiry.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return list.Rows
}

// A night that is asked for in the console is done beyond the request, once for each form, with its refusals in words, and the ledger
// names who asked for it. A dry run and a further attempt are done so, too.
func TestNightDesk(t *testing.T) {
	t.Parallel()
	a, db, _ := newApp(t)
	d := newTestDesk(t, a)
	next, err := d.next(t.Context(), db)
	if err != nil || next.Date != september || next.Closed != 0 {
		t.Errorf("next %+v, %v", next, err)
	}

	try := asked("dry-1", console.NightRun)
	try.DryRun = true
	tried := d.over(t, try)
	if tried.Tried == nil || len(tried.Tried.Steps) == 0 || len(tried.Tried.Files) == 0 || tried.Failed != "" || len(runsOf(t, db.DB)) != 0 {
		t.Errorf("dry run: %+v, %d runs", tried, len(runsOf(t, db.DB)))
	}

	again := try
	again.From = "198.51.100.3"
	if j, err := d.begin(t.Context(), again); err != nil || j.Began != tried.Began {
		t.Errorf("the dry run sent twice: %+v, %v", j, err)
	}
	for name, other := range map[string]func(*console.NightOrder){
		"the night itself": func(o *console.NightOrder) { o.DryRun = false }, "another date": func(o *console.NightOrder) { o.Date++ },
		"a brake": func(o *console.NightOrder) { o.Accept = []string{"volume"} },
	} {
		changed := try
		other(&changed)
		if j, err := d.begin(t.Context(), changed); !errors.Is(err, servicing.ErrKeyUsed) || len(d.jobs) != 1 {
			t.Errorf("%s by the form of the dry run: %+v, %v, %d jobs", name, j, err, len(d.jobs))
		}
	}

	canceled, cancel := context.WithCancel(t.Context())
	cancel() // the request is over before the night is
	if _, err := d.begin(canceled, asked("run-1", console.NightRun)); err != nil {
		t.Fatal(err)
	}
	run := d.over(t, asked("run-1", console.NightRun))
	runs := runsOf(t, db.DB)
	if run.Run != 1 || run.Failed != "" || len(runs) != 1 || runs[0].State != "CLOSED" || runs[0].Who != "ada" || runs[0].Why != "the night of run-1" {
		t.Fatalf("run: %+v, runs %+v", run, runs)
	}
	if again, err := d.begin(t.Context(), asked("run-1", console.NightRun)); err != nil || again.Run != 1 || len(runsOf(t, db.DB)) != 1 {
		t.Errorf("the form sent twice: %+v, %v", again, err)
	}

	_, err = d.begin(t.Context(), asked("run-2", console.NightRun))
	if refused, is := errors.AsType[*console.NightRefused](err); !is || !strings.Contains(refused.Why, batch.ErrClosed.Error()) || refused.Hint == "" {
		t.Errorf("a closed date: %v", err)
	}
	gap := asked("run-3", console.NightRun)
	gap.Date += 3
	if _, err = d.begin(t.Context(), gap); err == nil || !strings.Contains(err.Error(), batch.ErrGap.Error()) {
		t.Errorf("a gap: %v", err)
	}

	repeat := asked("again-1", console.NightAgain)
	repeat.Seen = 1
	if got := d.over(t, repeat); got.Run != 2 || got.Failed != "" {
		t.Errorf("another attempt: %+v", got)
	}
	repeat.ID, repeat.Key = "again-2", "again-2" // the same page, sent after the program was started anew
	if _, err := d.begin(t.Context(), repeat); err == nil || !strings.Contains(err.Error(), "another run since run 1") || len(runsOf(t, db.DB)) != 2 {
		t.Errorf("another attempt from an old page: %v", err)
	}

	book, err := batch.LockBook(t.Context(), db.Direct)
	if err != nil {
		t.Fatal(err)
	}
	held, err := batch.Held(t.Context(), db.DB)
	if err != nil || !held {
		t.Errorf("held %v, %v", held, err)
	}
	later := asked("run-4", console.NightRun)
	later.Date++
	_, err = d.begin(t.Context(), later)
	book.Release()
	if err == nil || !strings.Contains(err.Error(), batch.ErrLocked.Error()) {
		t.Errorf("beside another run: %v", err)
	}
	if held, err := batch.Held(t.Context(), db.DB); err != nil || held {
		t.Errorf("held after it was released: %v, %v", held, err)
	}
}

// When the program is told to end, the night stops where it can be resumed, and who resumes it finishes it. One thing is done at a time.
func TestNightDeskEnds(t *testing.T) {
	t.Parallel()
	a, db, _ := newApp(t)
	d := newTestDesk(t, a)
	begun, goOn := make(chan struct{}), make(chan struct{})
	a.log.AddHook(hook(func(e *logrus.Entry) {
		if e.Message == "step begins" && e.Data["step"] == "export" && e.Data["run"] == int64(1) && d.ctx.Err() == nil {
			close(begun)
			<-goOn
		}
	}))
	if job, err := d.begin(t.Context(), asked("run-1", console.NightRun)); err != nil || job.Run != 1 || !job.Works() {
		t.Fatalf("begin: %+v, %v", job, err)
	}
	<-begun
	if _, err := d.begin(t.Context(), asked("run-2", console.NightRun)); err == nil || !strings.Contains(err.Error(), "ada asked for the night of 2026-09-30, and that is not over") {
		t.Errorf("a second night: %v", err)
	}
	d.cancel() // as a signal does
	close(goOn)
	d.end()
	if runs := runsOf(t, db.DB); runs[0].State != "STOPPED" || runs[0].StoppedBecause != "interrupted" {
		t.Fatalf("runs %+v", runs)
	}
	if job := d.find("run-1"); job.Works() || job.Failed == "" {
		t.Errorf("the job that was cut off: %+v", job)
	}
	if _, err := d.begin(t.Context(), asked("run-3", console.NightRun)); err == nil || !strings.Contains(err.Error(), "about to end") {
		t.Errorf("a night at the end of the program: %v", err)
	}
	after := newTestDesk(t, a)
	if job := after.over(t, asked("run-4", console.NightRun)); job.Failed != "" || job.Run != 1 {
		t.Errorf("resumed: %+v", job)
	}
	if runs := runsOf(t, db.DB); len(runs) != 1 || runs[0].State != "CLOSED" {
		t.Errorf("runs %+v", runs)
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// scheduler is a daemon in a time of its own, which passes when it sleeps.
type scheduler struct {
	daemon
	t      *testing.T
	db     *database.Database
	clock  time.Time
	ctx    context.Context
	stop   context.CancelFunc
	lines  []string                  // of the log, of nights and what is beside them
	pauses []time.Duration           // between the attempts at a night
	asleep func(d time.Duration)     // is called in each sleep; nil: nothing happens
	onLine func(e *logrus.Entry)     // is called with each line; nil: nothing happens
	fields map[string]map[string]any // of the last line with a message
	timers map[*func()]time.Time     // what happens later
}

// newScheduler returns a daemon of 23:15 that begins at a moment of a time zone. It stops after the night of a date.
func newScheduler(t *testing.T, zone, begins string, last rules.Date) *scheduler {
	t.Helper()
	a, db, _ := newApp(t)
	when, where, err := parseSchedule("15 23 * * *", zone, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	clock, err := time.ParseInLocation("2006-01-02 15:04", begins, where)
	if err != nil {
		t.Fatal(err)
	}
	s := &scheduler{t: t, db: db, clock: clock, fields: map[string]map[string]any{}, timers: map[*func()]time.Time{}}
	s.ctx, s.stop = context.WithCancel(t.Context())
	a.now = func() time.Time { return s.clock.UTC() }
	s.daemon = daemon{app: a, when: when, where: where, giveUp: 4 * time.Hour, sleep: s.pass, monitor: newMonitor()}
	s.alerts.after = func(d time.Duration, f func()) func() bool {
		s.timers[&f] = s.clock.Add(d)
		return func() bool {
			delete(s.timers, &f)
			return true
		}
	}
	s.night = night{workers: workersFlag{here: 1}, share: batch.Share{Count: 1}, why: "schedule", dir: t.TempDir()}
	a.log.AddHook(hook(func(e *logrus.Entry) {
		if e.Message == "step begins" || e.Message == "step done" {
			return
		}
		line := e.Message
		if date, ok := e.Data["business_date"]; ok {
			line = fmt.Sprintf("%s %s", date, line)
		}
		s.lines = append(s.lines, line)
		s.fields[e.Message] = e.Data
		if s.onLine != nil {
			s.onLine(e)
		}
		if e.Data["business_date"] == last.String() && e.Message == logNightDone {
			s.stop()
		}
	}))
	return s
}

// pass lets time pass.
func (s *scheduler) pass(ctx context.Context, d time.Duration) error {
	s.clock = s.clock.Add(d)
	if len(s.lines) > 0 && (strings.HasSuffix(s.lines[len(s.lines)-1], logNightWaits) || strings.HasSuffix(s.lines[len(s.lines)-1], logNightFailed)) && d <= longestPause {
		s.pauses = append(s.pauses, d)
	}
	if s.asleep != nil {
		s.asleep(d)
	}
	for f, at := range s.timers {
		if !at.After(s.clock) {
			delete(s.timers, f)
			(*f)()
		}
	}
	if s.clock.Year() > 2027 {
		s.t.Fatal("the scheduler sleeps for ever")
	}
	return ctx.Err()
}

// run lets the daemon live and wants it to end with the log's lines, without its greeting.
func (s *scheduler) run(want ...string) {
	s.t.Helper()
	if err := s.live(s.ctx); err != nil {
		s.t.Errorf("stopped between nights: %v", err)
	}
	s.wants(want...)
}

func (s *scheduler) wants(want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(append([]string{"schedule started"}, want...), s.lines); diff != "" {
		s.t.Errorf("log (-want +got):\n%s", diff)
	}
}

// closed runs a night before the daemon begins.
func (s *scheduler) closed(d rules.Date) {
	s.t.Helper()
	n := s.night
	n.date = d
	if _, err := s.app.night(s.t.Context(), s.db, n); err != nil {
		s.t.Fatal(err)
	}
	s.lines = nil
}

// TestSchedule: the business date is the local one, and the first night of a book begins at the first firing.
func TestSchedule(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "America/New_York", "2026-09-30 10:00", september)
	s.run("2026-09-30 night done")
}

// TestScheduleLate: the machine was suspended over the firing and midnight. The date is that of the firing.
func TestScheduleLate(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "America/New_York", "2026-09-30 23:10", september)
	s.asleep = func(time.Duration) { s.clock = s.clock.Add(2 * time.Hour) }
	s.run("2026-09-30 night done")
}

// TestScheduleHeals: an unfinished date is finished first, then every missed one runs with its own date, at the start and
// after a sleep of three days.
func TestScheduleHeals(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-29 10:00", september+4)
	s.closed(september - 4)
	ctx, stop := context.WithCancel(t.Context())
	s.atStep("purge", stop)
	n := s.night
	n.date = september - 3
	if _, err := s.app.night(ctx, s.db, n); err == nil {
		t.Fatal("the night was not stopped")
	}
	s.lines = nil
	slept := false
	s.asleep = func(time.Duration) {
		if s.clock.Day() == 1 && !slept { // of October
			slept = true
			s.clock = s.clock.Add(72 * time.Hour)
		}
	}
	s.run("2026-09-27 an unfinished night comes first", "business dates were missed; their nights run now, oldest first",
		"2026-09-27 night done", "2026-09-28 night done", "2026-09-29 night done", "2026-09-30 night done",
		"2026-10-01 night done", "2026-10-02 night done", "2026-10-03 night done", "2026-10-04 night done")
}

// TestScheduleWaits: the book is held for a while.
func TestScheduleWaits(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 23:00", september)
	book, err := batch.LockBook(t.Context(), s.db.Direct)
	if err != nil {
		t.Fatal(err)
	}
	s.asleep = func(time.Duration) {
		if len(s.pauses) == 2 && book != nil {
			book.Release()
			book = nil
		}
	}
	s.run("2026-09-30 night waits", "2026-09-30 night waits", "2026-09-30 night done")
	if diff := cmp.Diff([]time.Duration{5 * time.Second, 10 * time.Second}, s.pauses); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
	if got := s.fields[logNightWaits]; got["status"] != exitLocked || got["again_in"] != "10s" {
		t.Errorf("got %v", got)
	}
}

// TestScheduleGivesUp: the database is away for longer than the patience lasts, and is there again the next evening. Pauses
// double up to five minutes.
func TestScheduleGivesUp(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 23:00", september+1)
	s.giveUp = 20 * time.Minute
	there := s.settings.databaseURL
	s.asleep = func(time.Duration) {
		s.settings.databaseURL = there
		if s.clock.Day() == 30 && s.clock.Hour() == 23 && s.clock.Minute() >= 15 {
			s.settings.databaseURL = "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable"
		}
	}
	var want []string
	for range 8 {
		want = append(want, "2026-09-30 night waits")
	}
	s.run(append(want, "2026-09-30 night failed: gave up", "2026-10-01 night done")...)
	if got := s.fields[logNightWaits]; got["status"] != exitUnreachable || got["again_in"] != "5m0s" {
		t.Errorf("got %v", got)
	}
}

// TestScheduleBegins: the database is away when the scheduler starts, and it waits for it; ready it is only then.
func TestScheduleBegins(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 10:00", september)
	s.listen = "127.0.0.1:0"
	there := s.settings.databaseURL
	s.settings.databaseURL = "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable"
	var address string
	asked := func(path string) string {
		response, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(response.StatusCode, " ", string(body))
	}
	var unready, ready, metrics string
	s.onLine = func(e *logrus.Entry) {
		switch e.Message {
		case "monitoring":
			address = e.Data["address"].(string)
		case logNightDone:
			ready, metrics = asked("/readyz"), asked("/metrics")
		}
	}
	s.asleep = func(time.Duration) {
		if len(s.pauses) == 2 && s.settings.databaseURL != there {
			unready = asked("/readyz")
			s.settings.databaseURL = there
		}
	}
	if err := s.live(s.ctx); err != nil {
		t.Error(err)
	}
	want := []string{"monitoring", "2026-09-29 night waits", "2026-09-29 night waits", "schedule started", "2026-09-30 night done"}
	if diff := cmp.Diff(want, s.lines); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(unready, "503 the scheduler has not begun") || ready != "200 ok\n" {
		t.Errorf("got %q before and %q after", unready, ready)
	}
	for _, line := range []string{
		"furnisher_closed_business_date_seconds 1.7907264e+09", // 2026-09-30
		`furnisher_nights_total{outcome="closed"} 1`, `furnisher_nights_total{outcome="failed"} 0`, "furnisher_night_waits_total 2",
		`furnisher_night_loans{step="delinquency",what="read"}`, "furnisher_night_status 0",
	} {
		if !strings.Contains(metrics, line) {
			t.Errorf("no %q in\n%s", line, metrics)
		}
	}
}

// TestScheduleNeverBegins: the database stays away, and the scheduler ends with that.
func TestScheduleNeverBegins(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 10:00", september)
	s.giveUp = time.Minute
	s.settings.databaseURL = "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable"
	if status, _ := classify(t.Context(), s.live(s.ctx)); status != exitUnreachable || s.fields["night failed: gave up"] == nil {
		t.Errorf("got status %d and %v", status, s.lines)
	}
}

// TestScheduleFails: another failure is logged once, and the next evening runs that night first. A folder that cannot be written is
// found before the night has begun.
func TestScheduleFails(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 23:00", september+1)
	s.closed(september - 1)
	blocked := filepath.Join(t.TempDir(), "blocked")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := s.dir
	s.dir = blocked
	s.onLine = func(e *logrus.Entry) {
		if e.Message != logNightFailed {
			return
		}
		s.dir = dir
		var runs int
		if err := s.db.GetContext(s.ctx, &runs, "SELECT count(*) FROM run"); err != nil || runs != 1 {
			t.Errorf("there are %d runs, want that of the closed date alone: %v", runs, err)
		}
		if e.Data["status"] != exitUsage {
			t.Errorf("got status %v", e.Data["status"])
		}
	}
	s.run("2026-09-30 night failed", "2026-09-30 night done", "2026-10-01 night done")
}

// TestScheduleClosed: somebody has run the night by hand.
func TestScheduleClosed(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 23:00", september+1)
	s.closed(september)
	s.run("2026-09-30 "+logNightClosed, "2026-10-01 night done")
}

// TestScheduleNews: the news come once, before the first missed date. While they fail, no night runs.
func TestScheduleNews(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-10-02 23:00", september+2)
	s.closed(september)
	dir := t.TempDir()
	calls := filepath.Join(dir, "calls")
	s.daemon.news = news{
		command: fmt.Sprintf(`echo "$FURNISHER_BUSINESS_DATE" >>%[1]s && test -e %[1]s.ok`, calls), dir: filepath.Join(dir, "extract"),
	}
	s.asleep = func(time.Duration) {
		switch len(s.pauses) {
		case 1:
			if err := os.WriteFile(calls+".ok", nil, 0o600); err != nil {
				t.Error(err)
			}
		case 2:
			if err := os.CopyFS(s.daemon.news.dir, os.DirFS("testdata/extract")); err != nil && !errors.Is(err, os.ErrExist) {
				t.Error(err)
			}
		}
	}
	s.run("business dates were missed; their nights run now, oldest first", "2026-10-01 night failed", "2026-10-01 night failed",
		"news imported", "2026-10-01 night done", "news imported", "2026-10-02 night done")
	got, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	if want := "2026-10-01\n2026-10-01\n2026-10-01\n2026-10-02\n"; string(got) != want {
		t.Errorf("got calls for %q, want %q", got, want)
	}
	if !strings.HasPrefix(s.fields[logNightFailed]["error"].(string), "before the night: ") {
		t.Errorf("got %v", s.fields[logNightFailed])
	}
}

// TestScheduleAlone: a second scheduler is told who runs the nights. One that lost its session takes the nights again, if
// nobody else has.
func TestScheduleAlone(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 10:00", september+2)
	end := func() {
		if _, err := s.db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name LIKE 'furnisher schedule %'`); err != nil {
			t.Error(err)
		}
	}
	other := daemon{app: s.app, when: s.when, where: s.where, night: s.night, sleep: sleep, giveUp: time.Hour, monitor: newMonitor()}
	var seen error
	nights := 0
	s.onLine = func(e *logrus.Entry) {
		if e.Message != logNightDone {
			return
		}
		if nights++; nights == 1 {
			seen = other.live(t.Context())
			end()
			return
		}
		end()
		if err := other.duty.ensure(t.Context(), s.app); err != nil {
			t.Error(err)
		}
	}
	err := s.live(s.ctx)
	other.duty.drop()
	for _, err := range []error{seen, err} {
		status, hint := classify(t.Context(), err)
		want := fmt.Sprintf("furnisher schedule %d of ", os.Getpid())
		if !errors.Is(err, batch.ErrOnDuty) || status != exitLocked || !strings.Contains(err.Error(), want) || hint == "" {
			t.Errorf("got status %d, hint %q: %v; want the holder's name", status, hint, err)
		}
	}
	s.wants("2026-09-30 night done", "2026-10-01 night done")
}

// TestSchedulePanics: a night that panics is a failure of that night.
func TestSchedulePanics(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 23:00", september)
	err := s.attempt(s.ctx, &catchUp{first: september, news: func(context.Context, *database.Database, rules.Date) error { panic("a night") }})
	if err == nil || err.Error() != "panic: a night" || s.retries(err) {
		t.Errorf("got %v", err)
	}
	s.duty.drop()
}

// TestScheduleCut stops the scheduler in the middle of a night, and while it waits.
func TestScheduleCut(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 23:00", 0)
	s.atStep("purge", s.stop)
	err := s.live(s.ctx)
	if status, _ := classify(s.ctx, err); status != exitInterrupted {
		t.Errorf("got status %d, want %d: %v", status, exitInterrupted, err)
	}
	if at, err := inquiry.Stand(t.Context(), s.db.DB); err != nil || at.Unfinished != september {
		t.Errorf("got %+v, %v, want an unfinished night", at, err)
	}

	s = newScheduler(t, "UTC", "2026-09-30 23:00", 0)
	book, err := batch.LockBook(t.Context(), s.db.Direct)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Release()
	s.asleep = func(time.Duration) {
		if len(s.pauses) > 0 {
			s.stop()
		}
	}
	s.run("2026-09-30 night waits")
}

// TestScheduleAlerts: a person is told of the night that stopped, and that it is not closed in the morning; of one that is
// closed they are not.
func TestScheduleAlerts(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-30 23:00", september+2)
	file := filepath.Join(t.TempDir(), "alerts")
	s.alerts.command = "cat >>" + file
	if err := s.alerts.late.Set("05:00"); err != nil {
		t.Fatal(err)
	}
	s.db.DB.MustExec("ALTER TABLE bureau_file ADD CONSTRAINT halt CHECK (false) NOT VALID")
	s.onLine = func(e *logrus.Entry) {
		if e.Message == logNightLate {
			s.db.DB.MustExec("ALTER TABLE bureau_file DROP CONSTRAINT halt")
		}
	}
	s.run("2026-09-30 night failed", "2026-09-30 night late", "2026-09-30 night done", "2026-10-01 night done", "2026-10-02 night done")
	s.tellNight(t.Context(), september+3, &batch.Summary{Run: 4, State: "CLOSED", ExceptionLoans: 2}, nil)
	s.tellNight(t.Context(), september+4, nil, errors.New("a fault"))
	s.tellNight(t.Context(), september+4, nil, batch.ErrClosed)

	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(body)) {
		var told alert
		if err := json.Unmarshal([]byte(line), &told); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s run %d status %d exceptions %d", told.BusinessDate, told.Event, told.Run, told.Status, told.Exceptions))
	}
	want := []string{
		"2026-09-30 stopped run 1 status 1 exceptions 0", "2026-09-30 late run 0 status 0 exceptions 0",
		"2026-10-03 quarantined run 4 status 3 exceptions 2", "2026-10-04 failed run 0 status 1 exceptions 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
}

// TestScheduleBraked: a night that a brake stopped is not tried again. A person is told at each firing, until somebody has
// accepted it.
func TestScheduleBraked(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, "UTC", "2026-09-29 23:00", september+2)
	s.db.DB.MustExec("UPDATE import SET finished_at = '2026-09-28 12:00+00'")
	s.closed(september - 2)
	s.night.limits = batch.Limits{batch.BrakeNewsAge: {Least: 1}}
	file := filepath.Join(t.TempDir(), "alerts")
	s.alerts.command = "cat >>" + file
	accepted := false
	s.asleep = func(time.Duration) {
		if len(s.lines) < 4 || accepted {
			return
		}
		accepted = true
		n := s.night
		n.date, n.accept, n.reason = september, []string{batch.BrakeNewsAge}, "no news on a weekend"
		if _, err := s.app.night(t.Context(), s.db, n); err != nil {
			t.Error(err)
		}
		s.night.limits = nil
	}
	s.run("2026-09-29 night done", "2026-09-30 night failed", "2026-09-30 night failed", "2026-10-01 night done", "2026-10-02 night done")
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(body), `{"event":"braked","business_date":"2026-09-30",`); n != 2 || strings.Count(string(body), "\n") != 2 {
		t.Errorf("alerts:\n%s", body)
	}
	figures := filepath.Join(t.TempDir(), "figures.prom")
	if err := prometheus.WriteToTextfile(figures, s.monitor.registry); err != nil {
		t.Fatal(err)
	}
	if body, err = os.ReadFile(figures); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`furnisher_nights_total{outcome="braked"} 2`, `furnisher_nights_total{outcome="failed"} 0`, `furnisher_nights_total{outcome="closed"} 3`} {
		if !strings.Contains(string(body), line+"\n") {
			t.Errorf("no %q in\n%s", line, body)
		}
	}
	var attempts int
	if err := s.db.GetContext(t.Context(), &attempts, "SELECT count(*) FROM run_brake"); err != nil || attempts != 1 {
		t.Errorf("the night was stopped %d times, want once: %v", attempts, err)
	}
}

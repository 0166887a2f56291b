package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

func TestParseSchedule(t *testing.T) {
	now := time.Date(2026, time.September, 30, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, expression, zone, next string
	}{
		{"evening in New York", "15 23 * * *", "America/New_York", "2026-09-30T23:15:00-04:00"},
		{"the same hour here is another moment", "15 23 * * *", "UTC", "2026-09-30T23:15:00Z"},
		{"weekdays", "0 22 * * 1-5", "America/Chicago", "2026-09-30T22:00:00-05:00"},
		{"never", "30 2 30 2 *", "UTC", ""},
		{"no expression", "tonight", "UTC", ""},
		{"too many fields", "0 15 23 * * *", "UTC", ""},
		{"zone in the expression", "TZ=UTC 15 23 * * *", "UTC", ""},
		{"no zone", "15 23 * * *", "Mars/Olympus", ""},
		{"the machine's zone is not said", "15 23 * * *", "Local", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			when, where, err := parseSchedule(c.expression, c.zone, now)
			if c.next == "" {
				if status, hint := classify(t.Context(), err); err == nil || status != exitUsage || hint != `furnisher schedule --cron "15 23 * * *" --timezone America/New_York` {
					t.Fatalf("got status %d, hint %q: %v", status, hint, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := when.Next(now.In(where)).Format(time.RFC3339); got != c.next {
				t.Errorf("got %s, want %s", got, c.next)
			}
		})
	}
}

// TestLostDates knows the nights that cron loses when clocks are put forward.
func TestLostDates(t *testing.T) {
	for _, c := range []struct {
		expression, zone string
		want             []string
	}{
		{"30 2 * * *", "America/New_York", []string{"2026-03-08"}},
		{"15 23 * * *", "America/New_York", nil},
		{"30 1 * * *", "America/New_York", nil}, // twice on 1 November, and the second is closed already
		{"0 0 * * *", "America/Santiago", []string{"2026-09-06"}},
		{"30 2 * * 1-5", "America/New_York", nil}, // the clock changes on a Sunday
		{"30 2 * * *", "UTC", nil},
		{"@every 1s", "America/New_York", nil},
	} {
		where, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, time.January, 15, 12, 0, 0, 0, where)
		when, _, err := parseSchedule(c.expression, c.zone, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := lostDates(when, now); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: got %v, want %v", c.expression, c.zone, got, c.want)
		}
	}
}

// soon is a schedule that fires a number of times at once and then never again.
type soon struct{ left atomic.Int32 }

func (s *soon) Next(t time.Time) time.Time {
	if s.left.Add(-1) < 0 {
		return time.Time{}
	}
	return t.Add(time.Millisecond)
}

// outcomes collects what the log says of nights.
func outcomes(a *app) <-chan *logrus.Entry {
	lines := make(chan *logrus.Entry, 16)
	a.log.AddHook(hook(func(e *logrus.Entry) {
		if strings.HasPrefix(e.Message, logNightDone) || strings.HasPrefix(e.Message, logNightFailed) || e.Message == logNightClosed {
			lines <- e
		}
	}))
	return lines
}

// TestSchedule lets the schedule fire: the business date is the local one, whatever the date in UTC.
func TestSchedule(t *testing.T) {
	a, _, _ := newApp(t)
	where, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	a.now = func() time.Time { return time.Date(2026, time.October, 1, 3, 15, 0, 0, time.UTC) }
	lines := outcomes(a)
	ctx, stop := context.WithCancel(t.Context())
	when := &soon{}
	when.left.Store(2) // the first is asked for the greeting
	done := make(chan error)
	go func() { done <- a.schedule(ctx, when, where, night{workers: workersFlag{here: 1}, dir: t.TempDir()}) }()
	line := <-lines
	if line.Message != logNightDone || line.Data["business_date"] != "2026-09-30" || line.Data["state"] != "CLOSED" {
		t.Errorf("got %q %v", line.Message, line.Data)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("stopped between nights: %v", err)
	}
}

// TestScheduleSurvives runs a night that panics and one that fails: the third is run all the same.
func TestScheduleSurvives(t *testing.T) {
	a, db, _ := newApp(t)
	book, err := batch.LockBook(t.Context(), db.Direct)
	if err != nil {
		t.Fatal(err)
	}
	lines := outcomes(a)
	var nights atomic.Int32
	a.now = func() time.Time { return time.Date(2026, time.September, 30, 23, 15, 0, 0, time.UTC) }
	clock := a.now
	where := time.UTC
	job := a.nightly(t.Context(), where, night{workers: workersFlag{here: 1}, dir: t.TempDir()}, new(atomic.Bool))
	a.now = func() time.Time {
		if nights.Add(1) == 1 {
			panic("a night that panics")
		}
		return clock()
	}

	job.Run()
	if line := <-lines; line.Message != logNightFailed+": panic" || line.Data["error"] != "a night that panics" {
		t.Errorf("got %q %v", line.Message, line.Data)
	}
	job.Run()
	if line := <-lines; line.Message != logNightFailed || line.Data["status"] != exitLocked {
		t.Errorf("got %q %v", line.Message, line.Data)
	}
	book.Release()
	job.Run()
	if line := <-lines; line.Message != logNightDone {
		t.Errorf("got %q %v", line.Message, line.Data)
	}
	job.Run()
	if line := <-lines; line.Message != logNightClosed || line.Level != logrus.InfoLevel {
		t.Errorf("got %q %v", line.Message, line.Data)
	}
}

// TestScheduleCut stops the scheduler in the middle of a night.
func TestScheduleCut(t *testing.T) {
	a, _, _ := newApp(t)
	a.now = func() time.Time { return time.Date(2026, time.September, 30, 23, 15, 0, 0, time.UTC) }
	ctx, stop := context.WithCancel(t.Context())
	a.atStep("purge", stop)
	when := &soon{}
	when.left.Store(2)
	err := a.schedule(ctx, when, time.UTC, night{workers: workersFlag{here: 1}, dir: t.TempDir()})
	if status, _ := classify(ctx, err); status != exitInterrupted {
		t.Errorf("got status %d, want %d: %v", status, exitInterrupted, err)
	}
}

// TestScheduleSignal sends the signal of a service manager to the program.
func TestScheduleSignal(t *testing.T) {
	cmd := exec.Command("furnisher", "schedule", "--cron", "15 23 * * *", "--timezone", "America/New_York", "--log-json")
	cmd.Env = append(os.Environ(), "DATABASE_URL="+pgtest.NewURL(t), "FURNISHER_DATA="+t.TempDir())
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	if !lines.Scan() || !strings.Contains(lines.Text(), `"msg":"schedule started"`) || !strings.Contains(lines.Text(), `"last_closed":"-"`) {
		t.Errorf("got %q, want the beginning of the schedule", lines.Text())
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		t.Errorf("got %q behind it", lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("got %v, want a clean end", err)
	}
}

var _ cron.Schedule = (*soon)(nil)

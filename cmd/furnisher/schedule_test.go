package main

import (
	"bufio"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

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

// TestSmallHours knows the expressions that fire when clocks change.
func TestSmallHours(t *testing.T) {
	for _, c := range []struct {
		expression, zone string
		want             bool
	}{
		{"0 1 * * *", "America/New_York", true},
		{"59 2 * * *", "America/New_York", true},
		{"0 3 * * *", "America/New_York", false},
		{"59 0 * * *", "America/New_York", false},
		{"15 * * * *", "Europe/Berlin", true},
		{"30 2 * * *", "UTC", false},
		{"30 2 * * *", "America/Phoenix", false},
		{"@every 1h", "America/New_York", false},
	} {
		when, where, err := parseSchedule(c.expression, c.zone, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got := smallHours(when, time.Date(2026, time.July, 1, 0, 0, 0, 0, where)); got != c.want {
			t.Errorf("%s %s: got %t, want %t", c.expression, c.zone, got, c.want)
		}
	}
}

func TestLastFiring(t *testing.T) {
	now := time.Date(2026, time.October, 5, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct{ expression, want string }{
		{"15 23 * * *", "2026-10-04T23:15:00Z"},
		{"0 10 * * *", "2026-10-05T10:00:00Z"},
		{"15 23 * * 5", "2026-10-02T23:15:00Z"},
		{"15 23 30 * *", "2026-09-30T23:15:00Z"},
		{"15 23 29 2 *", "2024-02-29T23:15:00Z"},
	} {
		when, _, err := parseSchedule(c.expression, "UTC", now)
		if err != nil {
			t.Fatal(err)
		}
		if got := lastFiring(when, now).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: got %s, want %s", c.expression, got, c.want)
		}
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

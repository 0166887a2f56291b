package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

const (
	// alertPatience is how long an alert may take.
	alertPatience = time.Minute
	// alertTries and alertPause say how often a webhook is tried, and the time in between.
	alertTries = 3
	alertPause = 5 * time.Second
)

// Events of an alert. They are an interface: never change one, only add.
const (
	alertFailed      = "failed"      // a night did not run, or the scheduler gave it up
	alertStopped     = "stopped"     // a run stopped where it can be resumed
	alertBraked      = "braked"      // a brake stopped a run before its changes were final: it waits for a person
	alertQuarantined = "quarantined" // a run is closed, with loans that it could not decide
	alertLate        = "late"        // a night is not closed by --late
	alertUndelivered = "undelivered" // a released file does not reach an address: a person must see to it
	alertTest        = "test"
)

// alert is what an alert command gets on its standard input. It says nothing of a loan or a person.
type alert struct {
	Event        string     `json:"event"`
	BusinessDate rules.Date `json:"business_date"`
	Run          int64      `json:"run,omitempty"`
	File         int64      `json:"file,omitempty"`
	State        string     `json:"state,omitempty"`
	Exceptions   int64      `json:"exceptions,omitempty"`
	Error        string     `json:"error,omitempty"`
	Status       int        `json:"status,omitempty"`
	Hint         string     `json:"hint,omitempty"`
	Host         string     `json:"host"`
}

// alerts tells a person by a command of their choice.
type alerts struct {
	command string            // of the shell, empty for none
	webhook *delivery.Webhook // nil for none
	late    clockFlag         // by which a night must be closed; not set: never late
	after   func(d time.Duration, f func()) (stop func() bool)

	pause time.Duration // between the tries of a webhook

	mu sync.Mutex // one alert at a time
}

// clockFlag is a time of day as a flag.
type clockFlag struct {
	set          bool
	hour, minute int
}

func (c *clockFlag) String() string {
	if !c.set {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", c.hour, c.minute)
}
func (c *clockFlag) Type() string { return "HH:MM" }
func (c *clockFlag) Set(s string) error {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return errors.New("not a time of day as 05:00")
	}
	*c = clockFlag{set: true, hour: t.Hour(), minute: t.Minute()}
	return nil
}

// next is the first such time after t, by the clock of its zone.
func (c *clockFlag) next(t time.Time) time.Time {
	at := time.Date(t.Year(), t.Month(), t.Day(), c.hour, c.minute, 0, 0, t.Location())
	if !at.After(t) {
		at = time.Date(t.Year(), t.Month(), t.Day()+1, c.hour, c.minute, 0, 0, t.Location())
	}
	return at
}

// afterRealTime is time.AfterFunc.
func afterRealTime(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }

// alert gives an alert to the command and to the webhook. A signal that ends the scheduler does not keep it from telling why.
func (d *daemon) alert(ctx context.Context, told alert) error {
	if d.alerts.command == "" && d.alerts.webhook == nil {
		return nil
	}
	d.alerts.mu.Lock()
	defer d.alerts.mu.Unlock()
	told.Host, _ = os.Hostname() //nolint:errcheck // an alert without its host is better than none
	body, err := json.Marshal(told)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	return errors.Join(d.alertCommand(ctx, body), d.alertWebhook(ctx, told, body))
}

func (d *daemon) alertCommand(ctx context.Context, body []byte) error {
	if d.alerts.command == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, alertPatience)
	defer cancel()
	c := shell(ctx, d.alerts.command)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(append(body, '\n')), d.stderr, d.stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("the alert command failed: %w", err)
	}
	return nil
}

// alertWebhook posts an alert, a few times under one id if it must. It does not go by way of the outbox: it tells also of a database that
// is away.
func (d *daemon) alertWebhook(ctx context.Context, told alert, body []byte) (err error) {
	if d.alerts.webhook == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, alertPatience)
	defer cancel()
	now := d.now()
	id := fmt.Sprintf("alert:%s:%s:%d", told.Event, told.BusinessDate, now.UnixNano())
	for try := 1; ; try++ {
		err = d.alerts.webhook.Post(ctx, id, body, now)
		if err == nil || try == alertTries || sleep(ctx, d.alerts.pause) != nil {
			return err
		}
	}
}

// tellNight alerts of a night that ended badly. An alert that fails is logged: the nights go on.
func (d *daemon) tellNight(ctx context.Context, date rules.Date, s *batch.Summary, err error) {
	told := alert{BusinessDate: date}
	if s != nil {
		told.Run, told.State, told.Exceptions = s.Run, s.State, s.ExceptionLoans
	}
	switch {
	case err == nil && told.Exceptions == 0 || errors.Is(err, batch.ErrClosed):
		return
	case err == nil:
		told.Event, told.Status = alertQuarantined, exitExceptions
		told.Hint = fmt.Sprintf("furnisher runs show %d", told.Run)
	default:
		told.Event = alertFailed
		switch {
		case errors.Is(err, batch.ErrBraked):
			told.Event = alertBraked
		case told.State == "STOPPED":
			told.Event = alertStopped
		}
		told.Error = oneLine(err)
		told.Status, told.Hint = classify(ctx, err)
	}
	d.send(ctx, told)
}

// testAlert gives a test alert to the command and to the webhook.
func (d *daemon) testAlert(ctx context.Context) error {
	const hint = "furnisher schedule --alert-command COMMAND --test-alert, or with --alert-webhook URL"
	if d.alerts.command == "" && d.alerts.webhook == nil {
		return &ending{err: errors.New("--alert-command or --alert-webhook is missing"), code: exitUsage, hint: hint}
	}
	if err := d.alert(ctx, alert{Event: alertTest, BusinessDate: rules.DateOf(d.local())}); err != nil {
		return &ending{err: err, code: exitFailed, hint: hint}
	}
	if d.alerts.command != "" {
		if err := d.say("the alert command took the test alert\n"); err != nil {
			return err
		}
	}
	if d.alerts.webhook != nil {
		return d.say("the alert webhook took the test alert\n")
	}
	return nil
}

func (d *daemon) send(ctx context.Context, told alert) {
	if err := d.alert(ctx, told); err != nil {
		d.log.WithField("event", told.Event).WithError(err).Error("nobody was told")
	}
}

// watchLate alerts if the night of a firing is not closed in time. The returned function ends the watch.
func (d *daemon) watchLate(ctx context.Context, fired time.Time) (stop func() bool) {
	if !d.alerts.late.set || fired.IsZero() {
		return func() bool { return false }
	}
	by := d.alerts.late.next(fired)
	return d.alerts.after(by.Sub(d.now()), func() {
		if ctx.Err() != nil {
			return
		}
		told := alert{Event: alertLate, BusinessDate: dateOf(fired)}
		err := d.withDatabase(ctx, func(db *database.Database) error {
			at, err := inquiry.Stand(ctx, db.DB)
			if err == nil && at.Closed >= told.BusinessDate {
				told.Event = ""
			}
			return err
		})
		if told.Event == "" {
			return
		}
		told.Error = fmt.Sprintf("the night is not closed at %s", by.Format(time.RFC3339))
		if err != nil {
			told.Error += ": " + oneLine(err)
		}
		told.Hint = "furnisher runs"
		d.log.WithField("business_date", told.BusinessDate.String()).Error(logNightLate)
		d.send(ctx, told)
	})
}

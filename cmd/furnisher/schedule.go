package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones also on a machine that has none

	"github.com/robfig/cron/v3"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// Lines of the log of each night.
const (
	logNightDone   = "night done"
	logNightClosed = "that date is already closed"
	logNightRests  = "no night: a closed day"
	logNightFailed = "night failed"
	logNightWaits  = "night waits"
	logNightLate   = "night late"
)

func (a *app) scheduleCommand() *cobra.Command {
	d := daemon{app: a, sleep: sleep, alerts: alerts{after: afterRealTime, pause: alertPause}, monitor: newMonitor()}
	var expression, zone, destinations, webhook, alertWebhook string
	var testAlert bool
	c := &cobra.Command{
		Use: "schedule --cron EXPRESSION --timezone ZONE", Short: "run a night at the times of a cron expression", Args: cobra.NoArgs,
		Long: `Stays in the foreground and runs a night at each time that --cron names by the clock of --timezone. The business date is
the date of that time in the calendar, however late the night runs. Choose an hour from 03:30 to 23:59: where clocks are put
forward, an earlier hour may be missing on one night of the year.

At the start and at each of these times it first finishes the unfinished run, then runs each date that was missed, oldest
first, and then tonight's. Every calendar date is a business date, also one on which the expression does not fire, unless
furnisher calendar says that closed days need no night. The first night of a book begins at the first time that comes.

With --before and --import the news are part of the night: first the shell runs COMMAND, with the date in
FURNISHER_BUSINESS_DATE, then DIR is imported. That happens once, before the first date that is missing, and not before an
unfinished run. If the news fail, the night fails. After a crash they are brought in again, so COMMAND must stand to be repeated.

With --alert-command a shell command gets one line of JSON on its standard input, and --alert-webhook the same by POST, for each night that failed (failed), stopped
where it can be resumed (stopped), was stopped by a brake (braked), closed with quarantined loans (quarantined), or was not
closed by --late (late), and for a released file that does not reach an address (undelivered).

With --destinations it looks every minute for released files whose destination is automatic, and delivers them, beside the nights
(furnisher deliver). An upload under way is broken off when it ends; the next start goes on. With --webhook it sends outgoing events
every minute, too (furnisher events).

A night that a brake stopped waits for a person: the scheduler does not try it again, and alerts at each of these times until
somebody has accepted the brake or run the date again (furnisher run).

With --listen ADDRESS it answers GET /healthz (the process lives), /readyz (it has the nights and reaches the database, else 503)
and /metrics (for Prometheus). They have no password: choose an address that only your monitoring reaches.

If another run or an import holds the book, if the database is away, or if the news fail, it waits, from 5 seconds up to 5
minutes, and tries again until --give-up is over. Any other failure is logged and the next time comes all the same. One
scheduler runs the nights of a database; a second one exits 5. Stopped by a signal it finishes the chunks that are under way and
exits 0, or 130 if it interrupted a night; the next start resumes it. A second signal ends it at once.`,
		RunE: a.does(func(ctx context.Context, _ []string) (err error) {
			if a.log.GetLevel() < logrus.InfoLevel && !a.settings.quiet {
				a.log.SetLevel(logrus.InfoLevel)
			}
			if d.dir, err = a.filesDir(); err != nil {
				return err
			}
			if err := d.check(a); err != nil {
				return err
			}
			if d.giveUp <= 0 {
				return &ending{err: errors.New("--give-up must be positive"), code: exitUsage, hint: hintSchedule}
			}
			if err := d.news.check(); err != nil {
				return err
			}
			if d.receivers, err = a.destinations(destinations); err != nil {
				return err
			}
			if d.events, err = a.eventHook(webhook); err != nil {
				return err
			}
			if alertWebhook != "" {
				if d.alerts.webhook, err = a.hook(alertWebhook); err != nil {
					return &ending{err: fmt.Errorf("--alert-webhook: %w", err), code: exitUsage, hint: hintSchedule + " --alert-webhook https://HOST/PATH"}
				}
			}
			if d.when, d.where, err = parseSchedule(expression, zone, a.now()); err != nil {
				return err
			}
			if testAlert {
				return d.testAlert(ctx)
			}
			return d.live(ctx)
		}),
	}
	c.Flags().StringVar(&expression, "cron", "15 23 * * *", "cron expression: minute hour day month weekday")
	c.Flags().StringVar(&zone, "timezone", "UTC", "time zone of the expression and of the business date, for example America/New_York")
	c.Flags().StringVar(&d.news.command, "before", "", "shell command to run before the night, for example one that fetches the extract")
	c.Flags().StringVar(&d.news.dir, "import", "", "folder of an extract to import before the night")
	c.Flags().DurationVar(&d.giveUp, "give-up", 4*time.Hour, "how long to wait for the book, the database or the news")
	c.Flags().StringVar(&d.alerts.command, "alert-command", "", "shell command that gets an alert as JSON on its standard input")
	c.Flags().StringVar(&alertWebhook, "alert-webhook", "", "address that gets an alert as JSON, signed if there is a secret (furnisher events --help)")
	c.Flags().Var(&d.alerts.late, "late", "alert if a night is not closed by this time of day, for example 05:00")
	c.Flags().StringVar(&d.listen, "listen", "", "address for /healthz, /readyz and /metrics, for example 127.0.0.1:9464")
	destinationsFlag(c.Flags(), &destinations)
	webhookFlag(c.Flags(), &webhook)
	c.Flags().BoolVar(&testAlert, "test-alert", false, "give a test alert to --alert-command and --alert-webhook, and end")
	d.flags(c.Flags(), "schedule")
	return c
}

const hintSchedule = `furnisher schedule --cron "15 23 * * *" --timezone America/New_York`

// sleep waits for so long, or until the context ends, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// parseSchedule reads a cron expression that fires in a time zone, and refuses one that never does.
func parseSchedule(expression, zone string, now time.Time) (cron.Schedule, *time.Location, error) {
	usage := func(err error) (cron.Schedule, *time.Location, error) {
		return nil, nil, &ending{err: err, code: exitUsage, hint: hintSchedule}
	}
	if strings.Contains(expression, "TZ=") {
		return usage(errors.New("the time zone belongs in --timezone, not in --cron"))
	}
	where, err := location(zone)
	if err != nil {
		return usage(err)
	}
	when, err := cron.ParseStandard(expression)
	if err != nil {
		return usage(fmt.Errorf("cron expression %q: %w", expression, err))
	}
	if when.Next(now.In(where)).IsZero() {
		return usage(fmt.Errorf("cron expression %q never fires", expression))
	}
	return when, where, nil
}

// lostDates lists the dates of the coming year on which the expression would fire if the clock were never put forward:
// cron skips an hour that does not exist.
func lostDates(when cron.Schedule, now time.Time) []string {
	if _, byClock := when.(*cron.SpecSchedule); !byClock {
		return nil
	}
	plain := time.Date(now.Year(), now.Month(), now.Day(), now.Hour(), now.Minute(), now.Second(), 0, time.UTC)
	fires := firings(when, now)
	var lost []string
	for _, date := range firings(when, plain) {
		if !slices.Contains(fires, date) {
			lost = append(lost, date)
		}
	}
	return lost
}

// firings lists the dates within a year from t on at which a schedule fires.
func firings(when cron.Schedule, t time.Time) []string {
	end := t.AddDate(1, 0, 0)
	var dates []string
	for t = when.Next(t); !t.IsZero() && t.Before(end); t = when.Next(t) {
		dates = append(dates, t.Format(time.DateOnly))
		// One firing a date is enough: go on just before the next date.
		t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location()).Add(-time.Nanosecond)
	}
	return dates
}

// smallHours reports whether an expression fires in the hours in which clocks change, in a zone where they do.
func smallHours(when cron.Schedule, now time.Time) bool {
	spec, byClock := when.(*cron.SpecSchedule)
	if !byClock || spec.Hour&(1<<1|1<<2) == 0 {
		return false
	}
	_, offset := now.Zone()
	for month := range 12 {
		if _, then := now.AddDate(0, month, 0).Zone(); then != offset {
			return true
		}
	}
	return false
}

// logNight logs the outcome of a night in one line.
func (a *app) logNight(ctx context.Context, date rules.Date, r *batch.Summary, err error) {
	fields := logrus.Fields{"business_date": date.String()}
	if r != nil {
		fields["run"], fields["state"], fields["exceptions"], fields["files"] = r.Run, r.State, r.ExceptionLoans, len(r.Files)
	}
	log := a.log.WithFields(fields)
	if err == nil {
		log.Info(logNightDone)
		return
	}
	status, hint := classify(ctx, err)
	log = log.WithFields(logrus.Fields{"error": oneLine(err), "status": status})
	if hint != "" {
		log = log.WithField("hint", hint)
	}
	if errors.Is(err, batch.ErrClosed) {
		log.Info(logNightClosed)
		return
	}
	log.Error(logNightFailed)
}

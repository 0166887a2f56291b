package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	_ "time/tzdata" // time zones also on a machine that has none

	"github.com/jmoiron/sqlx"
	"github.com/robfig/cron/v3"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// Lines of the log of each night.
const (
	logNightDone   = "night done"
	logNightClosed = "that date is already closed"
	logNightFailed = "night failed"
)

func (a *app) scheduleCommand() *cobra.Command {
	var n night
	var expression, zone string
	c := &cobra.Command{
		Use: "schedule --cron EXPRESSION --timezone ZONE", Short: "run a night at the times of a cron expression", Args: cobra.NoArgs,
		Long: `Stays in the foreground and runs a night at each time that --cron names by the clock of --timezone. The business date is
the local date at that moment. If a night fails, it is logged and the next one runs all the same. Choose an hour from
03:30 to 23:59: where clocks are put forward, an earlier hour may be missing on one night of the year. Stopped by a signal
it exits 0, or 130 if it interrupted a night; the next run of that date resumes it.`,
		RunE: a.does(func(ctx context.Context, _ []string) (err error) {
			if a.log.GetLevel() < logrus.InfoLevel && !a.settings.quiet {
				a.log.SetLevel(logrus.InfoLevel)
			}
			if n.dir, err = a.filesDir(); err != nil {
				return err
			}
			if err := n.check(); err != nil {
				return err
			}
			when, where, err := parseSchedule(expression, zone, a.now())
			if err != nil {
				return err
			}
			return a.schedule(ctx, when, where, n)
		}),
	}
	c.Flags().StringVar(&expression, "cron", "15 23 * * *", "cron expression: minute hour day month weekday")
	c.Flags().StringVar(&zone, "timezone", "UTC", "time zone of the expression and of the business date, for example America/New_York")
	n.flags(c.Flags(), "schedule")
	return c
}

// parseSchedule reads a cron expression that fires in a time zone, and refuses one that never does.
func parseSchedule(expression, zone string, now time.Time) (cron.Schedule, *time.Location, error) {
	usage := func(err error) (cron.Schedule, *time.Location, error) {
		return nil, nil, &ending{err: err, code: exitUsage, hint: `furnisher schedule --cron "15 23 * * *" --timezone America/New_York`}
	}
	if strings.Contains(expression, "TZ=") {
		return usage(errors.New("the time zone belongs in --timezone, not in --cron"))
	}
	where, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return usage(fmt.Errorf("there is no time zone %q", zone))
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

// schedule runs nights until it is told to stop. If it interrupted one, it ends as interrupted.
func (a *app) schedule(ctx context.Context, when cron.Schedule, where *time.Location, n night) error {
	if err := a.greet(ctx, when, where); err != nil {
		return err
	}
	var cut atomic.Bool
	c := cron.New(cron.WithLocation(where), cron.WithLogger(cronLog{a.log}))
	c.Schedule(when, a.nightly(ctx, where, n, &cut))
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
	if cut.Load() {
		return ctx.Err()
	}
	return nil
}

// nightly is the job of each night. It sets cut if a signal interrupted a night.
func (a *app) nightly(ctx context.Context, where *time.Location, n night, cut *atomic.Bool) cron.Job {
	log := cronLog{a.log}
	// The recovery is the inner one: a panic that passed through SkipIfStillRunning would keep its token,
	// and every later night would be skipped.
	return cron.NewChain(cron.SkipIfStillRunning(log), cron.Recover(log)).Then(cron.FuncJob(func() {
		tonight := n
		tonight.date = rules.DateOf(a.now().In(where))
		var summary *batch.Summary
		err := a.withDatabase(ctx, func(db *database.Database) (err error) {
			summary, err = a.night(ctx, db, tonight)
			return err
		})
		a.logNight(ctx, tonight.date, summary, err)
		if err != nil && ctx.Err() != nil {
			cut.Store(true)
		}
	}))
}

// greet logs the last closed date and when the next night comes.
func (a *app) greet(ctx context.Context, when cron.Schedule, where *time.Location) error {
	var last rules.Date
	err := a.withDB(ctx, func(db *sqlx.DB) (err error) {
		last, err = inquiry.LastClosed(ctx, db)
		return err
	})
	if err != nil {
		return err
	}
	now := a.now().In(where)
	next := when.Next(now)
	fields := logrus.Fields{"next": next.Format(time.RFC3339), "timezone": where.String(), "last_closed": dash(last)}
	a.log.WithFields(fields).Info("schedule started")
	if lost := lostDates(when, now); len(lost) > 0 {
		a.log.WithField("dates", strings.Join(lost, " ")).Warn("the expression does not fire on these dates: the clock is put forward past its hour")
	}
	if last != 0 && rules.DateOf(next) > last+1 {
		a.log.WithField("last_closed", last.String()).Info("business dates were missed; the next night makes the files of all dates since the last closed one")
	}
	return nil
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

// logNight logs the outcome of a night in one line.
func (a *app) logNight(ctx context.Context, date rules.Date, r *batch.Summary, err error) {
	fields := logrus.Fields{"business_date": date.String()}
	if r != nil {
		fields["run"], fields["state"], fields["exceptions"], fields["files"] = r.Run, r.State, r.ExceptionCount(), len(r.Files)
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

// cronLog forwards what cron logs.
type cronLog struct{ log *logrus.Logger }

// Info receives routine messages: only a skipped night matters.
func (l cronLog) Info(message string, _ ...any) {
	if message == "skip" {
		l.log.Warn("night skipped: the one before is still running")
	}
}

// Error receives a night that panicked.
func (l cronLog) Error(err error, message string, keysAndValues ...any) {
	fields := logrus.Fields{"error": err.Error()}
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		fields[fmt.Sprint(keysAndValues[i])] = keysAndValues[i+1]
	}
	l.log.WithFields(fields).Error(logNightFailed + ": " + message)
}

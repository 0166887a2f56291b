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

func (a *app) scheduleCommand() *cobra.Command {
	var n night
	var expression, zone string
	c := &cobra.Command{
		Use: "schedule --cron EXPRESSION --timezone ZONE", Short: shortSchedule, Long: longSchedule, Args: cobra.NoArgs,
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
	c.Flags().StringVar(&expression, "cron", "15 23 * * *", flagCron)
	c.Flags().StringVar(&zone, "timezone", "UTC", flagTimezone)
	n.flags(c.Flags(), whySchedule)
	return c
}

// parseSchedule reads a cron expression that fires in a time zone, and refuses one that never does.
func parseSchedule(expression, zone string, now time.Time) (cron.Schedule, *time.Location, error) {
	usage := func(err error) (cron.Schedule, *time.Location, error) {
		return nil, nil, &ending{err: err, code: exitUsage, hint: hintCron}
	}
	if strings.Contains(expression, "TZ=") {
		return usage(errZoneInCron)
	}
	where, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return usage(fmt.Errorf(textBadZone, zone))
	}
	when, err := cron.ParseStandard(expression)
	if err != nil {
		return usage(fmt.Errorf(textBadCron, expression, err))
	}
	if when.Next(now.In(where)).IsZero() {
		return usage(fmt.Errorf(textNeverFires, expression))
	}
	return when, where, nil
}

// schedule runs nights until it is told to stop. A night that was cut short makes it end as interrupted.
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

// nightly is the job of each night. It sets cut if a night was cut short by a signal.
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

// greet says where the book stands and when the next night comes.
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
	a.log.WithFields(fields).Info(logScheduleBegins)
	if lost := lostDates(when, now); len(lost) > 0 {
		a.log.WithField("dates", strings.Join(lost, " ")).Warn(logLostDates)
	}
	if last != 0 && rules.DateOf(next) > last+1 {
		a.log.WithField("last_closed", last.String()).Info(logCatchUp)
	}
	return nil
}

// lostDates lists the dates of the coming year on which the expression would fire by a clock that is never
// put forward, but does not: cron skips an hour that is not there.
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
		// Once a date is enough: on to the moment before the next one.
		t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location()).Add(-time.Nanosecond)
	}
	return dates
}

// logNight makes one line of a night's outcome.
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

// cronLog passes on what cron says.
type cronLog struct{ log *logrus.Logger }

// Info hears routine: only a night that was skipped matters.
func (l cronLog) Info(message string, _ ...any) {
	if message == "skip" {
		l.log.Warn(logNightSkipped)
	}
}

// Error hears a night that panicked.
func (l cronLog) Error(err error, message string, keysAndValues ...any) {
	fields := logrus.Fields{"error": err.Error()}
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		fields[fmt.Sprint(keysAndValues[i])] = keysAndValues[i+1]
	}
	l.log.WithFields(fields).Error(logNightFailed + ": " + message)
}

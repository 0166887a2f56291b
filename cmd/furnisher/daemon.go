package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

const (
	// firstPause and longestPause bound the time between two attempts at a night. Each pause is twice the one before.
	firstPause   = 5 * time.Second
	longestPause = 5 * time.Minute
	// nap is the longest time that the scheduler sleeps at once: timers stand still while a machine is suspended.
	nap = 5 * time.Minute
)

// daemon runs the nights of one database for as long as it lives.
type daemon struct {
	*app
	night
	when   cron.Schedule
	where  *time.Location
	news   news
	giveUp time.Duration
	sleep  func(ctx context.Context, d time.Duration) error
	duty   duty
	alerts alerts
	listen string // address of the monitoring, empty for none

	events *delivery.Webhook // where outgoing events go; nil: nowhere

	monitor *monitor
}

// live runs what was missed, and then a night at each firing of the schedule, until a signal comes. It returns nil then, or
// the error of the night that the signal interrupted.
func (d *daemon) live(ctx context.Context) error {
	stop, err := d.monitor.serve(ctx, d.app, d.listen)
	if err != nil {
		return err
	}
	defer stop()
	defer d.duty.drop()
	start, fired, begun, err := d.begin(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	carrying, halt := context.WithCancel(ctx)
	wait := d.carry(carrying)
	defer func() {
		halt()
		wait()
	}()
	if begun {
		if err := d.evening(ctx, fired, &catchUp{until: dateOf(fired)}); err != nil {
			return err
		}
	}
	for next := d.when.Next(start); !next.IsZero(); next = d.when.Next(next) {
		if err := d.await(ctx, next); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
		if late := lastFiring(d.when, d.local()); late.After(next) {
			next = late // the nights of those before it are missed dates
		}
		if err := d.evening(ctx, next, &catchUp{until: dateOf(next), first: dateOf(next)}); err != nil {
			return err
		}
	}
	<-ctx.Done() // the expression does not fire any more
	return nil
}

// begin takes the duty and greets. While the database is away it tries again, until it gives up. It returns the time at which
// the scheduler began, the last firing before that, and whether the book has begun.
func (d *daemon) begin(ctx context.Context) (start, fired time.Time, begun bool, err error) {
	tries := &patience{daemon: d}
	tries.begin()
	for {
		start = d.local()
		fired = lastFiring(d.when, start)
		if err = d.duty.ensure(ctx, d.app); err == nil {
			begun, err = d.greet(ctx, fired)
		}
		if err == nil || errors.Is(err, batch.ErrOnDuty) || ctx.Err() != nil || !d.retries(err) {
			return start, fired, begun, err
		}
		if over, stopped := tries.pause(ctx, dateOf(fired), err); over || stopped != nil {
			return start, fired, false, err
		}
	}
}

func (d *daemon) local() time.Time { return d.now().In(d.where) }

// dateOf is the business date of a firing: its date in the calendar, however late its night runs. No firing, no date.
func dateOf(fired time.Time) rules.Date {
	if fired.IsZero() {
		return 0
	}
	return rules.DateOf(fired)
}

// lastFiring is the last time up to now at which a schedule fired, within five years; zero if it did not.
func lastFiring(when cron.Schedule, now time.Time) (last time.Time) {
	for _, days := range []int{1, 7, 35, 366, 5 * 366} {
		for t := when.Next(now.AddDate(0, 0, -days)); !t.IsZero() && !t.After(now); t = when.Next(t) {
			last = t
		}
		if !last.IsZero() {
			break
		}
	}
	return last
}

// await waits for a firing, or for a signal, after which it returns nil. It returns ErrOnDuty if another scheduler came.
func (d *daemon) await(ctx context.Context, next time.Time) error {
	for now := d.now(); now.Before(next); now = d.now() {
		if d.sleep(ctx, min(next.Sub(now), nap)) != nil {
			return nil
		}
		if err := d.duty.ensure(ctx, d.app); errors.Is(err, batch.ErrOnDuty) {
			return err
		}
	}
	return nil
}

// evening runs the nights that are due. While the book is held, the database away, or the news refused, it tries again. Other
// failures it leaves to the next evening. It returns an error only to end the scheduler.
func (d *daemon) evening(ctx context.Context, fired time.Time, c *catchUp) error {
	closed := d.watchLate(ctx, fired)
	tries := &patience{daemon: d}
	tries.begin()
	nights, told, cut := 0, false, false
	c.news, c.waits = d.news.bring(d.app), true
	c.done = func(ctx context.Context, date rules.Date, s *batch.Summary, err error) error {
		nights, cut = nights+1, err != nil
		if told = err != nil && !d.retries(err); told || err == nil {
			d.ended(ctx, date, s, err)
		}
		if err == nil {
			tries.begin()
		}
		return nil
	}
	for {
		told, cut = false, false
		err := d.attempt(ctx, c)
		switch {
		case err == nil && nights == 0 && c.rests:
			d.log.WithField("business_date", c.until.String()).Info(logNightRests)
			closed()
			return nil
		case err == nil && nights == 0 && c.first != 0:
			d.log.WithField("business_date", c.until.String()).Info(logNightClosed)
			closed()
			return nil
		case err == nil:
			closed()
			return nil
		case errors.Is(err, batch.ErrOnDuty):
			return err
		case ctx.Err() != nil && (cut || isNews(err)):
			return errors.Join(ctx.Err(), err)
		case ctx.Err() != nil: // between two nights
			return nil
		case !d.retries(err):
			if !told {
				d.ended(ctx, c.until, nil, err)
			}
			return nil
		}
		if over, err := tries.pause(ctx, c.until, err); over || err != nil {
			return nil
		}
	}
}

// ended logs how a night ended, and alerts if it ended badly.
func (d *daemon) ended(ctx context.Context, date rules.Date, s *batch.Summary, err error) {
	d.monitor.ended(ctx, s, err)
	d.logNight(ctx, date, s, err)
	d.tellNight(ctx, date, s, err)
}

// attempt takes the book up to the date of c once. A panic is its error.
func (d *daemon) attempt(ctx context.Context, c *catchUp) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	if err := d.duty.ensure(ctx, d.app); err != nil {
		return err
	}
	return d.withDatabase(ctx, func(db *database.Database) error { return d.catchUp(ctx, db, d.night, c) })
}

// retries reports whether an error passes by itself: somebody holds the book, the database is away, or the news are not
// as they should be.
func (d *daemon) retries(err error) bool {
	status, _ := classify(context.Background(), err)
	return isNews(err) || status == exitLocked || status == exitUnreachable
}

// patience tells how long to wait before the next attempt.
type patience struct {
	*daemon
	next  time.Duration
	until time.Time
	told  bool // of news that failed
}

// begin begins anew, after a night was closed.
func (p *patience) begin() { p.next, p.until = firstPause, p.now().Add(p.giveUp) }

// pause waits after an error, and logs that. It is over when it gives up; its error is that of a signal.
func (p *patience) pause(ctx context.Context, date rules.Date, cause error) (over bool, err error) {
	status, hint := classify(ctx, cause)
	log := p.log.WithFields(logrus.Fields{"business_date": date.String(), "error": oneLine(cause), "status": status, "hint": hint})
	if p.now().Add(p.next).After(p.until) {
		log.WithField("after", p.giveUp.String()).Error(logNightFailed + ": gave up")
		p.monitor.ended(ctx, nil, cause)
		p.tellNight(ctx, date, nil, cause)
		return true, nil
	}
	p.monitor.waits.Inc()
	log = log.WithFields(logrus.Fields{"again_in": p.next.String(), "gives_up": p.until.In(p.where).Format(time.RFC3339)})
	if isNews(cause) {
		log.Error(logNightFailed)
		if !p.told {
			p.tellNight(ctx, date, nil, cause)
			p.told = true
		}
	} else {
		log.Warn(logNightWaits)
	}
	wait := p.next
	p.next = min(2*p.next, longestPause)
	return false, p.sleep(ctx, wait)
}

// greet logs how far the book has come and when the next night is, and reports whether the book has begun.
func (d *daemon) greet(ctx context.Context, fired time.Time) (begun bool, err error) {
	var at inquiry.Standing
	err = d.withDatabase(ctx, func(db *database.Database) (err error) {
		at, err = inquiry.Stand(ctx, db.DB)
		return err
	})
	if err != nil {
		return false, err
	}
	now := d.local()
	fields := logrus.Fields{"next": d.when.Next(now).Format(time.RFC3339), "timezone": d.where.String(), "last_closed": dash(at.Closed)}
	d.log.WithFields(fields).Info("schedule started")
	if lost := lostDates(d.when, now); len(lost) > 0 {
		d.log.WithField("dates", strings.Join(lost, " ")).Warn("the expression does not fire on these dates: the clock is put forward past its hour")
	}
	if smallHours(d.when, now) {
		d.log.Warn("the expression fires between 01:00 and 03:00: where clocks change, such an hour comes twice or not at all; choose one from 03:30 to 23:59")
	}
	d.monitor.greeted(at.Closed)
	if at.Unfinished != 0 {
		d.log.WithField("business_date", at.Unfinished.String()).Info("an unfinished night comes first")
	}
	if due := dateOf(fired); at.Closed != 0 && due > at.Closed {
		d.log.WithFields(logrus.Fields{"from": (at.Closed + 1).String(), "to": due.String()}).Info("business dates were missed; their nights run now, oldest first")
	}
	return at != (inquiry.Standing{}), nil
}

// duty keeps this process the only scheduler of its database.
type duty struct {
	held  *batch.Duty
	leave chan struct{} // closed: give it back
	ended chan error    // the connection is closed
}

// ensure takes the duty, or takes it again if its session was lost.
func (w *duty) ensure(ctx context.Context, a *app) error {
	if w.held != nil {
		if w.held.Check() == nil {
			return nil
		}
		w.drop()
	}
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	name := fmt.Sprintf("furnisher schedule %d of %s on %s", os.Getpid(), a.who(), host)
	taken, leave, ended := make(chan *batch.Duty, 1), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- a.withDatabase(ctx, func(db *database.Database) error {
			held, err := batch.TakeDuty(ctx, db.Direct, name)
			if err != nil {
				return err
			}
			defer held.Release()
			taken <- held
			<-leave
			return nil
		})
	}()
	select {
	case w.held = <-taken:
		w.leave, w.ended = leave, ended
		return nil
	case err := <-ended:
		return err
	}
}

// drop gives the duty back.
func (w *duty) drop() {
	if w.held == nil {
		return
	}
	close(w.leave)
	<-w.ended // an error is that of a session that was lost
	w.held = nil
}

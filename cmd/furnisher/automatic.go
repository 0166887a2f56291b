package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/rules"
)

const (
	// betweenDeliveries is how often the scheduler looks for released files.
	betweenDeliveries = time.Minute
	// worryingAttempt is the attempt at which a person is told of what should have passed by itself: after ten minutes.
	worryingAttempt = 8
)

// carrier delivers released files and sends events beside the nights of the scheduler.
type carrier struct {
	*daemon
	sleep func(ctx context.Context, d time.Duration) error
	said  map[string]string // what a person was last told of a file and address, so that it is told once
}

// carry starts to deliver what is released, if a destination is automatic, and to send events, if somebody hears them. The returned
// function waits until that ended, after ctx did.
func (d *daemon) carry(ctx context.Context) (wait func()) {
	wanted := d.events != nil
	for _, destination := range d.receivers {
		wanted = wanted || destination.Automatic
	}
	if !wanted {
		return func() {}
	}
	c := &carrier{daemon: d, sleep: sleep, said: map[string]string{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.live(ctx)
	}()
	return func() { <-ended }
}

// live delivers and sends what is due until ctx ends. An upload under way is broken off then: the next start goes on.
func (c *carrier) live(ctx context.Context) {
	for ctx.Err() == nil {
		if err := c.pass(ctx); err != nil && ctx.Err() == nil {
			c.unable(ctx, 0, err)
		}
		if c.sleep(ctx, betweenDeliveries) != nil {
			return
		}
	}
}

// pass delivers and sends what is due. A panic is its error.
func (c *carrier) pass(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return c.withDatabase(ctx, func(db *database.Database) error {
		d, err := c.deliverer(db, c.receivers)
		if err != nil {
			return err
		}
		err = d.Due(ctx, func(file int64, r *delivery.Result, err error) {
			if r != nil {
				c.went(ctx, r)
			}
			if err != nil {
				c.unable(ctx, file, err)
			}
		})
		if err == nil && c.events != nil {
			err = c.sendEvents(ctx, db.DB)
		}
		return err
	})
}

// sendEvents sends the events that are due. What the webhook does not take is logged, and alerted of when it is given up.
func (c *carrier) sendEvents(ctx context.Context, db *sqlx.DB) error {
	done, err := c.sender(db, c.events).Send(ctx)
	if done.Sent+done.Failed+done.Dead > 0 {
		log := c.log.WithFields(logrus.Fields{"sent": done.Sent, "failed": done.Failed, "given_up": done.Dead})
		if done.Last != nil {
			log.WithField("error", oneLine(done.Last)).Warn("events were not taken")
		} else {
			log.Info("events sent")
		}
	}
	if done.Dead > 0 {
		c.alarm(ctx, 0, "webhook", &ending{fmt.Errorf("events were given up: %w", done.Last), exitUndelivered, "furnisher events tail, then furnisher events retry --dead"})
	}
	return err
}

// went logs how a delivery went, and alerts of an address that a person must see to.
func (c *carrier) went(ctx context.Context, r *delivery.Result) {
	for _, receipt := range r.Receipts {
		if receipt.Outcome != "" {
			c.log.WithFields(logrus.Fields{
				"file": r.File, "address": receipt.Address, "attempt": receipt.Attempt, "name": receipt.Name,
				"bytes": receipt.Bytes, "sha256": receipt.SHA256, "outcome": receipt.Outcome,
			}).Info("delivered")
		}
	}
	for _, f := range r.Failures {
		if f.Err == nil {
			continue // not due
		}
		c.logFailure(r.File, &f)
		if !f.Passes() || f.Attempt == worryingAttempt {
			c.alarm(ctx, r.File, f.Address, undelivered(r.File, &f))
		}
	}
	if r.State == bureau.Transmitted {
		c.log.WithField("file", r.File).Info("file transmitted")
	}
}

// unable tells of a file that could not be tried; 0: of none.
func (c *carrier) unable(ctx context.Context, file int64, err error) {
	if c.retries(err) {
		c.log.WithField("error", oneLine(err)).Warn("deliveries wait")
		return
	}
	code, hint := classify(ctx, err)
	c.alarm(ctx, file, "", &ending{err, code, hint})
}

// alarm logs and alerts of what a person must see to, unless it was told before.
func (c *carrier) alarm(ctx context.Context, file int64, address string, end *ending) {
	about, said := fmt.Sprintf("%d %s", file, address), oneLine(end)
	if c.said[about] == said {
		return
	}
	c.said[about] = said
	c.log.WithFields(logrus.Fields{"file": file, "error": said, "hint": end.hint}).Error("a delivery waits for a person")
	c.send(ctx, alert{
		Event: alertUndelivered, BusinessDate: rules.DateOf(c.now().In(c.where)), File: file, Error: said, Status: end.code, Hint: end.hint,
	})
}

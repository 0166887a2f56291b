package main

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

const (
	// keptJobs are how many nights that people asked for the process remembers.
	keptJobs = 20
	// openingPatience is how long who asks for a night waits to hear that it is opened or refused.
	openingPatience = 8 * time.Second
	// triedRows bounds what is kept of a dry run: loans, records and exceptions.
	triedRows = 100
)

// nightDesk does the nights that people ask for in the console, one at a time. A night outlives the request that asked for it: it ends
// by itself, by the desk's context, which a signal ends, or by a person who stops it. In each case it can be resumed.
type nightDesk struct {
	app    *app
	night  night // what machines say of nights
	ctx    context.Context
	cancel context.CancelFunc

	mu    sync.Mutex
	jobs  []*nightJob // the newest last
	ended sync.WaitGroup
}

// nightJob is a night that somebody asked for.
type nightJob struct {
	console.NightJob
	order  console.NightOrder
	cancel context.CancelFunc
	opened chan struct{} // closed once the run is in the ledger
	done   chan struct{} // closed at the end
	err    error
}

// newNightDesk returns a desk that works until ctx ends.
func (a *app) newNightDesk(ctx context.Context) (*nightDesk, error) {
	n := night{workers: workersFlag{here: batch.DefaultWorkers}, share: batch.Share{Count: 1}, patience: batch.DefaultPatience}
	for flag, set := range map[string]func(string) error{
		"workers":  n.workers.Set,
		"patience": func(s string) (err error) { n.patience, err = time.ParseDuration(s); return err },
	} { // as furnisher run on this machine
		if value, _ := a.valueOf(ofFlag("run", flag)); value != "" {
			if err := set(value); err != nil {
				return nil, &ending{err: fmt.Errorf("%s: %w", ofFlag("run", flag).env, err), code: exitUsage, hint: hintHelp("furnisher run")}
			}
		}
	}
	var err error
	if n.dir, err = a.filesDir(); err != nil {
		return nil, err
	}
	if err := n.check(a); err != nil {
		return nil, err
	}
	n.authority.User = "" // who asks has signed in
	if n.receivers, err = a.destinations(""); err != nil {
		return nil, err
	}
	d := &nightDesk{app: a, night: n}
	d.ctx, d.cancel = context.WithCancel(ctx)
	return d, nil
}

// end stops what works, and waits for its end: a run stops where it can be resumed.
func (d *nightDesk) end() {
	d.cancel()
	d.ended.Wait()
}

// begin begins what is asked for, and waits a little: until the run is in the ledger, or the end, or the patience is over. What was asked
// for with the same key is not begun again. A refusal is the error; what became of a night that was begun, the job tells.
func (d *nightDesk) begin(ctx context.Context, order console.NightOrder) (*console.NightJob, error) {
	j, err := d.take(order)
	if err != nil {
		return nil, err
	}
	patience := time.NewTimer(openingPatience)
	defer patience.Stop()
	select {
	case <-j.opened:
	case <-j.done:
	case <-patience.C:
	case <-ctx.Done():
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := j.NightJob
	if j.err != nil && seen.Run == 0 && seen.Tried == nil {
		return &seen, &console.NightRefused{Why: seen.Failed, Hint: seen.Hint}
	}
	return &seen, nil
}

// take begins a job, or finds that of the key; servicing.ErrKeyUsed if something else was asked for with it: a dry run is not the night.
func (d *nightDesk) take(order console.NightOrder) (*nightJob, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := slices.IndexFunc(d.jobs, func(j *nightJob) bool { return j.order.Key == order.Key }); at >= 0 {
		known := d.jobs[at].order
		known.From = order.From // a telephone changes its address between two attempts to send a form
		if !reflect.DeepEqual(known, order) {
			return nil, servicing.ErrKeyUsed
		}
		return d.jobs[at], nil
	}
	if n := len(d.jobs); n > 0 && d.jobs[n-1].Ended.IsZero() {
		last := d.jobs[n-1]
		return nil, &console.NightRefused{Why: fmt.Sprintf("%s asked for the night of %s, and that is not over", last.By, last.Date), Hint: "wait for its end"}
	}
	if d.ctx.Err() != nil {
		return nil, &console.NightRefused{Why: "the program is about to end", Hint: "send it again when it serves again"}
	}
	j := &nightJob{
		NightJob: console.NightJob{ID: order.ID, Kind: order.Kind, DryRun: order.DryRun, Date: order.Date, By: order.By, Why: order.Why, Began: d.app.now()},
		order:    order, opened: make(chan struct{}), done: make(chan struct{}),
	}
	ctx, cancel := context.WithCancel(d.ctx)
	j.cancel = cancel
	d.jobs = append(d.jobs, j)
	if len(d.jobs) > keptJobs {
		d.jobs = d.jobs[1:]
	}
	d.ended.Add(1)
	go d.work(ctx, j, order)
	return j, nil
}

// work does a job and notes how it ended. A panic is its error.
func (d *nightDesk) work(ctx context.Context, j *nightJob, order console.NightOrder) {
	defer d.ended.Done()
	defer j.cancel()
	log := d.app.log.WithFields(logrus.Fields{"business_date": order.Date.String(), "by": order.By, "why": order.Why, "what": string(order.Kind)})
	log.Info("a night is asked for in the console")
	var summary *batch.Summary
	var tried *console.TriedNight
	err := func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		defer collectOften()
		return d.app.withDatabase(ctx, func(db *database.Database) error {
			n, err := d.ordered(ctx, db, j, order)
			if err != nil {
				return err
			}
			if order.DryRun {
				tried, err = d.try(ctx, db, n)
				return err
			}
			summary, err = d.app.readyNight(ctx, db, n)
			return err
		})
	}()
	if order.DryRun {
		log.WithField("error", err).Info("the dry run ended")
	} else {
		d.app.logNight(ctx, order.Date, summary, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	defer close(j.done)
	j.Ended, j.Tried, j.err = d.app.now(), tried, err
	if summary != nil {
		j.Run = summary.Run
	}
	if err != nil {
		_, j.Hint = classify(ctx, err)
		j.Failed = oneLine(err)
	}
}

// ordered is the night that is asked for.
func (d *nightDesk) ordered(ctx context.Context, db *database.Database, j *nightJob, order console.NightOrder) (n night, err error) {
	n = d.night
	n.date, n.who, n.why = order.Date, order.By, order.Why
	n.allow, n.allowGap, n.accept, n.reason = allowFlag(order.AllowDate), allowFlag(order.AllowGap), order.Accept, order.Why
	n.authority.Host = order.From
	if len(order.Accept) == 0 && order.Kind != console.NightAgain {
		n.reason = ""
	}
	if n.again = order.Kind == console.NightAgain; n.again {
		if err := d.unchanged(ctx, db, order); err != nil {
			return n, err
		}
	}
	if err := n.checkAccept(); err != nil {
		return n, err
	}
	n.opened = func(run int64) {
		d.mu.Lock()
		defer d.mu.Unlock()
		j.Run = run
		close(j.opened)
	}
	if order.DryRun {
		n.opened = nil
	}
	n.calendar, err = book.ReadCalendar(ctx, db.DB)
	return n, err
}

// unchanged refuses another attempt at a date whose form was made before the last one: sent twice, it is done once.
func (d *nightDesk) unchanged(ctx context.Context, db *database.Database, order console.NightOrder) error {
	runs, err := inquiry.Nights(ctx, db.DB, inquiry.Page{Limit: 1})
	if err == nil && (len(runs.Rows) == 0 || runs.Rows[0].Run != order.Seen) {
		err = &ending{err: fmt.Errorf("there was another run since run %d", order.Seen), code: exitUsage, hint: "load the page again: it shows what was done"}
	}
	return err
}

// try does a dry run.
func (d *nightDesk) try(ctx context.Context, db *database.Database, n night) (*console.TriedNight, error) {
	tried, err := d.app.dry(ctx, db, n, dryRun{wanted: true, list: true, most: triedRows}, func(ctx context.Context, db *database.Database, n night, keep func(*batch.Summary) error) error {
		summary, err := d.app.night(ctx, db, n)
		if summary == nil {
			return err
		}
		if kept := keep(summary); kept != nil {
			return kept
		}
		return err
	})
	if len(tried) == 0 {
		return nil, err
	}
	return triedView(&tried[0]), err
}

// triedView is a dry run as the console shows it.
func triedView(t *triedNight) *console.TriedNight {
	v := &console.TriedNight{Exceptions: t.ExceptionLoans, Difference: t.Difference, Most: triedRows}
	for _, s := range t.Steps {
		v.Steps = append(v.Steps, console.TriedStep{Step: s.Step, Read: s.Read, Changed: s.Changed, Exceptions: s.Exceptions})
	}
	for _, f := range t.Files {
		v.Files = append(v.Files, console.TriedFile{Program: f.Program, Destination: f.Destination, AsOf: f.AsOf, Records: f.Records, Excluded: f.Excluded, Deletions: f.Deletions})
	}
	for _, e := range t.Summary.Exceptions[:min(triedRows, len(t.Summary.Exceptions))] {
		v.Listed = append(v.Listed, console.TriedException{LoanID: e.LoanID, Step: e.Step, Code: e.Code, Detail: e.Detail})
	}
	if t.Changes != nil && t.Difference == nil {
		v.Moves = t.Changes.Moves[:min(triedRows, len(t.Changes.Moves))]
		v.More = len(t.Changes.Moves) > triedRows
	}
	return v
}

// find is what is known of a job; nil: it is not known, or not any more. An empty id is the newest.
func (d *nightDesk) find(id string) *console.NightJob {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, j := range slices.Backward(d.jobs) {
		if id == "" || j.ID == id {
			seen := j.NightJob
			return &seen
		}
	}
	return nil
}

// stop stops a job that works, where it can be resumed; false: it does not work.
func (d *nightDesk) stop(id, by string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, j := range d.jobs {
		if j.ID == id && j.Ended.IsZero() {
			d.app.log.WithFields(logrus.Fields{"business_date": j.Date.String(), "by": by}).Info("a night is stopped in the console")
			j.cancel()
			return true
		}
	}
	return false
}

// next is the night that is due: an unfinished one, else the first date after the last closed one that needs a night.
func (d *nightDesk) next(ctx context.Context, db *database.Database) (console.NextNight, error) {
	at, err := inquiry.Stand(ctx, db.DB)
	if err != nil {
		return console.NextNight{}, err
	}
	calendar, err := book.ReadCalendar(ctx, db.DB)
	if err != nil {
		return console.NextNight{}, err
	}
	today := rules.DateOf(d.app.now())
	next := console.NextNight{Closed: at.Closed, Unfinished: at.Unfinished}
	c := &catchUp{until: max(today, at.Closed) + batch.DaysAhead, first: today}
	next.Date = cmp.Or(c.next(at, calendar), today)
	return next, nil
}

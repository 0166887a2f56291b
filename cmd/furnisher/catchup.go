package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// catchUp takes the book up to a date, with a night for each date that it missed.
type catchUp struct {
	until rules.Date
	first rules.Date // the date with which a book begins that has no closed one; 0: it does not begin
	// news brings in what the lender knows, once, before the first run that is opened; nil: nothing. The unfinished run
	// has had its own.
	news func(ctx context.Context, db *database.Database, d rules.Date) error
	// waits: a night that a brake stopped is left to a person, who accepts or resumes it.
	waits bool
	// done is told how each night ended, before an error ends the work.
	done func(ctx context.Context, d rules.Date, s *batch.Summary, err error) error

	rests bool // the last date needs no night: it is a closed day
}

// next is the date to run next, 0 if there is none: an unfinished one first, then the dates after the last closed one that need
// a night.
func (c *catchUp) next(at inquiry.Standing, calendar *rules.BusinessCalendar) rules.Date {
	c.rests = !calendar.NeedsNight(c.until)
	switch {
	case at.Unfinished != 0:
		return at.Unfinished
	case at.Closed == 0 && calendar.NeedsNight(c.first):
		return c.first
	case at.Closed == 0:
		return 0
	}
	for d := at.Closed + 1; d <= c.until; d++ {
		if calendar.NeedsNight(d) {
			return d
		}
	}
	return 0
}

// catchUp runs the dates of c, oldest first. It stops at the first that fails.
func (a *app) catchUp(ctx context.Context, db *database.Database, n night, c *catchUp) error {
	for {
		at, err := inquiry.Stand(ctx, db.DB)
		if err != nil {
			return err
		}
		if n.calendar, err = book.ReadCalendar(ctx, db.DB); err != nil {
			return err
		}
		if n.date = c.next(at, n.calendar); n.date == 0 {
			return nil
		}
		if c.waits && at.Braked {
			err := brakedWaits(n.date)
			return errors.Join(err, c.done(ctx, n.date, nil, err))
		}
		if n.trial == nil { // a trial writes elsewhere
			if err := a.ready(n); err != nil {
				return errors.Join(err, c.done(ctx, n.date, nil, err))
			}
		}
		if c.news != nil && at.Unfinished == 0 {
			if err := c.news(ctx, db, n.date); err != nil {
				return err
			}
			c.news = nil
		}
		summary, err := a.night(ctx, db, n)
		if passedBy(err) { // somebody else ran a night meanwhile: look again
			if now, readErr := inquiry.Stand(ctx, db.DB); readErr == nil && now != at {
				continue
			}
		}
		if err := errors.Join(err, c.done(ctx, n.date, summary, err)); err != nil {
			return err
		}
	}
}

// brakedWaits says that a night is left to a person.
func brakedWaits(d rules.Date) error {
	return &ending{
		err: fmt.Errorf("%w of %s; it waits for a person", batch.ErrBraked, d), code: exitExceptions,
		hint: fmt.Sprintf("furnisher runs says why; import what is missing and run the date again, or furnisher run --date %s --accept-brake NAME --reason TEXT", d),
	}
}

// passedBy reports whether a night was refused because of another one.
func passedBy(err error) bool {
	return errors.Is(err, batch.ErrClosed) || errors.Is(err, batch.ErrUnfinished)
}

func (a *app) catchUpCommand() *cobra.Command {
	var n night
	var until dateFlag
	var zone string
	var asJSON bool
	var o dryRun
	c := &cobra.Command{
		Use: "catch-up [--until YYYY-MM-DD]", Short: "run the nights that were missed, oldest first", Args: cobra.NoArgs,
		Long: `Finishes the unfinished run, if there is one, whatever its date. Then it runs each business date after the last closed one
up to --until, oldest first, with what is known as of that date: every calendar date that needs a night (furnisher calendar). Without --until it goes
up to yesterday by the calendar of --timezone, the last date whose night is due; it never goes beyond today. It prints a line
for each date and stops at the first night that fails or that a brake stops, with the exit status of that night.

` + helpDryRun + ` All dates are tried, each on what those before it would leave.`,
		RunE: a.does(func(ctx context.Context, _ []string) (err error) {
			if n.dir, err = a.filesDir(); err != nil {
				return err
			}
			if err := n.check(a); err != nil {
				return err
			}
			if n.receivers, err = a.destinations(""); err != nil {
				return err
			}
			where, err := location(zone)
			if err != nil {
				return &ending{err: err, code: exitUsage, hint: "furnisher catch-up --timezone America/New_York"}
			}
			due, err := dueUntil(rules.Date(until), rules.DateOf(a.now().In(where)))
			if err != nil {
				return err
			}
			if err := o.check(a, &n); err != nil {
				return err
			}
			return a.withDatabase(ctx, func(db *database.Database) error { return a.caughtUp(ctx, db, n, due, o, asJSON) })
		}),
	}
	c.Flags().Var(&until, "until", "last business date to run; default yesterday")
	c.Flags().StringVar(&zone, "timezone", "UTC", "time zone of the calendar, for example America/New_York")
	n.flags(c.Flags(), "catch-up")
	o.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}

// location returns a time zone by its name. The zone of the machine is not one: it may be another tomorrow.
func location(zone string) (*time.Location, error) {
	where, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, fmt.Errorf("there is no time zone %q", zone)
	}
	return where, nil
}

// dueUntil is the last date of a catch-up: the one asked for, or yesterday.
func dueUntil(asked, today rules.Date) (rules.Date, error) {
	switch {
	case asked == 0:
		return today - 1, nil
	case asked > today:
		return 0, &ending{err: fmt.Errorf("--until %s is ahead of the calendar: today is %s", asked, today), code: exitUsage, hint: fmt.Sprintf("furnisher catch-up --until %s", today)}
	}
	return asked, nil
}

// caughtNight is a night of a catch-up in JSON.
type caughtNight struct {
	BusinessDate rules.Date          `json:"business_date"`
	Run          int64               `json:"run"`
	State        string              `json:"state"`
	Exceptions   int64               `json:"exceptions"`
	Files        []batch.FileSummary `json:"files"`
}

// caughtUp does the work of the command and prints it.
func (a *app) caughtUp(ctx context.Context, db *database.Database, n night, until rules.Date, o dryRun, asJSON bool) error {
	at, err := inquiry.Stand(ctx, db.DB)
	if err != nil {
		return err
	}
	if at == (inquiry.Standing{}) {
		return &ending{err: errors.New("no night was closed yet, so none was missed; the first one begins the book"), code: exitUsage, hint: hintDate}
	}
	var nights, exceptions int64
	var runs []int64
	c := &catchUp{until: until, done: func(_ context.Context, d rules.Date, s *batch.Summary, _ error) error {
		nights++
		if s == nil {
			return nil
		}
		runs = append(runs, s.Run)
		switch {
		case asJSON:
			return jsonLines(a.stdout).Encode(caughtNight{d, s.Run, s.State, s.ExceptionLoans, s.Files})
		default:
			return a.say("%s  run %d  %s  exceptions %d, files %d\n", d, s.Run, s.State, s.ExceptionLoans, len(s.Files))
		}
	}}
	if o.wanted {
		nights, exceptions, err = a.dryCatchUp(ctx, db, n, until, o, asJSON)
	} else if err = a.catchUp(ctx, db, n, c); err == nil {
		exceptions, err = inquiry.ExceptionLoans(ctx, db.DB, runs)
	}
	switch {
	case err != nil:
		return err
	case nights == 0 && !asJSON:
		return a.say("nothing to catch up: the book is closed up to %s\n", at.Closed)
	case exceptions > 0 && o.wanted:
		return &ending{err: fmt.Errorf("nights would be closed with exceptions: %d", exceptions), code: exitExceptions, hint: "nothing was changed; the tables of exceptions say why, loan by loan"}
	case exceptions > 0:
		return &ending{err: fmt.Errorf("nights are closed with exceptions: %d; the next run tries these loans again", exceptions), code: exitExceptions, hint: "furnisher exceptions"}
	}
	return nil
}

// dryCatchUp tries the nights of a catch-up, prints them, and returns how many they are and how many exceptions they have.
func (a *app) dryCatchUp(ctx context.Context, db *database.Database, n night, until rules.Date, o dryRun, asJSON bool) (nights, exceptions int64, err error) {
	tried, err := a.dry(ctx, db, n, o, func(ctx context.Context, db *database.Database, n night, keep func(*batch.Summary) error) error {
		var runs []int64
		err := a.catchUp(ctx, db, n, &catchUp{until: until, done: func(_ context.Context, _ rules.Date, s *batch.Summary, _ error) error {
			if s == nil {
				return nil
			}
			runs = append(runs, s.Run)
			return keep(s)
		}})
		if err == nil {
			exceptions, err = inquiry.ExceptionLoans(ctx, db.DB, runs)
		}
		return err
	})
	for i := range tried {
		nights++
		if !asJSON && tried[i].quiet() {
			err = errors.Join(err, a.say("dry run of %s: no loan would change\n", tried[i].BusinessDate))
			continue
		}
		err = errors.Join(err, a.printTried(&tried[i], asJSON, func(w io.Writer, document any) error { return jsonLines(w).Encode(document) }))
	}
	return nights, exceptions, err
}

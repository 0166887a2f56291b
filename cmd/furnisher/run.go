package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/batch/fanout"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/rules"
)

// eligibleVariable switches on the last step of nights, which lists customers.
const eligibleVariable = "FURNISHER_ELIGIBLE"

// maxWorkers bounds how many chunks are worked on at once: each takes a connection to the database.
const maxWorkers = 64

// night holds what a person decides about a night.
type night struct {
	date       rules.Date
	workers    workersFlag
	patience   time.Duration
	share      batch.Share
	chunk      int // loans a chunk, 0 for the default
	why        string
	allow      allowFlag // why an unusual date is right
	allowGap   allowFlag // why dates may be skipped
	dir        string    // of the bureaus' files
	brakes     brakeFlag // limits other than those out of the box
	limits     batch.Limits
	accept     []string // brakes
	reason     string
	again      bool         // the last closed date once more
	from, only string       // steps: what another attempt does of the plan
	loans      []string     // the servicing pass of another attempt looks at these alone
	trial      *batch.Trial // where the night is only tried; nil: it is real
	mark       string       // of files that are not to be sent
	eligible   bool         // it ends with the list of customers who may be deleted
	authority  batch.Authority
	vault      book.Vault              // opened before each night
	archive    seal.Recipients         // read before each night
	calendar   *rules.BusinessCalendar // read from the database before each night

	who    string          // asks for it; empty: who runs the program
	opened func(run int64) // is told of the run once it is opened; nil: nobody is

	receivers map[string]delivery.Destination // where released files go; the automatic ones must be ready
}

// flags are the flags that `run` and `schedule` share.
func (n *night) flags(f *pflag.FlagSet, why string) {
	n.workers.here, n.share.Count = batch.DefaultWorkers, 1
	f.Var(&n.workers, "workers", "chunks to work on at once, or river for the workers of all machines")
	f.DurationVar(&n.patience, "patience", batch.DefaultPatience, "how long another process may hold a chunk before its session is ended")
	f.StringVar(&n.why, "why", why, "reason for the run, for the ledger")
	f.Var(&n.brakes, "brake", "limit beyond which a night stops, repeatable; furnisher brakes lists them; default FURNISHER_BRAKES")
	f.BoolVar(&n.eligible, "eligible", false, "end with listing the customers who may be deleted from now on; default "+eligibleVariable)
	f.Var(&n.allow, "allow-date", "reason why a date far ahead, or before the book's first, is right, for the ledger")
}

// check refuses settings that no night can run with, and sets the limits of its brakes and who may go beyond them.
func (n *night) check(a *app) (err error) {
	if n.limits, err = n.brakes.limits(a.getenv); err != nil {
		return err
	}
	if n.authority, err = a.authority(); err != nil {
		return err
	}
	if said := a.getenv(eligibleVariable); said != "" && !n.eligible {
		if n.eligible, err = truth(eligibleVariable, said); err != nil {
			return err
		}
	}
	switch here, share := n.workers.here, n.share; {
	case here < 1 || here > maxWorkers:
		return &ending{err: fmt.Errorf("--workers %d: must be between 1 and %d", here, maxWorkers), code: exitUsage, hint: "furnisher run --date YYYY-MM-DD --workers 2"}
	case n.patience <= 0:
		return &ending{err: errors.New("--patience must be positive"), code: exitUsage, hint: "furnisher run --date YYYY-MM-DD --patience 5m"}
	case share.Count < 1 || share.Index < 0 || share.Index >= share.Count || share.Count > 1 && n.workers.river:
		return &ending{err: errors.New("--chunk-index must be between 0 and --chunk-count − 1, and needs a numeric --workers"), code: exitUsage, hint: "furnisher run --date YYYY-MM-DD --chunk-index 0 --chunk-count 3, and the same with 1 and 2"}
	}
	return n.checkAccept()
}

func (a *app) runCommand() *cobra.Command {
	var n night
	var date dateFlag
	var asJSON bool
	var metricsFile string
	var o dryRun
	var filesOnly bool
	c := &cobra.Command{
		Use: "run --date YYYY-MM-DD", Short: "run the night of a business date", Args: cobra.NoArgs,
		Long: `Takes the book through the night of a business date and writes the files that are due. Run the same command again to
resume a stopped run. A date that is closed is not run again (exit status 4). A date more than 7 days ahead of the clock, or
before the first loan was opened, is taken for a mistake (exit status 2) unless --allow-date says why it is right. Every
calendar date is a business date, unless furnisher calendar says that closed days need no night: a date that skips one after the
last closed date is refused (exit status 2); run the dates before it with furnisher catch-up, or say with --allow-gap why they
may stay without a night.

Before anything is changed it tries the folder of the files, and the folders and keys of the destinations that are automatic (exit
status 2; furnisher doctor tries all of them).

Interrupted by a signal it finishes the chunks that are under way, within 20 seconds, and exits 130; a second signal ends it at
once. Either way the same command resumes it.

A night that would change far more than nights do is stopped by a brake before that is final (exit status 3): no file exists,
and the message says the numbers beside the limits and the last three nights. Import what is missing and run the date again,
or let it go on with --accept-brake NAME --reason TEXT: that holds for this brake and date at these numbers, and is kept in
the run ledger. furnisher brakes lists the brakes.

With --workers river the workers of all machines (furnisher worker) take part; the run does not depend on them. Where the
same command is started many times at once, as by a Kubernetes Indexed Job, --chunk-index I --chunk-count N is enough:
index 0 leads the run and says how it ended. The others wait for it, take their share of the chunks, and do the chunks
that a lost process left.

` + helpAgain + `

` + helpFilesOnly + `

` + helpDryRun,
		RunE: a.does(func(ctx context.Context, _ []string) (err error) {
			if date == 0 {
				return &ending{err: errors.New("--date is missing"), code: exitUsage, hint: hintDate}
			}
			n.date = rules.Date(date)
			if n.dir, err = a.filesDir(); err != nil {
				return err
			}
			if err := n.check(a); err != nil {
				return err
			}
			if err := o.check(a, &n); err != nil {
				return err
			}
			if n.receivers, err = a.destinations(""); err != nil {
				return err
			}
			if o.wanted && metricsFile != "" {
				return &ending{err: errors.New("--metrics is for nights that are run, not for --dry-run"), code: exitUsage, hint: "leave one of them out"}
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				if n.calendar, err = book.ReadCalendar(ctx, db.DB); err != nil {
					return err
				}
				if filesOnly {
					return a.filesOnly(ctx, db, n, asJSON)
				}
				if o.wanted {
					return a.dryNight(ctx, db, n, o, asJSON)
				}
				if n.share.Index > 0 {
					if n.vault, err = a.vault(ctx, db); err != nil {
						return err
					}
					return a.runner(db, n).Join(ctx, n.date)
				}
				summary, err := a.readyNight(ctx, db, n)
				if metricsFile != "" {
					a.writeMetrics(ctx, metricsFile, summary, err)
				}
				if summary != nil {
					err = errors.Join(err, a.printNight(summary, asJSON))
				}
				if summary != nil && n.again && !asJSON && !a.settings.quiet {
					err = errors.Join(err, a.printAgain(ctx, db.DB, summary.Run))
				}
				return errors.Join(err, outcome(summary, err))
			})
		}),
	}
	c.Flags().Var(&date, "date", "business date to run")
	n.flags(c.Flags(), "by hand")
	c.Flags().Var(&n.allowGap, "allow-gap", "reason why business dates before this one may stay without a night, for the ledger")
	c.Flags().StringArrayVar(&n.accept, "accept-brake", nil, "let the night go on that this brake stopped, at its numbers; repeatable")
	c.Flags().BoolVar(&filesOnly, "files-only", false, "make the files of a closed date again, and nothing else")
	c.Flags().StringVar(&n.from, "from-step", "", "with --again: begin with this step")
	c.Flags().StringVar(&n.only, "only-step", "", "with --again: do this step alone")
	c.Flags().StringSliceVar(&n.loans, "loan", nil, "with --again: decide this loan, repeatable; only the servicing pass is done")
	c.Flags().BoolVar(&n.again, "again", false, "run the last closed date once more, by what is known by now")
	c.Flags().StringVar(&n.reason, "reason", "", "why --accept-brake or --again is right, for the ledger")
	c.Flags().IntVar(&n.share.Index, "chunk-index", 0, "number of this process among those that share the run, from 0")
	c.Flags().IntVar(&n.share.Count, "chunk-count", 1, "how many processes share the run")
	c.Flags().StringVar(&metricsFile, "metrics", "", "file for the night's figures, for Prometheus' node exporter (its name ends in .prom)")
	o.flags(c.Flags())
	jsonFlag(c, &asJSON)
	numberFlag(c.Flags(), &n.chunk, "chunk-size", 1, 0, "loans in a chunk")
	c.Flags().Lookup("chunk-size").Hidden = true // a small book has chunks enough to be struck only with it
	return c
}

// readyNight is a night after a look at what it needs on this machine.
func (a *app) readyNight(ctx context.Context, db *database.Database, n night) (*batch.Summary, error) {
	if err := a.ready(n); err != nil {
		return nil, err
	}
	return a.night(ctx, db, n)
}

// night takes the book through one business date. The summary is there also beside an error, once the run
// was opened.
func (a *app) night(ctx context.Context, db *database.Database, n night) (*batch.Summary, error) {
	var err error
	if n.vault, err = a.vault(ctx, db); err != nil {
		return nil, err
	}
	if n.archive, err = a.archive(); err != nil {
		return nil, err
	}
	runner := a.runner(db, n)
	if n.workers.river {
		if err := a.queue(ctx, db); err != nil {
			return nil, err
		}
		queue, err := fanout.NewQueue(ctx, db.URL, runner.Plan, version, a.log)
		if err != nil {
			return nil, err
		}
		defer queue.Close()
		runner.Queue = queue
	}
	if n.again {
		if err := n.choose(ctx, db, runner); err != nil {
			return nil, err
		}
		summary, err := runner.Again(ctx, n.date)
		return summary, hintAgain(err)
	}
	summary, err := runner.Run(ctx, n.date)
	if err == nil && n.trial == nil {
		a.signNight(ctx, db.DB)
		if err := a.desk(db.DB).SweepQueues(ctx); err != nil {
			a.log.Warnf("the night is closed, but what the desk kept of items that it took off was not taken away: %v; the next operation on the queue does", err)
		}
	}
	if errors.Is(err, batch.ErrUnfinished) {
		if runs, readErr := inquiry.Runs(ctx, db.DB, inquiry.Page{}); readErr == nil {
			err = &ending{err: err, hint: hintFinish(runs.Rows)}
		}
	}
	if errors.Is(err, batch.ErrGap) {
		err = &ending{err: err, hint: a.hintGap(n.date)}
	}
	return summary, err
}

func (a *app) runner(db *database.Database, n night) *batch.Runner {
	collectSeldom()
	var with []string
	if n.eligible {
		with = []string{step.EligibleStep}
	}
	return &batch.Runner{
		With: with,
		DB:   db.DB, Direct: db.Direct, Plan: step.Nightly(bureau.Files{Dir: n.dir, VendorVersion: version, Mark: n.mark, Vault: n.vault, Archive: n.archive}), Log: a.log, Now: a.now,
		Workers: n.workers.here, Share: n.share, ChunkSize: n.chunk, Patience: n.patience, Version: version, Who: cmp.Or(n.who, a.who()), Why: n.why, Opened: n.opened,
		Today: rules.DateOf(a.now()), AllowDate: string(n.allow), EveryDate: true, Calendar: n.calendar, AllowGap: string(n.allowGap),
		Limits: n.limits, Accept: n.accept, AcceptWhy: n.reason, Authority: n.authority, Trial: n.trial, Portion: batch.Portion{From: n.from, Only: n.only},
	}
}

// What a night may take of memory, and how often its heap is collected below that: it holds the chunks that it works on, a
// few megabytes, and would spend a tenth of its time on collecting them as often as Go does by itself.
const (
	nightMemory = 100 << 20
	nightGrowth = 1000 // percent of what is live
)

// collectSeldom lets the heap grow up to nightMemory, unless GOGC or GOMEMLIMIT say otherwise.
func collectSeldom() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(nightGrowth)
		debug.SetMemoryLimit(nightMemory)
	}
}

// collectOften takes collectSeldom back, for a process that goes on after a night.
func collectOften() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(math.MaxInt64)
	}
}

// outcome is the ending of a run that was closed with exceptions.
func outcome(summary *batch.Summary, err error) error {
	if err != nil || summary == nil || summary.ExceptionLoans == 0 {
		return nil
	}
	return &ending{
		err: fmt.Errorf("the run is closed with exceptions: %d; the next run tries these loans again", summary.ExceptionLoans), code: exitExceptions, hint: fmt.Sprintf("furnisher runs show %d", summary.Run),
	}
}

func (a *app) printNight(r *batch.Summary, asJSON bool) error {
	switch {
	case asJSON:
		return printJSON(a.stdout, r)
	case a.settings.quiet:
		return nil
	}
	return printSummary(a.stdout, r)
}

// hintDate is the hint of commands that need a run.
const hintDate = "furnisher run --date YYYY-MM-DD"

// hintFinish names the run that must be finished first.
func hintFinish(runs []inquiry.Run) string {
	for _, r := range runs {
		if r.State == "RUNNING" || r.State == "STOPPED" {
			return fmt.Sprintf("furnisher run --date %s", r.BusinessDate)
		}
	}
	return "furnisher runs shows the unfinished date; run that date first"
}

// hintGap says how the dates before a date are run.
func (a *app) hintGap(d rules.Date) string {
	if d-1 > rules.DateOf(a.now()) {
		return "correct --date, or add --allow-gap REASON"
	}
	return fmt.Sprintf("furnisher catch-up --until %s, then repeat the command; or add --allow-gap REASON", d-1)
}

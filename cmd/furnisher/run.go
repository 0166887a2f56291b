package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/fanout"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/rules"
)

// maxWorkers bounds how many chunks are worked on at once: each takes a connection to the database.
const maxWorkers = 64

// night is what a person decides about a night.
type night struct {
	date     rules.Date
	workers  workersFlag
	patience time.Duration
	share    batch.Share
	chunk    int // loans a chunk, 0 for the default
	why      string
	dir      string // of the bureaus' files
}

// flags are the flags that `run` and `schedule` share.
func (n *night) flags(f *pflag.FlagSet, why string) {
	n.workers.here, n.share.Count = batch.DefaultWorkers, 1
	f.Var(&n.workers, "workers", flagWorkers)
	f.DurationVar(&n.patience, "patience", batch.DefaultPatience, flagPatience)
	f.StringVar(&n.why, "why", why, flagWhy)
}

// check reports flags that no night can be run with.
func (n *night) check() error {
	switch here, share := n.workers.here, n.share; {
	case here < 1 || here > maxWorkers:
		return &ending{err: fmt.Errorf(textWorkers, here, maxWorkers), code: exitUsage, hint: hintWorkers}
	case n.patience <= 0:
		return &ending{err: errNoPatience, code: exitUsage, hint: hintPatience}
	case share.Count < 1 || share.Index < 0 || share.Index >= share.Count || share.Count > 1 && n.workers.river:
		return &ending{err: errBadShare, code: exitUsage, hint: hintShare}
	}
	return nil
}

func (a *app) runCommand() *cobra.Command {
	var n night
	var date dateFlag
	var asJSON bool
	c := &cobra.Command{
		Use: "run --date YYYY-MM-DD", Short: shortRun, Long: longRun, Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) (err error) {
			if date == 0 {
				return &ending{err: errNoDate, code: exitUsage, hint: hintDate}
			}
			n.date = rules.Date(date)
			if n.dir, err = a.filesDir(); err != nil {
				return err
			}
			if err := n.check(); err != nil {
				return err
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				if n.share.Index > 0 {
					return a.runner(db, n).Join(ctx, n.date)
				}
				summary, err := a.night(ctx, db, n)
				if summary != nil {
					err = errors.Join(err, a.printNight(summary, asJSON))
				}
				return errors.Join(err, outcome(summary, err))
			})
		}),
	}
	c.Flags().Var(&date, "date", flagDate)
	n.flags(c.Flags(), whyRun)
	c.Flags().IntVar(&n.share.Index, "chunk-index", 0, flagChunkIndex)
	c.Flags().IntVar(&n.share.Count, "chunk-count", 1, flagChunkCount)
	c.Flags().BoolVar(&asJSON, "json", false, flagJSON)
	c.Flags().IntVar(&n.chunk, "chunk-size", 0, flagChunkSize)
	c.Flags().Lookup("chunk-size").Hidden = true // a small book has chunks enough to be struck only with it
	return c
}

// night takes the book through one business date. The summary is there also beside an error, once the run
// was opened.
func (a *app) night(ctx context.Context, db *database.Database, n night) (*batch.Summary, error) {
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
	summary, err := runner.Run(ctx, n.date)
	if errors.Is(err, batch.ErrUnfinished) {
		if runs, readErr := inquiry.Runs(ctx, db.DB, inquiry.Page{}); readErr == nil {
			err = &ending{err: err, hint: hintFinish(runs.Rows)}
		}
	}
	return summary, err
}

func (a *app) runner(db *database.Database, n night) *batch.Runner {
	collectSeldom()
	return &batch.Runner{
		DB: db.DB, Direct: db.Direct, Plan: step.Nightly(bureau.Files{Dir: n.dir, VendorVersion: version}), Log: a.log, Now: a.now,
		Workers: n.workers.here, Share: n.share, ChunkSize: n.chunk, Patience: n.patience, Version: version, Who: a.who(), Why: n.why,
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

// outcome is the ending of a night that was closed with exceptions.
func outcome(summary *batch.Summary, err error) error {
	if err != nil || summary == nil || summary.ExceptionCount() == 0 {
		return nil
	}
	return &ending{
		err: fmt.Errorf(textExceptions, summary.ExceptionCount()), code: exitExceptions, hint: hintExceptions(summary.Run),
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

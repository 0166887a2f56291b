package main

import (
	"context"
	"fmt"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/fanout"
	"github.com/furnisher/furnisher/batch/step"
)

func (a *app) workerCommand() *cobra.Command {
	var slots int
	c := &cobra.Command{
		Use: "worker", Short: "work on the runs of other processes", Args: cobra.NoArgs,
		Long: `Stays in the foreground and takes chunks of the runs that are started with --workers river on the same database, from any
machine that reaches it. Workers may come and go: if one is killed or lost, others do its chunks. The worker and the run
must be the same version of the program. When a signal stops it, it finishes the chunks that it has begun and exits 0.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if slots < 1 || slots > maxWorkers {
				return &ending{err: fmt.Errorf("--slots %d: must be between 1 and %d", slots, maxWorkers), code: exitUsage, hint: "furnisher worker --slots 2"}
			}
			if a.log.GetLevel() < logrus.InfoLevel && !a.settings.quiet {
				a.log.SetLevel(logrus.InfoLevel)
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				return a.work(ctx, db, slots)
			})
		}),
	}
	c.Flags().IntVar(&slots, "slots", batch.DefaultWorkers, "chunks to work on at once")
	return c
}

// work takes chunks until a signal comes, and finishes those that it has begun.
func (a *app) work(ctx context.Context, db *database.Database, slots int) error {
	if err := a.queue(ctx, db); err != nil {
		return err
	}
	v, err := a.vault(ctx, db)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(slots + 1)
	collectSeldom()
	worker := fanout.Worker{
		Database: db.URL, Slots: slots, Log: a.log,
		Runner: &batch.Runner{DB: db.DB, Plan: step.Nightly(bureau.Files{VendorVersion: version, Vault: v}), Log: a.log, Now: a.now, Version: version},
	}
	a.log.WithField("slots", slots).Info("worker is waiting for chunks")
	defer a.log.Info("worker finished the chunks that it had begun")
	return worker.Work(ctx)
}

// queue migrates the queue of a private database; an external one must have it.
func (a *app) queue(ctx context.Context, db *database.Database) error {
	if !db.Private {
		return nil
	}
	_, err := fanout.Migrate(ctx, db.URL)
	return err
}

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
		Use: "worker", Short: shortWorker, Long: longWorker, Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if slots < 1 || slots > maxWorkers {
				return &ending{err: fmt.Errorf(textSlots, slots, maxWorkers), code: exitUsage, hint: hintSlots}
			}
			if a.log.GetLevel() < logrus.InfoLevel && !a.settings.quiet {
				a.log.SetLevel(logrus.InfoLevel)
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				return a.work(ctx, db, slots)
			})
		}),
	}
	c.Flags().IntVar(&slots, "slots", batch.DefaultWorkers, flagSlots)
	return c
}

// work takes chunks until a signal comes, and finishes those that it has begun.
func (a *app) work(ctx context.Context, db *database.Database, slots int) error {
	if err := a.queue(ctx, db); err != nil {
		return err
	}
	db.SetMaxOpenConns(slots + 1)
	collectSeldom()
	worker := fanout.Worker{
		Database: db.URL, Slots: slots, Log: a.log,
		Runner: &batch.Runner{DB: db.DB, Plan: step.Nightly(bureau.Files{VendorVersion: version}), Log: a.log, Now: a.now, Version: version},
	}
	a.log.WithField("slots", slots).Info(logWorkerBegins)
	defer a.log.Info(logWorkerEnds)
	return worker.Work(ctx)
}

// queue makes the queue in a private database, which is migrated as it is used; an external one has to have it.
func (a *app) queue(ctx context.Context, db *database.Database) error {
	if !db.Private {
		return nil
	}
	_, err := fanout.Migrate(ctx, db.URL)
	return err
}

package fanout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
)

// ErrOtherProgram is returned by Work when it is offered a chunk of a night that another plan or version of the
// program leads: the two could decide differently.
var ErrOtherProgram = errors.New("the night is led by another version of the program")

const (
	// queueConnections is how many connections River needs beside those that the chunks are done on: one listens.
	queueConnections = 4
	// jobTimeout is far beyond what a chunk takes.
	jobTimeout   = 5 * time.Minute
	fetchAgain   = time.Millisecond
	fetchAnyway  = time.Second
	rescuedAfter = jobTimeout + time.Minute
)

// Worker does chunks of nights that other processes lead.
type Worker struct {
	Database string        // its address, past any pooler
	Runner   *batch.Runner // does the chunks; its plan and version are the worker's
	Slots    int           // chunks at once
	Log      *logrus.Logger
}

// Work does chunks until ctx ends, finishes those that it has begun and returns nil. It returns
// database.ErrSchemaBehind for a database without the queue, or ErrOtherProgram.
func (w *Worker) Work(ctx context.Context) error {
	if err := check(ctx, w.Database); err != nil {
		return err
	}
	pool, err := open(ctx, w.Database, queueConnections)
	if err != nil {
		return err
	}
	defer pool.Close()
	ctx, refuse := context.WithCancelCause(ctx)
	defer refuse(nil)
	client, err := w.client(pool, refuse)
	if err != nil {
		return fmt.Errorf("connect to the queue: %w", err)
	}
	unhurried := context.WithoutCancel(ctx) // what is begun is finished
	if err := client.Start(unhurried); err != nil {
		return fmt.Errorf("take jobs of the queue: %w", err)
	}
	<-ctx.Done()
	if err := client.Stop(unhurried); err != nil {
		return fmt.Errorf("finish what was begun: %w", err)
	}
	if cause := context.Cause(ctx); errors.Is(cause, ErrOtherProgram) {
		return cause
	}
	return nil
}

func (w *Worker) client(pool *pgxpool.Pool, refuse func(error)) (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &chunkWorker{runner: w.Runner, log: w.Log, refuse: refuse})
	return river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema: schema, Logger: logger(w.Log), Workers: workers,
		Queues:     map[string]river.QueueConfig{queue: {MaxWorkers: w.Slots}},
		JobTimeout: jobTimeout, RescueStuckJobsAfter: rescuedAfter,
		FetchCooldown: fetchAgain, FetchPollInterval: fetchAnyway,
	})
}

// chunkWorker does one job at a time.
type chunkWorker struct {
	river.WorkerDefaults[job]
	runner *batch.Runner
	log    logrus.FieldLogger
	refuse func(error)
}

// Work does a chunk. An error is the end of the job, but not of the chunk.
func (w *chunkWorker) Work(ctx context.Context, j *river.Job[job]) error {
	if j.Args.Plan != w.runner.Plan.Hash() || j.Args.Version != w.runner.Version {
		w.refuse(fmt.Errorf("%w: %s, and this is %s", ErrOtherProgram, j.Args.Version, w.runner.Version))
		return river.JobSnooze(0)
	}
	err := w.runner.Chunk(ctx, j.Args.Run, j.Args.Step, j.Args.Seq)
	if err != nil {
		w.log.WithFields(logrus.Fields{"run": j.Args.Run, "step": j.Args.Step, "chunk": j.Args.Seq}).WithError(err).
			Warn("chunk left to the coordinator")
	}
	return err
}

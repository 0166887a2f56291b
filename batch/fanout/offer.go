package fanout

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
)

// Queue offers chunks to the workers on other machines. It is a batch.Queue for the coordinator of a run.
type Queue struct {
	pool          *pgxpool.Pool
	client        *river.Client[pgx.Tx]
	plan, version string
}

// NewQueue connects to the queue at an address past any pooler. Workers of another plan or version of the
// program refuse what the queue offers. It returns database.ErrSchemaBehind for a database without the queue.
func NewQueue(ctx context.Context, address string, plan batch.Plan, version string, log *logrus.Logger) (*Queue, error) {
	if err := check(ctx, address); err != nil {
		return nil, err
	}
	pool, err := open(ctx, address, 2)
	if err != nil {
		return nil, err
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: schema, Logger: logger(log)})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to the queue: %w", err)
	}
	return &Queue{pool, client, plan.Hash(), version}, nil
}

// Close closes the connections.
func (q *Queue) Close() { q.pool.Close() }

// unfinished are the states in which a job may still be worked on.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateScheduled, rivertype.JobStateRetryable,
}

// Offer queues the chunks that are not queued yet. Nothing is tried twice: the night itself does what a worker
// could not.
func (q *Queue) Offer(ctx context.Context, run int64, step string, seqs []int) error {
	offers := make([]river.InsertManyParams, len(seqs))
	for i, seq := range seqs {
		offers[i] = river.InsertManyParams{
			Args: job{Run: run, Step: step, Seq: seq, Plan: q.plan, Version: q.version},
			InsertOpts: &river.InsertOpts{
				Queue: queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished},
			},
		}
	}
	_, err := q.client.InsertMany(ctx, offers)
	return err
}

// Withdraw deletes all jobs that nobody works on, done ones too: the ledger is the record of what was done.
func (q *Queue) Withdraw(ctx context.Context) error {
	const most = 10_000
	for {
		deleted, err := q.client.JobDeleteMany(ctx, river.NewJobDeleteManyParams().Kinds(job{}.Kind()).First(most))
		if err != nil || len(deleted.Jobs) < most {
			return err
		}
	}
}

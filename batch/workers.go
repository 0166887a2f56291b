package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// Queue offers the chunks of a started step to workers on other machines. The run does not depend on them: its
// coordinator works too, and does what no worker has claimed.
type Queue interface {
	// Offer offers chunks of a step, which are all pending.
	Offer(ctx context.Context, run int64, step string, seqs []int) error
	// Withdraw takes back what was offered and has not begun.
	Withdraw(ctx context.Context) error
}

// Share is the part of every step's chunks that a process takes first: those whose number modulo Count is Index. The zero
// value prefers none.
type Share struct{ Index, Count int }

const (
	// glance is the time between two looks at what other processes do.
	glance = 100 * time.Millisecond
	// withdrawal is how long taking back what was offered may take.
	withdrawal = 30 * time.Second
)

// claim is how a process gets its next chunk: by a query that locks the chunk's row until its work commits.
type claim struct {
	query  string
	args   []any
	lock   int64 // key that the session of the book's holder has locked
	joined bool  // the process does not hold the book itself
	once   bool  // there is one chunk at most
}

// claim returns the claim for chunks of a step, of the coordinator or of a joined worker.
func (r *Runner) claim(run Run, step string) claim {
	c := claim{query: chunkClaim, args: []any{run.ID, step}, lock: leadLock(run.ID), joined: run.book == nil}
	if r.Share.Count > 1 {
		c.query, c.args = chunkShare, append(c.args, r.Share.Index, r.Share.Count)
	}
	if run.book != nil {
		c.lock = run.book.key
	}
	return c
}

// workOff works on a started step until all its chunks are done, by this process or others.
func (r *Runner) workOff(ctx context.Context, run Run, s Step) error {
	withdraw, err := r.offer(ctx, run, s)
	if err != nil {
		return err
	}
	defer withdraw()
	for {
		if err := r.workers(ctx, run, s, r.claim(run, s.Name())); err != nil {
			return err
		}
		if err := r.halted(); err != nil {
			return err
		}
		pending, err := r.pending(ctx, run, s)
		if err != nil || len(pending) == 0 {
			return err
		}
		if err := r.evict(ctx, run, s); err != nil {
			return err
		}
		if err := pause(ctx, glance); err != nil {
			return err
		}
	}
}

// workers takes chunks, several at once, until there is none left to claim.
func (r *Runner) workers(ctx context.Context, run Run, s Step, c claim) error {
	group, ctx := errgroup.WithContext(ctx)
	for range r.Workers {
		group.Go(func() error { return r.work(ctx, run, s, c) })
	}
	return group.Wait()
}

// offer offers a step to the workers on other machines, if it has more chunks than this process takes at once.
func (r *Runner) offer(ctx context.Context, run Run, s Step) (withdraw func(), err error) {
	if r.Queue == nil {
		return func() {}, nil
	}
	seqs, err := r.pending(ctx, run, s)
	if err != nil || len(seqs) <= r.Workers {
		return func() {}, err
	}
	slices.Reverse(seqs) // this process begins with the first ones
	if err := r.Queue.Offer(ctx, run.ID, s.Name(), seqs); err != nil {
		return nil, fmt.Errorf("offer chunks to workers: %w", err)
	}
	return func() {
		patience := withdrawal
		if errors.Is(context.Cause(ctx), ErrLockLost) { // perhaps with the whole database
			patience = farewell
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		if err := r.Queue.Withdraw(ctx); err != nil {
			r.Log.WithError(err).Warn("chunks that were offered to workers could not be taken back; they will find them done")
		}
	}, nil
}

// pending lists a step's chunks that are not done, in order.
func (r *Runner) pending(ctx context.Context, run Run, s Step) (seqs []int, err error) {
	err = r.DB.SelectContext(ctx, &seqs, chunkPending, run.ID, s.Name())
	return seqs, err
}

// evict ends the sessions of processes that have held a chunk for too long, because they are frozen or cut off. The server
// rolls back what they did. A process that wakes up meets an error and has lost the chunk.
func (r *Runner) evict(ctx context.Context, run Run, s Step) error {
	var ended []int
	err := r.DB.SelectContext(ctx, &ended, chunkEvict, run.ID, s.Name(), r.Patience.Seconds())
	for _, seq := range ended {
		r.Log.WithFields(map[string]any{"step": s.Name(), "chunk": seq}).Warn("ended the session of a worker that kept a chunk for too long")
	}
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

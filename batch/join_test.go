package batch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// led runs a date in the background.
func led(t *testing.T, r *batch.Runner) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := r.Run(t.Context(), day("2026-08-31"))
		done <- err
	}()
	return done
}

// A worker that joins does chunks of the run, whoever began first, and each chunk is done once.
func TestJoin(t *testing.T) {
	t.Parallel()
	db := newBook(t, 12)
	both := make(chan struct{})
	var done calls
	sharing := func(who string) *step {
		return &step{name: "one", apply: func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
			if done.add("%s %d", who, c.Seq); who == "worker" && c.Seq%2 == 0 {
				select {
				case <-both:
				default:
					close(both)
				}
			}
			select {
			case <-both: // not before the worker has one
			case <-ctx.Done():
			}
			return counted(ctx, tx, c)
		}}
	}
	worker, coordinator := newRunner(db, sharing("worker")), newRunner(db, sharing("coordinator"))
	worker.Share, coordinator.Share = batch.Share{Index: 0, Count: 2}, batch.Share{Index: 1, Count: 2}
	joined := make(chan error, 1)
	go func() { joined <- worker.Join(t.Context(), day("2026-08-31")) }()
	if err := <-led(t, coordinator); err != nil {
		t.Fatal(err)
	}
	if err := <-joined; err != nil {
		t.Fatal(err)
	}
	if n := number(t, db, "SELECT sum(read_count) FROM run_chunk"); n != 12 || len(done.take()) != 6 {
		t.Errorf("%d loans were read, want each of 12 once", n)
	}
}

// A worker ends with what the coordinator's run came to.
func TestJoinEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, change string
		want         error
		says         string
	}{
		{"stopped", "UPDATE run SET state = 'STOPPED', stopped_because = 'no disk'", batch.ErrStopped, "no disk"},
		{"abandoned", "UPDATE run SET state = 'ABANDONED', finished_at = now()", batch.ErrStopped, "run 1 was abandoned"},
		{"another plan", "UPDATE run SET plan_hash = 'another'", batch.ErrPlanChanged, "run 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := newBook(t, 4)
			waiting := func(in chan<- struct{}, until <-chan struct{}) *step {
				return &step{name: "one", apply: func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
					in <- struct{}{}
					<-until
					return counted(ctx, tx, c)
				}}
			}
			in, changed, over := make(chan struct{}, 4), make(chan struct{}), make(chan struct{})
			ran := led(t, newRunner(db, waiting(in, over)))
			<-in
			joined := make(chan error, 1)
			go func() { joined <- newRunner(db, waiting(in, changed)).Join(t.Context(), day("2026-08-31")) }()
			<-in
			exec(t, db, c.change)
			close(changed)
			if err := <-joined; !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.says)
			}
			close(over)
			<-ran
		})
	}
}

// A worker whose connections are lost in the middle of a chunk goes on when the database is back.
func TestJoinSurvives(t *testing.T) {
	t.Parallel()
	url := pgtest.NewURL(t)
	db := open(t, url)
	fill(t, db, 12)
	line := pgtest.NewProxy(t, url)
	var done calls
	lost, back := false, make(chan struct{})
	worker := newRunner(open(t, line.URL), &step{name: "one", apply: func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
		if !lost {
			lost = true
			refused := line.Break()
			go func() {
				for range 3 {
					<-refused
				}
				line.Mend()
			}()
			return counted(ctx, tx, c)
		}
		tally, err := counted(ctx, tx, c)
		if err == nil && done.len() == 0 {
			close(back)
		}
		done.add("chunk %d", c.Seq)
		return tally, err
	}})
	coordinator := newRunner(db, &step{name: "one", apply: func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
		select {
		case <-back:
		case <-ctx.Done():
		}
		return counted(ctx, tx, c)
	}})
	joined := make(chan error, 1)
	go func() { joined <- worker.Join(t.Context(), day("2026-08-31")) }()
	if err := <-led(t, coordinator); err != nil {
		t.Fatal(err)
	}
	if err := <-joined; err != nil {
		t.Errorf("the worker ended with %v", err)
	}
	if diff := cmp.Diff(int64(12), number(t, db, "SELECT sum(read_count) FROM run_chunk")); diff != "" {
		t.Errorf("loans read (-want +got):\n%s", diff)
	}
}

// A worker does not wait for ever for a database that is gone.
func TestJoinGivesUp(t *testing.T) {
	t.Parallel()
	line := pgtest.NewProxy(t, pgtest.NewURL(t))
	r := newRunner(open(t, line.URL), &step{name: "one"})
	r.Patience = 250 * time.Millisecond
	line.Break()
	if err := r.Join(t.Context(), day("2026-08-31")); !database.IsConnectionLost(err) {
		t.Errorf("got %v, want that the database is lost", err)
	}
}

// TestJoinedChunk: a chunk says the same whoever works on it, also which business date was closed before: between the two there
// may be closings (Q50).
func TestJoinedChunk(t *testing.T) {
	t.Parallel()
	db := newBook(t, 6)
	if _, err := newRunner(db, &step{name: "one"}).Run(t.Context(), day("2026-08-29")); err != nil {
		t.Fatal(err)
	}
	chunks := map[string]chan batch.Chunk{"coordinator": make(chan batch.Chunk, 9), "joined": make(chan batch.Chunk, 9), "asked": make(chan batch.Chunk, 9)}
	open := make(chan struct{})
	doing := func(who string) *batch.Runner {
		return newRunner(db, &step{name: "one", apply: func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
			chunks[who] <- c
			if who == "coordinator" {
				<-open
			}
			return counted(ctx, tx, c)
		}})
	}
	coordinator := doing("coordinator")
	coordinator.Workers, coordinator.ChunkSize = 1, 2
	lead := led(t, coordinator)
	want := <-chunks["coordinator"]
	if err := doing("asked").Chunk(t.Context(), want.Run, "one", want.Seq+1); err != nil {
		t.Fatal(err)
	}
	joined := make(chan error, 1)
	go func() { joined <- doing("joined").Join(t.Context(), day("2026-08-31")) }()
	got := map[string]batch.Chunk{"asked": <-chunks["asked"], "joined": <-chunks["joined"]}
	close(open)
	for _, done := range []<-chan error{lead, joined} {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for who, c := range got {
		if c.Previous != day("2026-08-29") || c.Date != want.Date || c.Run != want.Run || want.Previous != c.Previous {
			t.Errorf("%s: got %+v beside %+v", who, c, want)
		}
	}
}

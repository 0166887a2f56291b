package step_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/fanout"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// atLast bounds every wait for what must come.
const atLast = 2 * time.Minute

// TestWorkers runs nights with three worker processes, of which one is killed and one is frozen while it has a
// chunk in hand, and compares tables and files with those of one process.
func TestWorkers(t *testing.T) {
	t.Parallel()
	if os.Getenv("HELPER_OF") != "" {
		work(t)
		return
	}
	want := undisturbed(t, "2026-08-31", "2026-09-30")
	c := newCluster(t, "TestWorkers")
	if _, err := fanout.Migrate(t.Context(), c.url); err != nil {
		t.Fatal(err)
	}
	killed, frozen, sound := c.start("killed"), c.start("frozen"), c.start("sound")

	release := c.holdUp()
	done := c.lead("2026-08-31")
	c.waitUntilHeldUp(killed, frozen, sound)
	killed.signal(syscall.SIGKILL)
	frozen.signal(syscall.SIGSTOP)
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}

	frozen.signal(syscall.SIGCONT)
	release = c.holdUp()
	done = c.lead("2026-09-30")
	c.waitUntilHeldUp(frozen, sound) // it has lost its chunk, and takes another one
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	c.compare(want)
	for _, worker := range []*helper{frozen, sound} {
		worker.signal(syscall.SIGTERM)
		if err := worker.end(); err != nil {
			t.Errorf("worker %s did not end in order: %v\n%s", worker.name, err, worker.said())
		}
	}
}

// TestShares gives three processes the same night, of which one is killed while it has a chunk in hand, and
// compares tables and files with those of one process.
func TestShares(t *testing.T) {
	t.Parallel()
	if os.Getenv("HELPER_OF") != "" {
		work(t)
		return
	}
	want := undisturbed(t, "2026-08-31")
	c := newCluster(t, "TestShares")
	release := c.holdUp()
	killed, sound, leader := c.start("1 of 3"), c.start("2 of 3"), c.start("0 of 3")
	c.waitUntilHeldUp(killed, sound, leader)
	killed.signal(syscall.SIGKILL)
	release()
	for _, process := range []*helper{leader, sound} {
		if err := process.end(); err != nil {
			t.Errorf("process %s failed: %v\n%s", process.name, err, process.said())
		}
	}
	c.compare(want)
}

// TestJoinedWorkersAndImports holds that a joined worker does no chunk while the book is changed or while nobody leads
// the run, and that the book is not changed while it has a chunk in hand, also when the coordinator is dead.
func TestJoinedWorkersAndImports(t *testing.T) {
	t.Parallel()
	if os.Getenv("HELPER_OF") != "" {
		work(t)
		return
	}
	want := undisturbed(t, "2026-08-31")
	c := newCluster(t, "TestJoinedWorkersAndImports")
	release := c.holdUp()
	coordinator, worker := c.start("0 of 2"), c.start("1 of 2")
	c.waitUntilHeldUp(coordinator, worker)
	coordinator.signal(syscall.SIGKILL)
	if err := coordinator.end(); err == nil {
		t.Fatal("the coordinator was to be killed")
	}
	if _, err := batch.LockBook(t.Context(), c.db); !errors.Is(err, batch.ErrLocked) {
		t.Errorf("got %v, want that the book is refused while a worker has a chunk in hand", err)
	}
	release()

	book, err := batch.LockBook(t.Context(), c.db)
	if err != nil {
		t.Fatal(err)
	}
	const pending = "SELECT count(*) FROM run_chunk WHERE step = 'export' AND state = 'PENDING'"
	const last = "SELECT max(seq) FROM run_chunk WHERE step = 'export' AND state = 'PENDING'"
	before, r := count(t, c.db, pending), runner(c.db, c.dir)
	for _, locked := range []bool{true, false} { // run 1 was the night before
		if err := r.Chunk(t.Context(), 2, "export", count(t, c.db, last)); err != nil {
			t.Fatal(err)
		}
		if left := count(t, c.db, pending); left != before {
			t.Errorf("with the book locked (%t) %d chunks are pending, want %d", locked, left, before)
		}
		if locked {
			book.Release()
		}
	}
	if _, err := r.Run(t.Context(), day("2026-08-31")); err != nil {
		t.Fatal(err)
	}
	if err := worker.end(); err != nil {
		t.Errorf("the worker did not go on: %v\n%s", err, worker.said())
	}
	c.compare(want)
}

// outcome is all that nights leave behind.
type outcome struct{ Tables, Files map[string]string }

// undisturbed is the outcome of nights in one process.
func undisturbed(t *testing.T, dates ...string) outcome {
	t.Helper()
	db, _ := freshBook(t, workersBook())
	dir := t.TempDir()
	for _, date := range dates {
		night(t, db, dir, date)
	}
	return outcome{fingerprint(t, db), fileHashes(t, dir)}
}

// workersBook has more chunks in its export than all processes can have in hand at once.
func workersBook() extract {
	e := crashBook()
	for n := range 15 {
		e.loan(fmt.Sprintf("M%02d", n))
	}
	return e
}

// cluster is a book and the processes that work on it.
type cluster struct {
	t    *testing.T
	test string
	url  string
	db   *sqlx.DB
	dir  string
}

func newCluster(t *testing.T, test string) *cluster {
	t.Helper()
	db, url := freshBook(t, workersBook())
	return &cluster{t: t, test: test, url: url, db: db, dir: t.TempDir()}
}

// patience is short, so that a frozen process is not waited for.
const patience = 200 * time.Millisecond

// lead runs a night in this process that workers share.
func (c *cluster) lead(date string) <-chan error {
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), atLast)
		defer cancel()
		r := runner(c.db, c.dir)
		r.Patience = patience
		queue, err := fanout.NewQueue(ctx, c.url, r.Plan, r.Version, quiet(io.Discard))
		if err == nil {
			defer queue.Close()
			r.Queue = queue
			_, err = r.Run(ctx, day(date))
		}
		done <- err
	}()
	return done
}

// holdUp makes every chunk of the export wait, until it is released.
func (c *cluster) holdUp() (release func()) {
	c.t.Helper()
	tx, err := c.db.Beginx()
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := tx.Exec("LOCK TABLE tradeline IN SHARE MODE"); err != nil {
		c.t.Fatal(err)
	}
	return func() {
		c.t.Helper()
		if err := tx.Rollback(); err != nil {
			c.t.Fatal(err)
		}
	}
}

// waitUntilHeldUp waits until each of the processes has a chunk in hand that is held up.
func (c *cluster) waitUntilHeldUp(processes ...*helper) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), atLast)
	defer cancel()
	for _, p := range processes {
		for held := false; !held; {
			err := c.db.GetContext(ctx, &held, `SELECT EXISTS (SELECT FROM pg_stat_activity
				WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock') FROM pg_sleep(0.01)`, p.name)
			if err != nil {
				c.t.Fatalf("process %s takes no chunk: %v\n%s", p.name, err, p.said())
			}
		}
	}
}

func (c *cluster) compare(want outcome) {
	c.t.Helper()
	if diff := cmp.Diff(want, outcome{fingerprint(c.t, c.db), fileHashes(c.t, c.dir)}); diff != "" {
		c.t.Errorf("the outcome differs from that of one process (-want +got):\n%s", diff)
	}
}

// helper is a process that works on the cluster's book. Its name is also that of its sessions.
type helper struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	log  string // file
	over chan error
}

// start starts a process: a worker, or "I of N" for one that has a share.
func (c *cluster) start(name string) *helper {
	c.t.Helper()
	p := &helper{t: c.t, name: name, over: make(chan error, 1)}
	p.cmd = exec.Command(os.Args[0], "-test.run=^"+c.test+"$", "-test.parallel=1")
	p.cmd.Env = append(os.Environ(), "HELPER_OF="+c.url+"&application_name="+strings.ReplaceAll(name, " ", "%20"),
		"HELPER_NAME="+name, "HELPER_DIR="+c.dir)
	log, err := os.CreateTemp(c.t.TempDir(), "")
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	p.log, p.cmd.Stdout, p.cmd.Stderr = log.Name(), log, log
	ours, err := p.cmd.StdinPipe() // closes with this process, and the helper ends with it
	if err != nil {
		c.t.Fatal(err)
	}
	p.cmd.SysProcAttr = ownNetwork()
	if err := p.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() { p.over <- p.cmd.Wait() }()
	c.t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = ours.Close()
	})
	return p
}

// said is what the process has printed.
func (p *helper) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (p *helper) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("process %s: %v\n%s", p.name, err, p.said())
	}
}

// end waits for the end of the process.
func (p *helper) end() error {
	select {
	case err := <-p.over:
		return err
	case <-time.After(atLast):
		return errors.New("it did not end")
	}
}

// work is the life of such a process.
func work(t *testing.T) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	url := os.Getenv("HELPER_OF")
	db, err := sqlx.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r := runner(db, os.Getenv("HELPER_DIR"))
	r.Patience, r.Workers = patience, 1
	r.Log = quiet(os.Stdout)
	index, count, shared := strings.Cut(os.Getenv("HELPER_NAME"), " of ")
	if !shared {
		w := fanout.Worker{Database: url, Runner: r, Slots: 1, Log: quiet(os.Stdout)}
		if err := w.Work(ctx); err != nil {
			t.Fatal(err)
		}
		return
	}
	r.Share.Index, _ = strconv.Atoi(index)
	r.Share.Count, _ = strconv.Atoi(count)
	if r.Share.Index > 0 {
		err = r.Join(ctx, day("2026-08-31"))
	} else {
		_, err = r.Run(ctx, day("2026-08-31"))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func quiet(w io.Writer) *logrus.Logger {
	log := logrus.New()
	log.SetOutput(w)
	log.SetLevel(logrus.WarnLevel)
	return log
}

// TestOtherProgram offers a worker chunks of a night that another version leads.
func TestOtherProgram(t *testing.T) {
	t.Parallel()
	c := newCluster(t, "TestOtherProgram")
	if _, err := fanout.Migrate(t.Context(), c.url); err != nil {
		t.Fatal(err)
	}
	release := c.holdUp()
	done := c.lead("2026-08-31")
	other := runner(c.db, c.dir)
	other.Version = "another"
	refused := make(chan error, 1)
	go func() {
		w := fanout.Worker{Database: c.url, Runner: other, Slots: 2, Log: quiet(io.Discard)}
		refused <- w.Work(t.Context())
	}()
	select {
	case err := <-refused:
		if !errors.Is(err, fanout.ErrOtherProgram) {
			t.Errorf("got %v, want that it refuses", err)
		}
	case <-time.After(atLast):
		t.Error("it does not refuse")
	}
	release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// broken is a step that counts loans and fails at one chunk. Whoever has the first one waits until another process has
// met that.
type broken struct {
	mended bool
	met    chan struct{}
	meet   func()
}

const brokenAt = 9

var errBroken = errors.New("the step is broken")

func (*broken) Name() string { return "broken" }

func (b *broken) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (tally batch.Tally, err error) {
	if c.Seq == brokenAt && !b.mended {
		b.meet()
		return tally, errBroken
	}
	if c.Seq == 1 && b.met != nil {
		select {
		case <-b.met:
		case <-ctx.Done():
			return tally, ctx.Err()
		}
	}
	err = tx.GetContext(ctx, &tally.Read, "SELECT count(*) FROM loan_state WHERE loan > $1 AND loan <= $2", c.After, c.Last)
	return tally, err
}

// TestBrokenStep holds that a night whose step fails at a worker stops with the error of one process, and that it is
// gone on with in the same way.
func TestBrokenStep(t *testing.T) {
	t.Parallel()
	alone, _ := freshBook(t, workersBook())
	r := runner(alone, t.TempDir())
	r.Plan = batch.Plan{&broken{meet: func() {}}}
	_, want := r.Run(t.Context(), day("2026-08-31"))
	if !errors.Is(want, errBroken) {
		t.Fatalf("got %v, want a broken step", want)
	}

	c := newCluster(t, "TestBrokenStep")
	if _, err := fanout.Migrate(t.Context(), c.url); err != nil {
		t.Fatal(err)
	}
	met := make(chan struct{})
	r = runner(c.db, c.dir)
	r.Workers = 1
	r.Plan = batch.Plan{&broken{met: met, meet: sync.OnceFunc(func() { close(met) })}}
	queue, err := fanout.NewQueue(t.Context(), c.url, r.Plan, r.Version, quiet(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer queue.Close()
	ctx, stop := context.WithTimeout(t.Context(), atLast)
	defer stop()
	worked := make(chan error, 1)
	go func() {
		w := fanout.Worker{Database: c.url, Runner: r, Slots: 1, Log: quiet(io.Discard)}
		worked <- w.Work(ctx)
	}()
	shared := *r
	shared.Queue = queue
	if _, err := shared.Run(ctx, day("2026-08-31")); err == nil || err.Error() != want.Error() || !errors.Is(err, errBroken) {
		t.Errorf("got %v, want %v", err, want)
	}
	if left := count(t, c.db, "SELECT count(*) FROM furnisher_river.river_job WHERE state = 'available'"); left > 0 {
		t.Errorf("%d chunks are still offered", left)
	}
	shared.Plan = batch.Plan{&broken{mended: true}}
	if report, err := shared.Run(ctx, day("2026-08-31")); err != nil || report.State != "CLOSED" {
		t.Errorf("got %+v, %v, want it closed", report, err)
	}
	stop()
	if err := <-worked; err != nil {
		t.Error(err)
	}
}

// cutOff is a step that counts loans. At a worker it breaks the line to the database, the first time, and says when it
// has done a chunk after that; the coordinator waits for that.
type cutOff struct {
	broken
	line  *pgtest.Proxy // nil at the coordinator
	cut   *sync.Once
	again chan struct{}
	said  *sync.Once
}

func (s *cutOff) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	if s.line == nil {
		select {
		case <-s.again:
		case <-ctx.Done():
		}
		return s.broken.Apply(ctx, tx, c)
	}
	first := false
	s.cut.Do(func() {
		first = true
		refused := s.line.Break()
		go func() {
			for range 3 {
				<-refused
			}
			s.line.Mend()
		}()
	})
	tally, err := s.broken.Apply(ctx, tx, c)
	if err == nil && !first {
		s.said.Do(func() { close(s.again) })
	}
	return tally, err
}

// TestWorkerOutlivesLostDatabase breaks all connections of a worker in the middle of a chunk: when the database is back it
// takes other ones.
func TestWorkerOutlivesLostDatabase(t *testing.T) {
	t.Parallel()
	c := newCluster(t, "TestWorkerOutlivesLostDatabase")
	if _, err := fanout.Migrate(t.Context(), c.url); err != nil {
		t.Fatal(err)
	}
	line := pgtest.NewProxy(t, c.url)
	ctx, stop := context.WithTimeout(t.Context(), atLast)
	defer stop()
	again := make(chan struct{})
	coordinator, worker := runner(c.db, c.dir), runner(openAs(t, line.URL, "worker"), c.dir)
	coordinator.Workers = 1
	mended := broken{mended: true}
	coordinator.Plan = batch.Plan{&cutOff{broken: mended, again: again}}
	worker.Plan = batch.Plan{&cutOff{broken: mended, again: again, line: line, cut: new(sync.Once), said: new(sync.Once)}}
	queue, err := fanout.NewQueue(ctx, c.url, coordinator.Plan, coordinator.Version, quiet(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer queue.Close()
	coordinator.Queue = queue
	working, end := context.WithCancel(ctx)
	worked := make(chan error, 1)
	go func() {
		w := fanout.Worker{Database: line.URL, Runner: worker, Slots: 1, Log: quiet(io.Discard)}
		worked <- w.Work(working)
	}()
	if _, err := coordinator.Run(ctx, day("2026-08-31")); err != nil {
		t.Error(err)
	}
	end()
	if err := <-worked; err != nil {
		t.Error(err)
	}
}

// TestLineCutWithQueue cuts all lines of a coordinator: neither its run nor its queue waits for an answer.
func TestLineCutWithQueue(t *testing.T) {
	t.Parallel()
	c := newCluster(t, "TestLineCutWithQueue")
	if _, err := fanout.Migrate(t.Context(), c.url); err != nil {
		t.Fatal(err)
	}
	line := pgtest.NewProxy(t, c.url)
	r := runner(openAs(t, line.URL, "coordinator"), c.dir)
	met := make(chan struct{})
	r.Plan = batch.Plan{&broken{met: met, meet: func() {
		line.Cut()
		close(met)
	}}}
	queue, err := fanout.NewQueue(t.Context(), line.URL, r.Plan, r.Version, quiet(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	r.Queue = queue
	ended := make(chan error, 1)
	go func() {
		_, err := r.Run(t.Context(), day("2026-08-31"))
		queue.Close()
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, batch.ErrLockLost) {
			t.Errorf("got %v, want %v", err, batch.ErrLockLost)
		}
	case <-time.After(atLast):
		t.Error("it does not end")
	}
}

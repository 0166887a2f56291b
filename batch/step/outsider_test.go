package step_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/rules"
)

// wake is the door for a system that writes the tables itself: it says so for the loans that it touched, in the same
// transaction.
func wake(ctx context.Context, tx *sqlx.Tx, loans []string) error {
	_, err := tx.ExecContext(ctx, `SELECT wake(array_agg(loan), 'outsider') FROM loan_key WHERE loan_id = ANY($1)`, pq.Array(loans))
	return err
}

// write is one transaction of such a system.
type write struct {
	loans     []string
	changes   []change
	wakeFirst bool
}

type change struct {
	query string
	args  []any
}

func (w write) apply(ctx context.Context, tx *sqlx.Tx) error {
	if w.wakeFirst {
		if err := wake(ctx, tx, w.loans); err != nil {
			return err
		}
	}
	for _, c := range w.changes {
		if _, err := tx.ExecContext(ctx, c.query, c.args...); err != nil {
			return err
		}
	}
	if w.wakeFirst {
		return nil
	}
	return wake(ctx, tx, w.loans)
}

// outsider writes to the book while a night works on it: once in the life of each chunk, at a moment between two of
// its statements, to loans of that chunk.
type outsider struct {
	t      *testing.T
	random *rand.Rand
	db     *sqlx.DB // of its own sessions
	book   *targets

	mu      sync.Mutex
	idle    bool                   // nothing is written: the night is only watched
	points  map[string]int         // how many moments the chunks of a step have
	met     map[string]int         // how many of them those have in which it finds something to write to
	hits    map[string]map[int]int // how often it wrote at each of them
	chunk   *chunkInHand
	night   rules.Date
	visits  []*visit
	written []write // in this night, in order
	late    *lateImport
	count   int
}

// chunkInHand is the chunk that the night works on.
type chunkInHand struct {
	Step  string `db:"step"`
	Seq   int    `db:"seq"`
	After int64  `db:"after_loan"`
	Last  int64  `db:"last_loan"`

	session *session
	open    bool // it has loans to write to
	point   int  // the present moment
	at      int  // when the outsider comes; -1: it was there
}

// visit is a transaction of the outsider's.
type visit struct {
	session int // the server's process
	left    int // moments until it may commit
	release func()
	written chan struct{} // closed when all is written
	done    chan struct{} // closed when it has ended
	err     error
}

var chunkClaim = database.Query("run", "ChunkClaim")

// watch is told of every moment of the night's sessions.
func (o *outsider) watch(s *session, m moment) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case m.query == chunkClaim && !m.after:
		if o.chunk = o.inHand(); o.chunk == nil {
			return
		}
		o.chunk.session, o.chunk.at = s, o.choosePoint(o.chunk.Step)
	case o.chunk == nil || o.chunk.session != s:
		return
	case m.after && m.query != "COMMIT":
		return
	default:
		o.chunk.point++
	}
	o.goOn()
	step, point := o.chunk.Step, o.chunk.point
	if step == "export" && o.chunk.Seq == 1 && point == 0 && !o.idle {
		w := o.book.stir(o.night)
		o.written = append(o.written, w)
		writeAll(o.t, o.db, w)
	}
	o.points[step] = max(o.points[step], point+1)
	if point == 0 {
		o.chunk.open = !o.idle && len(o.book.untouched(o.db, o.t, o.chunk.After, o.chunk.Last)) > 0
	}
	if o.chunk.open {
		o.met[step] = max(o.met[step], point+1)
	}
	last := m.after && m.query == "COMMIT"
	if o.chunk.at == point || last && o.chunk.at > point {
		o.chunk.at = -1
		o.come(step, point)
	}
	if last {
		o.chunk = nil
	}
}

// watchImport is told of every moment of an import's sessions.
func (o *outsider) watchImport(_ *session, m moment) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if m.after {
		return
	}
	o.goOn()
	for _, loan := range o.book.loans {
		if loan.touched == 0 && loan.pending == "" {
			o.count++
			loan.touched = o.night
			w := write{wakeFirst: o.random.IntN(2) == 0}
			w.add(loan, o.book.payOff(loan, o.night, 0))
			o.visit(w)
			return
		}
	}
}

// inHand is the chunk that a claim is about to take, if there is one.
func (o *outsider) inHand() *chunkInHand {
	var chunks []chunkInHand
	err := o.db.Select(&chunks, `
		SELECT c.step, c.seq, c.after_loan, c.last_loan
		FROM run r JOIN run_step s USING (run) JOIN run_chunk c USING (run, step)
		WHERE r.state = 'RUNNING' AND s.started_at IS NOT NULL AND c.state = 'PENDING'
		ORDER BY s.position, c.seq LIMIT 1`)
	if err != nil {
		o.t.Error(err)
	}
	if len(chunks) == 0 {
		return nil
	}
	return &chunks[0]
}

// choosePoint chooses among the moments of a step's chunks at which the outsider came least often.
func (o *outsider) choosePoint(step string) int {
	if o.idle || o.points[step] == 0 {
		return -1
	}
	var least []int
	for point := range o.points[step] {
		switch hits := o.hits[step][point]; {
		case len(least) == 0 || hits < o.hits[step][least[0]]:
			least = []int{point}
		case hits == o.hits[step][least[0]]:
			least = append(least, point)
		}
	}
	return least[o.random.IntN(len(least))]
}

// come writes to loans of the chunk, and waits until that is done or waits for the night.
func (o *outsider) come(step string, point int) {
	loans := o.book.untouched(o.db, o.t, o.chunk.After, o.chunk.Last)
	if len(loans) == 0 {
		return
	}
	if o.hits[step] == nil {
		o.hits[step] = map[int]int{}
	}
	o.hits[step][point]++
	o.count++
	if o.late == nil && o.random.IntN(4) == 0 {
		o.late = o.startImport(o.book.lateExtract(loans[0], o.night))
		return
	}
	w := o.book.write(o.random, loans, o.night)
	o.written = append(o.written, w)
	o.visit(w)
}

// visit writes, and waits until that is done or waits for who is watched.
func (o *outsider) visit(w write) {
	hold := 0
	if o.random.IntN(2) == 0 {
		hold = 1 + o.random.IntN(12)
	}
	v := o.begin(w, hold)
	o.visits = append(o.visits, v)
	wait := v.written
	if hold == 0 {
		wait = v.done
	}
	o.waitUntil(wait, `SELECT cardinality(pg_blocking_pids($1)) > 0 FROM pg_sleep(0.001)`, v.session)
}

// goOn lets the transactions commit whose time has come. An import still waits.
func (o *outsider) goOn() {
	if o.late != nil {
		select {
		case <-o.late.done:
			if o.late.err == nil {
				o.t.Errorf("night %s: an import came in while the night held the book", o.night)
			}
		default:
		}
	}
	for _, v := range o.visits {
		if v.left--; v.left == 0 {
			v.release()
			o.waitUntil(v.done, `SELECT cardinality(pg_blocking_pids($1)) > 0 FROM pg_sleep(0.001)`, v.session)
		}
	}
}

// waitUntil waits for the channel to close or the query to be true.
func (o *outsider) waitUntil(closed <-chan struct{}, query string, args ...any) {
	ctx, cancel := context.WithTimeout(context.Background(), atLast)
	defer cancel()
	for is := false; !is; {
		select {
		case <-closed:
			return
		default:
		}
		if err := o.db.GetContext(ctx, &is, query, args...); err != nil {
			o.t.Error(err)
			return
		}
	}
}

// begin begins a transaction that commits after so many moments, or when the night waits for it.
func (o *outsider) begin(w write, hold int) *visit {
	released := make(chan struct{})
	v := &visit{left: hold, written: make(chan struct{}), done: make(chan struct{}), release: sync.OnceFunc(func() { close(released) })}
	if hold == 0 {
		v.release()
	}
	ctx, cancel := context.WithTimeout(context.Background(), atLast)
	conn, err := o.db.Connx(ctx)
	if err == nil {
		err = conn.GetContext(ctx, &v.session, `SELECT pg_backend_pid()`)
	}
	if err != nil {
		o.t.Error(err)
	}
	go func() {
		defer cancel()
		defer conn.Close()
		defer close(v.done)
		for again := true; again; {
			v.err = o.attempt(ctx, conn, w, v, released)
			var refusal *pq.Error
			again = errors.As(v.err, &refusal) && refusal.Code == "40P01" // a deadlock with the night, as anybody may meet
		}
	}()
	return v
}

func (o *outsider) attempt(ctx context.Context, conn *sqlx.Conn, w write, v *visit, released <-chan struct{}) error {
	tx, err := conn.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	if err := w.apply(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	close(v.written)
	o.waitUntil(released, `SELECT EXISTS (SELECT FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock' AND $1 = ANY(pg_blocking_pids(pid))) FROM pg_sleep(0.001)`, v.session)
	return tx.Commit()
}

// leave ends what is still open after a night.
func (o *outsider) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, v := range o.visits {
		v.release()
		<-v.done
		if v.err != nil {
			o.t.Errorf("the outsider could not write: %v", v.err)
		}
	}
	o.visits = nil
}

// lateImport is an import that was begun while a night was at work.
type lateImport struct {
	extract extract
	done    chan struct{}
	err     error
}

// startImport starts an import and waits until it waits for the book.
func (o *outsider) startImport(e extract) *lateImport {
	l := &lateImport{extract: e, done: make(chan struct{})}
	dir := o.t.TempDir()
	e.writeTo(o.t, dir)
	go func() {
		defer close(l.done)
		_, l.err = intake.Import(context.Background(), o.db, intake.Options{Dir: dir, MaxBadPercent: 0.1, Now: clock, Vault: vault})
	}()
	o.waitUntil(l.done, `SELECT EXISTS (SELECT FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory') FROM pg_sleep(0.001)`)
	return l
}

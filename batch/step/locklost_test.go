package step_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// lossesAStep is at how many points of each step the lock of the book is lost in each way.
const lossesAStep = 2

// TestLockLostAnywhere lets a night lose the lock of the book at random points of each step, in each of the ways in which
// it can, while an import and another runner wait for the book. Two of them never work on it at once, and in the end tables
// and files are those of an undisturbed night. A server that ends idle sessions does not end the one that holds the book.
func TestLockLostAnywhere(t *testing.T) {
	t.Parallel()
	s := newLosses(t)
	const seed = 20261129
	random := rand.New(rand.NewPCG(seed, seed))
	for _, way := range []string{"session ended", "line cut", "server killed", "idle sessions ended"} {
		for _, span := range s.spans {
			for range lossesAStep {
				at := span.from + random.Int64N(span.to-span.from)
				t.Run(fmt.Sprintf("seed %d %s in %s at point %d", seed, way, span.step, at), func(t *testing.T) {
					s.lose(t, way, at, fmt.Sprintf("lost_%d", s.copies.Add(1)))
				})
			}
		}
	}
}

// span is the points of a step.
type span struct {
	step     string
	from, to int64
}

// losses is a book on a server of its own, and what becomes of it in an undisturbed night.
type losses struct {
	own    *pgtest.Own
	dir    string // of the extract that was imported last
	want   outcome
	spans  []span
	copies atomic.Int64
}

// allSteps is a runner of nights with the optional step.
func allSteps(db *sqlx.DB, dir string) *batch.Runner {
	r := runner(db, dir)
	r.With = []string{step.EligibleStep}
	return r
}

func newLosses(t *testing.T) *losses {
	t.Helper()
	s := &losses{own: pgtest.NewOwn(t)}
	db, err := sqlx.Open("postgres", s.own.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.dir = t.TempDir()
	age(t, db, crashBook()).writeTo(t, s.dir)
	db.MustExec(oneHolder)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	url, dir := s.own.Copy("undisturbed"), t.TempDir()
	counting, points := openCounting(t, url, 0)
	r := allSteps(counting, dir)
	log := &spanLog{losses: s, points: points}
	r.Log = log.logger()
	if _, err := r.Run(t.Context(), day("2026-08-31")); err != nil {
		t.Fatal(err)
	}
	if len(s.spans) != len(r.Plan) {
		t.Fatalf("got spans %+v, want one of each step", s.spans)
	}
	s.want = s.outcome(t, counting, dir)
	return s
}

// spanLog learns from a runner's log where its steps begin and end.
type spanLog struct {
	losses *losses
	points *atomic.Int64
}

func (l *spanLog) logger() logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	log.AddHook(l)
	return log
}

// Levels are those of what the hook hears.
func (*spanLog) Levels() []logrus.Level { return []logrus.Level{logrus.InfoLevel} }

// Fire notes the point of a step's end; the next one begins there.
func (l *spanLog) Fire(e *logrus.Entry) error {
	if e.Message == "step done" {
		from := int64(1)
		if n := len(l.losses.spans); n > 0 {
			from = l.losses.spans[n-1].to
		}
		l.losses.spans = append(l.losses.spans, span{e.Data["step"].(string), from, l.points.Load()})
	}
	return nil
}

// oneHolder refuses a commit to the run ledger or of an import while a session of another process has taken the book:
// it has a lock beside those that are the same for all.
const oneHolder = `
CREATE FUNCTION one_holder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.mode = 'ExclusiveLock' AND l.objsubid = 1
          AND a.application_name <> current_setting('application_name')
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND l.classid <> 1718973039 AND (l.classid, l.objid) NOT IN ((1718973038, 1769171058), (1718973038, 1769171059))) THEN
        RAISE EXCEPTION 'two processes work on the book';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER one_holder AFTER INSERT OR UPDATE ON run_chunk DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_holder();
CREATE CONSTRAINT TRIGGER one_holder AFTER INSERT OR UPDATE ON run_step DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_holder();
CREATE CONSTRAINT TRIGGER one_holder AFTER INSERT OR UPDATE ON run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_holder();
CREATE CONSTRAINT TRIGGER one_holder AFTER INSERT OR UPDATE ON bureau_file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_holder();
CREATE CONSTRAINT TRIGGER one_holder AFTER INSERT OR UPDATE ON import DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_holder();`

// outcome is what a night has left, but for the last import that its steps know of: one came in between.
func (s *losses) outcome(t *testing.T, db *sqlx.DB, dir string) outcome {
	t.Helper()
	if _, err := db.Exec("UPDATE run_step SET last_import = 0"); err != nil {
		t.Fatal(err)
	}
	return outcome{fingerprint(t, db), fileHashes(t, dir)}
}

// lose runs a night that loses its lock at a point, and then what is left of it.
func (s *losses) lose(t *testing.T, way string, at int64, name string) {
	url, dir := s.own.Copy(name), t.TempDir()
	line := pgtest.NewProxy(t, url)
	db := openAs(t, url, "observer")
	var rivals, act sync.WaitGroup
	var points atomic.Int64
	acting := openWatched(t, url+"&application_name=first", func(*session, moment) {
		if points.Add(1) != at {
			return
		}
		act.Add(1)
		defer act.Done()
		s.rivals(t, url, dir, &rivals)
		switch way {
		case "session ended":
			endHolder(t, db, "first")
			ended := make(chan struct{})
			go func() {
				rivals.Wait()
				close(ended)
			}()
			for n := 0; n == 0; { // until a rival has the book, or waits for what the first one has under way
				select {
				case <-ended: // at the end of a night there is little left for them
					n = 1
				default:
					n = count(t, db, "SELECT count(l.pid) FROM pg_sleep(0.01) LEFT JOIN ("+takers+") l ON TRUE")
				}
			}
		case "line cut":
			line.Cut()
		case "idle sessions ended":
			waitUntilEnded(t, url+idleLimit)
		default:
			s.own.Kill()
			s.own.Start()
		}
	})
	r := allSteps(acting, dir)
	r.Direct = openAs(t, line.URL+idleLimit, "first") // the one that holds the book is not ended, however long the others work
	_, err := r.Run(t.Context(), day("2026-08-31"))
	lost := errors.Is(err, batch.ErrLockLost) || database.IsConnectionLost(err)
	if err != nil && (!lost || way == "idle sessions ended") {
		t.Errorf("the night ended with %v", err)
	}
	act.Wait()
	line.Mend()
	rivals.Wait()
	if _, err := allSteps(db, dir).Run(t.Context(), day("2026-08-31")); err != nil && !errors.Is(err, batch.ErrClosed) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.want, s.outcome(t, db, dir)); diff != "" {
		t.Errorf("the outcome differs from that of an undisturbed night (-want +got):\n%s", diff)
	}
}

// rivals start an import of the same extract and another runner, which wait for the book.
func (s *losses) rivals(t *testing.T, url, dir string, running *sync.WaitGroup) {
	ctx := context.WithoutCancel(t.Context())
	for name, work := range map[string]func(db *sqlx.DB) error{
		"importer": func(db *sqlx.DB) error {
			_, err := intake.Import(ctx, db, intake.Options{Dir: s.dir, Now: clock, Vault: vault})
			return err
		},
		"second": func(db *sqlx.DB) error {
			_, err := allSteps(db, dir).Run(ctx, day("2026-08-31"))
			return err
		},
	} {
		db := openAs(t, url, name)
		running.Go(func() {
			err := work(db)
			if err != nil && !errors.Is(err, batch.ErrLocked) && !errors.Is(err, batch.ErrClosed) &&
				!errors.Is(err, batch.ErrLockLost) && !database.IsConnectionLost(err) {
				t.Errorf("%s ended with %v", name, err)
			}
		})
	}
	waiting := openAs(t, url, "observer")
	for n := 0; n < 2; {
		n = count(t, waiting, "SELECT count(l.pid) FROM pg_sleep(0.01) LEFT JOIN ("+bookLocks+" AND NOT granted) l ON TRUE")
	}
}

// bookLocks is the sessions that hold the book or wait for it.
const bookLocks = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 1718973038 AND objid = 1769171058
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// idleLimit makes the server end sessions that are idle.
const idleLimit = "&idle_session_timeout=500"

// waitUntilEnded waits until the server has ended a session for being idle.
func waitUntilEnded(t *testing.T, url string) {
	idle := openAs(t, url, "idle")
	if err := idle.Ping(); err != nil {
		t.Error(err)
	}
	observer := openAs(t, url, "observer")
	for n := 1; n > 0; {
		n = count(t, observer, "SELECT count(a.pid) FROM pg_sleep(0.01) LEFT JOIN pg_stat_activity a ON a.application_name = 'idle'")
	}
}

// takers are the sessions that have taken the book, or have its lock and wait until nobody works for an earlier holder.
const takers = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
	AND CASE WHEN granted THEN classid NOT IN (1718973038, 1718973039) ELSE classid = 1718973038 AND objid = 1769171059 END`

// endHolder ends the session of a process that holds the book, and waits until it is gone.
func endHolder(t *testing.T, db *sqlx.DB, name string) {
	t.Helper()
	ended := count(t, db, `SELECT count(*) FROM (SELECT pg_terminate_backend(pid, 60000) AS ended FROM pg_stat_activity
		WHERE application_name = $1 AND pid IN (`+bookLocks+` AND granted)) s WHERE ended`, name)
	if ended != 1 {
		t.Errorf("ended %d sessions of %s, want the one that holds the book", ended, name)
	}
}

// openAs opens a database whose sessions have a name.
func openAs(t *testing.T, url, name string) *sqlx.DB {
	t.Helper()
	db, err := sqlx.Open("postgres", url+"&application_name="+name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

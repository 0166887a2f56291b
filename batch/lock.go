package batch

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

var (
	// ErrLocked is returned by LockBook while another process works on the same book.
	ErrLocked = errors.New("another run or import holds the book")
	// ErrLockLost is returned by everything that works under a Book whose session ended or does not answer. Another
	// process may hold the book by now.
	ErrLockLost = errors.New("the lock of the book was lost")
)

// Keys of advisory locks. Nothing else in the database uses them.
const (
	// bookLock is held by the session of the process that works on the book.
	bookLock = 0x6675726e69736872
	// workLock is shared by all transactions that work on the book, in every process. A process that takes the book
	// waits until the last of them has ended.
	workLock = bookLock + 1
	// operationLock is shared by all operations between nights. An import takes it alone: it reads the states of loans,
	// decides, and writes them back.
	operationLock = bookLock + 2
	// dutyLock is held by the session of the scheduler that runs the nights.
	dutyLock = bookLock + 3
	// trialLock is shared by the sessions of trials, which a process that takes the book ends.
	trialLock = bookLock + 4
	// keysLock is held by the transaction that changes which key of its keyset seals the book.
	keysLock = bookLock + 5
	// leadLocks is the upper half of the keys that say which run the holder of the book leads.
	leadLocks = 0x6675726f << 32
)

// leadLock is the key that the coordinator of a run holds. Joined workers work while it is held.
func leadLock(run int64) int64 { return leadLocks | run&0xffffffff }

const (
	// lockPatience is how long a second process waits: long enough for the server to notice that the first
	// was killed, short enough for a person.
	lockPatience = "3s"
	// beat is the time between two questions to the session that holds the book.
	beat = 100 * time.Millisecond
	// silentBeats is how many beats an answer may take. Beats are counted instead of time, so that a process that was
	// suspended does not mistake its own absence for the session's.
	silentBeats = 9
	// grace is how long work may take to end after the lock was lost. A query on a dead connection ends much later.
	grace = 100 * time.Millisecond
	// farewell is how long the note in the run ledger may take after that.
	farewell = 250 * time.Millisecond
)

// errNoAnswer is a connection whose other end is silent.
var errNoAnswer = fmt.Errorf("the database does not answer: %w", driver.ErrBadConn)

// Book is the book, held by this process: by advisory locks of a session of its own, so that a pool cannot take it
// twice. Fence makes it safe: no transaction that went through it commits after another process got the book.
type Book struct {
	conn *sql.Conn
	key  int64 // of another lock of that session: a random key, which tells this holder from all others
	led  int64 // the run that it leads, 0 for none
}

// LockBook takes the book for a run, an import or another change of it. db must not go through a pooler of
// transactions. It returns ErrLocked if another process holds the book. The caller releases it.
func LockBook(ctx context.Context, db *sqlx.DB) (*Book, error) {
	return lockBook(ctx, db, DefaultPatience)
}

// lockBook is LockBook with a bound on how long transactions of an earlier holder may take: it ends older ones.
func lockBook(ctx context.Context, db *sqlx.DB, patience time.Duration) (*Book, error) {
	return takeBook(ctx, db, []taking{
		{lockSession, []any{lockPatience}},
		{lockOust, []any{int64(trialLock)}},
		{lockTake, []any{int64(bookLock)}},
		{lockEvict, []any{int64(workLock), patience.Seconds()}},
		{lockTake, []any{int64(workLock)}}, // what works for an earlier holder has ended
		{lockGive, []any{int64(workLock)}},
	})
}

// taking is a query on the way to the book.
type taking struct {
	query string
	args  []any
}

// takeBook takes the book in a session of its own, and then the key that tells this holder from all others.
func takeBook(ctx context.Context, db *sqlx.DB, way []taking) (*Book, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock the book: %w", err)
	}
	b := &Book{conn: conn, key: randomKey()}
	for _, step := range append(way, taking{lockTake, []any{b.key}}) {
		if _, err = conn.ExecContext(ctx, step.query, step.args...); err != nil {
			break
		}
	}
	if err == nil {
		return b, nil
	}
	b.Release()
	if database.IsLockTimeout(err) {
		err = ErrLocked
	}
	return nil, fmt.Errorf("lock the book: %w", err)
}

// Lead makes the holder of the book the coordinator of a run, in which other processes may join, and returns the run with
// the book by which its transactions are fenced.
func (b *Book) Lead(ctx context.Context, run Run) (Run, error) {
	if err := b.lead(ctx, run.ID); err != nil {
		return Run{}, err
	}
	run.book = b
	return run, nil
}

// lead lets other processes join a run.
func (b *Book) lead(ctx context.Context, run int64) error {
	if b.led == run {
		return nil
	}
	if _, err := b.conn.ExecContext(ctx, lockTake, leadLock(run)); err != nil {
		return fmt.Errorf("lead run %d: %w", run, err)
	}
	b.led = run
	return nil
}

// randomKey is the key of a lock that nobody else has, had or will have.
func randomKey() int64 {
	var random [8]byte
	rand.Read(random[:]) //nolint:errcheck // it never fails
	return int64(binary.BigEndian.Uint64(random[:]))
}

// Release gives the book back. It does not wait for a session that does not answer.
func (b *Book) Release() { release(b.conn) }

// release gives the locks of a session back.
func release(conn *sql.Conn) {
	released := make(chan error, 1)
	go func() {
		_, err := conn.ExecContext(context.Background(), lockRelease)
		if err != nil { // the session is of no use: ended, it holds no lock
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		released <- conn.Close()
	}()
	_, _ = wait(released, grace)
}

// Fence makes sure, in a transaction, that this process holds the book and that nobody else gets it before the
// transaction ends. It returns ErrLockLost.
func (b *Book) Fence(ctx context.Context, tx *sqlx.Tx) error {
	held, err := fence(ctx, tx, b.key)
	if err == nil && !held {
		return ErrLockLost
	}
	return err
}

// JoinOperations begins an operation between nights, in its transaction: it waits while an import works, and an import waits
// for its end. Nights go on beside it: they and it lock the loans that they write (book.LockLoans).
func JoinOperations(ctx context.Context, tx *sqlx.Tx) error {
	if _, err := tx.ExecContext(ctx, lockJoin, int64(operationLock)); err != nil {
		return fmt.Errorf("begin beside other operations: %w", err)
	}
	return nil
}

// HaltOperations keeps operations out until the transaction ends, and waits for those that have begun. It comes before all
// that the transaction locks.
func HaltOperations(ctx context.Context, tx *sqlx.Tx) error {
	if _, err := tx.ExecContext(ctx, lockAlone, int64(operationLock)); err != nil {
		return fmt.Errorf("wait for operations: %w", err)
	}
	return nil
}

// HoldKeys keeps others from changing the keys of the book until the transaction ends, and waits for who does so. What the
// transaction knows of the keyset's file it reads after it.
func HoldKeys(ctx context.Context, tx *sqlx.Tx) error {
	if _, err := tx.ExecContext(ctx, lockAlone, int64(keysLock)); err != nil {
		return fmt.Errorf("wait for who changes the keys: %w", err)
	}
	return nil
}

// HaltNights keeps nights and imports out until the transaction ends. It returns ErrLocked if one of them holds the book.
func HaltNights(ctx context.Context, tx *sqlx.Tx) error {
	var free bool
	if err := tx.GetContext(ctx, &free, lockFree, int64(bookLock)); err != nil {
		return fmt.Errorf("look who holds the book: %w", err)
	}
	if !free {
		return ErrLocked
	}
	return nil
}

// Held reports whether a run, an import or a dry run holds the book now. It takes no lock.
func Held(ctx context.Context, db *sqlx.DB) (held bool, err error) {
	if err := db.GetContext(ctx, &held, lockHeld, int64(bookLock)); err != nil {
		return false, fmt.Errorf("look who holds the book: %w", err)
	}
	return held, nil
}

// fence reports whether a session holds the lock of a key. If so, nobody else gets the book until the transaction ends; if
// not, the transaction must not go on.
func fence(ctx context.Context, tx *sqlx.Tx, key int64) (held bool, err error) {
	if err := tx.GetContext(ctx, &held, lockFence, int64(workLock), key); err != nil {
		return false, fmt.Errorf("check the lock of the book: %w", err)
	}
	return held, nil
}

// Do does work while it watches the book's lock. If the lock is lost, the context of the work ends (with ErrLockLost as
// its cause) and Do returns ErrLockLost within a second, even if the work hangs on a dead connection.
func (b *Book) Do(ctx context.Context, work func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan error, 1)
	go func() { done <- work(ctx) }()
	lost, err := b.watch(done)
	if lost == nil {
		return err
	}
	cancel(lost)
	if ended, err := wait(done, grace); ended && (err == nil || errors.Is(err, ErrLockLost)) {
		return err
	}
	return lost
}

// watch waits for the end of work, whose error it returns, or for the loss of the lock.
func (b *Book) watch(done <-chan error) (lost, err error) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	answer := make(chan error, 1)
	asked := 0 // beats since the open question
	for {
		select {
		case err := <-done:
			return nil, err
		case err := <-answer:
			if asked = 0; err != nil {
				return fmt.Errorf("%w: its session ended", ErrLockLost), nil
			}
		case <-tick.C:
			if asked == 0 {
				go func() { answer <- b.ask() }()
			}
			if asked++; asked > silentBeats {
				return fmt.Errorf("%w: its session does not answer", ErrLockLost), nil
			}
		}
	}
}

// ask asks the session whether it lives. Nobody cancels the question: that would end the session.
func (b *Book) ask() error {
	_, err := b.conn.ExecContext(context.Background(), lockPing)
	return err
}

// within waits for work for so long at most. After that it returns errNoAnswer, and the work goes on unheard.
func within[T any](d time.Duration, work func() (T, error)) (T, error) {
	var result T
	done := make(chan error, 1)
	results := make(chan T, 1)
	go func() {
		result, err := work()
		results <- result
		done <- err
	}()
	ended, err := wait(done, d)
	if !ended {
		return result, errNoAnswer
	}
	return <-results, err
}

// wait waits for work to end, for so long at most.
func wait(done <-chan error, d time.Duration) (ended bool, err error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case err := <-done:
		return true, err
	case <-timer.C:
		return false, nil
	}
}

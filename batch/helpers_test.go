package batch_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// atLast bounds every wait for what must come.
const atLast = 2 * time.Minute

// clock is the time stamp of everything in these tests: nothing may depend on it.
func clock() time.Time { return time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC) }

func day(s string) rules.Date {
	d, err := rules.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// newBook returns a database with so many loans, whose keys are 1, 2, 3, …, opened on 2026-05-01.
func newBook(t testing.TB, loans int) *sqlx.DB {
	t.Helper()
	db := pgtest.New(t)
	fill(t, db, loans)
	return db
}

// fill adds loans to an empty book.
func fill(t testing.TB, db *sqlx.DB, loans int) {
	t.Helper()
	exec(t, db, `INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar)
		VALUES ('P1', 'LENDER01', 'EXAMPLE LENDING', '1 MAIN ST SPRINGFIELD IL 62701', 'monthly:last')`)
	exec(t, db, `INSERT INTO product (product_id, name, portfolio_type, account_type, grace_days, closes_on_payoff)
		VALUES ('PL', 'Personal loan', 'I', '01', 5, TRUE)`)
	exec(t, db, `INSERT INTO loan_key (loan_id) SELECT 'L' || n FROM generate_series(1, CAST($1 AS integer)) n ORDER BY n`, loans)
	exec(t, db, `INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on)
		SELECT loan, loan_id, 1, 1, 'ACCT' || loan_id, '2026-05-01' FROM loan_key`)
	exec(t, db, `INSERT INTO loan_state (loan, status, status_since, status_cause, count_from, servicing_status, imported_status,
		imported_status_since) SELECT loan, 'ACTIVE', '2026-05-01', 'TAKEOVER', '2026-05-01', 'SERVICING', 'ACTIVE', '2026-05-01' FROM loan_key`)
}

// step is a step of two methods that does what its test says, and counts the loans of a chunk by default.
type step struct {
	name  string
	apply func(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error)
}

func (s *step) Name() string { return s.name }

func (s *step) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	if s.apply != nil {
		return s.apply(ctx, tx, c)
	}
	return counted(ctx, tx, c)
}

// counted is the tally of a step that looked at every loan of a chunk and changed those of an even key.
func counted(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var loans []int64
	err := tx.SelectContext(ctx, &loans, "SELECT loan FROM loan_state WHERE loan > $1 AND loan <= $2 ORDER BY loan", c.After, c.Last)
	tally := batch.Tally{Read: int64(len(loans))}
	for _, loan := range loans {
		if loan%2 == 0 {
			tally.Changed++
			tally.Amount += rules.Cents(loan)
			tally.Count("even", 1)
		}
	}
	return tally, err
}

// finisher is a step with something to do after its chunks.
type finisher struct {
	step
	finish func(ctx context.Context, db *sqlx.DB, run batch.Run) error
	undone int
}

func (f *finisher) Finish(ctx context.Context, db *sqlx.DB, run batch.Run) error {
	return f.finish(ctx, db, run)
}

func (f *finisher) Undo(context.Context, *sqlx.Tx, batch.Run) error {
	f.undone++
	return nil
}

// newRunner is of one worker and chunks of two loans.
func newRunner(db *sqlx.DB, plan ...batch.Step) *batch.Runner {
	return &batch.Runner{DB: db, Plan: plan, Now: clock, Workers: 1, ChunkSize: 2, Version: "test", Who: "tester", Why: "a test"}
}

// run runs a date and fails the test on an error.
func run(t testing.TB, r *batch.Runner, date string) *batch.Summary {
	t.Helper()
	summary, err := r.Run(t.Context(), day(date))
	if err != nil {
		t.Fatalf("run %s: %v", date, err)
	}
	return summary
}

// number returns the single number that a query gives.
func number(t testing.TB, db *sqlx.DB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := db.GetContext(context.Background(), &n, query, args...); err != nil {
		t.Fatal(err)
	}
	return n
}

func exec(t testing.TB, db *sqlx.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// chunks lists what the run ledger says of a step's chunks: number, range, state, attempts.
func chunks(t testing.TB, db *sqlx.DB, step string) (list []string) {
	t.Helper()
	err := db.SelectContext(t.Context(), &list, `SELECT format('%s: %s-%s %s %s', seq, after_loan + 1, last_loan, state, attempts)
		FROM run_chunk WHERE step = $1 ORDER BY run, seq`, step)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// calls notes in which order what was called.
type calls struct {
	mu   sync.Mutex
	list []string
}

func (c *calls) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, fmt.Sprintf(format, args...))
}

func (c *calls) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.list)
}

func (c *calls) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.list
	c.list = nil
	return list
}

// open opens a pool of connections to an address.
func open(t testing.TB, url string) *sqlx.DB {
	t.Helper()
	db, err := database.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

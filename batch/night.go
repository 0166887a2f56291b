package batch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/rules"
)

// Step does one job of the night for a chunk of loans: it reads facts, decides by rules and writes, inside
// the transaction that it is given. It does not loop over the book, commit, or read a clock.
type Step interface {
	// Name is the step's stable key in the ledger.
	Name() string
	Apply(ctx context.Context, tx *sqlx.Tx, c Chunk) (Tally, error)
}

// Beginner is a Step with something to do once before its chunks; it commits with the step's start.
type Beginner interface {
	Begin(ctx context.Context, tx *sqlx.Tx, run Run) error
}

// Picker is a Step that looks at a part of the book only. Picks is a query (a variable of package sql) for the
// keys of those loans over the row night: run, after_loan, last_loan, business_date.
type Picker interface {
	Picks() string
}

// Part is one of the steps that a Pass does. Picks is as a Picker's.
type Part struct{ Name, Picks string }

// Pass is a Step that does several neighbouring steps of the plan at once: each chunk is read once, decided by all of
// them in order, and written once. Each keeps its name, its row and its chunks in the run ledger. The Pass has the name
// of its first part, whose chunks are claimed, and Apply returns the tally of the first part with those of the Others.
type Pass interface {
	Step
	Parts() []Part
}

// parts lists the steps of the plan that s does.
func parts(s Step) []Part {
	if pass, ok := s.(Pass); ok {
		return pass.Parts()
	}
	if picker, ok := s.(Picker); ok {
		return []Part{{s.Name(), picker.Picks()}}
	}
	return []Part{{s.Name(), pickBook}}
}

// Finisher is a Step with something to do once after its chunks. After a crash Finish is called again: it must find its
// work done, or do it again with the same result.
type Finisher interface {
	Finish(ctx context.Context, db *sqlx.DB, run Run) error
}

// ErrRedo is wrapped by the error of a Finish that cannot finish the chunks' work as it is, but could if the data were
// corrected. The step's chunks are taken back, and the next call applies them again.
var ErrRedo = errors.New("the step must be done again")

// Undoer is a Finisher that can take back all that its chunks made, for ErrRedo.
type Undoer interface {
	Undo(ctx context.Context, tx *sqlx.Tx, run Run) error
}

// Abandoner is a Step that leaves something behind even when its chunks changed nothing. Abandon removes it when a person
// abandons the run, or refuses with ErrAbandon.
type Abandoner interface {
	Abandon(ctx context.Context, tx *sqlx.Tx, run Run) error
}

// Yielder is a Step whose work an operation between nights may do before it: its chunks may then read fewer loans than they
// were laid out for.
type Yielder interface{ Yields() }

// Optional is a Step that runs go without unless Runner.With names it when they are opened. It is no part of the plan's hash: who resumes
// or joins a run does the steps that the ledger has of it.
type Optional interface{ Optional() }

// Repeater is a Step that does more in another attempt at a business date than what has changed.
type Repeater interface {
	Step
	// Repeat does the step, by calling do with the step or one like it, once or more. All is in one transaction.
	Repeat(ctx context.Context, db *sqlx.DB, run Run, do func(Step) error) error
	// Settle does what cannot be rolled back: it comes last before the commit. Done again after a crash it has the same result.
	Settle(ctx context.Context, db *sqlx.DB, run Run) error
	// Settled comes after the commit. What it could not do the next night does.
	Settled(ctx context.Context, db *sqlx.DB) error
}

// Run identifies a run to its steps.
type Run struct {
	ID       int64
	Date     rules.Date
	Previous rules.Date // the business date closed before it, 0 if none
	LastLoan int64      // the book of this run: loans up to this key
	Again    bool       // it is another attempt at a date that was closed
	Loans    []int64    // the servicing pass looks at these alone; nil: at all that it picks

	Authority Authority // of who makes another attempt

	book *Book // as its coordinator holds it; nil at a joined worker
}

// Chunk is the loans in (After, Last] of one step of one run.
type Chunk struct {
	Run         int64
	Date        rules.Date
	Previous    rules.Date // the business date closed before it, 0 if none
	Again       bool       // of another attempt at a date that was closed
	Loans       []int64    // that it looks at; nil: at all that its step picks
	Seq         int
	After, Last int64
}

// Tally is what a step did with a chunk.
type Tally struct {
	Read, Changed int64
	Counts        map[string]int64
	Amount        rules.Cents
	Exceptions    []Exception
	Rested        bool    // it left the loans to the next business day: what earlier runs listed of them stays open
	Others        []Tally // of the other parts of a Pass, in their order
}

// Count adds n to the named count.
func (t *Tally) Count(name string, n int64) {
	if t.Counts == nil {
		t.Counts = map[string]int64{}
	}
	t.Counts[name] += n
}

// Except quarantines a loan for a reason that rules gave; any other error is returned.
func (t *Tally) Except(loan int64, err error) error {
	var undecidable *rules.Undecidable
	if !errors.As(err, &undecidable) {
		return err
	}
	t.Exceptions = append(t.Exceptions, Exception{loan, undecidable.Code, undecidable.Detail})
	return nil
}

// Exception is a loan that could not be decided, with a stable code and a reason without personal values.
type Exception struct {
	Loan   int64  `json:"loan"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Plan is the steps of a night in their order.
type Plan []Step

// Names lists the steps of a run with these optional ones.
func (p Plan) Names(with ...string) []string { return p.with(with).all() }

// all lists the steps, the optional ones, too.
func (p Plan) all() []string {
	var names []string
	for _, s := range p {
		for _, part := range parts(s) {
			names = append(names, part.Name)
		}
	}
	return names
}

// with returns the plan without the optional steps that are not named.
func (p Plan) with(names []string) Plan {
	return slices.DeleteFunc(slices.Clone(p), func(s Step) bool { return optional(s) && !slices.Contains(names, s.Name()) })
}

func optional(s Step) bool {
	_, is := s.(Optional)
	return is
}

// step returns the Step that does a step of the plan; nil if none does.
func (p Plan) step(name string) Step {
	for _, s := range p {
		if slices.ContainsFunc(parts(s), func(part Part) bool { return part.Name == name }) {
			return s
		}
	}
	return nil
}

// Hash identifies the plan: a run is resumed only by the plan that opened it.
func (p Plan) Hash() string {
	hash := sha256.New()
	for _, s := range p.with(nil) {
		for _, part := range parts(s) {
			hash.Write([]byte(part.Name + "+"))
		}
		hash.Write([]byte{'\n'})
	}
	sum := hash.Sum(nil)
	return hex.EncodeToString(sum[:8])
}

// Errors that a caller of Run branches on, besides ErrLocked and ErrLockLost.
var (
	// ErrClosed: the book was already taken through that business date.
	ErrClosed = errors.New("that business date is already closed")
	// ErrUnfinished: another date's run must be finished first.
	ErrUnfinished = errors.New("another business date is unfinished")
	// ErrPlanChanged: the unfinished run was opened by another plan.
	ErrPlanChanged = errors.New("the unfinished run was opened by another plan")
	// ErrEmptyBook: there is no loan.
	ErrEmptyBook = errors.New("the book has no loan")
	// ErrNotLast: a date is to be run again that is not the one that was closed last.
	ErrNotLast = errors.New("only the business date that was closed last can be run again")
	// ErrReconcile: a step did not read all that it was to look at.
	ErrReconcile = errors.New("loans were not read")
	// ErrDate: a run that is to be opened is of a date far from today, or before the book's first.
	ErrDate = errors.New("that business date looks mistyped")
	// ErrGap: business dates between the last closed one and this one were not run.
	ErrGap = errors.New("business dates before it were not run")
	// ErrNoNight: the calendar says that the date needs no night.
	ErrNoNight = errors.New("that date needs no night")
	// ErrBeforeBook: the book's first night was of a later date.
	ErrBeforeBook = errors.New("that business date is before the book's first night")
	// ErrAbandon is returned by Abandon for a run that cannot be taken back.
	ErrAbandon = errors.New("the run cannot be abandoned")
	// ErrLedger: the run ledger is not in the state that this run left it in.
	ErrLedger = errors.New("the run ledger was changed by somebody else")
)

// Defaults of Runner.
const (
	DefaultChunkSize = 2000
	DefaultWorkers   = 2
	DefaultPatience  = 5 * time.Minute
	// DefaultGrace is less than the half minute after which Kubernetes kills what it has asked to end.
	DefaultGrace = 20 * time.Second
	// DaysAhead is how far after Runner.Today a business date may be.
	DaysAhead = 7
	// attempts at one chunk when the database refuses it for reasons that pass.
	attempts = 5
)

// Runner takes business dates through a plan.
type Runner struct {
	DB        *sqlx.DB
	Direct    *sqlx.DB // of connections that keep their session, for the book's lock; DB if nil
	Plan      Plan
	With      []string // the optional steps of runs that are opened
	Log       logrus.FieldLogger
	Now       func() time.Time        // for time stamps only
	Workers   int                     // chunks at once, DefaultWorkers if 0
	Queue     Queue                   // workers on other machines, nil for none
	Share     Share                   // of the chunks, where several processes are given the same night
	Patience  time.Duration           // how long another process may keep a chunk, DefaultPatience if 0
	Grace     time.Duration           // how long what a run does may take to end after an interruption, DefaultGrace if 0
	ChunkSize int                     // loans a chunk, DefaultChunkSize if 0
	Version   string                  // of the program, kept with the run
	Who, Why  string                  // who runs it and why, kept with the run
	Today     rules.Date              // the date of the person's calendar, to tell a mistyped business date by; 0: not told
	AllowDate string                  // why an unusual business date is right, kept with the run; empty: it is refused
	EveryDate bool                    // a run that skips a date which needs a night is refused
	Calendar  *rules.BusinessCalendar // says which dates need none; nil: every calendar date needs one
	AllowGap  string                  // why dates may be skipped all the same, kept with the run that skips some
	Limits    Limits                  // beyond which brakes stop a run; nil: nothing does
	Accept    []string                // brakes that stopped the run and do not any more, at their numbers
	AcceptWhy string                  // why, kept with the run
	Authority Authority               // who may accept brakes and allow unusual dates and gaps
	Trial     *Trial                  // where the run is only tried, by this process alone and a chunk at a time; nil: it is real
	Portion   Portion                 // what another attempt at a date does of the plan
	Opened    func(run int64)         // is told of a run that is opened or taken up, once that is on disk; nil: nobody is

	alone bool            // nobody may join: what others do would not be part of the transaction
	halt  <-chan struct{} // closed when the run was interrupted: no chunk is begun any more
}

func (r *Runner) withDefaults() (*Runner, error) {
	c := *r
	if c.Trial != nil {
		c.DB, c.Direct = c.Trial.DB, c.Trial.DB
		c.workAlone()
	}
	if c.DB == nil || c.Now == nil || len(c.Plan) == 0 {
		return nil, errors.New("runner needs a database, a clock and a plan")
	}
	if c.Direct == nil {
		c.Direct = c.DB
	}
	if c.Workers == 0 {
		c.Workers = DefaultWorkers
	}
	if c.ChunkSize == 0 {
		c.ChunkSize = DefaultChunkSize
	}
	if c.Patience == 0 {
		c.Patience = DefaultPatience
	}
	if c.Grace == 0 {
		c.Grace = DefaultGrace
	}
	if c.Workers < 1 || c.ChunkSize < 1 {
		return nil, fmt.Errorf("runner takes at least 1 worker and 1 loan a chunk, not %d and %d", c.Workers, c.ChunkSize)
	}
	if c.Log == nil {
		quiet := logrus.New()
		quiet.SetLevel(logrus.PanicLevel)
		c.Log = quiet
	}
	return &c, nil
}

// workAlone makes the runner of a transaction that holds the whole run.
func (r *Runner) workAlone() { r.Workers, r.Queue, r.Share, r.alone = 1, nil, Share{}, true }

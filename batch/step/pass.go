package step

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// Servicing is the pass over the loans that are awake: its deciders look at each chunk one after the other, on the loans
// as the one before has left them. A chunk is read once and written once; then each loan sleeps until its next date.
type Servicing struct{ Vault book.Vault }

// A decider is a step of the plan that the servicing pass does.
type decider struct {
	name string
	// prepare reads what the decider needs beside the loans' facts; nil: nothing.
	prepare func(ctx context.Context, tx *sqlx.Tx, w *work) error
	decide  func(w *work, l *book.Loan) (outcome, error)
}

// deciders of the servicing pass, in the order of the plan.
var deciders = []decider{
	{name: "delinquency", decide: delinquency},
	{name: "closure", decide: closure},
	{name: "statement", prepare: readClosings, decide: statement},
	{name: "contact", prepare: readContacts, decide: contact},
}

// outcome is what a decider made of one loan. The zero value: nothing.
type outcome struct {
	moves  []rules.Move
	counts []count
	amount rules.Cents // charged off
}

type count struct {
	name string
	n    int64
}

// changed reports whether the decider did anything.
func (o *outcome) changed() bool { return len(o.counts) > 0 }

// work is a chunk on its way through the deciders.
type work struct {
	batch.Chunk
	settings *book.Settings
	rested   bool // a decider left what it would look at to the next business day
	loans    []*book.Loan
	closed   map[int64][]rules.ClosedFor // loans that were closed between two nights (Q50)
	closings closings
	contacts contacts

	later int64            // loans that another attempt leaves to the next night
	made  map[int64][]made // what deciders made of the loans that are decided once more
}

// made is what a decider made of a loan.
type made struct {
	tally *batch.Tally
	outcome
}

// Name is that of the first decider.
func (Servicing) Name() string { return deciders[0].name }

// Parts are the deciders. All look at the loans that are awake; the first also checks the packed rows of some others.
func (Servicing) Parts() []batch.Part {
	parts := make([]batch.Part, len(deciders))
	for i, d := range deciders {
		parts[i] = batch.Part{Name: d.name, Picks: pickAwake}
	}
	parts[0].Picks = pickAwakeOrChecked
	return parts
}

// Begin makes sure that the keys are those of the book, and that every loan of it can be picked.
func (s Servicing) Begin(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	if err := s.Vault.Bind(ctx, tx); err != nil {
		return err
	}
	if run.Again {
		steps := make([]string, len(deciders))
		for i := range deciders {
			steps[i] = deciders[i].name
		}
		if err := book.WakeListed(ctx, tx, steps); err != nil {
			return err
		}
	}
	return book.Begin(ctx, tx, run.LastLoan)
}

// Abandon wakes the loans that were put to sleep as of a date that did not come.
func (s Servicing) Abandon(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	return book.Abandon(ctx, tx, run, s.Name())
}

// Apply takes a chunk through the deciders. Counts of delinquency: delinquent, charged_off, cured, drifted (amount: charged
// off), and in another attempt at a date taken_back; of closure: paid_off, surplus, reopened; of statement: statements, announced; of contact: stopped.
func (s Servicing) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	keys, err := batch.Picked(ctx, tx, s, c)
	if err != nil {
		return batch.Tally{}, err
	}
	w, err := begin(ctx, tx, c)
	if err != nil {
		return batch.Tally{}, err
	}
	if w.loans, err = s.Vault.Lock(ctx, tx, w.settings, keys, c.Date); err != nil {
		return batch.Tally{}, err
	}
	if err := w.takeBack(ctx, tx); err != nil {
		return batch.Tally{}, err
	}
	tallies := make([]batch.Tally, len(deciders))
	for i := range deciders {
		if i == movers {
			w.settle(&tallies[0])
		}
		if err := w.through(ctx, tx, &deciders[i], &tallies[i]); err != nil {
			return batch.Tally{}, err
		}
	}
	w.countChecked(&tallies[0])
	if err := s.Vault.Save(ctx, tx, c, w.loans, w.next); err != nil {
		return batch.Tally{}, err
	}
	tallies[0].Others = tallies[1:]
	if err := w.closings.write(ctx, tx, c); err != nil {
		return batch.Tally{}, err
	}
	return tallies[0], book.StopServicing(ctx, tx, book.By{On: c.Date, Run: c.Run}, w.contacts.stops)
}

// begin begins the work on a chunk. Where closures rest on closed days, the night before is the last one that had them.
func begin(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (*work, error) {
	settings, err := book.ReadSettings(ctx, tx)
	if err != nil {
		return nil, err
	}
	c.Previous = settings.Calendar.Worked("closure", c.Previous)
	return &work{Chunk: c, settings: settings}, nil
}

// movers is how many of the deciders, from the first on, move loans and have numbers that brakes judge.
const movers = 2

// Rehearse tells what the first deciders would do with a chunk, with the counts of Apply.
func (s Servicing) Rehearse(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	keys, err := batch.Picked(ctx, tx, s, c)
	if err != nil {
		return batch.Tally{}, err
	}
	w, err := begin(ctx, tx, c)
	if err != nil {
		return batch.Tally{}, err
	}
	if w.loans, err = s.Vault.Peek(ctx, tx, w.settings, keys, c.Date); err != nil {
		return batch.Tally{}, err
	}
	if err := w.takeBack(ctx, tx); err != nil {
		return batch.Tally{}, err
	}
	tallies := make([]batch.Tally, movers)
	for i := range tallies {
		if err := w.through(ctx, tx, &deciders[i], &tallies[i]); err != nil {
			return batch.Tally{}, err
		}
	}
	w.settle(&tallies[0])
	tallies[0].Others = tallies[1:]
	return tallies[0], nil
}

// through takes the loans through one decider. On a closed day on which it rests it only counts them.
func (w *work) through(ctx context.Context, tx *sqlx.Tx, d *decider, tally *batch.Tally) error {
	tally.Read += w.later
	if w.settings.Calendar.Rests(d.name, w.Date) {
		w.rested, tally.Rested = true, true
		for _, l := range w.loans {
			if l.Awake {
				tally.Read++
			}
		}
		tally.Count(countRested, tally.Read)
		return nil
	}
	if d.prepare != nil {
		if err := d.prepare(ctx, tx, w); err != nil {
			return err
		}
	}
	for _, l := range w.loans {
		if l.Awake {
			tally.Read++
		}
		out, err := d.decide(w, l)
		if err != nil {
			if err := tally.Except(l.Facts.Loan, err); err != nil {
				return err
			}
			continue
		}
		if !out.changed() {
			continue
		}
		if w.Again {
			w.made[l.Facts.Loan] = append(w.made[l.Facts.Loan], made{tally, out})
		}
		tally.Changed++
		tally.Amount += out.amount
		for _, c := range out.counts {
			tally.Count(c.name, c.n)
		}
		if len(out.moves) > 0 {
			l.Move(out.moves, w.Date)
		}
	}
	return nil
}

// CodeDrift is the exception of a loan whose packed row was not what the book says.
const CodeDrift = "POSITION_DRIFT"

const driftDetail = "something of it was changed without waking it; it was packed anew and decided by what the book says now"

// countChecked adds the loans that were not awake, but only checked, to what the first decider read, and lists those whose
// packed row was wrong.
func (w *work) countChecked(tally *batch.Tally) {
	tally.Read = int64(len(w.loans)) + w.later
	for _, l := range w.loans {
		if l.Drifted {
			tally.Count("drifted", 1)
			tally.Exceptions = append(tally.Exceptions, batch.Exception{Loan: l.Facts.Loan, Code: CodeDrift, Detail: driftDetail})
		}
	}
}

// countRested counts the loans that a step left to the next business day.
const countRested = "rested"

// next is the date on which a loan is looked at again: by its own facts, or when its statement is due. A decider that rests
// has not looked at it yet.
func (w *work) next(l *book.Loan) rules.Date {
	if w.rested && l.Awake {
		return w.Date + 1
	}
	next := rules.NextLook(&l.Loan, l.Facts.Ledger, w.Date)
	if on, ok := w.closings.waiting[l.Facts.Loan]; ok {
		next = min(next, on)
	}
	if len(l.Cases) > 0 {
		next = min(next, rules.NextCaseEnd(l.Cases, w.Date))
	}
	if t := l.Facts.Termination; t != nil {
		next = min(next, rules.NextTermination(t, w.Date))
	}
	return next
}

// delinquency is step 1: loans that were underpaid too often in a row become delinquent, then charged off; delinquent
// loans that paid the whole past-due amount are cured (DQ1 to DQ6).
func delinquency(w *work, l *book.Loan) (outcome, error) {
	if w.Previous != 0 && w.Previous < w.Date-1 {
		if moves, _ := rules.ClosureBetween(&l.Loan, w.Previous, w.Date); len(moves) > 0 { // step 2 will move it (Q1)
			return outcome{}, nil
		}
	}
	move, ok, err := rules.Delinquency(&l.Loan, w.Date)
	if err != nil || !ok {
		return outcome{}, err
	}
	out := outcome{moves: []rules.Move{move}, amount: move.ChargeOff}
	switch move.To {
	case rules.Delinquent:
		out.counts = []count{{"delinquent", 1}}
	case rules.ChargeOff:
		out.counts = []count{{"charged_off", 1}}
	case rules.Active:
		out.counts = []count{{"cured", 1}}
	default:
		return outcome{}, errors.New("delinquency moved a loan to " + string(move.To))
	}
	return out, nil
}

// closure is step 2: loans that are paid off or overpaid are closed, and reopened when they owe again (PO1 to PO6).
func closure(w *work, l *book.Loan) (outcome, error) {
	moves, closed := rules.ClosureBetween(&l.Loan, w.Previous, w.Date)
	if len(closed) > 0 {
		if w.closed == nil {
			w.closed = map[int64][]rules.ClosedFor{}
		}
		w.closed[l.Facts.Loan] = closed
	}
	out := outcome{moves: moves}
	for _, move := range out.moves {
		switch move.To {
		case rules.PaidOff:
			out.counts = append(out.counts, count{"paid_off", 1})
		case rules.SurplusBalance:
			out.counts = append(out.counts, count{"surplus", 1})
		default:
			out.counts = append(out.counts, count{"reopened", 1})
		}
	}
	if n := len(out.moves); n > 0 && out.moves[n-1].To.Open() {
		if w.contacts.reopened == nil {
			w.contacts.reopened = map[int64]bool{}
		}
		w.contacts.reopened[l.Facts.Loan] = true
	}
	return out, nil
}

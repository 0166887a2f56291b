package book

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Loan is a loan that a pass decides about. Its state is as the deciders before have left it.
type Loan struct {
	rules.Loan // as of the business date
	Facts      *Facts
	Awake      bool // it is looked at tonight; else its packed row is only checked
	Drifted    bool // its packed row was not what the book says, though nothing woke it

	version int64
	repack  bool // its packed row is to be written
	moves   []rules.Move
	from    rules.Status // before its moves

	repeated *rules.Repeated // a night has moved it, and it is decided once more for the same date; nil: it is not
}

// checkedEvery is how many loans there are to one whose packed row a night checks; PickAwakeOrChecked picks by it.
const checkedEvery = 1009

// checked reports whether the packed row of a loan is made anew on d and compared.
func checked(loan int64, d rules.Date) bool { return loan%checkedEvery == int64(d-1)%checkedEvery }

// Lock reads loans in the order of their keys to decide about them as of d, by settings. Their facts are right, and stay so until the
// transaction ends.
func (v Vault) Lock(ctx context.Context, tx *sqlx.Tx, settings *Settings, keys []int64, d rules.Date) ([]*Loan, error) {
	loans, stale, err := versions(ctx, tx, keys, d, accountLock)
	if err != nil {
		return nil, fmt.Errorf("lock loans: %w", err)
	}
	return v.read(ctx, tx, settings, loans, stale, keys, d)
}

// Peek reads those of some loans that are awake as Lock does, without locking them. The transaction sees one state of the
// database.
func (v Vault) Peek(ctx context.Context, tx *sqlx.Tx, settings *Settings, keys []int64, d rules.Date) ([]*Loan, error) {
	loans, stale, err := versions(ctx, tx, keys, d, accountPeek)
	if err != nil {
		return nil, fmt.Errorf("find the loans that are awake: %w", err)
	}
	loans = slices.DeleteFunc(loans, func(l *Loan) bool { return !l.Awake })
	awake := make([]int64, len(loans))
	for i, l := range loans {
		awake[i] = l.Facts.Loan
	}
	return v.read(ctx, tx, settings, loans, stale, awake, d)
}

// read reads the facts of loans as of d, in the order of their keys.
func (v Vault) read(ctx context.Context, tx *sqlx.Tx, settings *Settings, loans []*Loan, stale map[int64]bool, keys []int64, d rules.Date) ([]*Loan, error) {
	packed, err := v.readPacked(ctx, tx, loans, keys)
	if err != nil {
		return nil, fmt.Errorf("read packed rows: %w", err)
	}
	var anew []int64
	for _, l := range loans {
		if stale[l.Facts.Loan] || !packed[l.Facts.Loan] {
			l.repack = true
			anew = append(anew, l.Facts.Loan)
		} else if checked(l.Facts.Loan, d) {
			anew = append(anew, l.Facts.Loan)
		}
	}
	made, err := v.makeFacts(ctx, tx, anew)
	if err != nil {
		return nil, err
	}
	for _, l := range loans {
		if facts := made[l.Facts.Loan]; facts != nil {
			l.Drifted = !l.repack && !facts.same(l.Facts)
			l.repack = l.repack || l.Drifted
			l.Facts = facts
		}
		l.Loan = l.Facts.Rules(settings, d)
	}
	return loans, nil
}

// versions reads how loans are kept, by a query that locks them or not.
func versions(ctx context.Context, tx *sqlx.Tx, keys []int64, d rules.Date, query string) (loans []*Loan, stale map[int64]bool, err error) {
	stale = map[int64]bool{}
	err = database.Each(ctx, tx, (*lockRow).columns, func(r *lockRow) error {
		loans = append(loans, &Loan{Facts: &Facts{Loan: r.loan}, version: r.version, Awake: r.awake})
		if r.stale {
			stale[r.loan] = true
		}
		return nil
	}, query, pq.Array(keys), d)
	return loans, stale, err
}

type lockRow struct {
	loan, version int64
	stale, awake  bool
}

func (r *lockRow) columns() []any { return []any{&r.loan, &r.version, &r.stale, &r.awake} }

// readPacked unpacks the rows of loans, which are in the order of their keys, into their facts. It returns
// which could be read.
func (v Vault) readPacked(ctx context.Context, tx *sqlx.Tx, loans []*Loan, keys []int64) (map[int64]bool, error) {
	packed := make(map[int64]bool, len(loans))
	next := 0
	err := database.Each(ctx, tx, (*packedRow).columns, func(r *packedRow) error {
		for loans[next].Facts.Loan != r.loan {
			next++
		}
		packed[r.loan] = v.unpack(loans[next].Facts, r.facts) == nil
		return nil
	}, accountRead, pq.Array(keys))
	return packed, err
}

type packedRow struct {
	loan  int64
	facts sql.RawBytes
}

func (r *packedRow) columns() []any { return []any{&r.loan, &r.facts} }

// Each calls f with the facts of every loan in (after, last], in the order of the key. Where the packed row is not right
// the facts are made from the book and left unpacked: the next night's pass packs them, after it has decided by them.
// f must not keep the facts.
func (v Vault) Each(ctx context.Context, tx *sqlx.Tx, after, last int64, f func(*Facts) error) error {
	var stale []int64
	if err := tx.SelectContext(ctx, &stale, accountStale, after, last); err != nil {
		return fmt.Errorf("find loans with news: %w", err)
	}
	made, err := v.makeFacts(ctx, tx, stale)
	if err != nil {
		return err
	}
	emitStale := func(before int64) error {
		for ; len(stale) > 0 && stale[0] < before; stale = stale[1:] {
			if facts := made[stale[0]]; facts != nil {
				if err := f(facts); err != nil {
					return err
				}
			}
		}
		return nil
	}
	facts := &Facts{}
	var damaged []int64
	err = database.Each(ctx, tx, (*packedRow).columns, func(r *packedRow) error {
		if made[r.loan] != nil {
			return nil
		}
		if err := emitStale(r.loan); err != nil {
			return err
		}
		facts.Loan = r.loan
		if v.unpack(facts, r.facts) != nil { // as one that another version of the program packed
			damaged = append(damaged, r.loan)
			return nil
		}
		return f(facts)
	}, accountRange, after, last)
	if err != nil {
		return fmt.Errorf("read packed rows: %w", err)
	}
	if err := emitStale(last + 1); err != nil {
		return err
	}
	anew, err := v.makeFacts(ctx, tx, damaged)
	for _, loan := range damaged {
		if err == nil {
			err = f(anew[loan])
		}
	}
	return err
}

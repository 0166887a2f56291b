package step

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
)

// takeBack prepares the loans of another attempt at a date: those that the attempts before have moved are decided once more from
// where they were, and those that nobody asked for, or that people moved as of a later date, are left to the next night.
func (w *work) takeBack(ctx context.Context, tx *sqlx.Tx) error {
	if !w.Again {
		return nil
	}
	w.made = map[int64][]made{}
	before := len(w.loans)
	w.loans = slices.DeleteFunc(w.loans, func(l *book.Loan) bool {
		return w.Loans != nil && !slices.Contains(w.Loans, l.Facts.Loan) || l.Awake && l.State.Since > w.Date
	})
	w.later = int64(before - len(w.loans))
	return book.TakeBack(ctx, tx, w.settings, w.Date, w.loans)
}

// settle ends what moves loans: those that were decided once more as before stay as they are, and are not counted; the others are
// counted as taken_back.
func (w *work) settle(tally *batch.Tally) {
	if !w.Again {
		return
	}
	for _, l := range w.loans {
		repeated, same := l.Repeated()
		if repeated && !same {
			if tally.Count("taken_back", 1); len(w.made[l.Facts.Loan]) == 0 {
				tally.Changed++
			}
		}
		switch {
		case same:
			for _, m := range w.made[l.Facts.Loan] {
				m.take()
			}
			delete(w.closed, l.Facts.Loan)
			delete(w.contacts.reopened, l.Facts.Loan)
		case repeated && l.WasClosed() && l.Status.Open():
			if w.contacts.reopened == nil {
				w.contacts.reopened = map[int64]bool{}
			}
			w.contacts.reopened[l.Facts.Loan] = true
		}
	}
}

// take takes an outcome out of its tally.
func (m *made) take() {
	m.tally.Changed--
	m.tally.Amount -= m.amount
	for _, c := range m.counts {
		if m.tally.Counts[c.name] -= c.n; m.tally.Counts[c.name] == 0 {
			delete(m.tally.Counts, c.name)
		}
	}
}

package step

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/rules"
)

// contacts are the loans of a chunk that have cases, or that its closure has reopened, and those that may not be contacted any
// more.
type contacts struct {
	reopened map[int64]bool
	states   map[int64]rules.ContactState
	stops    []book.Stop
}

// readContacts reads what is known of them. If there are none it reads nothing.
func readContacts(ctx context.Context, tx *sqlx.Tx, w *work) (err error) {
	var loans []int64
	for _, l := range w.loans {
		if len(l.Cases) > 0 || w.contacts.reopened[l.Facts.Loan] {
			loans = append(loans, l.Facts.Loan)
		}
	}
	if len(loans) > 0 {
		w.contacts.states, err = book.ContactStates(ctx, tx, loans)
	}
	return err
}

// contact stops to service a loan of a bankrupt, deceased or military customer, so that the same night's purge cancels its
// calls and debits (Q55, SP7). Nothing comes back by itself: a loan that reopens, or whose case has ended, is listed (SP8).
func contact(w *work, l *book.Loan) (outcome, error) {
	state, ok := w.contacts.states[l.Facts.Loan]
	if !ok {
		return outcome{}, nil
	}
	reason, by := rules.MustNotContact(l.Cases, bureau.Consumers(nil, l.Facts.Consumers), w.Date)
	if by != nil && state.Serviced {
		w.contacts.stops = append(w.contacts.stops, book.Stop{
			Loan: l.Facts.Loan, Reason: reason, Rule: "Q55", Facts: rules.StopFacts(reason, by),
		})
		return outcome{counts: []count{{"stopped", 1}}}, nil
	}
	return outcome{}, rules.ListContact(state, w.contacts.reopened[l.Facts.Loan], by != nil)
}

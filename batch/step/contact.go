package step

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/rules"
)

// stops are the loans of a chunk that may not be contacted any more.
type stops struct {
	serviced map[int64]bool // of the loans with cases
	found    []book.Stop
}

// readServiced reads which of the loans with cases are serviced. Without cases it reads nothing.
func readServiced(ctx context.Context, tx *sqlx.Tx, w *work) error {
	var loans []int64
	for _, l := range w.loans {
		if len(l.Cases) > 0 {
			loans = append(loans, l.Facts.Loan)
		}
	}
	if len(loans) == 0 {
		return nil
	}
	serviced, err := book.Serviced(ctx, tx, loans)
	w.stops.serviced = make(map[int64]bool, len(serviced))
	for _, loan := range serviced {
		w.stops.serviced[loan] = true
	}
	return err
}

// contact stops to service a loan of a bankrupt, deceased or military customer, so that the same night's purge cancels its
// calls and debits (Q55, SP7). Nothing comes back by itself when the case ends.
func contact(w *work, l *book.Loan) (outcome, error) {
	if !w.stops.serviced[l.Facts.Loan] {
		return outcome{}, nil
	}
	reason, by := rules.MustNotContact(l.Cases, bureau.Consumers(nil, l.Facts.Consumers), w.Date)
	if by == nil {
		return outcome{}, nil
	}
	w.stops.found = append(w.stops.found, book.Stop{
		Loan: l.Facts.Loan, Reason: reason, Rule: "Q55", Facts: rules.StopFacts(reason, by),
	})
	return outcome{counts: []count{{"stopped", 1}}}, nil
}

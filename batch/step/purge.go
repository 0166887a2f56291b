package step

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// Purge is step 4: a loan that is not serviced loses every pending payment, call, email and SMS and every
// active schedule of them (SP1 to SP4, SP7).
type Purge struct{}

// Name is the step's key in the ledger.
func (Purge) Name() string { return "purge" }

// Picks are the loans that are not serviced and have something left to cancel.
func (Purge) Picks() string { return pickPurge }

// Yields: an operation that cancels servicing does the same at once (SP5).
func (Purge) Yields() {}

// Apply cancels what is pending. Counts: the seven of rules.PurgeKinds. Changed counts loans.
func (s Purge) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	keys, err := batch.Picked(ctx, tx, s, c)
	if err != nil {
		return tally, err
	}
	tally.Read = int64(len(keys))
	calendar, err := book.ReadCalendar(ctx, tx)
	if err != nil {
		return tally, err
	}
	if calendar.Rests(s.Name(), c.Date) {
		tally.Rested = true
		tally.Count(countRested, tally.Read)
		return tally, nil
	}
	cancelled, err := book.CancelContacts(ctx, tx, book.By{On: c.Date, Run: c.Run}, keys)
	if err != nil {
		return tally, err
	}
	for _, kind := range rules.PurgeKinds {
		tally.Count(kind, cancelled.Counts[kind])
	}
	tally.Changed = cancelled.Loans
	return tally, nil
}

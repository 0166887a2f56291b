package step

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Purge is step 4: a loan that is not serviced loses every pending payment, call, email and SMS and every
// active schedule of them (SP1 to SP4, SP7).
type Purge struct{}

// Name is the step's key in the ledger.
func (Purge) Name() string { return "purge" }

type contactRow struct {
	Loan       int64                 `db:"loan" json:"loan"`
	Servicing  rules.ServicingStatus `db:"servicing_status" json:"-"`
	StopReason string                `db:"stop_reason" json:"reason"`
	ID         string                `db:"id" json:"id"`
	Kind       string                `db:"kind" json:"-"`
	Schedule   bool                  `db:"schedule" json:"-"`
	Required   bool                  `db:"required" json:"-"`
}

// Picks are the loans that are not serviced and have something left to cancel.
func (Purge) Picks() string { return pickPurge }

// Apply cancels what is pending. Counts: the seven of rules.PurgeKinds. Changed counts loans.
func (s Purge) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	keys, err := batch.Picked(ctx, tx, s, c)
	if err != nil {
		return tally, err
	}
	tally.Read = int64(len(keys))
	var rows []contactRow
	if err := tx.SelectContext(ctx, &rows, contactRead, pq.Array(keys)); err != nil {
		return tally, fmt.Errorf("read contacts: %w", err)
	}
	for _, kind := range rules.PurgeKinds {
		tally.Count(kind, 0)
	}
	var schedules, items []contactRow
	var unpaid []int64 // loans that lose a payment, in the order of the key
	purged := map[int64]bool{}
	for _, r := range rows {
		kind, cancel := rules.Purge(r.Servicing, rules.Contact{Kind: r.Kind, Schedule: r.Schedule, Required: r.Required})
		if !cancel {
			continue
		}
		tally.Count(kind, 1)
		purged[r.Loan] = true
		if r.Kind == "PAYMENT" && (len(unpaid) == 0 || unpaid[len(unpaid)-1] != r.Loan) {
			unpaid = append(unpaid, r.Loan)
		}
		if r.Schedule {
			schedules = append(schedules, r)
		} else {
			items = append(items, r)
		}
	}
	tally.Changed = int64(len(purged))
	// Schedules first: none may create an item behind the back of the items' cancellation (SP1).
	if err := database.WriteRows(ctx, tx, scheduleCancel, schedules, c.Run, c.Date); err != nil {
		return tally, fmt.Errorf("cancel schedules: %w", err)
	}
	if err := database.WriteRows(ctx, tx, itemCancel, items, c.Run, c.Date); err != nil {
		return tally, fmt.Errorf("cancel items: %w", err)
	}
	return tally, book.Wake(ctx, tx, unpaid, book.PaymentsCancelled) // their cycles are excused (Q81)
}

package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

type contactsRow struct {
	Loan       int64                 `db:"loan" json:"loan"`
	Servicing  rules.ServicingStatus `db:"servicing_status" json:"-"`
	StopReason string                `db:"stop_reason" json:"reason"`
	ID         string                `db:"id" json:"id"`
	Kind       string                `db:"kind" json:"-"`
	Schedule   bool                  `db:"schedule" json:"-"`
	Required   bool                  `db:"required" json:"-"`
}

// Cancelled is what CancelContacts cancelled: how many of each of rules.PurgeKinds, and of how many loans.
type Cancelled struct {
	Counts map[string]int64
	Loans  int64
}

// CancelContacts cancels every pending payment, call, email and SMS and every active schedule of those loans that are not
// serviced (SP1 to SP4), but for legally due notices (Q81). A cancelled payment excuses its cycle: such loans are woken.
func CancelContacts(ctx context.Context, tx *sqlx.Tx, by By, keys []int64) (Cancelled, error) {
	done := Cancelled{Counts: make(map[string]int64, len(rules.PurgeKinds))}
	for _, kind := range rules.PurgeKinds {
		done.Counts[kind] = 0
	}
	if err := LockLoans(ctx, tx, keys); err != nil {
		return done, err
	}
	var rows []contactsRow
	if err := tx.SelectContext(ctx, &rows, contactRead, database.IntArray(keys)); err != nil {
		return done, fmt.Errorf("read contacts: %w", err)
	}
	var schedules, items []contactsRow
	var unpaid []int64 // loans that lose a payment, in the order of the key
	purged := map[int64]bool{}
	for _, r := range rows {
		kind, cancel := rules.Purge(r.Servicing, rules.Contact{Kind: r.Kind, Schedule: r.Schedule, Required: r.Required})
		if !cancel {
			continue
		}
		done.Counts[kind]++
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
	done.Loans = int64(len(purged))
	// Schedules first: none may create an item behind the back of the items' cancellation (SP1).
	if err := database.WriteRows(ctx, tx, scheduleCancel, schedules, by.run(), by.operation(), by.On); err != nil {
		return done, fmt.Errorf("cancel schedules: %w", err)
	}
	if err := database.WriteRows(ctx, tx, itemCancel, items, by.run(), by.operation(), by.On); err != nil {
		return done, fmt.Errorf("cancel items: %w", err)
	}
	return done, Wake(ctx, tx, unpaid, PaymentsCancelled) // their cycles are excused (Q81)
}

package book

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

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
	Counted    string                `db:"counted" json:"counted"` // as which of rules.PurgeKinds
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
	for _, r := range rows {
		if kind, cancel := rules.Purge(r.Servicing, rules.Contact{Kind: r.Kind, Schedule: r.Schedule, Required: r.Required}); !cancel {
			continue
		} else if r.Counted = kind; r.Schedule {
			schedules = append(schedules, r)
		} else {
			items = append(items, r)
		}
	}
	// Schedules first: none may create an item behind the back of the items' cancellation (SP1).
	ended, err := cancelContacts(ctx, tx, scheduleCancel, schedules, by)
	if err != nil {
		return done, fmt.Errorf("cancel schedules: %w", err)
	}
	cancelled, err := cancelContacts(ctx, tx, itemCancel, items, by)
	if err != nil {
		return done, fmt.Errorf("cancel items: %w", err)
	}
	var unpaid []int64 // loans that lose a payment
	purged := map[int64]bool{}
	for _, r := range slices.Concat(ended, cancelled) {
		done.Counts[r.Counted]++
		purged[r.Loan] = true
		if r.Counted == rules.PurgedPayments {
			unpaid = append(unpaid, r.Loan)
		}
	}
	done.Loans = int64(len(purged))
	slices.Sort(unpaid)
	return done, Wake(ctx, tx, slices.Compact(unpaid), PaymentsCancelled) // their cycles are excused (Q81)
}

// cancelContacts cancels contacts, and returns those that it did cancel: what another system has sent since they were read stays
// sent, and counts nowhere (SP2, SP3).
func cancelContacts(ctx context.Context, tx *sqlx.Tx, query string, rows []contactsRow, by By) (cancelled []contactsRow, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	document, err := json.Marshal(rows)
	if err == nil {
		err = tx.SelectContext(ctx, &cancelled, query, by.run(), by.operation(), by.On, string(document))
	}
	return cancelled, err
}

package servicing

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// QueueRequest names items of a queue for an act on them. Why is the note.
type QueueRequest struct {
	Order
	Queue rules.Queue `json:"queue"`
	Items []string    `json:"items"` // as the queue names them
}

// AssignRequest asks to give items of a queue an owner, a due date, or both.
type AssignRequest struct {
	QueueRequest
	Owner Given[string]     `json:"owner,omitzero"`
	DueOn Given[rules.Date] `json:"dueOn,omitzero"`
}

// QueueResult says what became of the items.
type QueueResult struct {
	Receipt
	Queue rules.Queue `json:"queue"`
	Items []string    `json:"items"`
	Gone  []string    `json:"gone,omitempty"` // they had left the queue
}

// mostItems bounds how many items one operation is about.
const mostItems = 1000

func (r *QueueRequest) validate() error {
	if !slices.Contains(rules.Queues(), r.Queue) {
		return invalid("there is no queue %q", r.Queue)
	}
	if len(r.Items) == 0 || len(r.Items) > mostItems {
		return invalid("name from 1 to %d items", mostItems)
	}
	for _, item := range r.Items {
		if item == "" || len(item) > longestText {
			return invalid("an item has a name of at most %d bytes", longestText)
		}
	}
	return needsWhy(r.Order)
}

// Assign gives items of a queue an owner and a due date. Those that have left it are named in the result.
//
// Errors to branch on: ErrInvalid, ErrRefused if none is in the queue, ErrKeyUsed, ErrBusy.
func (d *Desk) Assign(ctx context.Context, r AssignRequest) (*QueueResult, error) {
	err := r.QueueRequest.validate()
	owner := ""
	r.Owner.into(&owner)
	switch {
	case err != nil:
	case !r.Owner.Set && !r.DueOn.Set:
		err = invalid("it names neither an owner nor a due date")
	case len(owner) > longestKey:
		err = invalid("the owner is longer than %d bytes", longestKey)
	case r.Owner.Set && owner == "" && r.Queue == rules.QueueRejects:
		err = invalid("a bureau's answer always has an owner (BR11)")
	case r.DueOn.Set:
		err = refused(ErrInvalid, r.Queue.CheckDue())
	}
	if err != nil {
		return nil, fmt.Errorf("assign: %w", err)
	}
	return d.onQueue(ctx, "ASSIGN", "assign", &r.QueueRequest, r, func(tx *sqlx.Tx, _ *deed, items []string) error {
		return r.assign(ctx, tx, items, owner)
	})
}

func (r *AssignRequest) assign(ctx context.Context, tx *sqlx.Tx, items []string, owner string) error {
	mine := r.Owner.Set
	if r.Queue == rules.QueueRejects && mine { // its owner is a column of its own
		mine = false
		var answers database.IntArray
		for _, item := range items {
			number, err := strconv.ParseInt(item, 10, 64)
			if err != nil {
				return err
			}
			answers = append(answers, number)
		}
		if _, err := tx.ExecContext(ctx, queueAnswerOwner, answers, owner); err != nil {
			return fmt.Errorf("write the owner of the answers: %w", err)
		}
		if !r.DueOn.Set {
			return nil
		}
	}
	var to *string
	if owner != "" {
		to = &owner
	}
	if _, err := tx.ExecContext(ctx, queueAssign, r.Queue, pq.Array(items), mine, to, r.DueOn.Set, r.DueOn.Value); err != nil {
		return fmt.Errorf("write the owner of the items: %w", err)
	}
	return nil
}

// NoteItems writes a note to items of a queue; it replaces the one before in the queue, and both stay in the list of operations.
//
// Errors to branch on: as Assign.
func (d *Desk) NoteItems(ctx context.Context, r QueueRequest) (*QueueResult, error) {
	if err := r.validate(); err != nil {
		return nil, fmt.Errorf("note it: %w", err)
	}
	return d.onQueue(ctx, "NOTE", "note it", &r, r, func(tx *sqlx.Tx, w *deed, items []string) error {
		return noteItems(ctx, tx, w, r.Queue, items, false)
	})
}

// CloseItems takes items off a queue that only people take items off (SP8), with the note why.
//
// Errors to branch on: as Assign.
func (d *Desk) CloseItems(ctx context.Context, r QueueRequest) (*QueueResult, error) {
	err := r.validate()
	if err == nil {
		err = refused(ErrInvalid, r.Queue.CheckClose())
	}
	if err != nil {
		return nil, fmt.Errorf("close it: %w", err)
	}
	return d.onQueue(ctx, "CLOSE", "close it", &r, r, func(tx *sqlx.Tx, w *deed, items []string) error {
		return noteItems(ctx, tx, w, r.Queue, items, true)
	})
}

func noteItems(ctx context.Context, tx *sqlx.Tx, w *deed, queue rules.Queue, items []string, closes bool) error {
	if _, err := tx.ExecContext(ctx, queueNote, queue, pq.Array(items), w.by.Operation, closes); err != nil {
		return fmt.Errorf("note it: %w", err)
	}
	return nil
}

// queueItem is an item that is in its queue now.
type queueItem struct {
	Item     string `db:"item"`
	Loan     *int64 `db:"loan"`
	Customer *int64 `db:"customer"`
	Case     *int64 `db:"case_key"`
	Closed   bool   `db:"closed"`
}

// onQueue does an operation on the items of a queue that are still in it, and takes away what was kept of those that have left it.
func (d *Desk) onQueue(ctx context.Context, kind, what string, r *QueueRequest, request any, work func(*sqlx.Tx, *deed, []string) error) (*QueueResult, error) {
	done := &QueueResult{}
	err := d.perform(ctx, kind, r.Order, request, done, func(tx *sqlx.Tx, w *deed) error {
		of := []any{r.Queue, rules.AnswerDays, pq.Array(rules.StandingCodes), rules.DeletionWaits}
		if _, err := tx.ExecContext(ctx, queueSweep, of...); err != nil {
			return fmt.Errorf("take away what has left the queue: %w", err)
		}
		var found []queueItem
		if err := tx.SelectContext(ctx, &found, queueItems, append(of, pq.Array(r.Items))...); err != nil {
			return fmt.Errorf("find the items: %w", err)
		}
		done.Queue, done.Items, done.Gone = r.Queue, []string{}, nil
		for _, i := range found {
			if i.Closed {
				continue
			}
			done.Items = append(done.Items, i.Item)
			w.concerns(&i)
		}
		for _, item := range r.Items {
			if !slices.Contains(done.Items, item) {
				done.Gone = append(done.Gone, item)
			}
		}
		if len(done.Items) == 0 {
			return fmt.Errorf("%w: the queue %s has none of them any more", ErrRefused, r.Queue)
		}
		w.after = request
		return work(tx, w, done.Items)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return done, nil
}

// concerns notes whom an operation on an item has to do with.
func (w *deed) concerns(i *queueItem) {
	for _, x := range []struct {
		key  *int64
		keys *[]int64
	}{{i.Loan, &w.loans}, {i.Customer, &w.customers}, {i.Case, &w.cases}} {
		if x.key != nil && !slices.Contains(*x.keys, *x.key) {
			*x.keys = append(*x.keys, *x.key)
		}
	}
}

// SweepQueues takes away what was kept of items that have left their queues: after a night, which takes many off, so that what comes
// back later is another item.
func (d *Desk) SweepQueues(ctx context.Context) error {
	for _, queue := range rules.Queues() {
		err := database.InRetriedTx(ctx, d.DB, func(tx *sqlx.Tx) error {
			_, err := tx.ExecContext(ctx, queueSweep, queue, rules.AnswerDays, pq.Array(rules.StandingCodes), rules.DeletionWaits)
			return err
		})
		if err != nil {
			return fmt.Errorf("take away what has left the queue %s: %w", queue, err)
		}
	}
	return nil
}

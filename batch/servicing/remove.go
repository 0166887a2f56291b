package servicing

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// RemoveRequest asks to delete a customer (CD1). It cannot be undone (CD2).
type RemoveRequest struct {
	Order
	CustomerID    string `json:"customer_id"`
	Approver      string `json:"approver,omitempty"` // of an erasure request, which overrides retention (CD3)
	ErasureReason string `json:"erasure_reason,omitempty"`
}

// RemoveResult is what a removal did.
type RemoveResult struct {
	Receipt
	CustomerID string   `json:"customer_id"`
	Loans      []string `json:"loans"` // they stay
	Approver   string   `json:"approver,omitempty"`
}

// removalOf is what an operation's row says of a customer.
type removalOf struct {
	CustomerID    string     `json:"customer_id"`
	RemovedOn     rules.Date `json:"removed_on"`
	RetainedUntil rules.Date `json:"retained_until"`
	ErasureReason string     `json:"erasure_reason,omitempty"`
}

// RemoveCustomer erases a customer's personal data (CD1); loans, payments and an anonymous key stay, and files that were
// written. It is refused by CD3.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) RemoveCustomer(ctx context.Context, r RemoveRequest) (*RemoveResult, error) {
	if r.CustomerID == "" || len(r.Approver) > longestKey || len(r.ErasureReason) > longestText {
		return nil, fmt.Errorf("remove the customer: %w", invalid("name a customer; approver and reason have at most %d and %d bytes", longestKey, longestText))
	}
	done := &RemoveResult{}
	err := d.perform(ctx, "REMOVE_CUSTOMER", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error {
		return d.remove(ctx, tx, w, &r, done)
	})
	if err != nil {
		return nil, fmt.Errorf("remove the customer: %w", err)
	}
	return done, nil
}

func (d *Desk) remove(ctx context.Context, tx *sqlx.Tx, w *deed, r *RemoveRequest, done *RemoveResult) error {
	if err := d.Vault.Bind(ctx, tx); err != nil {
		return err
	}
	customer, err := find(ctx, tx, "customer", customerByID, r.CustomerID)
	if err != nil {
		return err
	}
	w.customers = []int64{customer}
	if err := tx.SelectContext(ctx, &w.loans, customerLoans, customer); err != nil {
		return fmt.Errorf("find the customer's loans: %w", err)
	}
	if err := book.LockLoans(ctx, tx, w.loans); err != nil {
		return err
	}
	known, err := book.LockCustomers(ctx, tx, w.customers)
	if err != nil {
		return err
	}
	if len(known) != 1 {
		return unknown("customer", r.CustomerID)
	}
	c := &known[0]
	for _, by := range []string{r.By, cmp.Or(d.Authority.User, r.By)} { // who is named, and who does it
		if err := rules.CheckRemoval(&c.Customer, rules.Erasure{Approver: r.Approver, Reason: r.ErasureReason, By: by}, w.by.On); err != nil {
			return refused(ErrRefused, err)
		}
	}
	done.CustomerID, done.Approver, done.Loans = r.CustomerID, r.Approver, []string{}
	for i := range c.Loans {
		done.Loans = append(done.Loans, c.Loans[i].LoanID)
	}
	w.before = removalOf{CustomerID: r.CustomerID, RetainedUntil: c.RetainedUntil()}
	reason, err := book.Unname(ctx, tx, customer, r.ErasureReason)
	if err != nil {
		return err
	}
	w.after = removalOf{r.CustomerID, w.by.On, c.RetainedUntil(), reason}
	erased, err := d.Vault.Erase(ctx, tx, w.by, customer, w.loans)
	if err == nil && !erased {
		err = fmt.Errorf("%w: the customer was removed meanwhile (CD2)", ErrRefused)
	}
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, removalDone, customer); err != nil {
		return fmt.Errorf("note that the customer is removed: %w", err)
	}
	return nil
}

// Removals is what became of the requests of customer_removals.csv.
type Removals struct {
	Removed int `json:"removed"`
	Refused int `json:"refused"`
	Outcomes[RemovalOutcome]
}

// RemovalOutcome is what became of one request.
type RemovalOutcome struct {
	CustomerID string `json:"customer_id"`
	Removed    bool   `json:"removed"`
	Why        string `json:"why,omitempty"` // it was refused
}

// note counts and lists what became of a request.
func (r *Removals) note(o RemovalOutcome) {
	if o.Removed {
		r.Removed++
	} else {
		r.Refused++
	}
	r.add(o)
}

// request is a row of customer_removals.csv that was not carried out.
type request struct {
	Customer   int64  `db:"customer"`
	CustomerID string `db:"customer_id"`
	Approver   string `db:"approver"`
	Reason     string `db:"erasure_reason"`
}

// requestsAtOnce is how many requests are read at once.
const requestsAtOnce = 1000

// RemoveRequested carries out what customer_removals.csv asks for, each row by itself: one that is refused stops no other (CD2),
// and stays refused until it is sent again. Interrupted, the next call goes on.
func (d *Desk) RemoveRequested(ctx context.Context, o Order) (*Removals, error) {
	done := &Removals{Outcomes: Outcomes[RemovalOutcome]{Rows: []RemovalOutcome{}}}
	o.Key = ""
	for after := int64(0); ; {
		var requests []request
		if err := d.DB.SelectContext(ctx, &requests, removalPending, after, requestsAtOnce); err != nil {
			return done, fmt.Errorf("read the requests to remove customers: %w", err)
		}
		if len(requests) == 0 {
			return done, nil
		}
		for _, r := range requests {
			after = r.Customer
			outcome, err := d.carryOut(ctx, o, r)
			if err != nil {
				return done, err
			}
			done.note(outcome)
		}
	}
}

func (d *Desk) carryOut(ctx context.Context, o Order, r request) (RemovalOutcome, error) {
	outcome := RemovalOutcome{CustomerID: r.CustomerID}
	_, err := d.RemoveCustomer(ctx, RemoveRequest{Order: o, CustomerID: r.CustomerID, Approver: r.Approver, ErasureReason: r.Reason})
	why, refused := fault(err)
	if err == nil || !refused {
		outcome.Removed = err == nil
		return outcome, err
	}
	if outcome.Why = why; o.DryRun {
		return outcome, nil
	}
	err = database.InDurableTx(ctx, d.DB, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, removalRefused, r.Customer, outcome.Why)
		return err
	})
	if err != nil {
		err = fmt.Errorf("note that a removal is refused: %w", err)
	}
	return outcome, err
}

// Eligible is a customer who may be deleted (CD4).
type Eligible struct {
	Key           int64      `json:"-"`
	CustomerID    string     `json:"customer_id"`
	Loans         int        `json:"loans"`
	RetainedUntil rules.Date `json:"retained_until"`
	ListedOn      rules.Date `json:"listed_on"` // by the night of that date; 0: by none
}

// EligibleCustomers lists customers who may be deleted as of d, those after a key and at most so many, in the order of the book.
// next is the key to go on after, 0 for no more: a page may be empty and not the last.
func (d *Desk) EligibleCustomers(ctx context.Context, asOf rules.Date, after int64, limit int) (page []Eligible, next int64, err error) {
	err = database.InTx(ctx, d.DB, func(tx *sqlx.Tx) error {
		keys, err := book.Candidates(ctx, tx, asOf, after, limit)
		if err != nil {
			return err
		}
		if len(keys) == limit {
			next = keys[len(keys)-1]
		}
		customers, err := book.Customers(ctx, tx, keys)
		if err != nil {
			return err
		}
		var listed []struct {
			Customer int64      `db:"customer"`
			On       rules.Date `db:"business_date"`
		}
		if err := tx.SelectContext(ctx, &listed, eligibleListed, database.IntArray(keys)); err != nil {
			return fmt.Errorf("read which night listed them: %w", err)
		}
		on := make(map[int64]rules.Date, len(listed))
		for _, l := range listed {
			on[l.Customer] = l.On
		}
		for i := range customers {
			c := &customers[i]
			if rules.CheckRemoval(&c.Customer, rules.Erasure{}, asOf) == nil {
				page = append(page, Eligible{c.Key, c.CustomerID, len(c.Loans), c.RetainedUntil(), on[c.Key]})
			}
		}
		return nil
	})
	return page, next, err
}

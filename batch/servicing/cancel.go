package servicing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// CancelRequest asks to cancel servicing for every loan that a customer has now, or for one loan (SP5).
type CancelRequest struct {
	Order
	CustomerID string `json:"customer_id,omitempty"` // one of the two
	LoanID     string `json:"loan_id,omitempty"`
	Reason     string `json:"reason"` // of SP6; empty: the default
}

// CancelResult is what a cancellation did.
type CancelResult struct {
	Receipt
	CustomerID   string           `json:"customer_id,omitempty"`
	LoanID       string           `json:"loan_id,omitempty"`
	LoansUpdated int              `json:"loans_updated"` // loans that were serviced until now
	Reason       string           `json:"reason"`
	Cancelled    map[string]int64 `json:"cancelled"` // the seven kinds of rules.PurgeKinds
}

// servicingOf is what an operation's row says of the servicing status of a loan.
type servicingOf struct {
	LoanID     string                `json:"loan_id"`
	Servicing  rules.ServicingStatus `json:"servicing_status"`
	StopReason string                `json:"stop_reason,omitempty"`
}

// CancelServicing stops to service loans and cancels their payments, calls, emails and SMS at once, all or nothing (SP5). A loan
// that is not serviced keeps its first reason and date (SP4); what slipped in since then is cancelled.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) CancelServicing(ctx context.Context, r CancelRequest) (*CancelResult, error) {
	if r.Reason == "" {
		r.Reason = rules.DefaultStopReason
	}
	if (r.CustomerID == "") == (r.LoanID == "") {
		return nil, fmt.Errorf("cancel servicing: %w", invalid("name a customer or a loan"))
	}
	if err := rules.CheckStopReason(r.Reason); err != nil {
		return nil, fmt.Errorf("cancel servicing: %w", refused(ErrInvalid, err))
	}
	done := &CancelResult{}
	err := d.perform(ctx, "CANCEL_SERVICING", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error {
		done.CustomerID, done.LoanID, done.Reason, done.LoansUpdated = r.CustomerID, r.LoanID, r.Reason, 0
		if err := r.find(ctx, tx, w); err != nil {
			return err
		}
		return cancelServicing(ctx, tx, w, done)
	})
	if err != nil {
		return nil, fmt.Errorf("cancel servicing: %w", err)
	}
	return done, nil
}

// find finds the loans of the request.
func (r *CancelRequest) find(ctx context.Context, tx *sqlx.Tx, w *deed) error {
	if r.LoanID != "" {
		loan, err := findLoan(ctx, tx, r.LoanID)
		w.loans = []int64{loan}
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
	return nil
}

func findLoan(ctx context.Context, tx *sqlx.Tx, id string) (int64, error) {
	return find(ctx, tx, "loan", loanByID, id)
}

// find finds the key of what the lender names.
func find(ctx context.Context, tx *sqlx.Tx, what, query, id string) (key int64, err error) {
	err = tx.GetContext(ctx, &key, query, id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, unknown(what, id)
	case err != nil:
		return 0, fmt.Errorf("find the %s: %w", what, err)
	}
	return key, nil
}

func cancelServicing(ctx context.Context, tx *sqlx.Tx, w *deed, done *CancelResult) error {
	known, err := book.ReadKnown(ctx, tx, w.loans)
	if err != nil {
		return err
	}
	before, after := make([]servicingOf, len(known)), make([]servicingOf, len(known))
	var stops []book.Stop
	for i, k := range known {
		before[i] = servicingOf{k.LoanID, k.Servicing, k.StopReason}
		after[i] = before[i]
		if k.Servicing == rules.NotServicing { // SP4: the first reason stays
			continue
		}
		after[i].Servicing, after[i].StopReason = rules.NotServicing, done.Reason
		stops = append(stops, book.Stop{Loan: k.Loan, Reason: done.Reason, Rule: "SP5", Facts: rules.StopByHand(done.Reason)})
	}
	w.before, w.after = before, after
	done.LoansUpdated = len(stops)
	if err := book.StopServicing(ctx, tx, w.by, stops); err != nil {
		return err
	}
	cancelled, err := book.CancelContacts(ctx, tx, w.by, w.loans)
	done.Cancelled = cancelled.Counts
	return err
}

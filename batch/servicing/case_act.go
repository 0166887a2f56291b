package servicing

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// AssociateRequest asks to associate a case with customers and loans of the book, and with what other systems keep, or to take such
// associations away.
type AssociateRequest struct {
	Order
	CaseID       string            `json:"caseId"` // or its external id
	Associations []CaseAssociation `json:"associations"`
}

func (r *AssociateRequest) validate() error {
	if len(r.Associations) == 0 || len(r.Associations) > mostParties {
		return invalid("name from 1 to %d associations", mostParties)
	}
	for _, a := range r.Associations {
		if err := rules.CheckAssociation(a.Kind, a.Reference); err != nil {
			return refused(ErrInvalid, err)
		}
		if len(a.Reference) > longestKey {
			return invalid("a reference is longer than %d bytes", longestKey)
		}
	}
	return nil
}

// split finds the customers and loans among the associations; the others are kinds and references.
func (r *AssociateRequest) split(ctx context.Context, tx *sqlx.Tx) (p parties, kinds, references database.TextArray, err error) {
	var customers, loans []string
	for _, a := range r.Associations {
		switch a.Kind {
		case rules.AssociationCustomer:
			customers = append(customers, a.Reference)
		case rules.AssociationLoan:
			loans = append(loans, a.Reference)
		default:
			kinds, references = append(kinds, string(a.Kind)), append(references, a.Reference)
		}
	}
	p, err = findParties(ctx, tx, customers, loans)
	return p, kinds, references, err
}

// AssociateCase associates a case. Customers and loans say whom it concerns: their loans are decided by it from the next night on.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) AssociateCase(ctx context.Context, r AssociateRequest) (*CaseResult, error) {
	return d.associate(ctx, "ASSOCIATE_CASE", "associate the case", &r, associationAdd,
		func(tx *sqlx.Tx, w *deed, c *book.CaseFile, p *parties) (int, error) {
			if err := rules.CheckParties(c.CaseEntry, len(c.CustomerIDs)+len(p.customers), len(c.LoanIDs)+len(p.loans)); err != nil {
				return 0, refused(ErrRefused, err)
			}
			return p.add(ctx, tx, w, c)
		})
}

// DissociateCase takes associations of a case away. An import does not bring them back. A case keeps at least one customer or loan.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) DissociateCase(ctx context.Context, r AssociateRequest) (*CaseResult, error) {
	return d.associate(ctx, "DISSOCIATE_CASE", "remove associations of the case", &r, associationRemove,
		func(tx *sqlx.Tx, w *deed, c *book.CaseFile, p *parties) (int, error) {
			w.customers = p.customers
			removed, err := book.RemoveParties(ctx, tx, w.by, c, p.customers, p.loans)
			if err != nil {
				return 0, err
			}
			return removed, refused(ErrRefused, rules.CheckParties(c.CaseEntry, len(c.CustomerIDs)+len(c.LoanIDs)-removed, 0))
		})
}

// associate changes the parties of a case, and then its other associations by a query whose last parameter is the operation, if any
// is added.
func (d *Desk) associate(ctx context.Context, kind, what string, r *AssociateRequest, query string, change func(*sqlx.Tx, *deed, *book.CaseFile, *parties) (int, error)) (*CaseResult, error) {
	if err := r.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return d.onCase(ctx, kind, what, r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (bool, error) {
		p, kinds, references, err := r.split(ctx, tx)
		if err != nil {
			return false, err
		}
		changed, err := change(tx, w, c, &p)
		if err != nil || len(kinds) == 0 {
			return changed > 0, err
		}
		args := []any{c.Key, kinds, references}
		if query == associationAdd {
			args = append(args, w.by.Operation)
		}
		result, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return false, fmt.Errorf("write the associations: %w", err)
		}
		n, err := result.RowsAffected()
		return changed > 0 || n > 0, err
	})
}

// ViewCase notes that somebody has viewed a case (CA1). It says nothing of what the case changed in files: that is Seen.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrKeyUsed, ErrBusy.
func (d *Desk) ViewCase(ctx context.Context, r CaseRequest) (*CaseResult, error) {
	if r.Why == "" {
		r.Why = "viewed"
	}
	return d.onCase(ctx, "VIEW_CASE", "note that the case was viewed", r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (bool, error) {
		_, err := tx.ExecContext(ctx, caseView, c.Key, w.by.Operation)
		return true, err
	})
}

// SnoozeRequest asks to snooze a case until a date, inclusive.
type SnoozeRequest struct {
	Order
	CaseID string     `json:"caseId"` // or its external id
	Until  rules.Date `json:"until"`
}

// SnoozeCase takes a case off the list of those to work on until a date. It lifts no protection, and the review list keeps it (CA1).
// Another snooze replaces the one that runs.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) SnoozeCase(ctx context.Context, r SnoozeRequest) (*CaseResult, error) {
	return d.onCase(ctx, "SNOOZE_CASE", "snooze the case", r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (bool, error) {
		if err := rules.CheckSnooze(c.CaseEntry, r.Until, w.by.On); err != nil {
			return false, refused(ErrRefused, err)
		}
		_, err := tx.ExecContext(ctx, caseSnooze, c.Key, r.Until)
		return c.SnoozedUntil != r.Until, err
	})
}

// UnsnoozeCase ends a snooze.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) UnsnoozeCase(ctx context.Context, r CaseRequest) (*CaseResult, error) {
	return d.onCase(ctx, "UNSNOOZE_CASE", "end the snooze of the case", r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (bool, error) {
		if err := rules.CheckUnsnooze(c.SnoozedUntil, w.by.On); err != nil {
			return false, refused(ErrRefused, err)
		}
		_, err := tx.ExecContext(ctx, caseSnooze, c.Key, nil)
		return true, err
	})
}

// EscalateRequest asks to escalate a case. Why is the reason.
type EscalateRequest struct {
	Order
	CaseID   string `json:"caseId"`             // or its external id
	Assignee string `json:"assignee,omitempty"` // person or team
}

// EscalateCase escalates a case, once until it is de-escalated.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) EscalateCase(ctx context.Context, r EscalateRequest) (*CaseResult, error) {
	if len(r.Assignee) > longestKey {
		return nil, fmt.Errorf("escalate the case: %w", invalid("the assignee is longer than %d bytes", longestKey))
	}
	return d.onCase(ctx, "ESCALATE_CASE", "escalate the case", r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (bool, error) {
		if err := rules.CheckEscalation(c.CaseEntry, c.Escalated, true); err != nil {
			return false, refused(ErrRefused, err)
		}
		var assignee *string
		if r.Assignee != "" {
			assignee = &r.Assignee
		}
		_, err := tx.ExecContext(ctx, escalationRaise, c.Key, assignee, w.by.Operation, w.by.On)
		return true, err
	})
}

// DeescalateCase ends the escalation of a case. Why says what came of it.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) DeescalateCase(ctx context.Context, r CaseRequest) (*CaseResult, error) {
	return d.onCase(ctx, "DEESCALATE_CASE", "de-escalate the case", r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (bool, error) {
		if err := rules.CheckEscalation(c.CaseEntry, c.Escalated, false); err != nil {
			return false, refused(ErrRefused, err)
		}
		return true, endEscalation(ctx, tx, w, c)
	})
}

func endEscalation(ctx context.Context, tx *sqlx.Tx, w *deed, c *book.CaseFile) error {
	if _, err := tx.ExecContext(ctx, escalationEnd, c.Key, w.by.Operation, w.by.On); err != nil {
		return fmt.Errorf("end the escalation: %w", err)
	}
	return nil
}

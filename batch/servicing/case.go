package servicing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// CaseFields are what people and systems say of a case; what is not given stays as it is (CA1).
type CaseFields struct {
	ExternalID            Given[string]            `json:"externalId,omitzero"` // of the system that keeps the case: its key for sending it again
	Type                  Given[rules.CaseType]    `json:"type,omitzero"`
	Status                Given[string]            `json:"status,omitzero"` // nothing: open, or closed with a date closed
	Outcome               Given[rules.CaseOutcome] `json:"outcome,omitzero"`
	OpenedOn              Given[rules.Date]        `json:"openedOn,omitzero"` // nothing: the business date
	ClosedOn              Given[rules.Date]        `json:"closedOn,omitzero"`
	AutoCreated           Given[bool]              `json:"autoCreated,omitzero"` // monitoring made it (CA2)
	Chapter               Given[int]               `json:"chapter,omitzero"`
	FiledOn               Given[rules.Date]        `json:"filedOn,omitzero"`
	Disposition           Given[rules.Disposition] `json:"disposition,omitzero"`
	DispositionOn         Given[rules.Date]        `json:"dispositionOn,omitzero"`
	ListedOutstandingDebt Given[bool]              `json:"listedOutstandingDebt,omitzero"`
	CourtCaseNumber       Given[string]            `json:"courtCaseNumber,omitzero"` // personal: no result has it
	DisputeKind           Given[rules.DisputeKind] `json:"disputeKind,omitzero"`
	DisputedAmount        Given[rules.Cents]       `json:"disputedAmount,omitzero"`
	ReceivedOn            Given[rules.Date]        `json:"receivedOn,omitzero"`
}

// over returns a case as the fields leave it.
func (f *CaseFields) over(e rules.CaseEntry) rules.CaseEntry {
	f.ExternalID.into(&e.ExternalID)
	f.Type.into(&e.Type)
	f.Status.into(&e.Status)
	f.Outcome.into(&e.Outcome)
	f.OpenedOn.into(&e.OpenedOn)
	f.ClosedOn.into(&e.ClosedOn)
	f.AutoCreated.into(&e.AutoCreated)
	f.Chapter.into(&e.Chapter)
	f.FiledOn.into(&e.FiledOn)
	f.Disposition.into(&e.Disposition)
	f.DispositionOn.into(&e.DispositionOn)
	f.ListedOutstandingDebt.orNil(&e.DebtListed)
	f.DisputeKind.into(&e.DisputeKind)
	f.DisputedAmount.orNil(&e.DisputedAmount)
	f.ReceivedOn.into(&e.ReceivedOn)
	return e
}

// CaseView is a case as results and the rows of operations tell of it: without the court's number.
type CaseView struct {
	CaseID string `json:"caseId"`
	rules.CaseEntry
	CustomerIDs  []string          `json:"customerIds"`
	LoanIDs      []string          `json:"loanIds"`
	Associations []CaseAssociation `json:"associations"` // with what other systems keep
	SnoozedUntil rules.Date        `json:"snoozedUntil,omitempty"`
	ViewedBy     string            `json:"viewedBy,omitempty"`
	ViewedAt     *time.Time        `json:"viewedAt,omitempty"`
	Escalated    bool              `json:"escalated"`
}

// CaseAssociation is what a case is associated with: a customer or a loan by its id, or the reference of another system.
type CaseAssociation struct {
	Kind      rules.AssociationKind `json:"kind"`
	Reference string                `json:"reference"`
}

// CaseResult is what became of a case.
type CaseResult struct {
	Receipt
	Created bool     `json:"created"`
	Changed bool     `json:"changed"` // false: it was so before, and without a key no operation is noted
	Case    CaseView `json:"case"`
}

func (r *CaseResult) unchanged() bool { return !r.Changed }

func viewOf(c *book.CaseFile) CaseView {
	v := CaseView{
		CaseID: c.CaseID, CaseEntry: c.CaseEntry, CustomerIDs: c.CustomerIDs, LoanIDs: c.LoanIDs, Associations: []CaseAssociation{},
		SnoozedUntil: c.SnoozedUntil, ViewedBy: c.ViewedBy, ViewedAt: c.ViewedAt, Escalated: c.Escalated,
	}
	for _, a := range c.Associations {
		kind, reference, _ := strings.Cut(a, " ")
		v.Associations = append(v.Associations, CaseAssociation{rules.AssociationKind(kind), reference})
	}
	return v
}

// caseWork changes a case that is locked, and says whether it did.
type caseWork func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (changed bool, err error)

// onCase does an operation on one case, named by its id or its external id.
func (d *Desk) onCase(ctx context.Context, kind, what string, o Order, request any, id string, work caseWork) (*CaseResult, error) {
	done := &CaseResult{}
	err := d.onCaseKey(ctx, kind, what, o, request, id, done, func(tx *sqlx.Tx, w *deed, key int64) error {
		return changeCase(ctx, tx, w, key, done, work)
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// onCaseKey does an operation on a case with the key that its id or its external id has.
func (d *Desk) onCaseKey(
	ctx context.Context, kind, what string, o Order, request any, id string, done result, work func(tx *sqlx.Tx, w *deed, key int64) error,
) error {
	err := needsCase(o, id)
	if err == nil {
		err = d.perform(ctx, kind, o, request, done, func(tx *sqlx.Tx, w *deed) error {
			key, err := find(ctx, tx, "case", caseByID, id)
			if err != nil {
				return err
			}
			return work(tx, w, key)
		})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func needsCase(o Order, id string) error {
	if id == "" {
		return invalid("it does not say which case")
	}
	return needsWhy(o)
}

// changeCase locks a case, changes it, and says so in the result and the deed. Of what changes nothing no operation is noted, unless it
// has a key: the same request again, after the case has changed, is not to be done then.
func changeCase(ctx context.Context, tx *sqlx.Tx, w *deed, key int64, done *CaseResult, work caseWork) error {
	c, err := book.LockCase(ctx, tx, key)
	if err != nil {
		return err
	}
	before := viewOf(c)
	changed, err := work(tx, w, c)
	if err != nil {
		return err
	}
	now, err := c.Reread(ctx, tx)
	if err != nil {
		return err
	}
	done.Created, done.Changed, done.Case = false, changed, viewOf(now)
	if !changed && !w.keyed {
		done.receipt().Operation = 0
		return errTakenBack
	}
	w.loans, w.cases, w.before, w.after = now.Loans, []int64{key}, before, done.Case
	return nil
}

// UpdateCaseRequest asks to change a case.
type UpdateCaseRequest struct {
	Order
	CaseID string `json:"caseId"` // or its external id
	CaseFields
}

// UpdateCase changes what is given of a case; the next night decides its loans by it.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) UpdateCase(ctx context.Context, r UpdateCaseRequest) (*CaseResult, error) {
	if err := r.CaseFields.bounds(); err != nil {
		return nil, fmt.Errorf("update the case: %w", err)
	}
	return d.onCase(ctx, "UPDATE_CASE", "update the case", r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (bool, error) {
		return updateCase(ctx, tx, w, c, &r.CaseFields)
	})
}

func updateCase(ctx context.Context, tx *sqlx.Tx, w *deed, c *book.CaseFile, f *CaseFields) (changed bool, err error) {
	now, err := rules.EditCase(c.CaseEntry, f.over(c.CaseEntry).WithDefaults(w.by.On), w.by.On)
	if err != nil {
		return false, refused(ErrRefused, err)
	}
	if changed, err = writeCase(ctx, tx, c, now); err != nil {
		return changed, err
	}
	number := c.CourtNumber
	if f.CourtCaseNumber.into(&number); number == c.CourtNumber {
		return changed, nil
	}
	return true, book.WriteCourtNumber(ctx, tx, w.by, c.Key, number)
}

// writeCase writes a case if it differs from what is there.
func writeCase(ctx context.Context, tx *sqlx.Tx, c *book.CaseFile, now rules.CaseEntry) (changed bool, err error) {
	if now.Equal(c.CaseEntry) {
		return false, nil
	}
	return true, book.WriteCase(ctx, tx, c, now)
}

// CaseRequest names a case for an act on it.
type CaseRequest struct {
	Order
	CaseID string `json:"caseId"` // or its external id
}

// DeleteCase deletes a case softly: it stays, and stops having effect from the next night on (CA1, Q73, Q78). Its escalation ends.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) DeleteCase(ctx context.Context, r CaseRequest) (*CaseResult, error) {
	return d.onCase(ctx, "DELETE_CASE", "delete the case", r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (bool, error) {
		now, err := rules.DeleteCase(c.CaseEntry, w.by.On)
		if err != nil {
			return false, refused(ErrRefused, err)
		}
		if c.Escalated {
			if err := endEscalation(ctx, tx, w, c); err != nil {
				return false, err
			}
		}
		return writeCase(ctx, tx, c, now)
	})
}

// AcknowledgeCase acknowledges a match that monitoring made: bureau codes go by it from the next night on (CA2).
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) AcknowledgeCase(ctx context.Context, r CaseRequest) (*CaseResult, error) {
	return d.onCase(ctx, "ACKNOWLEDGE_CASE", "acknowledge the case", r.Order, r, r.CaseID, func(tx *sqlx.Tx, _ *deed, c *book.CaseFile) (bool, error) {
		now, err := rules.AcknowledgeCase(c.CaseEntry)
		if err != nil {
			return false, refused(ErrRefused, err)
		}
		return writeCase(ctx, tx, c, now)
	})
}

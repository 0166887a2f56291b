package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Case is a case as people read it. The court's number is masked.
type Case struct {
	CaseID string `json:"caseId"`
	rules.CaseEntry
	CourtCaseNumber string            `json:"courtCaseNumber,omitempty"`
	CustomerIDs     []string          `json:"customerIds"`
	LoanIDs         []string          `json:"loanIds"`
	Associations    []CaseAssociation `json:"associations"`           // with what other systems keep
	SnoozedUntil    rules.Date        `json:"snoozedUntil,omitempty"` // inclusive
	ViewedBy        string            `json:"viewedBy,omitempty"`
	ViewedAt        *time.Time        `json:"viewedAt,omitempty"`
	Escalated       bool              `json:"escalated"`
}

// CaseAssociation is a reference of a case to what another system keeps.
type CaseAssociation struct {
	Kind      rules.AssociationKind `json:"kind"`
	Reference string                `json:"reference"`
}

// caseRow is a case as it is read: its associations are a kind, a space and a reference.
type caseRow struct {
	Case
	associations []string
}

func (r *caseRow) columns() []any {
	return []any{
		&r.CaseID, &r.ExternalID, &r.Type, &r.Status, &r.Outcome, &r.OpenedOn, &r.ClosedOn, &r.DeletedOn, &r.AutoCreated, &r.Acknowledged,
		&r.Chapter, &r.FiledOn, &r.Disposition, &r.DispositionOn, &r.DebtListed, &r.DisputeKind, &r.DisputedAmount, &r.ReceivedOn,
		&r.CourtCaseNumber, &r.SnoozedUntil, &r.ViewedBy, &r.ViewedAt, &r.Escalated,
		(*pq.StringArray)(&r.CustomerIDs), (*pq.StringArray)(&r.LoanIDs), (*pq.StringArray)(&r.associations),
	}
}

// shown returns the case without what only its reading needs. Pointers and slices are the row's own: it is read anew for each case.
func (r *caseRow) shown() Case {
	c := r.Case
	c.CourtCaseNumber = MaskAccount(c.CourtCaseNumber)
	c.Associations = []CaseAssociation{}
	for _, a := range r.associations {
		kind, reference, _ := strings.Cut(a, " ")
		c.Associations = append(c.Associations, CaseAssociation{rules.AssociationKind(kind), reference})
	}
	return c
}

// CaseFilter says which cases are wanted; what is empty or nil asks for nothing.
type CaseFilter struct {
	CustomerID string
	LoanID     string // that the case names, or of one of its customers
	Type       rules.CaseType
	Status     string // in any case of letters
	ExternalID string
	Deleted    *bool
	Snoozed    *bool
	On         rules.Date // the date that Snoozed is meant of
	Escalated  *bool
}

// Cases lists cases in the order in which they came into the book.
func Cases(ctx context.Context, db *sqlx.DB, f CaseFilter, t Turn) (Paged[Case], error) {
	rows, err := paged(ctx, db, t, (*caseRow).columns, inquiryCaseKeys, inquiryCaseRead,
		f.CustomerID, f.LoanID, f.Type, f.Status, f.ExternalID, f.Deleted, f.Snoozed, f.On, f.Escalated)
	l := Paged[Case]{Rows: []Case{}, Total: rows.Total, Count: rows.Count, Next: rows.Next, Previous: rows.Previous}
	if err != nil {
		return l, fmt.Errorf("read the cases: %w", err)
	}
	for i := range rows.Rows {
		l.Rows = append(l.Rows, rows.Rows[i].shown())
	}
	return l, nil
}

// CaseDetail reads a case, named by its id or its external id; ErrNotFound if there is none.
func CaseDetail(ctx context.Context, db *sqlx.DB, id string) (*Case, error) {
	var found *Case
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		key, err := caseKey(ctx, tx, id)
		if err != nil {
			return err
		}
		return database.Each(ctx, tx, (*caseRow).columns, func(r *caseRow) error {
			found = new(r.shown())
			return nil
		}, inquiryCaseRead, database.IntArray{key})
	})
	if err != nil {
		return nil, fmt.Errorf("read case %q: %w", id, err)
	}
	return found, nil
}

// CustomerKnown returns ErrNotFound for a customer whom the book does not have: nobody is to take a mistyped id for one without cases.
func CustomerKnown(ctx context.Context, db *sqlx.DB, id string) error {
	known := false
	if err := db.GetContext(ctx, &known, inquiryCustomerKnown, id); err != nil {
		return fmt.Errorf("find the customer: %w", err)
	}
	if !known {
		return ErrNotFound
	}
	return nil
}

func caseKey(ctx context.Context, q sqlx.QueryerContext, id string) (key int64, err error) {
	err = sqlx.GetContext(ctx, q, &key, inquiryCaseKey, id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNotFound
	}
	return key, err
}

// Escalation is an escalation of a case.
type Escalation struct {
	Escalation int64          `json:"escalation"`
	CaseID     string         `json:"caseId"`
	CaseType   rules.CaseType `json:"caseType"`
	Assignee   string         `json:"assignee,omitempty"`
	RaisedOn   rules.Date     `json:"raisedOn"`
	RaisedAt   time.Time      `json:"raisedAt"`
	RaisedBy   string         `json:"raisedBy"`
	Why        string         `json:"why,omitempty"`
	EndedOn    rules.Date     `json:"endedOn,omitempty"` // 0: it is open
	EndedAt    *time.Time     `json:"endedAt,omitempty"`
	EndedBy    string         `json:"endedBy,omitempty"`
	EndedWhy   string         `json:"endedWhy,omitempty"`
}

func (e *Escalation) columns() []any {
	return []any{
		&e.Escalation, &e.CaseID, &e.CaseType, &e.Assignee, &e.RaisedOn, &e.RaisedAt, &e.RaisedBy, &e.Why,
		&e.EndedOn, &e.EndedAt, &e.EndedBy, &e.EndedWhy,
	}
}

// Escalations lists the escalations of a case, named by its id or its external id, or of all cases if id is empty, in the order in
// which they were raised; open leaves out those that have ended. ErrNotFound if there is no such case.
func Escalations(ctx context.Context, db *sqlx.DB, id string, open bool, t Turn) (Paged[Escalation], error) {
	var key *int64
	if id != "" {
		found, err := caseKey(ctx, db, id)
		if err != nil {
			return Paged[Escalation]{}, fmt.Errorf("find case %q: %w", id, err)
		}
		key = &found
	}
	l, err := paged(ctx, db, t, (*Escalation).columns, inquiryEscalationKeys, inquiryEscalationRead, key, open)
	if err != nil {
		return l, fmt.Errorf("read the escalations: %w", err)
	}
	return l, nil
}

// CaseOperation is what somebody did with a case between nights.
type CaseOperation struct {
	Operation    int64      `json:"operation"`
	Kind         string     `json:"kind"`
	At           time.Time  `json:"at"`
	BusinessDate rules.Date `json:"businessDate"`
	By           string     `json:"by"`
	Why          string     `json:"why,omitempty"`
}

func (o *CaseOperation) columns() []any {
	return []any{&o.Operation, &o.Kind, &o.At, &o.BusinessDate, &o.By, &o.Why}
}

// CaseOperations lists what people and systems did with a case, named by its id or its external id, oldest first. ErrNotFound if there
// is no such case.
func CaseOperations(ctx context.Context, db *sqlx.DB, id string, t Turn) (Paged[CaseOperation], error) {
	key, err := caseKey(ctx, db, id)
	if err != nil {
		return Paged[CaseOperation]{}, fmt.Errorf("find case %q: %w", id, err)
	}
	l, err := paged(ctx, db, t, (*CaseOperation).columns, inquiryCaseOperationKeys, inquiryCaseOperationRead, key)
	if err != nil {
		return l, fmt.Errorf("read what was done with case %q: %w", id, err)
	}
	return l, nil
}

// CaseIDs lists up to limit ids of cases that begin with a prefix, in their order.
func CaseIDs(ctx context.Context, db *sqlx.DB, prefix string, limit int) ([]string, error) {
	var ids []string
	if err := db.SelectContext(ctx, &ids, inquiryCaseIDs, prefix, limit); err != nil {
		return nil, fmt.Errorf("list case ids: %w", err)
	}
	return slices.DeleteFunc(ids, func(id string) bool { return !strings.HasPrefix(id, prefix) }), nil
}

package servicing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// CreateCaseRequest asks to create a case, or to bring the one with its external id up to date (CA1).
type CreateCaseRequest struct {
	Order
	CaseID string `json:"caseId,omitempty"` // empty: the external id, else a new one
	CaseFields
	CustomerIDs []string `json:"customerIds,omitempty"`
	LoanIDs     []string `json:"loanIds,omitempty"`
}

// Bounds of a case.
const (
	longestID   = 64 // as in the extract
	mostParties = 1000
)

// bounds holds that texts are not longer than those of the extract.
func (f *CaseFields) bounds() error {
	for _, text := range []struct {
		name  string
		given Given[string]
	}{{"externalId", f.ExternalID}, {"status", f.Status}, {"courtCaseNumber", f.CourtCaseNumber}} {
		if text.given.Value != nil && len(*text.given.Value) > longestID {
			return invalid("%s is longer than %d bytes", text.name, longestID)
		}
	}
	return nil
}

func (r *CreateCaseRequest) validate() error {
	switch {
	case len(r.CaseID) > longestID:
		return invalid("caseId is longer than %d bytes", longestID)
	case len(r.CustomerIDs)+len(r.LoanIDs) > mostParties:
		return invalid("a case has at most %d customers and loans", mostParties)
	}
	if err := r.bounds(); err != nil {
		return err
	}
	if err := needsWhy(r.Order); err != nil {
		return err
	}
	// Whatever the book holds: any date does for the ones that it would give.
	return refused(ErrInvalid, rules.CheckCase(r.over(rules.CaseEntry{}).WithDefaults(firstDay)))
}

// firstDay is a date that every other one is on or after.
const firstDay rules.Date = 1

// CreateCase creates a case. If one has its external id, that one is changed as UpdateCase does, its parties are added, and it keeps
// its id: who sends the same case again changes nothing. The next night decides by it; a case that the night cannot apply is an
// exception of its loans, no error here (CA8).
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) CreateCase(ctx context.Context, r CreateCaseRequest) (*CaseResult, error) {
	done := &CaseResult{}
	err := r.validate()
	if err == nil {
		err = d.perform(ctx, "CREATE_CASE", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error {
			return createCase(ctx, tx, w, &r, done)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("create the case: %w", err)
	}
	return done, nil
}

func createCase(ctx context.Context, tx *sqlx.Tx, w *deed, r *CreateCaseRequest, done *CaseResult) error {
	parties, err := findParties(ctx, tx, r.CustomerIDs, r.LoanIDs)
	if err != nil {
		return err
	}
	key, err := r.add(ctx, tx, w)
	if err != nil {
		return err
	}
	created := key != 0
	if !created {
		if key, err = r.known(ctx, tx); err != nil {
			return err
		}
	}
	err = changeCase(ctx, tx, w, key, done, func(tx *sqlx.Tx, w *deed, c *book.CaseFile) (bool, error) {
		changed, err := updateCase(ctx, tx, w, c, &r.CaseFields)
		if err != nil {
			return false, err
		}
		added, err := parties.add(ctx, tx, w, c)
		if err != nil {
			return false, err
		}
		return created || changed || added > 0, refused(ErrRefused, rules.CheckParties(c.CaseEntry, len(c.CustomerIDs)+added, len(c.LoanIDs)))
	})
	if done.Created = created; created {
		w.before = nil
	}
	return err
}

// add adds the case, unless there is one with its external id or its id: then the key is 0.
func (r *CreateCaseRequest) add(ctx context.Context, tx *sqlx.Tx, w *deed) (int64, error) {
	e := r.over(rules.CaseEntry{}).WithDefaults(w.by.On)
	if err := rules.CheckCaseDates(e, w.by.On); err != nil {
		return 0, refused(ErrRefused, err)
	}
	id := r.CaseID
	if id == "" {
		id = e.ExternalID
	}
	if id == "" {
		id = fmt.Sprintf("case-%d", w.by.Operation)
	}
	return book.AddCase(ctx, tx, id, e)
}

// known finds the case that there is already.
func (r *CreateCaseRequest) known(ctx context.Context, tx *sqlx.Tx) (key int64, err error) {
	external := ""
	r.ExternalID.into(&external)
	var c struct {
		Key    int64  `db:"case_key"`
		CaseID string `db:"case_id"`
	}
	err = tx.GetContext(ctx, &c, caseByExternalID, external)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, fmt.Errorf("%w: there is a case of this id already (CA1)", ErrRefused)
	case err != nil:
		return 0, fmt.Errorf("find the case of the external id: %w", err)
	case r.CaseID != "" && r.CaseID != c.CaseID:
		return 0, fmt.Errorf("%w: case %q has this external id (CA1)", ErrRefused, c.CaseID)
	}
	return c.Key, nil
}

// parties are customers and loans to bring into a case, or to take out of it.
type parties struct {
	customers []int64
	loans     []int64
}

// findParties finds customers and loans by their ids.
func findParties(ctx context.Context, tx *sqlx.Tx, customerIDs, loanIDs []string) (p parties, err error) {
	if p.customers, err = findEach(ctx, tx, "customer", customerByID, customerIDs); err == nil {
		p.loans, err = findEach(ctx, tx, "loan", loanByID, loanIDs)
	}
	return p, err
}

func findEach(ctx context.Context, tx *sqlx.Tx, what, query string, ids []string) (keys []int64, err error) {
	for _, id := range ids {
		key, err := find(ctx, tx, what, query, id)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// add brings the parties into a case: those of removed customers are refused (CD2).
func (p *parties) add(ctx context.Context, tx *sqlx.Tx, w *deed, c *book.CaseFile) (added int, err error) {
	known, err := book.Customers(ctx, tx, p.customers)
	if err != nil {
		return 0, err
	}
	for i := range known {
		if known[i].RemovedOn != 0 && !slices.Contains(c.CustomerIDs, known[i].CustomerID) {
			return 0, fmt.Errorf("%w: customer %q was removed (CD2)", ErrRefused, known[i].CustomerID)
		}
	}
	w.customers = p.customers
	return book.AddParties(ctx, tx, c, p.customers, p.loans)
}

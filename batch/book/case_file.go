package book

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// CaseFile is a case as people see it before they change it.
type CaseFile struct {
	Key    int64
	CaseID string
	rules.CaseEntry
	CourtNumber  string     // personal: neither logged nor kept with an operation
	SnoozedUntil rules.Date // 0: never
	ViewedBy     string
	ViewedAt     *time.Time
	Escalated    bool
	CustomerIDs  []string
	LoanIDs      []string
	Associations []string // of other systems: the kind, a space, the reference
	Loans        []int64  // that it concerns, in the order of the key
}

func (c *CaseFile) columns() []any {
	return []any{
		&c.Key, &c.CaseID, &c.ExternalID, &c.Type, &c.Status, &c.Outcome, &c.OpenedOn, &c.ClosedOn, &c.DeletedOn, &c.AutoCreated,
		&c.Acknowledged, &c.Chapter, &c.FiledOn, &c.Disposition, &c.DispositionOn, &c.DebtListed, &c.DisputeKind, &c.DisputedAmount,
		&c.ReceivedOn, &c.CourtNumber, &c.SnoozedUntil, &c.ViewedBy, &c.ViewedAt, &c.Escalated,
		(*pq.StringArray)(&c.CustomerIDs), (*pq.StringArray)(&c.LoanIDs), (*pq.StringArray)(&c.Associations),
	}
}

// LockCase locks the loans that a case concerns, then the case, as whoever locks a loan first does, and reads it.
func LockCase(ctx context.Context, tx *sqlx.Tx, key int64) (*CaseFile, error) {
	loans, err := CaseLoans(ctx, tx, key)
	if err == nil {
		err = LockLoans(ctx, tx, loans)
	}
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, caseFileLock, key); err != nil {
		return nil, fmt.Errorf("lock the case: %w", err)
	}
	c, err := readCase(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	// Another operation may have brought loans in until the case was locked.
	later := slices.DeleteFunc(slices.Clone(c.Loans), func(loan int64) bool { return slices.Contains(loans, loan) })
	return c, LockLoans(ctx, tx, later)
}

// CaseLoans returns the loans that a case concerns, in the order of the key: those that it names, and those of its customers.
func CaseLoans(ctx context.Context, tx *sqlx.Tx, key int64) (loans []int64, err error) {
	if err := tx.SelectContext(ctx, &loans, caseFileLoans, key); err != nil {
		return nil, fmt.Errorf("find the loans of a case: %w", err)
	}
	return loans, nil
}

func readCase(ctx context.Context, tx *sqlx.Tx, key int64) (*CaseFile, error) {
	c := &CaseFile{}
	if err := tx.QueryRowContext(ctx, caseFileRead, key).Scan(c.columns()...); err != nil {
		return nil, fmt.Errorf("read the case: %w", err)
	}
	var err error
	c.Loans, err = CaseLoans(ctx, tx, key)
	return c, err
}

// AddCase adds a case that a person has entered, about nobody yet. It returns 0 if there is one with its id or its external id.
func AddCase(ctx context.Context, tx *sqlx.Tx, id string, e rules.CaseEntry) (key int64, err error) {
	err = tx.GetContext(ctx, &key, caseFileAdd, id, given(e.ExternalID), e.Type, e.Status, e.OpenedOn)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("add the case: %w", err)
	}
	return key, WriteCase(ctx, tx, &CaseFile{Key: key}, e)
}

// WriteCase writes what a person has entered of a case, and wakes its loans. What the lender sent last is kept: sent again it undoes
// nothing.
func WriteCase(ctx context.Context, tx *sqlx.Tx, c *CaseFile, e rules.CaseEntry) error {
	_, err := tx.ExecContext(ctx, caseFileWrite, c.Key, given(e.ExternalID), e.Type, e.Status, given(e.Outcome), e.OpenedOn, e.ClosedOn,
		e.DeletedOn, e.AutoCreated, e.Acknowledged, given(e.Chapter), e.FiledOn, given(e.Disposition), e.DispositionOn, e.DebtListed,
		given(e.DisputeKind), (*int64)(e.DisputedAmount), e.ReceivedOn)
	if err != nil {
		return fmt.Errorf("write the case: %w", err)
	}
	return Wake(ctx, tx, c.Loans, CasesChanged)
}

// WriteCourtNumber writes the court's number of a case, which no rule goes by.
func WriteCourtNumber(ctx context.Context, tx *sqlx.Tx, by By, key int64, number string) error {
	if _, err := tx.ExecContext(ctx, caseCourtNumber, key, given(number), by.Operation); err != nil {
		return fmt.Errorf("write the court's number of the case: %w", err)
	}
	return nil
}

// AddParties adds customers and loans to a case and wakes all loans that it concerns then: a new party can change which these are. It
// returns how many were not in it.
func AddParties(ctx context.Context, tx *sqlx.Tx, c *CaseFile, customers, loans []int64) (added int, err error) {
	if err := tx.GetContext(ctx, &added, casePartyAdd, c.Key, database.IntArray(customers), database.IntArray(loans)); err != nil {
		return 0, fmt.Errorf("add parties of the case: %w", err)
	}
	return added, wakeParties(ctx, tx, c, added)
}

// RemoveParties takes customers and loans out of a case, and wakes all loans that it concerned. An import does not bring them back. It
// returns how many were in it.
func RemoveParties(ctx context.Context, tx *sqlx.Tx, by By, c *CaseFile, customers, loans []int64) (removed int, err error) {
	err = tx.GetContext(ctx, &removed, casePartyRemove, c.Key, database.IntArray(customers), database.IntArray(loans), by.Operation)
	if err != nil {
		return 0, fmt.Errorf("remove parties of the case: %w", err)
	}
	return removed, wakeParties(ctx, tx, c, removed)
}

// wakeParties wakes the loans that a case concerned and concerns, if its parties have changed.
func wakeParties(ctx context.Context, tx *sqlx.Tx, c *CaseFile, changed int) error {
	if changed == 0 {
		return nil
	}
	now, err := CaseLoans(ctx, tx, c.Key)
	if err != nil {
		return err
	}
	c.Loans = append(c.Loans, now...)
	slices.Sort(c.Loans)
	c.Loans = slices.Compact(c.Loans)
	return Wake(ctx, tx, c.Loans, CasesChanged)
}

// Reread reads a case again after it was changed; the loans stay those that it concerned at any time.
func (c *CaseFile) Reread(ctx context.Context, tx *sqlx.Tx) (*CaseFile, error) {
	now, err := readCase(ctx, tx, c.Key)
	if err == nil {
		now.Loans = c.Loans
	}
	return now, err
}

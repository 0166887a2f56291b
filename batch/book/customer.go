package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Customer is a customer without personal data: what decides whether they may be deleted.
type Customer struct {
	Key        int64
	CustomerID string
	rules.Customer
}

func (c *Customer) columns() []any {
	return []any{&c.Key, &c.CustomerID, &c.RemovedOn, &c.LegalHold}
}

type customerLoanRow struct {
	customer int64
	rules.LinkedLoan
}

func (r *customerLoanRow) columns() []any {
	return []any{&r.customer, &r.LoanID, &r.Status, &r.ClosedOn, &r.RetentionMonths, &r.Said.Reported, &r.Said.Reason, &r.Said.Rule, &r.Said.Over}
}

// LockCustomers reads customers in the order of their keys, and keeps them from other writers until the transaction ends. Their
// loans are to be locked before it.
func LockCustomers(ctx context.Context, tx *sqlx.Tx, customers []int64) ([]Customer, error) {
	return readCustomers(ctx, tx, customerRead, customers)
}

// Customers reads customers in the order of their keys.
func Customers(ctx context.Context, tx *sqlx.Tx, customers []int64) ([]Customer, error) {
	return readCustomers(ctx, tx, customerLook, customers)
}

func readCustomers(ctx context.Context, tx *sqlx.Tx, query string, keys []int64) ([]Customer, error) {
	var all []Customer
	place := map[int64]int{}
	err := database.Each(ctx, tx, (*Customer).columns, func(c *Customer) error {
		place[c.Key] = len(all)
		all = append(all, *c)
		return nil
	}, query, database.IntArray(keys))
	if err == nil {
		err = database.Each(ctx, tx, (*customerLoanRow).columns, func(r *customerLoanRow) error {
			if i, ok := place[r.customer]; ok {
				all[i].Loans = append(all[i].Loans, r.LinkedLoan)
			}
			return nil
		}, customerLoanRead, database.IntArray(keys))
	}
	if err != nil {
		return nil, fmt.Errorf("read customers: %w", err)
	}
	return all, nil
}

// Erase erases what is personal of a customer (CD1), also from the packed rows of the customer's loans, which are woken, from the
// records that are kept of files, and from what corrections, answers, disputes and findings of them say. Why somebody did something never
// changes (ST4): the database keeps it from naming a customer when it is written. It is false if the customer was removed before.
func (v Vault) Erase(ctx context.Context, tx *sqlx.Tx, by By, customer int64, loans []int64) (erased bool, err error) {
	var sealed struct {
		CustomerID string `db:"customer_id"`
		SSN        []byte `db:"ssn"`
	}
	if err := tx.GetContext(ctx, &sealed, customerSealed, customer); err != nil {
		return false, fmt.Errorf("read the customer: %w", err)
	}
	ssn, err := v.openSSN(sealed.CustomerID, sealed.SSN)
	if err != nil {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, customerEraseNotes, customer, database.IntArray(loans), ssn, by.Operation); err != nil {
		return false, fmt.Errorf("erase from notes: %w", err)
	}
	result, err := tx.ExecContext(ctx, customerErase, customer, by.On, by.Operation)
	if err != nil {
		return false, fmt.Errorf("erase the customer: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, customerEraseCases, customer); err != nil {
		return false, fmt.Errorf("erase of the customer's cases: %w", err)
	}
	if _, err := tx.ExecContext(ctx, accountErase, database.IntArray(loans)); err != nil {
		return false, fmt.Errorf("erase from packed rows: %w", err)
	}
	if _, err := tx.ExecContext(ctx, customerErasePages, database.IntArray(loans)); err != nil {
		return false, fmt.Errorf("erase from the records of files: %w", err)
	}
	return true, Wake(ctx, tx, loans, PartiesChanged)
}

// Unname returns what somebody wrote without what names a customer: it is kept when the customer is erased.
func Unname(ctx context.Context, tx *sqlx.Tx, customer int64, said string) (string, error) {
	if err := tx.GetContext(ctx, &said, customerUnname, said, customer); err != nil {
		return "", fmt.Errorf("take a customer's name out of a reason: %w", err)
	}
	return said, nil
}

// candidateSlack is how many days a date less some months can come before the day whose months later it is: months differ in
// length.
const candidateSlack = 3

// Candidates returns the keys of customers, in order, who may have passed their retention by d (CD3) or have no loan, those after a
// key and at most so many. Rules decide.
func Candidates(ctx context.Context, tx *sqlx.Tx, d rules.Date, after int64, limit int) ([]int64, error) {
	var months int
	if err := tx.GetContext(ctx, &months, retentionLeast); err != nil {
		return nil, fmt.Errorf("find the shortest retention: %w", err)
	}
	var customers []int64
	err := tx.SelectContext(ctx, &customers, customerCandidates, d.AddMonths(-months)+candidateSlack, after, limit)
	if err != nil {
		return nil, fmt.Errorf("find customers whose loans are closed: %w", err)
	}
	return customers, nil
}

// PlacedCustomers returns the keys of the customers who are looked at with loans (CD4), each with one: those whom no night has listed since
// their last loan closed. Rules decide.
func PlacedCustomers(ctx context.Context, tx *sqlx.Tx, loans []int64) (customers []int64, err error) {
	if err = tx.SelectContext(ctx, &customers, customerPlaced, database.IntArray(loans)); err != nil {
		err = fmt.Errorf("find customers whom no night has listed: %w", err)
	}
	return customers, err
}

// ListEligible lists customers of whom a night has found that they may be deleted (CD4).
func ListEligible(ctx context.Context, tx *sqlx.Tx, run int64, d rules.Date, customers []int64) error {
	if len(customers) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, customerEligible, run, d, database.IntArray(customers)); err != nil {
		return fmt.Errorf("list customers who may be deleted: %w", err)
	}
	return nil
}

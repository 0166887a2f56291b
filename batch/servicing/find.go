package servicing

import (
	"context"
	"fmt"
	"strings"

	"github.com/lib/pq"
)

// FoundCustomer is a customer who was looked for, without personal data.
type FoundCustomer struct {
	CustomerID string         `json:"customer_id" db:"customer_id"`
	Loans      pq.StringArray `json:"loans" db:"loans"`
}

// mostFound bounds how many customers of one number are listed: a lender who knows a person twice has an error to find, not a list.
const mostFound = 100

// FindBySSN finds the customers who have a social security number, by its keyed hash: nothing is opened. Blanks and dashes in the number
// do not matter.
//
// Errors to branch on: ErrInvalid, which does not tell what was given, and those of book.Vault.Bind.
func (d *Desk) FindBySSN(ctx context.Context, number string) ([]FoundCustomer, error) {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(number))
	if len(digits) != 9 || strings.Trim(digits, "0123456789") != "" {
		return nil, fmt.Errorf("find customers: %w", invalid("a social security number has nine digits"))
	}
	if err := d.Vault.Check(ctx, d.DB); err != nil {
		return nil, err
	}
	hash, err := d.Vault.HashSSN(digits)
	if err != nil {
		return nil, err
	}
	found := []FoundCustomer{}
	if err := d.DB.SelectContext(ctx, &found, customerBySSN, hash, mostFound); err != nil {
		return nil, fmt.Errorf("find customers: %w", err)
	}
	return found, nil
}

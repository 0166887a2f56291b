package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Product is a product: its settings, and what a record says of its accounts.
type Product struct {
	rules.Product
	AccountType  string
	InterestType string // empty: none
}

type productRow struct {
	key int64
	Product
}

func (r *productRow) columns() []any {
	return []any{
		&r.key, &r.PortfolioType, &r.AccountType, &r.TermsFrequency, &r.InterestType, &r.DelinquentAfter, &r.ChargeOffAfter,
		&r.GraceDays, &r.ClosesOnPayoff, &r.PayoffHoldDays, &r.TrailingReports,
	}
}

// Products reads every product by its key.
func Products(ctx context.Context, tx *sqlx.Tx) (map[int64]Product, error) {
	byKey := map[int64]Product{}
	err := database.Each(ctx, tx, (*productRow).columns, func(r *productRow) error {
		byKey[r.key] = r.Product
		return nil
	}, productAll)
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	return byKey, nil
}

// Rules are the facts of a loan as rules see them on d.
func (f *Facts) Rules(products map[int64]Product, d rules.Date) rules.Loan {
	return rules.Loan{
		State: f.State, OpenedOn: f.Terms.OpenedOn, HoldUntil: f.HoldUntil, PromoEndsOn: f.PromoEndsOn,
		HasCycles: len(f.Ledger.Dues) > 0, Product: products[f.Terms.Product].Product, Pauses: f.Pauses, Ledger: f.Ledger.AsOf(d),
	}
}

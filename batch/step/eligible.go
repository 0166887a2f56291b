package step

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// EligibleStep is the name of the optional step of a night.
const EligibleStep = "eligible"

// Eligible is step 6, which a night has only if it is opened with it: it lists the customers who have become eligible for deletion (CD4).
// It comes last, when the files say which loans they tell of no more. A customer is looked at with the lowest of their loans, one
// without a loan with the lowest of the book.
type Eligible struct{}

// Name is the step's key in the ledger.
func (Eligible) Name() string { return EligibleStep }

// Optional: a night goes without it.
func (Eligible) Optional() {}

// Picks are the loans at which customers are looked at whose retention may be over and whom no night has listed since.
func (Eligible) Picks() string { return pickEligible }

// Yields: a customer may be removed before the step comes to them.
func (Eligible) Yields() {}

// eligibleAtOnce is how many customers are looked at in one go.
const eligibleAtOnce = 5000

// Apply lists customers. Counts: customers that were looked at, eligible ones among them. Changed counts those that were listed. Done a
// second time it lists nobody.
func (s Eligible) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	keys, err := batch.Picked(ctx, tx, s, c)
	if err != nil {
		return tally, err
	}
	tally.Read = int64(len(keys))
	placed, err := book.PlacedCustomers(ctx, tx, keys)
	if err != nil {
		return tally, err
	}
	for some := range slices.Chunk(placed, eligibleAtOnce) {
		customers, err := book.Customers(ctx, tx, some)
		if err != nil {
			return tally, err
		}
		var found []int64
		for i := range customers {
			if rules.CheckRemoval(&customers[i].Customer, rules.Erasure{}, c.Date) == nil {
				found = append(found, customers[i].Key)
			}
		}
		if err := book.ListEligible(ctx, tx, c.Run, c.Date, found); err != nil {
			return tally, err
		}
		tally.Count("customers", int64(len(customers)))
		tally.Count("eligible", int64(len(found)))
		tally.Changed += int64(len(found))
	}
	return tally, nil
}

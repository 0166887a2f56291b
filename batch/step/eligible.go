package step

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// eligibleAtOnce is how many customers are looked at in one transaction.
const eligibleAtOnce = 5000

// listEligible lists the customers who have become eligible for deletion (CD4). It comes last in a night, when the files say
// which loans they tell of no more. Done a second time it lists the same.
func listEligible(ctx context.Context, db *sqlx.DB, run batch.Run) error {
	after := int64(0)
	for more := true; more; {
		err := run.InTx(ctx, db, func(tx *sqlx.Tx) error {
			keys, err := book.Candidates(ctx, tx, run.Date, after, true, eligibleAtOnce)
			if err != nil || len(keys) == 0 {
				more = false
				return err
			}
			customers, err := book.Customers(ctx, tx, keys)
			if err != nil {
				return err
			}
			var found []int64
			for i := range customers {
				if rules.CheckRemoval(&customers[i].Customer, rules.Erasure{}, run.Date) == nil {
					found = append(found, customers[i].Key)
				}
			}
			after = keys[len(keys)-1]
			return book.ListEligible(ctx, tx, run.ID, run.Date, found)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

package batch

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// checkDate refuses a business date that looks mistyped, unless somebody said why it is right. previous is the business
// date that was closed last: a date after it cannot be before the book's first.
func (r *Runner) checkDate(ctx context.Context, tx *sqlx.Tx, d, previous rules.Date) error {
	if err := r.checkAhead(d); err != nil || r.AllowDate != "" || previous != 0 {
		return err
	}
	var first rules.Date
	if err := tx.GetContext(ctx, &first, runFirst); err != nil {
		return fmt.Errorf("find the book's first date: %w", err)
	}
	if d < first {
		return fmt.Errorf("%w: it is before the first loan was opened, on %s", ErrDate, first)
	}
	return nil
}

// checkAhead refuses a business date that is far in the future.
func (r *Runner) checkAhead(d rules.Date) error {
	if r.Today == 0 || r.AllowDate != "" || d <= r.Today+DaysAhead {
		return nil
	}
	return fmt.Errorf("%w: it is %d days after today, %s", ErrDate, d-r.Today, r.Today)
}

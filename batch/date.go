package batch

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// checkDate refuses a business date that looks mistyped, or that skips others, unless somebody said why it is right. previous
// is the business date that was closed last: a date after it cannot be before the book's first.
func (r *Runner) checkDate(ctx context.Context, tx *sqlx.Tx, d, previous rules.Date) error {
	if err := r.checkAhead(d); err != nil {
		return err
	}
	if err := r.checkNeeded(d); err != nil {
		return err
	}
	if previous != 0 {
		return r.checkGap(d, previous)
	}
	if r.AllowDate != "" {
		return nil
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

// checkGap refuses a business date that skips others.
func (r *Runner) checkGap(d, previous rules.Date) error {
	skipped := r.skipped(d, previous)
	if r.AllowGap != "" || skipped == "" {
		return nil
	}
	return fmt.Errorf("%w: the book is closed up to %s, and %s", ErrGap, previous, skipped)
}

// checkNeeded refuses a business date that needs no night.
func (r *Runner) checkNeeded(d rules.Date) error {
	if r.AllowDate != "" || r.Calendar.NeedsNight(d) {
		return nil
	}
	name, _ := r.Calendar.Days.Closed(d)
	return fmt.Errorf("%w: %s is closed (%s)", ErrNoNight, d, name)
}

// skipped says which dates between two business dates need a night and have none, "" if none does.
func (r *Runner) skipped(d, previous rules.Date) string {
	if !r.EveryDate || previous == 0 {
		return ""
	}
	var first, last rules.Date
	count := 0
	for date := previous + 1; date < d; date++ {
		if r.Calendar.NeedsNight(date) {
			if count++; first == 0 {
				first = date
			}
			last = date
		}
	}
	switch count {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s was not run", first)
	}
	return fmt.Sprintf("the %d dates from %s to %s were not run", count, first, last)
}

// noteGap writes into the run ledger which dates a new run skips, and why that is right.
func (r *Runner) noteGap(ctx context.Context, tx *sqlx.Tx, run int64, d, previous rules.Date) error {
	skipped := r.skipped(d, previous)
	if skipped == "" {
		return nil
	}
	return changeOne(ctx, tx, "note the gap", runNote, run, fmt.Sprintf("; %s: %s", skipped, r.AllowGap))
}

// permitDate refuses an unusual date and a gap that somebody allows who may not.
func (r *Runner) permitDate(ctx context.Context, tx *sqlx.Tx, run int64, d, previous rules.Date) error {
	about := fmt.Sprintf("run %d of %s", run, d)
	if r.AllowDate != "" {
		if err := r.permit(ctx, tx, ActAllowDate, about, r.AllowDate); err != nil {
			return err
		}
	}
	if r.skipped(d, previous) != "" {
		return r.permit(ctx, tx, ActAllowGap, about, r.AllowGap)
	}
	return nil
}

// permit asks whether who runs the night may do what needs a supervisor.
func (r *Runner) permit(ctx context.Context, tx *sqlx.Tx, kind ActKind, about, why string) error {
	return r.Authority.Permit(ctx, tx, Act{Kind: kind, About: about, Who: r.Who, Why: why}, r.Now())
}

// standing is how far the book has come, for a business date that is asked for.
type standing struct {
	First      rules.Date `db:"first"` // closed business dates; 0: none
	Last       rules.Date `db:"last"`
	Unfinished rules.Date `db:"unfinished"`
	Ran        bool       `db:"ran"` // the date asked for was closed
}

// passed says why a business date up to the last closed one is not run.
func passed(ctx context.Context, q sqlx.QueryerContext, d rules.Date) error {
	var s standing
	if err := sqlx.GetContext(ctx, q, &s, runStanding, d); err != nil {
		return fmt.Errorf("find the closed dates: %w", err)
	}
	switch {
	case d < s.First:
		return fmt.Errorf("%w: the first night was %s, and the book is closed up to %s", ErrBeforeBook, s.First, s.Last)
	case !s.Ran:
		return fmt.Errorf("%w: it was skipped, and the book is closed up to %s", ErrClosed, s.Last)
	}
	return fmt.Errorf("%w: the book is closed up to %s", ErrClosed, s.Last)
}

// checkJoin refuses to wait for the run of a business date that its coordinator would refuse to open.
func (r *Runner) checkJoin(ctx context.Context, d rules.Date) error {
	if err := r.checkAhead(d); err != nil {
		return err
	}
	var s standing
	if err := r.DB.GetContext(ctx, &s, runStanding, d); err != nil {
		return err
	}
	switch {
	case s.Unfinished != 0 || s.Ran:
		return nil
	case d <= s.Last:
		return passed(ctx, r.DB, d)
	}
	if err := r.checkNeeded(d); err != nil {
		return err
	}
	return r.checkGap(d, s.Last)
}

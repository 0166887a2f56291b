package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
)

// Why says why a loan is woken; it is kept with the loan.
type Why string

// The reasons for a wake. After any of them but ProductChanged and ProgramChanged the packed row is made anew.
const (
	LoanChanged       Why = "loan"         // its description, state, termination, or who else has its account number
	PartiesChanged    Why = "customers"    // who its customers are, or what is known of one of them
	LedgerChanged     Why = "transactions" // transactions or billing cycles
	PausesChanged     Why = "pauses"
	CasesChanged      Why = "cases"              // a case of it or of one of its customers, or the parties of such a case
	PaymentsCancelled Why = "payments cancelled" // its scheduled payments (Q81)
	RecordRefused     Why = "record refused"     // a bureau refused a record of it (BR11)
	ProductChanged    Why = "product"            // the settings of its product: they are not packed
	ProgramChanged    Why = "program"            // the settings of its program: they are not packed
	Listed            Why = "listed"             // it could not be decided, and its date is run again
	Drift             Why = "drift"              // its packed row was not what the book says
)

// Wake wakes loans in the transaction that wrote something of them: the next night looks at them. It waits for a night
// that decides one of them just now.
func Wake(ctx context.Context, tx *sqlx.Tx, loans []int64, why Why) error {
	if len(loans) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, wake, database.IntArray(loans), string(why)); err != nil {
		return fmt.Errorf("wake loans: %w", err)
	}
	return nil
}

// LockLoans locks loans until the transaction ends, in the order in which nights lock them, before anything of them is read to
// be changed: a night that decides one of them has committed before, and is seen, or waits.
func LockLoans(ctx context.Context, tx *sqlx.Tx, loans []int64) error {
	if len(loans) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, wakeLock, database.IntArray(loans))
	if err == nil {
		_, err = tx.ExecContext(ctx, stateLock, database.IntArray(loans))
	}
	if err != nil {
		return fmt.Errorf("lock loans: %w", err)
	}
	return nil
}

// Begin makes sure that every loan up to the key last can be picked, however it came into the book.
func Begin(ctx context.Context, tx *sqlx.Tx, last int64) error {
	_, err := tx.ExecContext(ctx, wakeMissing, last)
	if err == nil {
		_, err = tx.ExecContext(ctx, wakeAnalyze)
	}
	if err != nil {
		return fmt.Errorf("prepare to pick loans: %w", err)
	}
	return nil
}

// Abandon wakes the loans that the chunks of a step put to sleep in a run that is taken back.
func Abandon(ctx context.Context, tx *sqlx.Tx, run batch.Run, step string) error {
	if _, err := tx.ExecContext(ctx, wakeAbandoned, run.ID, step); err != nil {
		return fmt.Errorf("wake the loans of run %d: %w", run.ID, err)
	}
	return nil
}

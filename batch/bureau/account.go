package bureau

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// around is what files of a calendar date go by beside the facts of a chunk's loans: those that go to destinations of one name, as
// each destination has its own past.
type around struct {
	*book.Settings
	before        before
	histories     map[int64][]rules.Change  // of loans whose state began after the calendar date
	deletedOn     map[int64]rules.Date      // calendar date of the file that deleted the loan there
	reversalNoted map[int64]bool            // a reversal after the deletion was listed already (DC8)
	cycleEnds     map[int64]bool            // a billing cycle of the loan ends on the calendar date
	corrections   map[int64][]correctionRow // that lock a field there (BR9)
	consumers     []rules.Consumer          // of the account that was made last
}

// readAround reads it for the loans of a chunk, for each name of the files' destinations. files are those of the calendar date.
func readAround(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, files []Building) (map[string]*around, error) {
	common, err := readCommon(ctx, tx, c, files)
	if err != nil {
		return nil, err
	}
	list, err := pasts(ctx, tx, files)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*around, len(list))
	for i := range list {
		own := *common
		if own.before, err = readBefore(ctx, tx, c, &list[i]); err != nil {
			return nil, err
		}
		if own.deletedOn, err = readDeleted(ctx, tx, c, list[i].destinations); err != nil {
			return nil, fmt.Errorf("read deletions: %w", err)
		}
		if own.corrections, err = readCorrections(ctx, tx, c, list[i].destinations); err != nil {
			return nil, fmt.Errorf("read corrections: %w", err)
		}
		byName[list[i].files[0].DestinationName] = &own
	}
	return byName, nil
}

// readCommon reads what is the same for all destinations.
func readCommon(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, files []Building) (a *around, err error) {
	a = &around{}
	if a.Settings, err = book.ReadSettings(ctx, tx); err != nil {
		return nil, err
	}
	asOf := files[0].AsOf
	if a.histories, err = book.Histories(ctx, tx, c.After, c.Last, asOf); err != nil {
		return nil, err
	}
	if a.reversalNoted, err = loanSet(ctx, tx, reversalNoted, rules.CodeReversed, c.After, c.Last); err != nil {
		return nil, fmt.Errorf("read noted reversals: %w", err)
	}
	if slices.ContainsFunc(files, func(f Building) bool { return f.Calendar.ByCycle() }) {
		if a.cycleEnds, err = loanSet(ctx, tx, cycleEndsOn, asOf, c.After, c.Last, pq.Array(rules.CycleDays(asOf))); err != nil {
			return nil, fmt.Errorf("read ends of cycles: %w", err)
		}
	}
	return a, nil
}

// readDeleted reads which loans of a chunk files of some destinations have deleted, and as of when.
func readDeleted(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, destinations database.IntArray) (map[int64]rules.Date, error) {
	type deletion struct {
		loan int64
		on   rules.Date
	}
	deletedOn := map[int64]rules.Date{}
	columns := func(d *deletion) []any { return []any{&d.loan, &d.on} }
	err := database.Each(ctx, tx, columns, func(d *deletion) error {
		deletedOn[d.loan] = d.on
		return nil
	}, deletionRead, c.After, c.Last, destinations)
	return deletedOn, err
}

// loanSet reads the loans that a query gives.
func loanSet(ctx context.Context, tx *sqlx.Tx, query string, args ...any) (map[int64]bool, error) {
	var loans []int64
	if err := tx.SelectContext(ctx, &loans, query, args...); err != nil {
		return nil, err
	}
	set := make(map[int64]bool, len(loans))
	for _, loan := range loans {
		set[loan] = true
	}
	return set, nil
}

// account is a loan as the file of a calendar date sees it. Its consumers are overwritten by the next one's.
func (a *around) account(f *book.Facts, file *Building) rules.Account {
	account := a.uncorrected(f, file)
	if rows := a.corrections[f.Loan]; len(rows) > 0 {
		account.Corrections = a.corrected(rows, f, file)
	}
	return account
}

// uncorrected is the account without its corrections.
func (a *around) uncorrected(f *book.Facts, file *Building) rules.Account {
	loan := f.Rules(a.Settings, file.AsOf)
	loan.State = rules.StateAsOf(f.State, a.histories[f.Loan], file.AsOf)
	deletedOn := f.Terms.DeletionReportedOn
	if deletedOn == 0 {
		deletedOn = a.deletedOn[f.Loan]
	}
	a.consumers = Consumers(a.consumers[:0], f.Consumers)
	t := &f.Terms
	return rules.Account{
		Loan: loan, Program: a.Programs[t.Program].Program, AccountNumber: strings.ToUpper(t.AccountNumber),
		AccountType: a.Products[t.Product].AccountType, DeferredDueOn: firstDueAfter(&loan, f.Ledger.Dues), AsOf: file.AsOf,
		PeriodAfter: file.PreviousOn, Furnish: t.Furnish, OriginalAmount: t.OriginalAmount,
		CreditLimit: t.CreditLimit, HighestBalance: t.HighestBalance, TermsDuration: t.TermsDuration,
		ScheduledPayment: t.ScheduledPayment, HasSchedule: t.HasSchedule, OlderHolder: t.OlderHolder, DeletedHolder: t.DeletedHolder,
		Consumers: a.consumers, Contract: contract(t.Further.Contract), Termination: f.Terminated(a.Settings),
		DeletedOn: deletedOn, Baseline: t.Baseline, Tradelines: a.before.furnished(f.Loan),
	}
}

// contract is a contract as a record shows it: account numbers in upper case.
func contract(c rules.Contract) rules.Contract {
	c.NewAccountNumber = strings.ToUpper(c.NewAccountNumber)
	return c
}

// firstDueAfter is the due date of the first cycle after a loan's deferral, 0 if there is none (Q47).
func firstDueAfter(loan *rules.Loan, dues []rules.Due) rules.Date {
	if loan.DeferredUntil == 0 {
		return 0
	}
	for i := range dues {
		if dues[i].DueOn > loan.DeferredUntil {
			return dues[i].DueOn
		}
	}
	return 0
}

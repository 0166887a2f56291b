package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Terminable is a loan's contract as people see it before they terminate it, or undo that.
type Terminable struct {
	LoanID  string
	Source  string // of its termination
	program int64
	rules.Terminable
}

// ReadTerminable reads a loan, which is locked.
func ReadTerminable(ctx context.Context, tx *sqlx.Tx, loan int64) (*Terminable, error) {
	var l Terminable
	var aliases pq.StringArray
	var terminated bool
	var t rules.Termination
	err := tx.QueryRowContext(ctx, terminableRead, loan).Scan(&l.LoanID, &l.OpenedOn, &l.PairRequires, &aliases, &l.program, &l.Deleted,
		&terminated, &t.On, &l.Source, &t.Reason, &t.ReportAsDeleted, &t.RescindedOn)
	if err != nil {
		return nil, fmt.Errorf("read the loan's contract: %w", err)
	}
	if l.Aliases = rules.ParseReasonAliases(aliases); terminated {
		l.Termination = &t
	}
	return &l, nil
}

// Terminate writes the termination of a loan, and wakes it.
func Terminate(ctx context.Context, tx *sqlx.Tx, by By, loan int64, t rules.Terminating) error {
	return changeTermination(ctx, tx, by, loan, terminationWrite, t.On, given(t.Source), given(t.Reason), given(t.ReportAsDeleted))
}

// RescindTermination rescinds the termination of a loan from a date on, and wakes it.
func RescindTermination(ctx context.Context, tx *sqlx.Tx, by By, loan int64, from rules.Date) error {
	return changeTermination(ctx, tx, by, loan, terminationRescind, from)
}

// UndoTermination takes the termination of a loan back, and wakes it.
func UndoTermination(ctx context.Context, tx *sqlx.Tx, by By, loan int64) error {
	return changeTermination(ctx, tx, by, loan, terminationUndo)
}

// changeTermination changes the termination of a loan by a query of the loan and more, and keeps what the lender sent last: sent again
// it undoes nothing.
func changeTermination(ctx context.Context, tx *sqlx.Tx, by By, loan int64, query string, args ...any) error {
	_, err := tx.ExecContext(ctx, terminationSent, loan, by.Operation)
	if err == nil {
		_, err = tx.ExecContext(ctx, query, append([]any{loan}, args...)...)
	}
	if err != nil {
		return fmt.Errorf("write the termination: %w", err)
	}
	return Wake(ctx, tx, []int64{loan}, LoanChanged)
}

// HoldFiles lets no file begin or move until the transaction ends. It comes before the locks of loans.
func HoldFiles(ctx context.Context, tx *sqlx.Tx) error {
	if _, err := tx.ExecContext(ctx, terminationFiles); err != nil {
		return fmt.Errorf("hold the files: %w", err)
	}
	return nil
}

type saidRow struct{ rules.SaidOf }

func (r *saidRow) columns() []any {
	return []any{&r.File, &r.State, &r.AccountStatus, &r.Comment, &r.Rule, &r.NamesIt}
}

// SaidSince returns what the files that count say of a loan from its termination on. Files are held. One that is being made may have
// read the loan already: it says whatever the termination asks for.
func SaidSince(ctx context.Context, tx *sqlx.Tx, loan int64, l *Terminable) (said []rules.SaidOf, err error) {
	var building []int64
	if err := tx.SelectContext(ctx, &building, terminationBuilding, l.program, l.Termination.On); err != nil {
		return nil, fmt.Errorf("find the files that are being made: %w", err)
	}
	for _, file := range building {
		said = append(said, rules.SaidOf{File: file, State: "BUILDING", NamesIt: true})
	}
	err = database.Each(ctx, tx, (*saidRow).columns, func(r *saidRow) error {
		said = append(said, r.SaidOf)
		return nil
	}, terminationSaid, loan, l.Termination.On)
	if err != nil {
		return nil, fmt.Errorf("read what files say of the loan: %w", err)
	}
	return said, nil
}

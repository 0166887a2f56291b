package step

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// reportedLoan is what a file says of a loan, on its way to the ledger.
type reportedLoan struct {
	loan          int64
	accountNumber string
	record        []byte
	facts         string // as JSON
	*rules.Tradeline
}

func newReportedLoan(loan int64, accountNumber string, record []byte, t *rules.Tradeline) reportedLoan {
	return reportedLoan{loan, accountNumber, record, t.Facts.String(), t}
}

// writeReported writes what a file says of loans, a column at a time: that costs a third of rows as JSON.
func writeReported(ctx context.Context, tx *sqlx.Tx, f bureau.Building, said []reportedLoan) error {
	if len(said) == 0 {
		return nil
	}
	text := func(value func(r *reportedLoan) string) any { return database.TextArray(column(said, value)) }
	number := func(value func(r *reportedLoan) int64) any { return database.IntArray(column(said, value)) }
	day := func(value func(r *reportedLoan) rules.Date) any {
		return database.DayArray[rules.Date](column(said, value))
	}
	_, err := tx.ExecContext(ctx, reportedAdd, f.File, f.AsOf,
		number(func(r *reportedLoan) int64 { return r.loan }),
		text(func(r *reportedLoan) string { return r.accountNumber }),
		text(func(r *reportedLoan) string { return r.AccountStatus }),
		text(func(r *reportedLoan) string { return r.PaymentRating }),
		text(func(r *reportedLoan) string { return r.PaymentHistory }),
		text(func(r *reportedLoan) string { return r.HistoryChain }),
		text(func(r *reportedLoan) string { return r.HistoryCharacter }),
		day(func(r *reportedLoan) rules.Date { return r.DateAccountInfo }),
		day(func(r *reportedLoan) rules.Date { return r.DateFirstDelinquency }),
		day(func(r *reportedLoan) rules.Date { return r.FirstMissedDueOn }),
		day(func(r *reportedLoan) rules.Date { return r.DateClosed }),
		day(func(r *reportedLoan) rules.Date { return r.DateLastPayment }),
		number(func(r *reportedLoan) int64 { return r.CurrentBalance }),
		number(func(r *reportedLoan) int64 { return r.AmountPastDue }),
		number(func(r *reportedLoan) int64 { return r.ScheduledPayment }),
		number(func(r *reportedLoan) int64 { return r.ActualPayment }),
		number(func(r *reportedLoan) int64 { return r.OriginalChargeOff }),
		text(func(r *reportedLoan) string { return r.SpecialComment }),
		pq.BoolArray(column(said, func(r *reportedLoan) bool { return r.Final })),
		number(func(r *reportedLoan) int64 { return int64(r.Episode) }),
		number(func(r *reportedLoan) int64 { return int64(len(r.record)) }),
		text(func(r *reportedLoan) string { return r.Rule }),
		text(func(r *reportedLoan) string { return r.facts }),
	)
	if err != nil {
		return fmt.Errorf("write reports: %w", err)
	}
	return nil
}

func column[T any](said []reportedLoan, value func(r *reportedLoan) T) []T {
	values := make([]T, len(said))
	for i := range said {
		values[i] = value(&said[i])
	}
	return values
}

// readReports reads what the last files said of a chunk's loans, newest first.
func readReports(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (map[int64][]rules.Furnished, error) {
	byLoan := map[int64][]rules.Furnished{}
	err := eachRow(ctx, tx, (*reportedBefore).columns, func(row *reportedBefore) error {
		byLoan[row.loan] = append(byLoan[row.loan], row.Furnished)
		return nil
	}, reportedRead, c.After, c.Last, rules.MinTradelines, rules.MaxTradelines)
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	return byLoan, nil
}

// reportedBefore is what a file said of a loan, as the next file needs it.
type reportedBefore struct {
	loan int64
	rules.Furnished
}

// columns are the places of reported_read's columns, in its order.
func (r *reportedBefore) columns() []any {
	return []any{
		&r.loan, &r.AsOf, &r.AccountStatus, &r.PaymentRating, &r.PaymentHistory, &r.HistoryChain, &r.HistoryCharacter,
		&r.DateAccountInfo, &r.DateFirstDelinquency, &r.FirstMissedDueOn, &r.DateClosed, &r.DateLastPayment, &r.CurrentBalance,
		&r.AmountPastDue, &r.ScheduledPayment, &r.ActualPayment, &r.OriginalChargeOff, &r.SpecialComment, &r.Final, &r.Episode,
	}
}

func readConsumers(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (map[int64][]bureau.Consumer, error) {
	byLoan := map[int64][]bureau.Consumer{}
	err := eachRow(ctx, tx, (*bureau.Consumer).Columns, func(row *bureau.Consumer) error {
		byLoan[row.Loan] = append(byLoan[row.Loan], *row)
		return nil
	}, consumerRead, c.After, c.Last)
	if err != nil {
		return nil, fmt.Errorf("read consumers: %w", err)
	}
	return byLoan, nil
}

// eachRow calls f with every row that a statement gives, read by the places of its columns: the export reads every loan,
// and finding columns by name costs as much again. f must not keep the row nor ask the database.
func eachRow[T any](ctx context.Context, tx *sqlx.Tx, columns func(*T) []any, f func(*T) error, statement string, args ...any) error {
	rows, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := new(T)
	places := columns(row)
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

package step

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/rules"
	statements "github.com/furnisher/furnisher/sql"
)

// reportedRow is what a file said of a loan, as the next file needs it.
type reportedRow struct {
	Loan                 int64      `db:"loan"`
	AsOf                 rules.Date `db:"as_of"`
	AccountStatus        string     `db:"account_status"`
	PaymentRating        string     `db:"payment_rating"`
	PaymentHistory       string     `db:"payment_history"`
	HistoryChain         string     `db:"history_chain"`
	HistoryCharacter     string     `db:"history_character"`
	DateAccountInfo      rules.Date `db:"date_account_info"`
	DateFirstDelinquency rules.Date `db:"date_first_delinquency"`
	FirstMissedDueOn     rules.Date `db:"first_missed_due_on"`
	DateClosed           rules.Date `db:"date_closed"`
	DateLastPayment      rules.Date `db:"date_last_payment"`
	CurrentBalance       int64      `db:"current_balance"`
	AmountPastDue        int64      `db:"amount_past_due"`
	ScheduledPayment     int64      `db:"scheduled_payment"`
	ActualPayment        int64      `db:"actual_payment"`
	OriginalChargeOff    int64      `db:"original_charge_off"`
	SpecialComment       string     `db:"special_comment"`
	Final                bool       `db:"final"`
	Episode              int        `db:"episode"`
}

func (r reportedRow) rules() rules.Reported {
	return rules.Reported{
		AsOf: r.AsOf, AccountStatus: r.AccountStatus, PaymentRating: r.PaymentRating, PaymentHistory: r.PaymentHistory,
		HistoryChain: r.HistoryChain, HistoryCharacter: r.HistoryCharacter, DateAccountInfo: r.DateAccountInfo,
		DateFirstDelinquency: r.DateFirstDelinquency, FirstMissedDueOn: r.FirstMissedDueOn, DateClosed: r.DateClosed,
		DateLastPayment: r.DateLastPayment, CurrentBalance: r.CurrentBalance, AmountPastDue: r.AmountPastDue,
		ScheduledPayment: r.ScheduledPayment, ActualPayment: r.ActualPayment, OriginalChargeOff: r.OriginalChargeOff,
		SpecialComment: r.SpecialComment, Final: r.Final, Episode: r.Episode,
	}
}

// reportedLoan is what a file says of a loan, on its way to the ledger.
type reportedLoan struct {
	loan          int64
	accountNumber string
	record        []byte
	facts         string // as JSON
	*rules.Reported
}

func newReportedLoan(loan int64, accountNumber string, record []byte, r *rules.Reported) (reportedLoan, error) {
	facts, err := json.Marshal(r.Facts)
	return reportedLoan{loan, accountNumber, record, string(facts), r}, err
}

// writeReported writes what a file says of loans, a column at a time: that costs a third of rows as JSON.
func writeReported(ctx context.Context, tx *sqlx.Tx, f bureau.Building, said []reportedLoan) error {
	if len(said) == 0 {
		return nil
	}
	text := func(value func(r *reportedLoan) string) any { return pq.StringArray(column(said, value)) }
	number := func(value func(r *reportedLoan) int64) any { return pq.Int64Array(column(said, value)) }
	day := func(value func(r *reportedLoan) rules.Date) any { return days(column(said, value)) }
	_, err := tx.ExecContext(ctx, statements.ReportedAdd, f.File, f.AsOf,
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

// days is a column of dates as integers: days since 0001-01-01, NULL where there is no date.
type days []rules.Date

// Value is the text form of the array; a string, because bytes would go as the binary form.
func (d days) Value() (driver.Value, error) {
	array := append(make([]byte, 0, 8*len(d)+2), '{')
	for i, date := range d {
		if i > 0 {
			array = append(array, ',')
		}
		if date == 0 {
			array = append(array, "NULL"...)
		} else {
			array = strconv.AppendInt(array, int64(date-1), 10)
		}
	}
	return string(append(array, '}')), nil
}

// readReports reads what the last files said of a chunk's loans, newest first.
func readReports(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (map[int64][]rules.Reported, error) {
	var rows []reportedRow
	if err := tx.SelectContext(ctx, &rows, statements.ReportedRead, c.After, c.Last); err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	byLoan := make(map[int64][]rules.Reported, len(rows))
	for _, r := range rows {
		byLoan[r.Loan] = append(byLoan[r.Loan], r.rules())
	}
	return byLoan, nil
}

func readConsumers(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (map[int64][]bureau.Consumer, error) {
	var rows []bureau.Consumer
	if err := tx.SelectContext(ctx, &rows, statements.ConsumerRead, c.After, c.Last); err != nil {
		return nil, fmt.Errorf("read consumers: %w", err)
	}
	byLoan := make(map[int64][]bureau.Consumer, len(rows))
	for _, r := range rows {
		byLoan[r.Loan] = append(byLoan[r.Loan], r)
	}
	return byLoan, nil
}

package step

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/rules"
	statements "github.com/furnisher/furnisher/sql"
)

// reportedRow is what a file said of a loan, as the ledger keeps it.
type reportedRow struct {
	Loan                 int64       `db:"loan" json:"loan"`
	AsOf                 rules.Date  `db:"as_of" json:"as_of"`
	AccountNumber        string      `db:"-" json:"account_number"`
	AccountStatus        string      `db:"account_status" json:"account_status"`
	PaymentRating        string      `db:"payment_rating" json:"payment_rating"`
	PaymentHistory       string      `db:"payment_history" json:"payment_history"`
	HistoryChain         string      `db:"history_chain" json:"history_chain"`
	HistoryCharacter     string      `db:"history_character" json:"history_character"`
	DateAccountInfo      rules.Date  `db:"date_account_info" json:"date_account_info"`
	DateFirstDelinquency *rules.Date `db:"date_first_delinquency" json:"date_first_delinquency"`
	FirstMissedDueOn     *rules.Date `db:"first_missed_due_on" json:"first_missed_due_on"`
	DateClosed           *rules.Date `db:"date_closed" json:"date_closed"`
	DateLastPayment      *rules.Date `db:"date_last_payment" json:"date_last_payment"`
	CurrentBalance       int64       `db:"current_balance" json:"current_balance"`
	AmountPastDue        int64       `db:"amount_past_due" json:"amount_past_due"`
	ScheduledPayment     int64       `db:"scheduled_payment" json:"scheduled_payment"`
	ActualPayment        int64       `db:"actual_payment" json:"actual_payment"`
	OriginalChargeOff    int64       `db:"original_charge_off" json:"original_charge_off"`
	SpecialComment       string      `db:"special_comment" json:"special_comment"`
	Final                bool        `db:"final" json:"final"`
	Episode              int         `db:"episode" json:"episode"`
	RecordBytes          int         `db:"-" json:"record_bytes"`
	Rule                 string      `db:"-" json:"rule"`
	Facts                rules.Facts `db:"-" json:"facts"`
}

func newReportedRow(loan int64, accountNumber string, bytes int, r *rules.Reported) reportedRow {
	return reportedRow{
		Loan: loan, AsOf: r.AsOf, AccountNumber: accountNumber, AccountStatus: r.AccountStatus, PaymentRating: r.PaymentRating,
		PaymentHistory: r.PaymentHistory, HistoryChain: r.HistoryChain, HistoryCharacter: r.HistoryCharacter, DateAccountInfo: r.DateAccountInfo,
		DateFirstDelinquency: optional(r.DateFirstDelinquency), FirstMissedDueOn: optional(r.FirstMissedDueOn),
		DateClosed: optional(r.DateClosed), DateLastPayment: optional(r.DateLastPayment), CurrentBalance: r.CurrentBalance,
		AmountPastDue: r.AmountPastDue, ScheduledPayment: r.ScheduledPayment, ActualPayment: r.ActualPayment,
		OriginalChargeOff: r.OriginalChargeOff, SpecialComment: r.SpecialComment, Final: r.Final, Episode: r.Episode,
		RecordBytes: bytes, Rule: r.Rule, Facts: r.Facts,
	}
}

// present is the absent date for nil.
func present(d *rules.Date) rules.Date {
	if d == nil {
		return 0
	}
	return *d
}

func (r reportedRow) rules() rules.Reported {
	return rules.Reported{
		AsOf: r.AsOf, AccountStatus: r.AccountStatus, PaymentRating: r.PaymentRating, PaymentHistory: r.PaymentHistory,
		HistoryChain: r.HistoryChain, HistoryCharacter: r.HistoryCharacter, DateAccountInfo: r.DateAccountInfo,
		DateFirstDelinquency: present(r.DateFirstDelinquency), FirstMissedDueOn: present(r.FirstMissedDueOn),
		DateClosed: present(r.DateClosed), DateLastPayment: present(r.DateLastPayment), CurrentBalance: r.CurrentBalance,
		AmountPastDue: r.AmountPastDue, ScheduledPayment: r.ScheduledPayment, ActualPayment: r.ActualPayment,
		OriginalChargeOff: r.OriginalChargeOff, SpecialComment: r.SpecialComment, Final: r.Final, Episode: r.Episode,
	}
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

func readConsumers(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, program int64) (map[int64][]bureau.Consumer, error) {
	var rows []bureau.Consumer
	if err := tx.SelectContext(ctx, &rows, statements.ConsumerRead, c.After, c.Last, program); err != nil {
		return nil, fmt.Errorf("read consumers: %w", err)
	}
	byLoan := make(map[int64][]bureau.Consumer, len(rows))
	for _, r := range rows {
		byLoan[r.Loan] = append(byLoan[r.Loan], r)
	}
	return byLoan, nil
}

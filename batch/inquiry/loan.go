package inquiry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Detail is all that the database knows of a loan: what was decided, why, and what the bureaus were told.
type Detail struct {
	Loan       LoanState   `json:"loan"`
	History    []Change    `json:"history"`
	Statements []Statement `json:"statements"`
	Schedules  []Schedule  `json:"schedules"`
	Items      []Item      `json:"scheduled_items"`
	Tradelines []Tradeline `json:"tradelines"`
	Excluded   []Excluded  `json:"excluded"`
	Deletions  []Deletion  `json:"deletions"`
	Exceptions []Exception `json:"exceptions"`
	Operations []Operation `json:"operations"`
}

// LoanState is a loan as the lender describes it, and its two states (ST1, ST3).
type LoanState struct {
	Key                int64                 `json:"-" db:"loan"`
	LoanID             string                `json:"loan_id" db:"loan_id"`
	AccountNumber      string                `json:"account_number" db:"account_number"`
	ProductID          string                `json:"product_id" db:"product_id"`
	ProgramID          string                `json:"program_id" db:"program_id"`
	OpenedOn           rules.Date            `json:"opened_on" db:"opened_on"`
	Furnish            bool                  `json:"furnish" db:"furnish"`
	HoldUntil          *rules.Date           `json:"hold_until" db:"hold_until"`
	LastReportedOn     *rules.Date           `json:"last_reported_on" db:"last_reported_on"`
	DeletionReportedOn *rules.Date           `json:"deletion_reported_on" db:"deletion_reported_on"`
	Status             rules.Status          `json:"status" db:"status"`
	StatusSince        rules.Date            `json:"status_since" db:"status_since"`
	StatusCause        string                `json:"status_cause" db:"status_cause"`
	ClosedOn           *rules.Date           `json:"closed_on" db:"closed_on"`
	Episode            int                   `json:"episode" db:"episode"`
	ChargedOffOn       *rules.Date           `json:"charged_off_on" db:"charged_off_on"`
	ChargeOff          *rules.Cents          `json:"charge_off_amount" db:"charge_off_cents"`
	ServicingStatus    rules.ServicingStatus `json:"servicing_status" db:"servicing_status"`
	StopReason         *string               `json:"stop_reason" db:"stop_reason"`
	TerminatedOn       *rules.Date           `json:"terminated_on" db:"terminated_on"`
	TerminationSource  *string               `json:"termination_source" db:"termination_source"`
	TerminationReason  *string               `json:"termination_reason" db:"termination_reason"`
	ReportAsDeleted    *string               `json:"report_as_deleted" db:"report_as_deleted"`
}

// Change is one row of a loan's history (ST4).
type Change struct {
	Seq          int             `json:"seq" db:"seq"`
	State        string          `json:"state" db:"state"`
	From         *string         `json:"from" db:"from_status"`
	To           string          `json:"to" db:"to_status"`
	BusinessDate rules.Date      `json:"business_date" db:"business_date"`
	EffectiveOn  rules.Date      `json:"effective_on" db:"effective_on"`
	ClosedOn     *rules.Date     `json:"closed_on" db:"closed_on"`
	Cause        string          `json:"cause" db:"cause"`
	Rule         string          `json:"rule" db:"rule"`
	Run          *int64          `json:"run" db:"run"`
	Operation    *int64          `json:"operation" db:"operation"`
	Who          *string         `json:"who" db:"who"`
	Why          *string         `json:"why" db:"why"`
	Facts        json.RawMessage `json:"facts" db:"facts"`
}

// Statement is a final statement (FS1 to FS4).
type Statement struct {
	Episode        int             `json:"episode" db:"episode"`
	Run            int64           `json:"run" db:"run"`
	BusinessDate   rules.Date      `json:"business_date" db:"business_date"`
	Status         rules.Status    `json:"status" db:"status"`
	ClosedOn       rules.Date      `json:"closed_on" db:"closed_on"`
	CycleNo        *int            `json:"cycle_no" db:"cycle_no"`
	StartsOn       rules.Date      `json:"starts_on" db:"starts_on"`
	EndsOn         rules.Date      `json:"ends_on" db:"ends_on"`
	OpeningBalance rules.Cents     `json:"opening_balance" db:"opening_balance_cents"`
	ClosingBalance rules.Cents     `json:"closing_balance" db:"closing_balance_cents"`
	Document       json.RawMessage `json:"document" db:"document"`
}

// Cancellation says when, by which run or operation, and why a schedule or item was cancelled (SP3); all nil if it was not.
type Cancellation struct {
	On        *rules.Date `json:"cancelled_on" db:"cancelled_on"`
	Run       *int64      `json:"cancelled_run" db:"cancelled_run"`
	Operation *int64      `json:"cancelled_operation" db:"cancelled_operation"`
	Reason    *string     `json:"cancel_reason" db:"cancel_reason"`
}

// Schedule is a schedule of calls or messages.
type Schedule struct {
	ScheduleID string `json:"schedule_id" db:"schedule_id"`
	Kind       string `json:"kind" db:"kind"`
	State      string `json:"state" db:"state"`
	Cancellation
}

// Item is one scheduled payment, call or message.
type Item struct {
	ItemID     string       `json:"item_id" db:"item_id"`
	ScheduleID *string      `json:"schedule_id" db:"schedule_id"`
	Kind       string       `json:"kind" db:"kind"`
	State      string       `json:"state" db:"state"`
	DueAt      time.Time    `json:"due_at" db:"due_at"`
	Amount     *rules.Cents `json:"amount" db:"amount_cents"`
	Cancellation
}

// InFile says in which file something stands.
type InFile struct {
	File        int64      `json:"file" db:"file"`
	FileName    *string    `json:"file_name" db:"file_name"`
	FileState   string     `json:"file_state" db:"file_state"`
	Destination string     `json:"destination" db:"destination"`
	AsOf        rules.Date `json:"as_of" db:"as_of"`
}

// Tradeline is what a file said of the loan; amounts are whole dollars (BR5, BR6).
type Tradeline struct {
	InFile
	Sent                 int64           `json:"-" db:"sent"` // key of the destination
	Program              int64           `json:"-" db:"program"`
	Refused              bool            `json:"refused" db:"refused"` // singly by a bureau: it did not count (BR11)
	AccountNumber        string          `json:"account_number" db:"account_number"`
	AccountStatus        string          `json:"account_status" db:"account_status"`
	PaymentRating        string          `json:"payment_rating" db:"payment_rating"`
	PaymentHistory       string          `json:"payment_history" db:"payment_history"`
	DateAccountInfo      rules.Date      `json:"date_account_info" db:"date_account_info"`
	DateFirstDelinquency *rules.Date     `json:"date_first_delinquency" db:"date_first_delinquency"`
	FirstMissedDueOn     *rules.Date     `json:"first_missed_due_on" db:"first_missed_due_on"`
	DateClosed           *rules.Date     `json:"date_closed" db:"date_closed"`
	DateLastPayment      *rules.Date     `json:"date_last_payment" db:"date_last_payment"`
	CurrentBalance       int64           `json:"current_balance" db:"current_balance"`
	AmountPastDue        int64           `json:"amount_past_due" db:"amount_past_due"`
	ScheduledPayment     int64           `json:"scheduled_payment" db:"scheduled_payment"`
	ActualPayment        int64           `json:"actual_payment" db:"actual_payment"`
	OriginalChargeOff    int64           `json:"original_charge_off" db:"original_charge_off"`
	SpecialComment       string          `json:"special_comment" db:"special_comment"`
	ComplianceCode       string          `json:"compliance_code" db:"compliance_code"`
	Segments             string          `json:"segments" db:"segments"`   // a line "key=value" for each field of K1 to L1
	Consumers            string          `json:"consumers" db:"consumers"` // empty: just what the loan says
	Final                bool            `json:"final" db:"final"`
	Episode              int             `json:"episode" db:"episode"`
	Rule                 string          `json:"rule" db:"rule"`
	Facts                json.RawMessage `json:"facts" db:"facts"`
}

// Excluded is a file that left the loan out.
type Excluded struct {
	InFile
	Reason string `json:"reason" db:"reason"`
	Rule   string `json:"rule" db:"rule"`
	Detail string `json:"detail" db:"detail"`
}

// Deletion is a DA or DF that a file carried; not live: its file did not count (DC6).
type Deletion struct {
	InFile
	Code       string     `json:"code" db:"code"`
	DateClosed rules.Date `json:"date_closed" db:"date_closed"`
	Live       bool       `json:"live" db:"live"`
}

// Exception is a night in which the loan could not be decided. ResolvedRun nil: it still cannot.
type Exception struct {
	Run          int64      `json:"run" db:"run"`
	BusinessDate rules.Date `json:"business_date" db:"business_date"`
	Step         string     `json:"step" db:"step"`
	Code         string     `json:"code" db:"code"`
	Detail       string     `json:"detail" db:"detail"`
	FirstRun     int64      `json:"first_run" db:"first_run"`
	ResolvedRun  *int64     `json:"resolved_run" db:"resolved_run"`
}

// Operation is something that a person or system did to the loan between nights.
type Operation struct {
	Operation    int64           `json:"operation" db:"operation"`
	Kind         string          `json:"kind" db:"kind"`
	At           time.Time       `json:"at" db:"at"`
	BusinessDate rules.Date      `json:"business_date" db:"business_date"`
	Who          string          `json:"who" db:"who"`
	Why          *string         `json:"why" db:"why"`
	Result       json.RawMessage `json:"result" db:"result"`
}

// LoanDetail reads one loan, by its id or its account number; ErrNotFound if the book holds neither.
func LoanDetail(ctx context.Context, db *sqlx.DB, loan string) (*Detail, error) {
	var s Detail
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		if err := findLoan(ctx, tx, &s.Loan, loan); err != nil {
			return err
		}
		return s.read(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("loan %q: %w", loan, err)
	}
	return &s, nil
}

// LoanTradelines reads what files said of a loan, which is found as LoanDetail does, without the rest.
func LoanTradelines(ctx context.Context, db *sqlx.DB, loan string) (told []Tradeline, err error) {
	err = database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		var found LoanState
		if err := findLoan(ctx, tx, &found, loan); err != nil {
			return err
		}
		return fill(ctx, tx, &told, "tradelines", inquiryTradelines, found.Key)
	})
	if err != nil {
		return nil, fmt.Errorf("loan %q: %w", loan, err)
	}
	return told, nil
}

func (s *Detail) read(ctx context.Context, tx *sqlx.Tx) error {
	return errors.Join(
		fill(ctx, tx, &s.History, "history", inquiryHistory, s.Loan.Key),
		fill(ctx, tx, &s.Statements, "statements", inquiryStatements, s.Loan.Key),
		fill(ctx, tx, &s.Schedules, "schedules", inquirySchedules, s.Loan.Key),
		fill(ctx, tx, &s.Items, "scheduled items", inquiryItems, s.Loan.Key),
		fill(ctx, tx, &s.Tradelines, "tradelines", inquiryTradelines, s.Loan.Key),
		fill(ctx, tx, &s.Excluded, "exclusions", inquiryExcluded, s.Loan.Key),
		fill(ctx, tx, &s.Deletions, "deletions", inquiryDeletions, s.Loan.Key),
		fill(ctx, tx, &s.Exceptions, "exceptions", inquiryExceptions, s.Loan.Key),
		fill(ctx, tx, &s.Operations, "operations", inquiryOperations, s.Loan.Key),
	)
}

// fill reads one list of a detail; none is the empty list, so that its JSON is [].
func fill[T any](ctx context.Context, tx *sqlx.Tx, rows *[]T, what, query string, loan int64) error {
	*rows = []T{}
	if err := tx.SelectContext(ctx, rows, query, loan); err != nil {
		return fmt.Errorf("read its %s: %w", what, err)
	}
	return nil
}

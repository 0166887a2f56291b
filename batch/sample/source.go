package sample

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/seal"
)

// sourceFile is the file that is sampled.
type sourceFile struct {
	File        int64  `db:"file"`
	ProgramID   string `db:"program_id"`
	Destination string `db:"destination"`
	Key         int64  `db:"destination_key"`
	Program     int64  `db:"program"`
	AsOf        date   `db:"as_of"`
	PreviousOn  date   `db:"previous_on"`
	State       string `db:"state"`
	Path        string `db:"path"`
	SHA256      string `db:"sha256"`
	Records     int    `db:"records"`
}

// source is what the tables hold of one account.
type source struct {
	loan
	cycles    []cycle
	postings  []posting
	consumers []customer
	before    *before // what the last file before told; nil: nothing
}

// loan is the loan with its program, product and states. An absent day is nil.
type loan struct {
	Loan                 int64  `db:"loan"`
	LoanID               string `db:"loan_id"`
	IdentificationNumber string `db:"identification_number"`
	CycleID              string `db:"cycle_id"`
	AccountNumber        string `db:"account_number"`
	DOFDRule             string `db:"dofd_rule"`
	ChargeOffPastDue     string `db:"charge_off_past_due"`
	Portfolio            string `db:"portfolio_type"`
	AccountType          string `db:"account_type"`
	Frequency            string `db:"terms_frequency"`
	InterestType         string `db:"interest_type"`
	Method               string `db:"delinquency_method"`
	Ahead                string `db:"payments_ahead"`
	OpenedOn             day    `db:"opened_on"`
	OriginalAmount       int64  `db:"original_amount"`
	CreditLimit          int64  `db:"credit_limit"`
	HighestBalance       int64  `db:"highest_balance"`
	TermsDuration        string `db:"terms_duration"`
	ScheduledPayment     *int64 `db:"scheduled_payment"`
	History              string `db:"payment_history"`
	FirstDelinquencyOn   *day   `db:"first_delinquency_on"`
	OriginalChargeOff    int64  `db:"original_charge_off"`
	LastReportedOn       *day   `db:"last_reported_on"`
	ChargedOffOn         *day   `db:"charged_off_on"`
	ChargeOff            int64  `db:"charge_off"`
	Status               string `db:"status"`
	ClosedOn             *day   `db:"closed_on"`
	TerminatedOn         *day   `db:"terminated_on"`
	Reason               string `db:"reason"`
	ReportAsDeleted      string `db:"report_as_deleted"`
	Particular           string `db:"particular"` // what the code here does not know; empty: nothing
	Segments             string `db:"segments"`   // what gives the record other segments
	Renumbered           bool   `db:"renumbered"`
}

type cycle struct {
	StartsOn   day   `db:"starts_on"`
	EndsOn     day   `db:"ends_on"`
	DueOn      day   `db:"due_on"`
	MinimumDue int64 `db:"minimum_due"`
}

type posting struct {
	Type        string `db:"type"`
	Amount      int64  `db:"amount"`
	EffectiveOn day    `db:"effective_on"`
	ReversedOn  *day   `db:"reversed_on"`
}

type customer struct {
	CustomerID     string `db:"customer_id"`
	ECOA           string `db:"ecoa_code"`
	Business       bool   `db:"is_business"`
	Surname        string `db:"surname"`
	FirstName      string `db:"first_name"`
	MiddleName     string `db:"middle_name"`
	GenerationCode string `db:"generation_code"`
	SSN            []byte `db:"ssn"`
	DateOfBirth    []byte `db:"date_of_birth"`
	Phone          string `db:"phone"`
	Address1       string `db:"address1"`
	Address2       string `db:"address2"`
	City           string `db:"city"`
	State          string `db:"state"`
	PostalCode     string `db:"postal_code"`
	CountryCode    string `db:"country_code"`
	AddressInd     string `db:"address_indicator"`
	Residence      string `db:"residence_code"`
	Removed        bool   `db:"removed"`
	Employed       bool   `db:"employed"` // the lender knows where
}

// before is what the last file before told of an account.
type before struct {
	AsOf                 day    `db:"as_of"`
	Status               string `db:"account_status"`
	Rating               string `db:"payment_rating"`
	History              string `db:"payment_history"`
	Chain                string `db:"history_chain"`
	DateAccountInfo      day    `db:"date_account_info"`
	DateFirstDelinquency *day   `db:"date_first_delinquency"`
	DateClosed           *day   `db:"date_closed"`
	DateLastPayment      *day   `db:"date_last_payment"`
	Balance              int64  `db:"current_balance"`
	ScheduledPayment     int64  `db:"scheduled_payment"`
	ActualPayment        int64  `db:"actual_payment"`
	OriginalChargeOff    int64  `db:"original_charge_off"`
	Final                bool   `db:"final"`
}

// ErrUnknownAccount is what Draw returns of a record whose account is none of the book.
var ErrUnknownAccount = errors.New("the book has no such account in this file")

// read reads the rows of the account of a record.
func read(ctx context.Context, tx *sqlx.Tx, f *sourceFile, account string) (*source, error) {
	var s source
	err := tx.GetContext(ctx, &s.Loan, sampleLoanKey, f.Program, account, f.File)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrUnknownAccount
	}
	if err == nil {
		err = tx.GetContext(ctx, &s.loan, sampleLoan, s.Loan, f.AsOf.Time())
	}
	if err != nil {
		return nil, fmt.Errorf("read a loan: %w", err)
	}
	var last before
	switch err := tx.GetContext(ctx, &last, sampleBefore, f.Key, s.Loan, f.AsOf.Time()); {
	case err == nil:
		s.before = &last
	case !errors.Is(err, sql.ErrNoRows):
		return nil, fmt.Errorf("read what was told before: %w", err)
	}
	return &s, errors.Join(
		tx.SelectContext(ctx, &s.cycles, sampleCycles, s.Loan),
		tx.SelectContext(ctx, &s.postings, samplePostings, s.Loan, f.AsOf.Time()),
		tx.SelectContext(ctx, &s.consumers, sampleConsumers, s.Loan),
	)
}

// open opens a sealed value of a customer; what is absent is empty.
func (c *customer) open(keys *seal.Keyset, column string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	value, err := keys.Open(sealed, seal.At(column, c.CustomerID))
	return string(value), err
}

package inquiry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// StatementLetter is a final statement as the borrower is sent it: the document as it was written that night (FS4), and
// the lender and the borrower as they are known today.
type StatementLetter struct {
	Loan           int64           `json:"-" db:"loan"`
	Episode        int             `json:"episode" db:"episode"`
	Document       json.RawMessage `json:"document" db:"document"`
	LenderName     string          `json:"lender_name" db:"reporter_name"`
	LenderAddress  string          `json:"lender_address" db:"reporter_address"`
	LenderPhone    string          `json:"lender_phone" db:"reporter_phone"`
	AccountNumber  string          `json:"account_number" db:"account_number"` // masked
	ProductName    string          `json:"product_name" db:"product_name"`
	Recipient      `json:"recipient"`
	StatementPrint `json:"-"`
}

// Recipient is the borrower to whom a statement is sent.
type Recipient struct {
	Name       string `json:"name" db:"name"`
	Address1   string `json:"address1" db:"address1"`
	Address2   string `json:"address2" db:"address2"`
	City       string `json:"city" db:"city"`
	State      string `json:"state" db:"state"`
	PostalCode string `json:"postal_code" db:"postal_code"`
}

// StatementPrint is what the document of a final statement holds, dates and amounts as text (2026-09-30, 12.34). A positive
// effect raises what is owed.
type StatementPrint struct {
	LoanID         string           `json:"loan_id"`
	Status         string           `json:"status"`
	DateClosed     string           `json:"date_closed"`
	PeriodStart    string           `json:"period_start"`
	PeriodEnd      string           `json:"period_end"`
	OpeningBalance string           `json:"opening_balance"`
	Transactions   []StatementEntry `json:"transactions"`
	ClosingBalance string           `json:"closing_balance"`
	Owed           string           `json:"amount_owed"`
	OwedBack       string           `json:"amount_owed_back"`
}

// StatementEntry is a posting of the statement's cycle.
type StatementEntry struct {
	Type        string `json:"type"`
	EffectiveOn string `json:"effective_on"`
	Effect      string `json:"effect_on_balance"`
	Reverses    string `json:"reverses,omitempty"`
}

// FinalStatement reads a loan's final statement, the newest one if episode is 0; ErrNotFound if there is none.
func FinalStatement(ctx context.Context, db *sqlx.DB, loanID string, episode int) (*StatementLetter, error) {
	var l StatementLetter
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		var wanted *int
		if episode != 0 {
			wanted = &episode
		}
		if err := tx.GetContext(ctx, &l, inquiryStatement, loanID, wanted); err != nil {
			return err
		}
		return tx.GetContext(ctx, &l.Recipient, inquiryRecipient, l.Loan)
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err == nil {
		l.AccountNumber = MaskAccount(l.AccountNumber)
		err = json.Unmarshal(l.Document, &l.StatementPrint)
	}
	if err != nil {
		return nil, fmt.Errorf("final statement of loan %q: %w", loanID, err)
	}
	return &l, nil
}

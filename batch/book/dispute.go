package book

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Dispute is what is written down of a dispute beside its case.
type Dispute struct {
	rules.Dispute
	Loan      int64
	LoanID    string
	DueOn     rules.Date
	Answer    rules.DisputeAnswer // empty: not answered, as all that follows
	On        rules.Date
	Checked   string
	Copies    []string // bureaus that get a carbon copy
	Corrected []int64  // the numbers of the corrections that it made
	FraudCase string   // id of the case that confirms the fraud (Q56)
}

func (d *Dispute) columns() []any {
	return []any{
		&d.Loan, &d.LoanID, &d.Channel, &d.Bureau, &d.ControlNumber, (*pq.StringArray)(&d.Codes), &d.BureauDueOn, &d.ReceivedOn, &d.InformedOn,
		&d.DueOn, &d.Answer, &d.On, &d.Checked, (*pq.StringArray)(&d.Copies), (*pq.Int64Array)(&d.Corrected), &d.FraudCase,
	}
}

// ReadDispute reads what is written down of a dispute, nil for nothing. Its case is locked.
func ReadDispute(ctx context.Context, tx *sqlx.Tx, caseKey int64) (*Dispute, error) {
	d := &Dispute{}
	err := tx.QueryRowContext(ctx, disputeRead, caseKey).Scan(d.columns()...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the dispute: %w", err)
	}
	return d, nil
}

// AddDispute writes a dispute of a loan down beside its case, and wakes the loan. It reports false if the ACDV is there already.
func AddDispute(ctx context.Context, tx *sqlx.Tx, by By, c *CaseFile, loan int64, d rules.Dispute) (added bool, err error) {
	result, err := tx.ExecContext(ctx, disputeAdd, c.Key, loan, d.Channel, given(d.Bureau), given(d.ControlNumber), database.TextArray(d.Codes),
		d.BureauDueOn, d.ReceivedOn, d.DueOn(), by.Operation)
	if err != nil {
		return false, fmt.Errorf("write the dispute down: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	return true, Wake(ctx, tx, []int64{loan}, CasesChanged)
}

// ControlledDispute returns the key of the case of an ACDV, 0 for none.
func ControlledDispute(ctx context.Context, tx *sqlx.Tx, bureau, control string) (caseKey int64, err error) {
	err = tx.GetContext(ctx, &caseKey, disputeControl, bureau, control)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find the dispute of the control number: %w", err)
	}
	return caseKey, nil
}

// ExtendDispute writes a clock that new information has made longer, and wakes the loan.
func ExtendDispute(ctx context.Context, tx *sqlx.Tx, caseKey, loan int64, d rules.Dispute) error {
	if _, err := tx.ExecContext(ctx, disputeExtend, caseKey, d.InformedOn, d.BureauDueOn, d.DueOn()); err != nil {
		return fmt.Errorf("extend the dispute: %w", err)
	}
	return Wake(ctx, tx, []int64{loan}, CasesChanged)
}

// AnswerDispute writes the answer to a dispute. fraudCase is the key of the case that confirms a fraud, 0 for none. What the answer
// means for the record is written to the case, and wakes the loan.
func AnswerDispute(ctx context.Context, tx *sqlx.Tx, by By, caseKey int64, d *Dispute, fraudCase int64) error {
	_, err := tx.ExecContext(ctx, disputeAnswer, caseKey, d.Answer, by.On, by.Operation, d.Checked, database.TextArray(d.Copies),
		database.IntArray(d.Corrected), given(fraudCase))
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// FurnishedTo returns the names of the bureaus that the files of a loan's program go to.
func FurnishedTo(ctx context.Context, tx *sqlx.Tx, loan int64) (bureaus []string, err error) {
	if err := tx.SelectContext(ctx, &bureaus, disputeBureaus, loan); err != nil {
		return nil, fmt.Errorf("find the bureaus of the loan: %w", err)
	}
	return bureaus, nil
}

package inquiry

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Answer is what a bureau answered about one record of a file, who sees to it, and what answered it (BR11): a later file or a
// person. Its account number is masked.
type Answer struct {
	Answer        int64      `json:"answer" db:"answer"`
	File          int64      `json:"file" db:"file"`
	Destination   string     `json:"destination" db:"destination"`
	LoanID        string     `json:"loan_id" db:"loan_id"`
	AccountNumber string     `json:"account_number" db:"account_number"`
	RecordNumber  int64      `json:"record_number" db:"record_number"`
	Outcome       string     `json:"outcome" db:"outcome"`
	Field         string     `json:"field" db:"field"`
	Code          string     `json:"code" db:"code"`
	Reason        string     `json:"reason" db:"reason"`
	Rule          string     `json:"rule" db:"rule"` // that decided the record
	ReceivedOn    rules.Date `json:"received_on" db:"received_on"`
	Owner         string     `json:"owner" db:"owner"`
	RecordedBy    string     `json:"recorded_by" db:"recorded_by"`
	RecordedAt    time.Time  `json:"recorded_at" db:"recorded_at"`
	State         string     `json:"state" db:"state"`
	InFile        *int64     `json:"in_file" db:"in_file"` // of an open one: a later file tells of the account, and is not sent yet
	AnsweredFile  *int64     `json:"answered_file" db:"answered_file"`
	AnsweredBy    *string    `json:"answered_by" db:"answered_by"`
	AnsweredWhy   *string    `json:"answered_why" db:"answered_why"`
	AnsweredAt    *time.Time `json:"answered_at" db:"answered_at"`
}

// Answers lists what bureaus answered, in the order of recording, all or those that are open. The key is the answer's number.
func Answers(ctx context.Context, db *sqlx.DB, open bool, p Page) (List[Answer], error) {
	after, err := p.number()
	if err != nil {
		return List[Answer]{}, err
	}
	l, err := list(ctx, db, p, func(a *Answer) string { return strconv.FormatInt(a.Answer, 10) }, inquiryAnswers, after, open)
	if err != nil {
		return l, fmt.Errorf("read the answers: %w", err)
	}
	for i := range l.Rows {
		l.Rows[i].AccountNumber = MaskAccount(l.Rows[i].AccountNumber)
	}
	return l, nil
}

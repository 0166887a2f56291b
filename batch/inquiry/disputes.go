package inquiry

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Dispute is a dispute with its clock and its answer (BR10). One that only its case tells of has no channel.
type Dispute struct {
	CaseID string            `json:"caseId"`
	Type   rules.CaseType    `json:"type"`
	Kind   rules.DisputeKind `json:"kind,omitempty"`
	rules.Dispute
	DueOn         rules.Date          `json:"dueOn"`
	DaysLeft      *int                `json:"daysLeft,omitempty"` // nil: it does not wait for its answer
	LoanIDs       []string            `json:"loanIds"`
	CustomerIDs   []string            `json:"customerIds"`
	AccountNumber string              `json:"accountNumber,omitempty"` // masked
	Outcome       rules.CaseOutcome   `json:"outcome,omitempty"`       // what bureaus are told of it afterwards
	DeletedOn     rules.Date          `json:"deletedOn,omitempty"`
	Answer        rules.DisputeAnswer `json:"answer,omitempty"`
	AnsweredOn    rules.Date          `json:"answeredOn,omitempty"`
	Checked       string              `json:"checked,omitempty"`
	Copies        []string            `json:"copies,omitempty"` // bureaus that get a carbon copy
	Corrections   []DisputeCorrection `json:"corrections,omitempty"`
	FraudCaseID   string              `json:"fraudCaseId,omitempty"`
}

// DisputeCorrection is what the answer to a dispute corrected (BR9).
type DisputeCorrection struct {
	Correction int64  `json:"correction"`
	Field      string `json:"field"`   // its key
	Decided    string `json:"decided"` // without the correction
	Value      string `json:"value"`
	State      string `json:"state"` // of its lock
}

type disputeRow struct {
	key int64
	Dispute
	corrections []byte
}

func (r *disputeRow) columns() []any {
	return []any{
		&r.key, &r.CaseID, &r.Type, &r.Kind, &r.Outcome, &r.DeletedOn, &r.Channel, &r.Bureau, &r.ControlNumber, (*pq.StringArray)(&r.Codes),
		&r.BureauDueOn, &r.ReceivedOn, &r.InformedOn, &r.DueOn, &r.Answer, &r.AnsweredOn, &r.Checked, (*pq.StringArray)(&r.Copies),
		&r.FraudCaseID, &r.AccountNumber, (*pq.StringArray)(&r.LoanIDs), (*pq.StringArray)(&r.CustomerIDs), &r.corrections,
	}
}

// disputeKey is a place in a list of disputes.
type disputeKey struct {
	Case  int64      `db:"case_key"`
	DueOn rules.Date `db:"due_on"`
}

// disputes reads a part of a list of disputes by a query of its keys, as they stand on a date.
func disputes(ctx context.Context, db *sqlx.DB, p Page, on rules.Date, name func(disputeKey) string, query string, args ...any) (List[Dispute], error) {
	l := List[Dispute]{Rows: []Dispute{}}
	limit, err := p.limit()
	if err != nil {
		return l, err
	}
	err = database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		var keys []disputeKey
		if err := tx.SelectContext(ctx, &keys, query, append(args, limit+1)...); err != nil {
			return err
		}
		if len(keys) > limit {
			keys = keys[:limit]
			l.Next = name(keys[limit-1])
		}
		l.Rows, err = readDisputes(ctx, tx, keys, on)
		return err
	})
	if err != nil {
		return l, fmt.Errorf("read the disputes: %w", err)
	}
	return l, nil
}

// readDisputes reads disputes in the order of their keys.
func readDisputes(ctx context.Context, tx *sqlx.Tx, keys []disputeKey, on rules.Date) ([]Dispute, error) {
	rows := make([]Dispute, len(keys))
	var wanted database.IntArray
	for _, k := range keys {
		wanted = append(wanted, k.Case)
	}
	err := database.Each(ctx, tx, (*disputeRow).columns, func(r *disputeRow) error {
		d := r.Dispute
		d.AccountNumber = MaskAccount(d.AccountNumber)
		if d.Outcome == "" && d.DeletedOn == 0 {
			d.DaysLeft = new(int(d.DueOn - on))
		}
		err := json.Unmarshal(r.corrections, &d.Corrections)
		rows[slices.IndexFunc(keys, func(k disputeKey) bool { return k.Case == r.key })] = d
		return err
	}, inquiryDisputeRead, wanted, rules.AnswerDays)
	return rows, err
}

func byCase(k disputeKey) string { return strconv.FormatInt(k.Case, 10) }

// DisputesOf says which disputes are listed.
type DisputesOf struct {
	LoanID    string // of a loan or of one of its customers; empty: of all
	ProgramID string // of loans of a program; empty: of all
}

// Disputes lists disputes, fraud claims and theft reports in the order in which their cases came into the book: all, or those that wait
// for their answer. Days are left from a date.
func Disputes(ctx context.Context, db *sqlx.DB, of DisputesOf, open bool, on rules.Date, p Page) (List[Dispute], error) {
	after, err := p.number()
	if err != nil {
		return List[Dispute]{}, err
	}
	return disputes(ctx, db, p, on, byCase, inquiryDisputeKeys, after, open, of.LoanID, nil, of.ProgramID)
}

// DisputesDue lists the disputes that wait for their answer, those that have the fewest days left first (BR10).
func DisputesDue(ctx context.Context, db *sqlx.DB, of DisputesOf, on rules.Date, p Page) (List[Dispute], error) {
	due, after, err := p.pair()
	var from rules.Date
	if err == nil && due != "" {
		if from, err = rules.ParseDate(due); err != nil {
			err = fmt.Errorf("%w: %q is not the next key of a list of disputes", ErrBadPage, p.After)
		}
	}
	if err != nil {
		return List[Dispute]{}, err
	}
	name := func(k disputeKey) string { return k.DueOn.String() + "/" + byCase(k) }
	return disputes(ctx, db, p, on, name, inquiryDisputeDueKeys, from, after, rules.AnswerDays, of.LoanID, of.ProgramID)
}

// DisputesAnswered lists the ACDVs that were answered since a date, 0 for all.
func DisputesAnswered(ctx context.Context, db *sqlx.DB, since rules.Date, p Page) (List[Dispute], error) {
	after, err := p.number()
	if err != nil {
		return List[Dispute]{}, err
	}
	return disputes(ctx, db, p, since, byCase, inquiryDisputeAnsweredKeys, after, since)
}

// DisputeDetail reads a dispute, named by its case's id or external id; ErrNotFound if there is none.
func DisputeDetail(ctx context.Context, db *sqlx.DB, id string, on rules.Date) (*Dispute, error) {
	key, err := caseKey(ctx, db, id)
	if err != nil {
		return nil, fmt.Errorf("read dispute %q: %w", id, err)
	}
	l, err := disputes(ctx, db, Page{Limit: 1}, on, byCase, inquiryDisputeKeys, 0, false, "", key, "")
	if err == nil && len(l.Rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read dispute %q: %w", id, err)
	}
	return &l.Rows[0], nil
}

// AUD is a correction that a person keys in at the bureaus before the next file carries it (BR9).
type AUD struct {
	Correction    int64      `json:"correction" db:"correction"`
	LoanID        string     `json:"loanId" db:"loan_id"`
	AccountNumber string     `json:"accountNumber" db:"account_number"` // masked, unless it is asked for
	Field         string     `json:"field" db:"field"`                  // its key
	Decided       string     `json:"decided" db:"decided"`
	Value         string     `json:"value" db:"value"`
	Reason        string     `json:"reason" db:"reason"`
	Evidence      string     `json:"evidence" db:"evidence"`
	Source        string     `json:"source" db:"source"`
	State         string     `json:"state" db:"state"`
	RecordedOn    rules.Date `json:"recordedOn" db:"recorded_on"`
	RecordedBy    string     `json:"recordedBy" db:"recorded_by"`
}

// AUDs lists the corrections since a date, 0 for all, that lock a field and that no answer to an ACDV has told. Account numbers are
// masked unless unmask is set.
func AUDs(ctx context.Context, db *sqlx.DB, since rules.Date, unmask bool, p Page) (List[AUD], error) {
	after, err := p.number()
	if err != nil {
		return List[AUD]{}, err
	}
	l, err := list(ctx, db, p, func(c *AUD) string { return strconv.FormatInt(c.Correction, 10) }, inquiryAUDs, after, since)
	if err != nil {
		return l, fmt.Errorf("read the corrections: %w", err)
	}
	for i := range l.Rows {
		if !unmask {
			l.Rows[i].AccountNumber = MaskAccount(l.Rows[i].AccountNumber)
		}
	}
	return l, nil
}

package servicing

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// OpenDisputeRequest asks to open a dispute of one loan (BR10).
type OpenDisputeRequest struct {
	Order
	LoanID         string               `json:"loanId"`
	CaseID         string               `json:"caseId,omitempty"` // empty: a new one
	Channel        rules.DisputeChannel `json:"channel"`
	ReceivedOn     rules.Date           `json:"receivedOn,omitempty"` // 0: the business date
	CustomerID     string               `json:"customerId,omitempty"` // of several liable consumers the one who disputes (Q77)
	ClaimsFraud    bool                 `json:"claimsFraud"`          // DC9
	Kind           rules.DisputeKind    `json:"kind,omitempty"`       // Q74
	DisputedAmount *rules.Cents         `json:"disputedAmount,omitempty"`
	Bureau         string               `json:"bureau,omitempty"` // of an ACDV, as all that follows
	ControlNumber  string               `json:"controlNumber,omitempty"`
	Codes          []string             `json:"codes,omitempty"`
	BureauDueOn    rules.Date           `json:"bureauDueOn,omitempty"`
}

// DisputeView is a dispute as results and the rows of operations tell of it.
type DisputeView struct {
	CaseID  string            `json:"caseId"`
	LoanID  string            `json:"loanId"`
	Type    rules.CaseType    `json:"type"`
	Kind    rules.DisputeKind `json:"kind,omitempty"`
	Outcome rules.CaseOutcome `json:"outcome,omitempty"` // what bureaus are told of it afterwards
	rules.Dispute
	DueOn       rules.Date          `json:"dueOn"`
	Answer      rules.DisputeAnswer `json:"answer,omitempty"` // empty: it is not answered, as all that follows
	AnsweredOn  rules.Date          `json:"answeredOn,omitempty"`
	Checked     string              `json:"checked,omitempty"`
	Copies      []string            `json:"copies,omitempty"`
	Corrections []int64             `json:"corrections,omitempty"`
	FraudCaseID string              `json:"fraudCaseId,omitempty"`
}

// DisputeResult is what became of a dispute.
type DisputeResult struct {
	Receipt
	Changed bool        `json:"changed"` // false: it was so before, and no operation is noted
	Dispute DisputeView `json:"dispute"`
}

func viewOfDispute(c *book.CaseFile, d *book.Dispute) DisputeView {
	return DisputeView{
		CaseID: c.CaseID, LoanID: d.LoanID, Type: c.Type, Kind: c.DisputeKind, Outcome: c.Outcome, Dispute: d.Dispute, DueOn: d.DueOn,
		Answer: d.Answer, AnsweredOn: d.On, Checked: d.Checked, Copies: d.Copies, Corrections: d.Corrected, FraudCaseID: d.FraudCase,
	}
}

func (r *OpenDisputeRequest) dispute(on rules.Date) rules.Dispute {
	received := r.ReceivedOn
	if received == 0 {
		received = on
	}
	return rules.Dispute{
		Channel: r.Channel, Bureau: r.Bureau, ControlNumber: r.ControlNumber, Codes: r.Codes, BureauDueOn: r.BureauDueOn, ReceivedOn: received,
	}
}

func (r *OpenDisputeRequest) entry(d rules.Dispute, on rules.Date) rules.CaseEntry {
	c := rules.CaseEntry{Type: d.Type(r.ClaimsFraud), ReceivedOn: d.ReceivedOn, DisputeKind: r.Kind, DisputedAmount: r.DisputedAmount}
	if c.Type == rules.CaseDispute && c.DisputeKind == "" {
		c.DisputeKind = rules.DisputeFCRA
	}
	return c.WithDefaults(on)
}

func (r *OpenDisputeRequest) validate() error {
	switch {
	case r.LoanID == "":
		return invalid("it does not say which loan")
	case len(r.CaseID) > longestID:
		return invalid("caseId is longer than %d bytes", longestID)
	}
	if err := needsWhy(r.Order); err != nil {
		return err
	}
	d := r.dispute(r.ReceivedOn)
	err := rules.CheckDispute(d)
	if err == nil {
		err = rules.CheckCase(r.entry(d, firstDay))
	}
	return refused(ErrInvalid, err)
}

// OpenDispute opens a dispute with its case: the record bears its notation from its receipt on, or a theft report blocks the account,
// and its clock runs (BR10, CA9). An ACDV that is there already is not opened again: no operation is noted, unless it has a key.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) OpenDispute(ctx context.Context, r OpenDisputeRequest) (*DisputeResult, error) {
	done := &DisputeResult{}
	err := r.validate()
	if err == nil {
		err = d.perform(ctx, "OPEN_DISPUTE", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error { return openDispute(ctx, tx, w, &r, done) })
	}
	if err != nil {
		return nil, fmt.Errorf("open the dispute: %w", err)
	}
	return done, nil
}

func openDispute(ctx context.Context, tx *sqlx.Tx, w *deed, r *OpenDisputeRequest, done *DisputeResult) error {
	loan, err := find(ctx, tx, "loan", loanByID, r.LoanID)
	if err != nil {
		return err
	}
	known, err := book.ControlledDispute(ctx, tx, r.Bureau, r.ControlNumber)
	if err != nil {
		return err
	}
	if known != 0 {
		if err := r.knownDispute(ctx, tx, w, known, done); err != nil || w.keyed {
			return err
		}
		done.receipt().Operation = 0
		return errTakenBack
	}
	dispute := r.dispute(w.by.On)
	entry := r.entry(dispute, w.by.On)
	if err := rules.CheckCaseDates(entry, w.by.On); err != nil {
		return refused(ErrRefused, err)
	}
	c, err := newCase(ctx, tx, w, r.CaseID, entry, r.parties())
	if err != nil {
		return err
	}
	added, err := book.AddDispute(ctx, tx, w.by, c, loan, dispute)
	if err != nil {
		return err
	}
	if !added { // by another, until its row could be written: what was begun here is taken back
		if known, err = book.ControlledDispute(ctx, tx, r.Bureau, r.ControlNumber); err != nil {
			return err
		}
		if err := r.knownDispute(ctx, tx, w, known, done); err != nil {
			return err
		}
		done.receipt().Operation = 0
		return errTakenBack
	}
	now, err := book.ReadDispute(ctx, tx, c.Key)
	if err != nil {
		return err
	}
	done.Changed, done.Dispute = true, viewOfDispute(c, now)
	w.loans, w.cases, w.after = c.Loans, []int64{c.Key}, done.Dispute
	return nil
}

func (r *OpenDisputeRequest) parties() []CaseAssociation {
	of := []CaseAssociation{{rules.AssociationLoan, r.LoanID}}
	if r.CustomerID != "" {
		of = append(of, CaseAssociation{rules.AssociationCustomer, r.CustomerID})
	}
	return of
}

// knownDispute says what an ACDV is that was opened before; one of another loan is a mistake of the request.
func (r *OpenDisputeRequest) knownDispute(ctx context.Context, tx *sqlx.Tx, w *deed, key int64, done *DisputeResult) error {
	c, err := book.LockCase(ctx, tx, key)
	if err != nil {
		return err
	}
	dispute, err := book.ReadDispute(ctx, tx, key)
	if err != nil {
		return err
	}
	if dispute.LoanID != r.LoanID {
		return fmt.Errorf("%w: ACDV %s of %s is of loan %q, case %q (BR10)", ErrRefused, r.ControlNumber, r.Bureau, dispute.LoanID, c.CaseID)
	}
	done.Changed, done.Dispute = false, viewOfDispute(c, dispute)
	w.loans, w.cases, w.after = c.Loans, []int64{key}, done.Dispute
	return nil
}

// newCase adds a case about customers and loans, with an id of the operation if it has none.
func newCase(ctx context.Context, tx *sqlx.Tx, w *deed, id string, e rules.CaseEntry, of []CaseAssociation) (*book.CaseFile, error) {
	if id == "" {
		id = fmt.Sprintf("case-%d", w.by.Operation)
	}
	who, _, _, err := (&AssociateRequest{Associations: of}).split(ctx, tx)
	if err != nil {
		return nil, err
	}
	key, err := book.AddCase(ctx, tx, id, e)
	if err != nil {
		return nil, err
	}
	if key == 0 {
		return nil, fmt.Errorf("%w: there is a case %q already (CA1)", ErrRefused, id)
	}
	c, err := book.LockCase(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	if _, err := who.add(ctx, tx, w, c); err != nil {
		return nil, err
	}
	return book.LockCase(ctx, tx, key)
}

// ExtendDisputeRequest says that the consumer gave new information: the clock of a dispute is longer (BR10).
type ExtendDisputeRequest struct {
	Order
	CaseID      string     `json:"caseId"`                // or its external id
	InformedOn  rules.Date `json:"informedOn,omitempty"`  // 0: the business date
	BureauDueOn rules.Date `json:"bureauDueOn,omitempty"` // of an ACDV: the bureau wants its answer by then now; 0: as before
}

// ExtendDispute makes the clock of a dispute longer, once.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) ExtendDispute(ctx context.Context, r ExtendDisputeRequest) (*DisputeResult, error) {
	return d.onDispute(ctx, "EXTEND_DISPUTE", "extend the dispute", r.Order, r, r.CaseID, func(tx *sqlx.Tx, w *deed, c *book.CaseFile, u *book.Dispute) error {
		informed := r.InformedOn
		if informed == 0 {
			informed = w.by.On
		}
		now, err := rules.ExtendDispute(c.CaseEntry, u.Dispute, informed, r.BureauDueOn, w.by.On)
		if err != nil {
			return refused(ErrRefused, err)
		}
		return book.ExtendDispute(ctx, tx, c.Key, u.Loan, now)
	})
}

// disputeWork changes a dispute that is locked with its case.
type disputeWork func(tx *sqlx.Tx, w *deed, c *book.CaseFile, u *book.Dispute) error

// onDispute does an operation on one dispute, named by its case's id or external id.
func (d *Desk) onDispute(ctx context.Context, kind, what string, o Order, request any, id string, work disputeWork) (*DisputeResult, error) {
	done := &DisputeResult{}
	err := d.onCaseKey(ctx, kind, what, o, request, id, done, func(tx *sqlx.Tx, w *deed, key int64) error {
		return changeDispute(ctx, tx, w, key, done, work)
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// changeDispute locks a dispute, changes it, and says so in the result and the deed.
func changeDispute(ctx context.Context, tx *sqlx.Tx, w *deed, key int64, done *DisputeResult, work disputeWork) error {
	c, err := book.LockCase(ctx, tx, key)
	if err != nil {
		return err
	}
	u, err := disputeOf(ctx, tx, w, c)
	if err != nil {
		return err
	}
	w.before = viewOfDispute(c, u)
	w.loans, w.cases = c.Loans, []int64{key}
	if err := work(tx, w, c, u); err != nil {
		return err
	}
	now, err := c.Reread(ctx, tx)
	if err != nil {
		return err
	}
	if u, err = book.ReadDispute(ctx, tx, key); err != nil {
		return err
	}
	done.Changed, done.Dispute = true, viewOfDispute(now, u)
	w.after = done.Dispute
	return nil
}

// disputeOf reads what is written down of a dispute. Of one that only an extract or a case tells of, that is its receipt.
func disputeOf(ctx context.Context, tx *sqlx.Tx, w *deed, c *book.CaseFile) (*book.Dispute, error) {
	u, err := book.ReadDispute(ctx, tx, c.Key)
	if err != nil || u != nil {
		return u, err
	}
	channel, err := rules.ChannelOf(c.CaseEntry)
	if err != nil {
		return nil, refused(ErrRefused, err)
	}
	var loan int64
	switch {
	case len(c.LoanIDs) == 1:
		loan, err = find(ctx, tx, "loan", loanByID, c.LoanIDs[0])
	case len(c.LoanIDs) == 0 && len(c.Loans) == 1:
		loan = c.Loans[0]
	default:
		err = fmt.Errorf("%w: case %q is not about one loan: open a dispute of each that is disputed, and delete the case (BR10)", ErrRefused, c.CaseID)
	}
	if err != nil {
		return nil, err
	}
	received := c.ReceivedOn
	if received == 0 { // Q86
		received = c.OpenedOn
	}
	if _, err := book.AddDispute(ctx, tx, w.by, c, loan, rules.Dispute{Channel: channel, ReceivedOn: received}); err != nil {
		return nil, err
	}
	return book.ReadDispute(ctx, tx, c.Key)
}

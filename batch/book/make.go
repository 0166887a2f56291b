package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// makeFacts makes the facts of loans from the book's tables. The loans are locked: what the queries read one after the
// other is of one moment.
func (v Vault) makeFacts(ctx context.Context, tx *sqlx.Tx, keys []int64) (map[int64]*Facts, error) {
	made := make(map[int64]*Facts, len(keys))
	if len(keys) == 0 {
		return made, nil
	}
	loans := pq.Array(keys)
	err := database.Each(ctx, tx, (*loanRow).columns, func(r *loanRow) error {
		made[r.Loan] = r.facts()
		return nil
	}, loanRead, loans)
	if err == nil {
		err = database.Each(ctx, tx, (*consumerRow).columns, func(r *consumerRow) error {
			f := made[r.loan]
			consumer, err := v.consumer(r)
			f.Consumers = append(f.Consumers, consumer)
			return err
		}, consumerRead, loans)
	}
	if err == nil {
		err = database.Each(ctx, tx, (*pauseRow).columns, func(r *pauseRow) error {
			f := made[r.loan]
			r.Stay = rules.IsStay(r.reason)
			f.Pauses = append(f.Pauses, r.Pause)
			return nil
		}, pauseRead, loans)
	}
	if err == nil {
		err = database.Each(ctx, tx, (*caseRow).columns, func(r *caseRow) error {
			made[r.loan].addCase(r)
			return nil
		}, caseRead, loans)
	}
	if err == nil {
		err = database.Each(ctx, tx, (*cancelledRow).columns, func(r *cancelledRow) error {
			f := made[r.loan]
			f.Cancelled = append(f.Cancelled, r.CancelledPayment)
			return nil
		}, paymentCancelled, loans)
	}
	if err == nil {
		err = database.Each(ctx, tx, (*ledgerRow).columns, func(r *ledgerRow) (err error) {
			made[r.loan].Ledger, err = r.ledger()
			return err
		}, ledgerRead, loans)
	}
	if err != nil {
		return nil, fmt.Errorf("make the facts of loans: %w", err)
	}
	return made, nil
}

// loanRow is a row of LoanRead.
type loanRow struct {
	Facts
	terminated rules.Termination
}

// columns are the places of LoanRead's columns, in its order.
func (r *loanRow) columns() []any {
	t, s := &r.Terms, &r.State
	end, more := &r.terminated, &r.Terms.Further
	return []any{
		&r.Loan, &t.Program, &t.Product, &t.AccountNumber, &t.CycleID, &t.OpenedOn, &t.Furnish, &t.OriginalAmount, &t.CreditLimit,
		&t.HighestBalance, &t.TermsDuration, &t.ScheduledPayment, &t.HasSchedule, &t.Baseline.History,
		&t.Baseline.FirstDelinquencyOn, &t.Baseline.LastReportedOn, &t.DeletionReportedOn, &s.BoardedClosed, &t.ChangedProgram,
		&t.OlderHolder, &t.DeletedHolder, &r.HoldUntil, &r.PromoEndsOn, &s.Status, &s.Since, &s.ByHand, &s.ClosedOn,
		&s.Episode, &s.CountFrom, &s.ReopenedOn, &s.ChargedOffOn, &s.ChargeOff, &end.On, &end.Reason, &end.ReportAsDeleted,
		&end.RescindedOn, &more.DeferredFrom, &more.DeferredUntil, &more.BalloonOn, &more.BalloonAmount, &more.SpecialComment,
		&more.OriginalCreditor, &more.CreditorClass, &more.PurchasedFrom, &more.SoldTo, &more.SoldOn, &more.AgencyID,
		&more.AgencyAccount, &more.MortgageID, &more.NewAccountNumber,
	}
}

// facts is a copy of the row's facts.
func (r *loanRow) facts() *Facts {
	f := r.Facts
	if r.terminated.On != 0 {
		terminated := r.terminated
		f.Termination = &terminated
	}
	return &f
}

type consumerRow struct {
	loan       int64
	customerID string
	ssn, birth []byte // sealed
	Consumer
}

// consumer is the row's consumer, opened.
func (v Vault) consumer(r *consumerRow) (c Consumer, err error) {
	c = r.Consumer
	if c.SSN, err = v.openSSN(r.customerID, r.ssn); err == nil {
		c.DateOfBirth, err = v.openBirth(r.customerID, r.birth)
	}
	return c, err
}

func (r *consumerRow) columns() []any {
	return []any{
		&r.loan, &r.Customer, &r.customerID, &r.Position, &r.ECOACode, &r.Surname, &r.FirstName, &r.MiddleName, &r.GenerationCode, &r.ssn, &r.birth,
		&r.Phone, &r.Address1, &r.Address2, &r.City, &r.State, &r.PostalCode, &r.CountryCode, &r.AddressIndicator,
		&r.ResidenceCode, &r.IsBusiness, &r.Employer.Name, &r.Employer.Address1, &r.Employer.Address2, &r.Employer.City,
		&r.Employer.State, &r.Employer.PostalCode, &r.Employer.Occupation,
	}
}

type pauseRow struct {
	loan   int64
	reason string
	rules.Pause
}

func (r *pauseRow) columns() []any { return []any{&r.loan, &r.From, &r.To, &r.reason} }

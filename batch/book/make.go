package book

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// makeFacts makes the facts of loans from the book's tables. The loans are locked: what the queries read one after the
// other is of one moment.
func makeFacts(ctx context.Context, tx *sqlx.Tx, keys []int64) (map[int64]*Facts, error) {
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
			f.Consumers = append(f.Consumers, r.Consumer)
			return nil
		}, consumerRead, loans)
	}
	if err == nil {
		err = database.Each(ctx, tx, (*pauseRow).columns, func(r *pauseRow) error {
			f := made[r.loan]
			f.Pauses = append(f.Pauses, r.Pause)
			return nil
		}, pauseRead, loans)
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
	terminatedOn rules.Date
	reason       string
	asDeleted    string
}

// columns are the places of LoanRead's columns, in its order.
func (r *loanRow) columns() []any {
	t, s := &r.Terms, &r.State
	return []any{
		&r.Loan, &t.Program, &t.Product, &t.AccountNumber, &t.CycleID, &t.OpenedOn, &t.Furnish, &t.OriginalAmount, &t.CreditLimit,
		&t.HighestBalance, &t.TermsDuration, &t.ScheduledPayment, &t.HasSchedule, &t.Baseline.History,
		&t.Baseline.FirstDelinquencyOn, &t.Baseline.LastReportedOn, &t.DeletionReportedOn, &s.BoardedClosed, &t.ChangedProgram,
		&t.OlderHolder, &t.DeletedHolder, &r.HoldUntil, &r.PromoEndsOn, &s.Status, &s.Since, &s.ByHand, &s.ClosedOn,
		&s.Episode, &s.CountFrom, &s.ReopenedOn, &s.ChargedOffOn, &s.ChargeOff, &r.terminatedOn, &r.reason, &r.asDeleted,
	}
}

// facts is a copy of the row's facts.
func (r *loanRow) facts() *Facts {
	f := r.Facts
	if r.terminatedOn != 0 {
		f.Termination = &rules.Termination{On: r.terminatedOn, Reason: r.reason, ReportAsDeleted: r.asDeleted}
	}
	return &f
}

type consumerRow struct {
	loan int64
	Consumer
}

func (r *consumerRow) columns() []any {
	return []any{
		&r.loan, &r.Customer, &r.Position, &r.ECOACode, &r.Surname, &r.FirstName, &r.MiddleName, &r.GenerationCode, &r.SSN, &r.DateOfBirth,
		&r.Phone, &r.Address1, &r.Address2, &r.City, &r.State, &r.PostalCode, &r.CountryCode, &r.AddressIndicator,
		&r.ResidenceCode, &r.IsBusiness,
	}
}

type pauseRow struct {
	loan int64
	rules.Pause
}

func (r *pauseRow) columns() []any { return []any{&r.loan, &r.From, &r.To} }

// ledgerRow is a row of LedgerRead: arrays in their text form.
type ledgerRow struct {
	loan                                            int64
	kinds, amounts, effective                       []byte
	pairKinds, pairAmounts, pairEffective, reversed []byte
	numbers, due, minimum                           []byte
}

func (r *ledgerRow) columns() []any {
	return []any{
		&r.loan, &r.kinds, &r.amounts, &r.effective, &r.pairKinds, &r.pairAmounts, &r.pairEffective, &r.reversed,
		&r.numbers, &r.due, &r.minimum,
	}
}

func (r *ledgerRow) ledger() (rules.Ledger, error) {
	entries, err := parseEntries(r.kinds, r.amounts, r.effective)
	if err != nil {
		return rules.Ledger{}, err
	}
	undone, err := parseEntries(r.pairKinds, r.pairAmounts, r.pairEffective)
	if err != nil {
		return rules.Ledger{}, err
	}
	err = eachInteger(len(undone), [][]byte{r.reversed}, func(row, _ int, n int64) {
		original, reversal := undone[row].Reversed(rules.Date(n))
		entries = append(entries, original, reversal)
	})
	if err != nil {
		return rules.Ledger{}, err
	}
	dues := make([]rules.Due, len(elements(r.numbers)))
	err = eachInteger(len(dues), [][]byte{r.numbers, r.due, r.minimum}, func(row, column int, n int64) {
		switch d := &dues[row]; column {
		case 0:
			d.No = int(n)
		case 1:
			d.DueOn = rules.Date(n)
		default:
			d.MinimumDue = rules.Cents(n)
		}
	})
	return newLedger(entries, dues), err
}

func parseEntries(kinds, amounts, effective []byte) ([]rules.Entry, error) {
	names := elements(kinds)
	entries := make([]rules.Entry, len(names))
	for i, name := range names {
		kind, ok := rules.ParseKind(string(name))
		if !ok {
			return nil, fmt.Errorf("%q is not an entry kind", name)
		}
		entries[i].Kind = kind
	}
	err := eachInteger(len(entries), [][]byte{amounts, effective}, func(row, column int, n int64) {
		switch e := &entries[row]; column {
		case 0:
			e.Amount = rules.Cents(n)
		default:
			e.Effective = rules.Date(n)
		}
	})
	return entries, err
}

// elements splits the text form of a one-dimensional array without quotes or nulls.
func elements(array []byte) [][]byte {
	if len(array) <= 2 {
		return nil
	}
	return bytes.Split(array[1:len(array)-1], []byte{','})
}

// eachInteger calls f with every element of the integer arrays, which must all have the same length.
func eachInteger(length int, arrays [][]byte, f func(row, column int, n int64)) error {
	for column, array := range arrays {
		parts := elements(array)
		if len(parts) != length {
			return fmt.Errorf("array %d has %d elements, want %d", column, len(parts), length)
		}
		for row, part := range parts {
			n, err := strconv.ParseInt(string(part), 10, 64)
			if err != nil {
				return fmt.Errorf("array %d: %w", column, err)
			}
			f(row, column, n)
		}
	}
	return nil
}

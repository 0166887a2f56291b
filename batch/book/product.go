package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Settings are what lenders set for their products and programs, by key. They are not packed: rules read them as they are.
type Settings struct {
	Products map[int64]Product
	Programs map[int64]Program
	Calendar *rules.BusinessCalendar
}

// Product is a product: its settings, and what a record says of its accounts.
type Product struct {
	rules.Product
	AccountType  string
	InterestType string // empty: none
}

// Program is what rules go by of a program.
type Program struct {
	rules.Program
	Aliases rules.ReasonAliases // Q70
}

type productRow struct {
	key      int64
	business bool // its days are counted by the business days
	Product
}

func (r *productRow) columns() []any {
	return []any{
		&r.key, &r.PortfolioType, &r.AccountType, &r.TermsFrequency, &r.InterestType, &r.DelinquentAfter, &r.ChargeOffAfter,
		&r.GraceDays, &r.ClosesOnPayoff, &r.PayoffHoldDays, &r.TrailingReports, &r.DelinquencyMethod, &r.PaymentsAhead, &r.business,
	}
}

type programRow struct {
	key     int64
	aliases pq.StringArray
	rules.Program
}

func (r *programRow) columns() []any {
	return []any{&r.key, &r.DOFDRule, &r.ChargeOffPastDue, &r.Accommodations, &r.aliases}
}

// ReadSettings reads the settings of every product and program.
func ReadSettings(ctx context.Context, tx *sqlx.Tx) (*Settings, error) {
	s := &Settings{Products: map[int64]Product{}, Programs: map[int64]Program{}}
	var err error
	if s.Calendar, err = ReadCalendar(ctx, tx); err != nil {
		return nil, err
	}
	err = database.Each(ctx, tx, (*productRow).columns, func(r *productRow) error {
		r.Product.Product = r.Product.WithDefaults()
		if r.business {
			r.CountIn = s.Calendar.Days
		}
		s.Products[r.key] = r.Product
		return nil
	}, productAll)
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	err = database.Each(ctx, tx, (*programRow).columns, func(r *programRow) error {
		s.Programs[r.key] = Program{r.Program, rules.ParseReasonAliases(r.aliases)}
		return nil
	}, programAll)
	if err != nil {
		return nil, fmt.Errorf("read programs: %w", err)
	}
	return s, nil
}

// Rules are the facts of a loan as rules see them on d.
func (f *Facts) Rules(s *Settings, d rules.Date) rules.Loan {
	l := rules.Loan{
		State: f.State, OpenedOn: f.Terms.OpenedOn, HoldUntil: f.HoldUntil, PromoEndsOn: f.PromoEndsOn,
		HasCycles: len(f.Ledger.Dues) > 0, Product: s.Products[f.Terms.Product].Product, Pauses: f.Pauses, Cases: f.Cases,
		Ledger: f.Ledger.AsOf(d), DeferredFrom: f.Terms.Further.DeferredFrom, DeferredUntil: f.Terms.Further.DeferredUntil,
		Excused: rules.Excuses(f.Cancelled, f.Ledger.Dues), CollateralOn: f.Terminated(s).CollateralOn(d),
	}
	if l.HasCycles {
		l.LastDueOn = f.Ledger.Dues[len(f.Ledger.Dues)-1].DueOn
	}
	return l
}

// Terminated is the termination with the reason that the lender's code stands for in its program (Q70), nil if there is none.
func (f *Facts) Terminated(s *Settings) *rules.Termination {
	t := f.Termination
	if t == nil {
		return nil
	}
	if reason, ok := s.Programs[f.Terms.Program].Aliases[t.Reason]; ok {
		resolved := *t
		resolved.Reason = reason
		return &resolved
	}
	return t
}

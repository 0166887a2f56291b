package step

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// product is a product as the database holds it.
type product struct {
	Product         int64  `db:"product"`
	PortfolioType   string `db:"portfolio_type"`
	AccountType     string `db:"account_type"`
	TermsFrequency  string `db:"terms_frequency"`
	InterestType    string `db:"interest_type"`
	DelinquentAfter int    `db:"delinquent_after"`
	ChargeOffAfter  int    `db:"charge_off_after"`
	GraceDays       int    `db:"grace_days"`
	ClosesOnPayoff  bool   `db:"closes_on_payoff"`
	PayoffHoldDays  int    `db:"payoff_hold_days"`
	TrailingReports int    `db:"trailing_reports"`
}

func (p product) rules() rules.Product {
	return rules.Product{
		DelinquentAfter: p.DelinquentAfter, ChargeOffAfter: p.ChargeOffAfter, GraceDays: p.GraceDays,
		ClosesOnPayoff: p.ClosesOnPayoff, PayoffHoldDays: p.PayoffHoldDays, TrailingReports: p.TrailingReports,
		PortfolioType: p.PortfolioType, TermsFrequency: p.TermsFrequency,
	}
}

// products reads every product by its key.
func products(ctx context.Context, tx *sqlx.Tx) (map[int64]product, error) {
	var rows []product
	if err := tx.SelectContext(ctx, &rows, productAll); err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	byKey := make(map[int64]product, len(rows))
	for _, p := range rows {
		byKey[p.Product] = p
	}
	return byKey, nil
}

// loanRow is a loan as steps 1 to 3 read it.
type loanRow struct {
	Loan          int64        `db:"loan"`
	Status        rules.Status `db:"status"`
	StatusSince   rules.Date   `db:"status_since"`
	ByHand        bool         `db:"by_hand"`
	ClosedOn      rules.Date   `db:"closed_on"`
	Episode       int          `db:"episode"`
	BoardedClosed bool         `db:"boarded_closed"`
	CountFrom     rules.Date   `db:"count_from"`
	ReopenedOn    rules.Date   `db:"reopened_on"`
	ChargedOffOn  rules.Date   `db:"charged_off_on"`
	ChargeOff     rules.Cents  `db:"charge_off_cents"`
	Product       int64        `db:"product"`
	OpenedOn      rules.Date   `db:"opened_on"`
	HoldUntil     rules.Date   `db:"hold_until"`
	PromoEndsOn   rules.Date   `db:"promo_ends_on"`
}

// looked is a loan as steps 1 to 3 look at it: as of the business date, and what is known of its future.
type looked struct {
	key int64
	rules.Loan
	known rules.Ledger
}

// readLoans reads loans with all that steps 1 to 3 decide by, in order of the loan key.
func readLoans(ctx context.Context, tx *sqlx.Tx, keys []int64, d rules.Date) ([]looked, error) {
	ledgers, err := readLedgers(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	return readLoansOf(ctx, tx, keys, ledgers, d)
}

// readLoansOf is readLoans where the ledgers are known.
func readLoansOf(ctx context.Context, tx *sqlx.Tx, keys []int64, ledgers map[int64]rules.Ledger, d rules.Date) ([]looked, error) {
	byProduct, err := products(ctx, tx)
	if err != nil {
		return nil, err
	}
	var rows []loanRow
	if err := tx.SelectContext(ctx, &rows, stateRead, pq.Array(keys)); err != nil {
		return nil, fmt.Errorf("read states: %w", err)
	}
	pauses, err := readPauses(ctx, tx, pauseRead, pq.Array(keys))
	if err != nil {
		return nil, err
	}
	loans := make([]looked, len(rows))
	for i, r := range rows {
		known := ledgers[r.Loan]
		loans[i] = looked{key: r.Loan, known: known, Loan: rules.Loan{
			State: rules.State{
				Status: r.Status, Since: r.StatusSince, ByHand: r.ByHand, ClosedOn: r.ClosedOn, Episode: r.Episode,
				BoardedClosed: r.BoardedClosed, CountFrom: r.CountFrom, ReopenedOn: r.ReopenedOn, ChargedOffOn: r.ChargedOffOn,
				ChargeOff: r.ChargeOff,
			},
			OpenedOn: r.OpenedOn, HoldUntil: r.HoldUntil, PromoEndsOn: r.PromoEndsOn, HasCycles: len(known.Dues) > 0,
			Product: byProduct[r.Product].rules(), Pauses: pauses[r.Loan], Ledger: known.AsOf(d),
		}}
	}
	return loans, nil
}

func readPauses(ctx context.Context, tx *sqlx.Tx, query string, args ...any) (map[int64][]rules.Pause, error) {
	var rows []struct {
		Loan int64      `db:"loan"`
		From rules.Date `db:"from_on"`
		To   rules.Date `db:"to_on"`
	}
	if err := tx.SelectContext(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("read pauses: %w", err)
	}
	byLoan := map[int64][]rules.Pause{}
	for _, r := range rows {
		byLoan[r.Loan] = append(byLoan[r.Loan], rules.Pause{From: r.From, To: r.To})
	}
	return byLoan, nil
}

// readHistories reads the histories of those loans of a chunk whose state changed after d, oldest change first.
func readHistories(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, d rules.Date) (map[int64][]rules.Change, error) {
	var rows []struct {
		Loan        int64        `db:"loan"`
		From        rules.Status `db:"from_status"`
		To          rules.Status `db:"to_status"`
		On          rules.Date   `db:"business_date"`
		EffectiveOn rules.Date   `db:"effective_on"`
		ClosedOn    rules.Date   `db:"closed_on"`
		ByHand      bool         `db:"by_hand"`
	}
	if err := tx.SelectContext(ctx, &rows, historyRange, c.After, c.Last, d); err != nil {
		return nil, fmt.Errorf("read histories: %w", err)
	}
	byLoan := map[int64][]rules.Change{}
	for _, r := range rows {
		byLoan[r.Loan] = append(byLoan[r.Loan], rules.Change{
			From: r.From, To: r.To, On: r.On, EffectiveOn: r.EffectiveOn, ClosedOn: r.ClosedOn, ByHand: r.ByHand,
		})
	}
	return byLoan, nil
}

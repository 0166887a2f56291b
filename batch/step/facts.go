package step

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
	statements "github.com/furnisher/furnisher/sql"
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
	if err := tx.SelectContext(ctx, &rows, statements.ProductAll); err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	byKey := make(map[int64]product, len(rows))
	for _, p := range rows {
		byKey[p.Product] = p
	}
	return byKey, nil
}

// facts is a loan's ledger up to a date.
type facts struct {
	ledger    rules.Ledger
	hasCycles bool
}

// readLedgers reads the ledgers of a chunk's loans as of a date.
func readLedgers(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, asOf rules.Date) (map[int64]facts, error) {
	rows, err := tx.QueryContext(ctx, statements.LedgerRead, c.After, c.Last, asOf)
	if err != nil {
		return nil, fmt.Errorf("read ledgers: %w", err)
	}
	defer rows.Close()
	byLoan := make(map[int64]facts, c.Last-c.After)
	for rows.Next() {
		var loan int64
		var f facts
		var kinds, amounts, effective, undone, numbers, due, minimum []byte
		err := rows.Scan(&loan, &kinds, &amounts, &effective, &undone, &numbers, &due, &minimum, &f.hasCycles)
		if err != nil {
			return nil, fmt.Errorf("read ledgers: %w", err)
		}
		entries, err := parseEntries(kinds, amounts, effective, undone)
		if err != nil {
			return nil, fmt.Errorf("read ledgers: %w", err)
		}
		cycles, err := parseCycles(numbers, due, minimum)
		if err != nil {
			return nil, fmt.Errorf("read ledgers: %w", err)
		}
		f.ledger = rules.NewLedger(entries, cycles)
		byLoan[loan] = f
	}
	return byLoan, rows.Err()
}

func parseEntries(kinds, amounts, effective, undone []byte) ([]rules.Entry, error) {
	names := elements(kinds)
	entries := make([]rules.Entry, len(names))
	for i, name := range names {
		entries[i].Kind = rules.Kind(name)
	}
	return entries, eachInteger(len(entries), [][]byte{amounts, effective, undone}, func(row, column int, n int64) {
		switch e := &entries[row]; column {
		case 0:
			e.Amount = rules.Cents(n)
		case 1:
			e.Effective = rules.Date(n)
		default:
			e.UndoneOn = rules.Date(n)
		}
	})
}

func parseCycles(numbers, due, minimum []byte) ([]rules.Cycle, error) {
	cycles := make([]rules.Cycle, len(elements(numbers)))
	return cycles, eachInteger(len(cycles), [][]byte{numbers, due, minimum}, func(row, column int, n int64) {
		switch c := &cycles[row]; column {
		case 0:
			c.No = int(n)
		case 1:
			c.DueOn = rules.Date(n)
		default:
			c.MinimumDue = rules.Cents(n)
		}
	})
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

// loanRow is a loan as steps 1 and 2 read it.
type loanRow struct {
	Loan        int64        `db:"loan"`
	Status      rules.Status `db:"status"`
	StatusSince rules.Date   `db:"status_since"`
	ByHand      bool         `db:"by_hand"`
	ClosedOn    rules.Date   `db:"closed_on"`
	CountFrom   rules.Date   `db:"count_from"`
	ReopenedOn  rules.Date   `db:"reopened_on"`
	Product     int64        `db:"product"`
	OpenedOn    rules.Date   `db:"opened_on"`
	HoldUntil   rules.Date   `db:"hold_until"`
	PromoEndsOn rules.Date   `db:"promo_ends_on"`
}

// readLoans reads each loan of a chunk with all that steps 1 and 2 decide by, in order of the loan key.
func readLoans(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) ([]int64, []*rules.Loan, error) {
	byProduct, err := products(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	var rows []loanRow
	if err := tx.SelectContext(ctx, &rows, statements.StateRead, c.After, c.Last); err != nil {
		return nil, nil, fmt.Errorf("read states: %w", err)
	}
	pauses, err := readPauses(ctx, tx, c)
	if err != nil {
		return nil, nil, err
	}
	ledgers, err := readLedgers(ctx, tx, c, c.Date)
	if err != nil {
		return nil, nil, err
	}
	keys := make([]int64, len(rows))
	loans := make([]*rules.Loan, len(rows))
	for i, r := range rows {
		f := ledgers[r.Loan]
		keys[i] = r.Loan
		loans[i] = &rules.Loan{
			Status: r.Status, StatusSince: r.StatusSince, ByHand: r.ByHand, OpenedOn: r.OpenedOn, ClosedOn: r.ClosedOn,
			HoldUntil: r.HoldUntil, PromoEndsOn: r.PromoEndsOn, CountFrom: r.CountFrom, ReopenedOn: r.ReopenedOn,
			HasCycles: f.hasCycles, Product: byProduct[r.Product].rules(), Pauses: pauses[r.Loan], Ledger: f.ledger,
		}
	}
	return keys, loans, nil
}

func readPauses(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (map[int64][]rules.Pause, error) {
	var rows []struct {
		Loan int64      `db:"loan"`
		From rules.Date `db:"from_on"`
		To   rules.Date `db:"to_on"`
	}
	if err := tx.SelectContext(ctx, &rows, statements.PauseRead, c.After, c.Last); err != nil {
		return nil, fmt.Errorf("read pauses: %w", err)
	}
	byLoan := map[int64][]rules.Pause{}
	for _, r := range rows {
		byLoan[r.Loan] = append(byLoan[r.Loan], rules.Pause{From: r.From, To: r.To})
	}
	return byLoan, nil
}

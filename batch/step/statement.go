package step

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Statement is step 3: a closed loan gets one final statement a closure, at the end of the cycle in which
// it closed (FS1 to FS5).
type Statement struct{}

// Name is the step's key in the ledger.
func (Statement) Name() string { return "statement" }

type closedRow struct {
	Loan          int64        `db:"loan"`
	LoanID        string       `db:"loan_id"`
	Status        rules.Status `db:"status"`
	ClosedOn      rules.Date   `db:"closed_on"`
	Episode       int          `db:"episode"`
	OpenedOn      rules.Date   `db:"opened_on"`
	FirstStatus   rules.Status `db:"first_status"`
	ImportedAfter rules.Date   `db:"imported_after"`
}

type cycleRow struct {
	Loan       int64       `db:"loan"`
	No         int         `db:"cycle_no"`
	StartsOn   rules.Date  `db:"starts_on"`
	EndsOn     rules.Date  `db:"ends_on"`
	DueOn      rules.Date  `db:"due_on"`
	MinimumDue rules.Cents `db:"minimum_due_cents"`
}

type statementRow struct {
	Loan           int64             `json:"loan"`
	Episode        int               `json:"episode"`
	Status         rules.Status      `json:"status"`
	ClosedOn       rules.Date        `json:"closed_on"`
	CycleNo        *int              `json:"cycle_no"`
	StartsOn       rules.Date        `json:"starts_on"`
	EndsOn         rules.Date        `json:"ends_on"`
	OpeningBalance int64             `json:"opening_balance_cents"`
	ClosingBalance int64             `json:"closing_balance_cents"`
	Document       statementDocument `json:"document"`
}

// statementDocument is the snapshot that the borrower's final statement is printed from (FS4).
type statementDocument struct {
	LoanID         string           `json:"loan_id"`
	Episode        int              `json:"episode"`
	Status         rules.Status     `json:"status"`
	DateClosed     rules.Date       `json:"date_closed"`
	PeriodStart    rules.Date       `json:"period_start"`
	PeriodEnd      rules.Date       `json:"period_end"`
	OpeningBalance rules.Cents      `json:"opening_balance"`
	Transactions   []statementEntry `json:"transactions"`
	ClosingBalance rules.Cents      `json:"closing_balance"`
	Owed           rules.Cents      `json:"amount_owed"`
	OwedBack       rules.Cents      `json:"amount_owed_back"`
}

type statementEntry struct {
	TransactionID string      `json:"transaction_id"`
	Type          string      `json:"type"`
	EffectiveOn   rules.Date  `json:"effective_on"`
	Effect        rules.Cents `json:"effect_on_balance"`
	Reverses      string      `json:"reverses,omitempty"`
}

type eventRow struct {
	Loan    int64          `json:"loan"`
	EventID string         `json:"event_id"`
	Type    string         `json:"type"`
	Payload map[string]any `json:"payload"`
}

// Picks are the loans that are awake.
func (Statement) Picks() string { return pickAwake }

// Apply writes the statements that are due, and puts every loan to sleep until something may be decided about it
// again. Counts: statements, announced.
func (s Statement) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	keys, err := batch.Picked(ctx, tx, s, c)
	if err != nil {
		return tally, err
	}
	loans, err := readLoans(ctx, tx, keys, c.Date)
	if err != nil {
		return tally, err
	}
	tally.Read = int64(len(loans))
	due, waiting, err := dueStatements(ctx, tx, keys, c.Date)
	if err != nil {
		return tally, err
	}
	if err := sleep(ctx, tx, loans, waiting, c.Date); err != nil || len(due) == 0 {
		return tally, err
	}
	if err := fillStatements(ctx, tx, due); err != nil {
		return tally, err
	}
	tally.Changed = int64(len(due))
	tally.Count("statements", tally.Changed)
	var events []eventRow
	for _, s := range due {
		if rules.AnnouncesStatement(s.Status) {
			events = append(events, announcement(s))
		}
	}
	tally.Count("announced", int64(len(events)))
	if err := database.WriteRows(ctx, tx, statementAdd, due, c.Run, c.Date); err != nil {
		return tally, fmt.Errorf("write statements: %w", err)
	}
	return tally, database.WriteRows(ctx, tx, outboxAdd, events, c.Run, c.Date)
}

// announcement is the outgoing event of a statement; its id is the same whenever it is sent (FS5).
func announcement(s *statementRow) eventRow {
	return eventRow{
		Loan: s.Loan, EventID: fmt.Sprintf("statement_generation:%s:%d", s.Document.LoanID, s.Episode), Type: "statement_generation",
		Payload: map[string]any{
			"loan_id": s.Document.LoanID, "episode": s.Episode, "status": s.Status, "date_closed": s.ClosedOn,
			"period_start": s.StartsOn, "period_end": s.EndsOn, "closing_balance": s.Document.ClosingBalance,
		},
	}
}

// sleep writes when each loan is looked at again: by its own facts, or when its statement is due.
func sleep(ctx context.Context, tx *sqlx.Tx, loans []looked, statementOn map[int64]rules.Date, d rules.Date) error {
	keys := make([]int64, len(loans))
	wake := make([]string, len(loans))
	for i := range loans {
		l := &loans[i]
		next := rules.NextLook(&l.Loan, l.known, d)
		if on, ok := statementOn[l.key]; ok {
			next = min(next, on)
		}
		keys[i], wake[i] = l.key, "infinity"
		if next != rules.Never {
			wake[i] = next.String()
		}
	}
	if _, err := tx.ExecContext(ctx, wakeSet, pq.Array(keys), pq.Array(wake)); err != nil {
		return fmt.Errorf("put loans to sleep: %w", err)
	}
	return nil
}

// dueStatements decides which closed loans get their statement on d, and says when it will be due for others.
func dueStatements(ctx context.Context, tx *sqlx.Tx, keys []int64, d rules.Date) ([]*statementRow, map[int64]rules.Date, error) {
	var rows []closedRow
	if err := tx.SelectContext(ctx, &rows, closedRead, pq.Array(keys)); err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	closed := make([]int64, len(rows))
	for i, r := range rows {
		closed[i] = r.Loan
	}
	cycles, err := readClosedCycles(ctx, tx, closed)
	if err != nil {
		return nil, nil, err
	}
	var nights []rules.Date
	if err := tx.SelectContext(ctx, &nights, runDates); err != nil {
		return nil, nil, fmt.Errorf("read business dates: %w", err)
	}
	var due []*statementRow
	waiting := map[int64]rules.Date{}
	for _, r := range rows {
		period, ok := rules.FinalStatement(rules.ClosedLoan{
			ClosedOn: r.ClosedOn, OpenedOn: r.OpenedOn, Boarded: r.Episode == 1 && r.FirstStatus.Closed(),
			FirstNight: firstAfter(nights, r.ImportedAfter), Cycles: cycles[r.Loan],
		})
		switch {
		case !ok:
		case period.EndsOn > d:
			waiting[r.Loan] = period.EndsOn
		default:
			due = append(due, newStatement(r, period))
		}
	}
	return due, waiting, nil
}

func newStatement(r closedRow, period rules.StatementPeriod) *statementRow {
	s := &statementRow{
		Loan: r.Loan, Episode: r.Episode, Status: r.Status, ClosedOn: r.ClosedOn,
		StartsOn: period.StartsOn, EndsOn: period.EndsOn,
		Document: statementDocument{
			LoanID: r.LoanID, Episode: r.Episode, Status: r.Status, DateClosed: r.ClosedOn,
			PeriodStart: period.StartsOn, PeriodEnd: period.EndsOn, Transactions: []statementEntry{},
		},
	}
	if period.CycleNo != 0 {
		s.CycleNo = &period.CycleNo
	}
	return s
}

// firstAfter returns the first of the ordered dates after d.
func firstAfter(dates []rules.Date, d rules.Date) rules.Date {
	for _, date := range dates {
		if date > d {
			return date
		}
	}
	return 0
}

func readClosedCycles(ctx context.Context, tx *sqlx.Tx, loans []int64) (map[int64][]rules.Cycle, error) {
	var rows []cycleRow
	if err := tx.SelectContext(ctx, &rows, closedCycles, pq.Array(loans)); err != nil {
		return nil, fmt.Errorf("read cycles of closed loans: %w", err)
	}
	byLoan := map[int64][]rules.Cycle{}
	for _, r := range rows {
		byLoan[r.Loan] = append(byLoan[r.Loan], rules.Cycle{
			No: r.No, StartsOn: r.StartsOn, EndsOn: r.EndsOn, DueOn: r.DueOn, MinimumDue: r.MinimumDue,
		})
	}
	return byLoan, nil
}

// fillStatements reads the entries of the loans and fills in balances and transactions (FS4).
func fillStatements(ctx context.Context, tx *sqlx.Tx, due []*statementRow) error {
	byLoan := make(map[int64]*statementRow, len(due))
	var loans []int64
	var last rules.Date
	for _, s := range due {
		byLoan[s.Loan] = s
		loans = append(loans, s.Loan)
		last = max(last, s.EndsOn)
	}
	var rows []struct {
		Loan int64 `db:"loan"`
		statementEntryRow
	}
	if err := tx.SelectContext(ctx, &rows, statementEntries, pq.Array(loans), last); err != nil {
		return fmt.Errorf("read entries of statements: %w", err)
	}
	for _, r := range rows {
		byLoan[r.Loan].post(r.statementEntryRow)
	}
	for _, s := range due {
		closing := rules.Cents(s.ClosingBalance)
		s.Document.OpeningBalance, s.Document.ClosingBalance = rules.Cents(s.OpeningBalance), closing
		s.Document.Owed, s.Document.OwedBack = max(closing, 0), max(-closing, 0)
	}
	return nil
}

type statementEntryRow struct {
	TransactionID string      `db:"transaction_id"`
	Type          string      `db:"type"`
	Kind          rules.Kind  `db:"kind"`
	Amount        rules.Cents `db:"effect_cents"`
	EffectiveOn   rules.Date  `db:"effective_on"`
	Reverses      string      `db:"reverses"`
}

// post takes an entry into the balances, and into the list if it is of the period.
func (s *statementRow) post(r statementEntryRow) {
	if r.EffectiveOn > s.EndsOn {
		return
	}
	effect := rules.Entry{Kind: r.Kind, Amount: r.Amount}.EffectOnBalance()
	s.ClosingBalance += int64(effect)
	if r.EffectiveOn < s.StartsOn {
		s.OpeningBalance += int64(effect)
		return
	}
	s.Document.Transactions = append(s.Document.Transactions, statementEntry{
		TransactionID: r.TransactionID, Type: r.Type, EffectiveOn: r.EffectiveOn, Effect: effect, Reverses: r.Reverses,
	})
}

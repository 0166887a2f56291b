package step

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

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

	entries []statementEntryRow // of the loan, as they were posted
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

// closings are the closed loans of a chunk whose closure has no statement yet.
type closings struct {
	of      map[int64]*closing
	nights  []rules.Date         // business dates that were run, in order
	due     []*statementRow      // to be written
	waiting map[int64]rules.Date // when the statement of a loan will be due
}

// closing is what the statement of a closure needs beside the loan's facts.
type closing struct {
	loanID        string
	importedAfter rules.Date
	cycles        []rules.Cycle
	unstated      map[int]bool // episodes
}

type closingRow struct {
	Loan          int64      `db:"loan"`
	Episode       int        `db:"episode"`
	LoanID        string     `db:"loan_id"`
	ImportedAfter rules.Date `db:"imported_after"`
}

// readClosings finds the loans of a chunk that are closed, or were since the night before, and whose closure has no statement
// yet.
func readClosings(ctx context.Context, tx *sqlx.Tx, w *work) error {
	var loans, episodes []int64
	for _, l := range w.loans {
		last := 0
		add := func(s rules.State) {
			if s.Episode != last {
				loans, episodes = append(loans, l.Facts.Loan), append(episodes, int64(s.Episode))
			}
			last = s.Episode
		}
		for _, c := range w.closed[l.Facts.Loan] {
			add(c.State)
		}
		if l.Status.Closed() {
			add(l.State)
		}
	}
	if len(loans) == 0 {
		return nil
	}
	var rows []closingRow
	if err := tx.SelectContext(ctx, &rows, closedRead, database.IntArray(loans), database.IntArray(episodes)); err != nil || len(rows) == 0 {
		return err
	}
	loans = loans[:0]
	for _, r := range rows {
		loans = append(loans, r.Loan)
	}
	cycles, err := readClosedCycles(ctx, tx, loans)
	if err != nil {
		return err
	}
	w.closings = closings{of: map[int64]*closing{}, waiting: map[int64]rules.Date{}}
	if err := tx.SelectContext(ctx, &w.closings.nights, runDates); err != nil {
		return fmt.Errorf("read business dates: %w", err)
	}
	for _, r := range rows {
		c := w.closings.of[r.Loan]
		if c == nil {
			c = &closing{r.LoanID, r.ImportedAfter, cycles[r.Loan], map[int]bool{}}
			w.closings.of[r.Loan] = c
		}
		c.unstated[r.Episode] = true
	}
	return nil
}

// statement is step 3: a closed loan gets one final statement a closure, at the end of the cycle in which it closed (FS1
// to FS5). One that reopened since has it if the cycle had ended by then (Q50).
func statement(w *work, l *book.Loan) (outcome, error) {
	closing, ok := w.closings.of[l.Facts.Loan]
	if !ok {
		return outcome{}, nil
	}
	before := len(w.closings.due)
	for _, c := range w.closed[l.Facts.Loan] {
		if period, ok := closing.period(w, l, c.State); ok && c.Saw(period.EndsOn) {
			w.closings.state(l, c.State, period)
		}
	}
	if l.Status.Closed() {
		switch period, ok := closing.period(w, l, l.State); {
		case ok && period.EndsOn > w.Date:
			w.closings.waiting[l.Facts.Loan] = period.EndsOn
		case ok:
			w.closings.state(l, l.State, period)
		}
	}
	statements, announced := count{"statements", 0}, count{"announced", 0}
	for _, s := range w.closings.due[before:] {
		statements.n++
		if rules.AnnouncesStatement(s.Status) {
			announced.n++
		}
	}
	if statements.n == 0 {
		return outcome{}, nil
	}
	return outcome{counts: []count{statements, announced}}, nil
}

// period is that of the statement of a closure, if it is to have one and has none yet.
func (c *closing) period(w *work, l *book.Loan, closed rules.State) (rules.StatementPeriod, bool) {
	if !c.unstated[closed.Episode] {
		return rules.StatementPeriod{}, false
	}
	return rules.FinalStatement(rules.ClosedLoan{
		State: closed, OpenedOn: l.OpenedOn, FirstNight: firstAfter(w.closings.nights, min(c.importedAfter, w.Date-1)), Cycles: c.cycles,
	})
}

// state makes the statement of a closure.
func (c *closings) state(l *book.Loan, closed rules.State, period rules.StatementPeriod) {
	of := c.of[l.Facts.Loan]
	c.due = append(c.due, newStatement(l.Facts.Loan, closed, of.loanID, period))
	delete(of.unstated, closed.Episode)
}

// write writes the statements that are due, and the events that announce them.
func (c *closings) write(ctx context.Context, tx *sqlx.Tx, chunk batch.Chunk) error {
	if len(c.due) == 0 {
		return nil
	}
	if err := fillStatements(ctx, tx, c.due); err != nil {
		return err
	}
	var events []eventRow
	for _, s := range c.due {
		if rules.AnnouncesStatement(s.Status) {
			events = append(events, announcement(s))
		}
	}
	if err := database.WriteRows(ctx, tx, statementAdd, c.due, chunk.Run, chunk.Date); err != nil {
		return fmt.Errorf("write statements: %w", err)
	}
	if err := database.WriteRows(ctx, tx, outboxAdd, events, chunk.Run, chunk.Date); err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	return nil
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

func newStatement(loan int64, closed rules.State, loanID string, period rules.StatementPeriod) *statementRow {
	s := &statementRow{
		Loan: loan, Episode: closed.Episode, Status: closed.Status, ClosedOn: closed.ClosedOn,
		StartsOn: period.StartsOn, EndsOn: period.EndsOn,
		Document: statementDocument{
			LoanID: loanID, Episode: closed.Episode, Status: closed.Status, DateClosed: closed.ClosedOn,
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
	byLoan := make(map[int64][]*statementRow, len(due))
	var loans []int64
	var last rules.Date
	for _, s := range due {
		if byLoan[s.Loan] == nil {
			loans = append(loans, s.Loan)
		}
		byLoan[s.Loan] = append(byLoan[s.Loan], s)
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
		for _, s := range byLoan[r.Loan] {
			s.entries = append(s.entries, r.statementEntryRow)
		}
	}
	for _, s := range due {
		s.post()
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
	Amount        rules.Cents `db:"amount_cents"`
	EffectiveOn   rules.Date  `db:"effective_on"`
	UndoesOn      rules.Date  `db:"undoes_on"` // of the entry that a reversal undoes
	Reverses      string      `db:"reverses"`
}

// entry is the row as an entry of the ledger.
func (r *statementEntryRow) entry() rules.Entry {
	if r.Reverses == "" {
		return rules.Entry{Kind: r.Kind, Amount: r.Amount, Effective: r.EffectiveOn}
	}
	_, reversal := rules.Entry{Kind: r.Kind, Amount: r.Amount, Effective: r.UndoesOn}.Reversed(r.EffectiveOn)
	return reversal
}

// post takes the entries up to the end of the period into the balances, and those of the period into the list, by date and
// in the order in which they were posted.
func (s *statementRow) post() {
	slices.SortStableFunc(s.entries, func(a, b statementEntryRow) int { return int(a.entry().Effective - b.entry().Effective) })
	for i := range s.entries {
		r := &s.entries[i]
		entry := r.entry()
		if entry.Effective > s.EndsOn {
			break
		}
		effect := entry.EffectOnBalance()
		s.ClosingBalance += int64(effect)
		if entry.Effective < s.StartsOn {
			s.OpeningBalance += int64(effect)
			continue
		}
		s.Document.Transactions = append(s.Document.Transactions, statementEntry{
			TransactionID: r.TransactionID, Type: r.Type, EffectiveOn: entry.Effective, Effect: effect, Reverses: r.Reverses,
		})
	}
}

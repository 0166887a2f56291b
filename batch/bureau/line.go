package bureau

import (
	"context"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Line is what a file says of an account, as a row of the table tradeline.
type Line struct {
	Loan          int64
	AccountNumber string
	RecordBytes   int
	Facts         string // of the decision, as JSON
	Rule          string
	rules.Furnished
}

// A column is a column of the table tradeline besides file and as_of, which are the file's. One of the places is set: it
// gives the column's kind and its field, to be written and read.
type column struct {
	name   string
	text   func(*Line) *string
	day    func(*Line) *rules.Date
	amount func(*Line) *int64 // also a key
	number func(*Line) *int
	flag   func(*Line) *bool
	json   func(*Line) *string
	// before: the next file goes by it (BR3, BR4, DC10).
	before bool
}

// columns is the one table of what is kept of a tradeline: a new reported field is a row here, its column in the schema and
// its rule.
var columns = []column{
	{name: "loan", amount: func(l *Line) *int64 { return &l.Loan }, before: true},
	{name: "account_number", text: func(l *Line) *string { return &l.AccountNumber }},
	{name: "account_status", text: func(l *Line) *string { return &l.AccountStatus }, before: true},
	{name: "payment_rating", text: func(l *Line) *string { return &l.PaymentRating }, before: true},
	{name: "payment_history", text: func(l *Line) *string { return &l.PaymentHistory }, before: true},
	{name: "history_chain", text: func(l *Line) *string { return &l.HistoryChain }, before: true},
	{name: "history_character", text: func(l *Line) *string { return &l.HistoryCharacter }, before: true},
	{name: "date_account_info", day: func(l *Line) *rules.Date { return &l.DateAccountInfo }, before: true},
	{name: "date_first_delinquency", day: func(l *Line) *rules.Date { return &l.DateFirstDelinquency }, before: true},
	{name: "first_missed_due_on", day: func(l *Line) *rules.Date { return &l.FirstMissedDueOn }, before: true},
	{name: "date_closed", day: func(l *Line) *rules.Date { return &l.DateClosed }, before: true},
	{name: "date_last_payment", day: func(l *Line) *rules.Date { return &l.DateLastPayment }, before: true},
	{name: "current_balance", amount: func(l *Line) *int64 { return &l.CurrentBalance }, before: true},
	{name: "amount_past_due", amount: func(l *Line) *int64 { return &l.AmountPastDue }, before: true},
	{name: "scheduled_payment", amount: func(l *Line) *int64 { return &l.ScheduledPayment }, before: true},
	{name: "actual_payment", amount: func(l *Line) *int64 { return &l.ActualPayment }, before: true},
	{name: "original_charge_off", amount: func(l *Line) *int64 { return &l.OriginalChargeOff }, before: true},
	{name: "special_comment", text: func(l *Line) *string { return &l.SpecialComment }, before: true},
	{name: "final", flag: func(l *Line) *bool { return &l.Final }, before: true},
	{name: "episode", number: func(l *Line) *int { return &l.Episode }, before: true},
	{name: "record_bytes", number: func(l *Line) *int { return &l.RecordBytes }},
	{name: "rule", text: func(l *Line) *string { return &l.Rule }},
	{name: "facts", json: func(l *Line) *string { return &l.Facts }},
}

// values is the column of lines as one array parameter: that costs a third of rows as JSON.
func (c *column) values(lines []Line) any {
	switch {
	case c.text != nil:
		return database.TextArray(each(lines, c.text))
	case c.json != nil:
		return database.TextArray(each(lines, c.json))
	case c.day != nil:
		return database.DayArray[rules.Date](each(lines, c.day))
	case c.amount != nil:
		return database.IntArray(each(lines, c.amount))
	case c.number != nil:
		numbers := make(database.IntArray, len(lines))
		for i := range lines {
			numbers[i] = int64(*c.number(&lines[i]))
		}
		return numbers
	}
	return pq.BoolArray(each(lines, c.flag))
}

func each[T any](lines []Line, place func(*Line) *T) []T {
	values := make([]T, len(lines))
	for i := range lines {
		values[i] = *place(&lines[i])
	}
	return values
}

// place is the field that the column is read into.
func (c *column) place(l *Line) any {
	switch {
	case c.text != nil:
		return c.text(l)
	case c.json != nil:
		return c.json(l)
	case c.day != nil:
		return c.day(l)
	case c.amount != nil:
		return c.amount(l)
	case c.number != nil:
		return c.number(l)
	}
	return c.flag(l)
}

// written is how the column is made from its array, the parameter with the number n, and what type the array has.
func (c *column) written(n int) (expression, array string) {
	kind, form := "bigint", "x.%s"
	switch {
	case c.text != nil:
		kind = "text"
	case c.json != nil:
		kind, form = "text", "CAST(x.%s AS jsonb)"
	case c.day != nil:
		kind, form = "integer", "DATE '0001-01-01' + x.%s"
	case c.number != nil:
		kind = "integer"
	case c.flag != nil:
		kind = "boolean"
	}
	return fmt.Sprintf(form, c.name), fmt.Sprintf("unnest(CAST($%d AS %s[])) AS %s", n, kind, c.name)
}

// read is how the column is read: dates as days, 0001-01-01 = 1.
func (c *column) read() string {
	if c.day != nil {
		return "t." + c.name + " - DATE '0001-01-01' + 1"
	}
	return "t." + c.name
}

// The queries with the columns of the table in their places.
var (
	lineAddAll   = withColumns(lineAdd)
	lineLastAll  = withColumns(lineLast)
	lineOlderAll = withColumns(lineOlder)
)

// withColumns fills {columns}, {values} and {arrays} of a query that adds lines, and {before} of one that reads them.
func withColumns(query string) string {
	var names, values, arrays, before []string
	for i := range columns {
		c := &columns[i]
		expression, array := c.written(i + 3) // $1 and $2 are the file's
		names, values, arrays = append(names, c.name), append(values, expression), append(arrays, array)
		if c.before {
			before = append(before, c.read())
		}
	}
	return strings.NewReplacer("{columns}", strings.Join(names, ", "), "{values}", strings.Join(values, ", "),
		"{arrays}", strings.Join(arrays, ", "), "{before}", strings.Join(before, ", ")).Replace(query)
}

// addLines writes what a file says of loans.
func addLines(ctx context.Context, tx *sqlx.Tx, f Building, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	args := []any{f.File, f.AsOf}
	for i := range columns {
		args = append(args, columns[i].values(lines))
	}
	if _, err := tx.ExecContext(ctx, lineAddAll, args...); err != nil {
		return fmt.Errorf("write tradelines: %w", err)
	}
	return nil
}

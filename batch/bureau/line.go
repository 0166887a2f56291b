package bureau

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/merkle"
	"github.com/furnisher/furnisher/rules"
)

// Line is what a file says of an account, as a row of the table tradeline.
type Line struct {
	Loan        int64
	RecordBytes int
	Facts       string // of the decision, as JSON
	Rule        string
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
	coded  func(*Line) coded
	// before: the next file goes by it (BR3, BR4, DC10).
	before bool
}

// coded is a value that is kept as a text.
type coded interface {
	String() string
	sql.Scanner
}

// segments are a tradeline's segments as a coded value.
type segments struct{ at **rules.Segments }

func (s segments) String() string { return (*s.at).String() }

// Scan reads what String returns.
func (s segments) Scan(src any) (err error) {
	switch text := src.(type) {
	case string:
		*s.at, err = rules.ParseSegments(text)
	case []byte:
		*s.at, err = rules.ParseSegments(string(text))
	default:
		err = fmt.Errorf("scan %T into segments", src)
	}
	return err
}

// columns is the one table of what is kept of a tradeline: a new reported field is a row here, its column in the schema and
// its rule. It is the last row: the log of what was reported knows older tradelines by their first columns.
var columns = []column{
	{name: "loan", amount: func(l *Line) *int64 { return &l.Loan }, before: true},
	{name: "account_number", text: func(l *Line) *string { return &l.AccountNumber }, before: true},
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
	{name: "receipts_known", amount: func(l *Line) *int64 { return &l.ReceiptsKnown }, before: true},
	{name: "original_charge_off", amount: func(l *Line) *int64 { return &l.OriginalChargeOff }, before: true},
	{name: "special_comment", text: func(l *Line) *string { return &l.SpecialComment }, before: true},
	{name: "compliance_code", text: func(l *Line) *string { return &l.ComplianceCode }, before: true},
	{name: "segments", coded: func(l *Line) coded { return segments{&l.Segments} }, before: true},
	{name: "consumers", coded: func(l *Line) coded { return &l.Consumers }, before: true},
	{name: "final", flag: func(l *Line) *bool { return &l.Final }, before: true},
	{name: "episode", number: func(l *Line) *int { return &l.Episode }, before: true},
	{name: "record_bytes", number: func(l *Line) *int { return &l.RecordBytes }},
	{name: "rule", text: func(l *Line) *string { return &l.Rule }},
	{name: "facts", json: func(l *Line) *string { return &l.Facts }},
	{name: "boarded", flag: func(l *Line) *bool { return &l.Boarded }, before: true},
}

// write adds the column's value to a row.
func (c *column) write(l *Line, r *database.CopyRow) {
	switch {
	case c.text != nil:
		r.Text(*c.text(l))
	case c.json != nil:
		r.Text(*c.json(l))
	case c.coded != nil:
		r.Text(c.coded(l).String())
	case c.day != nil:
		r.Date(c.day(l).YMD())
	case c.amount != nil:
		r.Int(*c.amount(l))
	case c.number != nil:
		r.Int(int64(*c.number(l)))
	default:
		r.Bool(*c.flag(l))
	}
}

// place is the field that the column is read into.
func (c *column) place(l *Line) any {
	switch {
	case c.text != nil:
		return c.text(l)
	case c.json != nil:
		return c.json(l)
	case c.coded != nil:
		return c.coded(l)
	case c.day != nil:
		return c.day(l)
	case c.amount != nil:
		return c.amount(l)
	case c.number != nil:
		return c.number(l)
	}
	return c.flag(l)
}

// read is how the column is read: dates as days, 0001-01-01 = 1.
func (c *column) read() string {
	if c.day != nil {
		return "t." + c.name + " - DATE '0001-01-01' + 1"
	}
	return "t." + c.name
}

// columnNames are all columns, and the queries those that the next file goes by.
var (
	columnNames = listed(func(c *column) string { return c.name })
	columnsRead = listed(func(c *column) string {
		if c.before {
			return c.read()
		}
		return ""
	})
	columnsKept  = listed(func(c *column) string { return c.read() })
	lineLastAll  = strings.Replace(lineLast, "{before}", columnsRead, 1)
	lineOlderAll = strings.Replace(lineOlder, "{before}", columnsRead, 1)
	proofRowsAll = strings.Replace(proofRows, "{columns}", columnsKept, 1)
)

// listed joins what text gives for each column, but for the empty.
func listed(text func(*column) string) string {
	var list []string
	for i := range columns {
		if s := text(&columns[i]); s != "" {
			list = append(list, s)
		}
	}
	return strings.Join(list, ", ")
}

// addLines writes what a file says of loans, which are in the order of their keys, and the page by which the log knows it.
func addLines(ctx context.Context, tx *sqlx.Tx, f Building, lines []Line) error {
	page := proofPage{kind: ProvedLine, columns: len(columns)}
	err := copyLines(ctx, tx, f, lines, func(loan int64, written []byte) { page.add(loan, merkle.Digest(written)) })
	if err == nil {
		err = page.keep(ctx, tx, f.File)
	}
	if err != nil {
		return fmt.Errorf("write tradelines: %w", err)
	}
	return nil
}

// copyLines writes what a file says of loans, and calls each with the bytes of each row.
func copyLines(ctx context.Context, tx *sqlx.Tx, f Building, lines []Line, each func(loan int64, written []byte)) error {
	return database.Copy(ctx, tx, "tradeline", "file, as_of, "+columnNames, len(lines), func(i int, r *database.CopyRow) {
		r.Int(f.File)
		r.Date(f.AsOf.YMD())
		for k := range columns {
			columns[k].write(&lines[i], r)
		}
		each(lines[i].Loan, r.Written())
	})
}

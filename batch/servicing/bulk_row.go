package servicing

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/furnisher/furnisher/rules"
)

// Bounds of a file of operations.
const (
	mostBulkRows   = 500_000
	longestBulkRow = 64 << 10 // bytes
)

// bulkRow is a row of a file of operations.
type bulkRow struct {
	line   int
	action bulkAction
	order  Order
	cells  *cells
	said   []string // what its cells say
	bad    string   // why it is rejected, empty: it is not
}

// eachRow takes the rows of the file through a stage.
func (b *bulk) eachRow(ctx context.Context, stage func(context.Context, *bulkRow) error) error {
	if _, err := b.File.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	bounded := &boundedReader{r: b.File}
	reader := csv.NewReader(bounded)
	reader.FieldsPerRecord = -1
	header, err := b.header(bounded, reader)
	if err != nil {
		return err
	}
	keys := map[[sha256.Size]byte]int{}
	for rows := 0; ; rows++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		bounded.left = longestBulkRow
		fields, err := reader.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return unreadable(err)
		case rows == mostBulkRows:
			return fmt.Errorf("%w: it has more than %d rows; split it", ErrBulkFile, mostBulkRows)
		}
		line, _ := reader.FieldPos(0)
		row := b.row(ctx, line, header, fields)
		if row.bad == "" {
			key := sha256.Sum256([]byte(row.order.Key))
			if first, known := keys[key]; known {
				row.bad = fmt.Sprintf("its key is that of line %d", first)
			} else {
				keys[key] = line
			}
		}
		if err := stage(ctx, row); err != nil {
			return err
		}
	}
}

// header reads the names of the columns.
func (b *bulk) header(bounded *boundedReader, reader *csv.Reader) ([]string, error) {
	bounded.left = longestBulkRow
	names, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it has no header", ErrBulkFile)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	header := slices.Clone(names)
	header[0] = strings.TrimPrefix(header[0], "\ufeff") // spreadsheets write it
	for i, name := range header {
		if !slices.Contains(bulkColumns, name) {
			return nil, fmt.Errorf("%w: column %d is none of %s", ErrBulkFile, i+1, strings.Join(bulkColumns, ", "))
		}
		if slices.Index(header, name) != i {
			return nil, fmt.Errorf("%w: column %s is there twice", ErrBulkFile, name)
		}
	}
	if !slices.Contains(header, "action") {
		return nil, fmt.Errorf("%w: column action is missing", ErrBulkFile)
	}
	return header, nil
}

// unreadable is the error of a file whose rows cannot be told apart, or that cannot be read.
func unreadable(err error) error {
	if parse, is := errors.AsType[*csv.ParseError](err); is {
		return fmt.Errorf("%w: line %d: %w", ErrBulkFile, parse.Line, parse.Err)
	}
	if errors.Is(err, errRowTooLong) {
		return fmt.Errorf("%w: %w", ErrBulkFile, err)
	}
	return fmt.Errorf("read the file: %w", err)
}

// row makes a row of its fields and holds it against what its action takes.
func (b *bulk) row(ctx context.Context, line int, header, fields []string) *bulkRow {
	row := &bulkRow{line: line, order: b.Order, cells: &cells{values: map[string]string{}}}
	for i, name := range header {
		if i < len(fields) {
			row.cells.values[name] = fields[i]
		}
		if i < len(fields) && name != "action" {
			row.said = append(row.said, fields[i])
		}
	}
	row.bad = b.form(row, header, fields)
	if row.bad != "" {
		return row
	}
	if why := row.cells.text("why"); why != "" {
		row.order.Why = why
	}
	if on := row.cells.date("date"); on != 0 {
		row.order.On = on
	}
	if row.order.Key = row.cells.text("key"); row.order.Key == "" {
		row.order.Key, row.bad = row.action.ownKey(row)
	}
	if row.bad == "" {
		order := row.order
		order.only = checkOnly
		_, err := row.action.do(ctx, b.desk, order, row.cells)
		if why, is := fault(err); is {
			row.bad = why
		}
	}
	if row.cells.bad != "" {
		row.bad = row.cells.bad
	}
	return row
}

// form says what is wrong with the form of a row, whatever its cells mean.
func (b *bulk) form(row *bulkRow, header, fields []string) string {
	if len(fields) != len(header) {
		return fmt.Sprintf("it has %d fields, and the header %d", len(fields), len(header))
	}
	at := slices.IndexFunc(bulkActions, func(x bulkAction) bool { return x.Name == row.cells.values["action"] })
	if at < 0 {
		return "its action is none of " + strings.Join(bulkActionNames(), ", ")
	}
	row.action = bulkActions[at]
	if b.May != nil && !b.May(row.action.Role) {
		return "the action needs the role " + string(row.action.Role)
	}
	for _, name := range row.action.Needs {
		if row.cells.values[name] == "" {
			return name + " is missing"
		}
	}
	for i, name := range header {
		switch {
		case fields[i] == "":
		case !slices.Contains(strings.Fields(commonColumns), name) && !slices.Contains(row.action.Columns, name):
			return fmt.Sprintf("the action takes no %s", name)
		case !utf8.ValidString(fields[i]) || strings.ContainsFunc(fields[i], func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' }):
			return fmt.Sprintf("%s holds bytes that are no text", name)
		case len(fields[i]) > longestText:
			return fmt.Sprintf("%s is longer than %d bytes", name, longestText)
		}
	}
	return ""
}

// ownKey is the key of a row without one: a customer is removed once, so what is asked for is key enough (CD2).
func (x *bulkAction) ownKey(row *bulkRow) (key, bad string) {
	if x.Name != actionRemove {
		return "", "its key is missing"
	}
	digest, err := digestOf(x.Name, removeRequest(row.order, row.cells))
	if err != nil {
		return "", "its key cannot be made"
	}
	return "row-" + digest[:32], ""
}

// cells are the cells of a row by column. The first one that cannot be read makes the row bad.
type cells struct {
	values map[string]string
	bad    string
}

func (c *cells) text(column string) string { return c.values[column] }

func (c *cells) truth(column string) bool {
	return cell(c, column, "neither true nor false", strconv.ParseBool)
}

func (c *cells) date(column string) rules.Date {
	return cell(c, column, "no date YYYY-MM-DD", rules.ParseDate)
}

// cell reads a cell; an empty one is the zero value.
func cell[T any](c *cells, column, wrong string, parse func(string) (T, error)) (value T) {
	text := c.values[column]
	if text == "" {
		return value
	}
	value, err := parse(text)
	if err != nil && c.bad == "" {
		c.bad = column + " is " + wrong
	}
	return value
}

// nothing is what takes a field of a case away: an empty cell leaves it as it is.
const nothing = "null"

// given reads a cell of a field of a case.
func given[T any](c *cells, column, wrong string, parse func(string) (T, error)) Given[T] {
	switch c.values[column] {
	case "":
		return Given[T]{}
	case nothing:
		return Take[T]()
	}
	return Give(cell(c, column, wrong, parse))
}

func word[T ~string](text string) (T, error) { return T(text), nil }

// caseFields reads the fields of a case.
func (c *cells) caseFields() CaseFields {
	date := func(column string) Given[rules.Date] { return given(c, column, "no date YYYY-MM-DD", rules.ParseDate) }
	truth := func(column string) Given[bool] { return given(c, column, "neither true nor false", strconv.ParseBool) }
	return CaseFields{
		ExternalID: given(c, "externalId", "", word[string]), Type: given(c, "type", "", word[rules.CaseType]),
		Status: given(c, "status", "", word[string]), Outcome: given(c, "outcome", "", word[rules.CaseOutcome]),
		OpenedOn: date("openedOn"), ClosedOn: date("closedOn"), AutoCreated: truth("autoCreated"),
		Chapter: given(c, "chapter", "no number", strconv.Atoi), FiledOn: date("filedOn"),
		Disposition: given(c, "disposition", "", word[rules.Disposition]), DispositionOn: date("dispositionOn"),
		ListedOutstandingDebt: truth("listedOutstandingDebt"), CourtCaseNumber: given(c, "courtCaseNumber", "", word[string]),
		DisputeKind:    given(c, "disputeKind", "", word[rules.DisputeKind]),
		DisputedAmount: given(c, "disputedAmount", "no amount", rules.ParseCents), ReceivedOn: date("receivedOn"),
	}
}

// boundedReader bounds what one row takes: an open quote would swallow the file.
type boundedReader struct {
	r    io.Reader
	left int
}

var errRowTooLong = fmt.Errorf("a row is longer than %d bytes, or a quote is not closed", longestBulkRow)

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errRowTooLong
	}
	n, err := b.r.Read(p)
	b.left -= n
	return n, err
}

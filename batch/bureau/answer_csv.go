package bureau

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/furnisher/furnisher/metro2"
)

// Bounds of a file of answers.
const (
	maxAnswers     = 100_000
	maxAnswerBytes = 64 << 20
	maxAnswerText  = 500 // characters of a reason
	maxAnswerCode  = 64  // characters of a code or an account number
	maxBadAnswers  = 100 // that are kept and listed
)

// BadAnswer is a row of answers that cannot be recorded, without its values.
type BadAnswer struct {
	Line   int    `json:"line"` // 0: given by hand
	Column string `json:"column"`
	Reason string `json:"reason"`
}

// BadAnswersError says which answers cannot be recorded; none of the others was.
type BadAnswersError struct {
	Rows []BadAnswer // the first ones
	More int64
}

func (e *BadAnswersError) Error() string {
	first := e.Rows[0]
	at := first.Column
	if first.Line > 0 {
		at = fmt.Sprintf("line %d, %s", first.Line, first.Column)
	}
	says := at + ": " + first.Reason
	if more := int64(len(e.Rows)) - 1 + e.More; more > 0 {
		says += fmt.Sprintf(" (and %d more)", more)
	}
	return says + "; nothing was recorded"
}

func (e *BadAnswersError) add(line int, column, reason string) {
	if len(e.Rows) == maxBadAnswers {
		e.More++
		return
	}
	e.Rows = append(e.Rows, BadAnswer{line, column, reason})
}

// orNil is the error, nil if no row is bad.
func (e *BadAnswersError) orNil() error {
	if len(e.Rows) == 0 {
		return nil
	}
	return e
}

// answerColumns are the columns of a file of answers; the first two are required.
var answerColumns = []string{"account_number", "outcome", "field", "code", "reason"}

// Report is what a file of answers says.
type Report struct {
	Answers  []Answer
	Accepted int64 // rows that say that the bureau took a record, or the whole file, as it is
}

// ReadReport reads a file of answers: CSV with a header, columns by name in any order. Without a map it is in our own form: its columns
// are account_number and outcome, which are required, field, code and reason, and those of the reader's own, which begin with x_. With a
// map it is a bureau's report. It returns *BadAnswersError for rows that cannot be recorded.
func ReadReport(r io.Reader, m *AnswerMap) (*Report, error) {
	bounded := &io.LimitedReader{R: r, N: maxAnswerBytes + 1}
	text := bufio.NewReader(bounded)
	if mark, err := text.Peek(3); err == nil && string(mark) == "\ufeff" {
		if _, err := text.Discard(3); err != nil {
			return nil, err
		}
	}
	rows := csv.NewReader(text)
	rows.ReuseRecord = true
	if m != nil {
		rows.Comma = m.comma()
	}
	head, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file of answers has no header")
	}
	if err != nil {
		return nil, answersFault(err)
	}
	place, err := m.places(head)
	if err != nil {
		return nil, err
	}
	report, bad := &Report{}, &BadAnswersError{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, answersFault(err)
		}
		line, _ := rows.FieldPos(0)
		cell := func(column int) string {
			if place[column] < 0 {
				return ""
			}
			return strings.Clone(strings.TrimSpace(row[place[column]]))
		}
		answer := Answer{Line: line, AccountNumber: cell(0), Outcome: m.outcome(cell(1)), Field: m.field(cell(2)), Code: cell(3), Reason: cell(4)}
		if answer.Outcome == RecordAccepted {
			report.Accepted++
			continue
		}
		if m != nil && answer.Outcome == "" { // its words are the bureau's own
			bad.add(line, m.Outcome, "the map does not say what this word means")
			continue
		}
		if len(report.Answers) == maxAnswers {
			return nil, fmt.Errorf("the file of answers refuses or changes more than %d records: cut it into several", maxAnswers)
		}
		report.Answers = append(report.Answers, answer)
	}
	if bounded.N == 0 {
		return nil, fmt.Errorf("the file of answers has more than %d MB: cut it into several", maxAnswerBytes>>20)
	}
	if err := bad.orNil(); err != nil {
		return nil, err
	}
	return report, checkAnswers(report.Answers)
}

// answersFault is the error of text that is not CSV, without the text itself.
func answersFault(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("the file of answers: line %d is not CSV of the header's columns: %w", parse.Line, parse.Err)
	}
	return fmt.Errorf("read the file of answers: %w", err)
}

// checkAnswers checks answers by themselves and gives each field its key.
func checkAnswers(answers []Answer) error {
	bad := &BadAnswersError{}
	keys := map[string]string{} // of fields that were looked up
	for i := range answers {
		a := &answers[i]
		for _, text := range []struct {
			column, value string
			limit         int
		}{{"account_number", a.AccountNumber, maxAnswerCode}, {"code", a.Code, maxAnswerCode}, {"reason", a.Reason, maxAnswerText}} {
			if !utf8.ValidString(text.value) || strings.ContainsFunc(text.value, unicode.IsControl) {
				bad.add(a.Line, text.column, "it holds characters that are no text")
			} else if utf8.RuneCountInString(text.value) > text.limit {
				bad.add(a.Line, text.column, fmt.Sprintf("it has more than %d characters", text.limit))
			}
		}
		switch {
		case a.AccountNumber == "":
			bad.add(a.Line, "account_number", "it is missing")
		case a.Outcome != RecordRefused && a.Outcome != RecordChanged:
			bad.add(a.Line, "outcome", "it is none of REFUSED, CHANGED and ACCEPTED")
		case a.Outcome == RecordChanged && a.Field == "":
			bad.add(a.Line, "field", "it is missing: which field the bureau changed")
		case a.Code == "" && a.Reason == "":
			bad.add(a.Line, "reason", "it is missing, and so is the code")
		}
		if a.Field != "" {
			key, known := keys[a.Field]
			if !known {
				key = fieldKey(a.Field)
				keys[a.Field] = key
			}
			if key == "" {
				bad.add(a.Line, "field", "the format has no such field: give its number (25) or name, with j1. before those of a segment")
				continue
			}
			a.Field = key
		}
	}
	return bad.orNil()
}

// fieldKey is the key of a field as answers have it, empty for none.
func fieldKey(name string) string {
	segment, field := FieldByName(name)
	switch {
	case field == nil:
		return ""
	case segment != segmentBase:
		return segment + "." + field.Key
	}
	return field.Key
}

// FieldByName finds a field of a record by its number or name; those of other segments than the base stand behind the
// segment's name and a dot. It returns nil if there is none.
func FieldByName(name string) (segment string, field *metro2.FieldInfo) {
	segment, key, ok := strings.Cut(strings.ToLower(name), ".")
	if !ok {
		segment, key = "base", segment
	}
	for _, layout := range metro2.Layouts() {
		if layout.Name != segment || segment == "header" || segment == "trailer" {
			continue
		}
		for i := range layout.Fields {
			if f := &layout.Fields[i]; f.Key == key || strings.EqualFold(f.Num, key) {
				return segment, f
			}
		}
	}
	return segment, nil
}

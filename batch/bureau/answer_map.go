package bureau

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// AnswerMap says how a bureau writes its reports of accepted and rejected records: which of its columns are ours, and what its words
// mean. Columns that it does not name are not read.
type AnswerMap struct {
	Comma string `toml:"comma"` // between columns; default a comma

	AccountNumber string `toml:"account_number"` // required; empty in a row: it is of the whole file
	Outcome       string `toml:"outcome"`        // empty: every row is of the outcome always
	Field         string `toml:"field"`
	Code          string `toml:"code"`
	Reason        string `toml:"reason"`

	Refused  []string `toml:"refused"` // words of the column outcome, in any case of letters
	Changed  []string `toml:"changed"`
	Accepted []string `toml:"accepted"`
	Always   string   `toml:"always"` // REFUSED, CHANGED or ACCEPTED

	Fields map[string]string `toml:"fields"` // the bureau's names of fields, and their number or name in the format
}

// Check says what is wrong with a map.
func (m *AnswerMap) Check() error {
	outcomes := []string{RecordRefused, RecordChanged, RecordAccepted}
	switch {
	case m.AccountNumber == "":
		return errors.New("account_number is missing: the name of the column of account numbers")
	case m.Code == "" && m.Reason == "":
		return errors.New("code and reason are missing: the name of at least one of the columns")
	case (m.Outcome == "") == (m.Always == ""):
		return errors.New("give one of outcome, the name of a column, and always")
	case m.Always != "" && !slices.Contains(outcomes, m.Always):
		return fmt.Errorf("always is %q, none of %s", m.Always, strings.Join(outcomes, ", "))
	case m.Outcome != "" && len(m.Refused)+len(m.Changed)+len(m.Accepted) == 0:
		return errors.New("refused, changed and accepted are missing: the words of the column outcome")
	case m.Comma != "" && utf8.RuneCountInString(m.Comma) != 1 || strings.ContainsAny(m.Comma, "\"\r\n"):
		return fmt.Errorf("comma is %q, not one character", m.Comma)
	}
	words := map[string]bool{}
	for _, word := range slices.Concat(m.Refused, m.Changed, m.Accepted) {
		if word = strings.ToUpper(word); words[word] {
			return fmt.Errorf("the word %q of the column outcome has two meanings", word)
		}
		words[word] = true
	}
	for name, ours := range m.Fields {
		if _, field := FieldByName(ours); field == nil {
			return fmt.Errorf("fields: %q is %q, which is no field of the format", name, ours)
		}
	}
	return nil
}

func (m *AnswerMap) comma() rune {
	r, _ := utf8.DecodeRuneInString(m.Comma)
	if m.Comma == "" {
		r = ','
	}
	return r
}

// outcome is what a word of the report means, empty if the map does not say so; without a map the word itself.
func (m *AnswerMap) outcome(word string) string {
	if m == nil {
		return word
	}
	if m.Always != "" {
		return m.Always
	}
	for _, meaning := range []struct {
		words   []string
		outcome string
	}{{m.Refused, RecordRefused}, {m.Changed, RecordChanged}, {m.Accepted, RecordAccepted}} {
		if slices.ContainsFunc(meaning.words, func(w string) bool { return strings.EqualFold(w, word) }) {
			return meaning.outcome
		}
	}
	return ""
}

// field is the format's name of a field; one that the map does not know is taken for the format's.
func (m *AnswerMap) field(name string) string {
	if m != nil {
		for theirs, ours := range m.Fields {
			if strings.EqualFold(theirs, name) {
				return ours
			}
		}
	}
	return name
}

// names are the columns of the report in the order of answerColumns, empty for one that it has not.
func (m *AnswerMap) names() []string {
	if m == nil {
		return answerColumns
	}
	return []string{m.AccountNumber, m.Outcome, m.Field, m.Code, m.Reason}
}

// places finds the columns in the header, -1 for one that is not there. A map's columns must all be there.
func (m *AnswerMap) places(head []string) ([]int, error) {
	names := m.names()
	places := make([]int, len(names))
	for k, name := range names {
		places[k] = -1
		if name == "" {
			continue
		}
		for i := range head {
			switch {
			case strings.TrimSpace(head[i]) != name:
			case places[k] >= 0:
				return nil, fmt.Errorf("the file of answers: header: column %s stands twice", name)
			default:
				places[k] = i
			}
		}
		if places[k] < 0 && (k < 2 || m != nil) {
			return nil, fmt.Errorf("the file of answers: header: column %s is missing", name)
		}
	}
	for i, name := range head {
		name = strings.TrimSpace(name)
		if known := m != nil || strings.HasPrefix(name, "x_") || slices.Contains(names, name); !known { // not by its name: the header may be a row of data
			return nil, fmt.Errorf("the file of answers: header: column %d is unknown (columns of your own begin with x_)", i+1)
		}
	}
	return places, nil
}

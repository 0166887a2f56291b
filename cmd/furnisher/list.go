package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch/inquiry"
)

// pageFlags say which part of a list is wanted.
type pageFlags struct {
	limit int // rows; 0: all
	after string
	asCSV bool
}

func (p *pageFlags) flags(f *pflag.FlagSet) {
	p.limit = inquiry.DefaultLimit
	numberFlag(f, &p.limit, "limit", 0, 0, "list at most this many rows; 0 lists all")
	f.StringVar(&p.after, "after", "", "start after this row, as the end of the last list says")
	f.BoolVar(&p.asCSV, "csv", false, "print CSV, in which no cell is a formula")
}

// listing is a list that is read and printed a page at a time, so that memory does not grow with it.
type listing[T any] struct {
	name    string   // of the list in JSON
	command string   // that prints the next page, but for --after
	heading []string // of the table
	row     func(*T) []any
	read    func(inquiry.Page) (inquiry.List[T], error)
}

// printList prints a part of a list and says how to get the rest.
func printList[T any](a *app, l listing[T], p pageFlags, asJSON bool) error {
	buffered := bufio.NewWriterSize(a.stdout, 1<<16)
	var out listWriter[T] = &listTable[T]{w: buffered, heading: l.heading, row: l.row}
	switch {
	case asJSON && p.asCSV:
		return &ending{err: errOneFormat, code: exitUsage, hint: hintHelp(l.command)}
	case asJSON:
		out = &listJSON[T]{w: buffered, name: l.name}
	case p.asCSV:
		out = newListCSV(buffered, l)
	}
	next, err := eachPage(l, p, out.page)
	if err != nil {
		return errors.Join(err, buffered.Flush())
	}
	if err := errors.Join(out.end(next), buffered.Flush()); err != nil {
		return err
	}
	if next != "" && !asJSON && !a.settings.quiet {
		a.tell(labelNote, "there are more "+l.name)
		a.tell(labelHint, fmt.Sprintf("%s --after %s", l.command, shellWord(next)))
	}
	return nil
}

// eachPage reads the pages that make up the wanted part, and returns the key of the rest.
func eachPage[T any](l listing[T], p pageFlags, page func([]T) error) (next string, err error) {
	next = p.after
	for left := p.limit; ; {
		size := inquiry.MaxLimit
		if p.limit != 0 {
			size = min(left, inquiry.MaxLimit)
		}
		part, err := l.read(inquiry.Page{After: next, Limit: size})
		if err != nil {
			return "", err
		}
		if err := page(part.Rows); err != nil {
			return "", err
		}
		next, left = part.Next, left-len(part.Rows)
		if next == "" || p.limit != 0 && left <= 0 {
			return next, nil
		}
	}
}

// listWriter prints a list as its pages come.
type listWriter[T any] interface {
	page(rows []T) error
	end(next string) error
}

// listTable prints each page as a table.
type listTable[T any] struct {
	w       io.Writer
	heading []string
	row     func(*T) []any
}

func (t *listTable[T]) page(page []T) error {
	rows := make([][]any, len(page))
	for i := range page {
		rows[i] = t.row(&page[i])
	}
	return printTable(t.w, t.heading, rows)
}

func (t *listTable[T]) end(string) error { return nil }

// listCSV prints a heading, then each row in a line; what is absent is empty.
type listCSV[T any] struct {
	w   *csv.Writer
	row func(*T) []any
}

func newListCSV[T any](w io.Writer, l listing[T]) *listCSV[T] {
	c := &listCSV[T]{csv.NewWriter(w), l.row}
	heading := make([]string, len(l.heading))
	for i, name := range l.heading {
		heading[i] = strings.ReplaceAll(strings.TrimPrefix(name, ">"), " ", "_")
	}
	_ = c.w.Write(heading) // its error sticks
	return c
}

func (c *listCSV[T]) page(page []T) error {
	for i := range page {
		values := c.row(&page[i])
		cells := make([]string, len(values))
		for k, value := range values {
			if cells[k] = fmt.Sprint(value); cells[k] == "-" {
				cells[k] = ""
			}
		}
		if err := c.w.Write(csvCells(cells...)); err != nil {
			return err
		}
	}
	return nil
}

func (c *listCSV[T]) end(string) error {
	c.w.Flush()
	return c.w.Error()
}

// listJSON prints one document, with each row in a line of its own: {"loans":[ROW, ROW],"next":KEY}.
type listJSON[T any] struct {
	w     io.Writer
	name  string
	begun bool
}

func (j *listJSON[T]) page(page []T) error {
	lines := jsonLines(j.w)
	for i := range page {
		lead := ","
		if !j.begun {
			lead, j.begun = fmt.Sprintf("{%q:[\n", j.name), true
		}
		if _, err := io.WriteString(j.w, lead); err != nil {
			return err
		}
		if err := lines.Encode(&page[i]); err != nil {
			return err
		}
	}
	return nil
}

func (j *listJSON[T]) end(next string) error {
	if !j.begun {
		if _, err := fmt.Fprintf(j.w, "{%q:[\n", j.name); err != nil {
			return err
		}
	}
	var key *string
	if next != "" {
		key = &next
	}
	text, err := json.Marshal(key)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.w, "],\"next\":%s}\n", text)
	return err
}

// shellWord quotes a word for a shell if it needs that.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+,", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

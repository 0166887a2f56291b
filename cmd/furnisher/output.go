package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"github.com/furnisher/furnisher/rules"
)

// wide is the width at which long texts of a table are broken.
const wide = 60

// printTable prints rows below a heading, whose cells say their alignment: a leading ">" puts a column right.
func printTable(w io.Writer, heading []string, rows [][]any) error {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.Options{SeparateHeader: true}
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	header := make(table.Row, len(heading))
	columns := make([]table.ColumnConfig, len(heading))
	for i, name := range heading {
		columns[i] = table.ColumnConfig{Number: i + 1, WidthMax: wide, WidthMaxEnforcer: text.WrapSoft, Align: text.AlignLeft, AlignHeader: text.AlignLeft}
		if right, ok := strings.CutPrefix(name, ">"); ok {
			name = right
			columns[i].Align, columns[i].AlignHeader = text.AlignRight, text.AlignRight
		}
		header[i] = name
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(columns)
	for _, row := range rows {
		t.AppendRow(row)
	}
	for line := range strings.Lines(t.Render()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// printTitled prints a table below a line that says what it is.
func printTitled(w io.Writer, title string, heading []string, rows [][]any) error {
	if _, err := fmt.Fprintf(w, "\n%s\n", title); err != nil {
		return err
	}
	return printTable(w, heading, rows)
}

// compact shows facts in one line: "balance 120.00, due 40.00".
func compact(facts json.RawMessage) string {
	var values map[string]any
	d := json.NewDecoder(bytes.NewReader(facts))
	d.UseNumber()
	if err := d.Decode(&values); err != nil || len(values) == 0 {
		return "-"
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = fmt.Sprintf("%s %v", name, values[name])
	}
	return strings.Join(parts, ", ")
}

// printJSON prints one document.
func printJSON(w io.Writer, document any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

// jsonLines returns what prints one document a line.
func jsonLines(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

// onTerminal reports whether a person is watching w.
func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// shown is how a table shows a value that may be absent.
func shown[T any](v *T) any {
	if v == nil {
		return "-"
	}
	return *v
}

// dash is how a table shows an absent date or text.
func dash[T ~string | rules.Date](v T) string {
	if s := fmt.Sprint(v); s != "" {
		return s
	}
	return "-"
}

// joinCounts lists counts by name: "cured 2, delinquent 5".
func joinCounts(counts map[string]int64) string {
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	sort.Strings(names)
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = fmt.Sprintf("%s %d", name, counts[name])
	}
	return strings.Join(parts, ", ")
}

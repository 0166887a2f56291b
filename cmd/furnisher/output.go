package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"github.com/furnisher/furnisher/rules"
)

// timeLayout is how tables show a moment, in UTC.
const timeLayout = "2006-01-02 15:04Z"

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
		cells := make(table.Row, len(row))
		for i, value := range row {
			cells[i] = visibleCell(value)
		}
		t.AppendRow(cells)
	}
	for line := range strings.Lines(t.Render()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// visible is a writer that escapes what a terminal would act on instead of showing it: control characters other than
// line end and tab, format and direction marks, and bytes that are not UTF-8. The escapes are JSON's (\u001b), so a JSON
// document means the same before and after. An incomplete character is held back until the next write.
type visible struct {
	w       io.Writer
	pending []byte
}

func (v *visible) Write(p []byte) (int, error) {
	text := append(v.pending, p...)
	whole := len(text)
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if start := len(text) - back; utf8.RuneStart(text[start]) {
			if !utf8.FullRune(text[start:]) {
				whole = start
			}
			break
		}
	}
	v.pending = append([]byte(nil), text[whole:]...)
	if _, err := v.w.Write(appendVisible(nil, text[:whole])); err != nil {
		return 0, err
	}
	return len(p), nil
}

// flush writes what was held back.
func (v *visible) flush() error {
	_, err := v.w.Write(appendVisible(nil, v.pending))
	v.pending = nil
	return err
}

// visibleText is what a visible writer makes of a text.
func visibleText(text string) string { return string(appendVisible(nil, []byte(text))) }

func appendVisible(out, text []byte) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1:
			out = fmt.Appendf(out, `\u%04x`, text[0])
		case r == '\n' || r == '\t' || unicode.IsGraphic(r):
			out = append(out, text[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return out
}

// visibleCell is what a table shows of a value: a line end or a tab would break the table.
func visibleCell(value any) any {
	switch v := value.(type) {
	case int, int64, float64:
		return v
	}
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(visibleText(fmt.Sprint(value)))
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
	list := factList(facts)
	if len(list) == 0 {
		return "-"
	}
	parts := make([]string, len(list))
	for i, f := range list {
		parts[i] = f.Name + " " + f.Value
	}
	return strings.Join(parts, ", ")
}

// namedFact is a fact as text.
type namedFact struct{ Name, Value string }

// factList are stored facts by name.
func factList(facts json.RawMessage) []namedFact {
	var values map[string]any
	d := json.NewDecoder(bytes.NewReader(facts))
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		return nil
	}
	list := make([]namedFact, 0, len(values))
	for name, v := range values {
		list = append(list, namedFact{name, fmt.Sprint(v)})
	}
	slices.SortFunc(list, func(a, b namedFact) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// printJSON prints one document.
func printJSON(w io.Writer, document any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

// jsonLines returns an encoder that prints one document a line.
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

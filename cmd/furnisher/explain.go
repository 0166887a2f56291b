package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

// explanation is a record of `metro2 explain --json`.
type explanation struct {
	Record   int                 `json:"record"`
	Kind     string              `json:"kind"`
	Bytes    int                 `json:"bytes"`
	Account  string              `json:"account"` // masked unless asked; "" for a record without one
	Fields   []metro2.FieldValue `json:"fields"`
	Findings []finding           `json:"findings"`
}

// explainer looks for the records to explain in one file.
type explainer struct {
	file    string
	record  int
	account string
	unmask  bool
	known   bool // there is a record of a Metro 2 file
}

func (a *app) explainCommand() *cobra.Command {
	var e explainer
	var asJSON bool
	c := &cobra.Command{
		Use: "explain FILE --record N|--account X", Short: "explain every field of a record of a Metro 2 file", Args: cobra.ExactArgs(1),
		Long: `Shows each field of a record: number, name, position, bytes, value and meaning, then the findings on that record. What
identifies a person is masked, and account numbers but for their last four characters; --unmask shows it. Give either
--record or --account; for an account all its records are shown. "-" reads standard input; gzip is unpacked.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if (e.record > 0) == (e.account != "") {
				return &ending{err: errors.New("give either --record or --account"), code: exitUsage, hint: "furnisher metro2 explain FILE --record N"}
			}
			e.file = args[0]
			var found []explanation
			err := a.readMetro2(ctx, e.file, func(r io.Reader) (err error) {
				found, err = e.explain(r)
				return err
			})
			switch {
			case err != nil:
				return err
			case !e.known && len(found) == 0:
				return notMetro2(e.file)
			case len(found) == 0:
				return &ending{err: errors.New("the file has no such record"), code: exitFailed, hint: "furnisher metro2 dump FILE lists the records with their numbers"}
			case asJSON:
				return printJSON(a.stdout, map[string]any{"file": e.file, "records": found})
			}
			return e.print(a.stdout, found)
		}),
	}
	numberFlag(c.Flags(), &e.record, "record", 1, 0, "number of the record; the header is 1")
	c.Flags().StringVar(&e.account, "account", "", "account number of the records")
	c.Flags().BoolVar(&e.unmask, "unmask", false, flagUnmask)
	jsonFlag(c, &asJSON)
	return c
}

// explain reads up to the wanted record, because the records before it decide some findings. Findings on the file
// as a whole belong to the trailer.
func (e *explainer) explain(r io.Reader) ([]explanation, error) {
	reader, v := metro2.NewReader(r), newValidator()
	found := []explanation{}
	var findings []metro2.Finding
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		e.known = e.known || item.Kind != metro2.KindUnknown
		findings = v.Check(item, findings[:0])
		if !e.wants(item) {
			continue
		}
		found = append(found, e.tell(reader, item, findings))
		if e.record > 0 && item.Kind != metro2.KindTrailer {
			return found, nil
		}
	}
	for _, f := range v.Finish(findings[:0]) {
		for i := range found {
			if found[i].Record == f.Record {
				found[i].Findings = append(found[i].Findings, findingOf(e.file, "", &f))
			}
		}
	}
	return found, nil
}

func (e *explainer) wants(item *metro2.Item) bool {
	if e.record > 0 {
		return item.RecordNo == e.record
	}
	return item.Kind == metro2.KindData && item.Record.Base.AccountNumber == e.account
}

func (e *explainer) tell(r *metro2.Reader, item *metro2.Item, findings []metro2.Finding) explanation {
	out := explanation{
		Record: item.RecordNo, Kind: item.Kind.String(), Bytes: len(item.Raw), Fields: r.Explain(e.unmask), Findings: []finding{},
	}
	account := ""
	if item.Kind == metro2.KindData {
		account = masked(item.Record.Base.AccountNumber)
		if out.Account = account; e.unmask {
			out.Account = item.Record.Base.AccountNumber
		}
	}
	for i := range findings {
		out.Findings = append(out.Findings, findingOf(e.file, account, &findings[i]))
	}
	return out
}

func (e *explainer) print(w io.Writer, found []explanation) error {
	for i := range found {
		x := &found[i]
		if _, err := fmt.Fprintf(w, "%s: record %d, %s, %d bytes, account %s\n", e.file, x.Record, x.Kind, x.Bytes, dash(x.Account)); err != nil {
			return err
		}
		if err := printFields(w, x.Fields); err != nil {
			return err
		}
		if len(x.Findings) == 0 {
			if _, err := io.WriteString(w, "\nno findings\n"); err != nil {
				return err
			}
			continue
		}
		rows := make([][]any, len(x.Findings))
		for i, f := range x.Findings {
			where := f.Segment
			if f.Field != "" {
				where += "." + f.Field
			}
			rows[i] = []any{where, f.Position, f.Severity, f.Rule, f.Message}
		}
		if err := printTitled(w, "findings", []string{"place", ">position", "severity", "rule", "message"}, rows); err != nil {
			return err
		}
	}
	return nil
}

// printFields prints a table for each segment.
func printFields(w io.Writer, fields []metro2.FieldValue) error {
	for len(fields) > 0 {
		title := segmentName(fields[0].Segment, fields[0].Index)
		var rows [][]any
		for len(fields) > 0 && segmentName(fields[0].Segment, fields[0].Index) == title {
			f := fields[0]
			fields = fields[1:]
			position := strconv.Itoa(f.Position)
			rows = append(rows, []any{f.Num, f.Name, position, strings.TrimRight(f.Raw, " "), f.Value, f.Meaning})
		}
		if title == "record" {
			title = "bytes outside any field"
		}
		if err := printTitled(w, title, []string{"no.", "field", ">position", "raw", "value", "meaning"}, rows); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

// layoutEntry is a layout of the reference, in one form.
type layoutEntry struct {
	Name   string       `json:"layout"`
	Form   string       `json:"form"`
	Bytes  int          `json:"bytes"`
	Fields []fieldEntry `json:"fields"`
}

// fieldEntry is a field of the reference.
type fieldEntry struct {
	Num      string      `json:"number"`
	Key      string      `json:"field"`
	Name     string      `json:"name"`
	Type     string      `json:"type"`
	Position int         `json:"position"` // 1-based
	Bytes    int         `json:"bytes"`
	Need     string      `json:"need"`
	Masked   bool        `json:"masked"` // identifies a person
	Constant string      `json:"constant"`
	Help     string      `json:"help"`
	Codes    []codeEntry `json:"codes"`
}

// codeEntry is a value of a closed set.
type codeEntry struct {
	Value   string `json:"value"`
	Meaning string `json:"meaning"`
	Legacy  bool   `json:"legacy"` // read with a warning, never written
}

func (a *app) layoutCommand() *cobra.Command {
	var form string
	var asJSON, asMarkdown bool
	c := &cobra.Command{
		Use: "layout [NAME]", Short: "list the fields of Metro 2 records", Args: cobra.MaximumNArgs(1),
		Long: "Lists the fields of all records and segments, or of the one that is named (header, base, j1 to n1, trailer) with its codes.",
		RunE: a.does(func(_ context.Context, args []string) error {
			if form != "character" && form != "packed" {
				return badFlag("layout", "form", form, "character, packed")
			}
			layouts := layoutEntries(form)
			if len(args) == 1 {
				i := slices.IndexFunc(layouts, func(l layoutEntry) bool { return l.Name == strings.ToLower(args[0]) })
				if i < 0 {
					return &ending{err: fmt.Errorf("there is no layout %q", args[0]), code: exitUsage, hint: "furnisher metro2 layout"}
				}
				layouts = layouts[i : i+1]
			}
			switch {
			case asJSON && asMarkdown:
				return &ending{err: errOneFormat, code: exitUsage, hint: hintHelp("furnisher metro2 layout")}
			case asJSON:
				return printJSON(a.stdout, layouts)
			}
			return printLayouts(a.stdout, layouts, len(args) == 1 || asMarkdown, asMarkdown)
		}),
	}
	c.Flags().StringVar(&form, "form", "character", "form whose positions are listed: character or packed")
	jsonFlag(c, &asJSON)
	c.Flags().BoolVar(&asMarkdown, "markdown", false, flagMarkdown)
	return c
}

func layoutEntries(form string) []layoutEntry {
	var out []layoutEntry
	for _, l := range metro2.Layouts() {
		entry := layoutEntry{Name: l.Name, Form: form, Bytes: l.Size}
		if form == "packed" {
			entry.Bytes = l.PackedSize
		}
		for _, f := range l.Fields {
			field := fieldEntry{
				Num: f.Num, Key: f.Key, Name: f.Name, Type: f.Type, Position: f.Start, Bytes: f.Width,
				Need: f.Need.String(), Masked: f.Mask, Constant: f.Fixed, Help: f.Help, Codes: []codeEntry{},
			}
			if form == "packed" {
				field.Position, field.Bytes = f.PackedStart, f.PackedWidth
			}
			if f.Codes != nil {
				for _, c := range f.Codes.Codes {
					field.Codes = append(field.Codes, codeEntry{c.Value, c.Meaning, c.Legacy})
				}
			}
			entry.Fields = append(entry.Fields, field)
		}
		out = append(out, entry)
	}
	return out
}

// What heads the tables of a layout and of a field's codes.
var (
	headFields = []string{"no.", "key", "name", "type", ">position", ">bytes", "need", "masked", "notes"}
	headCodes  = []string{"code", "meaning"}
)

func printLayouts(w io.Writer, layouts []layoutEntry, withCodes, asMarkdown bool) error {
	table := func(level, title string, heading []string, rows [][]any) error {
		if !asMarkdown {
			return printTitled(w, title, heading, rows)
		}
		if _, err := fmt.Fprintf(w, "%s %s\n\n", level, title); err != nil {
			return err
		}
		for i := range heading {
			heading[i] = strings.TrimPrefix(heading[i], ">")
		}
		return markdownTable(w, heading, rows)
	}
	for _, l := range layouts {
		var rows [][]any
		for _, f := range l.Fields {
			rows = append(rows, []any{f.Num, f.Key, f.Name, f.Type, f.Position, f.Bytes, f.Need, yes(f.Masked), notes(f)})
		}
		if err := table("##", fmt.Sprintf("%s, %s form, %d bytes", l.Name, l.Form, l.Bytes), slices.Clone(headFields), rows); err != nil {
			return err
		}
		if !withCodes {
			continue
		}
		for _, f := range l.Fields {
			if len(f.Codes) == 0 {
				continue
			}
			var codes [][]any
			for _, c := range f.Codes {
				codes = append(codes, []any{c.Value, c.Meaning})
			}
			if err := table("###", fmt.Sprintf("%s %s", f.Num, f.Name), slices.Clone(headCodes), codes); err != nil {
				return err
			}
		}
	}
	return nil
}

func yes(v bool) string {
	if v {
		return "yes"
	}
	return ""
}

func notes(f fieldEntry) string {
	if f.Constant != "" {
		return fmt.Sprintf("%q", f.Constant)
	}
	return f.Help
}

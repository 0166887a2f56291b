package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/intake"
)

func (a *app) extractCommand() *cobra.Command {
	return group("extract", "describe the servicing extract that furnisher imports", a.extractLayoutCommand())
}

func (a *app) extractLayoutCommand() *cobra.Command {
	var asJSON, asMarkdown, asExample bool
	c := &cobra.Command{
		Use: "layout [FILE]", Short: "list the files and columns of an extract", Args: cobra.MaximumNArgs(1),
		Long: `Lists the columns of each file of an extract, or of one: what a value is, its codes, whether it is required (*), what an
absent one means, and an example. Columns may come in any order; those whose name begins with x_ are passed over. The list is
made from the tables that take the files in.`,
		RunE: a.does(func(_ context.Context, args []string) error {
			files := intake.Layout()
			if len(args) == 1 {
				i := slices.IndexFunc(files, func(f intake.FileLayout) bool { return f.File == args[0] || f.File == args[0]+".csv" })
				if i < 0 {
					return &ending{err: fmt.Errorf("an extract has no file %q", args[0]), code: exitUsage, hint: "furnisher extract layout"}
				}
				files = files[i : i+1]
			}
			switch {
			case asJSON && (asMarkdown || asExample) || asMarkdown && asExample:
				return &ending{err: errors.New("give only one of --json, --markdown and --example"), code: exitUsage, hint: hintHelp("furnisher extract layout")}
			case asJSON:
				return printJSON(a.stdout, files)
			case asExample:
				return printExamples(a.stdout, files)
			}
			return printExtract(a.stdout, files, asMarkdown)
		}),
	}
	jsonFlag(c, &asJSON)
	c.Flags().BoolVar(&asMarkdown, "markdown", false, flagMarkdown)
	c.Flags().BoolVar(&asExample, "example", false, "print the example rows as CSV")
	return c
}

var headExtract = []string{"column", "value", "absent", "example"}

func printExtract(w io.Writer, files []intake.FileLayout, asMarkdown bool) error {
	for _, f := range files {
		rows := make([][]any, len(f.Columns))
		for i, c := range f.Columns {
			name := c.Name
			if c.Required {
				name += "*"
			}
			rows[i] = []any{name, valueText(&c), dash(c.Absent), dash(c.Example)}
		}
		title := f.File + ", one row for each " + strings.Join(f.Key, " and ")
		if !asMarkdown {
			if err := printTitled(w, title, headExtract, rows); err != nil {
				return err
			}
			continue
		}
		_, err := fmt.Fprintf(w, "## %s\n\n", title)
		if err := errors.Join(err, markdownTable(w, headExtract, rows)); err != nil {
			return err
		}
	}
	return nil
}

// valueText says what a value of a column is.
func valueText(c *intake.ColumnLayout) string {
	switch {
	case len(c.Codes) > 0:
		return strings.Join(c.Codes, ", ")
	case c.Names != "":
		return c.Type + ", of " + c.Names
	}
	return c.Type
}

// printExamples prints the example row of each file below its header, as it is read.
func printExamples(w io.Writer, files []intake.FileLayout) error {
	for i, f := range files {
		var head, row []string
		for _, c := range f.Columns {
			head, row = append(head, c.Name), append(row, c.Example)
		}
		if len(files) > 1 {
			if _, err := fmt.Fprintf(w, "%s%s\n", strings.Repeat("\n", min(i, 1)), f.File); err != nil {
				return err
			}
		}
		if err := csv.NewWriter(w).WriteAll([][]string{head, row}); err != nil {
			return err
		}
	}
	return nil
}

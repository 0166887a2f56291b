package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// mapped is a field of the format with where it comes from.
type mapped struct {
	Num     string   `json:"number"`
	Field   string   `json:"field"`
	Name    string   `json:"name"`
	Sources []string `json:"sources"`
	How     string   `json:"how"`
	Rules   []ruled  `json:"rules"`
}

// mappedSegment is a segment of a record.
type mappedSegment struct {
	Segment string   `json:"segment"`
	Fields  []mapped `json:"fields"`
}

// mappingPage is what furnisher mapping prints.
type mappingPage struct {
	Settings *inquiry.Settings `json:"settings"` // nil: of no program in particular
	Segments []mappedSegment   `json:"segments"`
}

func (a *app) mappingCommand() *cobra.Command {
	var program string
	var asJSON, asMarkdown, asHTML bool
	c := &cobra.Command{
		Use: "mapping", Short: "list which servicing data becomes which Metro 2 field, by which rule", Args: cobra.NoArgs,
		Long: `Lists every field of a record with the columns of the extract that it comes from, what becomes of them, and the rules that
may decide, each with its condition. With --program also the settings that its files go by. The list is the one that furnisher explain answers from.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if asJSON && asMarkdown || asHTML && (asJSON || asMarkdown) {
				return &ending{err: errors.New("give only one of --json, --markdown and --html"), code: exitUsage, hint: hintHelp("furnisher mapping")}
			}
			page := mappingPage{Segments: mappedSegments()}
			if program != "" {
				err := a.withDB(ctx, func(db *sqlx.DB) (err error) {
					page.Settings, err = inquiry.ProgramSettings(ctx, db, program)
					return err
				})
				if errors.Is(err, inquiry.ErrNotFound) {
					return &ending{err: err, code: exitFailed, hint: "furnisher files lists programs that have files"}
				}
				if err != nil {
					return err
				}
			}
			switch {
			case asJSON:
				return printJSON(a.stdout, page)
			case asHTML:
				return mappingHTML.Execute(a.stdout, page)
			}
			return printMapping(a.stdout, page, asMarkdown)
		}),
	}
	c.Flags().StringVar(&program, "program", "", "id of the program whose settings are shown")
	jsonFlag(c, &asJSON)
	c.Flags().BoolVar(&asMarkdown, "markdown", false, flagMarkdown)
	c.Flags().BoolVar(&asHTML, "html", false, "print a page of HTML")
	return c
}

// mappedSegments joins the layouts with where their fields come from.
func mappedSegments() []mappedSegment {
	var out []mappedSegment
	for _, l := range metro2.Layouts() {
		s := mappedSegment{Segment: l.Name}
		for _, f := range l.Fields {
			m := bureau.MappingOf(l.Name, f.Key)
			if m == nil {
				continue
			}
			field := mapped{Num: f.Num, Field: f.Key, Name: f.Name, Sources: append([]string{}, m.Sources...), How: m.How, Rules: []ruled{}}
			for _, r := range m.Rules {
				field.Rules = append(field.Rules, ruled{cite(r.ID), r.Says})
			}
			if l.Name == "base" && slices.Contains(rules.Correctable(), f.Key) {
				field.Rules = append(field.Rules, ruled{cite("BR9"), "a person corrected it"})
			}
			s.Fields = append(s.Fields, field)
		}
		if len(s.Fields) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// printMapping prints a table of settings, and one for each segment.
func printMapping(w io.Writer, page mappingPage, asMarkdown bool) error {
	table := func(title string, heading []string, rows [][]any) error {
		if !asMarkdown {
			return printTitled(w, title, heading, rows)
		}
		_, err := fmt.Fprintf(w, "## %s\n\n", title)
		return errors.Join(err, markdownTable(w, heading, rows))
	}
	if page.Settings != nil {
		if err := errors.Join(
			table("program "+page.Settings.Program.ProgramID, []string{"setting", "value"}, programRows(page.Settings.Program)),
			table("products", []string{"product", "portfolio", "account type", "delinquent after", "charge-off after", "grace days", "trailing reports", "lateness by", "payments ahead"}, productRows(page.Settings.Products)),
		); err != nil {
			return err
		}
	}
	for _, s := range page.Segments {
		rows := make([][]any, len(s.Fields))
		for i, f := range s.Fields {
			rows[i] = []any{f.Num, f.Field, f.Name, dash(strings.Join(f.Sources, ", ")), f.How, dash(ruledText(f.Rules))}
		}
		if err := table(s.Segment, []string{"no.", "field", "name", "comes from", "how", "rules"}, rows); err != nil {
			return err
		}
	}
	return nil
}

func programRows(p inquiry.Program) [][]any {
	return [][]any{
		{"identification number", p.IdentificationNumber}, {"calendar (BR1)", p.Calendar},
		{"cycle ids (BR1)", dash(strings.Join(p.ActivityCycleIDs, ", "))}, {"date of first delinquency (Q32)", p.DOFDRule},
		{"past due of a charge-off (Q33)", p.ChargeOffPastDue}, {"accommodations (CA7)", p.Accommodations},
	}
}

func productRows(products []inquiry.Product) [][]any {
	rows := make([][]any, len(products))
	for i, p := range products {
		rows[i] = []any{
			p.ProductID, p.PortfolioType, p.AccountType, shown(p.DelinquentAfter), shown(p.ChargeOffAfter), p.GraceDays, p.TrailingReports,
			byPortfolio(p.DelinquencyMethod), byPortfolio(p.PaymentsAhead),
		}
	}
	return rows
}

// byPortfolio says that a setting without a value is the portfolio's default.
func byPortfolio(setting string) string {
	if setting == "" {
		return "the portfolio's default"
	}
	return setting
}

// mappingHTML is the page of furnisher mapping --html.
var mappingHTML = template.Must(template.New("mapping").Funcs(template.FuncMap{
	"join": strings.Join, "brackets": inBrackets, "program": programRows, "products": productRows,
}).Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Mapping</title>
<style>body{font:14px/1.4 sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}
td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}th{background:#eee}</style></head><body>
<h1>Which servicing data becomes which field</h1>
{{with .Settings}}<h2>Program {{.Program.ProgramID}}</h2>
<table>{{range program .Program}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>{{end}}</table>
<h2>Products</h2>
<table>{{range products .Products}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>{{end}}</table>{{end}}
{{range .Segments}}<h2>{{.Segment}}</h2>
<table><tr><th>no.</th><th>field</th><th>comes from</th><th>how</th><th>rules</th></tr>
{{range .Fields}}<tr><td>{{.Num}}</td><td>{{.Name}}</td><td>{{join .Sources ", "}}</td><td>{{.How}}</td>` +
	`<td>{{range .Rules}}<b>{{.ID}}</b> {{.Sentence}}{{brackets .When}}<br>{{end}}</td></tr>
{{end}}</table>{{end}}
</body></html>
`))

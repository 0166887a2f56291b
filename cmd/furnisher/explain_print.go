package main

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

// printAnswer prints the decisions, then the fields; one field in full.
func printAnswer(w io.Writer, a *answer, inFull bool) error {
	if _, err := fmt.Fprintf(w, "loan %s  account %s\n", a.Loan, a.Account); err != nil {
		return err
	}
	if inFull {
		return errors.Join(printPlace(w, a), printInFull(w, a))
	}
	if len(a.Decisions) > 0 {
		rows := make([][]any, len(a.Decisions))
		for i, d := range a.Decisions {
			rows[i] = []any{d.BusinessDate, shown(d.From), d.To, d.Cause, shown(d.Run), compact(d.Facts), ruleText(d.Why), because(d.Who, d.Change.Why)}
		}
		head := []string{"night", "from", "to", "cause", ">run", "facts", "decided by", "by hand"}
		if err := printTitled(w, "its states", head, rows); err != nil {
			return err
		}
	}
	if err := printPlace(w, a); err != nil {
		return err
	}
	for _, part := range bySegment(a.Fields) {
		rows := make([][]any, len(part))
		for i, f := range part {
			rows[i] = []any{f.Num, f.Key, f.Start, f.Value, f.Meaning, sourceText(&f), factText(f.Facts), dash(ruledText(f.Rules))}
		}
		head := []string{"no.", "field", ">position", "value", "meaning", "comes from", "facts", "rules"}
		if err := printTitled(w, segmentName(part[0].Segment, part[0].Index), head, rows); err != nil {
			return err
		}
	}
	return nil
}

// printPlace says which file, or why there is none, or why it does not hold the loan.
func printPlace(w io.Writer, a *answer) (err error) {
	if a.File == nil {
		_, err = io.WriteString(w, "\nno file has told of it yet\n")
		return err
	}
	f := a.File
	_, err = fmt.Fprintf(w, "\nfile %d, %s, as of %s, %s, run %d\n", f.File, f.Name, f.AsOf, f.State, f.Run)
	switch {
	case err != nil:
	case a.LeftOut != nil:
		_, err = fmt.Fprintf(w, "  left out    %s: %s\n  decided by  %s\n", a.LeftOut.Reason, a.LeftOut.Detail, ruleText(a.LeftOut.Why))
	case a.Missing != "":
		_, err = fmt.Fprintf(w, "  the record cannot be shown: %s\n  facts       %s\n  decided by  %s\n", a.Missing, compact(a.Facts), ruleText(*a.Rule))
	default:
		_, err = fmt.Fprintf(w, "  record      %d, from byte %d\n  facts       %s\n  decided by  %s\n", f.Record, f.Offset, compact(a.Facts), ruleText(*a.Rule))
	}
	return err
}

// printInFull prints each field with the sentences of its rules.
func printInFull(w io.Writer, a *answer) error {
	for _, f := range a.Fields {
		_, err := fmt.Fprintf(w, "\n%s %s, %s (%s)\n  value       %s  %s\n  position    %d of the segment, %d of the record\n  comes from  %s\n  facts       %s\n",
			f.Num, f.Name, f.Key, segmentName(f.Segment, f.Index), dash(f.Value), f.Meaning, f.Position, f.Start, sourceText(&f), factText(f.Facts))
		for _, r := range f.Rules {
			if err == nil {
				_, err = fmt.Fprintf(w, "  %-11s %s%s\n", r.ID, r.Sentence, inBrackets(r.When))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bySegment parts the fields into segments.
func bySegment(fields []fieldAnswer) (parts [][]fieldAnswer) {
	for i := range fields {
		if i == 0 || fields[i].Segment != fields[i-1].Segment || fields[i].Index != fields[i-1].Index {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], fields[i])
	}
	return parts
}

func ruleText(c cited) string { return strings.TrimSpace(c.ID + ": " + c.Sentence) }

// ruledText names rules with the conditions of those that do not always apply.
func ruledText(list []ruled) string {
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = r.ID + inBrackets(r.When)
	}
	return strings.Join(texts, ", ")
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// sourceText says where a field comes from: the columns, and what becomes of them.
func sourceText(f *fieldAnswer) string {
	if len(f.Sources) == 0 {
		return f.How
	}
	return strings.Join(f.Sources, "; ") + " (" + f.How + ")"
}

func factText(facts map[string]string) string {
	list := make([]string, 0, len(facts))
	for key, v := range facts {
		list = append(list, key+" "+v)
	}
	slices.Sort(list)
	return dash(strings.Join(list, ", "))
}

// answerHTML is the page of furnisher explain --html.
var answerHTML = template.Must(template.New("explain").Funcs(template.FuncMap{
	"compact": compact, "source": sourceText, "facts": factText, "segment": segmentName, "parts": bySegment,
	"brackets": inBrackets,
	"pointer":  func(f fieldAnswer) *fieldAnswer { return &f },
}).Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Loan {{.Loan}}</title>
<style>body{font:14px/1.4 sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}
td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}th{background:#eee}</style></head><body>
<h1>Loan {{.Loan}}, account {{.Account}}</h1>
{{if .Decisions}}<h2>Its states</h2>
<table><tr><th>night</th><th>from</th><th>to</th><th>cause</th><th>run</th><th>facts</th><th>decided by</th></tr>
{{range .Decisions}}<tr><td>{{.BusinessDate}}</td><td>{{with .From}}{{.}}{{end}}</td><td>{{.To}}</td><td>{{.Cause}}</td>` +
	`<td>{{with .Run}}{{.}}{{end}}</td><td>{{compact .Facts}}</td><td><b>{{.Why.ID}}</b> {{.Why.Sentence}}</td></tr>
{{end}}</table>{{end}}
{{with .File}}<h2>File {{.File}}, {{.Name}}, as of {{.AsOf}}</h2>
<p>{{.State}}, run {{.Run}}{{if .Record}}, record {{.Record}} from byte {{.Offset}}{{end}}</p>{{end}}
{{with .LeftOut}}<p>Left out: {{.Reason}}, {{.Detail}}. <b>{{.Why.ID}}</b> {{.Why.Sentence}}</p>{{end}}
{{with .Missing}}<p>The record cannot be shown: {{.}}</p>{{end}}
{{range parts .Fields}}{{$first := index . 0}}<h3>{{segment $first.Segment $first.Index}}</h3>
<table><tr><th>no.</th><th>field</th><th>position</th><th>value</th><th>meaning</th><th>comes from</th><th>facts</th><th>rules</th></tr>
{{range .}}<tr><td>{{.Num}}</td><td>{{.Name}}</td><td>{{.Start}}</td><td>{{.Value}}</td><td>{{.Meaning}}</td>` +
	`<td>{{source (pointer .)}}</td><td>{{facts .Facts}}</td><td>{{range .Rules}}<b>{{.ID}}</b> {{.Sentence}}{{brackets .When}}<br>{{end}}</td></tr>
{{end}}</table>{{end}}
</body></html>
`))

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/rules"
)

// servicingRule is a row of the dictionary as it is printed.
type servicingRule struct {
	ID        string          `json:"rule"`
	Sentence  string          `json:"sentence"`
	InForce   bool            `json:"in_force"` // a scenario cites it
	Where     string          `json:"decided_in"`
	SettledBy []settledPoint  `json:"settled_by"`
	Settles   []string        `json:"settles"`
	Scenarios []scenarioEntry `json:"scenarios"`
}

// settledPoint is a settled point that is about a rule.
type settledPoint struct {
	ID       string `json:"rule"`
	Sentence string `json:"sentence"`
}

// scenarioEntry is a scenario that cites a rule.
type scenarioEntry struct {
	Name  string `json:"scenario"`
	Title string `json:"what_happens"`
}

// dictionary joins the rules with the scenarios that prove them.
func dictionary() []servicingRule {
	var list []servicingRule
	all := fixtures.Scenarios()
	for _, r := range rules.Dictionary() {
		entry := servicingRule{
			ID: r.ID, Sentence: r.Sentence, Where: r.Where, Settles: append([]string{}, r.Settles...),
			SettledBy: []settledPoint{}, Scenarios: []scenarioEntry{},
		}
		for _, q := range rules.SettledPoints(r.ID) {
			entry.SettledBy = append(entry.SettledBy, settledPoint{q.ID, q.Sentence})
		}
		for _, s := range all {
			if slices.Contains(s.Rules, r.ID) {
				entry.Scenarios = append(entry.Scenarios, scenarioEntry{s.Name, s.Title})
			}
		}
		entry.InForce = len(entry.Scenarios) > 0
		list = append(list, entry)
	}
	return list
}

func (a *app) dictionaryCommand() *cobra.Command {
	var asJSON, asMarkdown bool
	c := &cobra.Command{
		Use: "rules [RULE]", Short: "list the servicing rules, or show one with the scenarios that prove it", Args: cobra.MaximumNArgs(1),
		Long: `Lists every servicing rule and every settled point (Q1, Q2, ...), which says how a rule is read. A rule is in force when
a scenario of this version proves it: a small extract that the tests take through real nights. For one rule: its sentence,
what settles it, and its scenarios.`,
		RunE: a.does(func(_ context.Context, args []string) error {
			list := dictionary()
			if len(args) == 1 {
				i := slices.IndexFunc(list, func(r servicingRule) bool { return r.ID == strings.ToUpper(args[0]) })
				if i < 0 {
					return &ending{err: fmt.Errorf("there is no rule %q", args[0]), code: exitUsage, hint: "furnisher rules"}
				}
				list = list[i : i+1]
			}
			switch {
			case asJSON && asMarkdown:
				return &ending{err: errOneFormat, code: exitUsage, hint: hintHelp("furnisher rules")}
			case asJSON:
				return printJSON(a.stdout, list)
			case asMarkdown:
				return markdownTable(a.stdout, []string{"rule", "in force", "sentence", "settled by", "scenarios"}, dictionaryRows(list, scenarioNames))
			case len(args) == 1:
				return printRule(a.stdout, &list[0])
			}
			return printTable(a.stdout, []string{"rule", "in force", "sentence", "settled by", ">scenarios"}, dictionaryRows(list, scenarioCount))
		}),
	}
	jsonFlag(c, &asJSON)
	c.Flags().BoolVar(&asMarkdown, "markdown", false, flagMarkdown)
	return c
}

func dictionaryRows(list []servicingRule, proof func([]scenarioEntry) any) [][]any {
	rows := make([][]any, len(list))
	for i, r := range list {
		var points []string
		for _, q := range r.SettledBy {
			points = append(points, q.ID)
		}
		rows[i] = []any{r.ID, yesNo(r.InForce), r.Sentence, dash(strings.Join(points, ", ")), proof(r.Scenarios)}
	}
	return rows
}

func scenarioCount(list []scenarioEntry) any { return len(list) }

func scenarioNames(list []scenarioEntry) any {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = s.Name
	}
	return dash(strings.Join(names, ", "))
}

func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// printRule shows one rule.
func printRule(w io.Writer, r *servicingRule) error {
	_, err := fmt.Fprintf(w, "%s  %s\n  in force    %s\n  decided in  %s\n", r.ID, r.Sentence, yesNo(r.InForce), dash(r.Where))
	if len(r.Settles) > 0 && err == nil {
		_, err = fmt.Fprintf(w, "  settles     %s\n", strings.Join(r.Settles, ", "))
	}
	points, stories := make([][]any, len(r.SettledBy)), make([][]any, len(r.Scenarios))
	for i, q := range r.SettledBy {
		points[i] = []any{q.ID, q.Sentence}
	}
	for i, s := range r.Scenarios {
		stories[i] = []any{s.Name, s.Title}
	}
	if len(points) > 0 {
		err = errors.Join(err, printTitled(w, "how it is read", []string{"settled point", "sentence"}, points))
	}
	if len(stories) > 0 {
		err = errors.Join(err, printTitled(w, "proved by", []string{"scenario", "what happens"}, stories))
	}
	return err
}

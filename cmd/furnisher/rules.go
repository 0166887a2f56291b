package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

// ruleEntry is a rule of the catalogue.
type ruleEntry struct {
	ID       string `json:"rule"`
	Family   string `json:"family"`
	Severity string `json:"severity"`
	Segment  string `json:"segment"` // layout name, "record" or "file"; "" for all
	Field    string `json:"field"`   // "" when no single field is meant
	Sentence string `json:"sentence"`
	Matters  string `json:"matters"` // why it matters
	Source   string `json:"source"`
}

// examinerFamily is the family of the checks of an examiner, whose ids are names.
const examinerFamily = "E"

// ruleFamily is the letter that the id of a rule begins with.
func ruleFamily(id string) string {
	if strings.Contains(id, "-") {
		return examinerFamily
	}
	return id[:1]
}

// catalogue lists all rules from their tables.
func catalogue() []ruleEntry {
	var out []ruleEntry
	for _, rules := range [][]metro2.RuleInfo{metro2.Rules(), metro2.ExaminerRules()} {
		for _, r := range rules {
			family := families[ruleFamily(r.ID)]
			out = append(out, ruleEntry{
				r.ID, ruleFamily(r.ID), r.Severity.String(), r.Segment, r.Field, r.Sentence, family.matters, family.source,
			})
		}
	}
	return out
}

// ruleChoice says which rules are wanted; the nil one wants all.
type ruleChoice func(id string) bool

func (c ruleChoice) has(id string) bool { return c == nil || c(id) }

// chooseRules reads a list of ids and families, "B12,X,-B07": those without a minus are wanted, or all when
// each has one; those with one are not.
func chooseRules(list string) (ruleChoice, error) {
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	known := map[string]bool{}
	for _, r := range catalogue() {
		known[r.ID], known[r.Family] = true, true
	}
	only, not := map[string]bool{}, map[string]bool{}
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		set := only
		if rest, minus := strings.CutPrefix(name, "-"); minus {
			name, set = rest, not
		}
		if !known[name] {
			return nil, &ending{err: errNoRule(name), code: exitUsage, hint: hintRules}
		}
		set[name] = true
	}
	return func(id string) bool {
		family := ruleFamily(id)
		return (len(only) == 0 || only[id] || only[family]) && !not[id] && (!not[family] || only[id])
	}, nil
}

func (a *app) rulesCommand() *cobra.Command {
	var asJSON, asMarkdown bool
	c := &cobra.Command{
		Use: "rules", Short: shortRules, Args: cobra.NoArgs,
		RunE: a.does(func(context.Context, []string) error {
			rules := catalogue()
			switch {
			case asJSON && asMarkdown:
				return &ending{err: errOneFormat, code: exitUsage, hint: hintHelp("furnisher metro2 rules")}
			case asJSON:
				return printJSON(a.stdout, rules)
			case asMarkdown:
				return markdownRules(a.stdout, rules)
			}
			rows := make([][]any, len(rules))
			for i, r := range rules {
				rows[i] = []any{r.ID, r.Family, r.Severity, ruleField(r), r.Sentence}
			}
			return printTable(a.stdout, headRules, rows)
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, flagJSON)
	c.Flags().BoolVar(&asMarkdown, "markdown", false, flagMarkdown)
	return c
}

func ruleField(r ruleEntry) string {
	switch {
	case r.Segment == "":
		return dash(r.Field)
	case r.Field == "":
		return r.Segment
	}
	return r.Segment + "." + r.Field
}

// markdownRules writes a section for each family.
func markdownRules(w io.Writer, rules []ruleEntry) error {
	written := map[string]bool{}
	for _, first := range rules {
		if written[first.Family] {
			continue
		}
		written[first.Family] = true
		var rows [][]any
		for _, r := range rules {
			if r.Family == first.Family {
				rows = append(rows, []any{r.ID, r.Severity, ruleField(r), r.Sentence})
			}
		}
		f := families[first.Family]
		if _, err := fmt.Fprintf(w, textFamily, first.Family, f.title, f.matters, f.source); err != nil {
			return err
		}
		if err := markdownTable(w, headRulesMarkdown, rows); err != nil {
			return err
		}
	}
	return nil
}

// markdownTable writes a table; a bar in a cell would end it.
func markdownTable(w io.Writer, heading []string, rows [][]any) error {
	line := func(cells []string) error {
		_, err := fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
		return err
	}
	if err := line(heading); err != nil {
		return err
	}
	if err := line(strings.Split(strings.Repeat("---,", len(heading)-1)+"---", ",")); err != nil {
		return err
	}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = strings.ReplaceAll(fmt.Sprint(cell), "|", `\|`)
		}
		if err := line(cells); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

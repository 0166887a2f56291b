package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

// ruleEntry is a row of the catalogue.
type ruleEntry struct {
	ID       string   `json:"rule"`
	Family   string   `json:"family"`
	Severity string   `json:"severity"`
	Segment  string   `json:"segment"` // layout name, "record" or "file"; "" for all
	Field    string   `json:"field"`   // that a finding shows, "" when no single field is meant
	Sentence string   `json:"sentence"`
	Fields   []string `json:"fields"`   // that decide
	Matters  string   `json:"matters"`  // why it matters
	Source   string   `json:"source"`   // where it comes from
	Also     []string `json:"also"`     // rules that report the same defect
	Doubtful bool     `json:"doubtful"` // contradicts the definitions of the fields; off unless asked for by its id
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
			out = append(out, ruleEntry{
				ID: r.ID, Family: ruleFamily(r.ID), Severity: r.Severity.String(), Segment: r.Segment, Field: r.Field,
				Sentence: r.Sentence, Fields: strings.Fields(r.Fields), Matters: r.Why, Source: r.Source,
				Also: append([]string{}, r.Also...), Doubtful: r.Doubtful(),
			})
		}
	}
	return out
}

// ruleChoice says which rules are wanted; the nil one wants all.
type ruleChoice func(id string) bool

func (c ruleChoice) has(id string) bool { return c == nil || c(id) }

// chooseRules reads a list of ids and families, "B12,X,-B07": those without a minus are wanted, or all when
// each has one; those with one are not. The id of an examiner's check may have its family before it,
// "E:Status-APD-1".
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
		name = checkName(name)
		if !known[name] {
			return nil, &ending{err: fmt.Errorf("there is no rule or family %q", name), code: exitUsage, hint: "furnisher metro2 rules"}
		}
		set[name] = true
	}
	return func(id string) bool {
		family := ruleFamily(id)
		return (len(only) == 0 || only[id] || only[family]) && !not[id] && (!not[family] || only[id])
	}, nil
}

// checkName strips the family from the id of an examiner's check.
func checkName(name string) string {
	id, _ := strings.CutPrefix(name, examinerFamily+":")
	if strings.Contains(id, "-") {
		return id
	}
	return name
}

// families tell what the rules of a family are about.
var families = map[string]string{
	"F": "form",
	"B": "base segment",
	"J": "associated consumers",
	"K": "creditor, sale, mortgage, special payment",
	"L": "change of numbers",
	"T": "trailer",
	"X": "across records and files",
	"H": "what an examiner would ask; a finding proves no fault",
	"E": "checks under the ids of the examiner's tool; a finding proves no fault",
}

// What heads the two tables of the catalogue.
var (
	headRules   = []string{"rule", "severity", "field", "sentence"}
	headReasons = []string{"rule", "why it matters", "fields that decide", "source"}
)

func (a *app) rulesCommand() *cobra.Command {
	var asJSON, asMarkdown bool
	c := &cobra.Command{
		Use: "rules", Short: "list the rules that Metro 2 files are checked by", Args: cobra.NoArgs,
		Long: `Lists the rules, then why each matters, the fields that decide, and its source. A finding shows the one field that is
named. A doubtful check contradicts the definitions of the fields and hits correct records; it is applied only if --rules
of furnisher metro2 validate names its id.`,
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
			return errors.Join(
				printTable(a.stdout, headRules, ruleRows(rules)),
				printTitled(a.stdout, "why", headReasons, reasonRows(rules)),
			)
		}),
	}
	jsonFlag(c, &asJSON)
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

func ruleRows(rules []ruleEntry) [][]any {
	rows := make([][]any, len(rules))
	for i, r := range rules {
		severity := r.Severity
		if r.Doubtful {
			severity += ", doubtful"
		}
		rows[i] = []any{r.ID, severity, ruleField(r), r.Sentence}
	}
	return rows
}

// reasonRows says once for each rule what all its rows have in common.
func reasonRows(rules []ruleEntry) [][]any {
	var rows [][]any
	said := map[string]bool{}
	for _, r := range rules {
		if said[r.ID] {
			continue
		}
		said[r.ID] = true
		rows = append(rows, []any{r.ID, r.Matters, dash(strings.Join(r.Fields, ", ")), r.Source})
	}
	return rows
}

// markdownRules writes a section for each family.
func markdownRules(w io.Writer, rules []ruleEntry) error {
	byFamily := map[string][]ruleEntry{}
	var order []string
	for _, r := range rules {
		if byFamily[r.Family] == nil {
			order = append(order, r.Family)
		}
		byFamily[r.Family] = append(byFamily[r.Family], r)
	}
	for _, family := range order {
		if _, err := fmt.Fprintf(w, "## %s: %s\n\n", family, families[family]); err != nil {
			return err
		}
		if err := errors.Join(
			markdownTable(w, headRules, ruleRows(byFamily[family])),
			markdownTable(w, headReasons, reasonRows(byFamily[family])),
		); err != nil {
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

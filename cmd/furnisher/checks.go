package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// checkEntry is one check of the catalogue, as it is printed.
type checkEntry struct {
	ID       string   `json:"check"`
	Rule     string   `json:"rule"` // that a finding shows
	Family   string   `json:"family"`
	Layer    string   `json:"layer"`
	Severity string   `json:"severity"`
	Doubtful bool     `json:"doubtful"` // off unless asked for by its rule
	Field    string   `json:"field"`    // that a finding shows; "" when no single field is meant
	Number   string   `json:"field_number"`
	Name     string   `json:"field_name"`
	Sentence string   `json:"sentence"`
	Fields   []string `json:"fields"`     // that decide
	Matters  string   `json:"matters"`    // why it matters
	Source   string   `json:"source"`     // where it comes from
	Also     []string `json:"also"`       // rules that report the same defect
	Remedy   string   `json:"what_to_do"` // about a finding
	Test     string   `json:"test"`       // that breaks it, and comes close
}

// allChecks lists every check of the program, made from the tables by which it checks.
func allChecks() []checkEntry {
	var out []checkEntry
	for _, c := range metro2.Checks() {
		field := ""
		if c.Name != "" {
			field = c.Segment + "." + c.Field
		}
		out = append(out, checkEntry{
			ID: c.ID, Rule: c.RuleInfo.ID, Family: ruleFamily(c.RuleInfo.ID), Layer: string(c.Layer), Severity: c.Severity.String(),
			Doubtful: c.Doubtful(), Field: field, Number: c.Number, Name: c.Name, Sentence: c.Sentence,
			Fields: strings.Fields(c.Fields), Matters: c.Why, Source: c.Source, Also: append([]string{}, c.Also...),
			Remedy: c.Remedy, Test: "metro2: TestChecks/" + c.ID,
		})
	}
	for _, v := range rules.Violations() {
		out = append(out, checkEntry{
			ID: v.ID, Rule: v.ID, Family: violationFamily, Layer: layerBook, Severity: strings.ToLower(string(v.Harm)), Sentence: v.Sentence,
			Fields: []string{}, Matters: "Regulators, or people who looked through real books, found it in what was furnished.", Source: v.Source,
			Also: []string{}, Remedy: v.Do, Test: "step: TestPreflightFindsFaults, which puts one fault of each into a book",
		})
	}
	return out
}

// violationFamily is the family of the rules of pre-flight, and layerBook is what they look at: the book beside the file.
const (
	violationFamily = "V"
	layerBook       = "book"
)

// checkFilter says which checks are wanted; what is empty asks nothing.
type checkFilter struct{ family, severity, layer string }

// choices are the values that a filter may ask for.
func (f *checkFilter) choices(all []checkEntry) error {
	for _, flag := range []struct {
		name, value string
		of          func(checkEntry) string
	}{
		{"family", f.family, func(c checkEntry) string { return c.Family }},
		{"severity", f.severity, func(c checkEntry) string { return c.Severity }},
		{"layer", f.layer, func(c checkEntry) string { return c.Layer }},
	} {
		var known []string
		for _, c := range all {
			if !slices.Contains(known, flag.of(c)) {
				known = append(known, flag.of(c))
			}
		}
		if flag.value != "" && !slices.Contains(known, flag.value) {
			return &ending{
				err:  fmt.Errorf("--%s %q: must be one of %s", flag.name, flag.value, strings.Join(known, ", ")),
				code: exitUsage, hint: hintHelp("furnisher checks"),
			}
		}
	}
	return nil
}

func (f *checkFilter) wants(c checkEntry) bool {
	return (f.family == "" || f.family == c.Family) && (f.severity == "" || f.severity == c.Severity) && (f.layer == "" || f.layer == c.Layer)
}

func (a *app) checksCommand() *cobra.Command {
	var asJSON bool
	var filter checkFilter
	c := &cobra.Command{
		Use: "checks", Short: "list every check of files and book, with its source and its test", Args: cobra.NoArgs,
		Long: `Lists every check once. A check is one condition about one field; a rule that asks several is several checks. The list is
made from the tables by which files are read and checked, and each check has a test under its id. Layers: form (the bytes
of a record), record (its values), file (header, order, duplicates, trailer), history (beside the last record of the
account), book (what furnisher preflight asks of ledger, cases and files, graded by the harm to the consumer). Checks under the ids of the examiner's tool (family E) ask again what a rule of family H asks with the
exceptions that the format makes.`,
		RunE: a.does(func(context.Context, []string) error {
			all := allChecks()
			if err := filter.choices(all); err != nil {
				return err
			}
			wanted := slices.DeleteFunc(slices.Clone(all), func(c checkEntry) bool { return !filter.wants(c) })
			if asJSON {
				return printJSON(a.stdout, wanted)
			}
			return printChecks(a.stdout, wanted)
		}),
	}
	jsonFlag(c, &asJSON)
	c.Flags().StringVar(&filter.family, "family", "", "only those of a family, for example B or E")
	c.Flags().StringVar(&filter.severity, "severity", "", "only error or warning; of pre-flight: grave, serious or slight")
	c.Flags().StringVar(&filter.layer, "layer", "", "only those of a layer: form, record, file, history or book")
	c.AddCommand(a.showCheckCommand())
	return c
}

func (a *app) showCheckCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show CHECK", Short: "show a check: why it matters, where it comes from, what to do", Args: cobra.ExactArgs(1),
		Long: `Shows one check, or every check of a rule. furnisher checks lists the ids.`,
		RunE: a.does(func(_ context.Context, args []string) error {
			var wanted []checkEntry
			for _, c := range allChecks() {
				if strings.EqualFold(c.ID, args[0]) || strings.EqualFold(c.Rule, checkName(args[0])) {
					wanted = append(wanted, c)
				}
			}
			switch {
			case len(wanted) == 0:
				return &ending{err: fmt.Errorf("there is no check %q", args[0]), code: exitUsage, hint: "furnisher checks"}
			case asJSON:
				return printJSON(a.stdout, wanted)
			}
			var err error
			for i, c := range wanted {
				if i > 0 {
					_, err = fmt.Fprintln(a.stdout)
				}
				err = errors.Join(err, printCheck(a.stdout, c))
			}
			return err
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

// printChecks prints a list and how many there are of each layer.
func printChecks(w io.Writer, checks []checkEntry) error {
	var layers []string
	counts, repeated := map[string]int{}, 0
	rows := make([][]any, len(checks))
	for i, c := range checks {
		rows[i] = []any{c.ID, c.graded(), c.Layer, dash(c.Field), c.Sentence}
		if counts[c.Layer] == 0 {
			layers = append(layers, c.Layer)
		}
		counts[c.Layer]++
		if len(c.Also) > 0 {
			repeated++
		}
	}
	if err := printTable(w, []string{"check", "severity", "layer", "field", "sentence"}, rows); err != nil {
		return err
	}
	for i, layer := range layers {
		layers[i] = fmt.Sprintf("%s %d", layer, counts[layer])
	}
	_, err := fmt.Fprintf(w, "%d checks: %s. %d name a rule that reports the same defect.\n", len(checks), strings.Join(layers, ", "), repeated)
	return err
}

func (c *checkEntry) graded() string {
	if c.Doubtful {
		return c.Severity + ", doubtful"
	}
	return c.Severity
}

func printCheck(w io.Writer, c checkEntry) error {
	field := dash(c.Field)
	if c.Number != "" {
		field = fmt.Sprintf("%s (%s, %s)", c.Field, c.Number, c.Name)
	}
	var err error
	for _, line := range [][2]string{
		{c.ID, c.Sentence},
		{"  severity", c.graded()},
		{"  layer", c.Layer},
		{"  rule", c.Rule},
		{"  field", field},
		{"  goes by", dash(strings.Join(c.Fields, ", "))},
		{"  why", c.Matters},
		{"  what to do", c.Remedy},
		{"  source", c.Source},
		{"  also", dash(strings.Join(c.Also, ", "))},
		{"  test", c.Test},
	} {
		_, failed := fmt.Fprintf(w, "%-13s %s\n", line[0], line[1])
		err = errors.Join(err, failed)
	}
	return err
}

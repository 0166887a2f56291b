package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/metro2"
)

// finding is a finding of `metro2 validate --json`. Account is masked; "" for a record without one.
type finding struct {
	File     string `json:"file"`
	Record   int    `json:"record"`
	Account  string `json:"account"`
	Segment  string `json:"segment"`
	Field    string `json:"field"`
	Position int    `json:"position"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
}

func findingOf(file, account string, f *metro2.Finding) finding {
	return finding{
		file, f.Record, account, segmentName(f.Segment, f.Index), f.Field, f.Position, f.Rule, f.Severity.String(), f.Message,
	}
}

// validation holds the settings of `metro2 validate`.
type validation struct {
	asJSON, asCSV bool
	rules, failOn string
	wanted        ruleChoice
	strict        bool // warnings fail, too
	all           bool // print every finding, not one example of each check
	profiles      []string
	profile       *profile
}

func (a *app) validateCommand() *cobra.Command {
	var v validation
	c := &cobra.Command{
		Use: "validate FILE...", Short: "check Metro 2 files", Args: cobra.MinimumNArgs(1),
		Long: `Prints one example of each check with the number of its findings, those of the most findings first, then a summary; --all,
--json and --csv print every finding. "-" reads standard input; gzip is unpacked. The exit status is 6 if there are errors, or
with --fail-on warning also if there are warnings.

--profile leaves out what is expected of a file, and says at the end how much that was: deidentified for masked or invented
people, foreign for files that were cut or passed on by hand, or a file of tables that give a reason for each id, as
furnisher checks lists them, or for each field:

  [leave_out]
  "F02.no-trailer" = "the file was cut"
  [leave_out_fields]
  "base.ssn" = "numbers are masked"
  [lower]
  "F01.differs" = "the line is read, whatever its descriptor word says"

A rule stands for all its checks. What is lowered is a warning. Several profiles add up.

Several files are taken as the months of one furnisher and compared with each other, in the order of the dates in their
headers, or in the order given if one is standard input or has no such date.

--rules takes ids (B12) and families (B, or E for the examiner's checks), separated by commas. A minus leaves one out:
--rules B,X01 checks only these, --rules -E all but the examiner's. furnisher metro2 rules lists them. A finding that says
"also" names another rule that reports the same defect.

In CSV an apostrophe precedes a cell that a spreadsheet would take for a formula.`,
		RunE: a.does(func(ctx context.Context, args []string) (err error) {
			if v.asJSON && v.asCSV {
				return &ending{err: errOneFormat, code: exitUsage, hint: hintHelp("furnisher metro2 validate")}
			}
			if v.strict = v.failOn == "warning"; !v.strict && v.failOn != "error" {
				return badFlag("validate", "fail-on", v.failOn, "error, warning")
			}
			if v.wanted, err = chooseRules(v.rules); err != nil {
				return err
			}
			v.wanted = v.wanted.withoutDoubtful(v.rules)
			if v.profile, err = readProfiles(v.profiles); err != nil {
				return err
			}
			return a.validateAll(ctx, args, &v)
		}),
	}
	jsonFlag(c, &v.asJSON)
	c.Flags().BoolVar(&v.asCSV, "csv", false, "print CSV")
	c.Flags().BoolVar(&v.all, "all", false, "print every finding, not one example of each check")
	c.Flags().StringArrayVar(&v.profiles, "profile", nil, "leave out what is expected: deidentified, foreign or a file; may be repeated")
	c.Flags().StringVar(&v.rules, "rules", "", "check by these rules only, for example B12,X or -E")
	c.Flags().StringVar(&v.failOn, "fail-on", "error", "severity that makes the exit status 6: error or warning")
	return c
}

// withoutDoubtful leaves out the checks that contradict the field definitions, but for those that the list of
// rules names by their ids: a family does not bring them in.
func (c ruleChoice) withoutDoubtful(list string) ruleChoice {
	named := map[string]bool{}
	for id := range strings.SplitSeq(list, ",") {
		named[checkName(strings.TrimSpace(id))] = true
	}
	not := map[string]bool{}
	for _, r := range metro2.ExaminerRules() {
		not[r.ID] = r.Doubtful() && !named[r.ID]
	}
	return func(id string) bool { return !not[id] && c.has(id) }
}

// validateAll checks the files as those of one furnisher, month by month.
func (a *app) validateAll(ctx context.Context, names []string, v *validation) error {
	names, err := a.byMonth(ctx, names)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(a.stdout, 1<<16)
	out := newFindingWriter(w, v)
	checker := metro2.NewValidator(metro2.CheckEnv{Doubtful: v.rules != ""})
	checker.Examiner, checker.History = true, len(names) > 1
	for i, name := range names {
		if i > 0 {
			checker.NextFile()
		}
		err := a.readMetro2(ctx, name, func(r io.Reader) error {
			s, err := validateOne(r, checker, func(account string, f *metro2.Finding) { out.add(name, account, f) })
			out.records += s.Records
			return err
		})
		if err != nil {
			out.printGroups()
			out.close()
			return errors.Join(err, out.err, w.Flush())
		}
		out.files++
	}
	out.printGroups()
	out.sum()
	out.close()
	if err := errors.Join(out.err, w.Flush()); err != nil {
		return err
	}
	switch {
	case out.errors > 0:
		return &ending{err: fmt.Errorf("errors found: %d", out.errors), code: exitInvalid, hint: "furnisher metro2 explain FILE --record N shows a record with its findings"}
	case v.strict && out.warnings > 0:
		return &ending{err: fmt.Errorf("warnings found: %d", out.warnings), code: exitInvalid, hint: "furnisher metro2 explain FILE --record N shows a record with its findings"}
	}
	return nil
}

// byMonth puts files in the order of the most recent updates that their headers name. The order stays as it is
// where one of them cannot be read twice or names none.
func (a *app) byMonth(ctx context.Context, names []string) ([]string, error) {
	if len(names) < 2 || slices.ContainsFunc(names, readOnce) {
		return names, nil
	}
	months := map[string]metro2.Date{}
	for _, name := range names {
		err := a.readMetro2(ctx, name, func(r io.Reader) error {
			first, err := metro2.NewReader(r).Next()
			if err == nil && first.Kind == metro2.KindHeader {
				months[name] = first.Header.ActivityDate
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if !months[name].Valid() {
			return names, nil
		}
	}
	return slices.SortedStableFunc(slices.Values(names), func(x, y string) int { return cmp.Compare(months[x], months[y]) }), nil
}

// readOnce reports whether an input can be read only once, as standard input and pipes can.
func readOnce(name string) bool {
	info, err := os.Stat(name)
	return name == "-" || err == nil && !info.Mode().IsRegular()
}

// newValidator returns one that checks a single file by all rules but the doubtful ones.
func newValidator() *metro2.Validator {
	v := metro2.NewValidator(metro2.CheckEnv{})
	v.Examiner = true
	return v
}

// validateOne passes on each finding of a file with the masked account number of its record.
func validateOne(r io.Reader, v *metro2.Validator, each func(account string, f *metro2.Finding)) (metro2.Summary, error) {
	reader := metro2.NewReader(r)
	var findings []metro2.Finding
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return v.Summary(), err
		}
		findings = v.Check(item, findings[:0])
		if len(findings) == 0 {
			continue
		}
		account := ""
		if item.Kind == metro2.KindData {
			account = masked(item.Record.Base.AccountNumber)
		}
		for i := range findings {
			each(account, &findings[i])
		}
	}
	findings = v.Finish(findings[:0])
	for i := range findings {
		each("", &findings[i])
	}
	return v.Summary(), nil
}

// findingWriter counts the wanted findings and prints them: each as it comes, because a broken file has as many as it
// has bytes, or at the end one example of each check, which are as many as the catalogue has. Its first error sticks.
type findingWriter struct {
	*validation
	w        io.Writer
	csv      *csv.Writer
	examiner map[string]int // hits of each wanted check of an examiner
	groups   map[string]*findingGroup
	leftOut  map[string]int // by check

	files, records, errors, warnings int
	err                              error
}

// findingGroup is what was found by one check.
type findingGroup struct {
	check    string
	severity metro2.Severity
	example  string // a line about the first one
	findings int
	files    int
	last     string // file of the last one
}

func newFindingWriter(w io.Writer, v *validation) *findingWriter {
	o := &findingWriter{validation: v, w: w, examiner: map[string]int{}, groups: map[string]*findingGroup{}, leftOut: map[string]int{}}
	for _, r := range metro2.ExaminerRules() {
		if v.wanted.has(r.ID) {
			o.examiner[r.ID] = 0
		}
	}
	switch {
	case v.asJSON:
		o.printf(`{"findings":[`)
	case v.asCSV:
		o.csv = csv.NewWriter(w)
		o.keep(o.csv.Write([]string{"file", "record", "account", "segment", "field", "position", "rule", "severity", "message"}))
	}
	return o
}

func (o *findingWriter) keep(err error) {
	if o.err == nil {
		o.err = err
	}
}

func (o *findingWriter) printf(format string, args ...any) {
	if o.err == nil {
		_, o.err = fmt.Fprintf(o.w, format, args...)
	}
}

func (o *findingWriter) add(file, account string, raw *metro2.Finding) {
	if !o.wanted.has(raw.Rule) {
		return
	}
	check, found := "", *raw
	grouped := !o.asCSV && !o.asJSON && !o.all
	if grouped || o.profile != nil {
		check = found.Check()
		if o.profile.leavesOut(check, raw) {
			o.leftOut[check]++
			return
		}
		found.Severity = o.profile.graded(check, raw)
	}
	if found.Severity == metro2.Error {
		o.errors++
	} else {
		o.warnings++
	}
	if n, known := o.examiner[found.Rule]; known {
		o.examiner[found.Rule] = n + 1
	}
	if grouped {
		o.group(file, account, check, &found)
		return
	}
	o.print(findingOf(file, account, &found), &found)
}

// group counts a finding with the others of its check.
func (o *findingWriter) group(file, account, check string, found *metro2.Finding) {
	g := o.groups[check]
	if g == nil {
		g = &findingGroup{check: check, severity: found.Severity, example: findingOf(file, account, found).line(found)}
		o.groups[check] = g
	}
	g.findings++
	if g.files == 0 || g.last != file {
		g.files++
		g.last = file
	}
}

// printGroups prints the examples: errors first, and those of the most findings.
func (o *findingWriter) printGroups() {
	groups := slices.SortedFunc(maps.Values(o.groups), func(x, y *findingGroup) int {
		return cmp.Or(cmp.Compare(y.severity, x.severity), cmp.Compare(y.findings, x.findings), cmp.Compare(x.check, y.check))
	})
	for _, g := range groups {
		o.printf("%s\n    %s in %s by check %s\n", g.example, counted(g.findings, "finding"), counted(g.files, "file"), g.check)
	}
}

// counted is "1 file", "2 files".
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// line is a finding as people read it.
func (f finding) line(found *metro2.Finding) string {
	return fmt.Sprintf("%s: record %d, account %s: %s position %d: %s %s: %s", f.File, f.Record, dash(f.Account), place(found), f.Position, f.Severity, f.Rule, f.Message)
}

func (o *findingWriter) print(f finding, found *metro2.Finding) {
	switch {
	case o.asCSV:
		o.keep(o.csv.Write(csvCells(
			f.File, strconv.Itoa(f.Record), f.Account, f.Segment, f.Field, strconv.Itoa(f.Position), f.Rule, f.Severity, f.Message,
		)))
	case o.asJSON:
		text, err := json.Marshal(f)
		o.keep(err)
		if o.errors+o.warnings > 1 {
			o.printf(",")
		}
		o.printf("\n%s", text)
	default:
		o.printf("%s\n", f.line(found))
	}
}

// csvCells are the cells of a line of CSV, none of which is a formula.
func csvCells(cells ...string) []string { return inquiry.NoFormula(cells...) }

// sum prints the summary of all files.
func (o *findingWriter) sum() {
	if o.asCSV || o.asJSON {
		return
	}
	for _, r := range metro2.ExaminerRules() {
		if n := o.examiner[r.ID]; n > 0 && o.all {
			o.printf("examiner check %s: %d\n", r.ID, n)
		}
	}
	for _, check := range slices.Sorted(maps.Keys(o.leftOut)) {
		o.printf("left out: %s by check %s\n", counted(o.leftOut[check], "finding"), check)
	}
	o.printf("files %d, records %d, errors %d, warnings %d\n", o.files, o.records, o.errors, o.warnings)
}

// close ends the document, even if the work stopped early, so that it is well formed.
func (o *findingWriter) close() {
	switch {
	case o.asCSV:
		o.csv.Flush()
		o.keep(o.csv.Error())
	case o.asJSON:
		hits, err := json.Marshal(o.examiner)
		o.keep(err)
		o.printf("],\n\"examiner\":%s,", hits)
		if o.profile != nil {
			left, err := json.Marshal(o.leftOut)
			o.keep(err)
			o.printf("\n\"left_out\":%s,", left)
		}
		o.printf("\n\"files\":%d,\"errors\":%d,\"warnings\":%d}\n", o.files, o.errors, o.warnings)
	}
}

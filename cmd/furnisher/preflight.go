package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// driftLimits are the limits of drift out of the box, changed by FURNISHER_DRIFT.
func (a *app) driftLimits() (rules.DriftLimits, error) {
	limits := rules.DefaultDriftLimits()
	for _, setting := range words(a.getenv("FURNISHER_DRIFT")) {
		if err := limits.Set(setting); err != nil {
			return limits, &ending{err: fmt.Errorf("FURNISHER_DRIFT: %w", err), code: exitUsage, hint: hintHelp("furnisher preflight")}
		}
	}
	return limits, nil
}

func (a *app) preflightCommand() *cobra.Command {
	var asJSON, list bool
	c := &cobra.Command{
		Use: "preflight [FILE]", Short: "look for what regulators fined, before a file is released", Args: cobra.MaximumNArgs(1),
		Long: `Looks at a file, or at all that are GENERATED, beside the book as it reads now, the cases, the corrections and the files before: by
each of the rules that --rules lists, with the case and the law that each comes from. What is found is kept: the same finding in the
next file is one finding seen again, with an owner, a due date and for how many months it has been known. furnisher findings lists
them. The same look again changes nothing; what it does not find any more is FIXED.

Every furnisher files release looks first, and is refused while a GRAVE finding is open. Drift (V23) is measured by the last three
files of the destination; its limits are FURNISHER_DRIFT, a list such as "records=20 balance=20 past-due=50 status=5 moves=5 filled=15
least=40": percent, points, and the least number of records. off takes them away.

Exit status 0: nothing is open; 3: something is; 6: something grave is, and the file will not be released.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if list {
				return a.listViolations(asJSON)
			}
			return a.withDatabase(ctx, func(db *database.Database) error { return a.preflight(ctx, db, args, asJSON) })
		}),
	}
	c.Flags().BoolVar(&list, "rules", false, "list the rules, and look at nothing")
	jsonFlag(c, &asJSON)
	return c
}

// listViolations lists the rules of pre-flight.
func (a *app) listViolations(asJSON bool) error {
	if asJSON {
		return printJSON(a.stdout, rules.Violations())
	}
	var rows [][]any
	for _, v := range rules.Violations() {
		rows = append(rows, []any{v.ID, v.Harm, v.Sentence, v.Source, v.Do})
	}
	return printTable(a.stdout, []string{"rule", "harm", "what was wrong", "where from", "what to do"}, rows)
}

func (a *app) preflight(ctx context.Context, d *database.Database, args []string, asJSON bool) error {
	limits, err := a.driftLimits()
	if err != nil {
		return err
	}
	look := bureau.Preflight{Limits: limits, Who: a.who(), Now: a.now()}
	if look.Vault, err = a.vault(ctx, d); err != nil {
		return err
	}
	var files []int64
	if len(args) > 0 {
		file, err := fileNumber(ctx, d.DB, args[0])
		if err != nil {
			return err
		}
		files = []int64{file}
	} else if files, err = bureau.GeneratedFiles(ctx, d.DB); err != nil {
		return err
	}
	summaries, failed := look.Run(ctx, d.DB, files...)
	if failed != nil && len(summaries) == 0 {
		return failed
	}
	if asJSON {
		err = printJSON(a.stdout, map[string]any{"files": append([]*bureau.PreflightSummary{}, summaries...)})
	} else {
		err = a.printPreflight(summaries)
	}
	if failed != nil { // of the files that were looked at all is kept, and was told
		return errors.Join(failed, err)
	}
	return errors.Join(err, preflightEnd(summaries))
}

func (a *app) printPreflight(summaries []*bureau.PreflightSummary) error {
	if len(summaries) == 0 {
		return a.say("no file waits for its release\n")
	}
	for _, s := range summaries {
		if err := a.say("file %d  program %s  as of %s  accounts %d\n", s.File, s.Program, s.AsOf, s.Accounts); err != nil {
			return err
		}
		if len(s.Rules) == 0 {
			if err := a.say("nothing was found\n"); err != nil {
				return err
			}
			continue
		}
		rows := make([][]any, len(s.Rules))
		for i, r := range s.Rules {
			rows[i] = []any{r.Rule, r.Harm, r.Found, r.Open, r.Example}
		}
		if err := printTable(a.stdout, []string{"rule", "harm", ">found", ">open", "for example"}, rows); err != nil {
			return err
		}
		if s.More > 0 {
			a.tell(labelNote, fmt.Sprintf("%d more findings of file %d are not kept", s.More, s.File))
		}
	}
	return nil
}

// preflightEnd is the end of a look that found something.
func preflightEnd(summaries []*bureau.PreflightSummary) error {
	var grave, open int64
	var last int64
	for _, s := range summaries {
		n := s.Open(rules.Grave)
		grave, open = grave+n, open+n+s.Open(rules.Serious)+s.Open(rules.Slight)
		if open > 0 && (n > 0 || last == 0) {
			last = s.File
		}
	}
	hint := fmt.Sprintf("furnisher findings --open --file %d", last)
	switch {
	case grave > 0:
		return &ending{err: fmt.Errorf("open grave findings: %d; a file with one is not released", grave), code: exitInvalid, hint: hint}
	case open > 0:
		return &ending{err: fmt.Errorf("open findings: %d", open), code: exitExceptions, hint: hint}
	}
	return nil
}

func (a *app) findingsCommand() *cobra.Command {
	var p pageFlags
	var of inquiry.FindingsOf
	var asJSON bool
	c := &cobra.Command{
		Use: "findings", Short: "list what was found in files before their release, and what people do about it", Args: cobra.NoArgs,
		Long: `Lists the findings of furnisher preflight in the order in which they were first seen: in how many files and months each was seen,
its owner, its due date and its state. OPEN: a person must see to it. ACCEPTED: a supervisor takes it as it is in its last file; a
later file that has it asks again. FIXED: a later look did not find it any more, or a person has put it right.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Finding]{
					name: "findings", command: findingsCommand(of),
					heading: []string{">finding", "rule", "harm", "program", "loan", "state", ">months", "first seen", ">last file", "owner", "due", "says", "because"},
					row:     findingRow,
					read:    func(p inquiry.Page) (inquiry.List[inquiry.Finding], error) { return inquiry.Findings(ctx, db, of, p) },
				}, p, asJSON)
			})
		}),
	}
	c.Flags().BoolVar(&of.Open, "open", false, "list only those that are neither accepted nor fixed")
	numberFlag(c.Flags(), &of.File, "file", 1, 0, "list only those that this file has, by its number")
	c.Flags().StringVar(&of.Rule, "rule", "", "list only those by this rule")
	c.Flags().StringVar(&of.Owner, "owner", "", "list only those of this person")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	c.AddCommand(a.findingAcceptCommand(), a.findingAssignCommand(), a.findingResolveCommand())
	return c
}

// findingsCommand is the command that lists the same findings.
func findingsCommand(of inquiry.FindingsOf) string {
	command := "furnisher findings"
	if of.Open {
		command += " --open"
	}
	if of.File != 0 {
		command += fmt.Sprintf(" --file %d", of.File)
	}
	if of.Rule != "" {
		command += " --rule " + shellWord(of.Rule)
	}
	if of.Owner != "" {
		command += " --owner " + shellWord(of.Owner)
	}
	return command
}

func findingRow(f *inquiry.Finding) []any {
	because := "-"
	switch {
	case f.State == "ACCEPTED" && f.AcceptedBy != nil && f.AcceptedWhy != nil:
		because = fmt.Sprintf("%s: %s", *f.AcceptedBy, *f.AcceptedWhy)
	case f.FixedBy != nil && f.FixedWhy != nil:
		because = fmt.Sprintf("%s: %s", *f.FixedBy, *f.FixedWhy)
	case f.FixedFile != nil:
		because = fmt.Sprintf("not found in file %d", *f.FixedFile)
	}
	return []any{
		f.Finding, f.Rule, f.Harm, f.Program, shown(f.LoanID), f.State, f.Months, f.FirstSeenOn, f.LastFile, shown(f.Owner), f.DueOn, f.Says, because,
	}
}

// whichFindings names findings by their numbers, or all open ones of a file by a rule.
type whichFindings struct {
	file int64
	rule string
}

func (w *whichFindings) flags(c *cobra.Command) {
	numberFlag(c.Flags(), &w.file, "file", 1, 0, "with --rule: all open findings of this file, by its number")
	c.Flags().StringVar(&w.rule, "rule", "", "with --file: by this rule")
}

// numbers are the findings that are meant.
func (w *whichFindings) numbers(ctx context.Context, db *sqlx.DB, args []string) ([]int64, error) {
	usage := func(err error) error { return &ending{err: err, code: exitUsage, hint: "furnisher findings --open"} }
	if (w.file != 0) != (w.rule != "") || (w.rule != "") == (len(args) > 0) {
		return nil, usage(errors.New("name findings by their numbers, or by --file and --rule"))
	}
	if w.rule != "" {
		numbers, err := bureau.OpenFindings(ctx, db, w.file, w.rule)
		if err == nil && len(numbers) == 0 {
			err = usage(fmt.Errorf("file %d has no open finding by %s", w.file, w.rule))
		}
		return numbers, err
	}
	numbers := make([]int64, len(args))
	for i, arg := range args {
		if _, err := fmt.Sscanf(arg, "%d", &numbers[i]); err != nil || fmt.Sprint(numbers[i]) != arg {
			return nil, usage(fmt.Errorf("%q is not the number of a finding", arg))
		}
	}
	return numbers, nil
}

// change changes findings and says so.
func (w *whichFindings) change(ctx context.Context, a *app, args []string, says string, change func(*sqlx.DB, []int64) error) error {
	return a.withDB(ctx, func(db *sqlx.DB) error {
		found, err := w.numbers(ctx, db, args)
		if err == nil {
			err = change(db, found)
		}
		if err != nil {
			return err
		}
		return a.say("findings %s: %s\n", says, numbers(found))
	})
}

func (a *app) findingAcceptCommand() *cobra.Command {
	var w whichFindings
	var why string
	c := &cobra.Command{
		Use: "accept FINDING… --why TEXT", Short: "accept findings as they are in their last file, with a reason",
		Long: `Accepts open findings, so that they do not keep their file from its release. It needs a supervisor, and with FURNISHER_FOUR_EYES
another person than those who made the file; furnisher acts lists it. A later file that has the finding asks again.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if strings.TrimSpace(why) == "" {
				return missingFlag("--why", "furnisher findings accept FINDING --why TEXT")
			}
			authority, err := a.authority()
			if err != nil {
				return err
			}
			return w.change(ctx, a, args, "accepted", func(db *sqlx.DB, found []int64) error {
				return bureau.AcceptFindings(ctx, db, found, a.who(), why, authority, a.now())
			})
		}),
	}
	w.flags(c)
	c.Flags().StringVar(&why, "why", "", "why the file may be released with them")
	return c
}

func (a *app) findingAssignCommand() *cobra.Command {
	var w whichFindings
	var owner, due string
	c := &cobra.Command{
		Use: "assign FINDING… --owner NAME", Short: "say who sees to findings, and until when",
		RunE: a.does(func(ctx context.Context, args []string) error {
			if owner == "" && due == "" {
				return missingFlag("--owner or --due", "furnisher findings assign FINDING --owner NAME")
			}
			var dueOn rules.Date
			if due != "" {
				var err error
				if dueOn, err = rules.ParseDate(due); err != nil {
					return &ending{err: fmt.Errorf("--due: %w", err), code: exitUsage, hint: hintHelp("furnisher findings assign")}
				}
			}
			return w.change(ctx, a, args, "assigned", func(db *sqlx.DB, found []int64) error {
				return bureau.AssignFindings(ctx, db, found, owner, dueOn)
			})
		}),
	}
	w.flags(c)
	c.Flags().StringVar(&owner, "owner", "", "person who sees to them")
	c.Flags().StringVar(&due, "due", "", "day until which, YYYY-MM-DD")
	return c
}

func (a *app) findingResolveCommand() *cobra.Command {
	var w whichFindings
	var why string
	c := &cobra.Command{
		Use: "resolve FINDING… --why TEXT", Short: "note that findings are put right",
		Long: `Notes that a person has put findings right. The next look opens again what it still finds: every release looks.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if strings.TrimSpace(why) == "" {
				return missingFlag("--why", "furnisher findings resolve FINDING --why TEXT")
			}
			return w.change(ctx, a, args, "resolved", func(db *sqlx.DB, found []int64) error {
				return bureau.ResolveFindings(ctx, db, found, a.who(), why)
			})
		}),
	}
	w.flags(c)
	c.Flags().StringVar(&why, "why", "", "what was put right")
	return c
}

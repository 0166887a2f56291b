package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/servicing"
)

func (a *app) bulkCommand() *cobra.Command {
	var o orderFlags
	var validate, verify, asCSV bool
	var maxBad boundFlag
	c := &cobra.Command{
		Use: "bulk FILE", Short: "do the operations of a CSV file, each row by itself", Args: cobra.ExactArgs(1),
		Long: `Does what the rows of a CSV file ask for, in their order, in three stages: each row is held against what its action takes (--validate
ends here); each one is done in a transaction of its own, with the checks, the row in the ledger and the result of the single command;
each is looked up in the ledger (--verify does only that). A row that is refused stops no other. A file with a bad row is not begun
unless --max-bad allows it. Interrupted, the same command does the rest: a key is done once, and the same file again changes nothing. A
dry run takes each row back before the next one, so rows that build on others are refused.

The header names the columns. Each row has an action, a key of its own (only a removal can do without) and the action's columns; why
and date may stand for --why and --date. Empty cells are not given; null takes a field of a case away; codes and copies hold several,
with blanks between. The actions and their columns:

` + bulkActionsText() + `
--csv prints what became of each row; it repeats nothing of a row but action and key.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			r := servicing.BulkRequest{Order: a.order(&o), Tolerates: maxBad.tolerates}
			switch {
			case validate && verify || asCSV && o.json:
				return &ending{err: errors.New("give one of --validate and --verify, and one of --csv and --json"), code: exitUsage, hint: hintHelp("furnisher bulk")}
			case validate:
				r.Stage = servicing.BulkValidate
			case verify:
				r.Stage = servicing.BulkVerify
			}
			return a.bulk(ctx, args[0], r, &o, asCSV)
		}),
	}
	f := c.Flags()
	f.BoolVar(&validate, "validate", false, "hold each row against what its action takes, and do nothing")
	f.BoolVar(&verify, "verify", false, "look each row up in the ledger, and do nothing")
	f.BoolVar(&asCSV, "csv", false, "print what became of each row")
	f.Var(&maxBad, "max-bad", "percentage of the rows that may be bad, and how many may be bad whatever their share")
	o.flags(c)
	f.Lookup("key").Hidden = true // the keys are those of the rows
	return c
}

// bulkActionsText lists the actions and their columns; those that are never empty first.
func bulkActionsText() string {
	var text strings.Builder
	for _, x := range servicing.BulkActions() {
		line := fmt.Sprintf("  %-20s", x.Name)
		for _, c := range x.Columns {
			if len(line)+len(c) > 125 {
				text.WriteString(line + "\n")
				line = strings.Repeat(" ", 22)
			}
			line += " " + c
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}

// tolerates reports whether so many bad rows are few enough.
func (b *boundFlag) tolerates(bad, rows int64) bool {
	return bad <= b.rows || float64(bad)*100 <= b.percent*float64(rows)
}

// bulk takes a file of operations through its stages and prints what came of it.
func (a *app) bulk(ctx context.Context, path string, r servicing.BulkRequest, o *orderFlags, asCSV bool) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return &ending{err: err, code: exitFailed, hint: "furnisher bulk FILE, a file of CSV"}
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.Join(err, &ending{err: fmt.Errorf("%q is not a file that can be read three times", path), code: exitUsage, hint: "furnisher bulk FILE, a file of CSV"})
	}
	r.File = file
	var report *csv.Writer
	if asCSV {
		report = csv.NewWriter(a.stdout)
		_ = report.Write([]string{"line", "action", "key", "outcome", "operation", "why"}) // its error sticks
		r.Report = func(row servicing.BulkRow) error {
			operation := ""
			if row.Operation != 0 {
				operation = strconv.FormatInt(row.Operation, 10)
			}
			return report.Write(csvCells(strconv.Itoa(row.Line), row.Action, row.Key, string(row.Outcome), operation, row.Why))
		}
	}
	var done *servicing.BulkSummary
	err = a.withDatabase(ctx, func(db *database.Database) error {
		desk := a.desk(db.DB)
		var err error
		if r.Stage == servicing.BulkWhole {
			if desk.Vault, err = a.vault(ctx, db); err != nil {
				return err
			}
		}
		if desk.Authority, err = a.authority(); err != nil {
			return err
		}
		done, err = desk.Bulk(ctx, r)
		return err
	})
	if report != nil {
		report.Flush()
		err = errors.Join(err, report.Error())
	} else if done != nil {
		err = errors.Join(err, a.printBulk(done, r.Stage, o))
	}
	return bulkEnd(done, r.Stage, err)
}

// bulkEnd is the exit status of a file of operations.
func bulkEnd(done *servicing.BulkSummary, stage servicing.BulkStage, err error) error {
	switch {
	case errors.Is(err, servicing.ErrBulkFile):
		return &ending{err: err, code: exitFailed, hint: "furnisher help bulk says what a file holds"}
	case errors.Is(err, servicing.ErrBulkRejected):
		return &ending{err: err, code: exitFailed, hint: "nothing was done; correct the rows, or allow them with --max-bad"}
	case errors.Is(err, servicing.ErrBulkMissing):
		return &ending{err: err, code: exitFailed, hint: "the database has lost them; give the same command again"}
	case errors.Is(err, servicing.ErrInvalid):
		return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher bulk")}
	case err != nil && done != nil:
		return &ending{err: err, hint: "give the same command again: what was done is not done twice"}
	case err != nil:
		return err
	case done.Missing > 0:
		return &ending{err: fmt.Errorf("rows that are not in the ledger: %d", done.Missing), code: exitExceptions, hint: "furnisher bulk FILE does them"}
	case done.Refused+done.Rejected > 0:
		hint := "correct the rows and give the same command again; the others are not done twice"
		if stage != servicing.BulkWhole {
			hint = "correct the rows"
		}
		return &ending{err: fmt.Errorf("rows refused: %d, rejected: %d", done.Refused, done.Rejected), code: exitExceptions, hint: hint}
	}
	return nil
}

// printBulk prints the first rows that a person must see, and the counts.
func (a *app) printBulk(done *servicing.BulkSummary, stage servicing.BulkStage, o *orderFlags) error {
	if o.json {
		return printJSON(a.stdout, done)
	}
	if a.settings.quiet {
		return nil
	}
	rows := make([][]any, min(len(done.Rows), shownRejects))
	for i, x := range done.Rows[:len(rows)] {
		rows[i] = []any{x.Line, dash(x.Action), dash(x.Key), x.Outcome, x.Why}
	}
	if len(rows) > 0 {
		if err := printTitled(a.stdout, "rows to look at", []string{">line", "action", "key", "outcome", "reason"}, rows); err != nil {
			return err
		}
		if more := len(done.Rows) - len(rows) + done.RowsNotListed; more > 0 {
			if err := a.say("and %d more; --csv lists all rows\n", more); err != nil {
				return err
			}
		}
	}
	switch {
	case stage == servicing.BulkValidate:
		return a.say("validated, nothing was done: rows %d, rejected %d\n", done.Read, done.Rejected)
	case stage == servicing.BulkVerify:
		return a.say("looked up, nothing was done: rows %d, in the ledger %d, missing %d, rejected %d\n", done.Read, done.Verified, done.Missing, done.Rejected)
	case done.DryRun:
		if err := a.say("dry run, nothing was changed: "); err != nil {
			return err
		}
	}
	return a.say("rows %d: done %d, done before %d, unchanged %d, refused %d, rejected %d; in the ledger %d\n",
		done.Read, done.Done, done.Repeated, done.Unchanged, done.Refused, done.Rejected, done.Verified)
}

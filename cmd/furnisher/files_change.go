package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
)

// fileMove holds the settings of a command that changes a file's state.
type fileMove struct {
	verb        string
	to          bureau.State
	why         string
	dryRun      bool
	acknowledge []string
}

func (a *app) fileChangeCommand(verb, short string, to bureau.State) *cobra.Command {
	m := fileMove{verb: verb, to: to}
	c := &cobra.Command{
		Use: verb + " FILE --why TEXT", Short: short, Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			if m.why == "" && !m.dryRun {
				return &ending{err: errors.New("--why is missing"), code: exitUsage, hint: fmt.Sprintf("furnisher files %s %s --why TEXT", verb, shellWord(args[0]))}
			}
			return a.withDatabase(ctx, func(db *database.Database) error { return a.moveFile(ctx, db, args[0], &m) })
		}),
	}
	c.Flags().StringVar(&m.why, "why", "", "reason for the change, for the ledger")
	c.Flags().BoolVar(&m.dryRun, "dry-run", false, "say what would change, and change nothing")
	if to == bureau.Released {
		c.Long = `Releases a file for sending, if it is the one that was made and no rule finds an error in it. It is also compared, account by
account, with the destination's file before: the last one that counts, or for a program that reports by cycles those of the 31 days
before. One that is no longer on the disk is made again from the records that are kept; if it cannot be, that is the warning
NOT-COMPARED. You sign its balance (furnisher files balance): a file of which an account of the file before or a loan of the program
is neither told nor left out with a reason is not released (BR8). Each rule that gives warnings must be acknowledged by its name; the names are kept in the ledger, and furnisher files
show lists them. Before all that the file is looked at as by furnisher preflight: while one of its grave findings is open, and neither
put right nor accepted, it is not released. What a lender has settled once for all goes into FURNISHER_ACKNOWLEDGE.`
		c.Flags().StringSliceVar(&m.acknowledge, "acknowledge", nil, "rules whose warnings are right, or all; default FURNISHER_ACKNOWLEDGE")
	}
	return c
}

func (a *app) moveFile(ctx context.Context, d *database.Database, name string, m *fileMove) error {
	db := d.DB
	file, err := fileNumber(ctx, db, name)
	if err != nil {
		return err
	}
	authority, err := a.authority()
	if err != nil {
		return err
	}
	move := bureau.Move{File: file, To: m.to, Who: a.who(), Why: m.why, Authority: authority, Acknowledged: m.acknowledge}
	if m.to == bureau.Released {
		if move.Vault, err = a.vault(ctx, d); err != nil {
			return err
		}
	}
	if err := a.settleMove(&move); err != nil {
		return err
	}
	if m.dryRun {
		effect, err := bureau.Preview(ctx, db, move, a.now())
		if err != nil {
			return err
		}
		a.tellFollows(file, m.to, &effect)
		if m.to == bureau.Released {
			return a.say("file %d would be %s; nothing was changed\n%s\n%s", file, m.to, comparedText(effect.Compared), balanceText(effect.Balance))
		}
		return a.say("file %d would be %s: answers answered %d, deletions given back %d, answers open again %d, corrections in force again %d; nothing was changed\n",
			file, m.to, effect.Answered, effect.Deletions, effect.Reopened, effect.Restored)
	}
	effect, err := bureau.Change(ctx, db, move, a.now())
	if err != nil {
		return err
	}
	a.tellFollows(file, m.to, &effect)
	if m.to == bureau.Released {
		return a.say("file %d is %s\n%s\n%s", file, m.to, comparedText(effect.Compared), balanceText(effect.Balance))
	}
	return a.say("file %d is %s\n", file, m.to)
}

// settleMove fills in what the settings say of every change of a file's state.
func (a *app) settleMove(move *bureau.Move) error {
	dir, err := a.filesDir()
	if err != nil {
		return err
	}
	move.Outgoing = filepath.Join(dir, bureau.Outgoing)
	move.Acknowledged = slices.Concat(move.Acknowledged, words(a.getenv("FURNISHER_ACKNOWLEDGE")))
	if move.Archive, err = a.archive(); err == nil && move.To == bureau.Released {
		move.Drift, err = a.driftLimits()
	}
	return err
}

// copyNotes name the copies of a file that was taken back where people send from: they stay.
func copyNotes(file int64, copies []string) (notes []string) {
	for _, copied := range copies {
		notes = append(notes, fmt.Sprintf("a copy of file %d lies in %s: remove it, so that nobody sends it", file, copied))
	}
	return notes
}

func (a *app) tellCopies(file int64, copies []string) {
	for _, note := range copyNotes(file, copies) {
		a.tell(labelNote, note)
	}
}

// comparedText says with which files of the month before one was compared.
func comparedText(with []bureau.Compared) string {
	if len(with) == 0 {
		return "compared with no file: none before it counts"
	}
	parts := make([]string, len(with))
	for i, c := range with {
		parts[i] = fmt.Sprintf("file %d as of %s", c.File, c.AsOf)
		if c.Lost != "" {
			parts[i] += " not: " + c.Lost
		}
	}
	return "compared with " + strings.Join(parts, ", ")
}

// validatePaths is the command that lists the findings in a file that was compared with others.
func validatePaths(path string, with []bureau.Compared) string {
	command := "furnisher metro2 validate"
	for _, c := range slices.Backward(with) {
		if _, err := os.Stat(c.Path); err == nil {
			command += " " + shellWord(c.Path)
		}
	}
	return command + " " + shellWord(path)
}

// followNotes are what a change of a file's state means for other files of its destination.
func followNotes(file int64, to bureau.State, effect *bureau.Effect) (notes []string) {
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if len(effect.Waiting) > 0 {
		note("earlier files were not sent: %s; release and send them, or void them", numbers(effect.Waiting))
	}
	if open := effect.Open; open.All > 0 {
		rest := "; for the others see furnisher answers --open"
		if open.Told == open.All {
			rest = "; no other is open"
		}
		note("bureaus refused or changed %s of files before that no file has answered; file %d answers %d of them when it is sent%s", counted(int(open.All), "record"), file, open.Told, rest)
	}
	if len(effect.Overtaken) > 0 {
		note("later files were sent already: %s; after them the older values of file %d would be taken for the newest: void it, then the next file deletes what it deletes", numbers(effect.Overtaken), file)
	}
	if taken := to == bureau.Voided || to == bureau.Rejected; taken && len(effect.Later) == 0 {
		note("no night makes it again; correct the data, then furnisher files replace %d --why TEXT", file)
	}
	if n := len(effect.Sealed); n > 0 {
		note("encrypted copies of file %[2]d that no address has are removed: %[1]d", n, file)
	}
	notes = append(notes, copyNotes(file, effect.Copies)...)
	if len(effect.Later) > 0 {
		note("files %s were made as if file %d were sent: their payments and history go on from it; void those that were not sent, too", numbers(effect.Later), file)
	}
	return notes
}

func (a *app) tellFollows(file int64, to bureau.State, effect *bureau.Effect) {
	for _, note := range followNotes(file, to, effect) {
		a.tell(labelNote, note)
	}
}

// numbers lists numbers: "2, 3".
func numbers(list []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]")
}

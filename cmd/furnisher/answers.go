package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/BurntSushi/toml"
	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) answersCommand() *cobra.Command {
	var p pageFlags
	var open, asJSON bool
	c := &cobra.Command{
		Use: "answers", Short: "list what bureaus refused or changed of single records", Args: cobra.NoArgs,
		Long: `Lists what bureaus answered about single records, in the order of recording. An answer is OPEN until a file that was made
after it tells of the account and is sent, or until a person closes it with a reason. Account numbers are masked but for the
last four characters.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			command := "furnisher answers"
			if open {
				command += " --open"
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Answer]{
					name: "answers", command: command,
					heading: []string{">answer", ">file", "loan", "account", ">record", "outcome", "field", "code", "reason", "rule", "received", "owner", "state", "answered by"},
					row:     bureauAnswerRow,
					read:    func(p inquiry.Page) (inquiry.List[inquiry.Answer], error) { return inquiry.Answers(ctx, db, open, p) },
				}, p, asJSON)
			})
		}),
	}
	c.Flags().BoolVar(&open, "open", false, "list only those that are not answered yet")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	c.AddCommand(a.answerCloseCommand(), a.answerAssignCommand())
	return c
}

func bureauAnswerRow(x *inquiry.Answer) []any {
	by := "-"
	switch {
	case x.AnsweredFile != nil:
		by = fmt.Sprintf("file %d", *x.AnsweredFile)
	case x.InFile != nil:
		by = fmt.Sprintf("in file %d, not sent", *x.InFile)
	case x.AnsweredBy != nil:
		by = because(x.AnsweredBy, x.AnsweredWhy)
	}
	return []any{
		x.Answer, x.File, x.LoanID, x.AccountNumber, x.RecordNumber, x.Outcome, dash(x.Field), dash(x.Code), dash(x.Reason), x.Rule,
		x.ReceivedOn, x.Owner, x.State, by,
	}
}

func (a *app) answerCloseCommand() *cobra.Command {
	var why string
	c := &cobra.Command{
		Use: "close ANSWER --why TEXT", Short: "close an answer by hand, if no file has to tell more of it", Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			number, err := answerNumber(args[0])
			if err != nil {
				return err
			}
			if why == "" {
				return missingFlag("--why", "furnisher answers close "+args[0]+" --why TEXT")
			}
			return a.answerChanged(ctx, number, "closed", func(db *sqlx.DB) error {
				return bureau.CloseAnswer(ctx, db, number, a.who(), why, a.now())
			})
		}),
	}
	c.Flags().StringVar(&why, "why", "", "why no file has to tell more of it")
	return c
}

func (a *app) answerAssignCommand() *cobra.Command {
	var owner string
	c := &cobra.Command{
		Use: "assign ANSWER --owner NAME", Short: "give an open answer to another person", Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			number, err := answerNumber(args[0])
			if err != nil {
				return err
			}
			if owner == "" {
				return missingFlag("--owner", "furnisher answers assign "+args[0]+" --owner NAME")
			}
			return a.answerChanged(ctx, number, "assigned to "+owner, func(db *sqlx.DB) error {
				return bureau.AssignAnswer(ctx, db, number, owner)
			})
		}),
	}
	c.Flags().StringVar(&owner, "owner", "", "person who sees to it")
	return c
}

// answerChanged changes an answer and says so.
func (a *app) answerChanged(ctx context.Context, number int64, says string, change func(*sqlx.DB) error) error {
	return a.withDB(ctx, func(db *sqlx.DB) error {
		if err := change(db); err != nil || a.settings.quiet {
			return err
		}
		_, err := fmt.Fprintf(a.stdout, "answer %d is %s\n", number, says)
		return err
	})
}

func answerNumber(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, &ending{err: fmt.Errorf("%q is not the number of an answer", text), code: exitUsage, hint: "furnisher answers"}
	}
	return number, nil
}

// missingFlag is the error of a command that lacks a flag.
func missingFlag(flag, hint string) error {
	return &ending{err: errors.New(flag + " is missing"), code: exitUsage, hint: hint}
}

// receivedFlags say when answers of bureaus came and who sees to them.
type receivedFlags struct {
	on, owner string
	accepted  int64 // rows of the report
}

const answerMapsVariable = "FURNISHER_ANSWER_MAPS"

func (r *receivedFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&r.on, "received", "", "day on which the bureau answered, YYYY-MM-DD; default today")
	c.Flags().StringVar(&r.owner, "owner", "", "person who sees to it; default you")
}

func (a *app) received(r receivedFlags) (bureau.Received, error) {
	now := a.now()
	today := rules.NewDate(now.UTC().Date())
	by := bureau.Received{On: today, Owner: cmp.Or(r.owner, a.who()), Who: a.who(), Now: now, Accepted: r.accepted}
	if r.on == "" {
		return by, nil
	}
	on, err := rules.ParseDate(r.on)
	if err == nil && on > today {
		err = fmt.Errorf("--received %s has not come yet", on)
	}
	if err != nil {
		return by, &ending{err: err, code: exitUsage, hint: hintHelp("furnisher files")}
	}
	by.On = on
	return by, nil
}

func (a *app) fileRefuseCommand() *cobra.Command {
	var r receivedFlags
	var one bureau.Answer
	var asJSON bool
	c := &cobra.Command{
		Use:   "refuse FILE --account NUMBER --code CODE --reason TEXT",
		Short: "record that a bureau refused one record of a file that was sent", Args: cobra.ExactArgs(1),
		Long: `Records that a bureau refused one record. The record did not count: the next file tells of the account as if this one had
left it out, and a deletion goes out again. Recorded again it changes nothing.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if one.AccountNumber == "" || one.Code == "" || one.Reason == "" {
				return missingFlag("one of --account, --code and --reason", "furnisher files refuse "+shellWord(args[0])+" --account NUMBER --code CODE --reason TEXT")
			}
			one.Outcome = bureau.RecordRefused
			return a.recordAnswers(ctx, args[0], []bureau.Answer{one}, r, asJSON)
		}),
	}
	c.Flags().StringVar(&one.AccountNumber, "account", "", "account number, as the file shows it")
	c.Flags().StringVar(&one.Code, "code", "", "the bureau's code")
	c.Flags().StringVar(&one.Reason, "reason", "", "the bureau's reason")
	c.Flags().StringVar(&one.Field, "field", "", "field that the bureau names, by number or name")
	r.flags(c)
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) fileAnswersCommand() *cobra.Command {
	var r receivedFlags
	var bureauName string
	var asJSON bool
	c := &cobra.Command{
		Use: "answers FILE ANSWERS.csv", Short: "record what bureaus refused, changed or accepted of a file that was sent", Args: cobra.ExactArgs(2),
		Long: `Records a file of answers, all of it or nothing. Its columns, by name in any order: account_number and outcome (REFUSED,
CHANGED or ACCEPTED), which are required, and field, code and reason. CHANGED needs the field, by number (25) or name, and each row but
ACCEPTED a code or a reason. A refused record did not count; a changed one counts. Bad rows are named by line and column, and then
nothing is recorded. What is recorded already is left as it is. A row ACCEPTED, of a record or without an account number of the whole
file, makes the file ACCEPTED.

With --map NAME it is a bureau's own report. The maps stand in a file of TOML, which FURNISHER_ANSWER_MAPS names:

  [experian]
  comma = ";"                          # between columns; a comma if it is not given
  account_number = "Consumer Acct"     # names of the report's columns; others are not read
  outcome = "Disposition"              # or always = "REFUSED", if all rows are of one kind
  code = "Err"
  reason = "Message"
  field = "Fld"
  refused = ["REJ"]                    # words of the column outcome
  changed = ["MOD"]
  accepted = ["OK"]
  fields = { BAL = "21" }              # names of fields that are not the format's`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			m, err := a.answerMap(bureauName)
			if err != nil {
				return err
			}
			report, err := readReport(args[1], m)
			if err != nil {
				return a.badAnswers(err, asJSON)
			}
			r.accepted = report.Accepted
			return a.recordAnswers(ctx, args[0], report.Answers, r, asJSON)
		}),
	}
	r.flags(c)
	c.Flags().StringVar(&bureauName, "map", "", "name of the bureau's map in the file of FURNISHER_ANSWER_MAPS")
	jsonFlag(c, &asJSON)
	return c
}

// answerMap reads a bureau's map; nil: the file is in our own form.
func (a *app) answerMap(name string) (*bureau.AnswerMap, error) {
	if name == "" {
		return nil, nil
	}
	path := a.getenv(answerMapsVariable)
	if path == "" {
		return nil, &ending{err: errors.New("no file of maps is named"), code: exitUsage, hint: "name it in " + answerMapsVariable + "; furnisher files answers --help shows one"}
	}
	maps := map[string]bureau.AnswerMap{}
	meta, err := toml.DecodeFile(path, &maps)
	var syntax toml.ParseError
	if errors.As(err, &syntax) {
		err = fmt.Errorf("line %d: %s", syntax.Position.Line, syntax.Message)
	}
	if unknown := meta.Undecoded(); err == nil && len(unknown) > 0 {
		err = fmt.Errorf("%s is unknown", unknown[0])
	}
	m, is := maps[name]
	if err == nil && !is {
		err = fmt.Errorf("it has no map %q", name)
	}
	if err == nil {
		err = m.Check()
	}
	if err != nil {
		return nil, &ending{err: fmt.Errorf("%s: %w", path, err), code: exitUsage, hint: "furnisher files answers --help shows a map"}
	}
	return &m, nil
}

func readReport(path string, m *bureau.AnswerMap) (report *bureau.Report, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return bureau.ReadReport(io.Reader(file), m)
}

// recordAnswers records answers and says what became of them.
func (a *app) recordAnswers(ctx context.Context, name string, answers []bureau.Answer, r receivedFlags, asJSON bool) error {
	by, err := a.received(r)
	if err != nil {
		return err
	}
	return a.withDB(ctx, func(db *sqlx.DB) error {
		file, err := fileNumber(ctx, db, name)
		if err != nil {
			return err
		}
		done, err := bureau.RecordAnswers(ctx, db, file, answers, by)
		switch {
		case err != nil:
			return a.badAnswers(err, asJSON)
		case asJSON:
			return printJSON(a.stdout, done)
		case a.settings.quiet:
			return nil
		}
		_, err = fmt.Fprintf(a.stdout, "file %d: recorded %d (refused %d, changed %d), known already %d, deletions given back %d\n",
			file, done.New, done.Refused, done.Changed, done.Known, done.Deletions)
		if done.Accepted {
			err = errors.Join(err, a.say("file %d is %s\n", file, bureau.Accepted))
		}
		return err
	})
}

// badAnswers lists the rows that cannot be recorded.
func (a *app) badAnswers(err error, asJSON bool) error {
	var bad *bureau.BadAnswersError
	if !errors.As(err, &bad) {
		return err
	}
	end := &ending{err: err, code: exitUsage, hint: "correct those rows and repeat the command"}
	if asJSON {
		return errors.Join(end, printJSON(a.stdout, map[string]any{"bad_rows": bad.Rows, "more": bad.More}))
	}
	rows := make([][]any, len(bad.Rows))
	for i, r := range bad.Rows {
		rows[i] = []any{r.Line, r.Column, r.Reason}
	}
	return errors.Join(end, printTitled(a.stderr, "bad rows", []string{">line", "column", "reason"}, rows))
}

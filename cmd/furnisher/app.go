package main

import (
	"context"
	"errors"
	"io"
	"os/user"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/book"
)

// app is one run of the program: its surroundings and its settings.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer           // stdout is a visible writer; tell escapes what goes to stderr
	bytes          io.Writer           // standard output as it is, for converted files
	getenv         func(string) string // the environment, and what the configuration file says
	now            func() time.Time

	environment func(string) string // alone
	config      config

	settings settings
	log      *logrus.Logger
	opened   book.Vault // of the demo
	begun    bool       // the command's work has begun: an error before that is one of usage
}

// root builds the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "furnisher", Short: "run a lender's nightly batch and furnish Metro 2 files to the credit bureaus",
		Long: `Furnisher takes a book of loans through a business date (delinquency, closure, final statements, schedules) and
furnishes Metro 2 files to the credit bureaus. Without --database-url it starts a private PostgreSQL server.

  furnisher import extract/              import a servicing extract
  furnisher run --date 2026-09-30        run the night of a business date
  furnisher files                        list the files made for the bureaus
  furnisher loan L-000123                show what was decided about a loan, and why

Exit statuses: 0 done, 1 failed, 2 wrong usage or configuration, 3 a person must look: done with exceptions or quarantined rows,
or stopped by a brake, 4 that date is already closed, 5 another run or import holds the book, or took it, 6 validation failed or
a file is not the one that was made (no file moves on), 7 a file did not reach all its addresses, 8 a supervisor must do that, or
another person, 9 a sample differs, 10 database unreachable or lost, 130 interrupted.`,
		Version:       version,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			a.log = a.newLog()
			return a.configure(c)
		},
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	a.settings.flags(root.PersistentFlags())
	root.AddCommand(
		a.versionCommand(), a.migrateCommand(), a.importCommand(), a.boardCommand(), a.runCommand(), a.catchUpCommand(), a.brakesCommand(), a.calendarCommand(), a.workerCommand(), a.runsCommand(), a.filesCommand(), a.actsCommand(), a.auditCommand(), a.keysCommand(), a.deliverCommand(), a.deliveriesCommand(), a.eventsCommand(),
		a.loansCommand(), a.loanCommand(), a.reopenedCommand(), a.importsCommand(), a.deletionsCommand(), a.exclusionsCommand(), a.exceptionsCommand(), a.answersCommand(), a.reviewsCommand(), a.correctionsCommand(), a.metro2Command(),
		a.generateCommand(), a.demoCommand(), a.scheduleCommand(), a.simulateCommand(), a.statementCommand(), a.servicingCommand(), a.statusCommand(), a.customersCommand(), a.bulkCommand(), a.casesCommand(), a.caseCommand(), a.contractCommand(), a.serveCommand(), a.tokensCommand(), a.usersCommand(),
		a.dictionaryCommand(), a.checksCommand(), a.sampleCommand(), a.explainLoanCommand(), a.evidenceCommand(), a.mappingCommand(), a.extractCommand(), a.configCommand(), a.doctorCommand(), a.manCommand(),
		a.disputesCommand(), a.preflightCommand(), a.findingsCommand(),
	)
	organize(root)
	a.complete(root)
	return root
}

// does wraps a command's work as a cobra function.
func (a *app) does(work func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		a.begun = true
		return work(c.Context(), args)
	}
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return &ending{err: errors.New("a subcommand is missing"), code: exitUsage, hint: hintHelp(c.CommandPath())}
		},
	}
	c.AddCommand(commands...)
	return c
}

// who is the name under which the ledger notes what this person does.
func (a *app) who() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	if name := a.getenv("USER"); name != "" {
		return name
	}
	return "unknown"
}

func (a *app) newLog() *logrus.Logger {
	log := logrus.New()
	log.SetOutput(a.stderr)
	log.SetLevel(logrus.WarnLevel)
	if a.settings.verbose {
		log.SetLevel(logrus.InfoLevel)
	}
	if a.settings.logJSON {
		log.SetFormatter(&logrus.JSONFormatter{})
	}
	return log
}

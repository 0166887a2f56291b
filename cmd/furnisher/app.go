package main

import (
	"context"
	"io"
	"os/user"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
)

// app is one run of the program: its surroundings and its settings.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time

	settings settings
	log      *logrus.Logger
	begun    bool // a command's own work began: what went wrong before is a matter of usage
}

// root builds the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "furnisher", Short: shortRoot, Long: longRoot,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRun: func(*cobra.Command, []string) { a.log = a.newLog() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	a.settings.flags(root.PersistentFlags())
	root.AddCommand(
		a.versionCommand(), a.migrateCommand(), a.importCommand(), a.runCommand(), a.workerCommand(), a.runsCommand(), a.filesCommand(),
		a.loansCommand(), a.loanCommand(), a.exclusionsCommand(), a.exceptionsCommand(), a.metro2Command(), a.generateCommand(),
		a.demoCommand(), a.scheduleCommand(),
	)
	return root
}

// does makes a cobra function of a command's work.
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
			return &ending{err: errNoSubcommand, code: exitUsage, hint: hintHelp(c.CommandPath())}
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

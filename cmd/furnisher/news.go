package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/rules"
)

// commandGrace is how long a command may take to end after a signal.
const commandGrace = 10 * time.Second

// news is how a scheduled night gets to know what the lender knows.
type news struct {
	command string // of the shell, empty for none
	dir     string // of an extract, empty for none
}

// badNews is the error of news that could not be brought in: the night does not run.
type badNews struct{ err error }

func (b *badNews) Error() string { return "before the night: " + b.err.Error() }
func (b *badNews) Unwrap() error { return b.err }

func isNews(err error) bool {
	var bad *badNews
	return errors.As(err, &bad)
}

// check refuses an extract that can never be there. A folder that is missing may come with the command.
func (n news) check() error {
	if info, err := os.Stat(n.dir); n.dir != "" && err == nil && !info.IsDir() {
		return &ending{err: fmt.Errorf("--import %s is no folder", n.dir), code: exitUsage, hint: "furnisher schedule --import DIR"}
	}
	return nil
}

// bring returns what brings the news in before a date; nil if there are none.
func (n news) bring(a *app) func(context.Context, *database.Database, rules.Date) error {
	if n == (news{}) {
		return nil
	}
	return func(ctx context.Context, db *database.Database, d rules.Date) error {
		err := a.before(ctx, n.command, d)
		if err == nil && n.dir != "" {
			err = a.importNews(ctx, db, n.dir)
		}
		if err != nil {
			return &badNews{err}
		}
		return nil
	}
}

// before runs a command of the shell. What it writes goes to standard error: it is not the log's.
func (a *app) before(ctx context.Context, command string, d rules.Date) error {
	if command == "" {
		return nil
	}
	c := shell(ctx, command)
	c.Stdout, c.Stderr = a.stderr, a.stderr
	c.Env = append(os.Environ(), "FURNISHER_BUSINESS_DATE="+d.String())
	if err := c.Run(); err != nil {
		return fmt.Errorf("the command failed: %w", err)
	}
	return nil
}

// shell is a command of the shell. It and what it started are a process group of their own: the end of the context ends them
// all, and a signal from the terminal reaches them only through this program.
func shell(ctx context.Context, command string) *exec.Cmd {
	c := exec.CommandContext(ctx, "sh", "-c", command)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGTERM) }
	c.WaitDelay = commandGrace
	return c
}

// importNews imports an extract and logs what came of it. Rows that it quarantined are no reason to miss the night.
func (a *app) importNews(ctx context.Context, db *database.Database, dir string) error {
	v, err := a.vault(ctx, db)
	if err != nil {
		return err
	}
	summary, err := intake.Import(ctx, db.DB, intake.Options{Dir: dir, Now: a.now, Direct: db.Direct, Vault: v}.WithDefaults())
	if err != nil {
		return err
	}
	log := a.log.WithFields(logrus.Fields{"import": summary.Import, "rejected": summary.Rejected, "of_removed": summary.Removed})
	if summary.Rejected > 0 {
		log.Warn("news imported, with rows quarantined")
		return nil
	}
	log.Info("news imported")
	return nil
}

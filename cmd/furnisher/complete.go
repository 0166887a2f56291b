package main

import (
	"context"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// Bounds of a completion: a shell waits for it.
const (
	completionTime = 2 * time.Second
	completions    = 50
)

// Commands whose first argument is a file of the bureaus, a loan or a case.
var (
	fileCommands = []string{
		"files show", "files verify", "files rebuild", "files replace", "files release", "files transmit", "files accept", "files void", "files reject",
		"files refuse", "files answers", "exclusions", "deliver", "preflight",
	}
	loanCommands = []string{
		"loan", "explain", "statement", "status set", "status hold", "status release", "corrections add", "disputes open",
		"contract terminate", "contract undo", "contract rescind", "contract receivables",
	}
	caseCommands = []string{
		"case show", "case history", "case update", "case delete", "case acknowledge", "case associate", "case dissociate", "case viewed",
		"case snooze", "case unsnooze", "case escalate", "case deescalate", "cases escalations", "reviews seen", "disputes show", "disputes extend", "disputes answer",
	}
)

// complete lets shells complete files, loans and business dates.
func (a *app) complete(root *cobra.Command) {
	for _, of := range []struct {
		commands []string
		list     lister
	}{{fileCommands, fileNames}, {loanCommands, loanIDs}, {caseCommands, caseIDs}} {
		for _, path := range of.commands {
			if c, rest, err := root.Find(strings.Fields(path)); err == nil && len(rest) == 0 {
				c.ValidArgsFunction = a.firstArgument(of.list)
			}
		}
	}
	for _, path := range []string{"run", "catch-up"} {
		c, _, err := root.Find([]string{path})
		if err != nil {
			continue
		}
		for _, flag := range []string{"date", "until"} {
			if c.Flags().Lookup(flag) != nil {
				_ = c.RegisterFlagCompletionFunc(flag, a.fromBook(nextDates)) // the flag is there, and has none yet
			}
		}
	}
}

// lister lists what may complete a word.
type lister func(ctx context.Context, a *app, db *sqlx.DB, word string) ([]string, error)

func (a *app) firstArgument(list lister) cobra.CompletionFunc {
	complete := a.fromBook(list)
	return func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return complete(c, args, word)
	}
}

// fromBook completes from the database, if there is one that need not be started for it.
func (a *app) fromBook(list lister) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, word string) (words []string, _ cobra.ShellCompDirective) {
		if a.configure(c) != nil || a.storage().external.URL == "" {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(context.Background(), completionTime)
		defer cancel()
		err := a.withDB(ctx, func(db *sqlx.DB) (err error) {
			words, err = list(ctx, a, db, word)
			return err
		})
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

func caseIDs(ctx context.Context, _ *app, db *sqlx.DB, word string) ([]string, error) {
	return inquiry.CaseIDs(ctx, db, word, completions)
}

func fileNames(ctx context.Context, _ *app, db *sqlx.DB, word string) ([]string, error) {
	files, err := inquiry.Files(ctx, db, inquiry.Page{Limit: completions})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files.Rows {
		if strings.HasPrefix(f.Name, word) {
			names = append(names, cobra.CompletionWithDesc(f.Name, f.State))
		}
	}
	return names, nil
}

func loanIDs(ctx context.Context, _ *app, db *sqlx.DB, word string) ([]string, error) {
	return inquiry.LoanIDs(ctx, db, word, completions)
}

// nextDates are the dates to run next: the unfinished one, or the first that needs a night, and today.
func nextDates(ctx context.Context, a *app, db *sqlx.DB, _ string) ([]string, error) {
	at, err := inquiry.Stand(ctx, db)
	if err != nil {
		return nil, err
	}
	calendar, err := book.ReadCalendar(ctx, db)
	if err != nil {
		return nil, err
	}
	today := rules.DateOf(a.now())
	dates := []string{today.String()}
	if next := (&catchUp{until: today, first: today}).next(at, calendar); next != 0 && next != today {
		dates = append([]string{next.String()}, dates...)
	}
	return dates, nil
}

package main

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// consoleMonth is what the console's month does as commands do.
func (a *app) consoleMonth(db *sqlx.DB) console.MonthActions {
	return console.MonthActions{
		Due: func(ctx context.Context, first, last rules.Date) ([]console.DueFile, error) {
			return dueFiles(ctx, db, first, last)
		},
		Status: func(status string) string {
			if code := metro2.AccountStatuses.Find(status); code != nil {
				return code.Meaning
			}
			return ""
		},
		Count: func(ctx context.Context, files []int64) error {
			for _, file := range files {
				if _, err := bureau.CountFile(ctx, db, file, a.now()); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// dueFiles lists the files that the calendar owes as of some dates, as furnisher calendar does.
func dueFiles(ctx context.Context, db *sqlx.DB, first, last rules.Date) ([]console.DueFile, error) {
	c, err := book.ReadCalendar(ctx, db)
	if err != nil {
		return nil, err
	}
	programs, err := inquiry.Programs(ctx, db)
	if err != nil {
		return nil, err
	}
	var due []console.DueFile
	for _, p := range programs {
		for _, f := range filesOf(c, p, first, last) {
			due = append(due, console.DueFile{Program: f.Program, AsOf: f.AsOf, Night: f.Night})
		}
	}
	return due, nil
}

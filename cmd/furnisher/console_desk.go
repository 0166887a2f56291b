package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/batch/servicing"
)

// consoleDesk does what the forms of the console's desk ask for, as the commands answers close and corrections release do.
func (a *app) consoleDesk(db *sqlx.DB) console.DeskActions {
	return console.DeskActions{
		CloseAnswer: func(ctx context.Context, answer int64, who, why string) error {
			return refusedAs(bureau.CloseAnswer(ctx, db, answer, who, why, a.now()), bureau.ErrNoAnswer, bureau.ErrAnswered)
		},
		ReleaseCorrection: func(ctx context.Context, correction int64, who, approver, why string) error {
			return refusedAs(bureau.ReleaseCorrection(ctx, db, correction, who, approver, why, a.now()), bureau.ErrCorrection, bureau.ErrNoCorrection, bureau.ErrNotLive)
		},
		Field: keyed,
	}
}

// refusedAs makes what a rule refuses what the console knows as that.
func refusedAs(err error, refusals ...error) error {
	for _, r := range refusals {
		if errors.Is(err, r) {
			return fmt.Errorf("%w: %w", servicing.ErrRefused, err)
		}
	}
	return err
}

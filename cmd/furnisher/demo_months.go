package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// demoAnalyst is who takes the demo's files of past months to the bureaus, and demoUser who may sign in to its console.
const (
	demoAnalyst = "ada"
	demoUser    = "demo"
)

// demoFurnish takes the files of a month of the demo to the bureaus: looked at, released, sent, accepted.
func (a *app) demoFurnish(ctx context.Context, db *database.Database, d *demo, files []batch.FileSummary) error {
	numbers := make([]int64, len(files))
	for i, f := range files {
		numbers[i] = f.File
	}
	look := bureau.Preflight{Vault: a.opened, Limits: rules.DefaultDriftLimits(), Who: demoAnalyst, Now: a.now()}
	if _, err := look.Run(ctx, db.DB, numbers...); err != nil {
		return err
	}
	for _, file := range numbers {
		for _, to := range []bureau.State{bureau.Released, bureau.Transmitted, bureau.Accepted} {
			move := bureau.Move{
				File: file, To: to, Who: demoAnalyst, Why: "demo", Acknowledged: []string{bureau.AllWarnings},
				Outgoing: d.files, Vault: a.opened, Drift: look.Limits,
			}
			if _, err := bureau.Change(ctx, db.DB, move, a.now()); err != nil {
				return err
			}
		}
	}
	return a.say("files %s: looked at, released by %s, sent, accepted by the bureaus\n", joinNumbers(numbers), demoAnalyst)
}

func joinNumbers(numbers []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(numbers), " ", ", "), "[]")
}

// demoRefusal records that a bureau refused a record of a file, which the file after it tells again.
func (a *app) demoRefusal(ctx context.Context, db *sqlx.DB, file batch.FileSummary, on rules.Date) error {
	lines, err := bureau.Lines(file.Path, nil, 2, 100)
	if err != nil {
		return err
	}
	for i := range lines {
		line, err := lineOf(&lines[i])
		if err != nil {
			return err
		}
		if !strings.HasPrefix(line.Status, "11") {
			continue
		}
		answer := bureau.Answer{
			AccountNumber: strings.TrimSpace(string(metro2.AccountOf(lines[i].Record, metro2.Character))),
			Outcome:       "REFUSED", Field: "date_of_birth", Code: "E35", Reason: "date of birth does not match",
		}
		_, err = bureau.RecordAnswers(ctx, db, file.File, []bureau.Answer{answer}, bureau.Received{On: on, Owner: demoAnalyst, Who: demoAnalyst, Now: a.now()})
		return err
	}
	return errors.New("the demo has no current account that a bureau could refuse")
}

// demoConsole makes a user of the demo's console, and says how to open it.
func (a *app) demoConsole(ctx context.Context, db *sqlx.DB, d *demo) error {
	desk := a.desk(db)
	desk.Vault = a.opened
	password := rand.Text()
	made, err := desk.CreateUser(ctx, servicing.UserRequest{Name: demoUser, Role: servicing.Supervisor, Password: password, By: a.who(), Why: "demo"})
	if err != nil || a.settings.quiet {
		return err
	}
	if err := a.say("console:     furnisher --data %s serve, then http://%s\nsign in:     %s, a supervisor of the demo alone; password %s\n",
		d.dir, serve.DefaultAddress, demoUser, password); err != nil {
		return err
	}
	return a.showEnrolment(made, false)
}

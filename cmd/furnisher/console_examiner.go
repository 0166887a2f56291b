package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/audit"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/merkle"
	"github.com/furnisher/furnisher/batch/sample"
	"github.com/furnisher/furnisher/batch/serve/console"
)

// consoleExaminer shows on the console's pages what the commands checks, audit head, audit verify and sample show.
func (a *app) consoleExaminer(db *sqlx.DB) console.ExaminerActions {
	return console.ExaminerActions{
		Checks: consoleChecks(),
		Head:   func(ctx context.Context) (*console.LogHead, error) { return a.consoleHead(ctx, db) },
		Verify: func(ctx context.Context) (console.Verification, error) { return a.consoleVerify(ctx, db) },
		Sheets: func(ctx context.Context, before int64, limit int) (sheets []console.SampleSheet, err error) {
			list, err := sample.Filings(ctx, db, before, limit)
			for _, x := range list {
				sheets = append(sheets, console.SampleSheet{
					Sample: x.Sample, File: x.File, Seed: x.Seed, Program: x.Program, AsOf: x.AsOf.String(), SHA256: x.SHA256, Who: x.Who,
					Drawn: x.Drawn, Compared: x.Compared, Differing: x.Differing, ByHand: x.ByHand, At: x.At,
				})
			}
			return sheets, err
		},
		Sheet: func(ctx context.Context, number int64, as string, w io.Writer) error {
			f, err := sample.Filed(ctx, db, number)
			if errors.Is(err, sample.ErrNoSheet) {
				return fmt.Errorf("%w: %w", inquiry.ErrNotFound, err)
			}
			if err != nil {
				return err
			}
			return filedSheet(f).write(w, as)
		},
	}
}

// consoleChecks is the catalogue of checks, made once.
func consoleChecks() func() []console.Check {
	var checks []console.Check
	for _, c := range allChecks() {
		checks = append(checks, console.Check{
			ID: c.ID, Rule: c.Rule, Severity: c.graded(), Layer: c.Layer, Field: strings.TrimSpace(c.Field + " " + c.Name), Sentence: c.Sentence, Source: c.Source,
			Matters: c.Matters, Remedy: c.Remedy, Test: c.Test, Also: c.Also,
		})
	}
	return func() []console.Check { return checks }
}

// consoleHead opens the newest head with the key of the book's file.
func (a *app) consoleHead(ctx context.Context, db *sqlx.DB) (*console.LogHead, error) {
	signed, err := audit.LastHead(ctx, db)
	if err != nil || signed == nil {
		return nil, err
	}
	key, err := a.auditVerifier("")
	if errors.Is(err, os.ErrNotExist) { // the text is shown, and nothing is said of it
		return &console.LogHead{Signed: string(signed)}, nil
	}
	if err != nil {
		return nil, err
	}
	head, err := merkle.OpenHead(signed, key)
	if err != nil {
		return nil, err
	}
	return &console.LogHead{Entries: head.Entries, At: head.At, Root: head.Root.String(), Signed: string(signed), Checked: true}, nil
}

// consoleVerify is furnisher audit verify.
func (a *app) consoleVerify(ctx context.Context, db *sqlx.DB) (v console.Verification, err error) {
	given, err := a.givenHeads(nil, "")
	if err != nil {
		return v, err
	}
	r, err := audit.Verify(ctx, db, given)
	if err != nil {
		return v, err
	}
	v = console.Verification{Rows: r.Rows, Entries: r.Entries, SinceHead: r.SinceHead, Waiting: r.Waiting, Heads: r.Heads, More: r.More}
	for _, f := range r.Findings {
		v.Findings = append(v.Findings, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", f.Table, f.Key, f.Loan, f.What)))
	}
	return v, nil
}

// filedSheet is a sheet that was filed, as it is written.
func filedSheet(f *sample.FiledSheet) *drawn {
	return &drawn{Sample: f.Sample, Who: f.Who, At: f.At.UTC().Format(time.RFC3339), SHA256: f.SHA256, Sheet: f.Sheet}
}

// write writes a sheet in one of its forms.
func (d *drawn) write(w io.Writer, as string) error {
	switch as {
	case "pdf":
		return sheetPDF(w, d)
	case "csv":
		return sheetCSV(w, d)
	}
	return printJSON(w, d)
}

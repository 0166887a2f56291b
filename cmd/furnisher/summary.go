package main

import (
	"fmt"
	"io"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/inquiry"
)

// printSummary prints a night: its steps, its files, and the loans that it quarantined.
func printSummary(w io.Writer, r *batch.Summary) error {
	if _, err := fmt.Fprintf(w, textRun, r.Run, r.BusinessDate, r.State, dash(r.PreviousDate), r.Who, r.Why); err != nil {
		return err
	}
	if r.StoppedBecause != "" {
		if _, err := fmt.Fprintf(w, textStopped, r.StoppedBecause); err != nil {
			return err
		}
	}
	steps := make([][]any, len(r.Steps))
	for i, s := range r.Steps {
		steps[i] = []any{s.Step, s.State, s.Read, s.Changed, joinCounts(s.Counts), s.Amount, s.Exceptions, fmt.Sprintf("%.2f", s.Seconds)}
	}
	if err := printTable(w, headSteps, steps); err != nil {
		return err
	}
	if len(r.Files) > 0 {
		if err := printTitled(w, titleFiles, headFiles, fileRows(r.Files)); err != nil {
			return err
		}
	}
	if len(r.Exceptions) == 0 {
		return nil
	}
	return printExceptions(w, r)
}

// printExceptions prints the first exceptions of a run and how to list them all.
func printExceptions(w io.Writer, r *batch.Summary) error {
	rows := make([][]any, min(len(r.Exceptions), inquiry.DefaultLimit))
	for i, e := range r.Exceptions[:len(rows)] {
		rows[i] = []any{e.LoanID, e.Step, e.Code, e.FirstRun, e.Detail}
	}
	if err := printTitled(w, titleExceptions, headExceptions, rows); err != nil {
		return err
	}
	more := r.ExceptionCount() - int64(len(rows))
	if more <= 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "and %d more: furnisher exceptions --run %d\n", more, r.Run)
	return err
}

func fileRows(files []batch.FileSummary) [][]any {
	rows := make([][]any, len(files))
	for i := range files {
		rows[i] = fileRow(&files[i])
	}
	return rows
}

func fileRow(f *batch.FileSummary) []any {
	return []any{f.File, f.Program, f.AsOf, f.State, f.Records, f.Excluded, f.Deletions, f.Bytes, dash(f.Name)}
}

package main

import (
	"fmt"
	"io"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/inquiry"
)

// printSummary prints a run: its steps, its files, and the first loans that it quarantined.
func printSummary(w io.Writer, r *batch.Summary) error {
	attempt := ""
	if r.Attempt > 1 {
		attempt = fmt.Sprintf("attempt %d, ", r.Attempt)
	}
	if _, err := fmt.Fprintf(w, "run %d  business date %s  %s  (%sprevious %s, by %s: %s)\n", r.Run, r.BusinessDate, r.State, attempt, dash(r.PreviousDate), r.Who, r.Why); err != nil {
		return err
	}
	if r.StoppedBecause != "" {
		if _, err := fmt.Fprintf(w, "stopped: %s\n", r.StoppedBecause); err != nil {
			return err
		}
	}
	steps := make([][]any, len(r.Steps))
	for i, s := range r.Steps {
		steps[i] = []any{s.Step, s.State, s.Read, s.Changed, joinCounts(s.Counts), s.Amount, s.Exceptions, fmt.Sprintf("%.2f", s.Seconds)}
	}
	if err := printTable(w, []string{"step", "state", ">read", ">changed", "counts", ">amount", ">exceptions", ">seconds"}, steps); err != nil {
		return err
	}
	if err := printBrakes(w, r); err != nil {
		return err
	}
	if len(r.Files) > 0 {
		if err := printTitled(w, "files", headFiles, fileRows(r.Files)); err != nil {
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
	if err := printTitled(w, "exceptions", []string{"loan", "step", "code", ">since run", "detail"}, rows); err != nil {
		return err
	}
	more := r.ExceptionRows - int64(len(rows))
	if more <= 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "and %d more: furnisher exceptions --run %d\n", more, r.Run)
	return err
}

// headFiles heads a table of files.
var headFiles = []string{">file", "program", "as of", "state", ">records", ">excluded", ">deletions", ">bytes", "name"}

func fileRows(files []batch.FileSummary) [][]any {
	rows := make([][]any, len(files))
	for i := range files {
		rows[i] = fileRow(&files[i])
	}
	return rows
}

// reporter is the program that a file is of, PROGRAM/DESTINATION unless it goes where the files of a program go by themselves.
func reporter(program, destination string) string {
	if destination == "bureaus" {
		return program
	}
	return program + "/" + destination
}

func fileRow(f *batch.FileSummary) []any {
	return []any{f.File, f.Program, f.AsOf, f.State, f.Records, f.Excluded, f.Deletions, f.Bytes, dash(f.Name)}
}

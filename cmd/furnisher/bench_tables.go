package main

import (
	"fmt"
	"strconv"

	"github.com/furnisher/furnisher/fixtures/bench"
)

// printBench prints a bench: the book, its nights with their steps, the floors, the ratios.
func (a *app) printBench(r *bench.Report, asJSON bool) error {
	if asJSON {
		return printJSON(a.stdout, struct {
			*bench.Report
			Ratios []bench.Ratio `json:"ratios"`
		}{r, r.Ratios()})
	}
	if err := a.printBook(r); err != nil {
		return err
	}
	for i := range r.Nights {
		if err := a.printBenchNight(&r.Nights[i], r.Loans); err != nil {
			return err
		}
	}
	for _, f := range r.Floors {
		if err := a.printFloor(f); err != nil {
			return err
		}
	}
	rows := [][]any{}
	for _, ratio := range r.Ratios() {
		rows = append(rows, []any{ratio.Name, fmt.Sprintf("%.2f", ratio.Value)})
	}
	if err := printTitled(a.stdout, titleRatios, headRatios, rows); err != nil {
		return err
	}
	return a.printf(textMemory)
}

func (a *app) printBook(r *bench.Report) error {
	l := r.Load
	if err := a.printf(textBenchBook, r.Loans, r.Seed, l.Rows, l.Cycles, l.Transactions); err != nil {
		return err
	}
	if err := a.printf(textBenchOn, r.Machine.OS, r.Machine.CPUs, r.Machine.MemoryBytes>>20, r.Machine.PostgreSQL); err != nil {
		return err
	}
	reused := ""
	if r.Reused {
		reused = textReused
	}
	if err := a.printf(textBenchMade, seconds(l.GenerateSeconds), seconds(l.ImportSeconds), float64(l.Transactions)/l.ImportSeconds,
		mebibytes(l.ProgramBytes), mebibytes(l.ServerBytes), mebibytes(l.WALBytes), seconds(r.VacuumSeconds), reused); err != nil {
		return err
	}
	if r.NotKept != "" {
		return a.printf(textNotKept, r.NotKept)
	}
	return nil
}

// printBenchNight prints a night in a line and its steps below it, the last row being the whole process.
func (a *app) printBenchNight(n *bench.Night, loans int) error {
	title := fmt.Sprintf(textNight, n.Name, n.Date)
	if n.News.Loans > 0 {
		title += fmt.Sprintf(textNightNews, n.News.Loans, float64(n.News.Loans)*100/float64(loans), seconds(n.News.ImportSeconds))
	}
	if n.Cache != "" {
		title += fmt.Sprintf(textNightCache, n.Cache)
	}
	var rows [][]any
	for _, s := range n.Steps {
		rows = append(rows, []any{
			s.Name, seconds(s.Seconds), perSecond(s.Read, s.Seconds), s.Read, s.Changed, "", "", mebibytes(s.WALBytes), mebibytes(s.GrowthBytes),
		})
	}
	rows = append(rows, []any{
		"night", seconds(n.Seconds), perSecond(int64(loans), n.Seconds), "", "", mebibytes(n.ProgramBytes), mebibytes(n.ServerBytes),
		mebibytes(n.WALBytes), mebibytes(n.GrowthBytes),
	})
	if err := printTitled(a.stdout, title, headNight, rows); err != nil {
		return err
	}
	if r := n.Resume; r != nil {
		return a.printf(textResume, seconds(r.Seconds), r.KilledAfter, r.Chunks, r.Refused, seconds(r.TotalSeconds))
	}
	return nil
}

func (a *app) printFloor(f bench.Floor) error {
	title := fmt.Sprintf(textFloor, f.Night, f.Readers, seconds(f.CopySeconds), seconds(f.ScanSeconds))
	if f.Cache != "" {
		title += fmt.Sprintf(textNightCache, f.Cache)
	}
	var rows [][]any
	for _, part := range f.Copy {
		rows = append(rows, []any{"copy " + part.Name, seconds(part.Seconds)})
	}
	for _, part := range f.Scan {
		rows = append(rows, []any{"scan " + part.Name, seconds(part.Seconds)})
	}
	return printTitled(a.stdout, title, headFloor, rows)
}

func (a *app) printVerdicts(verdicts []bench.Verdict, measured *bench.Baseline, asJSON bool) error {
	if asJSON {
		return printJSON(a.stdout, verdicts)
	}
	rows := make([][]any, len(verdicts))
	for i, v := range verdicts {
		verdict := verdictGood
		if v.Regressed {
			verdict = verdictRegressed
		}
		rows[i] = []any{v.Name, fmt.Sprintf("%.2f", v.Baseline), fmt.Sprintf("%.2f", v.Measured), fmt.Sprintf("%+.0f %%", v.Percent), verdict}
	}
	return printTitled(a.stdout, fmt.Sprintf(titleVerdicts, measured.Repeat, measured.Loans), headVerdicts, rows)
}

func (a *app) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(a.stdout, format, args...)
	return err
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 2, 64) }

// perSecond is a rate, of what took long enough to have one.
func perSecond(n int64, seconds float64) string {
	if n == 0 || seconds < 0.001 {
		return "-"
	}
	return strconv.FormatFloat(float64(n)/seconds, 'f', 0, 64)
}

// mebibytes shows a size; what was not measured, or is nothing, is a dash.
func mebibytes(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64)
}

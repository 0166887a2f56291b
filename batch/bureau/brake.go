package bureau

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// fileNumbers are the numbers of a file by which brakes judge it.
type fileNumbers struct {
	Building  int64          `db:"building"` // the file that a run has still to write
	Program   string         `db:"program_id"`
	Name      string         `db:"destination_name"`
	Several   bool           `db:"several"`
	Calendar  rules.Calendar `db:"calendar"`
	AsOf      rules.Date     `db:"as_of"` // of that file
	File      int64          `db:"file"`  // that one, or one of the last three before it
	Records   int64          `db:"records"`
	Deletions int64          `db:"deletions"`
	Left      int64          `db:"left_out"` // accounts that the file before had, left out for no reason of routine
}

// Measure gives the numbers of the files that a run has still to write, beside those of the last three of their destinations.
// The first file of a destination has none. Files of a cycle program tell of other accounts each time: only their deletions
// are judged.
func Measure(ctx context.Context, q sqlx.QueryerContext, run int64, asks func(string, int64) bool) ([]batch.Measure, error) {
	var rows []fileNumbers
	if err := sqlx.SelectContext(ctx, q, &rows, fileNumber, run, pq.Array(rules.RoutineExclusions)); err != nil {
		return nil, fmt.Errorf("read the numbers of files: %w", err)
	}
	var measures []batch.Measure
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].Building == rows[0].Building {
			n++
		}
		if n > 1 {
			measures = append(measures, measureFile(rows[0], rows[1:n], asks)...)
		}
		rows = rows[n:]
	}
	return measures, nil
}

// measureFile gives the numbers of one file; last are those before it, the latest first.
func measureFile(f fileNumbers, last []fileNumbers, asks func(string, int64) bool) (measures []batch.Measure) {
	var usual int64
	for _, l := range last {
		usual += l.Records
	}
	usual /= int64(len(last))
	for _, b := range []struct {
		brake      string
		number     func(fileNumbers) int64
		whole      int64
		everyCycle bool
	}{
		{batch.BrakeDeleted, func(n fileNumbers) int64 { return n.Deletions }, f.Records, true},
		{batch.BrakeExcluded, func(n fileNumbers) int64 { return n.Left }, last[0].Records, false},
		{batch.BrakeFileRecords, func(n fileNumbers) int64 { return n.Records }, usual, false},
	} {
		m := batch.Measure{Brake: b.brake, About: fmt.Sprintf("%s as of %s", reporter(f.Program, f.Name, f.Several), f.AsOf), Now: b.number(f), Whole: b.whole}
		if f.Calendar.ByCycle() && !b.everyCycle || !asks(b.brake, m.Weight()) {
			continue
		}
		for _, l := range last {
			m.Before = append(m.Before, b.number(l))
		}
		measures = append(measures, m)
	}
	return measures
}

package intake

import (
	"context"
	"encoding/json"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// changedCase is a sent case that people have changed: each as columns by name.
type changedCase struct {
	Line  int64  `db:"line"`
	Known []byte `db:"known"`
	Last  []byte `db:"last"`
	Sent  []byte `db:"sent"`
}

// notSettled are the columns of a staged case that are not decided by what was sent last: its keys, those of the staging table,
// and the court's number, which is not kept a second time because it is personal.
var notSettled = []string{"case_id", "line", "again", "fresh", "court_case_number"}

// settleCases lets cases that people have created or changed stay as rules decide when the lender sends them (CA1, ST5). It rejects
// none.
func (i *importer) settleCases(ctx context.Context) (rejected int64, err error) {
	var adopted int64
	if err := i.tx.GetContext(ctx, &adopted, importCasesAdopt); err != nil {
		return 0, err
	}
	return 0, eachBatch(ctx, i.tx, importCasesChanged, func(cases []changedCase) error {
		rows := make([]map[string]any, len(cases))
		for k := range cases {
			if rows[k], err = cases[k].settled(); err != nil {
				return err
			}
		}
		return database.WriteRows(ctx, i.tx, importCasesSettle, rows)
	})
}

// settled returns the columns to stage, with the line, and what to keep as sent.
func (c *changedCase) settled() (map[string]any, error) {
	var known, last, sent map[string]any
	for _, side := range []struct {
		text []byte
		into *map[string]any
	}{{c.Known, &known}, {c.Last, &last}, {c.Sent, &sent}} {
		if err := json.Unmarshal(side.text, side.into); err != nil {
			return nil, err
		}
	}
	for _, name := range notSettled {
		delete(known, name)
		delete(last, name)
	}
	row := map[string]any{"line": c.Line, "case_id": sent["case_id"]}
	for name, value := range sent {
		if _, decided := known[name]; decided {
			row[name] = rules.AsSent(known[name], last[name], value)
		}
	}
	for _, name := range notSettled[1:] {
		delete(sent, name)
	}
	row["sent"] = sent
	return row, nil
}

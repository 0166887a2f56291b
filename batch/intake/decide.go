package intake

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// batchSize is how many rows are decided at once: memory does not grow with the file.
const batchSize = 5000

// eachBatch calls f with the rows that a query gives, some at a time. f may write what the query reads: the rows are those
// of its start.
func eachBatch[T any](ctx context.Context, tx *sqlx.Tx, query string, f func([]T) error) error {
	if _, err := tx.ExecContext(ctx, "DECLARE batches NO SCROLL CURSOR FOR "+query); err != nil {
		return err
	}
	for {
		var rows []T
		if err := tx.SelectContext(ctx, &rows, fmt.Sprintf("FETCH %d FROM batches", batchSize)); err != nil {
			return err
		}
		if len(rows) == 0 {
			_, err := tx.ExecContext(ctx, "CLOSE batches")
			return err
		}
		if err := f(rows); err != nil {
			return err
		}
	}
}

// rejectedRow is a staged row that rules refuse.
type rejectedRow struct {
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
}

// doubtedTermination is a staged termination without a reason, and what decides whether it may have none.
type doubtedTermination struct {
	Line         int64  `db:"line"`
	Source       string `db:"source"`
	PairRequires bool   `db:"pair_requires"`
	Known        bool   `db:"known"`
}

// judgeTerminations rejects the terminations that must have a reason and have none (DC4).
func (i *importer) judgeTerminations(ctx context.Context) (rejected int64, err error) {
	err = eachBatch(ctx, i.tx, importTerminationsDoubted, func(rows []doubtedTermination) error {
		var refused []rejectedRow
		for _, r := range rows {
			started := rules.StartedTermination{Source: r.Source, PairRequires: r.PairRequires, Known: r.Known}
			if why := rules.ReasonMissing(started); why != "" {
				refused = append(refused, rejectedRow{r.Line, why})
			}
		}
		rejected += int64(len(refused))
		room := i.room()
		i.kept += min(int64(len(refused)), room)
		return database.WriteRows(ctx, i.tx, importTerminationsReject, refused, i.summary.Import, room)
	})
	return rejected, err
}

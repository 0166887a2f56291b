package intake

import (
	"context"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

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
	Line       int64  `json:"line"`
	ValueClass string `json:"value_class"`
	Reason     string `json:"reason"`
}

// stagedTermination is a staged termination, and what decides whether its reason is right.
type stagedTermination struct {
	Line         int64          `db:"line"`
	Source       string         `db:"source"`
	Reason       string         `db:"reason"`
	PairRequires bool           `db:"pair_requires"`
	Known        bool           `db:"known"`
	Aliases      pq.StringArray `db:"reason_aliases"`
}

// refused says why the termination is rejected, and of which class its reason is; empty: it is not.
func (t *stagedTermination) refused() (class, why string) {
	started := rules.StartedTermination{Source: t.Source, Reason: t.Reason, PairRequires: t.PairRequires, Known: t.Known}
	if why := rules.ReasonMissing(started); why != "" {
		return classEmpty, why
	}
	if _, known := rules.ParseReasonAliases(t.Aliases).Reason(t.Reason); t.Reason != "" && !known {
		return classOf([]byte(t.Reason)), "not one of " + strings.Join(rules.TerminationReasons(), ", ") + " or an alias of the loan's program"
	}
	return "", ""
}

// judgeTerminations rejects the terminations that must have a reason and have none (DC4), and those whose reason is neither
// of the closed list nor an alias of the loan's program (Q70). Those that are sent again, of loans whose termination people have
// changed since, are left out before: they are no news.
func (i *importer) judgeTerminations(ctx context.Context) (rejected int64, err error) {
	if _, err := i.tx.ExecContext(ctx, importTerminationsSent); err != nil {
		return 0, err
	}
	err = eachBatch(ctx, i.tx, importTerminationsStaged, func(rows []stagedTermination) error {
		var refused []rejectedRow
		for k := range rows {
			if class, why := rows[k].refused(); why != "" {
				refused = append(refused, rejectedRow{rows[k].Line, class, why})
			}
		}
		rejected += int64(len(refused))
		room := i.room()
		i.kept += min(int64(len(refused)), room)
		return database.WriteRows(ctx, i.tx, importTerminationsReject, refused, i.summary.Import, room)
	})
	return rejected, err
}

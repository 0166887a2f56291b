package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// file takes one staged file in: checked against itself and the book, merged, counted.
func (i *importer) file(ctx context.Context, p *parser) error {
	t := p.source.table
	counts := FileSummary{File: t.file, Rows: p.rows, Rejected: p.bad}
	if err := i.quarantine(ctx, p.rejects); err != nil {
		return err
	}
	if p.again > 0 {
		if err := i.dropRepeats(ctx, t, &counts); err != nil {
			return err
		}
	}
	if err := i.check(ctx, t, &counts); err != nil {
		return err
	}
	if !i.options.tolerates(counts.Rejected, counts.Rows) {
		return i.refuse(ctx, counts)
	}
	if err := i.merge(ctx, t, &counts); err != nil {
		return err
	}
	counts.Unchanged = counts.Rows - counts.Rejected - counts.Inserted - counts.Updated
	if counts.Unchanged < 0 {
		return fmt.Errorf("more rows written than read: %+v", counts)
	}
	analyzed, err := i.analyze(ctx, t, &counts)
	if err != nil {
		return err
	}
	i.summary.Files = append(i.summary.Files, counts)
	i.summary.Rejected += counts.Rejected
	i.summary.Removed += counts.Removed
	_, err = i.tx.ExecContext(ctx, importFile, i.summary.Import, counts.File, counts.Rows, counts.Inserted,
		counts.Updated, counts.Unchanged, counts.Rejected, analyzed)
	return err
}

// analyzedShare is the part of a file's rows that may change before its tables are analyzed again: the planner knows how
// many rows a table has without that, and what else it knows of them ages slowly. It is the share at which the server
// does it by itself, some time later.
const analyzedShare = 0.1

// analyze has the planner learn anew what the tables of a file hold, if much has changed since it last did: the night may
// follow at once. What has changed is counted by the record of the imports, which is exact and commits with the rows;
// the server's own count does not know of this transaction, and forgets in a crash.
func (i *importer) analyze(ctx context.Context, t *table, counts *FileSummary) (analyzed bool, err error) {
	if counts.Inserted+counts.Updated == 0 {
		return false, nil
	}
	var before struct {
		Inserted int64 `db:"inserted"` // of all imports
		Changed  int64 `db:"changed"`  // inserted or updated since the last ANALYZE
	}
	if err := i.tx.GetContext(ctx, &before, importFileChanged, t.file); err != nil {
		return false, err
	}
	changed := before.Changed + counts.Inserted + counts.Updated
	if float64(changed) <= analyzedShare*float64(before.Inserted+counts.Inserted) {
		return false, nil
	}
	_, err = i.tx.ExecContext(ctx, "ANALYZE "+strings.Join(t.books, ", "))
	return true, err
}

// merge wakes the loans that the staged rows are news of, and brings the rows into the book.
func (i *importer) merge(ctx context.Context, t *table, counts *FileSummary) error {
	if t.news.query != "" {
		if err := i.tellBook(ctx, t.news); err != nil {
			return err
		}
	}
	if t.notes != nil {
		if err := t.notes(i, ctx); err != nil {
			return err
		}
	}
	merges := func() error { return i.mergeRows(ctx, t.merges, counts) }
	if t.adds != "" {
		if err := merges(); err != nil {
			return err
		}
		return i.bulk(ctx, t, counts.Rows, func() error { return i.add(ctx, t.adds, counts) })
	}
	if err := i.bulk(ctx, t, counts.Rows, merges); err != nil || t.decides == nil {
		return err
	}
	n, err := t.decides(i, ctx)
	counts.Updated += n
	return err
}

// mergeRows runs queries that bring rows into the book.
func (i *importer) mergeRows(ctx context.Context, queries []string, counts *FileSummary) error {
	for _, query := range queries {
		var inserted, updated int64
		if err := i.tx.QueryRowContext(ctx, query).Scan(&inserted, &updated); err != nil {
			return err
		}
		counts.Inserted += inserted
		counts.Updated += updated
	}
	return nil
}

// add runs a query that brings in new rows.
func (i *importer) add(ctx context.Context, query string, counts *FileSummary) error {
	result, err := i.tx.ExecContext(ctx, query)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	counts.Inserted += n
	return err
}

// quarantine keeps the rows that the parser rejected, as far as there is room.
func (i *importer) quarantine(ctx context.Context, rejects []Reject) error {
	const some = 5000
	rejects = rejects[:min(int64(len(rejects)), i.room())]
	i.kept += int64(len(rejects))
	for len(rejects) > 0 {
		n := min(some, len(rejects))
		rows, err := json.Marshal(rejects[:n])
		if err != nil {
			return err
		}
		if _, err := i.tx.ExecContext(ctx, importQuarantine, i.summary.Import, string(rows)); err != nil {
			return err
		}
		rejects = rejects[n:]
	}
	return nil
}

// dropRepeats takes rows out of the staging table whose key came before, if it really did.
func (i *importer) dropRepeats(ctx context.Context, t *table, counts *FileSummary) error {
	query := t.fill(importRepeated)
	n, err := i.reject(ctx, query, t.file, t.fileColumn(t.key[len(t.key)-1]))
	counts.Rejected += n
	return err
}

// check takes rows out of the staging table that may not go in: those with missing references, then what
// the table's own statements find. What no later check can reject is brought in on the way. With rows of a removed customer the
// lender does nothing wrong: the customer stays in the extract (CD2).
func (i *importer) check(ctx context.Context, t *table, counts *FileSummary) error {
	for _, ref := range t.refs {
		query := strings.NewReplacer("{column}", ref.column, "{known}", ref.table, "{known_key}", ref.key).
			Replace(t.fill(importMissing))
		n, err := i.reject(ctx, query, t.file, t.fileColumn(ref.column))
		if err != nil {
			return err
		}
		counts.Rejected += n
	}
	if t.known != "" {
		var low, high string
		if err := i.tx.QueryRowContext(ctx, t.span).Scan(&low, &high); err != nil {
			return err
		}
		var updated, rejected int64
		if err := i.tx.QueryRowContext(ctx, t.known, i.summary.Import, i.room(), low, high).Scan(&updated, &rejected); err != nil {
			return err
		}
		i.kept += min(rejected, i.room())
		counts.Updated += updated
		counts.Rejected += rejected
	}
	if t.judges != nil {
		n, err := t.judges(i, ctx)
		if err != nil {
			return err
		}
		counts.Rejected += n
	}
	if t.plain != "" {
		err := i.bulk(ctx, t, counts.Rows, func() error { return i.add(ctx, t.plain, counts) })
		if err != nil {
			return err
		}
	}
	if t.bars != "" {
		if err := i.tx.GetContext(ctx, &counts.Removed, t.bars); err != nil {
			return err
		}
	}
	for again := true; again; {
		again = false
		for _, query := range t.rejects {
			n, err := i.reject(ctx, query)
			if err != nil {
				return err
			}
			counts.Rejected += n
			again = again || (t.fixpoint && n > 0)
		}
	}
	return nil
}

// reject runs a query that takes rows out of the staging table, keeps those for which there is room, and gives how many
// there were.
func (i *importer) reject(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = i.tx.GetContext(ctx, &n, query, append([]any{i.summary.Import, i.room()}, args...)...)
	i.kept += min(n, i.room())
	return n, err
}

// room is how many more rejects the import keeps.
func (i *importer) room() int64 { return maxRejects - i.kept }

// refuse is the error for a file with too many bad rows.
func (i *importer) refuse(ctx context.Context, counts FileSummary) error {
	refused := &RefusedError{File: counts.File, TooMany: true, Reason: tooManyReason(counts.Rejected, counts.Rows, i.options)}
	err := i.tx.SelectContext(ctx, &refused.Rejects, importFileRejects, i.summary.Import, counts.File, maxRefusedRejects)
	if err != nil {
		return err
	}
	return refused
}

// fill puts the table's names into a statement that serves all tables: identifiers cannot be parameters.
func (t *table) fill(query string) string {
	key := make([]string, len(t.key))
	for i, place := range t.keyPlaces {
		key[i] = t.key[i]
		if !t.columns[place].required {
			key[i] = "coalesce(" + key[i] + ", '')"
		}
	}
	columns := make([]string, 0, len(t.columns))
	for i := range t.columns {
		if t.columns[i].seals == nil { // else its hash tells whether it is the same
			columns = append(columns, t.columns[i].stagedName())
		}
	}
	list := func(alias string) string { return alias + "." + strings.Join(columns, ", "+alias+".") }
	return strings.NewReplacer("{staging}", t.staging(), "{key}", strings.Join(key, ", "), "{row}", list("s"), "{first_row}", list("f")).Replace(query)
}

// fileColumn is the name in the file of a staged column.
func (t *table) fileColumn(staged string) string {
	for i := range t.columns {
		if t.columns[i].stagedName() == staged {
			return t.columns[i].name
		}
	}
	return staged
}

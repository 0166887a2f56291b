package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/merkle"
)

// linePage is a page of rows as the log knows it.
type linePage struct {
	Last    int64  `db:"last"`
	Digest  []byte `db:"digest"`
	First   int64  `db:"first"` // 0: somebody removed what the page keeps
	Columns int    `db:"columns"`
	Rows    []byte `db:"rows"`
}

// paged are the rows of a table that the log knows by pages.
type paged struct {
	verifier
	table          string // their kind
	count, orphans string // queries
}

// pages compares what the log knows by pages with them.
func (v verifier) pages(ctx context.Context) error {
	lines := paged{v, bureau.ProvedLine, lineCount, lineOrphans}
	if err := lines.all(ctx); err != nil {
		return err
	}
	excluded := paged{v, bureau.ProvedExcluded, excludedCount, excludedOrphans}
	return excluded.all(ctx)
}

// all compares the rows of all files with their pages.
func (v paged) all(ctx context.Context) error {
	var files []struct {
		File     int64 `db:"file"`
		Building bool  `db:"building"`
		Older    bool  `db:"older"`
	}
	if err := v.tx.SelectContext(ctx, &files, pagedFiles, v.table); err != nil {
		return fmt.Errorf("find the files: %w", err)
	}
	for _, f := range files {
		var err error
		if f.Building {
			err = v.wait(ctx, f.File, 0)
		} else {
			err = v.file(ctx, f.File, f.Older)
		}
		if err != nil {
			return err
		}
	}
	var orphans []struct {
		File int64 `db:"file"`
		Loan int64 `db:"loan"`
	}
	if err := v.tx.SelectContext(ctx, &orphans, v.orphans); err != nil {
		return fmt.Errorf("find rows of %s without a file: %w", v.table, err)
	}
	for _, o := range orphans {
		v.r.add(v.table, key(v.table, o.File, o.Loan), NotLogged)
	}
	return nil
}

// wait counts rows of a file that are not logged yet.
func (v paged) wait(ctx context.Context, file, after int64) error {
	var n int64
	if err := v.tx.GetContext(ctx, &n, v.count, file, after); err != nil {
		return fmt.Errorf("count the rows of %s of file %d: %w", v.table, file, err)
	}
	v.r.Waiting += n
	return nil
}

// file compares the rows of one file with its pages, in the order of the loans. older: some may be of a time before the log,
// and wait for it.
func (v paged) file(ctx context.Context, file int64, older bool) error {
	for after := int64(0); ; {
		var page linePage
		err := v.tx.GetContext(ctx, &page, linePages, file, after, v.table)
		if errors.Is(err, sql.ErrNoRows) {
			if older {
				return v.wait(ctx, file, after)
			}
			return v.unlogged(ctx, file, after+1, math.MaxInt64, older)
		}
		if err != nil {
			return fmt.Errorf("read a page of file %d: %w", file, err)
		}
		first := page.First
		if first <= after { // what the page keeps is gone, or was changed
			first = after + 1
		}
		if err := v.unlogged(ctx, file, after+1, first-1, older); err != nil {
			return err
		}
		if err := v.page(ctx, file, first, &page); err != nil {
			return err
		}
		after = page.Last
	}
}

// unlogged names the rows of a range that no page has.
func (v paged) unlogged(ctx context.Context, file, first, last int64, older bool) error {
	if first > last {
		return nil
	}
	return bureau.EachProved(ctx, v.tx, v.table, file, first, last, 0, func(row bureau.ProvedRow) error {
		if older {
			v.r.Waiting++
			return nil
		}
		v.r.Rows++
		v.r.add(v.table, key(v.table, file, row.Loan), NotLogged)
		return nil
	})
}

// page compares the rows of a page with its root, and if they differ each with what the page lists.
func (v paged) page(ctx context.Context, file, first int64, page *linePage) error {
	var tree merkle.Tree
	var rows []bureau.ProvedRow // of one chunk
	err := bureau.EachProved(ctx, v.tx, v.table, file, first, page.Last, page.Columns, func(row bureau.ProvedRow) error {
		rows = append(rows, row)
		tree.Add(merkle.RowLeaf(row.Loan, row.Says))
		return nil
	})
	if err != nil {
		return err
	}
	v.r.Rows += int64(len(rows))
	root := tree.Root()
	if tree.Size() > 0 && string(root[:]) == string(page.Digest) {
		return nil
	}
	kept, err := bureau.ReadProvedPage(page.Columns, page.Rows)
	whole := func() { v.r.add(v.table, fmt.Sprintf("%d/%d to %d", file, first, page.Last), Changed) }
	if err != nil || len(kept.Short) == 0 {
		whole()
		return nil
	}
	named := false
	for _, row := range rows {
		same, listed := kept.Same(row)
		if what := Changed; !same {
			if !listed {
				what = NotLogged
			}
			named = true
			v.r.add(v.table, key(v.table, file, row.Loan), what)
		}
		delete(kept.Short, row.Loan)
	}
	for _, loan := range slices.Sorted(maps.Keys(kept.Short)) {
		named = true
		v.r.add(v.table, key(v.table, file, loan), Removed)
	}
	if !named { // the list was changed with the row
		whole()
	}
	return nil
}

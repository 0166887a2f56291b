package bureau

import (
	"strings"
	"testing"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// TestPagesAreReadInOrder holds that the pages of a file are read in one pass over the index that is their order, whatever
// the planner believes of the table: its statistics are of another month's file, or of a table without rows.
func TestPagesAreReadInOrder(t *testing.T) {
	t.Parallel()
	const pages = `INSERT INTO file_page (file, first_account, loan, loans, checksum, records)
		SELECT $1, 'A' || lpad(CAST(n AS text), 9, '0'), n, ARRAY[n], 0, CAST(repeat('X', 7000) AS bytea) FROM generate_series(1, 300) n`
	for _, c := range []struct {
		name       string
		statements []string
	}{
		{"no statistics", nil},
		{"statistics of no rows", []string{"ANALYZE file_page"}},
		{"statistics of another file", []string{strings.ReplaceAll(pages, "$1", "1"), "ANALYZE file_page", "DELETE FROM file_page"}},
		{"statistics of another file beside it", []string{strings.ReplaceAll(pages, "$1", "1"), "ANALYZE file_page"}},
		{"its own statistics", []string{strings.ReplaceAll(pages, "$1", "3"), "ANALYZE file_page", "DELETE FROM file_page"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			for _, statement := range c.statements {
				db.MustExec(statement)
			}
			db.MustExec(pages, 3)
			tx := db.MustBegin()
			defer tx.Rollback()
			tx.MustExec(pagePlan)
			var lines []string
			if err := tx.Select(&lines, "EXPLAIN (COSTS OFF) "+pageRead, 3); err != nil {
				t.Fatal(err)
			}
			want := "Index Scan using file_page_pkey on file_page\n  Index Cond: (file = '3'::bigint)"
			if got := strings.Join(lines, "\n"); got != want {
				t.Errorf("plan:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

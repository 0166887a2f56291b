package intake_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// TestLayoutExamples imports the example row of every file: it has what is required, and every row is good. The import that
// only checks says the same and stores nothing.
func TestLayoutExamples(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, l := range intake.Layout() {
		var head, row []string
		for _, c := range l.Columns {
			if c.Type == "" {
				t.Errorf("%s %s has no type", l.File, c.Name)
			}
			if c.Required && c.Example == "" {
				t.Errorf("%s %s has no example", l.File, c.Name)
			}
			head, row = append(head, c.Name), append(row, c.Example)
		}
		f, err := os.Create(filepath.Join(dir, l.File))
		if err != nil {
			t.Fatal(err)
		}
		if err := csv.NewWriter(f).WriteAll([][]string{head, row}); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db := pgtest.New(t)
	o := options(dir)
	o.Check = true
	checked, err := intake.Import(t.Context(), db, o)
	if err != nil {
		t.Fatal(err)
	}
	var stored int
	const count = `SELECT (SELECT count(*) FROM loan_key) + (SELECT count(*) FROM import) + (SELECT count(*) FROM customer)
		+ (SELECT count(*) FROM pg_class WHERE relname LIKE 'staged%')`
	if err := db.Get(&stored, count); err != nil || stored != 0 {
		t.Fatalf("the check stored %d rows, %v", stored, err)
	}
	o.Check = false
	summary, err := intake.Import(t.Context(), db, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(summary.Rejects) > 0 || len(summary.Files) != len(intake.Layout()) {
		t.Errorf("%d files, rejects %+v", len(summary.Files), summary.Rejects)
	}
	for i, f := range summary.Files {
		if f.Inserted != 1 || checked.Files[i] != f {
			t.Errorf("import %+v, check %+v", f, checked.Files[i])
		}
	}
}

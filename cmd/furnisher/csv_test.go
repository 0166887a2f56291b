package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCSVHoldsNoFormula: no cell that a spreadsheet would calculate, whatever the name of the file and what is in it; and
// what is before the apostrophe's removal is what was meant.
func TestCSVHoldsNoFormula(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "'=1", "plain, \"quoted\""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("=1+1 no record\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		run(t.Context(), []string{"metro2", "validate", "--csv", "--", name}, strings.NewReader(""), &out, &errs)
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%q: %d rows, %v: %s", name, len(rows), err, errs.String())
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") || strings.HasPrefix(cell, "＝") {
					t.Errorf("%q: a spreadsheet calculates the cell %q", name, cell)
				}
			}
		}
		if got := plainCell(rows[1][0]); got != visibleText(name) {
			t.Errorf("%q: read back it is %q", name, got)
		}
	}
}

// plainCell undoes csvCell, as its comment says how.
func plainCell(cell string) string {
	if rest, marked := strings.CutPrefix(cell, "'"); marked {
		return rest
	}
	return cell
}

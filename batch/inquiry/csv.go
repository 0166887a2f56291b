package inquiry

import (
	"strings"
	"unicode/utf8"
)

// NoFormula puts an apostrophe before each cell of a line of CSV that a spreadsheet would take for a formula, and before one that begins
// with an apostrophe, so that it can be taken away again.
func NoFormula(cells ...string) []string {
	for i, cell := range cells {
		if first, _ := utf8.DecodeRuneInString(cell); strings.ContainsRune("=+-@＝＋－＠'\t\r\n", first) {
			cells[i] = "'" + cell
		}
	}
	return cells
}

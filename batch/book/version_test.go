package book

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/sql"
)

// wakesFor names the migration that wakes the book for a packed version: without one, rows of the version before would stay
// as they are until something happens to their loans, and each file would make them anew.
var wakesFor = map[byte]string{5: "schema/00040_packed.sql"}

func TestPackedVersionHasItsMigration(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(sql.Schema, wakesFor[packedVersion])
	if err != nil || !strings.Contains(string(text), "UPDATE loan_wake SET version = version + 1, state = 'STALE', wake_on = '-infinity'") {
		t.Errorf("packed version %d: the migration %q does not wake the book (%v)", packedVersion, wakesFor[packedVersion], err)
	}
}

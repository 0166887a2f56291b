package bureau

import (
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// vault has the keys of the tests' books.
var vault = book.Vault{Keys: pgtest.Keys()}

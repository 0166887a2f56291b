package servicing_test

import (
	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// vault has the keys of the tests' books.
var vault = facts.Vault{Keys: pgtest.Keys()}

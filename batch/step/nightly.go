package step

import (
	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
)

// Nightly is the plan of every night, in its order.
func Nightly(files bureau.Files) batch.Plan {
	return batch.Plan{Servicing{Vault: files.Vault}, Purge{}, Export{Files: files}}
}

package step

import (
	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
)

// Nightly is the plan of every night, in its order. Runs go without Eligible unless they are opened with it.
func Nightly(files bureau.Files) batch.Plan {
	return batch.Plan{Servicing{Vault: files.Vault}, Purge{}, Export{Files: files}, Eligible{}}
}

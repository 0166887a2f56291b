package main

import (
	"fmt"

	"github.com/furnisher/furnisher/batch/seal"
)

// archiveVariable holds the public keys of age for which files that were voided or rejected are encrypted.
const archiveVariable = "FURNISHER_ARCHIVE_RECIPIENTS"

// archive returns for whom archives are encrypted; nobody if none is configured.
func (a *app) archive() (seal.Recipients, error) {
	r, err := seal.ParseRecipients(a.getenv(archiveVariable))
	if err != nil {
		err = &ending{
			err: fmt.Errorf("%s: %w", archiveVariable, err), code: exitUsage,
			hint: "set it, or archive_recipients in the configuration file, to what age-keygen printed as public key (age1...), several with blanks between",
		}
	}
	return r, err
}

// diagnoseArchive says for how many archives are encrypted; nothing if they are not.
func (a *app) diagnoseArchive() []diagnosis {
	r, err := a.archive()
	switch {
	case err != nil:
		return []diagnosis{{About: "archives", Verdict: verdictBad, Says: oneLine(err), Do: "set archive_recipients to public keys of age (age1...)"}}
	case r.Len() > 0:
		return []diagnosis{{About: "archives", Verdict: verdictOK, Says: fmt.Sprintf("encrypted, recipients %d", r.Len())}}
	}
	return nil
}

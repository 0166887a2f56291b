package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch"
)

// authority is what the settings say about who may do what needs a supervisor.
func (a *app) authority() (batch.Authority, error) {
	who := batch.Authority{Supervisors: words(a.getenv("FURNISHER_SUPERVISORS"))}
	if said := a.getenv("FURNISHER_FOUR_EYES"); said != "" {
		var err error
		if who.FourEyes, err = strconv.ParseBool(said); err != nil {
			return who, &ending{err: fmt.Errorf("FURNISHER_FOUR_EYES is %q, neither true nor false", said), code: exitUsage, hint: "FURNISHER_FOUR_EYES=true"}
		}
	}
	var err error
	if who.Host, err = os.Hostname(); err != nil {
		who.Host = "unknown"
	}
	return who, nil
}

// words are the words of a variable of the environment, between commas or blanks.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

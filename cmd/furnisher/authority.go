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
	who := batch.Authority{Supervisors: words(a.getenv("FURNISHER_SUPERVISORS")), User: a.who()}
	if said := a.getenv("FURNISHER_FOUR_EYES"); said != "" {
		var err error
		if who.FourEyes, err = truth("FURNISHER_FOUR_EYES", said); err != nil {
			return who, err
		}
	}
	var err error
	if who.Host, err = os.Hostname(); err != nil {
		who.Host = "unknown"
	}
	return who, nil
}

// truth is the value of a variable of the environment that is true or false.
func truth(variable, value string) (bool, error) {
	is, err := strconv.ParseBool(value)
	if err != nil {
		return false, &ending{err: fmt.Errorf("%s is %q, neither true nor false", variable, value), code: exitUsage, hint: variable + "=true"}
	}
	return is, nil
}

// words are the words of a variable of the environment, between commas or blanks.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

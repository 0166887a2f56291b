package rules

import (
	"slices"
	"strings"
	"unicode"
)

// CancelledPayment is a scheduled payment of a loan that the night cancelled (SP1, Q55).
type CancelledPayment struct {
	On     Date // on which it would have been made
	ToldOn Date // the payer was told that it will not be, 0: not
}

// Excuses returns the cycles that cancelled payments would have paid, nil if none (Q81): to each payment belongs the cycle
// whose due date lies nearest to it, of two the later one.
func Excuses(payments []CancelledPayment, dues []Due) []Excuse {
	if len(payments) == 0 || len(dues) == 0 {
		return nil
	}
	excuses := make([]Excuse, 0, len(payments))
	for _, p := range payments {
		nearest := dues[0].DueOn
		for _, c := range dues {
			if distance(c.DueOn, p.On) <= distance(nearest, p.On) {
				nearest = c.DueOn
			}
		}
		excuses = excuse(excuses, Excuse{DueOn: nearest, ToldOn: p.ToldOn})
	}
	return excuses
}

// excuse adds e. A cycle has one excuse: the payer was told when they were told of the last of its payments.
func excuse(excuses []Excuse, e Excuse) []Excuse {
	for k := range excuses {
		if known := &excuses[k]; known.DueOn == e.DueOn {
			if known.ToldOn != 0 && (e.ToldOn == 0 || e.ToldOn > known.ToldOn) {
				known.ToldOn = e.ToldOn
			}
			return excuses
		}
	}
	return append(excuses, e)
}

func distance(a, b Date) Date { return max(a-b, b-a) }

// IsStay reports whether a pause for this reason is a bankruptcy's stay (DQ8), which is no accommodation (CA7).
func IsStay(reason string) bool {
	words := strings.FieldsFunc(strings.ToLower(reason), func(c rune) bool { return !unicode.IsLetter(c) })
	return slices.ContainsFunc(words, func(word string) bool { return word == "stay" || strings.HasPrefix(word, "bankrupt") })
}

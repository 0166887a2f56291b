package rules

import "slices"

// Rule is a servicing rule, or a settled point (Q1, Q2, …) that says how rules are read where they could be read two ways.
type Rule struct {
	ID       string
	Sentence string
	Where    string   // the file that decides it
	Settles  []string // of a settled point: the rules that it is about
}

// Dictionary returns every servicing rule in the order in which the rules are taught: the state of a loan, delinquency, closure,
// statements, purging, deletions, cases, customers, bureau reporting, settled points. Whether a rule is in force is not said
// here: it is when a scenario that cites it passes.
func Dictionary() []Rule {
	return slices.Concat(servicingRules, reportingRules, settledPoints)
}

// RuleByID returns a rule of the dictionary, nil if there is none of that id.
func RuleByID(id string) *Rule {
	for _, list := range [][]Rule{servicingRules, reportingRules, settledPoints} {
		for i := range list {
			if list[i].ID == id {
				return &list[i]
			}
		}
	}
	return nil
}

// SettledPoints returns the settled points that are about a rule.
func SettledPoints(id string) []Rule {
	var about []Rule
	for _, q := range settledPoints {
		if slices.Contains(q.Settles, id) {
			about = append(about, q)
		}
	}
	return about
}

package rules

import (
	"strconv"
	"strings"
)

// CaseChange is one thing that a case changed of what a file says of an account. All of them are for the review list, until a
// person has seen them (CA1).
type CaseChange struct {
	Case   string // its id
	Change string // a key of the tradeline's facts without FactCase, or ChangeLeftOut, or ChangeNotApplied
	Rule   string
	Value  string // what the file says: a code or a date; empty where the same change is not said in several ways
}

// Changes that are no facts of a tradeline.
const (
	ChangeLeftOut    = "left_out"    // the file leaves the account out
	ChangeNotApplied = "not_applied" // the file leaves the account out because the case asks for something the night cannot do (CA8)
)

// CaseChanges returns what cases changed of a tradeline, nil for nothing. That a case waits for a person changes nothing yet.
func (t *Tradeline) CaseChanges() (changes []CaseChange) {
	for i := range t.Facts {
		f := &t.Facts[i]
		change, changed := strings.CutPrefix(f.Key, FactCase)
		rule, id, named := strings.Cut(f.text, " ")
		if !changed || !named || f.Key == FactCaseWaits {
			continue
		}
		changes = append(changes, CaseChange{id, change, rule, t.saidOf(f.Key)})
	}
	return changes
}

// saidOf returns what a tradeline says where a case changed it, empty for what may differ from file to file by itself.
func (t *Tradeline) saidOf(key string) string {
	switch key {
	case factCaseComment:
		return t.SpecialComment
	case factCaseDispute:
		return t.ComplianceCode
	case factCaseDOFD:
		return t.DateFirstDelinquency.String()
	}
	position, ofConsumer := strings.CutPrefix(key, factCaseConsumer)
	for i := range t.Placed {
		if said := &t.Placed[i]; ofConsumer && strconv.Itoa(said.Position) == position {
			return strings.TrimSpace(said.ECOA + " " + said.CII)
		}
	}
	return ""
}

// BlockedBy returns the change by the theft report that leaves an account out of the file (CA9, Q78), nil if none does.
func BlockedBy(a *Account) *CaseChange {
	d := decision{Account: a}
	if len(a.Cases) > 0 {
		d.seeCases()
	}
	by := d.byCase.blocked()
	if by == nil {
		return nil
	}
	return &CaseChange{Case: by.ID, Change: ChangeLeftOut, Rule: by.exclusion(a.AsOf).Rule}
}

package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// caseOracle says again, from SERVICING.md and without the package's code, what cases make of the consumers and codes of an
// account. It remembers every file, not only the last one.
type caseOracle struct {
	people []rules.Consumer
	cases  []rules.Case
	opened rules.Date
	said   []map[int]string // of each file: position -> "ECOA CII" of who was in it
	codes  []string         // compliance condition codes
	gone   bool             // DF went out
}

func in(list string, word string) bool { return word != "" && strings.Contains(list, " "+word+" ") }

func (o *caseOracle) naming(kind rules.CaseType, at int, f func(c rules.Case) bool) bool {
	return slices.ContainsFunc(o.cases, func(c rules.Case) bool {
		return c.Type == kind && c.DeletedOn == 0 && (len(c.Parties) == 0 || slices.Contains(c.Parties, at)) && f(c)
	})
}

func takesCodes(c rules.Case) bool { return c.Acknowledged || !c.AutoCreated }

// word is "petition 13", "discharged 7", "reaffirmed 7" or empty: the bankruptcy of a consumer on d.
func (o *caseOracle) word(at int, d rules.Date) (word string) {
	if o.people[at-1].ECOA == "3" {
		return ""
	}
	var filed rules.Date
	o.naming(rules.CaseBankruptcy, at, func(c rules.Case) bool {
		if !takesCodes(c) || c.DebtNotListed || c.FiledOn > d || c.FiledOn < o.opened {
			return false
		}
		what := "petition"
		switch closed := c.ClosedOn != 0 && c.ClosedOn <= d; {
		case c.Disposition != "" && c.Disposition != rules.PlanConfirmed && c.DispositionOn <= d:
			what = map[rules.Disposition]string{rules.Discharged: "discharged", rules.Reaffirmed: "reaffirmed"}[c.Disposition]
		case closed:
			what = ""
		}
		was, is := strings.HasPrefix(word, "discharged"), what == "discharged"
		if what != "" && (is || !was) && (c.FiledOn >= filed || is && !was) {
			word, filed = fmt.Sprint(what, " ", c.Chapter), c.FiledOn
		}
		return false
	})
	return word
}

func (o *caseOracle) dead(at int, d rules.Date) bool {
	return o.naming(rules.CaseDeceased, at, func(c rules.Case) bool { return takesCodes(c) && c.OpenedOn <= d })
}

func by(c rules.Case, outcome rules.CaseOutcome, d rules.Date) bool {
	return c.Outcome == outcome && c.ClosedOn <= d
}

func (o *caseOracle) victim(at int, d rules.Date) bool {
	return o.naming(rules.CaseIdentityTheft, at, func(c rules.Case) bool { return !by(c, "REJECTED", d) })
}

func (o *caseOracle) fraud(at int, d rules.Date) bool {
	confirmed := func(c rules.Case) bool { return takesCodes(c) && by(c, "CONFIRMED", d) }
	return o.naming(rules.CaseIdentityTheft, at, confirmed) || o.naming(rules.CaseFraudClaim, at, confirmed)
}

// all reports whether f holds for everyone liable.
func (o *caseOracle) all(f func(at int, d rules.Date) bool, d rules.Date) bool {
	for _, p := range o.people {
		if p.ECOA != "3" && !f(p.Position, d) {
			return false
		}
	}
	return true
}

func (o *caseOracle) answers(at int, d rules.Date) bool {
	return o.people[at-1].ECOA != "3" && !o.dead(at, d) && !o.victim(at, d) && !o.fraud(at, d)
}

// frozenOn is the first day on which, by the petitions that stand on d, the account was frozen; 0: it is not (CA4).
func (o *caseOracle) frozenOn(d rules.Date) rules.Date {
	for day := o.opened; day <= d; day++ {
		if o.stayed(day, d) {
			return day
		}
	}
	return 0
}

// stayed reports whether by the petitions that stand on d all had filed on a day, or anyone under 12 or 13.
func (o *caseOracle) stayed(day, d rules.Date) bool {
	all, anyone, nobody := true, false, true
	for _, p := range o.people {
		if !o.answers(p.Position, d) {
			continue
		}
		word, then := o.word(p.Position, d), o.filed(p.Position, d)
		filed := then != 0 && then <= day && !strings.HasPrefix(word, "reaffirmed")
		all, nobody = all && filed, false
		anyone = anyone || filed && in(" 12 13 ", strings.TrimPrefix(word, "petition "))
	}
	return anyone || all && !nobody
}

// filed is the filing date of the petition behind word.
func (o *caseOracle) filed(at int, d rules.Date) (on rules.Date) {
	word := o.word(at, d)
	one := *o
	for _, c := range o.cases {
		if one.cases = []rules.Case{c}; c.Type == rules.CaseBankruptcy && word != "" && one.word(at, d) == word && c.FiledOn >= on {
			on = c.FiledOn
		}
	}
	return on
}

// consumer is what the next file says of a consumer, "ECOA CII"; false: it leaves the consumer out.
func (o *caseOracle) consumer(at int, d rules.Date) (string, bool) {
	var all, last string
	for _, file := range o.said {
		if s, ok := file[at]; ok {
			all, last = all+" "+s+" ", s
		}
	}
	ecoa, cii, before := o.people[at-1].ECOA, "", last[strings.Index(last, " ")+1:]
	switch {
	case o.fraud(at, d):
		return "Z ", last != "" && !in(all, "Z")
	case o.victim(at, d):
		return "", false
	}
	word := o.word(at, d)
	what, chapter, _ := strings.Cut(word, " ")
	switch {
	case what == "discharged":
		cii = map[string]string{"7": "E", "11": "F", "12": "G", "13": "H"}[chapter]
	case what == "petition":
		cii = map[string]string{"7": "A", "11": "B", "12": "C", "13": "D"}[chapter]
	case what == "reaffirmed":
		cii = "R"
	case in(" A B C D E F G H ", before):
		cii = "Q"
	case before == "R":
		cii = "S"
	}
	protected := slices.ContainsFunc(o.people, func(p rules.Consumer) bool {
		other := o.word(p.Position, d)
		return p.Position != at && o.answers(p.Position, d) && (other == "petition 12" || other == "petition 13")
	})
	switch {
	case o.dead(at, d):
		ecoa = "X"
	case word == "" && ecoa != "3" && protected:
		ecoa = "T"
	}
	dropped := ecoa == "X" && in(all, "X") || what == "discharged" && (in(all, "E") || in(all, "F") || in(all, "G") || in(all, "H"))
	return ecoa + " " + cii, !dropped
}

// notation is the compliance condition code (BR10, Q61, Q74, Q86).
func (o *caseOracle) notation(d rules.Date) string {
	running, ended := "", ""
	var began, endedOn rules.Date
	for _, c := range o.cases {
		on := c.OpenedOn
		if c.ReceivedOn != 0 {
			on = c.ReceivedOn
		}
		over := c.Outcome != "" && c.ClosedOn <= d
		switch disputed := c.Type == rules.CaseDispute || c.Type == rules.CaseFraudClaim; {
		case !disputed || c.DeletedOn != 0 || !takesCodes(c) || on > d:
		case !over && on >= began:
			running, began = "XB", on
			if c.DisputeKind == "FCBA" && c.Type == rules.CaseDispute {
				running = "XF"
			}
		case over && c.ClosedOn >= endedOn:
			ended, endedOn = map[string]string{"XH": "XH", "XC": "XC", "XG": "XG", "REJECTED": "XH"}[string(c.Outcome)], c.ClosedOn
		}
	}
	code := running
	if code == "" {
		code = ended
	}
	if n := len(o.codes); code == "" && n > 0 && in(" XB XC XF XG XH ", o.codes[n-1]) {
		code = "XR"
	}
	return code
}

// file is what the file of d says: why it leaves the account out, "DF", or the consumers and the code.
func (o *caseOracle) file(d rules.Date) string {
	switch confirmed := o.all(o.fraud, d); {
	case o.gone:
		return "ALREADY_DELETED"
	case o.all(o.victim, d) && !(confirmed && len(o.said) > 0):
		return "BLOCKED"
	case confirmed && len(o.said) == 0:
		return "NEVER_REPORTED"
	case confirmed:
		o.gone = true
		return "DF"
	}
	said, words, left := map[int]string{}, []string{}, false
	for _, p := range o.people {
		if word, ok := o.consumer(p.Position, d); ok {
			said[p.Position] = word
			words = append(words, strings.TrimSpace(fmt.Sprint(p.Position, " ", word)))
			left = left || p.ECOA != "3"
		}
	}
	if !left {
		return "NOBODY_LIABLE"
	}
	code := o.notation(d)
	o.said, o.codes = append(o.said, said), append(o.codes, code)
	return strings.TrimSpace(strings.Join(words, ", ") + " " + code)
}

// What cases make of consumers, of the compliance condition code and of the account itself, file by file.
func TestCasesByOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := storyOf(t)
		o := &caseOracle{people: s.people, cases: s.cases, opened: day("2026-01-10")}
		s.life(t, func(asOf rules.Date, r *rules.Tradeline, excluded *rules.Exclusion) {
			got := ""
			switch {
			case excluded != nil:
				got = excluded.Reason
			case r.Deletion() != "":
				got = r.Deletion()
			default:
				var words []string
				for _, c := range r.Placed {
					if c.Segment != rules.LeftOut {
						words = append(words, strings.TrimSpace(fmt.Sprint(c.Position, " ", c.ECOA, " ", c.CII)))
					}
				}
				got = strings.TrimSpace(strings.Join(words, ", ") + " " + r.ComplianceCode)
			}
			if diff := cmp.Diff(o.file(asOf), got); diff != "" {
				t.Fatalf("%s, people %v, cases %+v (-want +got):\n%s", asOf, s.people, s.cases, diff)
			}
		})
	})
}

// CA4: a frozen account is reported as late as the same loan without cases was on the day from which it is frozen, and with
// no more past due; then D is what it adds to the history.
func TestFreezeByOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := storyOf(t)
		o := &caseOracle{people: s.people, cases: s.cases, opened: day("2026-01-10")}
		dropped := map[int]bool{} // by earlier files: they freeze nothing when the others leave
		s.life(t, func(asOf rules.Date, r *rules.Tradeline, excluded *rules.Exclusion) {
			if excluded != nil || r.Deletion() != "" {
				return
			}
			on := o.frozenOn(asOf)
			if !slices.ContainsFunc(o.people, func(p rules.Consumer) bool { return o.answers(p.Position, asOf) && !dropped[p.Position] }) {
				on = 0
			}
			for _, c := range r.Placed {
				if c.Segment != rules.LeftOut {
					dropped[c.Position] = in(" E F G H ", c.CII)
				}
			}
			if got := r.Facts.Has("frozen_on"); got != (on != 0) {
				t.Fatalf("%s: frozen %t, want since %s; cases %+v", asOf, got, on, s.cases)
			}
			if on == 0 {
				return
			}
			then := account(on.String(), s.events...)
			then.Consumers, then.Ledger = s.people, ledgerAsOf(on, asOf, s.events)
			for _, c := range s.cases { // what protects an account from being late protects it before the petition too (CA7, Q74)
				if c.Type == rules.CaseDisaster || c.Type == rules.CaseForbearance || c.Type == rules.CaseDispute {
					then.Cases = append(then.Cases, c)
				}
			}
			was := report(t, then)
			if r.AccountStatus != was.AccountStatus || r.AmountPastDue > was.AmountPastDue || r.HistoryCharacter != "D" {
				t.Fatalf("%s: %s past due %d adds %s, frozen on %s as %s past due %d", asOf, r.AccountStatus, r.AmountPastDue, r.HistoryCharacter,
					on, was.AccountStatus, was.AmountPastDue)
			}
		})
	})
}

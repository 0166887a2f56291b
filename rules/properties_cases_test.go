package rules_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// storyOf draws a loan of 2026 with up to three consumers, up to four cases and payments.
func storyOf(t *rapid.T) *story {
	s := &story{people: people("1")}
	for range rapid.IntRange(0, 2).Draw(t, "co-borrowers") {
		s.people = append(s.people, people("1", rapid.SampledFrom([]string{"2", "2", "3", "W", "5.2"}).Draw(t, "ecoa"))[1])
	}
	for i := range s.people {
		s.people[i].ID, s.people[i].Position = int64(10+i), i+1
	}
	var months []string
	for _, month := range everyMonth {
		for range rapid.SampledFrom([]int{1, 1, 0, 0, 2}).Draw(t, "payments") {
			months = append(months, month)
		}
	}
	s.events = lentYear(months...)
	for n := range rapid.IntRange(0, 4).Draw(t, "cases") {
		s.cases = append(s.cases, drawCase(t, "K"+string(rune('1'+n)), len(s.people)))
	}
	return s
}

// drawCase draws a case that can be applied.
func drawCase(t *rapid.T, id string, people int) rules.Case {
	on := func(label string) rules.Date {
		return day("2026-01-05") + rules.Date(rapid.IntRange(0, 360).Draw(t, label))
	}
	often := func(label string) bool { return rapid.IntRange(0, 3).Draw(t, label) > 0 }
	c := rules.Case{ID: id, Status: "open", Type: rapid.SampledFrom(rules.CaseTypes()).Draw(t, "type"), OpenedOn: on("opened")}
	c.AutoCreated, c.Acknowledged = rapid.Bool().Draw(t, "monitoring"), often("acknowledged")
	for at := 1; at <= people; at++ {
		if rapid.Bool().Draw(t, "party") {
			c.Parties = append(c.Parties, at)
		}
	}
	if len(c.Parties) == 0 {
		c.Parties = []int{rapid.IntRange(1, people).Draw(t, "the party")}
	}
	if !often("kept") {
		c.DeletedOn = on("deleted")
	}
	if rapid.Bool().Draw(t, "closed") {
		c.ClosedOn = c.OpenedOn + rules.Date(rapid.IntRange(0, 150).Draw(t, "after"))
	}
	switch c.Type {
	case rules.CaseBankruptcy:
		c.Chapter, c.FiledOn = rapid.SampledFrom([]int{7, 7, 11, 12, 13, 13}).Draw(t, "chapter"), c.OpenedOn
		c.DebtNotListed = !often("listed")
		if often("disposed") {
			c.Disposition = rapid.SampledFrom(rules.Dispositions()).Draw(t, "disposition")
			c.DispositionOn = c.FiledOn + rules.Date(rapid.IntRange(0, 150).Draw(t, "after"))
		}
	case rules.CaseDispute:
		c.DisputeKind = rapid.SampledFrom([]rules.DisputeKind{"", rules.DisputeFCRA, rules.DisputeFCBA, rules.DisputeRESPA}).Draw(t, "kind")
		if rapid.Bool().Draw(t, "received") {
			c.ReceivedOn = c.OpenedOn - 20
		}
	}
	if outcomes := c.Type.Outcomes(c.DisputeKind); outcomes != nil && c.ClosedOn != 0 && often("ended") {
		c.Outcome = rapid.SampledFrom(outcomes).Draw(t, "outcome")
	}
	return c
}

// life makes the files of every month-end of 2026 and calls f with what each says.
func (s *story) life(t *rapid.T, f func(asOf rules.Date, r *rules.Tradeline, excluded *rules.Exclusion)) {
	s.before = nil
	var deletedOn rules.Date
	for month := range 12 {
		asOf := day("2026-01-31").AddMonths(month).MonthEnd()
		a := s.of(asOf.String())
		a.DeletedOn = deletedOn
		r, excluded, err := rules.Furnish(a)
		if err != nil {
			t.Fatalf("%s: %v", asOf, err)
		}
		f(asOf, r, excluded)
		if excluded != nil {
			continue
		}
		if r.Deletion() != "" {
			deletedOn = asOf
		}
		s.before = append([]rules.Furnished{r.Furnished}, s.before...)
		s.before = s.before[:min(len(s.before), rules.MaxTradelines)]
	}
}

// DC2, DC6, CA5, CA4, Q61, Q77: what goes out once goes out once. Who has left comes back only to be taken out as a victim.
func TestOnceWithCases(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := storyOf(t)
		said := map[string]int{}
		gone, never := map[int]bool{}, map[int]bool{}
		s.life(t, func(asOf rules.Date, r *rules.Tradeline, excluded *rules.Exclusion) {
			if excluded != nil {
				return
			}
			if said["DF"]+said["DA"] > 0 {
				t.Fatalf("%s: reported after its deletion", asOf)
			}
			said[r.Deletion()]++
			for _, c := range r.Placed {
				victim := c.ECOA == "Z" && !never[c.Position]
				if r.Deletion() == "" && c.Segment != rules.LeftOut && gone[c.Position] && !victim {
					t.Fatalf("%s: consumer %d is back; cases %+v", asOf, c.Position, s.cases)
				}
				if c.ECOA == "X" || c.ECOA == "Z" || strings.Contains("EFGH", c.CII) && c.CII != "" {
					gone[c.Position] = true
				}
				never[c.Position] = never[c.Position] || c.ECOA == "Z"
			}
		})
		if said["DF"] > 1 || said["DA"] > 0 {
			t.Fatalf("deletions: %v", said)
		}
	})
}

// CA1, CA2, CA8: a case that is deleted, of another type, or that nobody has acknowledged changes nothing of the record; a theft
// report blocks all the same.
func TestCasesWithoutEffect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := storyOf(t)
		for i := range s.cases {
			switch c := &s.cases[i]; {
			case c.Type == rules.CaseIdentityTheft, rapid.Bool().Draw(t, "deleted"):
				c.DeletedOn = day("2026-06-15")
			case rapid.Bool().Draw(t, "other"):
				c.Type = rules.CaseOther
			default:
				c.AutoCreated, c.Acknowledged = true, false
			}
		}
		var with []rules.Furnished
		s.life(t, func(_ rules.Date, r *rules.Tradeline, _ *rules.Exclusion) { with = append(with, r.Furnished) })
		s.cases = nil
		var without []rules.Furnished
		s.life(t, func(_ rules.Date, r *rules.Tradeline, _ *rules.Exclusion) { without = append(without, r.Furnished) })
		if diff := cmp.Diff(without, with); diff != "" {
			t.Fatalf("(-without +with):\n%s", diff)
		}
	})
}

// BR6: whatever cases change of a record, a fact names the case and the rule.
func TestCasesExplain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := storyOf(t)
		s.life(t, func(asOf rules.Date, r *rules.Tradeline, excluded *rules.Exclusion) {
			if excluded != nil || r.Deletion() != "" {
				return
			}
			plain := s.of(asOf.String())
			plain.Cases, plain.Tradelines = nil, nil
			was := report(t, plain)
			explained := func(what string, changed bool, keys ...string) {
				for _, key := range keys {
					changed = changed && !r.Facts.Has(rules.FactCase+key)
				}
				if changed {
					t.Fatalf("%s: the %s is changed by no fact of %s", asOf, what, r.Facts)
				}
			}
			explained("status", r.AccountStatus != was.AccountStatus, "status")
			explained("history", r.HistoryCharacter != was.HistoryCharacter, "status")
			explained("amount past due", r.AmountPastDue != was.AmountPastDue, "status", "plan", "balance")
			explained("balance", r.CurrentBalance != was.CurrentBalance, "balance")
			explained("scheduled payment", r.ScheduledPayment != was.ScheduledPayment, "plan", "balance")
			explained("date of first delinquency", r.DateFirstDelinquency != was.DateFirstDelinquency, "status", "delinquency")
			explained("special comment", r.SpecialComment != was.SpecialComment, "comment")
			explained("compliance condition code", r.ComplianceCode != was.ComplianceCode, "compliance")
			for i, c := range r.Placed {
				at := string(rune('0' + c.Position))
				explained("consumer", c.ECOA != was.Placed[i].ECOA || c.CII != was.Placed[i].CII, "consumer_"+at)
			}
		})
	})
}

// CA8: a case without a filing date, or of nobody, is an exception and nothing worse.
func TestUnappliedNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := storyOf(t)
		for i := range s.cases {
			c := &s.cases[i]
			c.Parties = rapid.SliceOfN(rapid.IntRange(0, 4), 0, 3).Draw(t, "parties")
			if rapid.Bool().Draw(t, "no date") {
				c.FiledOn, c.Chapter = 0, rapid.SampledFrom([]int{0, 7}).Draw(t, "chapter")
			}
		}
		_, _, err := rules.Furnish(s.of("2026-08-31"))
		var undecidable *rules.Undecidable
		if err != nil && !(errors.As(err, &undecidable) && undecidable.Code == rules.CodeCase) {
			t.Fatal(err)
		}
	})
}

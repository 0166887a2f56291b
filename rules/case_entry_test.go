package rules_test

import (
	"errors"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// refusedBy is the rule that an error names, empty for no error.
func refusedBy(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	refusal, ok := errors.AsType[*rules.Refusal](err)
	if !ok {
		t.Fatalf("no refusal: %v", err)
	}
	return refusal.Rule
}

// aCase is an open case.
func aCase(kind rules.CaseType, change func(*rules.CaseEntry)) rules.CaseEntry {
	c := rules.CaseEntry{Type: kind, Status: "open", OpenedOn: day("2026-06-02")}
	change(&c)
	return c
}

// CA8, Q47, Q74, Q86: which cases people may enter. What the night cannot apply is none of their faults.
func TestCheckCase(t *testing.T) {
	no := false
	amount, less := rules.Cents(1250), rules.Cents(-1)
	for name, c := range map[string]struct {
		entry rules.CaseEntry
		want  string
	}{
		"open":                     {aCase(rules.CaseOther, func(*rules.CaseEntry) {}), ""},
		"bankruptcy, nothing more": {aCase(rules.CaseBankruptcy, func(*rules.CaseEntry) {}), ""},
		"chapter without a filing": {aCase(rules.CaseBankruptcy, func(c *rules.CaseEntry) { c.Chapter = 7 }), ""},
		"type":                     {aCase("FLOOD", func(*rules.CaseEntry) {}), "CA8"},
		"no status":                {aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.Status = "" }), "CA1"},
		"no opening":               {aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.OpenedOn = 0 }), "CA1"},
		"closed on its first day":  {aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.Status, c.ClosedOn = "CLOSED", day("2026-06-02") }), ""},
		"closed before it":         {aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.Status, c.ClosedOn = "done", day("2026-06-01") }), "Q47"},
		"closed without a date":    {aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.Status = "Closed" }), "Q47"},
		"open with a date":         {aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.ClosedOn = day("2026-06-09") }), "Q47"},
		"another word":             {aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.Status = "in review" }), ""},
		"dispute resolved":         {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.Outcome = rules.OutcomeResolved }), ""},
		"outcome of another kind":  {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.Outcome = rules.OutcomeBilling }), "Q74"},
		"of billing errors":        {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.Outcome, c.DisputeKind = rules.OutcomeBilling, rules.DisputeFCBA }), ""},
		"theft confirmed":          {aCase(rules.CaseIdentityTheft, func(c *rules.CaseEntry) { c.Outcome = rules.OutcomeConfirmed }), ""},
		"duty has no outcome":      {aCase(rules.CaseMilitary, func(c *rules.CaseEntry) { c.Outcome = rules.OutcomeConfirmed }), "Q74"},
		"claim received":           {aCase(rules.CaseFraudClaim, func(c *rules.CaseEntry) { c.ReceivedOn = day("2026-06-01") }), ""},
		"disaster received":        {aCase(rules.CaseDisaster, func(c *rules.CaseEntry) { c.ReceivedOn = day("2026-06-01") }), "Q86"},
		"chapter 9":                {aCase(rules.CaseBankruptcy, func(c *rules.CaseEntry) { c.Chapter = 9 }), "CA3"},
		"chapter of a death":       {aCase(rules.CaseDeceased, func(c *rules.CaseEntry) { c.Chapter = 7 }), "CA3"},
		"not listed in a death":    {aCase(rules.CaseDeceased, func(c *rules.CaseEntry) { c.DebtListed = &no }), "CA3"},
		"disposition":              {aCase(rules.CaseBankruptcy, func(c *rules.CaseEntry) { c.Disposition = "LOST" }), "CA3"},
		"its date alone":           {aCase(rules.CaseBankruptcy, func(c *rules.CaseEntry) { c.DispositionOn = day("2026-06-01") }), "CA3"},
		"discharged before filing": {aCase(rules.CaseBankruptcy, func(c *rules.CaseEntry) {
			c.FiledOn, c.Disposition, c.DispositionOn = day("2026-06-02"), rules.Discharged, day("2026-06-01")
		}), "CA3"},
		"kind of a claim":       {aCase(rules.CaseFraudClaim, func(c *rules.CaseEntry) { c.DisputeKind = rules.DisputeFCRA }), "Q74"},
		"another kind":          {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.DisputeKind = "TILA" }), "Q74"},
		"amount of no kind":     {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.DisputedAmount = &amount }), "Q74"},
		"amount of a mortgage":  {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.DisputeKind, c.DisputedAmount = rules.DisputeRESPA, &amount }), ""},
		"amount less than zero": {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.DisputeKind, c.DisputedAmount = rules.DisputeFCBA, &less }), "Q74"},
	} {
		if got := refusedBy(t, rules.CheckCase(c.entry)); got != c.want {
			t.Errorf("%s: refused by %q, want %q", name, got, c.want)
		}
	}
}

// CA1: what has happened has happened by the business date; a closing may lie ahead, within ten years.
func TestCheckCaseDates(t *testing.T) {
	on := day("2026-06-02")
	for name, c := range map[string]struct {
		change func(*rules.CaseEntry)
		want   string
	}{
		"today":          {func(*rules.CaseEntry) {}, ""},
		"opened":         {func(c *rules.CaseEntry) { c.OpenedOn = on + 1 }, "CA1"},
		"filed":          {func(c *rules.CaseEntry) { c.FiledOn = on + 1 }, "CA1"},
		"decided":        {func(c *rules.CaseEntry) { c.DispositionOn = on + 1 }, "CA1"},
		"received":       {func(c *rules.CaseEntry) { c.ReceivedOn = on + 1 }, "CA1"},
		"closing":        {func(c *rules.CaseEntry) { c.ClosedOn = on + 3660 }, ""},
		"closing, later": {func(c *rules.CaseEntry) { c.ClosedOn = on + 3661 }, "CA1"},
	} {
		if got := refusedBy(t, rules.CheckCaseDates(aCase(rules.CaseOther, c.change), on)); got != c.want {
			t.Errorf("%s: refused by %q, want %q", name, got, c.want)
		}
	}
}

// CA1, CA2, CA8: what of a case changes, and what does not; the words open and closed follow the date closed.
func TestEditCase(t *testing.T) {
	on := day("2026-06-10")
	known := aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.ExternalID = "X-1" })
	for name, c := range map[string]struct {
		known  rules.CaseEntry
		change func(*rules.CaseEntry)
		want   string
	}{
		"type":              {known, func(c *rules.CaseEntry) { c.Type = rules.CaseDisaster }, "CA8"},
		"a type at last":    {aCase(rules.CaseOther, func(*rules.CaseEntry) {}), func(c *rules.CaseEntry) { c.Type = rules.CaseDisaster }, ""},
		"external id":       {known, func(c *rules.CaseEntry) { c.ExternalID = "X-2" }, "CA1"},
		"its first one":     {aCase(rules.CaseOther, func(*rules.CaseEntry) {}), func(c *rules.CaseEntry) { c.ExternalID = "X-2" }, ""},
		"who made it":       {known, func(c *rules.CaseEntry) { c.AutoCreated = true }, "CA2"},
		"deleted":           {aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.DeletedOn = on }), func(c *rules.CaseEntry) {}, "CA1"},
		"not sound":         {known, func(c *rules.CaseEntry) { c.Chapter = 7 }, "CA3"},
		"after today":       {known, func(c *rules.CaseEntry) { c.ReceivedOn = on + 1 }, "CA1"},
		"another outcome":   {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.Outcome = "XH" }), func(c *rules.CaseEntry) { c.Outcome = "XC" }, ""},
		"closed, and known": {known, func(c *rules.CaseEntry) { c.ClosedOn = on }, ""},
	} {
		wanted := c.known
		c.change(&wanted)
		now, err := rules.EditCase(c.known, wanted, on)
		if got := refusedBy(t, err); got != c.want {
			t.Errorf("%s: refused by %q, want %q", name, got, c.want)
		}
		if err != nil && now != c.known {
			t.Errorf("%s: refused, and yet %+v", name, now)
		}
	}
	wanted := known
	wanted.ClosedOn, wanted.Acknowledged, wanted.DeletedOn = on, true, on
	closed, err := rules.EditCase(known, wanted, on)
	if err != nil || closed.Status != "closed" || closed.ClosedOn != on || closed.Acknowledged || closed.DeletedOn != 0 {
		t.Errorf("closed: %+v, %v", closed, err)
	}
	wanted = closed
	wanted.ClosedOn = 0
	if open, err := rules.EditCase(closed, wanted, on); err != nil || open != known {
		t.Errorf("open again: %+v, %v, want %+v", open, err, known)
	}
}

// CA1, CA2: acts on a case, and when they are refused.
func TestCaseActs(t *testing.T) {
	on := day("2026-06-10")
	open := aCase(rules.CaseOther, func(*rules.CaseEntry) {})
	deleted := aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.DeletedOn = on })
	match := aCase(rules.CaseMilitary, func(c *rules.CaseEntry) { c.AutoCreated = true })
	known := aCase(rules.CaseMilitary, func(c *rules.CaseEntry) { c.AutoCreated, c.Acknowledged = true, true })
	closing := func(on rules.Date) rules.CaseEntry {
		return aCase(rules.CaseOther, func(c *rules.CaseEntry) { c.ClosedOn = on })
	}
	if now, err := rules.DeleteCase(open, on); err != nil || now != deleted {
		t.Errorf("deleted: %+v, %v", now, err)
	}
	if now, err := rules.AcknowledgeCase(match); err != nil || now != known {
		t.Errorf("acknowledged: %+v, %v", now, err)
	}
	_, twice := rules.DeleteCase(deleted, on)
	_, ofPerson := rules.AcknowledgeCase(open)
	_, again := rules.AcknowledgeCase(known)
	_, gone := rules.AcknowledgeCase(deleted)
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"delete twice":               {twice, "CA1"},
		"acknowledge a person's":     {ofPerson, "CA2"},
		"acknowledge again":          {again, "CA2"},
		"acknowledge a deleted one":  {gone, "CA1"},
		"snooze":                     {rules.CheckSnooze(open, on, on), ""},
		"snooze until yesterday":     {rules.CheckSnooze(open, on-1, on), "CA1"},
		"snooze a year":              {rules.CheckSnooze(open, on+366, on), ""},
		"snooze longer":              {rules.CheckSnooze(open, on+367, on), "CA1"},
		"snooze a deleted one":       {rules.CheckSnooze(deleted, on, on), "CA1"},
		"snooze a closed one":        {rules.CheckSnooze(closing(on), on, on), "CA1"},
		"snooze one that will close": {rules.CheckSnooze(closing(on+1), on, on), ""},
		"unsnooze":                   {rules.CheckUnsnooze(on, on), ""},
		"unsnooze what is over":      {rules.CheckUnsnooze(on-1, on), "CA1"},
		"escalate":                   {rules.CheckEscalation(open, false, true), ""},
		"escalate again":             {rules.CheckEscalation(open, true, true), "CA1"},
		"escalate a deleted one":     {rules.CheckEscalation(deleted, false, true), "CA1"},
		"de-escalate":                {rules.CheckEscalation(open, true, false), ""},
		"de-escalate nothing":        {rules.CheckEscalation(open, false, false), "CA1"},
		"associate with a boat":      {rules.CheckAssociation("BOAT", "1"), "CA1"},
		"associate with nothing":     {rules.CheckAssociation(rules.AssociationDocument, ""), "CA1"},
		"associate with a document":  {rules.CheckAssociation(rules.AssociationDocument, "scan 12"), ""},
		"about nobody":               {rules.CheckParties(open, 0, 0), "CA1"},
		"about a borrower":           {rules.CheckParties(open, 1, 0), ""},
		"about a loan":               {rules.CheckParties(open, 0, 1), ""},
		"parties of a deleted one":   {rules.CheckParties(deleted, 1, 0), "CA1"},
	} {
		if got := refusedBy(t, c.err); got != c.want {
			t.Errorf("%s: refused by %q, want %q", name, got, c.want)
		}
	}
}

// ST5: what the lender sends otherwise than last time counts, what he sends again does not.
func TestAsSent(t *testing.T) {
	for _, c := range [][4]string{
		{"open", "open", "closed", "closed"}, {"by hand", "open", "open", "by hand"}, {"by hand", "open", "closed", "closed"},
		{"by hand", "", "", "by hand"}, {"by hand", "sent", "", ""},
	} {
		if got := rules.AsSent(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("known %q, last %q, sent %q: %q, want %q", c[0], c[1], c[2], got, c[3])
		}
	}
}

// Cases are the same by what they say, not by where it is.
func TestCaseEqual(t *testing.T) {
	yes, also, no := true, true, false
	amount := rules.Cents(1)
	listed := func(v *bool) rules.CaseEntry {
		return aCase(rules.CaseBankruptcy, func(c *rules.CaseEntry) { c.DebtListed = v })
	}
	disputed := aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.DisputedAmount = &amount })
	if !listed(&yes).Equal(listed(&also)) || listed(&yes).Equal(listed(&no)) || listed(&yes).Equal(listed(nil)) || disputed.Equal(listed(nil)) {
		t.Error("what a pointer points at does not count")
	}
}

package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// acdv is a dispute that a bureau passed on.
func acdv(change func(*rules.Dispute)) rules.Dispute {
	d := rules.Dispute{
		Channel: rules.DisputeACDV, Bureau: "EXPERIAN", ControlNumber: "4711-0815", Codes: []string{"106", "112"},
		ReceivedOn: day("2026-06-02"), BureauDueOn: day("2026-06-24"),
	}
	change(&d)
	return d
}

// BR10: what can have come.
func TestCheckDispute(t *testing.T) {
	direct := rules.Dispute{Channel: rules.DisputeDirect, ReceivedOn: day("2026-06-02")}
	for name, c := range map[string]struct {
		dispute rules.Dispute
		want    string
	}{
		"direct":             {direct, ""},
		"theft":              {rules.Dispute{Channel: rules.DisputeTheft}, ""},
		"of no channel":      {rules.Dispute{Channel: "FAX"}, "BR10"},
		"direct with a code": {rules.Dispute{Channel: rules.DisputeDirect, Codes: []string{"106"}}, "BR10"},
		"direct from a bureau, as if it were an ACDV": {rules.Dispute{Channel: rules.DisputeDirect, Bureau: "EQUIFAX"}, "BR10"},
		"ACDV":                     {acdv(func(*rules.Dispute) {}), ""},
		"of nobody":                {acdv(func(d *rules.Dispute) { d.Bureau = "" }), "BR10"},
		"without a control number": {acdv(func(d *rules.Dispute) { d.ControlNumber = "" }), "BR10"},
		"a control number of two":  {acdv(func(d *rules.Dispute) { d.ControlNumber = "1 2" }), "BR10"},
		"without a code":           {acdv(func(d *rules.Dispute) { d.Codes = nil }), "BR10"},
		"of three codes":           {acdv(func(d *rules.Dispute) { d.Codes = []string{"001", "002", "003"} }), "BR10"},
		"a code of two digits":     {acdv(func(d *rules.Dispute) { d.Codes = []string{"12"} }), "BR10"},
		"without a due date":       {acdv(func(d *rules.Dispute) { d.BureauDueOn = 0 }), "BR10"},
		"due before it came":       {acdv(func(d *rules.Dispute) { d.BureauDueOn = d.ReceivedOn - 1 }), "BR10"},
		"due on that day":          {acdv(func(d *rules.Dispute) { d.BureauDueOn = d.ReceivedOn }), ""},
	} {
		if got := refusedBy(t, rules.CheckDispute(c.dispute)); got != c.want {
			t.Errorf("%s: refused by %q, want %q", name, got, c.want)
		}
	}
}

// BR10, Q86: 30 days from the receipt, 45 with new information, never later than the bureau wants the answer.
func TestDueOn(t *testing.T) {
	for name, c := range map[string]struct {
		dispute rules.Dispute
		want    string
	}{
		"30 days":                      {rules.Dispute{ReceivedOn: day("2026-06-02")}, "2026-07-02"},
		"45 days":                      {rules.Dispute{ReceivedOn: day("2026-06-02"), InformedOn: day("2026-06-20")}, "2026-07-17"},
		"the bureau's, if it is first": {acdv(func(*rules.Dispute) {}), "2026-06-24"},
		"the clock's, if it is first":  {acdv(func(d *rules.Dispute) { d.BureauDueOn = day("2026-07-03") }), "2026-07-02"},
		"both are longer":              {acdv(func(d *rules.Dispute) { d.InformedOn, d.BureauDueOn = day("2026-06-20"), day("2026-07-09") }), "2026-07-09"},
	} {
		if got := c.dispute.DueOn().String(); got != c.want {
			t.Errorf("%s: due on %s, want %s", name, got, c.want)
		}
	}
}

// BR10: new information extends the clock once, of the first 30 days, while the dispute is not answered.
func TestExtendDispute(t *testing.T) {
	open := aCase(rules.CaseDispute, func(c *rules.CaseEntry) {})
	direct := rules.Dispute{Channel: rules.DisputeDirect, ReceivedOn: day("2026-06-02")}
	for name, c := range map[string]struct {
		entry               rules.CaseEntry
		dispute             rules.Dispute
		informed, bureauDue string
		want                string
	}{
		"on the day of its receipt": {open, direct, "2026-06-02", "", ""},
		"before it":                 {open, direct, "2026-06-01", "", "BR10"},
		"on the 30th day":           {open, direct, "2026-07-02", "", ""},
		"on the 31st":               {open, direct, "2026-07-03", "", "BR10"},
		"in the future":             {open, rules.Dispute{ReceivedOn: day("2026-06-20")}, "2026-07-11", "", "BR10"},
		"a second time":             {open, rules.Dispute{ReceivedOn: day("2026-06-02"), InformedOn: day("2026-06-03")}, "2026-06-09", "", "BR10"},
		"answered":                  {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.Outcome = rules.OutcomeResolved }), direct, "2026-06-09", "", "BR10"},
		"deleted":                   {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.DeletedOn = day("2026-06-08") }), direct, "2026-06-09", "", "BR10"},
		"a bureau's due date":       {open, direct, "2026-06-09", "2026-07-09", "BR10"},
		"of an ACDV":                {open, acdv(func(*rules.Dispute) {}), "2026-06-09", "2026-07-09", ""},
		"of an ACDV, sooner":        {open, acdv(func(*rules.Dispute) {}), "2026-06-09", "2026-06-23", "BR10"},
	} {
		var bureauDue rules.Date
		if c.bureauDue != "" {
			bureauDue = day(c.bureauDue)
		}
		got, err := rules.ExtendDispute(c.entry, c.dispute, day(c.informed), bureauDue, day("2026-07-10"))
		if by := refusedBy(t, err); by != c.want {
			t.Errorf("%s: refused by %q, want %q", name, by, c.want)
		}
		if extended := got.InformedOn == day(c.informed) && got.InformedOn != c.dispute.InformedOn; extended != (c.want == "") {
			t.Errorf("%s: extended to %+v", name, got)
		}
	}
}

// BR10, Q61, Q74, Q78: what an answer makes of the case.
func TestAnswerDispute(t *testing.T) {
	fcba := func(c *rules.CaseEntry) { c.DisputeKind = rules.DisputeFCBA }
	none := func(*rules.CaseEntry) {}
	verified := rules.Answering{Answer: rules.AnswerVerified}
	for name, c := range map[string]struct {
		entry     rules.CaseEntry
		answering rules.Answering
		want      string // outcome, or the rule that refuses it
	}{
		"verified":                    {aCase(rules.CaseDispute, none), verified, "XH"},
		"the consumer disagrees":      {aCase(rules.CaseDispute, none), rules.Answering{Answer: rules.AnswerVerified, Disagrees: true}, "XC"},
		"with a billing error":        {aCase(rules.CaseDispute, fcba), rules.Answering{Answer: rules.AnswerVerified, Disagrees: true}, "XG"},
		"the notation is removed":     {aCase(rules.CaseDispute, none), rules.Answering{Answer: rules.AnswerVerified, Removes: true}, "XR"},
		"updated":                     {aCase(rules.CaseDispute, none), rules.Answering{Answer: rules.AnswerUpdated, Corrects: 1}, "XH"},
		"updated, nothing corrected":  {aCase(rules.CaseDispute, none), rules.Answering{Answer: rules.AnswerUpdated}, "BR9"},
		"verified, and corrected":     {aCase(rules.CaseDispute, none), rules.Answering{Answer: rules.AnswerVerified, Corrects: 1}, "BR9"},
		"deleted":                     {aCase(rules.CaseDispute, none), rules.Answering{Answer: rules.AnswerDeleted}, "XH"},
		"deleted, disagrees":          {aCase(rules.CaseDispute, none), rules.Answering{Answer: rules.AnswerDeleted, Disagrees: true}, "CA5"},
		"removed and disagrees":       {aCase(rules.CaseDispute, none), rules.Answering{Answer: rules.AnswerVerified, Removes: true, Disagrees: true}, "Q74"},
		"a dispute that was a fraud":  {aCase(rules.CaseDispute, none), rules.Answering{Answer: rules.AnswerDeletedFraud}, "XH"},
		"a claim that is confirmed":   {aCase(rules.CaseFraudClaim, none), rules.Answering{Answer: rules.AnswerDeletedFraud}, "CONFIRMED"},
		"a claim that is not":         {aCase(rules.CaseFraudClaim, none), verified, "REJECTED"},
		"a claim, disagrees":          {aCase(rules.CaseFraudClaim, none), rules.Answering{Answer: rules.AnswerVerified, Disagrees: true}, "Q61"},
		"a theft that is confirmed":   {aCase(rules.CaseIdentityTheft, none), rules.Answering{Answer: rules.AnswerDeletedFraud}, "CONFIRMED"},
		"a theft that is not":         {aCase(rules.CaseIdentityTheft, none), verified, "REJECTED"},
		"no answer":                   {aCase(rules.CaseDispute, none), rules.Answering{Answer: "MAYBE"}, "BR10"},
		"no dispute":                  {aCase(rules.CaseMilitary, none), verified, "CA8"},
		"answered before":             {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.Outcome = rules.OutcomeResolved }), verified, "BR10"},
		"deleted case":                {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.DeletedOn = day("2026-06-03") }), verified, "CA1"},
		"monitoring's, not looked at": {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.AutoCreated = true }), verified, "CA2"},
		"received later":              {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.ReceivedOn = day("2026-06-11") }), verified, "CA1"},
		"closed before, no outcome":   {aCase(rules.CaseDispute, func(c *rules.CaseEntry) { c.Status, c.ClosedOn = "closed", day("2026-06-05") }), verified, "XH"},
	} {
		got, err := rules.AnswerDispute(c.entry, c.answering, day("2026-06-10"))
		if by := refusedBy(t, err); by != "" {
			if by != c.want {
				t.Errorf("%s: refused by %q, want %q", name, by, c.want)
			}
			continue
		}
		closed := c.entry.ClosedOn
		if closed == 0 {
			closed = day("2026-06-10")
		}
		if string(got.Outcome) != c.want || got.ClosedOn != closed || got.Status != "closed" {
			t.Errorf("%s: %s, closed on %s, %s; want %s", name, got.Outcome, got.ClosedOn, got.Status, c.want)
		}
	}
}

// DC9, CA9: the type of the case that a dispute becomes.
func TestDisputeType(t *testing.T) {
	for _, c := range []struct {
		channel rules.DisputeChannel
		fraud   bool
		want    rules.CaseType
	}{
		{rules.DisputeDirect, false, rules.CaseDispute}, {rules.DisputeACDV, true, rules.CaseFraudClaim},
		{rules.DisputeTheft, false, rules.CaseIdentityTheft}, {rules.DisputeTheft, true, rules.CaseIdentityTheft},
	} {
		d := rules.Dispute{Channel: c.channel}
		if got := d.Type(c.fraud); got != c.want {
			t.Errorf("%s, claims a fraud %t: %s, want %s", c.channel, c.fraud, got, c.want)
		}
	}
}

package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// BR10, CA5, DC9, Q61, Q74, Q86: the compliance condition code of a dispute while it runs and after it.
func TestDisputes(t *testing.T) {
	const opened = "2026-05-05"
	fcba, respa := kindOf(rules.DisputeFCBA), kindOf(rules.DisputeRESPA)
	ended := func(outcome rules.CaseOutcome) changed { return endedAs(outcome, "2026-06-15") }
	dispute := func(changes ...changed) []rules.Case {
		return []rules.Case{caseOf(rules.CaseDispute, opened, changes...)}
	}
	claim := func(changes ...changed) []rules.Case {
		return []rules.Case{caseOf(rules.CaseFraudClaim, opened, changes...)}
	}
	for _, c := range []struct {
		name  string
		cases []rules.Case
		want  []string // of the ends of April to July
	}{
		{"BR10 Q74 a dispute without a kind is FCRA: XB while it runs", dispute(), []string{"", "XB", "XB", "XB"}},
		{"Q74 FCRA: XB", dispute(kindOf(rules.DisputeFCRA)), []string{"", "XB", "XB", "XB"}},
		{"CA5 Q74 XB, on completion XH", dispute(ended(rules.OutcomeResolved)), []string{"", "XB", "XH", "XH"}},
		{"CA5 Q74 XB, on completion XC", dispute(ended(rules.OutcomeDisagrees)), []string{"", "XB", "XC", "XC"}},
		{"CA5 Q61 Q74 XB, removal XR once", dispute(ended(rules.OutcomeRemoved)), []string{"", "XB", "XR", ""}},
		{"Q61 a removal where no notation had gone out", dispute(endedAs(rules.OutcomeRemoved, "2026-05-15")), []string{"", "", "", ""}},
		{"Q74 FCBA: XF", dispute(fcba), []string{"", "XF", "XF", "XF"}},
		{"Q74 XF, on completion XH", dispute(fcba, ended(rules.OutcomeResolved)), []string{"", "XF", "XH", "XH"}},
		{"Q74 XF, on completion XG", dispute(fcba, ended(rules.OutcomeBilling)), []string{"", "XF", "XG", "XG"}},
		{"Q74 XF, removal XR", dispute(fcba, ended(rules.OutcomeRemoved)), []string{"", "XF", "XR", ""}},
		{"BR10 Q74 RESPA: XB", dispute(respa), []string{"", "XB", "XB", "XB"}},
		{"Q86 it starts when it was received", dispute(received("2026-04-20")), []string{"XB", "XB", "XB", "XB"}},
		{"Q86 closed without an outcome: it keeps its notation", dispute(closing("2026-06-15")), []string{"", "XB", "XB", "XB"}},
		{"Q73 the outcome goes out though the case was closed before the file", dispute(endedAs(rules.OutcomeDisagrees, "2026-05-15")), []string{"", "XC", "XC", "XC"}},
		{"CA2 nobody acknowledged it", dispute(unacknowledged), []string{"", "", "", ""}},
		{"CA1 a deleted case has no effect", dispute(deletedCase), []string{"", "", "", ""}},
		{"DC9 a fraud claim is a dispute: XB", claim(), []string{"", "XB", "XB", "XB"}},
		{"Q61 a fraud claim, rejected: XH", claim(ended(rules.OutcomeRejected)), []string{"", "XB", "XH", "XH"}},
		{
			"a dispute that runs comes before one that has ended",
			append(dispute(ended(rules.OutcomeDisagrees)), caseOf(rules.CaseDispute, "2026-06-20", id("K2"), endedAs(rules.OutcomeResolved, "2026-07-10"))),
			[]string{"", "XB", "XB", "XH"},
		},
		{
			"of two that run, the one that began last",
			append(dispute(), caseOf(rules.CaseDispute, "2026-06-20", id("K2"), fcba)), []string{"", "XB", "XF", "XF"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{people: people("1"), cases: c.cases, events: lentYear()}
			compare(t, c.want, s.files(t, tellCodes, "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31"))
		})
	}
	t.Run("Q77 a claim of one of two, confirmed: nothing is disputed any more", func(t *testing.T) {
		s := story{people: people("2", "2"), cases: claim(ended(rules.OutcomeConfirmed)), events: lentYear()}
		compare(t, []string{"XB", "XR", ""}, s.files(t, tellCodes, "2026-05-31", "2026-06-30", "2026-07-31"))
	})
	t.Run("CA1 a dispute that is deleted after it went out: XR once", func(t *testing.T) {
		s := story{people: people("1"), cases: dispute(), events: lentYear()}
		got := s.files(t, tellCodes, "2026-05-31")
		s.cases = nil
		compare(t, []string{"XB", "XR", ""}, append(got, s.files(t, tellCodes, "2026-06-30", "2026-07-31")...))
	})
}

// Q62, Q74, Q85: a dispute on an account that was closed at the consumer's request.
func TestClosedByRequest(t *testing.T) {
	fcba := kindOf(rules.DisputeFCBA)
	for _, status := range []rules.Status{"CLOSED::CUSTOMER_REQUEST", "CLOSED::CUSTOMER_REQUEST_PENDING_PAYOFF"} {
		for _, c := range []struct {
			name  string
			cases []rules.Case
			want  []string
		}{
			{"Q62 XA", nil, []string{"XA", "XA"}},
			{"Q62 with a dispute: XD", []rules.Case{caseOf(rules.CaseDispute, "2026-05-05")}, []string{"XD", "XD"}},
			{"Q62 with a fraud claim: XD", []rules.Case{caseOf(rules.CaseFraudClaim, "2026-05-05")}, []string{"XD", "XD"}},
			{"Q74 with a billing error: XJ", []rules.Case{caseOf(rules.CaseDispute, "2026-05-05", fcba)}, []string{"XJ", "XJ"}},
			{"Q85 a dispute that ends: XA again", []rules.Case{caseOf(rules.CaseDispute, "2026-05-05", endedAs(rules.OutcomeResolved, "2026-06-15"))}, []string{"XD", "XA"}},
			{"Q85 a removal: XA again", []rules.Case{caseOf(rules.CaseDispute, "2026-05-05", endedAs(rules.OutcomeRemoved, "2026-06-15"))}, []string{"XD", "XA"}},
			{"Q85 the consumer still disagrees: XE", []rules.Case{caseOf(rules.CaseDispute, "2026-05-05", endedAs(rules.OutcomeDisagrees, "2026-06-15"))}, []string{"XD", "XE"}},
			{"Q85 of a billing error: XE", []rules.Case{caseOf(rules.CaseDispute, "2026-05-05", fcba, endedAs(rules.OutcomeBilling, "2026-06-15"))}, []string{"XJ", "XE"}},
		} {
			t.Run(string(status)+" "+c.name, func(t *testing.T) {
				s := story{people: people("1"), cases: c.cases, events: lentYear(), product: revolving(), status: status, closedOn: "2026-05-01"}
				compare(t, c.want, s.files(t, tellCodes, "2026-05-31", "2026-06-30"))
			})
		}
	}
	t.Run("Q96 a reopened account gets XR once", func(t *testing.T) {
		s := story{people: people("1"), events: lentYear(), product: revolving(), status: "CLOSED::CUSTOMER_REQUEST", closedOn: "2026-05-01"}
		got := s.files(t, tellCodes, "2026-05-31")
		s.status = rules.Active
		compare(t, []string{"XA", "XR", ""}, append(got, s.files(t, tellCodes, "2026-06-30", "2026-07-31")...))
	})
}

// Q74: the disputed amount makes nothing late until a billing error is resolved, for 60 days after a notice of error.
func TestDisputed(t *testing.T) {
	amount := func(c *rules.Case) { c.DisputedAmount = 70_00 }
	fcba, respa := kindOf(rules.DisputeFCBA), kindOf(rules.DisputeRESPA)
	for _, c := range []struct {
		name    string
		changes []changed
		on      string
		want    rules.Cents
	}{
		{"Q74 FCBA, before it", []changed{fcba}, "2026-05-04", 0},
		{"Q74 FCBA, on its first day", []changed{fcba}, "2026-05-05", 70_00},
		{"Q74 FCBA, a year later", []changed{fcba}, "2027-05-05", 70_00},
		{"Q74 FCBA, the day before it is resolved", []changed{fcba, endedAs(rules.OutcomeResolved, "2026-06-15")}, "2026-06-14", 70_00},
		{"Q74 FCBA, resolved", []changed{fcba, endedAs(rules.OutcomeResolved, "2026-06-15")}, "2026-06-15", 0},
		{"Q86 FCBA, closed without an outcome", []changed{fcba, closing("2026-06-15")}, "2026-06-15", 70_00},
		{"Q86 FCBA, from its receipt", []changed{fcba, received("2026-05-01")}, "2026-05-01", 70_00},
		{"Q74 RESPA, 59 days after its receipt", []changed{respa}, "2026-07-03", 70_00},
		{"Q74 RESPA, 60 days after its receipt", []changed{respa}, "2026-07-04", 0},
		{"Q74 RESPA, resolved before that", []changed{respa, endedAs(rules.OutcomeResolved, "2026-06-15")}, "2026-07-03", 70_00},
		{"Q74 FCRA", nil, "2026-05-05", 0},
		{"CA2 nobody acknowledged it", []changed{fcba, unacknowledged}, "2026-05-05", 0},
		{"CA1 deleted", []changed{fcba, deletedCase}, "2026-05-05", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			cases := []rules.Case{caseOf(rules.CaseDispute, "2026-05-05", append(c.changes, amount)...), caseOf(rules.CaseOther, "2026-01-01", amount)}
			loan := rules.Loan{Cases: cases}
			if got := loan.Disputed(day(c.on)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// BR10, Q86: the clock of a dispute runs for 30 days from its receipt, until it has an outcome.
func TestDisputeClock(t *testing.T) {
	s := story{people: people("1"), events: lentYear()}
	s.cases = []rules.Case{caseOf(rules.CaseDispute, "2026-05-05", received("2026-05-02"), endedAs(rules.OutcomeResolved, "2026-06-15"))}
	compare(t, []string{"answer_by=2026-06-01 compliance=BR10 K1", "compliance=Q74 K1"}, s.files(t, tellCase, "2026-05-31", "2026-06-30"))
	s.cases[0].AnswerOn = day("2026-06-17") // new information
	compare(t, []string{"answer_by=2026-06-17 compliance=BR10 K1"}, s.files(t, tellCase, "2026-05-31"))
}

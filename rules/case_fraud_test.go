package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// tellDeletion tells the status and the date closed.
func tellDeletion(r *rules.Tradeline) string { return r.AccountStatus + " " + r.DateClosed.String() }

// CA9, Q56, Q78, DC9: what a theft report and a fraud claim make of the account.
func TestFraudAndTheft(t *testing.T) {
	theft := func(changes ...changed) []rules.Case {
		return []rules.Case{caseOf(rules.CaseIdentityTheft, "2026-05-05", changes...)}
	}
	claim := func(changes ...changed) []rules.Case {
		return []rules.Case{caseOf(rules.CaseFraudClaim, "2026-05-05", changes...)}
	}
	const blocked = "BLOCKED CA9"
	for _, c := range []struct {
		name   string
		people []rules.Consumer
		cases  []rules.Case
		want   []string // of the ends of May and June, after a file of April
	}{
		{"CA9 left out from the report on", people("1"), theft(), []string{blocked, blocked}},
		{"CA9 confirmed: DF", people("1"), theft(endedAs(rules.OutcomeConfirmed, "2026-06-15")), []string{blocked, "DF 2026-06-15"}},
		{"CA9 Q78 rejected: back", people("1"), theft(endedAs(rules.OutcomeRejected, "2026-06-15")), []string{blocked, "82 "}},
		{"Q78 closed without an outcome: it goes on blocking", people("1"), theft(closing("2026-05-20")), []string{"BLOCKED Q78", "BLOCKED Q78"}},
		{"Q78 deleted: back", people("1"), theft(deletedCase), []string{"80 ", "82 "}},
		{"CA2 Q56 found by monitoring: it blocks at once", people("1"), theft(unacknowledged), []string{blocked, blocked}},
		{"CA2 confirmed without an acknowledgement: it blocks, and deletes nothing", people("1"), theft(unacknowledged, endedAs(rules.OutcomeConfirmed, "2026-06-15")), []string{blocked, blocked}},
		{"CA9 a report that comes after the calendar date blocks its file, too", people("1"), theft(func(c *rules.Case) { c.OpenedOn = day("2026-07-02") }), []string{blocked, blocked}},
		{"CA9 of all liable consumers", people("2", "2", "3"), theft(parties(1, 2)), []string{blocked, blocked}},
		{"CA9 of the loan itself", people("2", "2"), theft(parties()), []string{blocked, blocked}},
		{"CA9 Q77 of one of several liable consumers: not the account", people("2", "2"), theft(), []string{"80 ", "82 "}},
		{"DC9 a fraud claim is not DF", people("1"), claim(), []string{"80 ", "82 "}},
		{"Q56 a confirmed fraud reports DF, closed with the case", people("1"), claim(endedAs(rules.OutcomeConfirmed, "2026-06-15")), []string{"80 ", "DF 2026-06-15"}},
		{"Q73 a confirmed fraud goes out though the case was closed before the file", people("1"), claim(endedAs(rules.OutcomeConfirmed, "2026-05-15")), []string{"DF 2026-05-15", "ALREADY_DELETED DC2"}},
		{"Q56 without a date: the file's", people("1"), claim(endedAs(rules.OutcomeConfirmed, "")), []string{"DF 2026-05-31", "ALREADY_DELETED DC2"}},
		{"CA2 confirmed without an acknowledgement", people("1"), claim(unacknowledged, endedAs(rules.OutcomeConfirmed, "2026-05-15")), []string{"80 ", "82 "}},
		{"Q77 of one of several liable consumers: not the account", people("2", "2"), claim(endedAs(rules.OutcomeConfirmed, "2026-06-15")), []string{"80 ", "82 "}},
		{"Q77 of all liable consumers", people("2", "2", "3"), claim(parties(1, 2), endedAs(rules.OutcomeConfirmed, "2026-06-15")), []string{"80 ", "DF 2026-06-15"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{people: c.people, events: lentYear()}
			s.files(t, tellDeletion, "2026-04-30")
			s.cases = c.cases
			s.change = func(a *rules.Account) {
				if len(s.before) > 0 && s.before[0].Deletion() != "" {
					a.DeletedOn = s.before[0].AsOf
				}
			}
			compare(t, c.want, s.files(t, tellDeletion, "2026-05-31", "2026-06-30"))
		})
	}
}

// Q56: the date closed is that of the loan, if it is closed.
func TestFraudOfClosedLoan(t *testing.T) {
	s := story{people: people("1"), events: lentYear(), status: "CLOSED::FRAUD", closedOn: "2026-05-12"}
	s.cases = []rules.Case{caseOf(rules.CaseFraudClaim, "2026-05-05", endedAs(rules.OutcomeConfirmed, "2026-05-15"))}
	s.before = []rules.Furnished{{AsOf: day("2026-04-30"), AccountStatus: "78", HistoryChain: history24("0"), HistoryCharacter: "2"}}
	compare(t, []string{"DF 2026-05-12"}, s.files(t, tellDeletion, "2026-05-31"))
	compare(t, []string{"deletion=Q56 K1"}, func() []string { s.before = s.before[1:]; return s.files(t, tellCase, "2026-05-31") }())
}

// DC7, CA9: an account that was never reported has nothing to delete.
func TestFraudNeverReported(t *testing.T) {
	for want, kind := range map[string]rules.CaseType{"NEVER_REPORTED DC7": rules.CaseFraudClaim, "BLOCKED CA9": rules.CaseIdentityTheft} {
		s := story{people: people("1"), events: lentYear(), cases: []rules.Case{caseOf(kind, "2026-05-05", endedAs(rules.OutcomeConfirmed, "2026-05-15"))}}
		compare(t, []string{want}, s.files(t, tellDeletion, "2026-05-31"))
	}
}

// Q76: what people closed for a reason that asks for a case is left out without one.
func TestCaseMissing(t *testing.T) {
	for _, c := range []struct {
		status rules.Status
		cases  []rules.Case
		want   string
	}{
		{"CLOSED::BANKRUPTCY", nil, "CASE_MISSING Q76"},
		{"CLOSED::BANKRUPTCY", []rules.Case{caseOf(rules.CaseDeceased, "2026-05-05")}, "CASE_MISSING Q76"},
		{"CLOSED::BANKRUPTCY", []rules.Case{petition(7, "2026-05-01", unacknowledged)}, "CASE_MISSING Q76"},
		{"CLOSED::BANKRUPTCY", []rules.Case{petition(7, "2026-05-01")}, "78 "},
		{"CLOSED::DECEASED", nil, "CASE_MISSING Q76"},
		{"CLOSED::DECEASED", []rules.Case{caseOf(rules.CaseDeceased, "2026-05-05")}, "80 "},
		{"CLOSED::FRAUD", nil, "CASE_MISSING Q76"},
		{"CLOSED::FRAUD", []rules.Case{caseOf(rules.CaseFraudClaim, "2026-05-05")}, "80 "},
		{"CLOSED::FRAUD", []rules.Case{caseOf(rules.CaseIdentityTheft, "2026-05-05", endedAs(rules.OutcomeRejected, "2026-05-06"))}, "80 "},
		{"CLOSED::RISK", nil, "80 "},
	} {
		s := story{people: people("1"), events: lentYear(), cases: c.cases, status: c.status, closedOn: "2026-05-02"}
		if got := s.file(t, "2026-05-31", tellDeletion); got != c.want {
			t.Errorf("%s with %d case(s): got %q, want %q", c.status, len(c.cases), got, c.want)
		}
	}
}

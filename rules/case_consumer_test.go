package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// CA5, Q54, Q66, Q73, Q77: who is taken out of the record, and what is said of them once.
func TestConsumersOfCases(t *testing.T) {
	months := []string{"2026-05-31", "2026-06-30", "2026-07-31"}
	for _, c := range []struct {
		name   string
		people []rules.Consumer
		cases  []rules.Case
		want   []string
	}{
		{
			"CA5 one of two is deceased: X once, then dropped", people("2", "2"), []rules.Case{caseOf(rules.CaseDeceased, "2026-06-05", parties(2))},
			[]string{"1 base 2, 2 j1 2", "1 base 2, 2 j1 X", "1 base 2, 2  X"},
		},
		{
			"Q66 the one in the base is deceased", people("2", "2"), []rules.Case{caseOf(rules.CaseDeceased, "2026-06-05")},
			[]string{"1 base 2, 2 j1 2", "1 base X, 2 j1 2", "1  X, 2 base 2"},
		},
		{
			"CA5 Q54 a sole consumer ends the reporting", people("1"), []rules.Case{caseOf(rules.CaseDeceased, "2026-06-05")},
			[]string{"1 base 1", "1 base X", "NOBODY_LIABLE Q54"},
		},
		{
			"CA5 a death that names the loan is not its authorized user's", people("1", "3"), []rules.Case{caseOf(rules.CaseDeceased, "2026-06-05", parties())},
			[]string{"1 base 1, 2 j1 3", "1 base X, 2 j1 3", "NOBODY_LIABLE Q54"},
		},
		{
			"CA5 an authorized user is deceased", people("1", "3"), []rules.Case{caseOf(rules.CaseDeceased, "2026-06-05", parties(2))},
			[]string{"1 base 1, 2 j1 3", "1 base 1, 2 j1 X", "1 base 1, 2  X"},
		},
		{
			"Q73 a death goes out though the case was closed before the file", people("1"),
			[]rules.Case{caseOf(rules.CaseDeceased, "2026-06-05", closing("2026-06-07"))},
			[]string{"1 base 1", "1 base X", "NOBODY_LIABLE Q54"},
		},
		{
			"CA2 nobody acknowledged the death", people("1"), []rules.Case{caseOf(rules.CaseDeceased, "2026-06-05", unacknowledged)},
			[]string{"1 base 1", "1 base 1", "1 base 1"},
		},
		{
			"CA4 CA5 bankrupt, then deceased", people("2", "2"),
			[]rules.Case{petition(7, "2026-05-01"), caseOf(rules.CaseDeceased, "2026-06-05", id("K2"))},
			[]string{"1 base 2 A, 2 j1 2", "1 base X A, 2 j1 2", "1  X A, 2 base 2"},
		},
		{
			"CA9 Q77 a theft of one of two: only that consumer is left out", people("2", "2"), []rules.Case{caseOf(rules.CaseIdentityTheft, "2026-05-05")},
			[]string{"1  2, 2 base 2", "1  2, 2 base 2", "1  2, 2 base 2"},
		},
		{
			"Q77 a theft of one of two, confirmed: Z once", people("2", "2"),
			[]rules.Case{caseOf(rules.CaseIdentityTheft, "2026-05-05", endedAs(rules.OutcomeConfirmed, "2026-07-01"))},
			[]string{"1  2, 2 base 2", "1  2, 2 base 2", "1 j1 Z, 2 base 2"},
		},
		{
			"Q78 a theft of one of two, rejected: the consumer is back", people("2", "2"),
			[]rules.Case{caseOf(rules.CaseIdentityTheft, "2026-05-05", endedAs(rules.OutcomeRejected, "2026-07-01"))},
			[]string{"1  2, 2 base 2", "1  2, 2 base 2", "1 base 2, 2 j1 2"},
		},
		{
			"Q77 a fraud claim of one of two leaves everybody in; confirmed, that consumer is Z once", people("2", "2", "3"),
			[]rules.Case{caseOf(rules.CaseFraudClaim, "2026-05-05", endedAs(rules.OutcomeConfirmed, "2026-06-15"))},
			[]string{"1 base 2, 2 j1 2, 3 j1 3", "1 j1 Z, 2 base 2, 3 j1 3", "1  Z, 2 base 2, 3 j1 3"},
		},
		{
			"Q77 an authorized user's part was a fraud", people("1", "3"),
			[]rules.Case{caseOf(rules.CaseFraudClaim, "2026-05-05", parties(2), endedAs(rules.OutcomeConfirmed, "2026-06-15"))},
			[]string{"1 base 1, 2 j1 3", "1 base 1, 2 j1 Z", "1 base 1, 2  Z"},
		},
		{
			"Q54 Q77 an authorized user's Z keeps no account alive", people("1", "3"),
			[]rules.Case{
				caseOf(rules.CaseDeceased, "2026-05-05"), caseOf(rules.CaseFraudClaim, "2026-05-05", id("K2"), parties(2), endedAs(rules.OutcomeConfirmed, "2026-06-15")),
			},
			[]string{"1 base X, 2 j1 3", "NOBODY_LIABLE Q54", "NOBODY_LIABLE Q54"},
		},
		{
			"CA2 a confirmed claim that nobody acknowledged", people("2", "2"),
			[]rules.Case{caseOf(rules.CaseFraudClaim, "2026-05-05", unacknowledged, endedAs(rules.OutcomeConfirmed, "2026-06-15"))},
			[]string{"1 base 2, 2 j1 2", "1 base 2, 2 j1 2", "1 base 2, 2 j1 2"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{people: c.people, events: lentYear()}
			s.files(t, placed, "2026-04-30")
			s.cases = c.cases
			compare(t, c.want, s.files(t, placed, months...))
		})
	}
}

// Q77: a consumer whom no file has named gets no Z.
func TestNeverNamed(t *testing.T) {
	for name, outcome := range map[string]rules.Case{
		"a claim confirmed before the first file": caseOf(rules.CaseFraudClaim, "2026-05-05", endedAs(rules.OutcomeConfirmed, "2026-05-15")),
		"a theft confirmed after the first file":  caseOf(rules.CaseIdentityTheft, "2026-05-05", endedAs(rules.OutcomeConfirmed, "2026-06-15")),
	} {
		t.Run(name, func(t *testing.T) {
			s := story{people: people("2", "2"), cases: []rules.Case{outcome}, events: lentYear()}
			compare(t, []string{"1, 2 base 2", "1, 2 base 2", "1, 2 base 2"}, s.files(t, placed, "2026-05-31", "2026-06-30", "2026-07-31"))
		})
	}
}

// CA1: someone who was reported deceased and is not comes back.
func TestNotDeceased(t *testing.T) {
	s := story{people: people("2", "2"), cases: []rules.Case{caseOf(rules.CaseDeceased, "2026-05-05")}, events: lentYear()}
	got := s.files(t, placed, "2026-05-31", "2026-06-30")
	s.cases[0].DeletedOn = day("2026-07-05")
	compare(t, []string{"1 base X, 2 j1 2", "1  X, 2 base 2", "1 base 2, 2 j1 2"}, append(got, s.files(t, placed, "2026-07-31")...))
}

// CA4 to CA6, Q27, Q47, Q69: the special comments of cases, in the order of precedence, while they run.
func TestCommentsOfCases(t *testing.T) {
	military := caseOf(rules.CaseMilitary, "2026-05-05")
	disaster := caseOf(rules.CaseDisaster, "2026-05-05", id("K2"), parties())
	forbearance := caseOf(rules.CaseForbearance, "2026-05-05", id("K3"), parties())
	until := func(c rules.Case, on string) rules.Case { c.ClosedOn = day(on); return c }
	for _, c := range []struct {
		name   string
		people []rules.Consumer
		cases  []rules.Case
		want   []string
	}{
		{"CA5 military duty: AI", people("1"), []rules.Case{military}, []string{"", "AI", "AI"}},
		{"CA5 military duty of an authorized user", people("3", "1"), []rules.Case{military}, []string{"", "", ""}},
		{"CA5 disaster: AW", people("1"), []rules.Case{disaster}, []string{"", "AW", "AW"}},
		{"Q69 forbearance: CP", people("1"), []rules.Case{forbearance}, []string{"", "CP", "CP"}},
		{"Q47 while it lasts", people("1"), []rules.Case{until(military, "2026-06-30")}, []string{"", "AI", ""}},
		{"Q47 the day before it is closed", people("1"), []rules.Case{until(military, "2026-07-01")}, []string{"", "AI", "AI"}},
		{"CA6 Q27 AI before AW and CP", people("1"), []rules.Case{forbearance, disaster, military}, []string{"", "AI", "AI"}},
		{"CA6 Q69 AW before CP", people("1"), []rules.Case{forbearance, disaster, until(military, "2026-06-15")}, []string{"", "AI", "AW"}},
		{"CA8 a case of another type says nothing", people("1"), []rules.Case{caseOf(rules.CaseOther, "2026-05-05")}, []string{"", "", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{people: c.people, cases: c.cases, events: lentYear()}
			compare(t, c.want, s.files(t, tellCodes, "2026-04-30", "2026-05-31", "2026-06-30"))
		})
	}
}

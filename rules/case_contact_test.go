package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// Q55, SP7: who must not be contacted.
func TestMustNotContact(t *testing.T) {
	for _, c := range []struct {
		name   string
		people []rules.Consumer
		cases  []rules.Case
		want   string
	}{
		{"Q55 bankruptcy", people("1"), []rules.Case{petition(7, "2026-05-01")}, "BANKRUPTCY"},
		{"Q55 deceased", people("1"), []rules.Case{caseOf(rules.CaseDeceased, "2026-05-01")}, "DECEASED"},
		{"Q55 military", people("1"), []rules.Case{caseOf(rules.CaseMilitary, "2026-05-01")}, "MILITARY"},
		{"CA2 acknowledged or not", people("1"), []rules.Case{petition(7, "2026-05-01", unacknowledged)}, "BANKRUPTCY"},
		{"Q55 of one of several", people("2", "2"), []rules.Case{petition(7, "2026-05-01", parties(2))}, "BANKRUPTCY"},
		{"Q55 of the loan itself", people("2", "2"), []rules.Case{petition(7, "2026-05-01", parties())}, "BANKRUPTCY"},
		{"Q55 of an authorized user", people("1", "3"), []rules.Case{petition(7, "2026-05-01", parties(2))}, ""},
		{"Q55 opened after the night's date, and known", people("1"), []rules.Case{petition(7, "2026-06-02")}, "BANKRUPTCY"},
		{"SP7 CA8 of this loan and of a party who is on no loan", people("1"), []rules.Case{petition(7, "2026-05-01", parties(0))}, "BANKRUPTCY"},
		{"Q55 of an authorized user and of a party who is on no loan", people("1", "3"), []rules.Case{petition(7, "2026-05-01", parties(0, 2))}, ""},
		{"Q55 the lender says X already", people("X"), []rules.Case{caseOf(rules.CaseDeceased, "2026-05-01")}, "DECEASED"},
		{"CA8 without chapter and filing date", people("1"), []rules.Case{caseOf(rules.CaseBankruptcy, "2026-05-01")}, "BANKRUPTCY"},
		{"CA8 of someone who is no consumer of the loan", people("1"), []rules.Case{petition(7, "2026-05-01", parties(0))}, "BANKRUPTCY"},
		{"CA3 the debt is not listed", people("1"), []rules.Case{petition(7, "2026-05-01", func(c *rules.Case) { c.DebtNotListed = true })}, "BANKRUPTCY"},
		{"Q47 closed tonight", people("1"), []rules.Case{petition(7, "2026-05-01", closing("2026-05-31"))}, ""},
		{"Q47 closed tomorrow", people("1"), []rules.Case{petition(7, "2026-05-01", closing("2026-06-01"))}, "BANKRUPTCY"},
		{"CA1 deleted", people("1"), []rules.Case{petition(7, "2026-05-01", deletedCase)}, ""},
		{"Q55 a dispute stops no contact", people("1"), []rules.Case{caseOf(rules.CaseDispute, "2026-05-01")}, ""},
		{"Q55 nor do the others", people("1"), []rules.Case{
			caseOf(rules.CaseFraudClaim, "2026-05-01"), caseOf(rules.CaseIdentityTheft, "2026-05-01"), caseOf(rules.CaseDisaster, "2026-05-01"),
			caseOf(rules.CaseForbearance, "2026-05-01"), caseOf(rules.CaseOther, "2026-05-01"),
		}, ""},
		{"no case", people("1"), nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			reason, by := rules.MustNotContact(c.cases, c.people, day("2026-05-31"))
			if reason != c.want || (by != nil) != (c.want != "") {
				t.Errorf("got %q by %v, want %q", reason, by, c.want)
			}
		})
	}
}

// CA8: a case that the night cannot apply is an exception of its loans.
func TestUnapplied(t *testing.T) {
	noDate := petition(7, "2026-05-01", func(c *rules.Case) { c.FiledOn = 0 })
	noChapter := petition(7, "2026-05-01", func(c *rules.Case) { c.Chapter = 0 })
	for _, c := range []struct {
		name   string
		people []rules.Consumer
		cases  []rules.Case
		want   string
	}{
		{"CA8 a chapter without a filing date", people("1"), []rules.Case{noDate}, "!CASE_NOT_APPLIED"},
		{"CA8 a bankruptcy without a chapter", people("1"), []rules.Case{noChapter}, "!CASE_NOT_APPLIED"},
		{"CA8 a party that is on no loan", people("1"), []rules.Case{caseOf(rules.CaseMilitary, "2026-05-01", parties(0, 1))}, "!CASE_NOT_APPLIED"},
		{"CA8 a party that is not a consumer", people("1"), []rules.Case{caseOf(rules.CaseMilitary, "2026-05-01", parties(1, 2))}, "!CASE_NOT_APPLIED"},
		{"CA8 which of two is bankrupt is not said", people("2", "2"), []rules.Case{petition(7, "2026-05-01", parties())}, "!CASE_NOT_APPLIED"},
		{"CA8 which of two is deceased is not said", people("2", "2"), []rules.Case{caseOf(rules.CaseDeceased, "2026-05-01", parties())}, "!CASE_NOT_APPLIED"},
		{"CA8 there is only one", people("1", "3"), []rules.Case{petition(7, "2026-05-01", parties())}, "consumer_1=CA3 K1 status=CA4 K1"},
		{"CA2 not acknowledged: it asks for nothing yet", people("1"), []rules.Case{func() rules.Case { c := noDate; c.Acknowledged = false; return c }()}, "waits=CA2 K1"},
		{"CA1 deleted", people("1"), []rules.Case{func() rules.Case { c := noDate; c.DeletedOn = c.OpenedOn; return c }()}, ""},
		{"CA3 the debt is not listed", people("1"), []rules.Case{func() rules.Case { c := noDate; c.DebtNotListed = true; return c }()}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{people: c.people, cases: c.cases, events: lentYear()}
			if got := s.file(t, "2026-05-31", tellCase); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// CA2: what waits for an acknowledgement is in the facts, until it is closed.
func TestWaits(t *testing.T) {
	s := story{people: people("1"), events: lentYear(), cases: []rules.Case{
		caseOf(rules.CaseOther, "2026-05-01", id("K0"), unacknowledged), petition(7, "2026-05-01", unacknowledged, closing("2026-06-15")),
	}}
	compare(t, []string{"waits=CA2 K1", ""}, s.files(t, tellCase, "2026-05-31", "2026-06-30"))
}

// BR6: the tradeline names the cases behind its codes.
func TestCaseFacts(t *testing.T) {
	s := story{people: people("2", "2"), events: lentYear(), cases: []rules.Case{
		caseOf(rules.CaseDispute, "2026-05-01"), caseOf(rules.CaseForbearance, "2026-05-01", id("K2")), caseOf(rules.CaseDeceased, "2026-05-01", id("K3"), parties(2)),
	}}
	compare(t, []string{"answer_by=2026-05-31 comment=Q69 K2 compliance=BR10 K1 consumer_2=CA5 K3 status=CA7 K2"}, s.files(t, tellCase, "2026-05-31"))
}

// SP8, Q55: who is listed because nothing comes back by itself.
func TestListContact(t *testing.T) {
	stopped := rules.ContactState{StoppedByCase: true, Purged: true}
	for _, c := range []struct {
		name                string
		state               rules.ContactState
		reopened, forbidden bool
		want                string
	}{
		{"SP8 reopened after a purge", rules.ContactState{Serviced: true, Purged: true}, true, false, "SCHEDULES_NOT_RESTORED"},
		{"SP8 reopened, nothing was cancelled", rules.ContactState{Serviced: true}, true, false, ""},
		{"a purge without a reopening", rules.ContactState{Serviced: true, Purged: true}, false, false, ""},
		{"Q55 the case has ended", stopped, false, false, "STOPPED_BY_ENDED_CASE"},
		{"Q55 it has not", stopped, false, true, ""},
		{"Q55 once", rules.ContactState{StoppedByCase: true, EndListed: true}, false, false, ""},
		{"Q55 serviced again", rules.ContactState{Serviced: true, StoppedByCase: true}, false, false, ""},
		{"Q55 stopped by the lender", rules.ContactState{Purged: true}, false, false, ""},
	} {
		got := ""
		if err := rules.ListContact(c.state, c.reopened, c.forbidden); err != nil {
			got = err.(*rules.Undecidable).Code
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// Q47, Q55: a loan is looked at on the day on which a case that stops contact ends.
func TestNextCaseEnd(t *testing.T) {
	cases := []rules.Case{
		petition(7, "2026-05-01", closing("2026-07-10")), caseOf(rules.CaseMilitary, "2026-05-01", closing("2026-06-10")),
		caseOf(rules.CaseDispute, "2026-05-01", closing("2026-06-01")), caseOf(rules.CaseDeceased, "2026-05-01"),
	}
	for on, want := range map[string]rules.Date{
		"2026-05-31": day("2026-06-10"), "2026-06-09": day("2026-06-10"), "2026-06-10": day("2026-07-10"), "2026-07-10": rules.Never,
	} {
		if got := rules.NextCaseEnd(cases, day(on)); got != want {
			t.Errorf("after %s: got %s, want %s", on, got, want)
		}
	}
}

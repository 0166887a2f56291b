package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// CA3: the indicator by chapter and by what became of the petition, once for what removes it (Q60).
func TestIndicators(t *testing.T) {
	months := []string{"2026-05-31", "2026-06-30", "2026-07-31"}
	for _, c := range []struct {
		name  string
		cases []rules.Case
		want  []string
	}{
		{"CA3 a petition of chapter 7", []rules.Case{petition(7, "2026-05-01")}, []string{"1 base 1 A", "1 base 1 A", "1 base 1 A"}},
		{"CA3 a petition of chapter 11", []rules.Case{petition(11, "2026-05-01")}, []string{"1 base 1 B", "1 base 1 B", "1 base 1 B"}},
		{"CA3 a petition of chapter 12", []rules.Case{petition(12, "2026-05-01")}, []string{"1 base 1 C", "1 base 1 C", "1 base 1 C"}},
		{"CA3 a petition of chapter 13", []rules.Case{petition(13, "2026-05-01")}, []string{"1 base 1 D", "1 base 1 D", "1 base 1 D"}},
		{"CA3 a petition from its filing on", []rules.Case{petition(7, "2026-06-01")}, []string{"1 base 1", "1 base 1 A", "1 base 1 A"}},
		{
			"CA3 CA4 discharged: the indicator once, then dropped", []rules.Case{petition(7, "2026-05-01", disposed(rules.Discharged, "2026-06-15"))},
			[]string{"1 base 1 A", "1 base 1 E", "NOBODY_LIABLE Q54"},
		},
		{
			"CA3 discharged, chapter 11", []rules.Case{petition(11, "2026-05-01", disposed(rules.Discharged, "2026-06-15"))},
			[]string{"1 base 1 B", "1 base 1 F", "NOBODY_LIABLE Q54"},
		},
		{
			"CA3 discharged, chapter 12", []rules.Case{petition(12, "2026-05-01", disposed(rules.Discharged, "2026-06-15"))},
			[]string{"1 base 1 C", "1 base 1 G", "NOBODY_LIABLE Q54"},
		},
		{
			"CA3 discharged, chapter 13", []rules.Case{petition(13, "2026-05-01", disposed(rules.Discharged, "2026-06-15"))},
			[]string{"1 base 1 D", "1 base 1 H", "NOBODY_LIABLE Q54"},
		},
		{
			"CA3 CA4 dismissed: Q once", []rules.Case{petition(13, "2026-05-01", disposed(rules.Dismissed, "2026-06-15"))},
			[]string{"1 base 1 D", "1 base 1 Q", "1 base 1"},
		},
		{
			"CA3 withdrawn: Q once", []rules.Case{petition(7, "2026-05-01", disposed(rules.Withdrawn, "2026-06-15"))},
			[]string{"1 base 1 A", "1 base 1 Q", "1 base 1"},
		},
		{
			"Q60 dismissed before any report: no Q", []rules.Case{petition(7, "2026-05-01", disposed(rules.Dismissed, "2026-05-15"))},
			[]string{"1 base 1", "1 base 1", "1 base 1"},
		},
		{
			"Q75 reaffirmed: R", []rules.Case{petition(7, "2026-05-01", disposed(rules.Reaffirmed, "2026-06-15"))},
			[]string{"1 base 1 A", "1 base 1 R", "1 base 1 R"},
		},
		{
			"CA3 the debt is not listed: no indicator",
			[]rules.Case{petition(7, "2026-05-01", func(c *rules.Case) { c.DebtNotListed = true })},
			[]string{"1 base 1", "1 base 1", "1 base 1"},
		},
		{
			"CA2 nobody acknowledged it: no indicator", []rules.Case{petition(7, "2026-05-01", unacknowledged)},
			[]string{"1 base 1", "1 base 1", "1 base 1"},
		},
		{
			"CA2 a person opened it: nobody has to acknowledge it",
			[]rules.Case{petition(7, "2026-05-01", unacknowledged, func(c *rules.Case) { c.AutoCreated = false })},
			[]string{"1 base 1 A", "1 base 1 A", "1 base 1 A"},
		},
		{"CA1 a deleted case has no effect", []rules.Case{petition(7, "2026-05-01", deletedCase)}, []string{"1 base 1", "1 base 1", "1 base 1"}},
		{
			"Q73 a discharge goes out though the case was closed before the file",
			[]rules.Case{petition(7, "2026-05-01", disposed(rules.Discharged, "2026-06-15"), closing("2026-06-20"))},
			[]string{"1 base 1 A", "1 base 1 E", "NOBODY_LIABLE Q54"},
		},
		{
			"Q47 Q73 closed without a disposition: the protection ends, Q once", []rules.Case{petition(7, "2026-05-01", closing("2026-06-15"))},
			[]string{"1 base 1 A", "1 base 1 Q", "1 base 1"},
		},
		{
			"CA3 a later petition counts, not the one that was dismissed",
			[]rules.Case{petition(13, "2026-05-01", disposed(rules.Dismissed, "2026-05-20")), petition(7, "2026-06-10", id("K2"))},
			[]string{"1 base 1", "1 base 1 A", "1 base 1 A"},
		},
		{
			"CA4 a discharge counts, not a later petition",
			[]rules.Case{petition(7, "2026-05-01", disposed(rules.Discharged, "2026-06-15")), petition(13, "2026-06-10", id("K2"))},
			[]string{"1 base 1 A", "1 base 1 E", "NOBODY_LIABLE Q54"},
		},
		{"CA3 a debt made after the petition is not in it", []rules.Case{petition(7, "2026-01-09")}, []string{"1 base 1", "1 base 1", "1 base 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{people: people("1"), cases: c.cases, events: lentYear()}
			compare(t, c.want, s.files(t, placed, months...))
		})
	}
}

// CA1: a case that is deleted after it went out is taken back.
func TestDeletedBankruptcyIsTakenBack(t *testing.T) {
	for name, c := range map[string]struct {
		disposition rules.Disposition
		want        []string
	}{
		"a petition":      {"", []string{"1 base 1 A", "1 base 1 Q", "1 base 1"}},
		"a discharge":     {rules.Discharged, []string{"1 base 1 E", "1 base 1 Q", "1 base 1"}},
		"a reaffirmation": {rules.Reaffirmed, []string{"1 base 1 R", "1 base 1 S", "1 base 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := story{people: people("1"), cases: []rules.Case{petition(7, "2026-05-01", disposed(c.disposition, "2026-05-20"))}, events: lentYear()}
			got := s.files(t, placed, "2026-05-31")
			s.cases[0].DeletedOn = day("2026-06-05")
			compare(t, c.want, append(got, s.files(t, placed, "2026-06-30", "2026-07-31")...))
		})
	}
}

// CA4: who filed, under which chapter, and what the others are in the meantime.
func TestIndicatorsOfSeveral(t *testing.T) {
	months := []string{"2026-05-31", "2026-06-30", "2026-07-31"}
	for _, c := range []struct {
		name   string
		people []rules.Consumer
		cases  []rules.Case
		want   []string
	}{
		{
			"CA4 chapter 7 of one: only the filer's indicator", people("2", "2"), []rules.Case{petition(7, "2026-05-01", parties(2))},
			[]string{"1 base 2, 2 j1 2 A", "1 base 2, 2 j1 2 A", "1 base 2, 2 j1 2 A"},
		},
		{
			"CA4 Q60 chapter 7 of one, discharged: dropped, the other goes on", people("2", "2"),
			[]rules.Case{petition(7, "2026-05-01", parties(1), disposed(rules.Discharged, "2026-06-15"))},
			[]string{"1 base 2 A, 2 j1 2", "1 base 2 E, 2 j1 2", "1  2 E, 2 base 2"},
		},
		{
			"CA4 chapter 13 of one: the co-borrower is T while the stay protects", people("2", "2"),
			[]rules.Case{petition(13, "2026-05-01", disposed(rules.Dismissed, "2026-07-15"))},
			[]string{"1 base 2 D, 2 j1 T", "1 base 2 D, 2 j1 T", "1 base 2 Q, 2 j1 2"},
		},
		{
			"CA4 chapter 13 of one, completed: the co-borrower is back", people("2", "2"),
			[]rules.Case{petition(13, "2026-05-01", disposed(rules.Discharged, "2026-06-15"))},
			[]string{"1 base 2 D, 2 j1 T", "1 base 2 H, 2 j1 2", "1  2 H, 2 base 2"},
		},
		{
			"Q75 a confirmed plan protects the co-borrower on", people("2", "2"),
			[]rules.Case{petition(12, "2026-05-01", disposed(rules.PlanConfirmed, "2026-06-15"))},
			[]string{"1 base 2 C, 2 j1 T", "1 base 2 C, 2 j1 T", "1 base 2 C, 2 j1 T"},
		},
		{
			"CA4 an authorized user is no co-borrower", people("1", "3"), []rules.Case{petition(13, "2026-05-01")},
			[]string{"1 base 1 D, 2 j1 3", "1 base 1 D, 2 j1 3", "1 base 1 D, 2 j1 3"},
		},
		{
			"CA3 the bankruptcy of an authorized user is not of this debt", people("1", "3"), []rules.Case{petition(7, "2026-05-01", parties(2))},
			[]string{"1 base 1, 2 j1 3", "1 base 1, 2 j1 3", "1 base 1, 2 j1 3"},
		},
		{
			"CA4 both file, under different chapters", people("2", "2"), []rules.Case{petition(7, "2026-05-01"), petition(13, "2026-06-10", parties(2), id("K2"))},
			[]string{"1 base 2 A, 2 j1 2", "1 base 2 A, 2 j1 2 D", "1 base 2 A, 2 j1 2 D"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{people: c.people, cases: c.cases, events: lentYear()}
			compare(t, c.want, s.files(t, placed, months...))
		})
	}
}

// CA4, BR3: status, amount past due and date of first delinquency under a petition.
func TestFrozen(t *testing.T) {
	for _, c := range []struct {
		name   string
		people []rules.Consumer
		cases  []rules.Case
		paid   []string
		want   []string // of the ends of May, June and July
	}{
		{
			"no case: 80 days late on May 1", people("1"), nil, nil,
			[]string{"80 past due 300 of 1200 since 2026-03-12", "82 past due 400 of 1200 since 2026-03-12", "83 past due 500 of 1200 since 2026-03-12"},
		},
		{
			"CA4 all have filed, chapter 7: frozen as of the filing", people("1"), []rules.Case{petition(7, "2026-05-01")}, nil,
			[]string{"78 past due 200 of 1200 since 2026-03-12", "78 past due 200 of 1200 since 2026-03-12", "78 past due 200 of 1200 since 2026-03-12"},
		},
		{
			"BR3 current: the date of the petition", people("1"), []rules.Case{petition(7, "2026-05-01")}, everyMonth[:3],
			[]string{"11 past due 0 of 900 since 2026-05-01", "11 past due 0 of 900 since 2026-05-01", "11 past due 0 of 900 since 2026-05-01"},
		},
		{
			"CA4 some have filed, chapter 7: not frozen", people("2", "2"), []rules.Case{petition(7, "2026-05-01")}, nil,
			[]string{"80 past due 300 of 1200 since 2026-03-12", "82 past due 400 of 1200 since 2026-03-12", "83 past due 500 of 1200 since 2026-03-12"},
		},
		{
			"BR3 some have filed, and the account is current: the date of the petition", people("2", "2"), []rules.Case{petition(7, "2026-05-01")}, everyMonth,
			[]string{"11 past due 0 of 800 since 2026-05-01", "11 past due 0 of 700 since 2026-05-01", "11 past due 0 of 600 since 2026-05-01"},
		},
		{
			"CA4 the second files later: frozen as of then", people("2", "2"),
			[]rules.Case{petition(7, "2026-05-01"), petition(7, "2026-06-10", id("K2"), parties(2))}, nil,
			[]string{"80 past due 300 of 1200 since 2026-03-12", "82 past due 400 of 1200 since 2026-03-12", "82 past due 400 of 1200 since 2026-03-12"},
		},
		{
			"CA4 anyone has filed, chapter 13: frozen", people("2", "2"), []rules.Case{petition(13, "2026-05-01", parties(2))}, nil,
			[]string{"78 past due 200 of 1200 since 2026-03-12", "78 past due 200 of 1200 since 2026-03-12", "78 past due 200 of 1200 since 2026-03-12"},
		},
		{
			"CA4 an authorized user need not file", people("1", "3"), []rules.Case{petition(7, "2026-05-01")}, nil,
			[]string{"78 past due 200 of 1200 since 2026-03-12", "78 past due 200 of 1200 since 2026-03-12", "78 past due 200 of 1200 since 2026-03-12"},
		},
		{
			"CA4 dismissed: unfrozen", people("1"), []rules.Case{petition(13, "2026-05-01", disposed(rules.Dismissed, "2026-06-15"))}, nil,
			[]string{"78 past due 200 of 1200 since 2026-03-12", "82 past due 400 of 1200 since 2026-03-12", "83 past due 500 of 1200 since 2026-03-12"},
		},
		{
			"Q75 reaffirmed: unfrozen", people("1"), []rules.Case{petition(7, "2026-05-01", disposed(rules.Reaffirmed, "2026-06-15"))}, nil,
			[]string{"78 past due 200 of 1200 since 2026-03-12", "82 past due 400 of 1200 since 2026-03-12", "83 past due 500 of 1200 since 2026-03-12"},
		},
		{
			"FORMAT 3.2 reaffirmed and current: the date stays", people("1"), []rules.Case{petition(7, "2026-05-01", disposed(rules.Reaffirmed, "2026-06-15"))}, everyMonth,
			[]string{"11 past due 0 of 800 since 2026-05-01", "11 past due 0 of 700 since 2026-05-01", "11 past due 0 of 600 since 2026-05-01"},
		},
		{
			"Q75 plan confirmed: nothing is past due", people("1"), []rules.Case{petition(13, "2026-05-01", disposed(rules.PlanConfirmed, "2026-06-15"))}, nil,
			[]string{"78 past due 200 of 1200 since 2026-03-12", "78 past due 0 of 1200 since 2026-03-12", "78 past due 0 of 1200 since 2026-03-12"},
		},
		{
			"Q75 discharged for every liable consumer: nothing is owed, and the account ceases", people("1"),
			[]rules.Case{petition(7, "2026-05-01", disposed(rules.Discharged, "2026-06-15"))}, nil,
			[]string{"78 past due 200 of 1200 since 2026-03-12", "78 past due 0 of 0 since 2026-03-12", "NOBODY_LIABLE Q54"},
		},
		{
			"Q60 one of two discharged: the amount past due stays", people("2", "2"),
			[]rules.Case{petition(7, "2026-05-01", disposed(rules.Discharged, "2026-06-15"))}, nil,
			[]string{"80 past due 300 of 1200 since 2026-03-12", "82 past due 400 of 1200 since 2026-03-12", "83 past due 500 of 1200 since 2026-03-12"},
		},
		{
			"CA4 Q75 one discharged after the other: with the last one nothing is owed", people("2", "2"),
			[]rules.Case{
				petition(7, "2026-05-01", disposed(rules.Discharged, "2026-05-20")),
				petition(7, "2026-05-01", id("K2"), parties(2), disposed(rules.Discharged, "2026-06-15")),
			}, nil,
			[]string{"78 past due 200 of 1200 since 2026-03-12", "78 past due 0 of 0 since 2026-03-12", "NOBODY_LIABLE Q54"},
		},
		{
			"CA2 nobody acknowledged it: not frozen", people("1"), []rules.Case{petition(7, "2026-05-01", unacknowledged)}, nil,
			[]string{"80 past due 300 of 1200 since 2026-03-12", "82 past due 400 of 1200 since 2026-03-12", "83 past due 500 of 1200 since 2026-03-12"},
		},
		{
			"CA4 late at the filing, then paid: frozen, no more past due than is owed (Q42)", people("1"), []rules.Case{petition(7, "2026-05-01")},
			[]string{"2026-05", "2026-05", "2026-05", "2026-05", "2026-05", "2026-05", "2026-05", "2026-05", "2026-05", "2026-05", "2026-05"},
			[]string{"78 past due 100 of 100 since 2026-03-12", "78 past due 100 of 100 since 2026-03-12", "78 past due 100 of 100 since 2026-03-12"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{people: c.people, cases: c.cases, events: lentYear(c.paid...)}
			compare(t, c.want, s.files(t, tellStatus, "2026-05-31", "2026-06-30", "2026-07-31"))
		})
	}
}

// CA4: the months of a freeze are D in the history, also at a first report; what was before and after is not.
func TestFrozenHistory(t *testing.T) {
	frozen := []rules.Case{petition(13, "2026-05-01", disposed(rules.Dismissed, "2026-07-15"))}
	s := story{people: people("1"), cases: frozen, events: lentYear()}
	compare(t, []string{"100", "2100", "D2100", "DD2100", "5DD2100"},
		s.files(t, tellHistory, "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31"))
	first := story{people: people("1"), cases: frozen, events: lentYear()}
	compare(t, []string{"5DD2100"}, first.files(t, tellHistory, "2026-08-31"))
}

// Q60: the pay-off decides when the debt was paid before the petition; a later pay-off ends a freeze.
func TestPaidAndBankrupt(t *testing.T) {
	payoff := func(on string, filed string) *story {
		s := &story{people: people("1"), cases: []rules.Case{petition(7, filed)}, events: join(lentYear(everyMonth[:3]...), paid(on, 900_00))}
		s.change = func(a *rules.Account) {
			if a.AsOf >= day(on) {
				a.Status, a.ClosedOn = rules.PaidOff, day(on)
			}
		}
		return s
	}
	t.Run("Q60 paid before the petition", func(t *testing.T) {
		s := payoff("2026-05-10", "2026-05-20")
		compare(t, []string{"13 past due 0 of 0"}, s.files(t, tellStatus, "2026-05-31"))
		s.before = nil
		compare(t, []string{"1 base 1"}, s.files(t, placed, "2026-05-31"))
	})
	t.Run("paid after the petition", func(t *testing.T) {
		s := payoff("2026-05-20", "2026-05-10")
		compare(t, []string{"13 past due 0 of 0 since 2026-05-10"}, s.files(t, tellStatus, "2026-05-31"))
		s.before = nil
		compare(t, []string{"1 base 1 A"}, s.files(t, placed, "2026-05-31"))
	})
}

// CA4: a charge-off that comes after the filing does not change the frozen status; one before it is frozen as it was.
func TestChargedOffAndBankrupt(t *testing.T) {
	chargedOff := func(on string, cases ...rules.Case) *story {
		s := &story{people: people("1"), cases: cases, events: join(lentYear(), paid("2026-06-20", 300_00))}
		s.change = func(a *rules.Account) {
			a.Ledger = ledgerOn(a.AsOf, s.events)
			if a.AsOf >= day(on) {
				a.Status, a.ClosedOn, a.ChargedOffOn, a.ChargeOff = rules.ChargeOff, day(on), day(on), 1200_00
			}
		}
		return s
	}
	t.Run("after the filing", func(t *testing.T) {
		s := chargedOff("2026-06-10", petition(7, "2026-05-01", disposed(rules.Dismissed, "2026-07-15")))
		compare(t, []string{
			"78 past due 200 of 1200 since 2026-03-12", "78 past due 200 of 900 since 2026-03-12", "97 past due 900 of 900 since 2026-03-12",
		}, s.files(t, tellStatus, "2026-05-31", "2026-06-30", "2026-07-31"))
	})
	t.Run("before the filing", func(t *testing.T) {
		s := chargedOff("2026-05-10", petition(13, "2026-06-25", disposed(rules.PlanConfirmed, "2026-07-15")))
		compare(t, []string{
			"97 past due 1200 of 1200 since 2026-03-12", "97 past due 900 of 900 since 2026-03-12", "97 past due 0 of 900 since 2026-03-12",
		}, s.files(t, tellStatus, "2026-05-31", "2026-06-30", "2026-07-31"))
	})
}

// Q75: the scheduled payment of a confirmed plan is what the cycles ask for, not what the contract did.
func TestPlanPayment(t *testing.T) {
	s := story{people: people("1"), events: lentYear(), cases: []rules.Case{petition(13, "2026-05-01", disposed(rules.PlanConfirmed, "2026-06-15"))}}
	s.change = func(a *rules.Account) { a.HasSchedule, a.ScheduledPayment = true, 150_00 }
	var got []int64
	s.files(t, func(r *rules.Tradeline) string { got = append(got, r.ScheduledPayment); return "" }, "2026-05-31", "2026-06-30")
	if got[0] != 150 || got[1] != 100 {
		t.Errorf("scheduled payments %v, want 150 before the plan and 100 under it", got)
	}
}

// BR6: a tradeline names the case and the rule of everything that a case has changed in it.
func TestBankruptcyFacts(t *testing.T) {
	s := story{people: people("2", "2"), events: lentYear(), cases: []rules.Case{petition(13, "2026-05-01", disposed(rules.PlanConfirmed, "2026-06-15"))}}
	compare(t, []string{"consumer_1=CA3 K1 consumer_2=CA4 K1 status=CA4 K1", "consumer_1=CA3 K1 consumer_2=CA4 K1 plan=Q75 K1 status=CA4 K1"},
		s.files(t, tellCase, "2026-05-31", "2026-06-30"))
	s = story{people: people("1"), events: lentYear(everyMonth...), cases: []rules.Case{petition(7, "2026-05-01", disposed(rules.Discharged, "2026-06-15"))}}
	compare(t, []string{"consumer_1=CA3 K1 delinquency=BR3 K1 status=CA4 K1", "balance=Q75 K1 consumer_1=CA4 K1 delinquency=BR3 K1 status=CA4 K1"},
		s.files(t, tellCase, "2026-05-31", "2026-06-30"))
}

// CA4, Q57, Q76, BR13: what a bankruptcy has frozen stays so when the account is sold, goes to another servicer or loses its collateral.
func TestFrozenAndGone(t *testing.T) {
	sold := func(a *rules.Account) { a.SoldTo, a.SoldOn = "BUYER", day("2026-08-15") }
	chargedOff := func(a *rules.Account) {
		if a.AsOf >= day("2026-07-10") {
			chargedOffOn(a, "2026-07-10", 1200_00)
		}
	}
	ended := func(reason string) func(*rules.Account) {
		return func(a *rules.Account) { a.Termination = &rules.Termination{On: day("2026-08-15"), Reason: reason} }
	}
	late := "78 past due 200 of 1200 since 2026-03-12"
	for _, c := range []struct {
		name    string
		filing  rules.Case
		paid    []string
		changes []func(*rules.Account)
		want    []string // of the ends of July and August
	}{
		{"current at the filing, then sold", petition(7, "2026-05-01"), everyMonth[:3], []func(*rules.Account){sold},
			[]string{"11 past due 0 of 900 since 2026-05-01", "11 past due 0 of 0 since 2026-05-01"}},
		{"late at the filing, then sold", petition(7, "2026-05-01"), nil, []func(*rules.Account){sold},
			[]string{late, "78 past due 0 of 0 since 2026-03-12"}},
		{"charged off after the filing, then sold", petition(7, "2026-05-01"), nil, []func(*rules.Account){sold, chargedOff},
			[]string{late, "78 past due 0 of 0 since 2026-03-12"}},
		{"sold before the filing", petition(7, "2026-08-20"), nil, []func(*rules.Account){sold},
			[]string{"83 past due 500 of 1200 since 2026-03-12", "84 past due 0 of 0 since 2026-03-12"}},
		{"late at the filing, then to another servicer", petition(7, "2026-05-01"), nil, []func(*rules.Account){ended("XFER")},
			[]string{late, "78 past due 0 of 0 since 2026-03-12"}},
		{"late at the filing, then repossessed", petition(7, "2026-05-01"), nil, []func(*rules.Account){ended("REPO")}, []string{late, late}},
		{"repossessed after a dismissal", petition(7, "2026-05-01", disposed(rules.Dismissed, "2026-08-01")), nil, []func(*rules.Account){ended("REPO")},
			[]string{late, "96 past due 1200 of 1200 since 2026-03-12"}},
		{"Q75 repossessed, then a plan is confirmed", petition(13, "2026-08-20", disposed(rules.PlanConfirmed, "2026-08-25")), nil, []func(*rules.Account){ended("REPO")},
			[]string{"83 past due 500 of 1200 since 2026-03-12", "96 past due 0 of 1200 since 2026-03-12"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{people: people("1"), cases: []rules.Case{c.filing}, events: lentYear(c.paid...)}
			s.change = func(a *rules.Account) {
				for _, change := range c.changes {
					change(a)
				}
			}
			compare(t, c.want, s.files(t, tellStatus, "2026-07-31", "2026-08-31"))
		})
	}
}

// CA4, CA5: who was discharged and dropped freezes nothing when the one for whom the account went on dies.
func TestDeathAfterADischarge(t *testing.T) {
	s := story{people: people("2", "2"), events: lentYear(everyMonth[:3]...), cases: []rules.Case{
		petition(7, "2026-03-01", disposed(rules.Discharged, "2026-05-15")),
		caseOf(rules.CaseDeceased, "2026-07-10", id("K2"), parties(2)),
	}}
	tell := func(r *rules.Tradeline) string { return tellStatus(r) + ": " + placed(r) }
	compare(t, []string{
		"11 past due 0 of 900 since 2026-03-01: 1 base 2 E, 2 j1 2", "71 past due 100 of 900 since 2026-06-09: 1  2 E, 2 base 2",
		"78 past due 200 of 900 since 2026-06-09: 1  2 E, 2 base X", "NOBODY_LIABLE Q54",
	}, s.files(t, tell, "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31"))
}

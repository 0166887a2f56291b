package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// Nobody in an accommodation gets worse (CA7, Q45 to Q47, Q81, Q84, Q90).
func TestAccommodation(t *testing.T) {
	carry := product("I", rules.Carry, rules.ByDays)
	loan := join(originated("2026-01-01", 1200_00), monthlyDues("2026-02-10", 6, 100_00))
	paused := func(from, to string) func(*rules.Account) {
		return func(a *rules.Account) { a.Pauses = []rules.Pause{{From: day(from), To: day(to)}} }
	}
	hurricane := func(closed, deleted string) func(*rules.Account) {
		return func(a *rules.Account) {
			a.Cases = []rules.Case{{ID: "D", Type: rules.CaseDisaster, OpenedOn: day("2026-03-01"), ClosedOn: day(closed), DeletedOn: day(deleted)}}
		}
	}
	runMoney(t, []moneyCase{
		{"CA7 under 30 days late when it began: 11 while it lasts", carry, loan, "2026-04-30", owed{"11", 0, 300_00}, paused("2026-03-01", "2026-05-31")},
		{"CA7 a bankruptcy's stay protects nobody", carry, loan, "2026-04-30", owed{"78", 200, 300_00}, func(a *rules.Account) {
			a.Pauses = []rules.Pause{{From: day("2026-03-01"), To: day("2026-05-31"), Stay: true}}
		}},
		{"CA7 ignored by the program, for the report only", carry, loan, "2026-06-05", owed{"80", 300, 100_00}, func(a *rules.Account) {
			paused("2026-03-01", "2026-05-31")(a)
			a.Program.Accommodations = rules.Ignore
		}},
		{"CA7 late when it began: no later", carry, loan, "2026-05-31", owed{"71", 100, 400_00}, paused("2026-03-14", "2026-05-31")},
		{"Q46 an improvement counts", carry, join(loan, paid("2026-04-01", 100_00)), "2026-05-31", owed{"11", 0, 300_00}, paused("2026-03-14", "2026-05-31")},
		{
			"Q46 a refund does not undo it", carry, join(loan, paid("2026-04-01", 100_00), refunded("2026-05-01", 100_00)), "2026-05-31",
			owed{"11", 0, 400_00}, paused("2026-03-14", "2026-05-31"),
		},
		{"Q46 a payment that bounced is none", carry, join(loan, paid("2026-04-01", 100_00).reversed("2026-04-03")), "2026-05-31", owed{"71", 100, 400_00}, paused("2026-03-14", "2026-05-31")},
		{"Q46 after it: days late before it and since", carry, loan, "2026-06-01", owed{"71", 100, 200_00}, paused("2026-03-14", "2026-05-31")},
		{"Q46 60 days late: 31 before it, 29 since", carry, loan, "2026-06-29", owed{"78", 200, 300_00}, paused("2026-03-14", "2026-05-31")},
		{"Q45 what fell due in it is put aside", carry, loan, "2026-06-09", owed{"11", 0, 100_00}, paused("2026-03-01", "2026-05-31")},
		{
			"Q90 money in it pays its cycles", carry, join(loan, paid("2026-03-20", 200_00)), "2026-07-05",
			owed{"11", 0, 100_00}, paused("2026-03-01", "2026-05-31"),
		},
		{
			"Q84 it falls due again with the last cycle", carry, join(loan, paid("2026-02-10", 100_00), paid("2026-06-10", 100_00), paid("2026-07-10", 100_00)),
			"2026-08-09", owed{"71", 900, 900_00}, func(a *rules.Account) {
				paused("2026-03-01", "2026-05-31")(a)
				a.LastDueOn = day("2026-07-10")
			},
		},
		{
			"Q84 or when the accommodation ends, whatever is later", carry, join(loan, paid("2026-02-10", 100_00)), "2026-09-01",
			owed{"71", 1100, 1100_00}, func(a *rules.Account) {
				paused("2026-03-01", "2026-08-01")(a)
				a.LastDueOn = day("2026-07-10")
			},
		},
		{"CA7 a disaster", carry, loan, "2026-05-31", owed{"11", 0, 400_00}, hurricane("", "")},
		{"Q47 no effect from the closing on", carry, loan, "2026-05-01", owed{"11", 0, 100_00}, hurricane("2026-05-01", "")},
		{"CA1 a deleted case has none", carry, loan, "2026-04-30", owed{"78", 200, 300_00}, hurricane("", "2026-05-31")},
		{"CA2 a match that nobody acknowledged", carry, loan, "2026-04-30", owed{"78", 200, 300_00}, func(a *rules.Account) {
			a.Cases = []rules.Case{{Type: rules.CaseDisaster, OpenedOn: day("2026-03-01"), AutoCreated: true}}
		}},
		{"CA7 a forbearance", carry, loan, "2026-05-31", owed{"11", 0, 400_00}, func(a *rules.Account) {
			a.Cases = []rules.Case{{Type: rules.CaseForbearance, OpenedOn: day("2026-03-01")}}
		}},
		{"Q47 deferred from the opening to the last deferred day", carry, loan, "2026-06-08", owed{"11", 0, 400_00}, func(a *rules.Account) { a.DeferredUntil = day("2026-06-09") }},
		{"Q47 the first day after", carry, loan, "2026-07-10", owed{"71", 100, 200_00}, func(a *rules.Account) { a.DeferredUntil = day("2026-06-09") }},
		{"Q46 two that touch are one", carry, loan, "2026-06-15", owed{"11", 0, 100_00 + 400_00}, func(a *rules.Account) {
			a.Pauses = []rules.Pause{{From: day("2026-05-01"), To: day("2026-06-30")}, {From: day("2026-03-01"), To: day("2026-04-30")}}
		}},
		{"Q81 a payment that the night cancelled", carry, loan, "2026-03-20", owed{"11", 0, 200_00}, func(a *rules.Account) {
			a.Excused = []rules.Excuse{{DueOn: day("2026-02-10")}}
		}},
		{"Q81 30 days later it asks again", carry, loan, "2026-04-11", owed{"71", 200, 300_00}, func(a *rules.Account) {
			a.Excused = []rules.Excuse{{DueOn: day("2026-02-10")}}
		}},
		{"Q81 unless the payer was told earlier", carry, loan, "2026-03-17", owed{"71", 100, 200_00}, func(a *rules.Account) {
			a.Excused = []rules.Excuse{{DueOn: day("2026-02-10"), ToldOn: day("2026-02-15")}}
		}},
		{"Q74 a billing error makes nothing late", carry, loan, "2026-04-11", owed{"71", 50, 300_00}, disputed(rules.DisputeFCBA, 150_00, "")},
		{"Q74 until it is resolved", carry, loan, "2026-04-11", owed{"78", 200, 300_00}, disputed(rules.DisputeFCBA, 150_00, "2026-04-11")},
		{"Q74 a notice of error for 60 days", carry, loan, "2026-04-30", owed{"11", 0, 300_00}, disputed(rules.DisputeRESPA, 300_00, "")},
		{"Q74 the 61st", carry, loan, "2026-05-01", owed{"78", 200, 300_00}, disputed(rules.DisputeRESPA, 300_00, "")},
		{"Q74 FCRA excuses nothing", carry, loan, "2026-04-11", owed{"78", 200, 300_00}, disputed("", 300_00, "")},
	})
}

// disputed gives an account a dispute of an amount, received on 2026-03-02.
func disputed(kind rules.DisputeKind, amount rules.Cents, closed string) func(*rules.Account) {
	return func(a *rules.Account) {
		a.Cases = []rules.Case{{
			ID: "E", Type: rules.CaseDispute, DisputeKind: kind, DisputedAmount: amount, OpenedOn: day("2026-03-02"), ClosedOn: day(closed),
		}}
		if closed != "" {
			a.Cases[0].Outcome = rules.OutcomeResolved
		}
	}
}

// The night makes no automatic move to DELINQUENT or CHARGE_OFF in an accommodation (Q46), and a cycle that is due in one
// counts for nothing (DQ8, Q45).
func TestAccommodationMoves(t *testing.T) {
	runNights(t, []nights{
		{
			"Q46 no move meanwhile, the day after it", active(counting(1, 0, 5), year()...).paused("2026-02-12", "2026-03-20"),
			"2026-02-01", "2026-03-21", []string{"2026-03-21 " + delinquent + " DQ4"},
		},
		{
			"Q46 no charge-off meanwhile", active(counting(1, 1, 5), year()...).paused("2026-03-11", "2026-04-20"),
			"2026-02-01", "2026-05-10", []string{"2026-02-15 " + delinquent + " DQ4", "2026-04-21 " + chargedOff + " DQ5"},
		},
		{
			"Q45 what is put aside keeps nobody from a cure", active(counting(1, 0, 0), join(year(), paid("2026-03-15", 100_00))...).
				with(func(l *rules.Loan) { l.DeferredFrom, l.DeferredUntil = day("2026-03-01"), day("2026-03-31") }),
			"2026-02-01", "2026-04-05", []string{"2026-02-10 " + delinquent + " DQ4", "2026-04-01 ACTIVE DQ6"},
		},
	})
}

// CA7: while an accommodation lasts, nobody is told anything worse than on the day before it began.
func TestNobodyInAnAccommodationGetsWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		s.ignores = false
		for k := range s.events {
			s.events[k].undoneOn = 0
		}
		var before *rules.Tradeline
		s.all(func(d rules.Date) {
			r := report(t, s.account(d))
			if s.oracle().accommodated(d) && before != nil {
				if r.AccountStatus > before.AccountStatus || r.AmountPastDue > before.AmountPastDue {
					t.Fatalf("%s: %s and %d past due after %s and %d", d, r.AccountStatus, r.AmountPastDue, before.AccountStatus, before.AmountPastDue)
				}
			}
			before = r
		})
	})
}

// A loan that the night cures has nothing past due.
func TestCuredLoansOweNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		n := s.loan()
		s.all(func(d rules.Date) {
			n.moved = func(m rules.Move) {
				if m.Rule == "DQ6" && s.oracle().pastDue(d) != 0 {
					t.Fatalf("%s: cured with %d past due", d, s.oracle().pastDue(d))
				}
			}
			n.run(t, d)
		})
	})
}

// Accommodations that overlap or touch are one, in whatever order they come.
func TestAccommodationsMerge(t *testing.T) {
	got := rules.AccommodationsOf(&rules.Loan{Pauses: []rules.Pause{{From: 50, To: 60}, {From: 10, To: 20}, {From: 15, To: 30}, {From: 31, To: 31}, {From: 40, To: 39}}})
	if diff := cmp.Diff([][2]rules.Date{{10, 31}, {50, 60}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// PO4, Q46: a pay-off that comes back in an accommodation makes a loan delinquent only if it was before the accommodation began.
func TestReopenedInAnAccommodation(t *testing.T) {
	for name, c := range map[string]struct {
		from string
		want rules.Status
	}{
		"delinquent before it began":       {"2026-03-11", rules.Delinquent},
		"the second underpayment is in it": {"2026-03-10", rules.Active},
	} {
		t.Run(name, func(t *testing.T) {
			l := rules.Loan{HasCycles: true, Product: instalment(), OpenedOn: day("2026-01-10")}
			l.State = rules.State{Status: rules.PaidOff, Since: day("2026-05-05"), ClosedOn: day("2026-05-05"), Episode: 1}
			l.Pauses = []rules.Pause{{From: day(c.from), To: day("2026-08-31")}}
			l.Ledger = ledgerOn(day("2026-05-20"), join(lentYear(), paid("2026-05-05", 1200_00).reversed("2026-05-20")))
			moves := rules.Closure(&l, day("2026-05-20"))
			if len(moves) != 1 || moves[0].To != c.want {
				t.Errorf("got %+v, want a reopening as %s", moves, c.want)
			}
		})
	}
	t.Run("evaluated in it", func(t *testing.T) {
		l := rules.Loan{HasCycles: true, Product: instalment(), OpenedOn: day("2026-01-10")}
		l.Product.GraceDays = 5
		l.State = rules.State{Status: rules.PaidOff, Since: day("2026-05-05"), ClosedOn: day("2026-05-05"), Episode: 1}
		l.Pauses = []rules.Pause{{From: day("2026-03-12"), To: day("2026-08-31")}}
		l.Ledger = ledgerOn(day("2026-05-20"), join(lentYear(), paid("2026-05-05", 1200_00).reversed("2026-05-20")))
		if moves := rules.Closure(&l, day("2026-05-20")); len(moves) != 1 || moves[0].To != rules.Active {
			t.Errorf("got %+v, want a reopening as ACTIVE", moves)
		}
	})
}

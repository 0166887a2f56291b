package rules_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

func TestChargeOff(t *testing.T) {
	card := counting(1, 1, 10)
	card.ClosesOnPayoff = false
	runNights(t, []nights{
		{
			"DQ5 N2-1 further underpayments", active(counting(2, 3, 0), year()...), "2026-02-01", "2026-06-09",
			[]string{"2026-03-10 " + delinquent + " DQ4"},
		},
		{
			"DQ5 N2 further underpayments", active(counting(2, 3, 0), year()...), "2026-02-01", "2026-06-10",
			[]string{"2026-03-10 " + delinquent + " DQ4", "2026-06-10 " + chargedOff + " DQ5"},
		},
		{
			"DQ5 never from ACTIVE at once, catch-up included", active(counting(1, 1, 0), year()...), "2027-01-31", "2027-02-09",
			[]string{"2027-01-31 " + delinquent + " DQ4"}, // every cycle up to January was evaluated before
		},
		{
			"DQ5 counted from evaluation dates after the day of delinquency",
			active(counting(1, 1, 0), year()...), "2026-06-10", "2026-07-10",
			[]string{"2026-06-10 " + delinquent + " DQ4", "2026-07-10 " + chargedOff + " DQ5"},
		},
		{
			"DQ5 a cycle satisfied in time starts the further ones anew, fees keep it from a cure",
			active(counting(1, 2, 0), join(year(), lateFee("2026-02-11", 150_00), paid("2026-03-30", 200_00), paid("2026-04-10", 100_00))...),
			"2026-02-01", "2026-06-10", // Feb late; Mar late; Apr in time (money goes to fees before cycles to come, Q89); May, June late
			[]string{"2026-02-10 " + delinquent + " DQ4", "2026-06-10 " + chargedOff + " DQ5"},
		},
		{
			"DQ5 a partial payment changes nothing",
			active(counting(1, 2, 0), join(year(), paid("2026-03-01", 99_99))...), "2026-02-01", "2026-04-10",
			[]string{"2026-02-10 " + delinquent + " DQ4", "2026-04-10 " + chargedOff + " DQ5"},
		},
		{
			"DQ5 Q87 nothing owed, nothing past due: a cure",
			active(card, join(originated("2026-01-10", 1200_00), monthlyDues("2026-02-10", 2, 100_00),
				entry(rules.Adjustment, "2026-03-15", -1200_00))...), "2026-02-01", "2026-03-31",
			[]string{"2026-02-20 " + delinquent + " DQ4", "2026-03-15 ACTIVE DQ6"},
		},
		{
			"DQ5 Q35 a dollar is charged off",
			active(card, join(originated("2026-01-10", 1200_00), monthlyDues("2026-02-10", 2, 100_00),
				entry(rules.Adjustment, "2026-03-15", -1199_00))...), "2026-02-01", "2026-03-31",
			[]string{"2026-02-20 " + delinquent + " DQ4", "2026-03-20 " + chargedOff + " DQ5"},
		},
		{
			"Q35 99 cents are not: it stays delinquent",
			active(card, join(originated("2026-01-10", 1200_00), monthlyDues("2026-02-10", 2, 100_00),
				entry(rules.Adjustment, "2026-03-15", -1199_01))...), "2026-02-01", "2026-03-31",
			[]string{"2026-02-20 " + delinquent + " DQ4"},
		},
		{
			"DQ8 a paused cycle is not one of the N2",
			active(counting(1, 2, 0), year()...).paused("2026-03-10", "2026-04-10"), "2026-02-01", "2026-06-10",
			[]string{"2026-02-10 " + delinquent + " DQ4", "2026-06-10 " + chargedOff + " DQ5"},
		},
		{
			"Q4 boarded delinquent: N2 counts evaluation dates after status_since",
			boarded(counting(1, 2, 0), rules.Delinquent, "2026-04-10", year()...), "2026-04-10", "2026-06-10",
			[]string{"2026-06-10 " + chargedOff + " DQ5"},
		},
	})
	t.Run("DQ5 the amount charged off is the balance", func(t *testing.T) {
		n := active(counting(1, 1, 0), join(year(), lateFee("2026-02-20", 5_25), interest("2026-03-10", 12_01), paid("2026-03-09", 1_00))...)
		n.every(t, "2026-02-01", "2026-03-10")
		if want := rules.Cents(1216_26); n.loan.ChargeOff != want || n.loan.ClosedOn != day("2026-03-10") || n.loan.Episode != 1 {
			t.Errorf("got %s closed %s episode %d, want %s closed 2026-03-10 episode 1", n.loan.ChargeOff, n.loan.ClosedOn, n.loan.Episode, want)
		}
	})
}

func TestCure(t *testing.T) {
	// Delinquent since 2026-03-10: 200 due, a late fee of 5.00, its interest of 0.25.
	owing := join(year(), lateFee("2026-02-20", 5_00), entry(rules.LateFeeInterest, "2026-03-01", 25))
	slipped := "2026-03-10 " + delinquent + " DQ4"
	cured := func(on string) []string { return []string{slipped, on + " ACTIVE DQ6"} }
	runNights(t, []nights{
		{
			"DQ6 instalments alone do not cure",
			active(counting(2, 0, 0), join(owing, paid("2026-03-15", 200_00))...), "2026-02-01", "2026-04-09",
			[]string{slipped},
		},
		{
			"DQ6 nor with the fee",
			active(counting(2, 0, 0), join(owing, paid("2026-03-15", 205_00))...), "2026-02-01", "2026-04-09",
			[]string{slipped},
		},
		{
			"DQ6 one cent short",
			active(counting(2, 0, 0), join(owing, paid("2026-03-15", 205_24))...), "2026-02-01", "2026-04-09",
			[]string{slipped},
		},
		{
			"DQ6 the whole past-due amount",
			active(counting(2, 0, 0), join(owing, paid("2026-03-15", 205_25))...), "2026-02-01", "2026-04-09", cured("2026-03-15"),
		},
		{
			"DQ6 one cent more",
			active(counting(2, 0, 0), join(owing, paid("2026-03-15", 205_26))...), "2026-02-01", "2026-04-09", cured("2026-03-15"),
		},
		{
			"Q7 a waiver lowers what is needed",
			active(counting(2, 0, 0), join(owing, paid("2026-03-15", 200_00), waived("2026-03-16", 5_25))...),
			"2026-02-01", "2026-04-09", cured("2026-03-16"),
		},
		{
			"DQ7 Q7 every later charge raises it",
			active(counting(2, 0, 0), join(owing, entry(rules.Fee, "2026-03-11", 1_00), entry(rules.ReturnCheckFee, "2026-03-11", 2_00),
				entry(rules.ManualFee, "2026-03-11", 4_00), paid("2026-03-15", 212_24), paid("2026-03-20", 1))...),
			"2026-02-01", "2026-04-09", cured("2026-03-20"),
		},
		{
			"DQ6 ordinary interest is part of the instalment, not of the past due",
			active(counting(2, 0, 0), join(owing, interest("2026-03-11", 50_00), paid("2026-03-15", 205_25))...),
			"2026-02-01", "2026-04-09", cured("2026-03-15"),
		},
		{
			"DQ6 on the next due date the past due grows with the instalment",
			active(counting(2, 0, 0), join(owing, paid("2026-04-10", 205_25))...), "2026-02-01", "2026-04-10",
			[]string{slipped},
		},
		{
			"DQ3 a cure ends the run: N1 further underpayments are needed",
			active(counting(2, 0, 0), join(owing, paid("2026-03-15", 205_25))...), "2026-02-01", "2026-05-10",
			append(cured("2026-03-15"), "2026-05-10 "+delinquent+" DQ4"),
		},
		{
			"DQ5 no two moves on one date: the last further underpayment is paid on its own evaluation date",
			active(counting(2, 1, 0), join(owing, paid("2026-04-10", 305_25))...), "2026-02-01", "2026-04-10", cured("2026-04-10"),
		},
		{
			"DQ6 a bounced payment un-pays before the night: no cure",
			active(counting(2, 0, 0), join(owing, paid("2026-03-15", 205_25).reversed("2026-03-16"))...),
			"2026-03-10", "2026-03-10",
			[]string{slipped},
		},
	})
	t.Run("DQ6 seen first after it bounced", func(t *testing.T) {
		n := active(counting(2, 0, 0), join(owing, paid("2026-03-15", 205_25).reversed("2026-03-16"))...)
		n.on(t, "2026-03-10", "2026-03-16").tell(t, slipped)
	})
	t.Run("DQ6 DQ3 a cure that bounces does not bring old cycles back", func(t *testing.T) {
		n := active(counting(2, 0, 0), join(owing, paid("2026-03-15", 205_25).reversed("2026-03-16"))...)
		n.every(t, "2026-02-01", "2026-05-10").tell(t, append(cured("2026-03-15"), "2026-05-10 "+delinquent+" DQ4")...)
	})
}

// Missed nights: whether a cycle was underpaid, and so the count, does not depend on when the night runs (DQ2).
func TestMissedNights(t *testing.T) {
	// With grace 7: February in time, March and April short, May in time by the evaluation date.
	events := join(year(), paid("2026-02-17", 100_00), paid("2026-03-25", 50_00), paid("2026-04-18", 50_00), paid("2026-05-17", 200_00))
	for d := day("2026-04-17"); d < day("2026-05-17"); d++ {
		l := active(counting(2, 0, 7), events...).loan
		l.Ledger = ledgerOn(d, events)
		move, _, err := rules.Delinquency(&l, d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(`{"needed":2,"underpaid_cycles":[2,3]}`, move.Facts.String()); diff != "" {
			t.Errorf("only night %s (-want +got):\n%s", d, diff)
		}
	}
	for _, d := range []string{"2026-04-16", "2026-05-17", "2026-06-16"} {
		active(counting(2, 0, 7), events...).on(t, d).tell(t)
	}
}

func TestLeftAlone(t *testing.T) {
	slipped := func(on string) []string { return []string{on + " " + delinquent + " DQ4"} }
	runNights(t, []nights{
		{"Q5 held until the day itself", active(counting(1, 0, 0), year()...).held("2026-02-10"), "2026-02-10", "2026-02-10", nil},
		{
			"Q5 held until the day before",
			active(counting(1, 0, 0), year()...).held("2026-02-09"), "2026-02-01", "2026-02-10", slipped("2026-02-10"),
		},
		{
			"ST5 the hold ends: the next night catches up",
			active(counting(1, 0, 0), year()...).held("2026-02-20"), "2026-02-01", "2026-02-28", slipped("2026-02-21"),
		},
		{
			"ST2 the night does not touch what people closed",
			boarded(counting(1, 1, 0), "CLOSED::FRAUD", "2026-01-20", year()...), "2026-01-20", "2026-12-31", nil,
		},
		{
			"DQ5 charge-off is the end of the count",
			boarded(counting(1, 1, 0), rules.ChargeOff, "2026-01-20", join(year(), paid("2026-06-01", 100_00))...),
			"2026-01-20", "2026-12-31", nil,
		},
		{
			"Q1 step 2 closes it tonight: step 1 leaves it",
			active(counting(1, 0, 0), join(year(), paid("2026-02-10", 1200_00))...), "2026-02-10", "2026-02-10",
			[]string{"2026-02-10 " + paidOff + " PO2"},
		},
	})
	t.Run("ST5 set by hand on the same business date", func(t *testing.T) {
		n := active(counting(1, 0, 0), year()...).with(func(l *rules.Loan) { l.Since, l.ByHand = day("2026-02-10"), true })
		n.on(t, "2026-02-10").tell(t)
		n.on(t, "2026-02-11").tell(t, slipped("2026-02-11")...)
	})
	t.Run("ST5 set by hand for a later date than that of a late night", func(t *testing.T) {
		n := active(counting(1, 0, 0), year()...).with(func(l *rules.Loan) { l.Since, l.ByHand = day("2026-02-12"), true })
		n.on(t, "2026-02-11").tell(t)
	})
	t.Run("not yet opened", func(t *testing.T) {
		n := active(counting(1, 0, 0), year()...).with(func(l *rules.Loan) { l.OpenedOn = day("2026-02-11") })
		n.on(t, "2026-02-10").tell(t)
	})
	t.Run("no cycle at all cannot be decided", func(t *testing.T) {
		l := active(counting(1, 0, 0), originated("2026-01-10", 1200_00)).loan
		l.HasCycles = false
		_, ok, err := rules.Delinquency(&l, day("2026-02-10"))
		var undecidable *rules.Undecidable
		if ok || !errors.As(err, &undecidable) || undecidable.Code != rules.CodeNoCycles {
			t.Errorf("got ok %t, error %v, want %s", ok, err, rules.CodeNoCycles)
		}
	})
}

// The facts that a move rests on are those that explain it (BR6).
func TestDelinquencyFacts(t *testing.T) {
	n := active(counting(2, 2, 3), year()...)
	n.loan.Ledger = ledgerOn(day("2026-03-13"), n.events)
	move, _, err := rules.Delinquency(&n.loan, day("2026-03-13"))
	if err != nil {
		t.Fatal(err)
	}
	want := rules.Move{
		To: rules.Delinquent, EffectiveOn: day("2026-03-13"), Rule: "DQ4",
		Facts: rules.NewFacts(rules.ListFact("underpaid_cycles", []int{1, 2}), rules.NumberFact("needed", 2)),
	}
	if diff := cmp.Diff(want, move, readableFacts); diff != "" {
		t.Errorf("move (-want +got):\n%s", diff)
	}
}

// DQ9: days past due count from the oldest unpaid due date and ignore the count.
func TestDaysPastDue(t *testing.T) {
	events := join(year(), paid("2026-03-01", 99_99), paid("2026-04-01", 1), paid("2026-05-01", 300_00))
	for _, c := range []struct {
		on   string
		want int
	}{
		{"2026-02-09", 0},
		{"2026-02-10", 0},
		{"2026-02-11", 1},
		{"2026-03-01", 19},
		{"2026-03-31", 49},
		{"2026-04-01", 22}, // February is paid now, March is the oldest
		{"2026-05-01", 0},
		{"2026-05-09", 0},
		{"2026-05-10", 0},
		{"2026-05-11", 0},
		{"2026-06-10", 0},
		{"2026-06-11", 1},
		{"2026-12-31", 204},
	} {
		if got := ledgerOn(day(c.on), events).DaysPastDue(day(c.on)); got != c.want {
			t.Errorf("days past due on %s: got %d, want %d", c.on, got, c.want)
		}
	}
}

package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// settling closes on payoff and never counts, so that only step 2 moves.
func settling(holdDays int) rules.Product {
	p := counting(0, 0, 0)
	p.PayoffHoldDays = holdDays
	return p
}

func TestPayoff(t *testing.T) {
	lent := originated("2026-01-10", 1000_00)
	closes := func(on string) []string { return []string{on + " " + paidOff + " PO2"} }
	runNights(t, []nights{
		{"PO2 one cent owed", active(settling(0), lent, paid("2026-03-05", 999_99)), "2026-03-01", "2026-03-31", nil},
		{"PO2 exactly zero", active(settling(0), lent, paid("2026-03-05", 1000_00)), "2026-03-01", "2026-03-31", closes("2026-03-05")},
		{
			"PO2 one cent of credit", active(settling(0), lent, paid("2026-03-05", 1000_01)), "2026-03-01", "2026-03-31",
			[]string{"2026-03-05 " + surplus + " PO2"},
		},
		{
			"PO2 interest and fees are owed too",
			active(settling(0), lent, interest("2026-02-01", 8_00), lateFee("2026-02-15", 5_00), paid("2026-03-05", 1000_00),
				paid("2026-03-06", 8_00), paid("2026-03-07", 5_00)), "2026-03-01", "2026-03-31", closes("2026-03-07"),
		},
		{
			"PO2 an offset, a waiver, a discount and an adjustment pay off as well",
			active(settling(0), lent, entry(rules.Offset, "2026-03-01", 400_00), waived("2026-03-02", 300_00),
				entry(rules.PrepaymentDiscount, "2026-03-03", 200_00), entry(rules.Adjustment, "2026-03-04", -100_00)),
			"2026-03-01", "2026-03-31", closes("2026-03-04"),
		},
		{
			"PO2 from SUSPENDED::DELINQUENT alike",
			boarded(settling(0), rules.Delinquent, "2026-02-20", lent, due("2026-02-10", 100_00), paid("2026-03-05", 1000_00)),
			"2026-03-01", "2026-03-31", closes("2026-03-05"),
		},
		{
			"PO2 a charge-off that is paid stays a charge-off",
			boarded(settling(0), rules.ChargeOff, "2026-02-20", lent, paid("2026-03-05", 1000_00)), "2026-03-01", "2026-03-31", nil,
		},
		{
			"ST2 what people closed stays",
			boarded(settling(0), "CLOSED::SETTLEMENT", "2026-02-20", lent, paid("2026-03-05", 1000_00)), "2026-03-01", "2026-03-31", nil,
		},
		{"PO1 a product that is not pure instalment", active(revolving(), lent, paid("2026-03-05", 1000_00)), "2026-03-01", "2026-03-31", nil},
		{
			"PO1 Q5 on the last day of the promotion", active(settling(0), lent, paid("2026-03-05", 1000_00)).promo("2026-03-05"),
			"2026-03-05", "2026-03-05", nil,
		},
		{
			"PO1 Q5 Q8 on the day after it, closed on the date paid",
			active(settling(0), lent, paid("2026-03-05", 1000_00)).promo("2026-03-05"), "2026-03-05", "2026-03-06",
			[]string{"2026-03-06 " + paidOff + " PO2 as of 2026-03-05"},
		},
		{
			"PO1 the promotion ended on the day before",
			active(settling(0), lent, paid("2026-03-05", 1000_00)).promo("2026-03-04"), "2026-03-01", "2026-03-31", closes("2026-03-05"),
		},
		{
			"PO6 Q9 hold 3: not on day 2", active(settling(3), lent, paid("2026-03-05", 1000_00)), "2026-03-01", "2026-03-07", nil,
		},
		{
			"PO6 Q9 Q8 hold 3: on day 3, closed on the date paid",
			active(settling(3), lent, paid("2026-03-05", 1000_00)), "2026-03-01", "2026-03-08",
			[]string{"2026-03-08 " + paidOff + " PO2 as of 2026-03-05"},
		},
		{
			"Q9 hold 3, the night is late: on day 4",
			active(settling(3), lent, paid("2026-03-05", 1000_00)), "2026-03-09", "2026-03-09",
			[]string{"2026-03-09 " + paidOff + " PO2 as of 2026-03-05"},
		},
		{
			"Q9 a further payment starts the hold anew, the date paid stays",
			active(settling(3), lent, paid("2026-03-05", 1000_00), paid("2026-03-07", 1_00)), "2026-03-01", "2026-03-10",
			[]string{"2026-03-10 " + surplus + " PO2 as of 2026-03-05"},
		},
		{
			"PO6 bounced within the hold: never closed",
			active(settling(3), lent, paid("2026-03-05", 1000_00).reversed("2026-03-08")), "2026-03-01", "2026-03-31", nil,
		},
		{
			"ST5 Q5 held by hand until the day of the payment",
			active(settling(0), lent, paid("2026-03-05", 1000_00)).held("2026-03-05"), "2026-03-01", "2026-03-06",
			[]string{"2026-03-06 " + paidOff + " PO2 as of 2026-03-05"},
		},
		{"a loan whose money has not gone out is not paid off", active(settling(0)), "2026-01-01", "2026-03-31", nil},
	})
	t.Run("Q10 a closure is an episode", func(t *testing.T) {
		n := active(settling(0), lent, paid("2026-03-05", 1000_00)).on(t, "2026-03-06")
		if n.loan.Episode != 1 || n.loan.ClosedOn != day("2026-03-05") {
			t.Errorf("got episode %d closed %s, want 1 closed 2026-03-05", n.loan.Episode, n.loan.ClosedOn)
		}
	})
}

func TestClosedIsNotFinal(t *testing.T) {
	lent := originated("2026-01-10", 1000_00)
	settled := paid("2026-03-05", 1000_00)
	closes := "2026-03-05 " + paidOff + " PO2"
	runNights(t, []nights{
		{
			"PO4 a reversal reopens", active(settling(0), lent, settled.reversed("2026-03-20")), "2026-03-01", "2026-03-31",
			[]string{closes, "2026-03-20 ACTIVE PO4"},
		},
		{
			"PO4 a manual fee reopens", active(settling(0), lent, settled, entry(rules.ManualFee, "2026-03-20", 1)), "2026-03-01", "2026-03-31",
			[]string{closes, "2026-03-20 ACTIVE PO4"},
		},
		{
			"PO4 a return-check fee reopens",
			active(settling(0), lent, settled, entry(rules.ReturnCheckFee, "2026-03-20", 25_00)), "2026-03-01", "2026-03-31",
			[]string{closes, "2026-03-20 ACTIVE PO4"},
		},
		{
			"PO4 the refund of the surplus",
			active(settling(0), lent, paid("2026-03-05", 1010_00), refunded("2026-03-12", 10_00)), "2026-03-01", "2026-03-31",
			[]string{"2026-03-05 " + surplus + " PO2", "2026-03-12 " + paidOff + " PO4"},
		},
		{
			"PO4 a cent of the surplus is left", active(settling(0), lent, paid("2026-03-05", 1010_00), refunded("2026-03-12", 9_99)),
			"2026-03-01", "2026-03-31",
			[]string{"2026-03-05 " + surplus + " PO2"},
		},
		{
			"PO4 a cent too much is refunded", active(settling(0), lent, paid("2026-03-05", 1010_00), refunded("2026-03-12", 10_01)),
			"2026-03-01", "2026-03-31",
			[]string{"2026-03-05 " + surplus + " PO2", "2026-03-12 ACTIVE PO4"},
		},
		{
			"PO3 paid once more: a surplus", active(settling(0), lent, settled, paid("2026-03-12", 1)), "2026-03-01", "2026-03-31",
			[]string{closes, "2026-03-12 " + surplus + " PO4"},
		},
		{
			"Q8 reopened and paid again: a new date closed",
			active(settling(0), lent, settled.reversed("2026-03-20"), paid("2026-03-25", 1000_00)), "2026-03-01", "2026-03-31",
			[]string{closes, "2026-03-20 ACTIVE PO4", "2026-03-25 " + paidOff + " PO2"},
		},
		{
			"ST5 a hold stops the reopening too",
			boarded(settling(0), rules.PaidOff, "2026-03-05", lent, settled.reversed("2026-03-20")).held("2026-03-25"),
			"2026-03-05", "2026-03-31",
			[]string{"2026-03-26 ACTIVE PO4 as of 2026-03-20"},
		},
		{
			"PO4 the reversal is known only later",
			active(settling(0), lent, settled, entry(rules.ManualFee, "2026-03-20", 5_00).posted("2026-03-24")), "2026-03-01", "2026-03-31",
			[]string{closes, "2026-03-24 ACTIVE PO4 as of 2026-03-20"},
		},
		{
			"PO3 a charge back-dated before the closure reopens from the date closed",
			active(settling(0), lent, settled, entry(rules.ManualFee, "2026-03-01", 5_00).posted("2026-03-24")), "2026-03-01", "2026-03-31",
			[]string{closes, "2026-03-24 ACTIVE PO4 as of 2026-03-05"},
		},
	})
	t.Run("Q8 PAID_OFF keeps the date closed of SURPLUS_BALANCE, and no new episode", func(t *testing.T) {
		n := active(settling(0), lent, paid("2026-03-05", 1010_00), refunded("2026-03-12", 10_00)).every(t, "2026-03-01", "2026-03-31")
		if n.loan.Episode != 1 || n.loan.ClosedOn != day("2026-03-05") {
			t.Errorf("got episode %d closed %s, want 1 closed 2026-03-05", n.loan.Episode, n.loan.ClosedOn)
		}
	})
	t.Run("Q8 a reopening clears it", func(t *testing.T) {
		n := active(settling(0), lent, settled.reversed("2026-03-20")).every(t, "2026-03-01", "2026-03-31")
		if n.loan.Episode != 1 || n.loan.ClosedOn != 0 {
			t.Errorf("got episode %d closed %s, want 1 and no date", n.loan.Episode, n.loan.ClosedOn)
		}
	})
	t.Run("Q11 owed again and paid again between two nights", func(t *testing.T) {
		n := active(settling(0), lent, settled.reversed("2026-03-20"), paid("2026-03-25", 1000_00))
		n.on(t, "2026-03-05", "2026-03-31").tell(t, closes,
			"2026-03-31 ACTIVE PO4 as of 2026-03-20", "2026-03-31 "+paidOff+" PO2 as of 2026-03-25")
		if n.loan.Episode != 2 || n.loan.ClosedOn != day("2026-03-25") {
			t.Errorf("got episode %d closed %s, want 2 closed 2026-03-25", n.loan.Episode, n.loan.ClosedOn)
		}
	})
	t.Run("Q11 Q9 while the second payoff is held the loan is open", func(t *testing.T) {
		n := active(settling(3), lent, settled.reversed("2026-03-20"), paid("2026-03-25", 1000_00))
		moves := []string{"2026-03-08 " + paidOff + " PO2 as of 2026-03-05", "2026-03-27 ACTIVE PO4 as of 2026-03-20"}
		n.on(t, "2026-03-08", "2026-03-27").tell(t, moves...)
		n.on(t, "2026-03-28").tell(t, append(moves, "2026-03-28 "+paidOff+" PO2 as of 2026-03-25")...)
	})
	t.Run("Q10 boarded closed: the ledger before is the lender's", func(t *testing.T) {
		n := boarded(settling(0), rules.PaidOff, "2026-03-05", originated("2026-01-10", 900_00)).every(t, "2026-03-05", "2026-03-31")
		n.tell(t)
	})
	t.Run("PO4 boarded closed, the payment bounces on its own date, posted later", func(t *testing.T) {
		n := boarded(settling(0), rules.PaidOff, "2026-03-05", lent, settled.reversed("2026-03-05")).every(t, "2026-03-05", "2026-03-31")
		n.tell(t, "2026-03-06 ACTIVE PO4 as of 2026-03-05")
	})
	t.Run("PO4 boarded closed, a payment bounces afterwards", func(t *testing.T) {
		n := boarded(settling(0), rules.PaidOff, "2026-03-05", lent, settled.reversed("2026-03-06")).every(t, "2026-03-05", "2026-03-31")
		n.tell(t, "2026-03-06 ACTIVE PO4")
	})
}

// PO4, Q3: a reopened loan is what its repaired history says, and N2 counts from the reopening.
func TestReopenedByCount(t *testing.T) {
	// Paid off on Feb 1 by a payment that bounces; 100 due on the 10th of each month from February on.
	bounced := func(on string) []event {
		return join(year(), paid("2026-02-01", 1200_00).reversed(on))
	}
	closes := "2026-02-01 " + paidOff + " PO2"
	runNights(t, []nights{
		{
			"Q3 N1-1 cycles were never paid", active(counting(2, 2, 0), bounced("2026-03-09")...), "2026-02-01", "2026-03-09",
			[]string{closes, "2026-03-09 ACTIVE PO4"},
		},
		{
			"Q3 the next one makes it delinquent, the night after", active(counting(2, 2, 0), bounced("2026-03-09")...), "2026-02-01", "2026-03-10",
			[]string{closes, "2026-03-09 ACTIVE PO4", "2026-03-10 " + delinquent + " DQ4"},
		},
		{
			"Q3 N1 cycles: SUSPENDED::DELINQUENT at once", active(counting(2, 2, 0), bounced("2026-03-10")...), "2026-02-01", "2026-04-01",
			[]string{closes, "2026-03-10 " + delinquent + " PO4"},
		},
		{
			"Q3 DQ5 N2 counts from the reopening, however many cycles lie before",
			active(counting(2, 2, 0), bounced("2026-07-11")...), "2026-02-01", "2026-09-10",
			[]string{closes, "2026-07-11 " + delinquent + " PO4", "2026-09-10 " + chargedOff + " DQ5"},
		},
		{
			"DQ5 a missing N1: reopened ACTIVE", active(counting(0, 2, 0), bounced("2026-07-11")...), "2026-02-01", "2026-09-10",
			[]string{closes, "2026-07-11 ACTIVE PO4"},
		},
		{
			"DQ6 the reopened loan cures", active(counting(2, 2, 0), join(bounced("2026-03-10"), paid("2026-03-20", 200_00))...),
			"2026-02-01", "2026-04-09",
			[]string{closes, "2026-03-10 " + delinquent + " PO4", "2026-03-20 ACTIVE DQ6"},
		},
		{
			"DQ3 cycles before an earlier cure do not count",
			active(counting(2, 0, 0), join(year(), paid("2026-03-15", 200_00), paid("2026-03-20", 1000_00).reversed("2026-04-15"))...),
			"2026-02-01", "2026-04-30",
			[]string{
				"2026-03-10 " + delinquent + " DQ4", "2026-03-15 ACTIVE DQ6", "2026-03-20 " + paidOff + " PO2",
				"2026-04-15 ACTIVE PO4",
			},
		},
	})
	t.Run("PO4 facts say why", func(t *testing.T) {
		l := boarded(counting(1, 0, 0), rules.PaidOff, "2026-02-01", bounced("2026-03-10")...).loan
		l.Ledger = ledgerOn(day("2026-03-11"), bounced("2026-03-10"))
		want := []rules.Move{{
			To: rules.Delinquent, EffectiveOn: day("2026-03-10"), ReopenedOn: day("2026-03-11"), Rule: "PO4",
			Facts: rules.NewFacts(
				rules.CentsFact("balance", 1200_00), rules.DateFact("owed_on", day("2026-03-10")),
				rules.ListFact("underpaid_cycles", []int{1, 2}), rules.NumberFact("needed", 1)),
		}}
		if diff := cmp.Diff(want, rules.Closure(&l, day("2026-03-11")), readableFacts); diff != "" {
			t.Errorf("moves (-want +got):\n%s", diff)
		}
	})
}

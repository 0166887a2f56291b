package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/fixtures/whole"
	"github.com/furnisher/furnisher/rules"
)

// chronicle is a loan's state and every change that led to it, with the state that each change left.
type chronicle struct {
	now     rules.Known
	changes []rules.Change
	left    []rules.State
}

func (c *chronicle) add(from rules.Status, now rules.Known, effective rules.Date) {
	c.now = now
	c.changes = append(c.changes, rules.Change{
		From: from, To: now.Status, On: now.Since, EffectiveOn: effective, ClosedOn: now.ClosedOn, ByHand: now.ByHand,
	})
	c.left = append(c.left, now.State)
}

func (c *chronicle) board(s rules.Sent) { c.add("", rules.Boarded(s), s.Since) }

// night makes moves on a business date.
func (c *chronicle) night(d rules.Date, moves ...rules.Move) {
	for _, m := range moves {
		from := c.now.Status
		now := c.now
		now.State = now.After(m, d)
		c.add(from, now, m.EffectiveOn)
	}
}

// hear takes the lender's word; only a change of the account status is of the history that is looked at here.
func (c *chronicle) hear(s rules.Sent) {
	now, rows := rules.Imported(c.now, s, 0)
	if len(rows) > 0 && rows[0].State == rules.AccountHistory {
		c.add(c.now.Status, now, s.Since)
		return
	}
	c.now = now
}

// on is the state as of a date, slowly: the state left by the newest change effective by then, else by the boarding, and
// from it what had not come yet taken away.
func (c *chronicle) on(d rules.Date) rules.State {
	state := c.now.State
	if state.Since > d {
		state = c.left[0]
		for k, change := range c.changes {
			if change.EffectiveOn <= d {
				state = c.left[k]
			}
		}
	}
	state.ChargedOffOn, state.ChargeOff = c.now.ChargedOffOn, c.now.ChargeOff
	if state.ChargedOffOn > d {
		state.ChargedOffOn, state.ChargeOff = 0, 0
	}
	if state.ClosedOn > d {
		state.Status, state.ClosedOn, state.Episode = rules.Active, 0, state.Episode-1
	}
	return state
}

// The state on an earlier date, field by field.
func TestStateAsOf(t *testing.T) {
	closing := rules.Move{To: rules.PaidOff, EffectiveOn: day("2026-03-20"), ClosedOn: day("2026-03-20"), NewEpisode: true}
	var c chronicle
	c.board(sent(rules.Active, "2026-01-10"))
	c.night(day("2026-02-20"), rules.Move{To: rules.Delinquent, EffectiveOn: day("2026-02-20")})
	c.night(day("2026-03-02"), rules.Move{To: rules.Active, EffectiveOn: day("2026-03-02"), CountFrom: day("2026-03-02")})
	c.night(day("2026-03-25"), closing)
	c.night(day("2026-05-12"), rules.Move{To: rules.Active, EffectiveOn: day("2026-05-10"), ReopenedOn: day("2026-05-12")})
	c.night(day("2026-06-30"), rules.Move{To: rules.ChargeOff, EffectiveOn: day("2026-06-30"), ClosedOn: day("2026-06-30"), NewEpisode: true, ChargeOff: 500_00})
	active := rules.State{Status: rules.Active, Since: day("2026-01-10"), ByHand: true, CountFrom: day("2026-01-10")}
	late := rules.State{Status: rules.Delinquent, Since: day("2026-02-20"), CountFrom: day("2026-01-10")}
	cured := rules.State{Status: rules.Active, Since: day("2026-03-02"), CountFrom: day("2026-03-02")}
	paid := rules.State{Status: rules.PaidOff, Since: day("2026-03-25"), ClosedOn: day("2026-03-20"), Episode: 1, CountFrom: day("2026-03-02")}
	reopened := rules.State{Status: rules.Active, Since: day("2026-05-12"), Episode: 1, CountFrom: day("2026-03-02"), ReopenedOn: day("2026-05-12")}
	for _, w := range []struct {
		name, on string
		want     rules.State
	}{
		{"before the boarding", "2025-12-31", active},
		{"the day before a change", "2026-02-19", active},
		{"the day of a change", "2026-02-20", late},
		{"a cure", "2026-03-02", cured},
		{"the day before the loan was paid off", "2026-03-19", cured},
		{"paid off, found by a later night", "2026-03-20", paid},
		{"owed again", "2026-05-10", reopened},
		{"the day before the charge-off", "2026-06-29", reopened},
		{"today", "2026-06-30", c.now.State},
		{"later", "2026-12-31", c.now.State},
	} {
		if diff := cmp.Diff(w.want, rules.StateAsOf(c.now.State, c.changes, day(w.on))); diff != "" {
			t.Errorf("%s, as of %s (-want +got):\n%s", w.name, w.on, diff)
		}
	}
	t.Run("the present state needs no history", func(t *testing.T) {
		if got := rules.StateAsOf(c.now.State, nil, day("2026-06-30")); got != c.now.State {
			t.Errorf("got %+v, want %+v", got, c.now.State)
		}
	})
	t.Run("a closing date that had not come", func(t *testing.T) {
		s := sent("CLOSED::SETTLEMENT", "2026-03-01")
		s.ClosedOn = day("2026-03-31")
		boarded := rules.Boarded(s).State
		want := boarded
		want.Status, want.ClosedOn, want.Episode = rules.Active, 0, 0
		if diff := cmp.Diff(want, rules.StateAsOf(boarded, nil, day("2026-03-30"))); diff != "" {
			t.Errorf("state (-want +got):\n%s", diff)
		}
		if got := rules.StateAsOf(boarded, nil, day("2026-03-31")); got != boarded {
			t.Errorf("on the day: got %+v, want %+v", got, boarded)
		}
	})
	t.Run("the boarded closure is over once the loan closed again", func(t *testing.T) {
		var c chronicle
		c.board(sent(rules.PaidOff, "2026-01-31"))
		c.night(day("2026-02-10"),
			rules.Move{To: rules.Active, EffectiveOn: day("2026-02-05"), ReopenedOn: day("2026-02-05")},
			rules.Move{To: rules.PaidOff, EffectiveOn: day("2026-02-09"), ClosedOn: day("2026-02-09"), NewEpisode: true})
		for on, episode := range map[string]int{"2026-02-04": 1, "2026-02-05": 1, "2026-02-08": 1, "2026-02-09": 2} {
			got := rules.StateAsOf(c.now.State, c.changes, day(on))
			if got.Episode != episode || !got.BoardedClosed {
				t.Errorf("%s: got episode %d, boarded closed %t, want %d and true", on, got.Episode, got.BoardedClosed, episode)
			}
		}
		if got := rules.StateAsOf(c.now.State, c.changes, day("2026-02-06")).ReopenedOn; got != day("2026-02-05") {
			t.Errorf("Q11 reopened on %s, want 2026-02-05", got)
		}
	})
}

// Whatever nights and people did to a loan, its state on every day is what the slow reading of its history says.
func TestStateAsOfByOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyChronicle(t)
		for d := day("2025-11-01"); d <= c.now.Since+10; d++ {
			if diff := cmp.Diff(c.on(d), rules.StateAsOf(c.now.State, c.changes, d)); diff != "" {
				t.Fatalf("%d changes, as of %s (-want +got):\n%s", len(c.changes), d, diff)
			}
		}
	})
}

// The moves that real nights make are replayed as they were made.
func TestStateAsOfAfterNights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples().Draw(t, "loan")
		n := s.loan()
		var c chronicle
		c.board(rules.Sent{Status: rules.Active, Since: s.opened - 1, Servicing: rules.Servicing})
		n.loan.State = c.now.State
		for d := s.opened; d <= s.last; d += rules.Date(rapid.IntRange(1, 9).Draw(t, "nights apart")) {
			n.moved = func(m rules.Move) { c.night(d, m) }
			n.run(t, d)
		}
		for d := s.opened - 3; d <= s.last; d++ {
			if diff := cmp.Diff(c.on(d), rules.StateAsOf(c.now.State, c.changes, d)); diff != "" {
				t.Fatalf("as of %s (-want +got):\n%s", d, diff)
			}
		}
	})
}

// anyChronicle is a loan that nights and people moved as they may, with dates in every order that can be.
func anyChronicle(t *rapid.T) *chronicle {
	var c chronicle
	c.board(anySent(t))
	d := c.now.Since
	for range rapid.IntRange(0, 8).Draw(t, "changes") {
		d += rules.Date(rapid.IntRange(1, 30).Draw(t, "days"))
		back := d - rules.Date(rapid.SampledFrom([]int{0, 0, 1, 7, 40}).Draw(t, "found late"))
		pay := rules.Move{To: rapid.SampledFrom([]rules.Status{rules.PaidOff, rules.SurplusBalance}).Draw(t, "closed"), EffectiveOn: back, ClosedOn: back, NewEpisode: true}
		switch open, paid := c.now.Status.Open(), c.now.Status.PaidClosed(); {
		case rapid.IntRange(0, 3).Draw(t, "by hand") == 0:
			s := anySent(t)
			s.Since = d
			if s.ClosedOn != 0 {
				s.ClosedOn = back
			}
			c.hear(s)
		case open && rapid.Bool().Draw(t, "pays"):
			c.night(d, pay)
		case c.now.Status == rules.Active:
			c.night(d, rules.Move{To: rules.Delinquent, EffectiveOn: d})
		case open && rapid.Bool().Draw(t, "cures"):
			c.night(d, rules.Move{To: rules.Active, EffectiveOn: d, CountFrom: d})
		case open:
			c.night(d, rules.Move{To: rules.ChargeOff, EffectiveOn: d, ClosedOn: d, NewEpisode: true, ChargeOff: 100_00})
		case paid:
			again := rules.Move{To: rapid.SampledFrom([]rules.Status{rules.Active, rules.Delinquent}).Draw(t, "reopened"), EffectiveOn: back, ReopenedOn: d}
			switch rapid.IntRange(0, 2).Draw(t, "owes again") {
			case 0:
				c.night(d, again)
			case 1:
				again.ReopenedOn = back
				c.night(d, again, pay)
			default:
				other := map[rules.Status]rules.Status{rules.PaidOff: rules.SurplusBalance, rules.SurplusBalance: rules.PaidOff}
				c.night(d, rules.Move{To: other[c.now.Status], EffectiveOn: d, ClosedOn: c.now.ClosedOn})
			}
		}
	}
	return &c
}

// A move leaves a state whole, and the charge-off's date and amount are written once (FORMAT.md 3.3).
func TestStateAfter(t *testing.T) {
	full := rules.State{
		Status: rules.PaidOff, Since: day("2026-01-31"), ByHand: true, ClosedOn: day("2026-01-31"), Episode: 1, BoardedClosed: true,
		CountFrom: day("2026-01-31"), ReopenedOn: day("2026-01-10"), ChargedOffOn: day("2025-12-31"), ChargeOff: 100_00,
	}
	if missing := whole.Missing(full); len(missing) > 0 {
		t.Fatalf("the state of this test leaves out %v", missing)
	}
	got := full.After(rules.Move{To: rules.Active, EffectiveOn: day("2026-02-05"), ReopenedOn: day("2026-02-06")}, day("2026-02-06"))
	want := full
	want.Status, want.Since, want.ByHand, want.ClosedOn, want.ReopenedOn = rules.Active, day("2026-02-06"), false, 0, day("2026-02-06")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reopened (-want +got):\n%s", diff)
	}
	got = got.After(rules.Move{To: rules.ChargeOff, EffectiveOn: day("2026-05-31"), ClosedOn: day("2026-05-31"), NewEpisode: true, ChargeOff: 900_00}, day("2026-05-31"))
	want.Status, want.Since, want.ClosedOn, want.Episode = rules.ChargeOff, day("2026-05-31"), day("2026-05-31"), 2
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("charged off again (-want +got):\n%s", diff)
	}
}

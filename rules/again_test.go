package rules

import "testing"

// A loan that is decided once more begins where it was before the first attempt, and a closure that was stated keeps its number.
func TestRepeated(t *testing.T) {
	t.Parallel()
	const d = Date(740000)
	open := State{Status: Active, Since: d - 90, CountFrom: d - 90, Episode: 1}
	closed := open.After(Move{To: PaidOff, EffectiveOn: d, ClosedOn: d, NewEpisode: true}, d)
	late := open.After(Move{To: Delinquent, EffectiveOn: d}, d)
	for _, c := range []struct {
		name   string
		r      Repeated
		base   State
		now    func(base State) State
		same   bool
		closes int // episode in the end
	}{
		{"as before", Repeated{open, late, false}, open, func(State) State { return late }, true, 1},
		{"not late", Repeated{open, late, false}, open, func(s State) State { return s }, false, 1},
		{"closed as before", Repeated{open, closed, false}, open, func(State) State { return closed }, true, 2},
		{
			"closed as before and stated", Repeated{open, closed, true}, State{Status: Active, Since: d - 90, CountFrom: d - 90, Episode: 2},
			func(s State) State {
				return s.After(Move{To: PaidOff, EffectiveOn: d, ClosedOn: d, NewEpisode: true}, d)
			}, true, 3,
		},
		{
			"closed otherwise and stated", Repeated{open, closed, true}, State{Status: Active, Since: d - 90, CountFrom: d - 90, Episode: 2},
			func(s State) State {
				return s.After(Move{To: SurplusBalance, EffectiveOn: d, ClosedOn: d - 1, NewEpisode: true}, d)
			}, false, 3,
		},
		{"not closed and stated", Repeated{open, closed, true}, State{Status: Active, Since: d - 90, CountFrom: d - 90, Episode: 2}, func(s State) State { return s }, false, 2},
	} {
		if got := c.r.Base(); got != c.base {
			t.Errorf("%s: base %+v, want %+v", c.name, got, c.base)
		}
		now := c.now(c.r.Base())
		if got := c.r.Same(now); got != c.same || now.Episode != c.closes {
			t.Errorf("%s: same %t, episode %d, want %t, %d", c.name, got, now.Episode, c.same, c.closes)
		}
	}
	back := (&Repeated{Before: open, After: closed}).TakenBack(d)
	if back.To != Active || back.EffectiveOn != d || back.ClosedOn != 0 || back.Facts.String() == "{}" {
		t.Errorf("taken back: %+v", back)
	}
}

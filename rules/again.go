package rules

// Repeated is a loan that a night has moved and that is decided once more for the same business date, by what is known by now.
type Repeated struct {
	Before State // before the first attempt at the date
	After  State // after the last one
	Stated bool  // a final statement told of a closure that the attempts made: it stays (FS4)
}

// Base is the state from which the loan is decided once more. A closure of which a statement told keeps its number: the next one
// has a statement of its own (FS3).
func (r *Repeated) Base() State {
	s := r.Before
	if r.Stated {
		s.Episode = r.After.Episode
	}
	return s
}

// Same reports whether the loan was decided as before: now is its state after it was decided once more.
func (r *Repeated) Same(now State) bool {
	if r.Stated && now.Episode == r.After.Episode+1 {
		now.Episode--
	}
	return now == r.After
}

// TakenBack is the move back to the state before the first attempt (ST4).
func (r *Repeated) TakenBack(d Date) Move {
	return Move{
		To: r.Before.Status, EffectiveOn: d, ClosedOn: r.Before.ClosedOn, Rule: "ST4",
		Facts: newFacts(dateFact("decided_again_for", d)),
	}
}

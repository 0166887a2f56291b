package rules

import "slices"

// ClosedFor is a time in which a loan was closed and nothing of its state changed: business dates from From to before Until.
type ClosedFor struct {
	State
	From, Until Date
}

// Saw reports whether a night on or after the end of a statement's period saw the loan closed (Q50).
func (c *ClosedFor) Saw(endsOn Date) bool { return max(endsOn, c.From) < c.Until }

// ClosureBetween decides step 2 on business date d as if every night after the one of previous had run (Q50): a closure and a
// reopening that lie between two nights are moves, each with the date on which it took effect (Q11). It returns them, and the
// times in which the loan was closed and is no more on d, oldest first. previous is 0 on the first night.
func ClosureBetween(l *Loan, previous, d Date) (moves []Move, closed []ClosedFor) {
	first := d
	if previous != 0 && l.Ledger.changesAfter(previous) {
		first = min(previous+1, d)
	}
	now, since := *l, first
	for night := first; night <= d; night++ {
		now.Ledger = l.Ledger
		if night < d {
			now.Ledger = l.Ledger.AsOf(night)
		}
		for _, move := range Closure(&now, night) {
			if now.Status.Closed() {
				closed = append(closed, ClosedFor{now.State, since, night})
			}
			moves = append(moves, move)
			now.State, since = now.After(move, night), night
		}
	}
	if len(moves) == 0 {
		return nil, nil
	}
	return reopenedBy(l, moves, d), closed
}

// changesAfter reports whether an entry takes effect after a date.
func (l Ledger) changesAfter(d Date) bool {
	return len(l.Entries) > 0 && l.Entries[len(l.Entries)-1].Effective > d
}

// reopenedBy makes the reopenings among the moves of one night those of that night, as the history tells of them later: a loan
// that closed again was reopened as of the day on which it owed; one that stays open is what its history says on d (PO4).
func reopenedBy(l *Loan, moves []Move, d Date) []Move {
	now := *l
	for k := range moves {
		move := &moves[k]
		switch {
		case !move.To.Open():
		case slices.ContainsFunc(moves[k+1:], func(later Move) bool { return later.To.Closed() }):
			move.ReopenedOn = move.EffectiveOn
		default:
			owed := l.Ledger.At(move.EffectiveOn).Balance
			if balance := l.Ledger.At(d).Balance; balance > 0 {
				owed = balance
			}
			*move = reopening(&now, d, move.EffectiveOn, owed)
		}
		now.State = now.After(*move, d)
	}
	return moves
}

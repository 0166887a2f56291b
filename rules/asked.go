package rules

// asked holds the formulas of a plain loan (EXTRACT.md, "Facts as of a business date"): for each due, the sum of all dues up to
// it. simple says that they come to what the walk comes to; where they do not, claims is asked.
type asked struct {
	dues   []Due
	simple bool
	few    [36]Cents // enough for most loans, so that nothing is allocated
	many   []Cents
}

// The kinds of entries that the formulas know, and those whose undoing they know.
const (
	simpleKinds = 1<<Origination | 1<<Interest | chargeKinds | moneyKinds | 1<<Adjustment | 1<<Escrow | 1<<PrincipalPayment
	chargeKinds = 1<<Fee | 1<<LateFee | 1<<LateFeeInterest | 1<<ReturnCheckFee | 1<<ManualFee
	moneyKinds  = 1<<Payment | 1<<Offset | 1<<PrepaymentDiscount
)

// simple reports whether nothing in a loan's terms keeps the formulas from being right on the days up to d: it carries what is
// paid ahead and counts days, and nothing is excused, is proceeds, or falls due after the last cycle.
func (l *Loan) simple(d Date) bool {
	p := &l.Product
	matured := l.installment() && l.LastDueOn != 0 && l.LastDueOn <= d
	return (p.PaymentsAhead == Carry || p.PaymentsAhead == "") && p.DelinquencyMethod != ByMonths && l.CollateralOn == 0 &&
		len(l.Excused) == 0 && !l.excusable() && !matured
}

// ask fills a from the dues of v, and decides whether the formulas are right in this ledger: every cycle asks for all of its
// minimum due (Q6), the balance never came to zero (Q87), and no fee stood open while money was paid ahead (Q89).
func (a *asked) ask(v *view) {
	a.dues, a.many = v.Dues, nil
	if len(a.dues) > len(a.few) {
		a.many = make([]Cents, len(a.dues))
	}
	all := a.all()
	seen := surveyor{entries: v.Entries, undoneBy: v.undoneBy, lowest: maxCents}
	whole := true
	var sum Cents
	for k := range all {
		due := &a.dues[k]
		seen.to(due.DueOn)
		sum += due.MinimumDue
		all[k] = sum
		whole = whole && min(sum-seen.paid, due.MinimumDue) <= seen.balance
	}
	seen.to(Never)
	a.simple = whole && seen.lowest > 0 && seen.kinds&^simpleKinds == 0 && seen.undone&^moneyKinds == 0 &&
		(seen.kinds&chargeKinds == 0 || a.feesApart(v))
}

// surveyor reads entries once and notes what decides whether the formulas are right: the lowest balance that an entry left, and
// the kinds of entries, those that stand and those that were undone later, as bits.
type surveyor struct {
	entries       []Entry
	undoneBy      Date
	next          int
	balance, paid Cents
	lowest        Cents
	kinds, undone uint32
}

// to reads the entries up to d.
func (s *surveyor) to(d Date) {
	k := s.next
	for ; k < len(s.entries); k++ {
		e := &s.entries[k]
		if e.Effective > d {
			break
		}
		bit := uint32(1) << (e.Kind & 31)
		if e.UndoneOn != 0 {
			if e.UndoneOn <= s.undoneBy {
				continue
			}
			s.undone |= bit
		}
		s.kinds |= bit
		sign := &signs[e.Kind&31]
		s.balance += Cents(sign.balance) * e.Amount
		s.paid += Cents(sign.paid) * e.Amount
		s.lowest = min(s.lowest, s.balance)
	}
	s.next = k
}

// feesApart reports whether no fee was charged while money was paid ahead, and none paid ahead after a fee was charged.
func (a *asked) feesApart(v *view) bool {
	var t Totals
	due, next := Cents(0), 0
	for k := range v.Entries {
		e := &v.Entries[k]
		if e.UndoneOn != 0 && e.UndoneOn <= v.undoneBy {
			continue
		}
		t.add(e)
		for ; next < len(a.dues) && a.dues[next].DueOn <= e.Effective; next++ {
			due += a.dues[next].MinimumDue
		}
		if t.Charged != 0 && t.Paid > due {
			return false
		}
	}
	return true
}

// all returns one element for each due.
func (a *asked) all() []Cents {
	if a.many != nil {
		return a.many
	}
	return a.few[:len(a.dues)]
}

// by returns due(D), the sum of the dues on or before a date.
func (a *asked) by(date Date) Cents {
	for k := len(a.dues) - 1; k >= 0; k-- {
		if a.dues[k].DueOn <= date {
			return a.all()[k]
		}
	}
	return 0
}

// oldestUnpaid returns the date of the oldest due up to date that paid does not cover, 0 if none.
func (a *asked) oldestUnpaid(date Date, paid Cents) Date {
	all := a.all()
	first := 0
	for last := len(all); first < last; {
		if middle := (first + last) / 2; paid < all[middle] {
			last = middle
		} else {
			first = middle + 1
		}
	}
	if first < len(all) && a.dues[first].DueOn <= date {
		return a.dues[first].DueOn
	}
	return 0
}

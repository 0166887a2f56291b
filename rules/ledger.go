package rules

import "slices"

// Entry is one settled entry of a loan's ledger.
//
// A reversal is an entry of the kind it undoes, with the negative amount and its own effective date. Both entries of the pair
// carry that date in UndoneOn, so that a rule can leave the pair out (Q3, Q20, Q23).
type Entry struct {
	Amount    Cents // as posted: unsigned, but for an adjustment and a reversal
	Effective Date
	UndoneOn  Date // 0: the entry stands
	Kind      Kind
	NoCycle   bool // an offset that names no cycle: of a terminated loan it can be proceeds (Q71)
}

// Reversed returns e marked as undone, and the entry of its reversal. A reversal is never effective before the entry it
// undoes.
func (e Entry) Reversed(on Date) (undone, reversal Entry) {
	e.UndoneOn = max(on, e.Effective)
	reversal = e
	reversal.Amount, reversal.Effective = -e.Amount, e.UndoneOn
	return e, reversal
}

// Due is the part of a billing cycle that a ledger holds: when it is due and how much. MinimumDue is the instalment without
// fees.
type Due struct {
	No         int  // of the cycle
	BilledOn   Date // Q67: the cycle's end, or its start if it is due by its end; 0: as DueOn
	DueOn      Date
	MinimumDue Cents
}

// billed returns the day on which a cycle is billed (Q67).
func (d *Due) billed() Date {
	if d.BilledOn != 0 {
		return min(d.BilledOn, d.DueOn)
	}
	return d.DueOn
}

// Cycle is one billing cycle, as a statement shows it. MinimumDue is the instalment without fees.
type Cycle struct {
	No                      int
	StartsOn, EndsOn, DueOn Date
	MinimumDue              Cents
}

// Due returns the part of the cycle that a ledger holds. It is billed at its end, or at its start if it is due by its end
// (Q67).
func (c Cycle) Due() Due {
	billed := c.EndsOn
	if c.DueOn <= c.EndsOn {
		billed = c.StartsOn
	}
	return Due{No: c.No, BilledOn: billed, DueOn: c.DueOn, MinimumDue: c.MinimumDue}
}

// Ledger holds a loan's settled entries and what its billing cycles ask for, up to a reading date.
// Entries are ordered by effective date, dues by due date (oldest first).
type Ledger struct {
	Entries []Entry
	Dues    []Due
}

// NewLedger orders entries and dues and returns their ledger.
func NewLedger(entries []Entry, dues []Due) Ledger {
	slices.SortStableFunc(entries, func(a, b Entry) int { return int(a.Effective - b.Effective) })
	slices.SortStableFunc(dues, func(a, b Due) int {
		if a.DueOn != b.DueOn {
			return int(a.DueOn - b.DueOn)
		}
		return a.No - b.No
	})
	return Ledger{Entries: entries, Dues: dues}
}

// AsOf returns the ledger as it read on d: without later entries and cycles that were not billed yet, and without the marks of later reversals. It
// shares the memory of l unless it has to remove a mark.
func (l Ledger) AsOf(d Date) Ledger {
	entries, later := l.Entries, false
	for k := range entries {
		if entries[k].Effective > d {
			entries = entries[:k:k]
			break
		}
		later = later || entries[k].UndoneOn > d
	}
	if later {
		entries = slices.Clone(entries)
		for k := range entries {
			if entries[k].UndoneOn > d {
				entries[k].UndoneOn = 0
			}
		}
	}
	dues := len(l.Dues)
	for dues > 0 && l.Dues[dues-1].billed() > d {
		dues--
	}
	return Ledger{Entries: entries, Dues: l.Dues[:dues:dues]}
}

// Totals are the sums of EXTRACT.md "Facts as of a business date".
type Totals struct {
	Balance Cents // principal, interest and fees outstanding; negative: a credit balance
	Paid    Cents // payments, offsets and prepayment discounts, less refunds
	Charged Cents // every charge type (Q7), before waivers
	Waived  Cents
}

// Fees are the charges less waivers (EXTRACT.md, Q7).
func (t Totals) Fees() Cents { return t.Charged - t.Waived }

func (t *Totals) add(e *Entry) {
	sign := &signs[e.Kind&31]
	t.Balance += Cents(sign.balance) * e.Amount
	t.Paid += Cents(sign.paid) * e.Amount
	t.Charged += Cents(sign.charged) * e.Amount
	t.Waived += Cents(sign.waived) * e.Amount
}

// EffectOnBalance returns the amount with the sign of its effect on the balance (EXTRACT.md, transaction types).
func (e Entry) EffectOnBalance() Cents { return Cents(signs[e.Kind&31].balance) * e.Amount }

// At returns the totals as of d: a reversed entry counts until its reversal's effective date.
func (l Ledger) At(d Date) Totals {
	v := l.repaired(0)
	return v.at(d)
}

// repaired returns a view of the ledger without the pairs that were undone by a date.
func (l Ledger) repaired(undoneBy Date) view { return view{l, undoneBy} }

// view is a ledger as repaired by the reversals up to undoneBy.
type view struct {
	Ledger
	undoneBy Date
}

// walk returns totals at successive dates and reads each entry once.
type walk struct {
	entries  []Entry
	undoneBy Date
	next     int // entry
	sums     Totals
}

func (v *view) walk() walk { return walk{entries: v.Entries, undoneBy: v.undoneBy} }

// to returns the totals at the end of d. Dates may not go back; the next call overwrites the totals.
func (w *walk) to(d Date) *Totals {
	k := w.next
	for ; k < len(w.entries); k++ {
		e := &w.entries[k]
		if e.Effective > d {
			break
		}
		if e.UndoneOn == 0 || e.UndoneOn > w.undoneBy {
			w.sums.add(e)
		}
	}
	w.next = k
	return &w.sums
}

func (v *view) at(d Date) Totals {
	w := v.walk()
	return *w.to(d)
}

// paidOffOn returns the effective date of the entry that brought the balance to zero or below for good
// as of d (Q8), 0 while something is owed.
func (l Ledger) paidOffOn(d Date) Date { return l.downOn(d, 0) }

// downOn returns the effective date of the entry that brought the balance to an amount or below for good as of d, 0 while more
// is owed.
func (l Ledger) downOn(d Date, amount Cents) Date {
	var since Date
	l.daily(d, func(day Date, balance Cents) {
		switch {
		case balance > amount:
			since = 0
		case since == 0:
			since = day
		}
	})
	return since
}

// owedFrom returns the first day from `from` to `to` on which an entry left something owed, 0 if none.
func (l Ledger) owedFrom(from, to Date) Date {
	var first Date
	l.daily(to, func(day Date, balance Cents) {
		if first == 0 && day >= from && balance > 0 {
			first = day
		}
	})
	return first
}

// daily calls f with the balance at the end of each day up to d that has entries.
func (l Ledger) daily(d Date, f func(day Date, balance Cents)) {
	var sums Totals
	for k := range l.Entries {
		e := &l.Entries[k]
		if e.Effective > d {
			return
		}
		sums.add(e)
		if k+1 == len(l.Entries) || l.Entries[k+1].Effective != e.Effective {
			f(e.Effective, sums.Balance)
		}
	}
}

// received reports whether e is money received (Q23).
func (e *Entry) received() bool {
	return (e.Kind == Payment || e.Kind == Offset) && e.UndoneOn == 0 && e.Amount > 0
}

// LastPaymentOn is the effective date of the latest payment or offset up to d that was not reversed (Q23), 0 if none.
func (l Ledger) LastPaymentOn(d Date) Date {
	last, _ := l.received(d, d)
	return last
}

// received returns the effective date of the latest payment or offset up to d, 0 if none, and the sum of those effective
// after a date, those since reversed left out (Q23).
func (l Ledger) received(after, d Date) (last Date, sum Cents) {
	for k := len(l.Entries) - 1; k >= 0; k-- {
		e := &l.Entries[k]
		if e.Effective <= after && last != 0 {
			break
		}
		if e.Effective > d || !e.received() {
			continue
		}
		last = max(last, e.Effective)
		if e.Effective > after {
			sum += e.Amount
		}
	}
	return last, sum
}

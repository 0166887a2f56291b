package rules

import "slices"

// Kind is the type of a ledger entry (EXTRACT.md).
type Kind string

// Entry kinds. A reversal is not among them: it is the Kind that it undoes with the amount negated.
const (
	Origination        Kind = "ORIGINATION"
	Interest           Kind = "INTEREST"
	Fee                Kind = "FEE"
	LateFee            Kind = "LATE_FEE"
	LateFeeInterest    Kind = "LATE_FEE_INTEREST"
	ReturnCheckFee     Kind = "RETURN_CHECK_FEE"
	ManualFee          Kind = "MANUAL_FEE"
	Refund             Kind = "REFUND"
	Payment            Kind = "PAYMENT"
	Offset             Kind = "OFFSET"
	Waiver             Kind = "WAIVER"
	PrepaymentDiscount Kind = "PREPAYMENT_DISCOUNT"
	Adjustment         Kind = "ADJUSTMENT"
)

// Entry is one settled entry of a loan's ledger.
//
// A reversal is an entry of the kind that it undoes, with the negative amount, at its own effective
// date. It and the entry that it undoes carry that date in UndoneOn, so that the pair can be left out
// where a rule wants the repaired ledger (Q3, Q20, Q23).
type Entry struct {
	Kind      Kind
	Amount    Cents // as posted: unsigned, but for an adjustment and a reversal
	Effective Date
	UndoneOn  Date // 0: the entry stands
}

// Cycle is one billing cycle. MinimumDue is the instalment without fees.
type Cycle struct {
	No                      int
	StartsOn, EndsOn, DueOn Date
	MinimumDue              Cents
}

// Ledger holds a loan's settled entries and its billing cycles up to a reading date.
// Entries are ordered by effective date, cycles by due date (oldest due first).
type Ledger struct {
	Entries []Entry
	Cycles  []Cycle
}

// NewLedger orders entries and cycles and returns their ledger.
func NewLedger(entries []Entry, cycles []Cycle) Ledger {
	slices.SortStableFunc(entries, func(a, b Entry) int { return int(a.Effective - b.Effective) })
	slices.SortStableFunc(cycles, func(a, b Cycle) int {
		if a.DueOn != b.DueOn {
			return int(a.DueOn - b.DueOn)
		}
		return a.No - b.No
	})
	return Ledger{Entries: entries, Cycles: cycles}
}

// AsOf returns the ledger as it was known to read on d: without later entries and cycles, and without the mark of
// reversals that were still to come. It shares the cycles of l.
func (l Ledger) AsOf(d Date) Ledger {
	entries := l.Entries
	for k, e := range l.Entries {
		if e.Effective > d {
			entries = l.Entries[:k]
			break
		}
	}
	if slices.ContainsFunc(entries, func(e Entry) bool { return e.UndoneOn > d }) {
		entries = slices.Clone(entries)
		for k := range entries {
			if entries[k].UndoneOn > d {
				entries[k].UndoneOn = 0
			}
		}
	}
	cycles, _ := slices.BinarySearchFunc(l.Cycles, d+1, func(c Cycle, date Date) int { return int(c.DueOn - date) })
	return Ledger{Entries: entries, Cycles: l.Cycles[:cycles]}
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

func (t *Totals) add(e Entry) {
	t.Balance += e.EffectOnBalance()
	switch e.Kind {
	case Payment, Offset, PrepaymentDiscount:
		t.Paid += e.Amount
	case Refund:
		t.Paid -= e.Amount
	case Waiver:
		t.Waived += e.Amount
	case Fee, LateFee, LateFeeInterest, ReturnCheckFee, ManualFee:
		t.Charged += e.Amount
	}
}

// EffectOnBalance is the amount signed as it moves the balance (EXTRACT.md, transaction types).
func (e Entry) EffectOnBalance() Cents {
	switch e.Kind {
	case Payment, Offset, Waiver, PrepaymentDiscount:
		return -e.Amount
	}
	return e.Amount
}

// At returns the totals as of d: a reversed entry counts until its reversal's effective date.
func (l Ledger) At(d Date) Totals { return l.repaired(0).at(d) }

// repaired returns the ledger without the pairs of entries undone on or before the date.
func (l Ledger) repaired(undoneBy Date) view { return view{l, undoneBy} }

// view is a ledger as it reads once the reversals up to undoneBy have repaired it.
type view struct {
	Ledger
	undoneBy Date
}

// walk returns a function that gives the totals at ever later dates, each entry read once.
func (v view) walk() func(Date) Totals {
	var sums Totals
	next := 0
	return func(d Date) Totals {
		for next < len(v.Entries) && v.Entries[next].Effective <= d {
			e := v.Entries[next]
			next++
			if e.UndoneOn == 0 || e.UndoneOn > v.undoneBy {
				sums.add(e)
			}
		}
		return sums
	}
}

func (v view) at(d Date) Totals { return v.walk()(d) }

// dues gives for each cycle what all cycles up to and including it ask for. A cycle whose due date
// comes when nothing is owed asks for nothing (Q6): it adds nothing, and asks is false.
type dues struct {
	cycles []Cycle
	upTo   []Cents
	asks   []bool
}

func (v view) dues() dues {
	d := dues{v.Cycles, make([]Cents, len(v.Cycles)), make([]bool, len(v.Cycles))}
	at := v.walk()
	var sum Cents
	for k, c := range v.Cycles {
		d.asks[k] = at(c.DueOn).Balance > 0
		if d.asks[k] {
			sum += c.MinimumDue
		}
		d.upTo[k] = sum
	}
	return d
}

// by is due(D): what the cycles with a due date on or before d ask for.
func (d dues) by(date Date) Cents {
	for k := len(d.cycles) - 1; k >= 0; k-- {
		if d.cycles[k].DueOn <= date {
			return d.upTo[k]
		}
	}
	return 0
}

// oldestUnpaid returns the due date of the oldest cycle due by date that paid does not satisfy, 0 if none.
func (d dues) oldestUnpaid(date Date, paid Cents) Date {
	for k, c := range d.cycles {
		if c.DueOn > date {
			break
		}
		if d.asks[k] && paid < d.upTo[k] {
			return c.DueOn
		}
	}
	return 0
}

// PastDue is the whole past-due amount that a cure takes (DQ6): instalments and fees due by d, not paid.
func (l Ledger) PastDue(d Date) Cents {
	v := l.repaired(d)
	t := v.at(d)
	return max(0, v.dues().by(d)+t.Fees()-t.Paid)
}

// DaysPastDue counts from the oldest unpaid due date to d (DQ9); 0 when nothing is unpaid.
func (l Ledger) DaysPastDue(d Date) int {
	v := l.repaired(d)
	if due := v.dues().oldestUnpaid(d, v.at(d).Paid); due != 0 {
		return int(d - due)
	}
	return 0
}

// paidOffOn returns the effective date of the entry that brought the balance to zero or below for good
// as of d (Q8), 0 while something is owed.
func (l Ledger) paidOffOn(d Date) Date {
	var since Date
	l.daily(d, func(day Date, balance Cents) {
		switch {
		case balance > 0:
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
	for k, e := range l.Entries {
		if e.Effective > d {
			return
		}
		sums.add(e)
		if k+1 == len(l.Entries) || l.Entries[k+1].Effective != e.Effective {
			f(e.Effective, sums.Balance)
		}
	}
}

// received reports whether money came in with e (Q23).
func (e Entry) received() bool {
	return (e.Kind == Payment || e.Kind == Offset) && e.UndoneOn == 0 && e.Amount > 0
}

// LastPaymentOn is the effective date of the latest payment or offset up to d that was not reversed (Q23), 0 if none.
func (l Ledger) LastPaymentOn(d Date) Date {
	var last Date
	for _, e := range l.Entries {
		if e.Effective <= d && e.received() {
			last = e.Effective
		}
	}
	return last
}

// receivedBetween sums payments and offsets effective after `after` and up to d, those since reversed left out (Q23).
func (l Ledger) receivedBetween(after, d Date) Cents {
	var sum Cents
	for _, e := range l.Entries {
		if e.Effective > after && e.Effective <= d && e.received() {
			sum += e.Amount
		}
	}
	return sum
}

package rules

// What tests make facts of.
var (
	NewFacts   = newFacts
	TextFact   = textFact
	CentsFact  = centsFact
	DateFact   = dateFact
	NumberFact = numberFact
	ListFact   = listFact
)

// PastDue is what a cure has to pay on d.
func (l Ledger) PastDue(d Date) Cents { return (&Loan{Ledger: l}).PastDue(d) }

// DaysPastDue counts from the oldest unpaid due date to d (DQ9); 0 when nothing is unpaid.
func (l Ledger) DaysPastDue(d Date) int { return (&Loan{Ledger: l}).DaysPastDue(d, Protect) }

// DaysPastDue is what Ledger.DaysPastDue is, of a loan with terms.
func (l *Loan) DaysPastDue(d Date, program Accommodations) int {
	late := lateness{}
	late.read(l, d, program)
	if oldest := late.on(d).unpaid; oldest != 0 {
		return int(d - oldest)
	}
	return 0
}

// BothWays returns what a loan owes on d, how late it is, and whether each cycle is an underpayment on its evaluation date: by
// the formulas and by the walk. It returns false if the formulas are not used for the loan.
func (l *Loan) BothWays(d Date) (formulas, walk []int64, simple bool) {
	late := lateness{}
	late.read(l, d, Protect)
	count := evaluation{loan: l}
	count.read(d)
	if !late.due.simple || !count.due.simple {
		return nil, nil, false
	}
	facts := func() []int64 {
		now := late.on(d)
		missed, began := late.delinquency(d)
		facts := []int64{int64(now.Balance), int64(now.unpaid), int64(now.pastDue), int64(now.bucket), int64(missed), int64(began)}
		for k, due := range l.Ledger.Dues {
			if on := l.evaluatedOn(due.DueOn); on <= d {
				unpaid := int64(0)
				if count.underpaid(k, on) {
					unpaid = 1
				}
				facts = append(facts, unpaid)
			}
		}
		return facts
	}
	formulas = append(facts(), int64(l.PastDue(d)))
	late.due.simple, count.due.simple = false, false
	c := l.claims(l.Ledger.repaired(d), nil)
	c.to(d)
	return formulas, append(facts(), int64(c.owing().all)), true
}

// AccommodationsOf returns the first and last days of a loan's accommodations.
func AccommodationsOf(l *Loan) (all [][2]Date) {
	for _, s := range l.accommodations() {
		all = append(all, [2]Date{s.from, s.to})
	}
	return all
}

// Disputed returns the amount in dispute on d (Q74).
func (l *Loan) Disputed(d Date) Cents { return l.disputed(d) }

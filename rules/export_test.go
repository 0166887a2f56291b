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

// DaysPastDue counts from the oldest unpaid due date to d (DQ9); 0 when nothing is unpaid.
func (l Ledger) DaysPastDue(d Date) int {
	v := l.repaired(d)
	var due asked
	due.ask(&v)
	if oldest := due.oldestUnpaid(d, v.at(d).Paid); oldest != 0 {
		return int(d - oldest)
	}
	return 0
}

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

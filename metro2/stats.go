package metro2

// Stats counts what a file, or several, hold. The zero value is ready to use;
// its size does not depend on the files.
type Stats struct {
	Records int // all records, header and trailer included
	Unknown int // records that are neither header, data record nor trailer

	accounts int
	status   [statusCodes + 1]tally // by place in AccountStatuses; the last is every other value
	kinds    [portfolioCodes + 1]tally
	segments [1 + len(explainKinds)]tally
	amounts  []tally // by place in amountSteps; the last is the balloon
}

// tally is a line of the statistics.
type tally struct {
	count            int
	balance, pastDue Dollars
}

// The code tables are fixed when the program starts; these lengths are held to
// them by a test.
const (
	statusCodes    = 23
	portfolioCodes = 5
)

// amountSteps are the amounts of the base segment.
var amountSteps = func() (out []step[Base]) {
	for _, s := range baseLayout.plans[Character].steps {
		if s.kind == kindDollars {
			out = append(out, s)
		}
	}
	return out
}()

// StatsGroup is one of the countings.
type StatsGroup struct {
	Name  string      `json:"name"` // "status", "portfolio", "segment", "amount" or "days past due"
	Lines []StatsLine `json:"lines"`
}

// StatsLine is one line of a counting: how many accounts (segments, amounts that
// are not zero) there are, and the dollars in them.
type StatsLine struct {
	Value   string  `json:"value"`   // code, segment name, key of the amount, or bucket
	Meaning string  `json:"meaning"` // in words
	Count   int     `json:"count"`
	Balance Dollars `json:"balance"`  // sum of the current balances; of the group "amount": sum of that amount
	PastDue Dollars `json:"past_due"` // sum of the amounts past due; not of the group "amount"
}

// Add counts one record.
func (s *Stats) Add(item *Item) {
	s.Records++
	switch item.Kind {
	case KindUnknown:
		s.Unknown++
	case KindData:
		s.addRecord(item.Record)
	}
}

func (s *Stats) addRecord(rec *Record) {
	if s.amounts == nil {
		s.amounts = make([]tally, len(amountSteps)+1)
	}
	b := &rec.Base
	s.accounts++
	s.status[placeOf(&AccountStatuses, b.AccountStatus)].add(b)
	s.kinds[placeOf(&PortfolioTypes, b.PortfolioType)].add(b)
	for i, n := range [...]int{
		1, len(rec.J1), len(rec.J2), there(rec.K1), there(rec.K2), there(rec.K3), there(rec.K4), there(rec.L1), there(rec.N1),
	} {
		if n > 0 {
			s.segments[i].add(b)
			s.segments[i].count += n - 1
		}
	}
	for i := range amountSteps {
		s.amounts[i].addAmount(*at[Dollars](b, amountSteps[i].offset))
	}
	if rec.K4 != nil {
		s.amounts[len(amountSteps)].addAmount(rec.K4.BalloonAmount)
	}
}

func (t *tally) add(b *Base) {
	t.count++
	t.balance += b.CurrentBalance
	t.pastDue += b.AmountPastDue
}

func (t *tally) addAmount(amount Dollars) {
	if amount != 0 {
		t.count++
		t.balance += amount
	}
}

// placeOf returns the place of a value in its table, behind the last one when
// the table does not hold it.
func placeOf(table *CodeTable, value string) int {
	for i := range table.Codes {
		if table.Codes[i].Value == value {
			return i
		}
	}
	return len(table.Codes)
}

func there[T any](segment *T) int {
	if segment == nil {
		return 0
	}
	return 1
}

// Accounts returns the number of data records.
func (s *Stats) Accounts() int { return s.accounts }

// otherValue stands for every value that a code table does not hold. The value
// itself is not told: in a record that has slipped it may be a part of anything.
const otherValue = "other"

// Groups returns the countings, each with a line for every value of its code
// table in the order of the table, those that do not occur included.
func (s *Stats) Groups() []StatsGroup {
	return []StatsGroup{
		{"status", codeLines(&AccountStatuses, s.status[:])},
		{"portfolio", codeLines(&PortfolioTypes, s.kinds[:])},
		{"segment", s.segmentLines()},
		{"amount", s.amountLines()},
		{"days past due", s.bucketLines()},
	}
}

func codeLines(table *CodeTable, tallies []tally) []StatsLine {
	var out []StatsLine
	for i, c := range table.Codes {
		out = append(out, tallies[i].line(c.Value, c.Meaning))
	}
	return append(out, tallies[len(table.Codes)].line(otherValue, meansUnknown+table.Name))
}

func (t *tally) line(value, meaning string) StatsLine {
	return StatsLine{value, meaning, t.count, t.balance, t.pastDue}
}

func (s *Stats) segmentLines() []StatsLine {
	var out []StatsLine
	for i, meaning := range [...]string{
		"account and first consumer", "associated consumer, same address", "associated consumer, another address",
		"original creditor", "purchased from or sold to", "mortgage information", "specialized payment",
		"account or identification number change", "employment",
	} {
		name := baseLayout.name
		if i > 0 {
			name = layoutName(segmentKinds[i-1].id)
		}
		out = append(out, s.segments[i].line(name, meaning))
	}
	return out
}

// layoutName turns a segment identifier into the name of its layout.
func layoutName(id string) string { return string([]byte{id[0] | 0x20, id[1]}) }

func (s *Stats) amountLines() []StatsLine {
	tallies := s.amounts
	if tallies == nil {
		tallies = make([]tally, len(amountSteps)+1)
	}
	var out []StatsLine
	for i := range amountSteps {
		out = append(out, tallies[i].line(amountSteps[i].field.Key, amountSteps[i].field.Name))
	}
	return append(out, tallies[len(amountSteps)].line("balloon_amount", "Balloon Payment Amount"))
}

// buckets say which account statuses make up a bucket of days past due.
var buckets = []struct{ value, meaning, statuses string }{
	{"0-29", "current", "11"},
	{"30-59", "30-59 days past due", "71"},
	{"60-89", "60-89 days past due", "78"},
	{"90-119", "90-119 days past due", "80"},
	{"120-149", "120-149 days past due", "82"},
	{"150-179", "150-179 days past due", "83"},
	{"180+", "180 or more days past due", "84"},
	{"loss", "collection, repossession, foreclosure, claim or charge-off", "88 89 93 94 95 96 97"},
	{"closed", "paid, closed or transferred", "05 13 61 62 63 64 65"},
	{"deleted", "to be deleted", "DA DF"},
}

// bucketLines sums up the statuses: the status is the only thing in a record
// that tells how late an account is.
func (s *Stats) bucketLines() []StatsLine {
	var out []StatsLine
	for _, b := range buckets {
		var sum tally
		for i, c := range AccountStatuses.Codes {
			if oneOf(c.Value, b.statuses) {
				sum.count += s.status[i].count
				sum.balance += s.status[i].balance
				sum.pastDue += s.status[i].pastDue
			}
		}
		out = append(out, sum.line(b.value, b.meaning))
	}
	return append(out, s.status[statusCodes].line(otherValue, meansUnknown+AccountStatuses.Name))
}

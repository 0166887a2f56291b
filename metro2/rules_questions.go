package metro2

import "strings"

// question is one row of family H: a question of the examiner that the format
// description takes over, with the exceptions that it makes.
type question struct {
	id     string
	asks   string           // id of the examiner's check
	also   string           // ids of other rules that report the same defect
	unless func(facts) bool // nil for no exception
	hit    func(facts) bool // nil for that of the check
}

// questionRules are the rows of family H that look at one record. Each takes
// field and condition from the examiner's check that it restates, where the
// format description does not word the condition otherwise.
var questionRules = withPositions(questionTable([]question{
	{id: "H01", asks: "DTCL-DOLP-1"},
	{id: "H02", asks: "Status-PaymentAmount-1"},
	{id: "H03", asks: "Status-SMPA-3", unless: owesNothingHere},
	{id: "H03", asks: "Status-SMPA-2", unless: owesNothingHere},
	{id: "H04", asks: "Status-APD-3", unless: owesNothingHere},
	{id: "H05", asks: "Status-Balance-2", unless: owesNothingHere},
	{id: "H05", asks: "Status-Balance-3", unless: owesNothingHere},
	{id: "H05", asks: "Status-Balance-6", unless: owesNothingHere},
	{id: "H05", asks: "Status-Balance-4", unless: owesNothingHere},
	{id: "H06", asks: "Status-DateClosed-3"},
	{id: "H07", asks: "Rating-APD-2", unless: owesNothingHere},
	{id: "H07", asks: "Rating-APD-1"},
	{id: "H08", asks: "SCC-AccountChange-1"},
	{id: "H08", asks: "SCC-PurchasedSold-1", also: "B22"},
	{id: "H08", asks: "SCC-PurchasedSold-2", also: "K02"},
	{id: "H08", asks: "SCC-DateClosed-2"},
	{id: "H08", asks: "SCC-DateClosed-1"},
	{id: "H08", asks: "SCC-DateClosed-3", hit: func(f facts) bool { return f.soldAtZero() && f.base.DateClosed == 0 }},
	{id: "H09", asks: "SCC-Status-1", also: "B22"},
	{id: "H09", asks: "SCC-Status-2"},
	{id: "H09", asks: "SCC-Status-3"},
	{id: "H09", asks: "SCC-Status-4"},
	{id: "H10", asks: "SCC-Balance-1"},
	{id: "H10", asks: "SCC-APD-1"},
	{id: "H10", asks: "SCC-APD-2"},
	{id: "H10", asks: "SCC-Balance-2"},
	{id: "H11", asks: "DOAI-DOFD-1"},
	{id: "H12", asks: "Balloon-Balance-1"},
	{id: "H13", asks: "Bankruptcy-ECOA-1"},
	{id: "H14", asks: "Type-CreditLimit-1", also: "B20", unless: securedLine},
	{id: "H14", asks: "Type-CreditLimit-2", also: "B20", unless: isDeleted},
	{id: "H14", asks: "Type-HCOLA-1", unless: isDeleted},
	{id: "H14", asks: "Type-HCOLA-2", unless: isDeleted},
	{id: "H15", asks: "AccountChange-Number-1", also: "L01"},
	{id: "H15", asks: "AccountChange-Number-3", also: "L01"},
	{id: "H15", asks: "AccountChange-Number-2", also: "L01"},
	{id: "H15", asks: "AccountChange-ID-1", also: "L01"},
	{id: "H15", asks: "AccountChange-ID-3", also: "L01"},
	{id: "H15", asks: "AccountChange-ID-2", also: "L01"},
	{id: "H17", asks: "Type-Balance-1", hit: func(f facts) bool { return f.commentIn("BS") && f.base.CurrentBalance > 0 }},
	{id: "H17", asks: "Type-SMPA-1", hit: func(f facts) bool { return f.commentIn("BS") && f.base.ScheduledPayment > 0 }},
}))

// owesNothingHere excepts the records to which the format gives zero amounts:
// those that report a sale or transfer, and those of a discharged debt.
func owesNothingHere(f facts) bool { return f.soldAtZero() || f.consumerInfoIn(setDischarged) }

// isDeleted excepts the records whose amounts the format leaves open.
func isDeleted(f facts) bool { return f.status.has(isDeletion) }

// securedLine excepts account type 47, which the examiner counts among the
// loans and among the lines: it is a line, and has a limit.
func securedLine(f facts) bool { return f.typeIn("47") }

func questionTable(questions []question) []rule {
	checks := map[string]rule{}
	for _, r := range examinerTable() {
		checks[r.id] = r
	}
	out := make([]rule, len(questions))
	for i, q := range questions {
		r, known := checks[q.asks]
		if !known {
			panic("metro2: rule " + q.id + " asks what no check asks: " + q.asks)
		}
		r.id, r.part, r.also = q.id, q.asks, joinIDs(q.also, q.asks)
		r.sentence = withAlso(r.sentence, r.also)
		if q.hit != nil {
			r.hit = q.hit
		}
		if asked, unless := r.hit, q.unless; unless != nil {
			r.hit = func(f facts) bool { return asked(f) && !unless(f) }
		}
		out[i] = r
	}
	return out
}

func joinIDs(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

// withAlso tells the reader of a finding that other rules report the same defect.
func withAlso(sentence, also string) string {
	if also == "" {
		return sentence
	}
	return sentence + " (also " + strings.ReplaceAll(also, " ", ", ") + ")"
}

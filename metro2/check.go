package metro2

// CheckEnv is what a record alone does not say. Dates that are zero are unknown
// and the rules that need them are silent.
type CheckEnv struct {
	Created     Date // day the file was made
	Activity    Date // most recent account update in the file; for rule H02 and its like in CheckExaminer
	PeriodStart Date // first day of the reporting period
	PeriodEnd   Date // last day of the reporting period
	// Decoded says that the record came from a [Reader] or [DecodeRecord]:
	// what those report of single fields is not reported twice.
	Decoded bool
	// Doubtful asks [CheckExaminer] for the checks that contradict the field
	// definitions, too.
	Doubtful bool
}

// CheckRecord applies the single-record rules to rec and returns findings
// extended by what they hit: the value of each field (F), the account and its
// base consumer (B), associated consumers (J), the other segments (K, L), and
// what an examiner would ask of it (H). The rules are listed by [Rules]. It
// allocates nothing for a clean record.
func CheckRecord(rec *Record, env CheckEnv, findings []Finding) []Finding {
	f := newFacts(rec, env)
	findings = checkValues(&f, findings)
	findings = checkTable(accountRules, accountBlocks, f, findings)
	findings = checkConsumers(f, findings)
	findings = checkTable(segmentRules, segmentBlocks, f, findings)
	return checkTable(questionRules, questionBlocks, f, findings)
}

// checkTable asks only the rules that the record has something for: most have
// neither comment nor segments.
func checkTable(rules []rule, blocks []block, f facts, findings []Finding) []Finding {
	for _, b := range blocks {
		if b.needs&^f.traits != 0 {
			continue
		}
		for i := b.first; i < b.end; i++ {
			if r := &rules[i]; r.needs&^f.traits == 0 && r.hit(f) {
				findings = append(findings, r.finding())
			}
		}
	}
	return findings
}

// block is a part of a rule table: neighbours that need something in common are
// passed over together.
type block struct {
	needs      trait
	first, end int
}

func inBlocks(rules []rule) (blocks []block) {
	for i := range rules {
		needs := rules[i].needs
		if last := len(blocks) - 1; last >= 0 && (blocks[last].needs&needs != 0 || blocks[last].needs == 0 && needs == 0) {
			blocks[last].needs &= needs
			blocks[last].end = i + 1
			continue
		}
		blocks = append(blocks, block{needs, i, i + 1})
	}
	return blocks
}

var accountBlocks, segmentBlocks, questionBlocks = inBlocks(accountRules), inBlocks(segmentRules), inBlocks(questionRules)

// facts is a record with what several rules ask about it. It is handed to the
// rules by value: so it stays on the stack.
type facts struct {
	rec    *Record
	base   *Base
	env    CheckEnv
	status trait // of the account status
	traits trait // of status, rating, comment, account type, all consumers and the segments
}

func newFacts(rec *Record, env CheckEnv) facts {
	b := &rec.Base
	f := facts{rec: rec, base: b, env: env, status: AccountStatuses.traitsOf(b.AccountStatus)}
	f.traits = f.status | PaymentRatings.traitsOf(b.PaymentRating) | SpecialComments.traitsOf(b.SpecialComment) |
		AccountTypes.traitsOf(b.AccountType) | ConsumerInfoCodes.traitsOf(b.ConsumerInfo) | heldBy(rec) |
		historyTraits(b.PaymentHistory)
	if env.Doubtful {
		f.traits |= asksDoubtful
	}
	if hasNines(rec) {
		f.traits |= holdsNines
	}
	for i := range rec.J1 {
		f.traits |= ConsumerInfoCodes.traitsOf(rec.J1[i].ConsumerInfo)
	}
	for i := range rec.J2 {
		f.traits |= ConsumerInfoCodes.traitsOf(rec.J2[i].ConsumerInfo)
	}
	return f
}

// heldBy says which of the parts that rules ask for a record has.
func heldBy(rec *Record) (t trait) {
	if rec.Base.SpecialComment != "" {
		t |= hasComment
	}
	if len(rec.J1)+len(rec.J2) > 0 {
		t |= hasAssociated
	}
	if rec.K1 != nil {
		t |= hasK1
	}
	if rec.K2 != nil {
		t |= hasK2
	}
	if rec.K3 != nil {
		t |= hasK3
	}
	if rec.K4 != nil {
		t |= hasK4
	}
	if rec.L1 != nil {
		t |= hasL1
	}
	return t
}

func (f facts) is(any trait) bool { return f.traits.has(any) }

// knownStatus is false when rule B08 has fired; the rules that depend on the
// status then stay silent.
func (f facts) knownStatus() bool { return f.status != 0 }

// isLoan says that the account is paid off by a plan and not used again.
func (f facts) isLoan() bool { return f.base.PortfolioType == "I" || f.base.PortfolioType == "M" }

// soldAtZero says that the account has left this furnisher.
func (f facts) soldAtZero() bool { return f.is(isTransfer) && f.base.CurrentBalance == 0 }

// rule is one row of a rule table: a pure function over the facts, with the
// sentence that explains a hit and the field to show.
type rule struct {
	id       string
	severity Severity
	segment  string // layout name
	field    string // key
	sentence string
	hit      func(f facts) bool
	needs    trait  // what the record must hold for hit to be asked
	also     string // ids, single spaces between, of the rules that report the same defect
	part     string // see [RuleInfo]

	position int
}

func (r *rule) finding() Finding {
	return Finding{
		Segment: r.segment, Field: r.field, Position: r.position,
		Rule: r.id, Severity: r.severity, Message: r.sentence,
	}
}

// withPositions finds the fields of a rule table in the layouts, and makes a rule
// about a segment need it. It panics on a field that does not exist.
func withPositions(rules []rule) []rule {
	for i := range rules {
		r := &rules[i]
		if r.position = positionOf(r.segment, r.field); r.position == 0 {
			panic("metro2: rule " + r.id + " names no field: " + r.segment + "." + r.field)
		}
		r.needs |= segmentTraits[r.segment]
	}
	return rules
}

var segmentTraits = map[string]trait{"k1": hasK1, "k2": hasK2, "k3": hasK3, "k4": hasK4, "l1": hasL1}

func positionOf(segment, key string) int {
	switch segment {
	case "base":
		return baseLayout.position(key)
	case "j1":
		return j1Layout.position(key)
	case "j2":
		return j2Layout.position(key)
	case "k1":
		return k1Layout.position(key)
	case "k2":
		return k2Layout.position(key)
	case "k3":
		return k3Layout.position(key)
	case "k4":
		return k4Layout.position(key)
	case "l1":
		return l1Layout.position(key)
	case "n1":
		return n1Layout.position(key)
	}
	return 0
}

package metro2

// CheckExaminer applies what a regulator's examiner looks for in single records
// and returns findings extended by the hits, all of them warnings: a hit is a
// question to answer, not a proof of a violation. The ids are those of the
// examiner's tool. One check is published there (Portfolio-Type-1); the others
// are reconstructed from its historical tests.
//
// Some of these checks contradict the definitions of the fields; their
// sentences say so, [RuleInfo.Doubtful] tells them, and they are left out unless
// env asks for them. A [Validator] with a history applies those that compare
// with an earlier record.
func CheckExaminer(rec *Record, env CheckEnv, findings []Finding) []Finding {
	return checkTable(examinerRules, examinerBlocks, newFacts(rec, env), findings)
}

// ExaminerRules lists the checks of [CheckExaminer] and behind them those that
// compare with an earlier record.
func ExaminerRules() []RuleInfo {
	var out []RuleInfo
	for i := range examinerRules {
		out = append(out, examinerRules[i].info())
	}
	for i := range examinerHistory {
		out = append(out, examinerHistory[i].info())
	}
	return withNotes(out)
}

// Doubtful says that an examiner's check contradicts the definitions of the
// fields: a correct record can be hit. Such checks are off unless asked for.
func (r RuleInfo) Doubtful() bool { return oneOf(r.ID, setDoubtful) }

// setDoubtful are the checks that hit: a bankruptcy that is paid as agreed; a
// line closed by the lender or an account sold; the zeros of a discharge; one
// deceased borrower of two; the blank that belongs into an L1 segment; a card
// without a balance.
const setDoubtful = "Status-DOFD-2 Status-DateClosed-2 Balance-DateClosed-1 " +
	"Bankruptcy-APD-1 Bankruptcy-Balance-1 Bankruptcy-SMPA-1 ECOA-J1J2-1 " +
	"AccountChange-ID-4 AccountChange-Number-4 Status-Balance-5 Status-SMPA-4"

// Sets of codes that the checks share.
const (
	setDelinquent = "71 78 80 82 83 84"
	setPaid       = "13 61 62 63 64 65"
	setOpen       = "11 71 78 80 82 83 84 93 97"
	setMoved      = "AH AT O"
	setLeaseOpen  = "BB BE"
	setLate       = "1 2 3 4 5 6 G L"
	setWithDOFD   = "61 62 63 64 65 71 78 80 82 83 84 88 89 93 94 95 96 97"
	setLineTypes  = "15 43 47 89 7A 9B"
	setCardTypes  = "18 37 43 2A 8A"
	setClosedEnd  = "01 02 03 04 05 06 08 10 11 13 17 19 20 25 26 47 48 77 91 0A 0C 0F 2C 5A 5B 6A 6B 6D 7B 9A"
	setRevolving  = "07 15 18 37 43 47 89 0G 2A 7A 8A 9B"
	setSettled    = "AU AX BP C AH AT O BC BF BJ AS"
	setOwing      = "BD BG BI BK BA BO"
	setBankrupt   = "A B C D E F G H Z V 1A"
	setDischarged = "E F G H"
)

// oneOf reports whether a set, codes with single spaces between, holds a code.
func oneOf(code, set string) bool {
	if code == "" {
		return false
	}
	for i := 0; i+len(code) <= len(set); {
		end := i
		for end < len(set) && set[end] != ' ' {
			end++
		}
		if set[i:end] == code {
			return true
		}
		i = end + 1
	}
	return false
}

// pairIn is oneOf for sets whose codes all have two characters, which most do.
func pairIn(code, set string) bool {
	if len(code) != 2 {
		return false
	}
	return code2{code[0], code[1]}.in(set)
}

func (f facts) statusIn(set string) bool    { return pairIn(f.base.AccountStatus, set) }
func (f facts) commentIn(set string) bool   { return oneOf(f.base.SpecialComment, set) }
func (f facts) typeIn(set string) bool      { return pairIn(f.base.AccountType, set) }
func (f facts) portfolioIn(set string) bool { return oneOf(f.base.PortfolioType, set) }

func (f facts) deferred() bool { return f.base.TermsFrequency == "D" }

// consumerInfoIn looks at the indicators of all consumers.
func (f facts) consumerInfoIn(set string) bool {
	if oneOf(f.base.ConsumerInfo, set) {
		return true
	}
	for i := range f.rec.J1 {
		if oneOf(f.rec.J1[i].ConsumerInfo, set) {
			return true
		}
	}
	for i := range f.rec.J2 {
		if oneOf(f.rec.J2[i].ConsumerInfo, set) {
			return true
		}
	}
	return false
}

// lineOrCard is the group of accounts that several checks name: a line of
// credit with its types, or an open or revolving account with those of a card.
func (f facts) lineOrCard() bool {
	return f.portfolioIn("C") && f.typeIn(setLineTypes) || f.portfolioIn("O R") && f.typeIn(setCardTypes)
}

// dischargedUnpaid is a debt that was discharged without a paid status.
func (f facts) dischargedUnpaid() bool {
	return f.consumerInfoIn(setDischarged) && !f.statusIn("05 DA DF") && !f.statusIn(setPaid)
}

// movedAtZero is a transfer at zero balance that announces no new number.
func (f facts) movedAtZero() bool {
	return f.commentIn(setMoved) && f.base.CurrentBalance == 0 && f.rec.L1 == nil
}

var examinerRules = withPositions(examinerTable())

var examinerBlocks = inBlocks(examinerRules)

// examinerTable puts the groups of checks together, in the order of the tool.
func examinerTable() []rule {
	var out []rule
	for _, group := range []struct {
		rules []rule
		needs trait
	}{
		{examinerStatusAmounts, 0},
		{examinerStatusDates, 0},
		{examinerBalances, 0},
		{examinerComments, hasComment},
		{examinerTerms, 0},
		{examinerConsumers, 0},
		{examinerChanges, hasL1},
	} {
		for _, r := range group.rules {
			r.severity, r.needs = Warning, group.needs
			if oneOf(r.id, setDoubtful) {
				r.needs |= asksDoubtful
			}
			if r.segment == "" {
				r.segment = baseLayout.name
			}
			out = append(out, r)
		}
	}
	return out
}

package metro2

import (
	"hash/maphash"
	"math/bits"
	"strings"
)

// historyRule is one row of a table of rules that compare a record with an
// earlier one of its account: a pure function over the two.
type historyRule struct {
	rule
	hit func(was, now *past) bool
}

// withHistoryPositions is [withPositions] for rules that compare.
func withHistoryPositions(rules []historyRule) []historyRule {
	for i := range rules {
		r := &rules[i]
		if r.segment == "" {
			r.segment = baseLayout.name
		}
		if r.position = positionOf(r.segment, r.field); r.position == 0 {
			panic("metro2: rule " + r.id + " names no field: " + r.segment + "." + r.field)
		}
		r.sentence = withAlso(r.sentence, r.also)
	}
	return rules
}

// check compares a record with the earlier ones and remembers it. The rules of
// the format look at the same identification and account number in an earlier
// file: two records in one file are a duplicate, which is another rule. The
// examiner's checks look at the last record with the account number, like the
// tool from which they come: under any identification number, and in the same
// file, too. Two files of one day are the same month told twice, and neither
// comes before the other.
func (h *accountHistory) check(rec *Record, record int, env CheckEnv, examiner bool, findings []Finding) []Finding {
	now := &h.now
	h.fill(now, newFacts(rec, env))
	now.file, now.record, now.month = h.file, uint32(record), h.month
	same, sameNumber := h.find(now)
	now.first = now.record
	now.succeed(same)
	if now.first != now.record {
		findings = append(findings, duplicateOf(int(now.first)))
	}
	if same != nil && same.file != now.file && !same.retold(now) {
		findings = compare(historyRules, same, now, findings)
	}
	if examiner && sameNumber != nil && !sameNumber.retold(now) {
		findings = compare(examinerHistory, sameNumber, now, findings)
	}
	h.keep(now, same)
	return findings
}

// retold says that two records are from different files of one day.
func (p *past) retold(now *past) bool {
	return p.file != now.file && p.month == now.month && p.month != 0
}

func compare(rules []historyRule, was, now *past, findings []Finding) []Finding {
	for i := range rules {
		if r := &rules[i]; r.hit(was, now) {
			findings = append(findings, r.finding())
		}
	}
	return findings
}

// succeed takes over what outlives a record: that the account was deleted, how
// often it was finally reported, and where its first record in the file is.
func (p *past) succeed(was *past) {
	if p.has(wasFinal) {
		p.finals = 1
	}
	if was == nil {
		return
	}
	p.is |= was.is & wasDeleted
	if was.file == p.file {
		p.first = was.first
	}
	switch {
	case was.file == p.file, was.retold(p): // not a second report
		p.finals = max(p.finals, was.finals)
	case p.has(wasFinal) && was.has(wasFinal):
		p.finals = was.finals + min(1, 255-was.finals)
	}
}

// fill writes down what is remembered of a record.
func (h *accountHistory) fill(p *past, f facts) {
	b := f.base
	*p = past{
		account:        [2]uint64{maphash.String(h.seeds[0], b.AccountNumber), maphash.String(h.seeds[1], b.AccountNumber)},
		identification: maphash.String(h.seeds[0], b.IdentificationNumber),
		names:          maphash.String(h.seeds[0], b.Surname) ^ bits.RotateLeft64(maphash.String(h.seeds[1], b.FirstName), 1),
		activity:       b.DateAccountInfo, opened: b.DateOpened, closed: b.DateClosed,
		firstDelinquency: b.DateFirstDelinquency, chargeoff: int32(b.OriginalChargeoff),
		status: code2Of(b.AccountStatus), accountType: code2Of(b.AccountType), info: code2Of(b.ConsumerInfo),
		portfolio: firstByte(b.PortfolioType), rating: firstByte(b.PaymentRating), ecoa: firstByte(b.ECOACode),
		newest: firstByte(strings.TrimLeft(b.PaymentHistory, " ")),
	}
	copy(p.profile[:], b.PaymentHistory)
	if l := f.rec.L1; l != nil {
		p.changeInd = uint8(l.ChangeInd)
		p.newAccount = maphash.String(h.seeds[0], l.NewAccountNumber)
		p.newIdentification = maphash.String(h.seeds[0], l.NewIdentificationNumber)
	}
	flag := func(on bool, which pastFlags) {
		if on {
			p.is |= which
		}
	}
	flag(f.status.has(isPaid) || f.soldAtZero(), wasFinal)
	flag(f.status.has(isDeletion), wasDelete|wasDeleted)
	flag(f.status.has(hasDOFD) || f.status.has(hasRatedDOFD) && f.is(isLate), wasDated)
	flag(b.CurrentBalance > 0, wasBalance)
	anyInfo := f.anyConsumerInfo()
	flag(anyInfo, wasAnyInfo)
	flag(anyInfo || b.ComplianceCode != "" || f.deferred(), wasFrozen)
	flag(len(b.PaymentHistory) == len(p.profile), wasProfiled)
	flag(f.rec.K2 != nil && f.rec.K2.Indicator == 9, wasBought)
	flag(f.consumerInfoIn(setDischarged), wasDischarged)
}

// anyConsumerInfo says that some consumer has an indicator.
func (f facts) anyConsumerInfo() bool {
	if f.base.ConsumerInfo != "" {
		return true
	}
	for i := range f.rec.J1 {
		if f.rec.J1[i].ConsumerInfo != "" {
			return true
		}
	}
	for i := range f.rec.J2 {
		if f.rec.J2[i].ConsumerInfo != "" {
			return true
		}
	}
	return false
}

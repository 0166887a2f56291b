package rules

import "slices"

// span is a period of days, both included.
type span struct{ from, to Date }

// spans are periods in their order that do not touch each other.
type spans []span

// after returns the first day after s, Never if s has no end.
func (s span) after() Date {
	if s.to == Never {
		return Never
	}
	return s.to + 1
}

// has reports whether d lies in s.
func (s span) has(d Date) bool { return s.from <= d && d <= s.to }

// at returns the span that d lies in, and whether there is one.
func (s spans) at(d Date) (span, bool) {
	for _, one := range s {
		if one.has(d) {
			return one, true
		}
	}
	return span{}, false
}

// between returns how many days of s lie after one date and up to another: they age nothing (Q46).
func (s spans) between(after, to Date) (days Date) {
	for _, one := range s {
		days += max(0, min(to, one.to)-max(after+1, one.from)+1)
	}
	return days
}

// accommodations returns the periods in which nobody may get worse (CA7): pauses but for a bankruptcy's stay, the deferral,
// and cases of disaster and forbearance. Periods that touch are one. A case has no effect from its closing on (Q47); one that
// monitoring made agrees to nothing before a person has acknowledged it (CA2).
func (l *Loan) accommodations() spans {
	if !l.excusable() {
		return nil
	}
	var all spans
	add := func(from, after Date) {
		to := after - 1
		if after == 0 {
			to = Never
		}
		if from <= to {
			all = append(all, span{from, to})
		}
	}
	for _, p := range l.Pauses {
		switch {
		case p.Stay:
		case p.To == 0:
			add(p.From, 0)
		default:
			add(p.From, p.To+1)
		}
	}
	if l.DeferredUntil != 0 {
		from := l.DeferredFrom
		if from == 0 {
			from = l.OpenedOn
		}
		add(from, l.DeferredUntil+1)
	}
	for k := range l.Cases {
		c := &l.Cases[k]
		if (c.Type == CaseDisaster || c.Type == CaseForbearance) && c.acts() {
			add(c.OpenedOn, c.ClosedOn)
		}
	}
	return all.merged()
}

// excusable reports whether the loan has anything that can excuse a cycle by its due date.
func (l *Loan) excusable() bool { return len(l.Pauses)+len(l.Cases) != 0 || l.DeferredUntil != 0 }

// merged orders s and joins periods that touch.
func (s spans) merged() spans {
	if len(s) < 2 {
		return s
	}
	slices.SortFunc(s, func(a, b span) int { return int(a.from - b.from) })
	joined := s[:1]
	for _, next := range s[1:] {
		last := &joined[len(joined)-1]
		if last.to == Never || next.from <= last.to+1 {
			last.to = max(last.to, next.to)
			continue
		}
		joined = append(joined, next)
	}
	return joined
}

// accommodated reports whether d lies in an accommodation (CA7).
func (l *Loan) accommodated(d Date) bool {
	_, inside := l.accommodations().at(d)
	return inside
}

// Keys of the facts of a tradeline that an accommodation changed (CA7).
const (
	factAccommodatedFrom = "accommodated_from"
	factUnprotected      = "status_without_accommodation"
)

// explainExcuses adds why the account is not as late as its due dates say: an accommodation (CA7), or an amount in dispute (Q74).
func (a *decision) explainExcuses(t *Tradeline, late *lateness) {
	if a.disputed(a.AsOf) > 0 {
		a.explainBy(t, "Q74", func(c *Case) bool { return c.disputedOn(a.AsOf) > 0 })
	}
	begun := Date(0)
	for _, s := range late.spans {
		if s.from <= a.AsOf {
			begun = s.from
		}
	}
	if begun == 0 {
		return
	}
	day := min(a.AsOf, t.DateAccountInfo)
	if t.AccountStatus == StatusPaid {
		day--
	}
	var unprotected lateness
	unprotected.read(&a.Loan, a.AsOf, Ignore)
	was, now := unprotected.on(day), late.on(day)
	if was.bucket == now.bucket && was.pastDue == now.pastDue && t.DateFirstDelinquency == 0 {
		return
	}
	t.Facts.add(dateFact(factAccommodatedFrom, begun))
	t.Facts.add(textFact(factUnprotected, lateStatus[was.bucket]))
	a.explainBy(t, "CA7", func(c *Case) bool {
		return (c.Type == CaseDisaster || c.Type == CaseForbearance) && c.acts() && c.OpenedOn <= a.AsOf
	})
}

// explainBy names the case behind the status, if it is one.
func (a *decision) explainBy(t *Tradeline, rule string, is func(*Case) bool) {
	for k := range a.Cases {
		if c := &a.Cases[k]; is(c) && !t.Facts.Has(factCaseStatus) {
			t.Facts.add(caseFact(factCaseStatus, rule, c))
		}
	}
}

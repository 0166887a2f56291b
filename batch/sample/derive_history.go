package sample

import (
	"strings"

	"github.com/furnisher/furnisher/metro2"
)

// months is the length of a payment history.
const months = 24

// cut is the first 24 months of a profile.
func cut(profile string) string { return profile[:min(len(profile), months)] }

// history fills in the profile as of the date of account information (BR4, Q22, Q43).
func (d *derivation) history(b *metro2.Base) {
	info := d.asOf
	if d.paidOn != 0 {
		info = d.paidOn
	}
	later := d.asOf.month() - info.month()
	switch {
	case later <= 0:
		b.PaymentHistory = cut(d.chain())
	case d.before != nil && d.before.AsOf.month() >= info.month():
		b.PaymentHistory = d.before.History
	case d.before == nil && d.History != "" && or(d.LastReportedOn, 0).month() >= info.month():
		b.PaymentHistory = d.History
	case d.continued() != "":
		continued := d.continued()
		b.PaymentHistory = cut(continued[min(later, len(continued)):])
	default:
		b.PaymentHistory = d.proven(info)
	}
}

// chain is the profile as of the calendar date.
func (d *derivation) chain() string {
	if continued := d.continued(); continued != "" {
		return continued
	}
	return d.proven(d.asOf)
}

// continued moves what was told last on by the months since; a month without a report is D.
func (d *derivation) continued() string {
	profile, letter, since := "", byte(0), day(0)
	switch {
	case d.before != nil:
		profile, letter, since = d.before.Chain, d.letter(d.before), d.before.AsOf
	case d.History != "" && d.LastReportedOn != nil:
		profile, since = d.History, *d.LastReportedOn
		letter = 'D'
		if d.reaches(since) {
			letter = d.character(since)
		}
	default:
		return ""
	}
	gap := d.asOf.month() - since.month()
	if gap <= 0 {
		return profile
	}
	return strings.Repeat("D", gap-1) + string(rune(letter)) + profile
}

// letter is what a status leaves in the next month's profile (FORMAT.md 2.3).
func (d *derivation) letter(was *before) byte {
	switch was.Status {
	case "11":
		if was.Balance == 0 && (d.Portfolio == "R" || d.Portfolio == "C") {
			return 'E'
		}
		return '0'
	case "13", "88", "89":
		return was.Rating[0]
	case "97", "64":
		return 'L'
	case "93", "62":
		return 'G'
	case "94", "65":
		return 'H'
	case "95", "61":
		return 'J'
	case "96", "63":
		return 'K'
	}
	for steps, status := range lateStatus {
		if status == was.Status {
			return '0' + byte(steps)
		}
	}
	return 'D'
}

// proven is the profile of a first report: the months that the ledger proves, then B.
func (d *derivation) proven(info day) string {
	profile := ""
	for end := info.endOfMonthBefore(); len(profile) < months; end = end.endOfMonthBefore() {
		if end < d.OpenedOn || !d.reaches(end) {
			profile += "B"
			continue
		}
		profile += string(rune(d.character(end)))
	}
	return profile
}

// reaches says that the ledger tells of a day.
func (d *derivation) reaches(when day) bool {
	return len(d.postings) > 0 && d.postings[0].EffectiveOn <= when
}

// character is the state of the loan on a day, as a profile has it.
func (d *derivation) character(when day) byte {
	s := d.on(when)
	switch {
	case d.lostOn != 0 && d.lostOn <= when:
		return 'L'
	case d.lostOn == 0 && d.paidOn != 0 && d.paidOn <= when:
		return '0' + byte(d.on(d.paidOn-1).steps)
	case s.steps == 0 && (d.Portfolio == "R" || d.Portfolio == "C") && s.balance < 100:
		return 'E'
	}
	return '0' + byte(s.steps)
}

// run is the run of delinquency that a day lies in: the due date of its first missed payment and its first day; 0: there is
// none.
func (d *derivation) run(when day) (missed, began day) {
	for today := d.first; today <= when; today++ {
		switch now := d.on(today).missed; {
		case now == 0:
			missed, began = 0, 0
		case missed == 0:
			missed, began = now, today
		default:
			missed = min(missed, now)
		}
	}
	return missed, began
}

// delinquency is the date of first delinquency behind how late the loan is on a day (BR3): of the run that the ledger shows,
// or what was told of it before if that runs on (Q21, Q32).
func (d *derivation) delinquency(when day) metro2.Date {
	missed, began := d.run(when)
	var first day
	if missed != 0 {
		first = d.firstLate(missed)
	}
	if told := d.FirstDelinquencyOn; told != nil {
		then := or(d.LastReportedOn, 0)
		ranThen := began != 0 && began <= max(then, *told) && *told <= when
		lostThen := d.lostOn != 0 && (d.lostOn <= then || then == 0 && (began == 0 || *told < first))
		if ranThen || lostThen {
			return told.record()
		}
	}
	if kept := d.kept(when); kept != 0 && (first == 0 || kept < first) {
		return kept.record()
	}
	if first == 0 {
		return 0
	}
	return first.record()
}

// kept is the date that the last report told of a delinquency which still runs by the setting of the program; 0: none does.
func (d *derivation) kept(when day) day {
	since, told := day(0), day(0)
	switch {
	case d.before != nil && d.before.DateFirstDelinquency != nil && d.before.Status > "13" && d.before.Status <= "84":
		since, told = d.before.AsOf, *d.before.DateFirstDelinquency
	case d.before == nil && d.FirstDelinquencyOn != nil && d.LastReportedOn != nil:
		since, told = *d.LastReportedOn, *d.FirstDelinquencyOn
	}
	if told == 0 || d.DOFDRule == "days" || d.reaches(since) && d.on(since).steps == 0 {
		return 0
	}
	for today := since + 1; today <= when; today++ {
		if d.on(today).asks == 0 { // cured
			return 0
		}
	}
	return told
}

// chargedOffDelinquency is the date of first delinquency of a charge-off, which is frozen by its first report (Q25, Q36, Q38).
func (d *derivation) chargedOffDelinquency() metro2.Date {
	if was := d.before; was != nil && (was.Status == "97" || was.Status == "64") && was.DateFirstDelinquency != nil {
		return was.DateFirstDelinquency.record()
	}
	info := d.asOf
	if d.paidOn != 0 {
		info = d.paidOn
	}
	if first := d.delinquency(d.lostOn); first != 0 {
		return min(first, info.record())
	}
	if unpaid := d.on(d.lostOn).unpaid; unpaid != 0 {
		return min(d.firstLate(unpaid), max(d.lostOn, info), info).record()
	}
	d.hand["date_first_delinquency"] = "a charge-off without an unpaid cycle"
	return 0
}

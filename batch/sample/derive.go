package sample

import (
	"strings"

	"github.com/furnisher/furnisher/metro2"
)

// derivation is a record that is made from the rows of an account.
type derivation struct {
	*source
	asOf    day
	after   day // the last reporting date: later payments are of this period
	first   day // of days
	days    []standing
	record  metro2.Record
	hand    map[string]string // why a person derives a field: by field, "" for all that go by how late the loan is
	paidOn  day               // nothing is owed any more since then; 0: something is
	lostOn  day               // charged off; 0: not
	deleted string            // DA, DF
}

// Statuses of 30-day steps late.
var lateStatus = [7]string{"11", "71", "78", "80", "82", "83", "84"}

// Fields that go by how late the loan was, or by how it ended.
var delicate = strings.Fields(`account_status payment_rating payment_history current_balance amount_past_due scheduled_payment
	actual_payment original_chargeoff date_account_info date_first_delinquency date_closed date_last_payment special_comment
	compliance_code consumer_info terms_frequency terms_duration`)

// derive makes the record of an account anew.
func derive(s *source, f *sourceFile) *derivation {
	d := &derivation{source: s, asOf: f.AsOf.day(), after: f.PreviousOn.day(), hand: map[string]string{}}
	switch {
	case s.before != nil:
		d.after = s.before.AsOf
	case s.LastReportedOn != nil:
		d.after = *s.LastReportedOn
	}
	d.terms()
	why := s.Particular
	if why == "" && closedOtherwise(s.Status) {
		why = "an account closed by hand"
	}
	if why != "" {
		for _, field := range delicate {
			d.hand[field] = why
		}
	}
	if s.Renumbered {
		d.hand["account_number"] = "a new number"
	}
	for i := range s.consumers {
		if s.consumers[i].Employed && d.Segments == "" {
			d.Segments = "an employer"
		}
	}
	d.ledger()
	return d
}

// closedOtherwise says that people closed the account, for a reason that decides by itself what is told.
func closedOtherwise(status string) bool {
	switch status {
	case "ACTIVE", "SUSPENDED::DELINQUENT", "CLOSED::PAID_OFF", "CLOSED::SURPLUS_BALANCE", "CLOSED::CHARGE_OFF":
		return false
	}
	return true
}

// terms fills in what was agreed (FORMAT.md 3.5).
func (d *derivation) terms() {
	b := &d.record.Base
	y, m, n := d.asOf.time().Date()
	b.Timestamp = metro2.Timestamp((y*10000+int(m)*100+n)*1_000_000 + 235959)
	b.IdentificationNumber, b.CycleID, b.AccountNumber = d.IdentificationNumber, d.CycleID, d.AccountNumber
	b.PortfolioType, b.AccountType, b.DateOpened = d.Portfolio, d.AccountType, d.OpenedOn.record()
	b.TermsFrequency, b.InterestType = d.Frequency, d.InterestType
	switch d.Portfolio {
	case "R":
		b.TermsDuration = "REV"
	case "C":
		b.TermsDuration = "LOC"
	case "O":
		b.TermsDuration = "001"
	default:
		b.TermsDuration = strings.Repeat("0", max(0, 3-len(d.TermsDuration))) + d.TermsDuration
	}
	if d.closedEnd() {
		b.HighestCredit = dollars(d.OriginalAmount)
	} else {
		b.CreditLimit = dollars(d.CreditLimit)
	}
}

func (d *derivation) closedEnd() bool { return d.Portfolio == "I" || d.Portfolio == "M" }

// dollars cuts the cents off; a credit is nothing (BR5).
func dollars(cents int64) metro2.Dollars {
	return metro2.Dollars(min(max(cents, 0)/100, int64(metro2.MaxDollars)))
}

// ledger fills in what the postings and cycles tell.
func (d *derivation) ledger() {
	paidOff := d.Status == "CLOSED::PAID_OFF" || d.Status == "CLOSED::SURPLUS_BALANCE"
	if paidOff { // what is charged after the closing counts in nothing (Q34)
		kept := d.postings[:0:0]
		for _, t := range d.postings {
			switch t.Type {
			case "INTEREST", "FEE", "LATE_FEE", "LATE_FEE_INTEREST", "ORIGINATION":
				if d.ClosedOn != nil && t.EffectiveOn > *d.ClosedOn {
					continue
				}
			}
			kept = append(kept, t)
		}
		d.postings = kept
	}
	d.first, d.days = walk(d.source, d.asOf)
	now := d.on(d.asOf)
	if d.Status == "CLOSED::CHARGE_OFF" && d.ChargedOffOn != nil && *d.ChargedOffOn <= d.asOf {
		d.lostOn = *d.ChargedOffOn
	}
	b := &d.record.Base
	b.CurrentBalance, b.DateAccountInfo = dollars(now.balance), d.asOf.record()
	if !d.closedEnd() {
		highest := d.HighestBalance
		for _, s := range d.days {
			highest = max(highest, s.balance)
		}
		b.HighestCredit = dollars(highest)
	}
	b.AccountStatus = lateStatus[now.steps]
	switch {
	case d.lostOn != 0:
		d.lost(now)
	case paidOff:
		d.paid()
	default:
		d.open(now)
	}
	d.receipts(b)
	d.history(b)
	d.deletion(b)
	d.repeat(b)
}

// on is how the loan stood on a day; before the first one it owed nothing.
func (d *derivation) on(when day) standing {
	if when < d.first {
		return standing{}
	}
	return d.days[min(int(when-d.first), len(d.days)-1)]
}

// open is an account that is still owed, by the days that it is late (BR2).
func (d *derivation) open(now standing) {
	b := &d.record.Base
	if d.Portfolio != "O" {
		b.ScheduledPayment = d.scheduled()
	}
	if now.steps > 0 {
		b.AmountPastDue = dollars(now.pastDue)
		b.DateFirstDelinquency = d.delinquency(d.asOf)
	}
}

// scheduled is the lender's amount, or else what the last cycle asked for.
func (d *derivation) scheduled() metro2.Dollars {
	if d.ScheduledPayment != nil {
		return dollars(*d.ScheduledPayment)
	}
	var last *cycle
	for i := range d.cycles {
		if d.cycles[i].DueOn <= d.asOf {
			last = &d.cycles[i]
		}
	}
	if last == nil || d.on(last.DueOn).balance <= 0 {
		return 0
	}
	if d.Frequency != "M" {
		d.hand["scheduled_payment"] = "payments that are not monthly"
	}
	return dollars(last.MinimumDue)
}

// paid is an account that owes nothing: the date paid, and how late it was the day before (Q8, Q19).
func (d *derivation) paid() {
	b := &d.record.Base
	d.paidOn = or(d.ClosedOn, d.asOf)
	late := d.on(d.paidOn - 1)
	b.AccountStatus, b.PaymentRating, b.CurrentBalance = "13", string(rune('0'+late.steps)), 0
	b.DateAccountInfo, b.DateClosed = d.paidOn.record(), d.paidOn.record()
	if late.steps > 0 {
		b.DateFirstDelinquency = d.delinquency(d.paidOn - 1)
	}
}

// lost is a charge-off, or one that was paid since (PO2, Q39).
func (d *derivation) lost(now standing) {
	b := &d.record.Base
	b.AccountStatus, b.OriginalChargeoff = "97", d.chargeOff()
	if now.balance < 100 {
		d.paidOn = d.asOf
		for when := d.asOf; when >= d.lostOn && d.on(when).balance < 100; when-- {
			d.paidOn = when
		}
		b.AccountStatus, b.DateAccountInfo, b.DateClosed = "64", d.paidOn.record(), d.paidOn.record()
	} else {
		if d.ChargeOffPastDue != "zero" {
			b.AmountPastDue = dollars(now.balance)
		}
		if !d.closedEnd() {
			b.DateClosed = recordOf(d.ClosedOn)
		}
	}
	b.DateFirstDelinquency = d.chargedOffDelinquency()
}

// chargeOff is the amount that was charged off, which never changes.
func (d *derivation) chargeOff() metro2.Dollars {
	switch {
	case d.before != nil && (d.before.Status == "97" || d.before.Status == "64"):
		return metro2.Dollars(d.before.OriginalChargeOff)
	case d.LastReportedOn != nil && d.lostOn <= *d.LastReportedOn && d.OriginalChargeOff != 0:
		return dollars(d.OriginalChargeOff)
	}
	return dollars(d.on(d.lostOn).balance)
}

// receipts are the payments of this period, and the day of the last one (Q23, Q40).
func (d *derivation) receipts(b *metro2.Base) {
	until := d.asOf
	if d.paidOn != 0 {
		until = d.paidOn
	}
	var received int64
	last := day(0)
	for _, t := range d.postings {
		if t.Type != "PAYMENT" && t.Type != "OFFSET" || t.Amount <= 0 || t.ReversedOn != nil || t.EffectiveOn > until {
			continue
		}
		last = max(last, t.EffectiveOn)
		if t.EffectiveOn > d.after {
			received += t.Amount
		}
	}
	b.ActualPayment = dollars(received)
	if last != 0 {
		b.DateLastPayment = last.record()
	}
}

// deletion is an account that was cancelled for an error or a fraud, or that is reported as deleted (DC1, DC5, Q14).
func (d *derivation) deletion(b *metro2.Base) {
	switch {
	case d.ReportAsDeleted != "":
		d.deleted = d.ReportAsDeleted
	case d.Reason == "ERRO":
		d.deleted = "DA"
	case d.Reason == "FRAD":
		d.deleted = "DF"
	default:
		return
	}
	b.AccountStatus, b.PaymentRating, b.OriginalChargeoff = d.deleted, "", 0
	b.DateAccountInfo, b.PaymentHistory = d.asOf.record(), cut(d.chain())
	switch {
	case d.ReportAsDeleted != "":
		b.DateClosed = d.asOf.record()
	case d.ClosedOn != nil:
		b.DateClosed = d.ClosedOn.record()
	default:
		b.DateClosed = recordOf(d.TerminatedOn)
	}
}

// repeat is an account whose end was told before: it is told again as it was (Q26, Q82), or as of this date if its end lies
// before what was told last (Q41).
func (d *derivation) repeat(b *metro2.Base) {
	if d.paidOn == 0 || d.deleted != "" {
		return
	}
	told := or(d.LastReportedOn, 0)
	if was := d.before; was != nil {
		if was.Final && was.Status == b.AccountStatus && recordOf(was.DateClosed) == b.DateClosed {
			b.PaymentRating, b.PaymentHistory = was.Rating, was.History
			b.DateAccountInfo, b.DateFirstDelinquency = was.DateAccountInfo.record(), recordOf(was.DateFirstDelinquency)
			b.DateClosed, b.DateLastPayment = recordOf(was.DateClosed), recordOf(was.DateLastPayment)
			b.ActualPayment, b.ScheduledPayment = metro2.Dollars(was.ActualPayment), metro2.Dollars(was.ScheduledPayment)
			return
		}
		told = was.DateAccountInfo
	}
	if b.DateAccountInfo < told.record() && told != 0 {
		b.DateAccountInfo, b.PaymentHistory = d.asOf.record(), cut(d.chain())
	}
}

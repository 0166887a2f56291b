package rules_test

import (
	"strings"
	"time"

	"github.com/furnisher/furnisher/rules"
)

// oracle says again, slowly and day by day, what EXTRACT.md and SERVICING.md say of a loan's facts. It
// shares no code with the package: it sums the whole list of events for every question.
type oracle struct {
	events []event
	grace  int
	pauses []rules.Pause

	ahead         rules.PaymentsAhead
	method        rules.DelinquencyMethod
	installment   bool
	protect       bool // bureaus are told of nothing worse in an accommodation (CA7)
	lastDue       rules.Date
	collateral    rules.Date
	deferredFrom  rules.Date
	deferredUntil rules.Date
	excused       map[rules.Date]rules.Date // by due date: when the payer was told
	memo          map[walked]*purse         // walks that were made; nil: none is kept
}

// sum adds up what one function makes of the entries that count on a day. An entry that was reversed counts
// until its reversal's effective date, and not at all for who reads the ledger as repaired on a later day.
func (o oracle) sum(d, reading rules.Date, value func(kind string, cents int64) int64) int64 {
	var total int64
	for _, e := range o.events {
		if e.kind == 0 || e.on > d {
			continue
		}
		if e.undoneOn != 0 && (e.undoneOn <= d || e.undoneOn <= reading) {
			continue
		}
		total += value(e.kind.String(), int64(e.amount))
	}
	return total
}

func (o oracle) balance(d, reading rules.Date) int64 {
	return o.sum(d, reading, func(kind string, cents int64) int64 {
		switch kind {
		case "PAYMENT", "OFFSET", "WAIVER", "PREPAYMENT_DISCOUNT", "PRINCIPAL_PAYMENT":
			return -cents
		}
		return cents
	})
}

func (o oracle) paid(d, reading rules.Date) int64 {
	return o.sum(d, reading, func(kind string, cents int64) int64 {
		switch kind {
		case "PAYMENT", "OFFSET", "PREPAYMENT_DISCOUNT":
			return cents
		case "REFUND":
			return -cents
		}
		return 0
	})
}

func (o oracle) waived(d, reading rules.Date) int64 {
	return o.sum(d, reading, func(kind string, cents int64) int64 {
		if kind == "WAIVER" {
			return cents
		}
		return 0
	})
}

// charged is every charge type of Q7.
func (o oracle) charged(d, reading rules.Date) int64 {
	return o.sum(d, reading, func(kind string, cents int64) int64 {
		if strings.Contains(kind, "FEE") {
			return cents
		}
		return 0
	})
}

// profile is the history of a first report (Q22).
func (o oracle) profile(opened, asOf rules.Date) string {
	profile := ""
	for t := asOf.Time(); len(profile) < 24; {
		t = time.Date(t.Year(), t.Month(), 0, 0, 0, 0, 0, time.UTC) // the last day of the month before
		end := rules.DateOf(t)
		if end < opened {
			break
		}
		profile += string("0123456"[o.steps(end, asOf)])
	}
	return profile + strings.Repeat("B", 24-len(profile))
}

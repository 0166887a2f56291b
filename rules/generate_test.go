package rules_test

import (
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// sample is a random loan: opened on a day, with a year or so of entries and cycles.
type sample struct {
	opened  rules.Date
	last    rules.Date
	product rules.Product
	pauses  []rules.Pause
	promo   rules.Date
	events  []event

	deferredFrom, deferredUntil rules.Date
	excused                     []rules.Excuse
	collateral                  rules.Date
	matures                     bool // the last cycle is the last of all (Q92)
	ignores                     bool // the program ignores accommodations
}

var entryKinds = []rules.Kind{
	rules.Payment, rules.Payment, rules.Payment, rules.Payment, rules.LateFee, rules.Refund, rules.Waiver, rules.Offset, rules.Interest,
	rules.Fee, rules.LateFeeInterest, rules.ReturnCheckFee, rules.ManualFee, rules.PrepaymentDiscount, rules.Adjustment,
	rules.Escrow, rules.PrincipalPayment, rules.ReAge,
}

// samples draws loans with amounts of few values, so that sums often meet exactly.
func samples() *rapid.Generator[sample] {
	return rapid.Custom(func(t *rapid.T) sample {
		s := sample{opened: day("2026-01-01") + rules.Date(rapid.IntRange(0, 800).Draw(t, "opened"))}
		s.last = s.opened + rules.Date(rapid.SampledFrom([]int{40, 90, 180, 260}).Draw(t, "days"))
		s.product = rules.Product{
			DelinquentAfter: rapid.IntRange(0, 3).Draw(t, "N1"), ChargeOffAfter: rapid.IntRange(0, 3).Draw(t, "N2"),
			GraceDays: rapid.SampledFrom([]int{0, 0, 1, 5, 15, 45}).Draw(t, "grace"), ClosesOnPayoff: rapid.IntRange(0, 3).Draw(t, "closes") > 0,
			PayoffHoldDays: rapid.SampledFrom([]int{0, 0, 1, 5}).Draw(t, "hold"), PortfolioType: "I", TermsFrequency: "M",
		}
		if rapid.IntRange(0, 4).Draw(t, "promotion") == 0 {
			s.promo = s.within(t, "promotion ends")
		}
		for range rapid.IntRange(0, 1).Draw(t, "pauses") {
			from := s.within(t, "from")
			s.pauses = append(s.pauses, rules.Pause{
				From: from, To: rapid.SampledFrom([]rules.Date{0, from, from + 40}).Draw(t, "to"), Stay: rapid.IntRange(0, 2).Draw(t, "stay") == 0,
			})
		}
		s.settings(t)
		s.draw(t)
		if rapid.IntRange(0, 5).Draw(t, "cancelled payment") == 0 {
			due := s.events[rapid.IntRange(1, s.cycles()).Draw(t, "of cycle")].on
			s.excused = []rules.Excuse{{DueOn: due, ToldOn: rapid.SampledFrom([]rules.Date{0, due - 1, due, due + 5, due + 50}).Draw(t, "told")}}
		}
		return s
	})
}

func (s *sample) within(t *rapid.T, name string) rules.Date {
	return s.opened + rules.Date(rapid.IntRange(0, int(s.last-s.opened)).Draw(t, name))
}

// settings draws what a plain loan has not.
func (s *sample) settings(t *rapid.T) {
	if rapid.Bool().Draw(t, "plain") {
		return
	}
	s.product.PaymentsAhead = rapid.SampledFrom([]rules.PaymentsAhead{rules.Carry, rules.Whole, rules.Drop}).Draw(t, "payments ahead")
	s.product.DelinquencyMethod = rapid.SampledFrom([]rules.DelinquencyMethod{rules.ByDays, rules.ByMonths}).Draw(t, "method")
	s.matures = rapid.Bool().Draw(t, "matures")
	s.ignores = rapid.IntRange(0, 3).Draw(t, "ignores") == 0
	if rapid.IntRange(0, 3).Draw(t, "deferred") == 0 {
		s.deferredFrom = s.within(t, "deferred from")
		s.deferredUntil = s.deferredFrom + rules.Date(rapid.IntRange(0, 70).Draw(t, "deferred for"))
	}
	if rapid.IntRange(0, 5).Draw(t, "terminated") == 0 {
		s.collateral = s.within(t, "collateral")
	}
}

// cycles is the number of cycles, which follow the first event.
func (s *sample) cycles() (n int) {
	for _, e := range s.events {
		if e.kind == 0 {
			n++
		}
	}
	return n
}

// draw makes the events: the money lent, cycles, entries, and sometimes a pay-off to the cent.
func (s *sample) draw(t *rapid.T) {
	amount := func(name string, of ...rules.Cents) rules.Cents {
		return rapid.SampledFrom(of).Draw(t, name) + rapid.SampledFrom([]rules.Cents{0, 0, 0, 0, 1, 99}).Draw(t, "cents")
	}
	add := func(kind rules.Kind, on rules.Date, amount rules.Cents) {
		e := event{kind: kind, on: on, amount: amount}
		if kind == rules.ReAge {
			e.amount = 0
		}
		e.noCycle = kind == rules.Offset && rapid.Bool().Draw(t, "no cycle")
		if rapid.IntRange(0, 4).Draw(t, "bounces") == 0 {
			e.undoneOn = on + rules.Date(rapid.IntRange(0, 60).Draw(t, "after"))
		}
		s.events = append(s.events, e)
	}
	s.events = []event{{kind: rules.Origination, on: s.opened, amount: amount("lent", 100_00, 300_00, 1000_00)}}
	due := s.opened + rules.Date(rapid.IntRange(-5, 40).Draw(t, "first due"))
	for range rapid.IntRange(1, 8).Draw(t, "cycles") {
		s.events = append(s.events, event{on: due, amount: amount("minimum", 0, 50_00, 100_00, 100_00)})
		if s.product.PaymentsAhead == rules.Drop {
			s.events[len(s.events)-1].billed = due - 25
		}
		due += rules.Date(rapid.IntRange(1, 35).Draw(t, "next due"))
	}
	for range rapid.IntRange(0, 10).Draw(t, "entries") {
		kind := rapid.SampledFrom(entryKinds).Draw(t, "kind")
		cents := amount("amount", 50_00, 100_00, 100_00, 200_00)
		if kind == rules.Adjustment && rapid.Bool().Draw(t, "down") {
			cents = -cents
		}
		if kind == rules.Refund && s.product.PaymentsAhead == rules.Whole {
			kind = rules.Payment // what a refund takes back hangs on how many instalments to come are known
		}
		add(kind, s.within(t, "on"), cents)
	}
	for range rapid.IntRange(0, 2).Draw(t, "pay-offs") {
		on := s.within(t, "paid off")
		if balance := (oracle{events: s.events}).balance(on, 0); balance > 0 {
			add(rules.Payment, on, max(1, rules.Cents(balance)+rapid.SampledFrom([]rules.Cents{0, 0, 0, 1, -1}).Draw(t, "off by")))
		}
	}
}

func (s sample) oracle() oracle {
	o := oracle{
		events: s.events, grace: s.product.GraceDays, pauses: s.pauses, ahead: s.product.PaymentsAhead, method: s.product.DelinquencyMethod,
		installment: true, protect: !s.ignores, collateral: s.collateral, deferredFrom: s.deferredFrom, deferredUntil: s.deferredUntil,
		lastDue: s.lastDue(), excused: map[rules.Date]rules.Date{}, memo: map[walked]*purse{},
	}
	for _, e := range s.excused {
		o.excused[e.DueOn] = e.ToldOn
	}
	return o
}

// lastDue is the due date of the last cycle there will be, 0 if it is not known.
func (s sample) lastDue() (last rules.Date) {
	for _, e := range s.events {
		if e.kind == 0 && s.matures {
			last = max(last, e.on)
		}
	}
	return last
}

// terms writes what the lender says of the loan.
func (s sample) terms(l *rules.Loan) {
	l.Product, l.OpenedOn, l.Pauses, l.DeferredFrom, l.DeferredUntil = s.product, s.opened, s.pauses, s.deferredFrom, s.deferredUntil
	l.Excused, l.CollateralOn, l.LastDueOn = s.excused, s.collateral, s.lastDue()
}

// loan is the sample as an active loan at the start of its life.
func (s sample) loan() *night {
	n := active(s.product, s.events...)
	s.terms(&n.loan)
	n.loan.Since, n.loan.PromoEndsOn = s.opened-1, s.promo
	return n
}

// account is the running loan as the file of a date sees it, never reported before.
func (s sample) account(asOf rules.Date) *rules.Account {
	a := account(asOf.String(), s.events...)
	s.terms(&a.Loan)
	if s.ignores {
		a.Program.Accommodations = rules.Ignore
	}
	return a
}

// all calls f with every day of the sample.
func (s sample) all(f func(d rules.Date)) {
	for d := s.opened; d <= s.last; d++ {
		f(d)
	}
}

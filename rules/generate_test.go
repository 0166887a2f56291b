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
}

var entryKinds = []rules.Kind{
	rules.Payment, rules.Payment, rules.Payment, rules.Payment, rules.LateFee, rules.Refund, rules.Waiver, rules.Offset, rules.Interest,
	rules.Fee, rules.LateFeeInterest, rules.ReturnCheckFee, rules.ManualFee, rules.PrepaymentDiscount, rules.Adjustment,
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
			s.pauses = append(s.pauses, rules.Pause{From: from, To: rapid.SampledFrom([]rules.Date{0, from, from + 40}).Draw(t, "to")})
		}
		s.draw(t)
		return s
	})
}

func (s *sample) within(t *rapid.T, name string) rules.Date {
	return s.opened + rules.Date(rapid.IntRange(0, int(s.last-s.opened)).Draw(t, name))
}

// draw makes the events: the money lent, cycles, entries, and sometimes a pay-off to the cent.
func (s *sample) draw(t *rapid.T) {
	amount := func(name string, of ...rules.Cents) rules.Cents {
		return rapid.SampledFrom(of).Draw(t, name) + rapid.SampledFrom([]rules.Cents{0, 0, 0, 0, 1, 99}).Draw(t, "cents")
	}
	add := func(kind rules.Kind, on rules.Date, amount rules.Cents) {
		e := event{kind: kind, on: on, amount: amount}
		if rapid.IntRange(0, 4).Draw(t, "bounces") == 0 {
			e.undoneOn = on + rules.Date(rapid.IntRange(0, 60).Draw(t, "after"))
		}
		s.events = append(s.events, e)
	}
	s.events = []event{{kind: rules.Origination, on: s.opened, amount: amount("lent", 100_00, 300_00, 1000_00)}}
	due := s.opened + rules.Date(rapid.IntRange(-5, 40).Draw(t, "first due"))
	for range rapid.IntRange(1, 8).Draw(t, "cycles") {
		s.events = append(s.events, event{on: due, amount: amount("minimum", 0, 50_00, 100_00, 100_00)})
		due += rules.Date(rapid.IntRange(1, 35).Draw(t, "next due"))
	}
	for range rapid.IntRange(0, 10).Draw(t, "entries") {
		kind := rapid.SampledFrom(entryKinds).Draw(t, "kind")
		cents := amount("amount", 50_00, 100_00, 100_00, 200_00)
		if kind == rules.Adjustment && rapid.Bool().Draw(t, "down") {
			cents = -cents
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
	return oracle{events: s.events, grace: s.product.GraceDays, pauses: s.pauses}
}

// loan is the sample as an active loan at the start of its life.
func (s sample) loan() *night {
	n := active(s.product, s.events...)
	n.loan.OpenedOn, n.loan.Since, n.loan.Pauses, n.loan.PromoEndsOn = s.opened, s.opened-1, s.pauses, s.promo
	return n
}

// account is the running loan as the file of a date sees it, never reported before.
func (s sample) account(asOf rules.Date) *rules.Account {
	a := account(asOf.String(), s.events...)
	a.Product, a.OpenedOn = s.product, s.opened
	return a
}

// all calls f with every day of the sample.
func (s sample) all(f func(d rules.Date)) {
	for d := s.opened; d <= s.last; d++ {
		f(d)
	}
}

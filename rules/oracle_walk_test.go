package rules_test

import "github.com/furnisher/furnisher/rules"

// item is what a cycle or a fee asks for, again from the text of EXTRACT.md alone ("How money satisfies cycles").
type item struct {
	fee    bool
	due    rules.Date // of a fee: the day it was charged
	asks   int64
	ahead  int64
	billed bool
	aside  bool
}

// given is money that an item got.
type given struct {
	to     *item
	amount int64
	early  bool
}

// purse is a loan's money at the end of a day.
type purse struct {
	oracle
	reading rules.Date
	items   []*item // cycles in the order of their due dates, then fees in the order of their days
	carried int64
	got     []given
	reAged  rules.Date
	protect bool
}

// walk goes through the days up to d, in the ledger as it reads on a day.
func (o oracle) walk(d, reading rules.Date, protect bool) *purse {
	was := walked{d, reading, protect}
	if p := o.memo[was]; p != nil {
		return p
	}
	p := &purse{oracle: o, reading: reading, protect: protect}
	happens := map[rules.Date]bool{o.deferredUntil + 1: true}
	first := d
	for _, e := range o.events {
		if e.kind == 0 {
			p.items = append(p.items, &item{due: e.on, asks: int64(e.amount)})
		}
		happens[e.on], happens[e.billed] = true, true
		first = min(first, e.on)
		if e.billed != 0 {
			first = min(first, e.billed)
		}
	}
	for _, pause := range o.pauses {
		happens[pause.To+1] = true
	}
	for today := first; today <= d; today++ {
		if happens[today] { // on other days nothing can change
			p.day(today)
		}
	}
	if o.memo != nil {
		o.memo[was] = p
	}
	return p
}

// walked names a walk: to a day, in the ledger as it reads on a day.
type walked struct {
	d, reading rules.Date
	protect    bool
}

// counts says whether an entry is in the ledger that the purse reads, on a day.
func (p *purse) counts(e event, kinds ...rules.Kind) bool {
	if e.undoneOn != 0 && e.undoneOn <= p.reading {
		return false
	}
	for _, kind := range kinds {
		if e.kind == kind {
			return true
		}
	}
	return false
}

// on is what the entries of some kinds of a day add up to.
func (p *purse) on(today rules.Date, kinds ...rules.Kind) (sum int64) {
	for _, e := range p.events {
		if e.on == today && p.counts(e, kinds...) && !p.proceeds(e) {
			sum += int64(e.amount)
		}
	}
	return sum
}

func (p *purse) proceeds(e event) bool {
	return e.kind == rules.Offset && e.noCycle && p.collateral != 0 && e.on >= p.collateral
}

func (p *purse) day(today rules.Date) {
	for _, i := range p.items {
		if p.protect && !i.fee && i.asks > 0 && i.billed && i.due < today && p.accommodated(i.due) && p.end(i.due) <= today {
			i.aside = true
		}
	}
	cycle := -1
	for _, e := range p.events {
		if e.kind != 0 {
			continue
		}
		cycle++
		starts := e.on
		if p.ahead == rules.Drop && e.billed != 0 && e.billed < e.on {
			starts = e.billed
		}
		if i := p.items[cycle]; starts == today {
			i.billed = true
			i.asks -= i.ahead
			p.carried -= p.hand(i, p.carried, false)
		}
	}
	for _, e := range p.events {
		if e.on == today && p.counts(e, rules.Fee, rules.LateFee, rules.LateFeeInterest, rules.ReturnCheckFee, rules.ManualFee) {
			p.items = append(p.items, &item{fee: true, due: today, asks: int64(e.amount), billed: true})
		}
	}
	p.pay(p.waive(p.on(today, rules.Waiver)) + p.on(today, rules.Payment, rules.Offset, rules.PrepaymentDiscount))
	end := p.balance(today, p.reading)
	if refund := p.on(today, rules.Refund); refund > 0 {
		credit := max(0, refund-end) // the balance before the refund was end less refund
		p.takeBack(max(0, refund-credit))
	}
	p.close(today, end)
}

// close is what the balance does at the end of a day (rule 5, Q6, Q87, Q88).
func (p *purse) close(today rules.Date, end int64) {
	reAged := false
	for _, e := range p.events {
		reAged = reAged || e.on == today && p.counts(e, rules.ReAge) && (p.collateral == 0 || today < p.collateral)
	}
	for _, i := range p.items {
		if !i.fee && i.due == today {
			i.asks = min(i.asks, max(0, end))
		}
		if i.billed && (end <= 0 || reAged && i.due <= today) {
			i.asks = 0
		}
	}
	if end <= 0 || reAged {
		p.got = nil
	}
	if reAged && end > 0 {
		p.reAged = today
	}
}

// hand gives money to an item, as much as it asks for.
func (p *purse) hand(i *item, money int64, early bool) int64 {
	money = min(money, i.asks)
	if early {
		i.ahead += money
	} else {
		i.asks -= money
	}
	if money > 0 {
		p.got = append(p.got, given{i, money, early})
	}
	return money
}

func (p *purse) pay(money int64) {
	for _, fees := range []bool{false, true} {
		for _, i := range p.items {
			if i.fee == fees && i.billed && !i.aside {
				money -= p.hand(i, money, false)
			}
		}
	}
	switch p.ahead {
	case rules.Drop:
	case rules.Whole:
		for _, i := range p.items {
			if i.fee || i.billed || i.ahead == i.asks {
				continue
			}
			if money < i.asks {
				return
			}
			money -= p.hand(i, money, true)
		}
	default:
		p.carried += money
	}
}

func (p *purse) waive(money int64) (beyond int64) {
	for k := len(p.items) - 1; k >= 0; k-- {
		if i := p.items[k]; i.fee {
			lower := min(money, i.asks)
			i.asks -= lower
			money -= lower
		}
	}
	return money
}

func (p *purse) takeBack(money int64) {
	carried := min(money, p.carried)
	p.carried -= carried
	for money -= carried; money > 0 && len(p.got) > 0; {
		last := &p.got[len(p.got)-1]
		back := min(money, last.amount)
		if last.early && !last.to.billed {
			last.to.ahead -= back
		} else {
			last.to.asks += back
		}
		money -= back
		if last.amount -= back; last.amount == 0 {
			p.got = p.got[:len(p.got)-1]
		}
	}
}

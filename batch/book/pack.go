package book

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/furnisher/furnisher/rules"
)

// packedVersion begins every packed row. A row of another version is made anew whenever it is read, and kept so only once the
// loan is looked at: with a new version comes a migration that wakes the book.
const packedVersion = 5

// statuses gives account statuses their numbers in a packed row: only ever append.
var statuses = rules.Statuses()

// newLedger returns the ledger of entries and dues, which are ordered in place: the same ones in any order make the
// same ledger, those of one day too.
func newLedger(entries []rules.Entry, dues []rules.Due) rules.Ledger {
	slices.SortFunc(entries, func(a, b rules.Entry) int {
		return cmp.Or(cmp.Compare(a.Effective, b.Effective), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Amount, b.Amount), cmp.Compare(a.UndoneOn, b.UndoneOn), cmp.Compare(kindByte(a), kindByte(b)))
	})
	return rules.NewLedger(entries, dues)
}

// appendOpen writes the facts but for the consumers as bytes behind dst. Numbers and dates are varints, a text is its length
// and its bytes. The order of the parts is that of Facts; a change of it is a new packedVersion.
func (f *Facts) appendOpen(dst []byte) []byte {
	p := packer{dst}
	p.terms(&f.Terms)
	p.state(&f.State)
	p.date(f.HoldUntil)
	p.date(f.PromoEndsOn)
	p.count(len(f.Pauses))
	for _, pause := range f.Pauses {
		p.date(pause.From)
		p.date(pause.To)
		p.flags(pause.Stay)
	}
	further := f.Terms.Further != Further{}
	p.flags(f.Termination != nil, further, len(f.Cases) > 0, len(f.Cancelled) > 0)
	if t := f.Termination; t != nil {
		p.date(t.On)
		p.text(t.Reason)
		p.text(t.ReportAsDeleted)
		p.date(t.RescindedOn)
	}
	if further {
		p.further(&f.Terms.Further)
	}
	if len(f.Cases) > 0 {
		p.cases(f.Cases)
	}
	if len(f.Cancelled) > 0 {
		p.cancelled(f.Cancelled)
	}
	p.ledger(f.Ledger)
	return p.packed
}

// appendPersonal writes the consumers as bytes behind dst.
func (f *Facts) appendPersonal(dst []byte) []byte {
	p := packer{dst}
	p.count(len(f.Consumers))
	for i := range f.Consumers {
		p.consumer(&f.Consumers[i])
	}
	return p.packed
}

type packer struct{ packed []byte }

func (p *packer) number(n int64)      { p.packed = binary.AppendVarint(p.packed, n) }
func (p *packer) count(n int)         { p.packed = binary.AppendUvarint(p.packed, uint64(n)) }
func (p *packer) date(d rules.Date)   { p.number(int64(d)) }
func (p *packer) cents(c rules.Cents) { p.number(int64(c)) }

func (p *packer) text(s string) {
	p.count(len(s))
	p.packed = append(p.packed, s...)
}

// flags writes up to eight booleans as one byte.
func (p *packer) flags(flags ...bool) {
	var b byte
	for i, flag := range flags {
		if flag {
			b |= 1 << i
		}
	}
	p.packed = append(p.packed, b)
}

func (p *packer) terms(t *Terms) {
	p.number(t.Program)
	p.number(t.Product)
	p.text(t.AccountNumber)
	p.text(t.CycleID)
	p.date(t.OpenedOn)
	p.flags(t.Furnish, t.HasSchedule, t.ChangedProgram, t.OlderHolder, t.DeletedHolder)
	p.cents(t.OriginalAmount)
	p.cents(t.CreditLimit)
	p.cents(t.HighestBalance)
	p.text(t.TermsDuration)
	p.cents(t.ScheduledPayment)
	p.text(t.Baseline.History)
	p.date(t.Baseline.FirstDelinquencyOn)
	p.date(t.Baseline.LastReportedOn)
	p.date(t.DeletionReportedOn)
}

func (p *packer) state(s *rules.State) {
	p.count(slices.Index(statuses, s.Status)) // a status that is none of them cannot be in the book
	p.date(s.Since)
	p.flags(s.ByHand, s.BoardedClosed)
	p.date(s.ClosedOn)
	p.count(s.Episode)
	p.date(s.CountFrom)
	p.date(s.ReopenedOn)
	p.date(s.ChargedOffOn)
	p.cents(s.ChargeOff)
}

func (p *packer) consumer(c *Consumer) {
	p.number(c.Customer)
	p.count(c.Position)
	employed := c.Employer != Employer{}
	p.flags(c.IsBusiness, employed)
	p.date(c.DateOfBirth)
	for _, text := range c.texts() {
		p.text(*text)
	}
	if employed {
		for _, text := range c.Employer.texts() {
			p.text(*text)
		}
	}
}

// texts are the places of a consumer's texts, in the order in which they are packed and read.
func (c *Consumer) texts() [15]*string {
	return [15]*string{
		&c.ECOACode, &c.Surname, &c.FirstName, &c.MiddleName, &c.GenerationCode, &c.SSN, &c.Phone, &c.Address1, &c.Address2,
		&c.City, &c.State, &c.PostalCode, &c.CountryCode, &c.AddressIndicator, &c.ResidenceCode,
	}
}

// noCycle is set in the kind of an entry that names no cycle.
const noCycle = 0x80

func kindByte(e rules.Entry) byte {
	if e.NoCycle {
		return byte(e.Kind) | noCycle
	}
	return byte(e.Kind)
}

// ledger writes a ledger of newLedger: for each entry its kind, amount, days since the entry before, and days until it
// was undone plus one; for each due its cycle's number, days since the due before and minimum due, and the days from bill to
// due date, once if they are the same for all.
func (p *packer) ledger(l rules.Ledger) {
	p.count(len(l.Entries))
	var before rules.Date
	for _, e := range l.Entries {
		p.packed = append(p.packed, kindByte(e))
		p.cents(e.Amount)
		p.date(e.Effective - before)
		undone := rules.Date(0)
		if e.UndoneOn != 0 {
			undone = e.UndoneOn - e.Effective + 1
		}
		p.date(undone)
		before = e.Effective
	}
	p.count(len(l.Dues))
	before = 0
	for _, d := range l.Dues {
		p.number(int64(d.No))
		p.date(d.DueOn - before)
		p.cents(d.MinimumDue)
		before = d.DueOn
	}
	p.billed(l.Dues)
}

func (p *packer) billed(dues []rules.Due) {
	if len(dues) == 0 {
		return
	}
	lead := func(d rules.Due) rules.Date { return d.DueOn - d.BilledOn }
	same := !slices.ContainsFunc(dues, func(d rules.Due) bool { return lead(d) != lead(dues[0]) })
	p.flags(same)
	if same {
		dues = dues[:1]
	}
	for _, d := range dues {
		p.date(lead(d))
	}
}

var errPacked = errors.New("a packed row is damaged")

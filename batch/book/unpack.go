package book

import (
	"math"

	"github.com/furnisher/furnisher/rules"
)

// readOpen reads what appendOpen wrote. It keeps the memory of f's slices, and copies the packed bytes once: the texts of f
// are parts of that copy.
func (f *Facts) readOpen(packed []byte) error {
	r := unpacker{rest: string(packed)}
	r.terms(&f.Terms)
	r.state(&f.State)
	f.HoldUntil, f.PromoEndsOn = r.date(), r.date()
	f.Pauses = resized(f.Pauses, r.count())
	for i := range f.Pauses {
		f.Pauses[i] = rules.Pause{From: r.date(), To: r.date(), Stay: r.flags() != 0}
	}
	r.rare(f)
	r.ledger(&f.Ledger)
	return r.end()
}

// readPersonal reads what appendPersonal wrote, as readOpen does.
func (f *Facts) readPersonal(packed []byte) error {
	r := unpacker{rest: string(packed)}
	f.Consumers = resized(f.Consumers, r.count())
	for i := range f.Consumers {
		r.consumer(&f.Consumers[i])
	}
	return r.end()
}

// end says whether all was read and fitted.
func (r *unpacker) end() error {
	if r.damaged || r.rest != "" {
		return errPacked
	}
	return nil
}

// resized returns a slice of n elements, in the memory of s if that is enough.
func resized[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n, n+n/2)
}

// unpacker reads the parts of a packed row; damaged says that something did not fit, and all that follows is zero.
type unpacker struct {
	rest    string
	damaged bool
}

// number reads a zigzag varint.
func (r *unpacker) number() int64 {
	n := r.unsigned()
	return int64(n>>1) ^ -int64(n&1)
}

func (r *unpacker) unsigned() uint64 {
	if len(r.rest) > 0 && r.rest[0] < 0x80 { // most of them
		n := uint64(r.rest[0])
		r.rest = r.rest[1:]
		return n
	}
	var n uint64
	for i := 0; i < len(r.rest) && i < 10; i++ {
		n |= uint64(r.rest[i]&0x7f) << (7 * i)
		if r.rest[i] < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.rest, r.damaged = "", true
	return 0
}

func (r *unpacker) date() rules.Date {
	n := r.number()
	if n < math.MinInt32 || n > math.MaxInt32 {
		r.damaged = true
	}
	return rules.Date(n)
}

// days reads how many days one date lies after another.
func (r *unpacker) days() rules.Date {
	d := r.date()
	if d < 0 {
		r.damaged = true
	}
	return d
}

func (r *unpacker) cents() rules.Cents { return rules.Cents(r.number()) }

// count reads how many items follow: never more than there are bytes.
func (r *unpacker) count() int {
	n := r.unsigned()
	if n > uint64(len(r.rest)) {
		r.damaged = true
		return 0
	}
	return int(n)
}

func (r *unpacker) text() string {
	n := r.count()
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *unpacker) flags() byte {
	if r.rest == "" {
		r.damaged = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *unpacker) terms(t *Terms) {
	t.Program, t.Product = r.number(), r.number()
	t.AccountNumber, t.CycleID = r.text(), r.text()
	t.OpenedOn = r.date()
	flags := r.flags()
	t.Furnish, t.HasSchedule, t.ChangedProgram = flags&1 != 0, flags&2 != 0, flags&4 != 0
	t.OlderHolder, t.DeletedHolder = flags&8 != 0, flags&16 != 0
	t.OriginalAmount, t.CreditLimit, t.HighestBalance = r.cents(), r.cents(), r.cents()
	t.TermsDuration = r.text()
	t.ScheduledPayment = r.cents()
	t.Baseline = rules.Baseline{History: r.text(), FirstDelinquencyOn: r.date(), LastReportedOn: r.date()}
	t.DeletionReportedOn = r.date()
}

func (r *unpacker) state(s *rules.State) {
	status := r.unsigned()
	if status >= uint64(len(statuses)) {
		r.damaged, status = true, 0
	}
	s.Status = statuses[status]
	s.Since = r.date()
	flags := r.flags()
	s.ByHand, s.BoardedClosed = flags&1 != 0, flags&2 != 0
	s.ClosedOn = r.date()
	s.Episode = int(r.unsigned())
	s.CountFrom, s.ReopenedOn, s.ChargedOffOn = r.date(), r.date(), r.date()
	s.ChargeOff = r.cents()
}

func (r *unpacker) consumer(c *Consumer) {
	c.Customer = r.number()
	c.Position = int(r.unsigned())
	flags := r.flags()
	c.IsBusiness = flags&1 != 0
	c.DateOfBirth = r.date()
	for _, text := range c.texts() {
		*text = r.text()
	}
	c.Employer = Employer{}
	if flags&2 != 0 {
		for _, text := range c.Employer.texts() {
			*text = r.text()
		}
	}
}

func (r *unpacker) ledger(l *rules.Ledger) {
	l.Entries = resized(l.Entries, r.count())
	var before rules.Date
	for i := range l.Entries {
		e := &l.Entries[i]
		e.Kind, e.NoCycle = r.kind()
		e.Amount = r.cents()
		e.Effective = before + r.days()
		e.UndoneOn = 0
		if undone := r.days(); undone != 0 {
			e.UndoneOn = e.Effective + undone - 1
		}
		before = e.Effective
	}
	l.Dues = resized(l.Dues, r.count())
	before = 0
	for i := range l.Dues {
		d := &l.Dues[i]
		d.No = int(r.number())
		d.DueOn = before + r.days()
		d.MinimumDue = r.cents()
		before = d.DueOn
	}
	r.billed(l.Dues)
}

func (r *unpacker) billed(dues []rules.Due) {
	if len(dues) == 0 {
		return
	}
	same := r.flags() != 0
	lead := r.date()
	for i := range dues {
		if i > 0 && !same {
			lead = r.date()
		}
		dues[i].BilledOn = dues[i].DueOn - lead
	}
}

func (r *unpacker) kind() (kind rules.Kind, none bool) {
	b := r.flags()
	kind = rules.Kind(b &^ noCycle)
	if !kind.Valid() {
		r.damaged = true
	}
	return kind, b&noCycle != 0
}

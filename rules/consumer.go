package rules

import (
	"fmt"
	"strconv"
	"strings"
)

// Consumer is a customer of a loan, without a personal value.
type Consumer struct {
	ID        int64 // the customer's key: positions may change
	Position  int
	ECOA      string // as the lender says
	Business  bool
	Household int // consumers at one address have the same number, from 1
}

// Segment is the part of a record that holds a consumer (FORMAT.md 3.18).
type Segment string

// The segments of a consumer. A consumer who is left out has none.
const (
	LeftOut     Segment = ""
	SegmentBase Segment = "base"
	SegmentJ1   Segment = "j1" // at the address of the base segment
	SegmentJ2   Segment = "j2" // at an address of its own
)

// FurnishedConsumer is what a tradeline says of a consumer. For one who is left out it is what was said last.
type FurnishedConsumer struct {
	ID       int64
	Position int
	Segment  Segment
	ECOA     string
	CII      string // consumer information indicator
}

// ECOA codes that rules name (FORMAT.md 2.10).
const (
	ecoaAuthorizedUser = "3"
	ecoaTerminated     = "T"
	ecoaBusiness       = "W"
	ecoaDeceased       = "X"
	ecoaDeleted        = "Z"
)

// leaves reports whether an ECOA code ends the consumer's association: it is said once (FORMAT.md 2.10, Q66).
func leaves(ecoa string) bool {
	return ecoa == ecoaTerminated || ecoa == ecoaDeceased || ecoa == ecoaDeleted
}

// business reports whether c is a company.
func (c *Consumer) business() bool { return c.Business || c.ECOA == ecoaBusiness }

// ordinary reports whether f is just what the loan says of its consumer.
func (f *FurnishedConsumer) ordinary(c *Consumer) bool {
	return f.Segment != LeftOut && f.CII == "" && f.ECOA == c.ECOA && !leaves(f.ECOA)
}

// consumerSaid decides what the file says of one consumer: the ECOA code, the indicator, and whether the consumer is left
// out. Everything that changes a consumer's word is decided here; place finds the segment afterwards.
func (a *decision) consumerSaid(t *Tradeline, c *Consumer) FurnishedConsumer {
	said, last := FurnishedConsumer{ID: c.ID, Position: c.Position, Segment: SegmentJ2, ECOA: c.ECOA}, a.lastSaid(c)
	if last != nil && leaves(c.ECOA) && last.ECOA == c.ECOA {
		said.Segment, said.CII = LeftOut, last.CII
	}
	if t.Deletion() != "" { // as last reported (FORMAT.md 3.8)
		return said
	}
	if len(a.Cases) > 0 || last != nil && last.CII != "" {
		if fact, changed := a.sayByCase(c, last, &said); changed {
			t.Facts.add(fact)
		}
	}
	return said
}

// lastSaid returns what the last tradeline said of a consumer, nil if it was just what the loan says.
func (a *decision) lastSaid(c *Consumer) *FurnishedConsumer {
	if len(a.Tradelines) == 0 {
		return nil
	}
	last := a.Tradelines[0].Consumers
	for i := range last {
		if last[i].ID == c.ID {
			return &last[i]
		}
	}
	return nil
}

// place decides who is in the record and in which segment, and keeps in Consumers what the next file must know. The first
// natural person by position who is not an authorized user is the base segment, a business only if there is no such person
// (Q58). The exclusion says that everyone who was liable has been left out: the account is over (Q54).
func (a *decision) place(t *Tradeline) (*Exclusion, error) {
	if len(a.Consumers) == 0 {
		return nil, &Undecidable{CodeNoConsumer, "the loan has no consumer: import its customers"}
	}
	if a.Consumers[0].Position != 1 {
		return nil, &Undecidable{CodeNoConsumer, "the loan has no consumer at position 1, the base segment"}
	}
	ordinary, left := true, false
	for i := range a.Consumers {
		said := a.consumerSaid(t, &a.Consumers[i])
		if t.Deletion() != "" && said.Segment == LeftOut { // a deletion covers everyone (FORMAT.md 3.8)
			said.Segment = SegmentJ2
		}
		ordinary = ordinary && said.ordinary(&a.Consumers[i])
		left = left || said.Segment == LeftOut
		t.Placed = append(t.Placed, said)
	}
	base := a.base(t.Placed)
	switch {
	case base < 0 && left:
		return &Exclusion{NobodyLiable, "Q54", "every liable consumer has left the account"}, nil
	case base < 0:
		return nil, &Undecidable{CodeNoConsumer, "the loan has no liable consumer"}
	}
	for i := range t.Placed {
		if said := &t.Placed[i]; i == base {
			said.Segment = SegmentBase
		} else if said.Segment != LeftOut && !a.Consumers[i].business() && a.Consumers[i].Household == a.Consumers[base].Household {
			said.Segment = SegmentJ1
		}
	}
	if !ordinary {
		t.Consumers = t.Placed
		t.Final = t.Final || a.lastWord(t.Placed)
	}
	return nil, nil
}

// base returns the consumer of the base segment (Q58), -1 for none. One who was never a consumer of the account (Z) is in it
// only if there is nobody else.
func (a *decision) base(placed []FurnishedConsumer) int {
	company, deleted := -1, -1
	for i := range placed {
		switch c := &a.Consumers[i]; {
		case placed[i].Segment == LeftOut || c.ECOA == ecoaAuthorizedUser:
		case placed[i].ECOA == ecoaDeleted:
			deleted = i
		case !c.business():
			return i
		case company < 0:
			company = i
		}
	}
	if company < 0 {
		return deleted
	}
	return company
}

// lastWord reports whether the next file leaves out everyone who is liable: the account is over with this one (Q54, Q75).
func (a *decision) lastWord(placed []FurnishedConsumer) bool {
	for i := range placed {
		said := &placed[i]
		if a.Consumers[i].ECOA != ecoaAuthorizedUser && said.Segment != LeftOut && !leaves(said.ECOA) && !dischargeIndicator(said.CII) {
			return false
		}
	}
	return true
}

// FurnishedConsumers is what a tradeline said of all its consumers, kept for the next file. It is nil if nobody was left out
// and the file said of everyone just what the loan says.
type FurnishedConsumers []FurnishedConsumer

// String returns the consumers as one text, empty for nil: for each its ID, position, segment, ECOA code and indicator.
func (f FurnishedConsumers) String() string {
	var text []byte
	for i := range f {
		if i > 0 {
			text = append(text, ' ')
		}
		text = append(strconv.AppendInt(text, f[i].ID, 10), ':')
		text = append(strconv.AppendInt(text, int64(f[i].Position), 10), ':')
		text = append(text, string(f[i].Segment)+":"+f[i].ECOA+":"+f[i].CII...)
	}
	return string(text)
}

// Scan reads what String returns.
func (f *FurnishedConsumers) Scan(src any) error {
	var text string
	switch v := src.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		return fmt.Errorf("scan %T into furnished consumers", src)
	}
	*f = nil
	for _, item := range strings.Fields(text) {
		part := strings.Split(item, ":")
		if len(part) != 5 {
			return fmt.Errorf("%q is not a furnished consumer", item)
		}
		id, err := strconv.ParseInt(part[0], 10, 64)
		if err != nil {
			return fmt.Errorf("furnished consumer: %w", err)
		}
		position, err := strconv.Atoi(part[1])
		if err != nil {
			return fmt.Errorf("furnished consumer: %w", err)
		}
		*f = append(*f, FurnishedConsumer{ID: id, Position: position, Segment: Segment(part[2]), ECOA: part[3], CII: part[4]})
	}
	return nil
}

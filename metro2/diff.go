package metro2

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
)

// Change says how something differs between two files.
type Change string

const (
	// Added is in the second file only.
	Added Change = "added"
	// Removed is in the first file only.
	Removed Change = "removed"
	// Changed is in both, with different content.
	Changed Change = "changed"
)

// Difference is one record that differs between two files.
type Difference struct {
	Change               Change `json:"change"`
	Kind                 string `json:"kind"` // as [Kind.String]: "data", "header", "trailer" or "unknown"
	IdentificationNumber string `json:"identification_number"`
	AccountNumber        string `json:"account_number"` // masked unless asked
	RecordA              int    `json:"record_a"`       // number in the first file, 0 when added
	RecordB              int    `json:"record_b"`       // number in the second file, 0 when removed
	// Fields that differ, for a changed record. The descriptor word is left out:
	// it follows from the segments.
	Fields []FieldChange `json:"fields"`
}

// FieldChange is one field that differs. From and To are as the Value of a
// [FieldValue], or its Raw when the bytes are not what belongs in the field.
type FieldChange struct {
	Change   Change `json:"change"` // Added: was empty, or its segment is new
	Segment  string `json:"segment"`
	Index    int    `json:"index"`
	Num      string `json:"number"`
	Key      string `json:"field"`
	Name     string `json:"name"`
	Position int    `json:"position"`
	From     string `json:"from"`
	To       string `json:"to"`
	FromText string `json:"from_meaning"`
	ToText   string `json:"to_meaning"`
	Hidden   bool   `json:"hidden"` // From and To are masked
}

// DiffSummary counts records: header, trailer and data records alike.
type DiffSummary struct {
	Equal   int `json:"equal"`
	Changed int `json:"changed"`
	Added   int `json:"added"`
	Removed int `json:"removed"`

	KnownA int `json:"-"` // records of the first file that are not of unknown kind
	KnownB int `json:"-"` // of the second
}

// Different reports whether there was any difference.
func (s DiffSummary) Different() bool { return s.Changed+s.Added+s.Removed > 0 }

// DiffOptions say how two files are compared.
type DiffOptions struct {
	Unmask bool // show what identifies a person
}

var errDiffSource = errors.New("metro2: the first file changed while it was compared")

// Diff compares two files account by account, whatever the order of their
// records, their forms and line ends, and calls each for every record that
// differs: changed and added ones in the order of b, then removed ones in the
// order of a. An account is known by identification and account number; when a
// file holds several records of one account, the first is compared with the
// first, the second with the second. Headers and trailers are compared in the
// same way, and a record of unknown kind by its bytes alone.
//
// Of a it keeps less than 200 bytes a record, of b none; the records of a that differ
// are read again. It stops at an error of the readers or of each. What is
// handed to each belongs to it.
func Diff(a *io.SectionReader, b io.Reader, options DiffOptions, each func(Difference) error) (DiffSummary, error) {
	d := differ{a: a, options: options, each: each, seed: maphash.MakeSeed(), index: map[[2]uint64]uint32{}}
	if err := d.readA(); err != nil {
		return d.summary, err
	}
	if err := d.readB(b); err != nil {
		return d.summary, err
	}
	return d.summary, d.removed()
}

// diffEntry is what is kept of a record of the first file.
type diffEntry struct {
	offset  int64
	content uint64 // hash of what the record says
	record  uint32
	length  uint32
	count   uint32 // records of this key in the first file; in the entry of its first one
	seen    uint32 // records of this key met in the second file; likewise
	kind    Kind
	matched bool
}

type differ struct {
	a       *io.SectionReader
	readerA *Reader // the one that has read a: it knows the form and framing
	options DiffOptions
	each    func(Difference) error
	seed    maphash.Seed
	entries []diffEntry          // of the first file, in its order
	index   map[[2]uint64]uint32 // their numbers; nothing here holds a pointer that would have to be followed
	summary DiffSummary
	key     []byte
	text    []byte
}

func (d *differ) readA() error {
	d.readerA = NewReader(d.a)
	return d.readEach(d.readerA, &d.summary.KnownA, func(item *Item) error {
		key := d.keyOf(d.readerA, 0)
		entry := diffEntry{
			offset: item.Offset, length: uint32(len(item.Raw)), record: uint32(item.RecordNo),
			kind: item.Kind, content: d.contentOf(d.readerA),
		}
		if first, known := d.index[key]; known {
			d.entries[first].count++
			key = d.keyOf(d.readerA, d.entries[first].count-1)
		} else {
			entry.count = 1
		}
		d.index[key] = uint32(len(d.entries))
		d.entries = append(d.entries, entry)
		return nil
	})
}

func (d *differ) readEach(r *Reader, known *int, work func(*Item) error) error {
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if item.Kind != KindUnknown {
			*known++
		}
		if err := work(item); err != nil {
			return err
		}
	}
}

func (d *differ) readB(b io.Reader) error {
	r := NewReader(b)
	return d.readEach(r, &d.summary.KnownB, func(item *Item) error {
		entry := d.partner(r)
		switch {
		case entry == nil:
			d.summary.Added++
			return d.report(r, Difference{Change: Added, RecordB: item.RecordNo})
		case entry.content == d.contentOf(r):
			d.summary.Equal++
			return nil
		}
		return d.compare(entry, r)
	})
}

// partner finds the record of the first file that is to be compared with the
// one that r has read, nil when there is none.
func (d *differ) partner(r *Reader) *diffEntry {
	number, known := d.index[d.keyOf(r, 0)]
	if !known {
		return nil
	}
	first := &d.entries[number]
	if first.seen == first.count {
		return nil
	}
	entry := first
	if first.seen > 0 {
		entry = &d.entries[d.index[d.keyOf(r, first.seen)]]
	}
	first.seen++
	entry.matched = true
	return entry
}

// keyOf returns the hash under which the record that r has read is kept: of the
// account, and of how many records of the account stand before it.
func (d *differ) keyOf(r *Reader, before uint32) [2]uint64 {
	k := append(d.key[:0], byte(r.item.Kind), byte(before), byte(before>>8), byte(before>>16), byte(before>>24))
	switch r.item.Kind {
	case KindData:
		b := &r.item.Record.Base
		k = append(append(append(k, b.IdentificationNumber...), 0), b.AccountNumber...)
	case KindUnknown:
		k = append(k, r.data...)
	}
	d.key = k
	low := maphash.Bytes(d.seed, k)
	k = append(k, 0xff)
	return [2]uint64{low, maphash.Bytes(d.seed, k)}
}

// contentOf returns a hash that is the same for two records that say the same
// in every field. The reverse need not hold: then fields are compared.
func (d *differ) contentOf(r *Reader) uint64 {
	data := r.data
	if r.form == Packed && len(r.item.Problems) == 0 {
		if text, err := appendItem(d.text[:0], &r.item, Character); err == nil {
			data, d.text = text, text
		}
	}
	return maphash.Bytes(d.seed, data)
}

// appendItem writes a record of any kind but the unknown one.
func appendItem(dst []byte, item *Item, form Form) ([]byte, error) {
	switch item.Kind {
	case KindHeader:
		return AppendHeader(dst, item.Header, form)
	case KindTrailer:
		return AppendTrailer(dst, item.Trailer, form)
	}
	return AppendRecord(dst, item.Record, form)
}

func (d *differ) compare(entry *diffEntry, r *Reader) error {
	b := r.explain()
	if err := d.readAgain(entry); err != nil {
		return err
	}
	fields := compareFields(d.readerA.explain(), b, d.options.Unmask)
	if len(fields) == 0 {
		d.summary.Equal++
		return nil
	}
	d.summary.Changed++
	return d.report(r, Difference{Change: Changed, RecordA: int(entry.record), RecordB: r.item.RecordNo, Fields: fields})
}

// readAgain makes the reader of the first file look at one of its records anew.
func (d *differ) readAgain(entry *diffEntry) error {
	raw := make([]byte, entry.length)
	if _, err := d.a.ReadAt(raw, entry.offset); err != nil {
		return fmt.Errorf("metro2: read file: %w", err)
	}
	r := d.readerA
	r.astray = false
	r.item = Item{RecordNo: int(entry.record), Raw: raw}
	r.interpret(raw)
	if d.contentOf(r) != entry.content {
		return errDiffSource
	}
	return nil
}

func (d *differ) removed() error {
	for i := range d.entries {
		entry := &d.entries[i]
		if entry.matched {
			continue
		}
		d.summary.Removed++
		if entry.kind == KindUnknown { // its framing may have been lost
			if err := d.each(Difference{Change: Removed, Kind: entry.kind.String(), RecordA: int(entry.record)}); err != nil {
				return fmt.Errorf("metro2: report a difference: %w", err)
			}
			continue
		}
		if err := d.readAgain(entry); err != nil {
			return err
		}
		if err := d.report(d.readerA, Difference{Change: Removed, RecordA: int(entry.record)}); err != nil {
			return err
		}
	}
	return nil
}

// report completes a difference by what r has read.
func (d *differ) report(r *Reader, out Difference) error {
	out.Kind = r.item.Kind.String()
	if r.item.Kind == KindData {
		b := &r.item.Record.Base
		out.IdentificationNumber, out.AccountNumber = b.IdentificationNumber, b.AccountNumber
		if !d.options.Unmask && b.AccountNumber != "" {
			out.AccountNumber = maskAccount(b.AccountNumber)
		}
	}
	if err := d.each(out); err != nil {
		return fmt.Errorf("metro2: report a difference: %w", err)
	}
	return nil
}

// fieldID is what makes two fields the same one.
type fieldID struct {
	segment string
	index   int
	key     string
}

func (v *FieldValue) id() fieldID { return fieldID{v.Segment, v.Index, v.Key} }

// compareFields lists the fields that differ: those of a in its order, then
// those that only b has.
func compareFields(a, b []FieldValue, unmask bool) []FieldChange {
	others := make(map[fieldID]*FieldValue, len(b))
	for i := range b {
		others[b[i].id()] = &b[i]
	}
	var out []FieldChange
	for i := range a {
		other := others[a[i].id()]
		delete(others, a[i].id())
		out = appendChange(out, &a[i], other, unmask)
	}
	for i := range b {
		if others[b[i].id()] != nil {
			out = appendChange(out, nil, &b[i], unmask)
		}
	}
	return out
}

func appendChange(out []FieldChange, a, b *FieldValue, unmask bool) []FieldChange {
	from, to := a.exact(), b.exact()
	if from == to {
		return out
	}
	v := cmp.Or(b, a)
	c := FieldChange{
		Change: Changed, Segment: v.Segment, Index: v.Index, Num: v.Num, Key: v.Key, Name: v.Name, Position: v.Position,
	}
	switch {
	case from == "":
		c.Change = Added
	case to == "":
		c.Change = Removed
	}
	c.From, c.FromText = a.shown(unmask, &c.Hidden)
	c.To, c.ToText = b.shown(unmask, &c.Hidden)
	return append(out, c)
}

// exact tells a value from every other one. A nil field is one of a segment
// that is not there.
func (v *FieldValue) exact() string {
	switch {
	case v == nil || v.Key == "rdw" && !v.faulty || v.Key == "" && !v.faulty:
		return ""
	case v.faulty:
		return v.Raw
	}
	return v.Value
}

func (v *FieldValue) shown(unmask bool, hidden *bool) (value, meaning string) {
	if v == nil {
		return "", ""
	}
	shown := *v
	if !unmask {
		shown.hide()
	}
	*hidden = *hidden || shown.Hidden
	if shown.faulty {
		return shown.Raw, shown.Meaning
	}
	return shown.exact(), shown.Meaning
}

package intake

import (
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// row is one record on its way: the staged text of each column of the table, nil when absent.
type row struct {
	table   *table
	values  [][]byte
	scratch []byte // memory of values that are not a slice of the record
	signed  bool   // an amount of the record was written with a sign
	escaped bool   // a value may have a backslash
}

// number keeps n as text.
func (r *row) number(n int64) []byte {
	start := len(r.scratch)
	r.scratch = strconv.AppendInt(r.scratch, n, 10)
	return r.scratch[start:]
}

// text keeps the concatenated parts.
func (r *row) text(parts ...[]byte) []byte {
	start := len(r.scratch)
	for _, p := range parts {
		r.scratch = append(r.scratch, p...)
	}
	r.escaped = true
	return r.scratch[start:]
}

// get returns the value of a column, nil when absent.
func (r *row) get(name string) []byte { return r.values[r.table.index(name)] }

func (r *row) has(name string) bool { return r.get(name) != nil }

func (r *row) set(name string, value []byte) { r.values[r.table.index(name)] = value }

// date returns the value of a column of dates, 0 when absent. The parser has looked at it.
func (r *row) date(name string) rules.Date {
	if !r.has(name) {
		return 0
	}
	d, err := rules.ParseDate(string(r.get(name)))
	if err != nil {
		return 0
	}
	return d
}

// setDate sets a column of dates; 0 is absent.
func (r *row) setDate(name string, d rules.Date) {
	if d == 0 {
		r.set(name, nil)
		return
	}
	r.set(name, []byte(d.String()))
}

// cents returns the value of a column of amounts, 0 when absent. The parser has looked at it.
func (r *row) cents(name string) rules.Cents {
	if !r.has(name) {
		return 0
	}
	n, err := strconv.ParseInt(string(r.get(name)), 10, 64)
	if err != nil {
		return 0
	}
	return rules.Cents(n)
}

// parse reads a record into the row. It returns the first bad column, in the table's order, or nil.
func (r *row) parse(s *source, record [][]byte) *Reject {
	r.scratch, r.signed, r.escaped = r.scratch[:0], false, false
	for i := range r.table.columns {
		c := &r.table.columns[i]
		var raw []byte
		if s.place[i] >= 0 {
			raw = record[s.place[i]]
		}
		r.values[i] = nil
		if len(raw) == 0 {
			if c.required {
				return &Reject{Column: c.name, ValueClass: classEmpty, Reason: "a value is required"}
			}
			if c.absent != "" {
				r.values[i] = []byte(c.absent)
			}
			continue
		}
		class, kinds := flaw(raw, c.kind.limit)
		if class != "" {
			return &Reject{Column: c.name, ValueClass: class, Reason: flawReason(class, c.kind.limit)}
		}
		r.escaped = r.escaped || kinds&byteBackslash != 0
		value, reason := c.kind.parse(r, raw)
		if reason != "" {
			return &Reject{Column: c.name, ValueClass: classOf(raw), Reason: reason}
		}
		r.values[i] = value
	}
	if r.table.check == nil {
		return nil
	}
	return r.table.check(r)
}

func flawReason(class string, limit int) string {
	switch class {
	case classTooLong:
		return "longer than " + strconv.Itoa(limit) + " characters"
	case classControl:
		return "holds a control character"
	}
	return "not UTF-8 text"
}

// seal seals the personal values of the row, and sets their hashes.
func (r *row) seal(v book.Vault) error {
	t := r.table
	for i, place := range t.sealed {
		hashed := len(r.values) - len(t.sealed) + i
		value := r.values[place]
		if value == nil {
			continue
		}
		sealed, hash, err := t.columns[place].seals(v, string(r.values[t.keyPlaces[0]]), value)
		if err != nil {
			return fmt.Errorf("seal %s: %w", t.columns[place].name, err)
		}
		r.values[place], r.values[hashed] = r.bytea(sealed), r.bytea(hash)
	}
	return nil
}

// bytea keeps bytes as text of the database.
func (r *row) bytea(b []byte) []byte {
	start := len(r.scratch)
	r.scratch = hex.AppendEncode(append(r.scratch, `\x`...), b)
	r.escaped = true
	return r.scratch[start:]
}

package metro2

// What a caller needs of records that are encoded already: they are cut, ordered,
// counted and written without being decoded.

// CutRecord cuts the first record off data, which holds records one behind the
// other as [AppendRecord] makes them: RDW first, no line ends. ok is false when
// data does not begin with a whole record; rest is data then.
func CutRecord(data []byte, form Form) (record, rest []byte, ok bool) {
	length, ok := rdwOf(data, form)
	if !ok || length < baseLayout.Size(form) || length > len(data) {
		return nil, data, false
	}
	return data[:length:length], data[length:], true
}

// AccountOf returns the account number of an encoded record as it stands there:
// 30 bytes with blanks at the end, so that [bytes.Compare] orders records as
// their account numbers are ordered. record holds a base segment at least, as
// what [CutRecord] returns.
func AccountOf(record []byte, form Form) []byte {
	field := accountSpans[form]
	return record[field.start:field.end:field.end]
}

var accountSpans = [2]span{
	Character: spanOf(baseLayout, "account_number", Character),
	Packed:    spanOf(baseLayout, "account_number", Packed),
}

// spanOf returns where a field stands in a segment. It panics when there is none.
func spanOf[T any](l *Layout[T], key string, form Form) span {
	for i := range l.plans[form].steps {
		if s := &l.plans[form].steps[i]; s.field.Key == key {
			return span{s.start, s.end}
		}
	}
	panic("metro2: layout " + l.name + " has no field " + key)
}

// Reasons of WriteEncoded.
const (
	reasonNotEncoded = "is no record as the form of the file encodes it"
	reasonFixed      = "is encoded already, for a file of fixed-length records"
)

// WriteEncoded writes a record that [AppendRecord] encoded in the form of the
// file, byte by byte as it is. It counts the record for the trailer and does not
// check it: that is done by who encoded it. A [*FieldError] means that it is no
// such record, or that the file has records of fixed length, and that nothing of
// it was written.
func (w *Writer) WriteEncoded(record []byte) error {
	switch {
	case w.err != nil:
		return w.err
	case w.framer.options.Fixed:
		w.err = &FieldError{Segment: baseLayout.name, Reason: reasonFixed}
	case !w.encoded.count(record, w.framer.options.Form, &w.totals):
		w.err = &FieldError{Segment: baseLayout.name, Reason: reasonNotEncoded}
	default:
		w.err = w.framer.frame(func(dst []byte) ([]byte, error) { return append(dst, record...), nil })
	}
	w.flush()
	return w.err
}

// encodedCounter counts encoded records by the rows of the trailer table. It
// decodes the few fields that those ask for into a record that it reuses.
type encodedCounter struct{ rec Record }

// count adds a record to totals, unless it is none or has more bytes than one.
func (c *encodedCounter) count(record []byte, form Form, totals *Totals) bool {
	length, ok := rdwOf(record, form)
	size := baseLayout.Size(form)
	if !ok || length != len(record) || length < size {
		return false
	}
	rec := &c.rec
	rec.J1, rec.J2 = rec.J1[:0], rec.J2[:0]
	rec.K1, rec.K2, rec.K3, rec.K4, rec.L1, rec.N1 = nil, nil, nil, nil, nil, nil
	if !countedBase[form].get(record[:size], &rec.Base) {
		return false
	}
	for at := size; at < length; {
		kind := segmentAt(record[at:])
		if kind < 0 || at+segmentKinds[kind].size > length {
			return false
		}
		segment := record[at : at+segmentKinds[kind].size]
		if isPlaceholder(segment) || !c.segment(kind, segment) {
			return false
		}
		at += len(segment)
	}
	totals.Add(rec)
	return true
}

// segment notes a segment by its place in segmentKinds. Of those that occur once
// only that they are there is counted.
func (c *encodedCounter) segment(kind int, segment []byte) bool {
	rec := &c.rec
	switch segmentKinds[kind].id {
	case "J1":
		rec.J1 = append(rec.J1, J1{})
		return countedJ1.get(segment, &rec.J1[len(rec.J1)-1])
	case "J2":
		rec.J2 = append(rec.J2, J2{})
		return countedJ2.get(segment, &rec.J2[len(rec.J2)-1])
	case "K1":
		return once(&rec.K1, &present.k1)
	case "K2":
		return once(&rec.K2, &present.k2)
	case "K3":
		return once(&rec.K3, &present.k3)
	case "K4":
		return once(&rec.K4, &present.k4)
	case "L1":
		return once(&rec.L1, &present.l1)
	}
	return once(&rec.N1, &present.n1)
}

// once sets a slot, unless it is taken.
func once[T any](slot **T, value *T) bool {
	if *slot != nil {
		return false
	}
	*slot = value
	return true
}

// present stands for segments of which only their presence is asked. It is never
// written to.
var present struct {
	k1 K1
	k2 K2
	k3 K3
	k4 K4
	l1 L1
	n1 N1
}

// The fields by which trailer counters count.
var (
	countedBase = [2]plan[Base]{
		Character: baseLayout.only(Character, "account_status", "ssn", "date_of_birth", "phone", "ecoa_code"),
		Packed:    baseLayout.only(Packed, "account_status", "ssn", "date_of_birth", "phone", "ecoa_code"),
	}
	countedJ1 = j1Layout.only(Character, "ssn", "date_of_birth", "phone", "ecoa_code")
	countedJ2 = j2Layout.only(Character, "ssn", "date_of_birth", "phone", "ecoa_code")
)

// only returns a plan that decodes the named fields by get. It panics when there
// is no such field, or one of longer text.
func (l *Layout[T]) only(form Form, keys ...string) plan[T] {
	var p plan[T]
	for _, key := range keys {
		for i := range l.plans[form].steps {
			if s := &l.plans[form].steps[i]; s.field.Key == key {
				p.steps = append(p.steps, *s)
			}
		}
	}
	p.sort()
	if len(p.steps) != len(keys) || len(p.texts) > 0 {
		panic("metro2: layout " + l.name + " has not the fields to count")
	}
	return p
}

// get decodes the fields of a plan made by only; false when a value is not as the
// encoder writes it.
func (p *plan[T]) get(src []byte, rec *T) bool {
	if !p.getCodes(src, rec) {
		return false
	}
	d := decoder{src: src}
	p.getNumbers(&d, rec)
	p.getDates(&d, rec)
	return len(d.problems) == 0
}

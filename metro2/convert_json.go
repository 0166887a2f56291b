package metro2

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
)

// JSONReader reads the lines that [Reader.AppendJSON] makes, in constant memory.
type JSONReader struct {
	in      *bufio.Reader
	line    int
	item    Item
	form    Form // of Raw
	header  Header
	record  Record
	trailer Trailer
}

// maxJSONLine holds the largest record, each byte of it escaped, twice over.
const maxJSONLine = 1 << 20

// NewJSONReader returns a JSONReader of one file. Empty lines are skipped.
func NewJSONReader(r io.Reader) *JSONReader {
	return &JSONReader{in: bufio.NewReaderSize(r, maxJSONLine)}
}

// Why a line is refused.
const (
	reasonLongLine = "line is longer than that of any record"
	reasonJSON     = "not the JSON object of a record"
	reasonUnknown  = "has no such field"
	reasonTwice    = "stands there twice"
	reasonType     = "not of the type that the field has"
	reasonConstant = "not the constant that belongs here"
	reasonKind     = "neither header, data record nor trailer, and has no raw bytes"
	reasonMasked   = "its bytes are masked: dump the file with --unmask"
	reasonRaw      = "its values contradict its raw bytes: change both or take the raw bytes out"
)

// Next returns the next record, or io.EOF behind the last one. The item and
// what is in it change with the next call. Raw is nil but for a record that
// carries its bytes; then Problems are those of these bytes. A line that is no
// record is a [*ConvertError], and ends the reading.
//
// The descriptor word is taken as it stands; writing the record sets it anew.
// A member that is missing leaves its field empty.
func (r *JSONReader) Next() (*Item, error) {
	for {
		line, err := r.in.ReadSlice('\n')
		r.line++
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, r.refuse(wholeRecord, "", reasonLongLine)
		case err != nil && !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("metro2: read file: %w", err)
		}
		line = bytes.TrimSpace(line)
		if len(line) > 0 {
			return r.parse(line)
		}
		if err != nil {
			return nil, io.EOF
		}
	}
}

func (r *JSONReader) refuse(segment, field, reason string) error {
	return &ConvertError{Record: r.line, Segment: segment, Field: field, Reason: reason}
}

func (r *JSONReader) parse(line []byte) (*Item, error) {
	r.item = Item{RecordNo: r.line, Problems: r.item.Problems[:0]}
	r.header, r.record, r.trailer = Header{}, Record{J1: r.record.J1[:0], J2: r.record.J2[:0]}, Trailer{}
	r.form = Character
	p := jsonParser{src: line}
	var err error
	switch r.item.Kind = kindOfJSON(line); r.item.Kind {
	case KindData:
		r.item.Record = &r.record
		err = parseObject(&p, r, baseLayout, &r.record.Base, 0, true)
	case KindTrailer:
		r.item.Trailer = &r.trailer
		err = parseObject(&p, r, trailerLayout, &r.trailer, 0, true)
	case KindHeader:
		r.item.Header = &r.header
		err = parseObject(&p, r, headerLayout, &r.header, 0, true)
	default:
		err = parseObject(&p, r, unknownLayout, &struct{}{}, 0, true)
		if err == nil && r.item.Raw == nil {
			err = r.refuse(wholeRecord, "", reasonKind)
		}
	}
	if err == nil && p.rest() {
		err = r.refuse(wholeRecord, "", reasonJSON)
	}
	if err == nil && r.item.Raw != nil {
		err = r.checkRaw()
	}
	if err != nil {
		return nil, err
	}
	return &r.item, nil
}

// kindOfJSON looks for the identifier of a record among the members of its
// object; in a line of ours it is the second one.
func kindOfJSON(line []byte) Kind {
	kind := KindUnknown
	p := jsonParser{src: line}
	_ = p.members(func(key []byte) error { // what is wrong is said when the line is parsed
		switch string(key) {
		case "processing_ind":
			kind = KindData
			return errJSON
		case "record_id":
			if text, _ := p.text(); text == trailerID {
				kind = KindTrailer
			} else {
				kind = KindHeader
			}
			return errJSON
		}
		return p.skipValue()
	})
	return kind
}

// trailerID is the constant of the trailer, that of the header is the other one.
const trailerID = "TRAILER"

// unknownLayout is that of a record of unknown kind, of which only the length
// is told.
var unknownLayout = newLayout(wholeRecord, false, []Field[struct{}]{{Key: "rdw", Name: "Record Descriptor Word", Width: 4, isRDW: true}})

// parseObject reads the members of a segment. At the top they include the
// segments behind it and the raw bytes.
func parseObject[T any](p *jsonParser, r *JSONReader, l *Layout[T], rec *T, index int, top bool) error {
	fail := func(key, reason string) error {
		return &ConvertError{r.line, l.name, index, key, l.position(key), reason}
	}
	steps := l.plans[Character].steps
	var seen [maxFields]bool // by place in the layout
	var others []string      // members that are no fields
	next := 0                // a line of ours has the fields in the order of the layout
	err := p.members(func(key []byte) error {
		i := findStep(steps, key, next)
		switch {
		case i >= 0 && seen[i]:
			return fail(string(key), reasonTwice)
		case i >= 0:
			seen[i], next = true, i+1
			if reason := steps[i].parseValue(p, r, rec); reason != "" {
				return fail(string(key), reason)
			}
			return nil
		case !top:
			return fail("", reasonUnknown)
		case slices.Contains(others, string(key)):
			return fail("", reasonTwice)
		}
		others = append(others, string(key))
		return r.parseMember(p, string(key))
	})
	if errors.Is(err, errJSON) {
		return fail("", reasonJSON)
	}
	return err
}

// maxFields is more than any layout has.
const maxFields = 64

// findStep returns the place of a field that JSON shows, or -1. It looks first
// where it is expected.
func findStep[T any](steps []step[T], key []byte, expected int) int {
	for n := range steps {
		i := (expected + n) % len(steps)
		if steps[i].field.Key == string(key) && steps[i].kind != kindReserved {
			return i
		}
	}
	return -1
}

func (r *JSONReader) parseMember(p *jsonParser, key string) error {
	rec := &r.record
	switch {
	case key == "form" || key == "raw" || key == "raw_hex":
		return r.parseRaw(p, key)
	case key == "problems": // found anew in the raw bytes
		return p.skipValue()
	case key == "masked":
		return r.refuse(wholeRecord, "", reasonMasked)
	case r.item.Kind != KindData:
	case key == "j1":
		return parseArray(p, r, j1Layout, &rec.J1)
	case key == "j2":
		return parseArray(p, r, j2Layout, &rec.J2)
	case key == "k1":
		return parseSegment(p, r, k1Layout, &rec.K1)
	case key == "k2":
		return parseSegment(p, r, k2Layout, &rec.K2)
	case key == "k3":
		return parseSegment(p, r, k3Layout, &rec.K3)
	case key == "k4":
		return parseSegment(p, r, k4Layout, &rec.K4)
	case key == "l1":
		return parseSegment(p, r, l1Layout, &rec.L1)
	case key == "n1":
		return parseSegment(p, r, n1Layout, &rec.N1)
	}
	return r.refuse(wholeRecord, "", reasonUnknown)
}

func parseArray[T any](p *jsonParser, r *JSONReader, l *Layout[T], segments *[]T) error {
	return p.elements(func() error {
		*segments = append(*segments, *new(T))
		n := len(*segments)
		return parseObject(p, r, l, &(*segments)[n-1], n, false)
	})
}

func parseSegment[T any](p *jsonParser, r *JSONReader, l *Layout[T], segment **T) error {
	*segment = new(T)
	return parseObject(p, r, l, *segment, 0, false)
}

func (r *JSONReader) parseRaw(p *jsonParser, key string) error {
	text, ok := p.text()
	switch {
	case !ok:
		return r.refuse(wholeRecord, "", reasonJSON)
	case key == "form":
		if text != Packed.String() && text != Character.String() {
			return r.refuse(wholeRecord, "", reasonJSON)
		}
		if text == Packed.String() {
			r.form = Packed
		}
		return nil
	case r.item.Raw != nil:
		return r.refuse(wholeRecord, "", reasonTwice)
	}
	r.item.Raw = append(make([]byte, 0, len(text)), text...)
	if key == "raw_hex" {
		raw, err := hex.DecodeString(text)
		if err != nil {
			return r.refuse(wholeRecord, "", reasonJSON)
		}
		r.item.Raw = raw
	}
	return nil
}

// checkRaw holds the values of a line to its raw bytes, whichever way a reader
// may have come to the one from the other, and takes over their problems.
func (r *JSONReader) checkRaw() error {
	want := comparableJSON(&r.item)
	for _, again := range []Reader{
		{framing: byLine}, {framing: byLine, noRDW: true}, {framing: byRDW}, {framing: byRDW, noRDW: true}, {astray: true},
	} {
		again.form, again.item = r.form, Item{Raw: r.item.Raw}
		again.interpret(r.item.Raw)
		if again.item.Kind == r.item.Kind && bytes.Equal(comparableJSON(&again.item), want) {
			r.header, r.record, r.trailer = again.header, again.record, again.trailer
			r.item.Problems = append(r.item.Problems, again.item.Problems...)
			return nil
		}
	}
	return r.refuse(wholeRecord, "", reasonRaw)
}

// comparableJSON writes the character for a byte that is no text always in the
// same way.
func comparableJSON(item *Item) []byte {
	return bytes.ReplaceAll(AppendJSON(nil, item), []byte(`\ufffd`), []byte("\ufffd"))
}

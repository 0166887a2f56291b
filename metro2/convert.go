package metro2

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Target is what [Convert] makes of a file.
type Target uint8

const (
	// ToCharacter is the character form.
	ToCharacter Target = iota
	// ToPacked is the packed form, each record in a block of its own.
	ToPacked
	// ToJSON is one JSON object a line, see [Reader.AppendJSON].
	ToJSON
)

// ConvertOptions say what a file is converted to.
type ConvertOptions struct {
	To Target
	// LineEnd, Blocks, Fixed and Room are those of [Options]; JSON lines have
	// none of them. Without Fixed records keep the length that they have.
	LineEnd string
	Blocks  Blocks
	Fixed   bool
	Room    Room
	// Normalize writes a record by its values where they are filled in an
	// unusual way: blank numbers, packed numbers with an unusual sign, indented
	// text, unused segments, segments out of order, padding and stripped blanks.
	// That is lost then. It makes a file of variable length from one of fixed
	// length.
	Normalize bool
}

// ConvertSummary counts what was converted.
type ConvertSummary struct {
	Records    int // header and trailer included
	Normalized int // of them, those that lost how they were filled
}

// ConvertError is returned by [Convert] for a record that cannot be converted
// without loss. It never holds a value.
type ConvertError struct {
	Record   int    // 1-based number of the record; of the line, when JSON lines are read; 0 for the file
	Segment  string // layout name, "record" or "file"
	Index    int    // 1-based number of a repeated J1 or J2 segment, else 0
	Field    string // key, "" when no single field is at fault
	Position int    // as in a [Finding]
	Reason   string
}

// Error names record, segment, field and reason.
func (e *ConvertError) Error() string {
	at := (&FieldError{Segment: e.Segment, Index: e.Index, Field: e.Field, Reason: e.Reason}).Error()
	if e.Record == 0 {
		return at
	}
	return fmt.Sprintf("metro2: record %d: %s", e.Record, at[len("metro2: "):])
}

// Why a record cannot be converted, apart from its problems.
const (
	reasonNoHeader = "a packed file, or one of blocks, has to begin with a header"
	reasonLineEnd  = "holds a line end"
	reasonLength   = "its length differs from its descriptor word, so it needs a line of its own"
	reasonCharset  = "holds an EBCDIC character that ASCII does not have"
	reasonNoRecord = "nothing to convert: no record of a Metro 2 file"
)

// Convert reads a file in character form, packed form or JSON lines, finding out
// by itself which, and writes it in another of these. Nothing is lost, so that
// converting back gives the same records byte for byte; what cannot be carried
// over is refused by a [*ConvertError], and what is written up to there is no
// whole file. In particular a record with problems goes into JSON lines, there
// and back, and stays as it is where the form stays; into the other form it
// does not go. EBCDIC becomes ASCII and line ends become those asked for; these
// are the file's, not the records'.
//
// Memory does not grow with the file.
func Convert(r io.Reader, w io.Writer, options ConvertOptions) (ConvertSummary, error) {
	c := converter{out: bufio.NewWriterSize(w, 1<<16), options: options}
	o := Options{LineEnd: options.LineEnd, Blocks: options.Blocks, Fixed: options.Fixed, Room: options.Room}
	if options.To == ToPacked {
		o.Form = Packed
	}
	var err error
	if c.framer, err = newFramer(o); err != nil {
		return ConvertSummary{}, err
	}
	in := bufio.NewReaderSize(r, 1<<16)
	if next, _ := in.Peek(1); len(next) == 1 && next[0] == '{' {
		err = c.fromJSON(NewJSONReader(in))
	} else {
		err = c.fromFile(NewReader(in))
	}
	if err == nil && c.summary.Records == 0 {
		err = &ConvertError{Segment: wholeFile, Reason: reasonNoRecord}
	}
	if err == nil {
		err = c.emit(len(c.framer.data))
	}
	if flushed := c.out.Flush(); flushed != nil && err == nil {
		err = fmt.Errorf("metro2: write file: %w", flushed)
	}
	return c.summary, err
}

type converter struct {
	out     *bufio.Writer
	options ConvertOptions
	framer  framer
	summary ConvertSummary
	line    []byte // of JSON
}

// source is a record to be converted. Its bytes are nil when values are all
// that is known of it; then it has no problems.
type source struct {
	item *Item
	raw  []byte
	form Form
}

func (c *converter) fromFile(r *Reader) error {
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, p := range item.Problems {
			if p.Message == saysLongLine { // its pieces would become lines
				return c.refuse(item, p)
			}
		}
		if r.ebcdic && holdsByte(r.data, noASCII) {
			return &ConvertError{Record: item.RecordNo, Segment: wholeRecord, Reason: reasonCharset}
		}
		if err := c.convert(source{item, r.bytes(), r.form}); err != nil {
			return err
		}
	}
}

// noASCII is what an EBCDIC character becomes that has no place in ASCII.
const noASCII = 0x1a

func holdsByte(data []byte, b byte) bool {
	for _, c := range data {
		if c == b {
			return true
		}
	}
	return false
}

func (c *converter) fromJSON(r *JSONReader) error {
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := c.convert(source{item, item.Raw, r.form}); err != nil {
			return err
		}
	}
}

// convert writes one record.
func (c *converter) convert(s source) error {
	c.summary.Records++
	if c.options.To == ToJSON {
		raw := s.raw
		if !needsRaw(s.item) {
			raw = nil
		}
		c.line = append(appendJSONLine(c.line[:0], s.item, raw, s.form), '\n')
		return c.write(c.line)
	}
	if c.summary.Records == 1 && s.item.Kind != KindHeader && (c.options.To == ToPacked || c.framer.options.blockLimit() > 0) {
		return &ConvertError{Record: 1, Segment: wholeFile, Reason: reasonNoHeader}
	}
	err := c.framer.frame(func(dst []byte) ([]byte, error) { return c.appendRecord(dst, s) })
	var field *FieldError
	if errors.As(err, &field) {
		return &ConvertError{s.item.RecordNo, field.Segment, field.Index, field.Field, field.Position, field.Reason}
	}
	if err != nil {
		return err
	}
	return c.emit(c.framer.settled())
}

// emit writes the first n bytes of the framer.
func (c *converter) emit(n int) error {
	err := c.write(c.framer.data[:n])
	c.framer.drop(n)
	return err
}

func (c *converter) write(data []byte) error {
	if _, err := c.out.Write(data); err != nil {
		return fmt.Errorf("metro2: write file: %w", err)
	}
	return nil
}

// appendRecord leaves the bytes of a record as they are where its form stays.
func (c *converter) appendRecord(dst []byte, s source) ([]byte, error) {
	mends := c.options.Normalize && unusual(s.item)
	if s.raw == nil || s.form != c.framer.options.Form || c.options.Fixed || mends {
		return c.appendValues(dst, s, mends)
	}
	if reason := c.unsafe(s.raw); reason != "" {
		return dst, &ConvertError{Record: s.item.RecordNo, Segment: wholeRecord, Position: 1, Reason: reason}
	}
	return append(dst, s.raw...), nil
}

// appendValues writes a record anew from its values. One with problems is
// refused, unless it becomes the very bytes that it was, or mends.
func (c *converter) appendValues(dst []byte, s source, mends bool) ([]byte, error) {
	n := len(dst)
	out, err := c.appendItem(dst, s.item)
	if len(s.item.Problems) == 0 || err == nil && s.form == c.framer.options.Form && bytes.Equal(out[n:], s.raw) {
		return out, err
	}
	if !mends {
		return out, c.refuseForm(s)
	}
	c.summary.Normalized++
	return out, err
}

func (c *converter) appendItem(dst []byte, item *Item) ([]byte, error) {
	switch item.Kind {
	case KindHeader:
		return c.framer.appendHeader(dst, item.Header)
	case KindTrailer:
		return c.framer.appendTrailer(dst, item.Trailer)
	case KindData:
		return c.framer.appendRecord(dst, item.Record)
	}
	return dst, &FieldError{Segment: wholeRecord, Reason: saysNoRecord}
}

// unsafe says why a record would not be found again in the file as it stands.
func (c *converter) unsafe(raw []byte) string {
	rdw, ok := rdwOf(raw, c.framer.options.Form)
	lines := c.framer.lineEnd != "" && c.framer.options.blockLimit() == 0
	switch {
	case c.framer.lineEnd != "" && (holdsByte(raw, '\n') || holdsByte(raw, '\r')):
		return reasonLineEnd
	case !lines && (!ok || rdw != len(raw)):
		return reasonLength
	}
	return ""
}

// refuseForm names the first problem that keeps a record from its form.
func (c *converter) refuseForm(s source) error {
	p := s.item.Problems[0]
	for _, other := range s.item.Problems {
		if !unusualOnly[other.Message] {
			p = other
			break
		}
	}
	return c.refuse(s.item, p)
}

func (c *converter) refuse(item *Item, p Problem) error {
	return &ConvertError{item.RecordNo, p.Segment, p.Index, p.Field, p.Position, p.Message}
}

// unusualOnly are the problems that concern the filling and not the values.
var unusualOnly = map[string]bool{
	saysStripped: true, saysPadding: true, saysBlankNumber: true, saysPackedSign: true,
	saysPlaceholder: true, saysOrder: true, saysIndented: true, saysMissingRDW: true,
	saysMark: true, saysFilling: true,
}

// unusual reports whether a record has problems, and would lose only how its
// values are filled.
func unusual(item *Item) bool {
	if item.Kind == KindUnknown || len(item.Problems) == 0 {
		return false
	}
	for _, p := range item.Problems {
		if !unusualOnly[p.Message] {
			return false
		}
	}
	return true
}

// bytes returns the present record as it stands in the file, but in ASCII.
func (r *Reader) bytes() []byte {
	if r.ebcdic {
		return r.data
	}
	return r.item.Raw
}

// needsRaw reports whether the JSON of a record does not tell its bytes: it has
// problems, or its payment history is indented.
func needsRaw(item *Item) bool {
	if len(item.Problems) > 0 {
		return true
	}
	return item.Kind == KindData && strings.HasPrefix(item.Record.Base.PaymentHistory, " ")
}

// AppendJSON appends the record that Next returned last as [AppendJSON] does.
// When its values do not tell its bytes, because it has problems, these follow
// as "raw" in text or "raw_hex" in hexadecimal digits, and "form" when the file
// is packed: so that [Convert] can restore the record from it.
func (r *Reader) AppendJSON(dst []byte) []byte {
	var raw []byte
	if needsRaw(&r.item) {
		raw = r.bytes()
	}
	return appendJSONLine(dst, &r.item, raw, r.form)
}

func appendJSONLine(dst []byte, item *Item, raw []byte, form Form) []byte {
	dst = AppendJSON(dst, item)
	if raw == nil {
		return dst
	}
	dst = dst[:len(dst)-1]
	if form == Packed {
		dst = append(dst, `,"form":"packed"`...)
	}
	if len(printable(raw)) == len(raw) {
		return append(appendString(append(dst, `,"raw":`...), string(raw)), '}')
	}
	return append(hex.AppendEncode(append(dst, `,"raw_hex":"`...), raw), `"}`...)
}

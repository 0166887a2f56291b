package metro2

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// Kind says what a record of a file is.
type Kind uint8

const (
	// KindUnknown is a record that is neither of the others; its Raw bytes are
	// all there is.
	KindUnknown Kind = iota
	// KindHeader opens a file; stacked files hold more than one.
	KindHeader
	// KindData is a base segment with the segments behind it.
	KindData
	// KindTrailer closes a file.
	KindTrailer
)

// String returns "unknown", "header", "data" or "trailer".
func (k Kind) String() string {
	return [...]string{"unknown", "header", "data", "trailer"}[k]
}

// Item is one record as a [Reader] found it. It and everything in it but texts
// belong to the Reader and change with the next call; [Record.Clone] keeps a
// record.
type Item struct {
	Kind     Kind
	RecordNo int   // 1-based, header included
	Offset   int64 // of the record's first byte in the file
	RDW      int   // as it stands in the record, 0 when it is no number
	Header   *Header
	Record   *Record
	Trailer  *Trailer
	Raw      []byte // as on the file, without line end or block descriptor
	Problems []Problem
}

// Reader reads a file record by record in constant memory. It finds out by
// itself whether the file is in character or packed form, ASCII or EBCDIC, with
// or without lines and blocks, and survives what real files do to their records:
// wrong and missing descriptor words, stripped blanks, unused segments, bytes
// that belong to no record (FORMAT.md 1.7). What it has to complain about is in
// the problems of each item, by the rules F01, F03 to F08.
//
// Nothing is passed over in silence: what is no record comes as an item of
// [KindUnknown] with its bytes, in pieces of at most 128 KiB. Between the items
// stand only block descriptors, line ends, a byte order mark and the filling of
// a tape, and the last two are told. No length in the file makes the Reader hold
// more than its buffer.
type Reader struct {
	in      *bufio.Reader
	started bool
	marked  bool // a byte order mark stood in front
	front   int  // bytes in front of the first record that are none
	astray  bool // the present frame is no record

	form     Form
	ebcdic   bool
	framing  framing
	lineEnd  byte // last byte of each line
	noRDW    bool // the records carry no descriptor word
	block    int  // bytes left in the present block
	consumed int  // bytes to skip before the next record
	offset   int64

	item    Item
	header  Header
	record  Record
	trailer Trailer
	work    []byte // a record converted or padded
	kept    []byte // a record that is no window into the buffer any more
	data    []byte // what the present record was decoded from: ASCII, nothing missing
}

// bufferSize holds the largest record of either form, twice over.
const bufferSize = 1 << 17

// NewReader returns a Reader of one file.
func NewReader(r io.Reader) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, bufferSize)}
}

// Form returns the form of the file, known after the first call of Next.
func (r *Reader) Form() Form { return r.form }

// Next returns the next record, or io.EOF behind the last one. An error other
// than io.EOF comes from the underlying reader; faults of the data are problems
// of the item.
func (r *Reader) Next() (*Item, error) {
	if !r.started {
		if err := r.detect(); err != nil {
			return nil, err
		}
	}
	r.item = Item{RecordNo: r.item.RecordNo, Problems: r.item.Problems[:0]}
	raw, err := r.nextFrame()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("metro2: read file: %w", err)
	}
	r.item.RecordNo++
	if raw, err = r.lookAround(raw); err != nil {
		return nil, fmt.Errorf("metro2: read file: %w", err)
	}
	r.item.Raw = raw
	r.interpret(raw)
	for i := range r.item.Problems {
		r.item.Problems[i].Record = r.item.RecordNo
	}
	return &r.item, nil
}

func (r *Reader) problem(rule string, severity Severity, says string) {
	r.item.Problems = append(r.item.Problems, recordProblem(1, rule, severity, says))
}

const (
	saysStripped   = "blanks at the end of the record are missing, stripped on the way"
	saysMissingRDW = "record descriptor word is missing"
	saysNoRecord   = "neither header, data record nor trailer"
	saysTail       = "record is longer than its layout"
	saysLost       = "no record begins here; skipped up to where one does"
	saysMark       = "file begins with a byte order mark"
	saysFilling    = "filled up with NUL bytes or end-of-file marks"
	saysBlock      = "record and block descriptor word contradict each other"
	saysLongLine   = "line is longer than any record"
)

// lookAround complains about what stands before the first record and behind a
// trailer without being one.
func (r *Reader) lookAround(raw []byte) ([]byte, error) {
	if r.marked && r.item.RecordNo == 1 {
		r.problem("F01", Warning, saysMark)
	}
	if !r.recordIDAt(raw, 4) || r.ascii(raw[4]) != 'T' {
		return raw, nil
	}
	raw, filled, err := r.skipFilling(raw)
	if filled {
		r.problem("F01", Warning, saysFilling)
	}
	return raw, err
}

// interpret finds out what a record is and decodes it.
func (r *Reader) interpret(raw []byte) {
	data := raw
	if r.form == Character {
		if r.ebcdic {
			data = r.translate(data)
		}
		if !r.astray {
			data = r.restoreBlanks(r.restoreRDW(data))
		}
	}
	kind := r.kindOf(data)
	if r.form == Packed && r.ebcdic && kind != KindUnknown {
		data = r.translatePacked(data, kind)
	}
	r.data = data
	r.item.Kind = kind
	if rdw, ok := rdwOf(data, r.form); ok {
		r.item.RDW = rdw
	}
	switch kind {
	case KindHeader:
		r.item.Header = &r.header
		r.item.Problems = decodeFileRecord(headerLayout, data, r.form, &r.header, r.item.Problems)
	case KindTrailer:
		r.item.Trailer = &r.trailer
		r.item.Problems = decodeFileRecord(trailerLayout, data, r.form, &r.trailer, r.item.Problems)
	case KindData:
		r.item.Record = &r.record
		r.item.Problems = DecodeRecord(data, r.form, &r.record, r.item.Problems)
	default:
		r.complain(raw)
	}
}

// complain says why something is no record.
func (r *Reader) complain(raw []byte) {
	switch {
	case r.filledUp(raw):
		r.problem("F01", Warning, saysFilling)
	case r.astray:
		r.problem("F01", Error, saysLost)
	default:
		r.problem("F03", Error, saysNoRecord)
	}
}

// kindOf looks at bytes 5 and following. A record of good length without the
// processing indicator still is a data record.
func (r *Reader) kindOf(data []byte) Kind {
	if r.astray || len(data) < minRecord {
		return KindUnknown
	}
	id := [7]byte(data[4:11])
	if r.form == Packed && r.ebcdic {
		for i := range id {
			id[i] = fromEBCDIC[id[i]]
		}
	}
	switch {
	case string(id[:6]) == "HEADER":
		return KindHeader
	case string(id[:]) == "TRAILER":
		return KindTrailer
	case id[0] == '1':
		return KindData
	}
	if rdw, ok := rdwOf(data, r.form); ok && rdw == len(data) && rdw >= baseLayout.Size(r.form) {
		return KindData
	}
	return KindUnknown
}

// decodeFileRecord reads a header or trailer.
func decodeFileRecord[T any](l *Layout[T], src []byte, form Form, rec *T, problems []Problem) []Problem {
	size := l.Size(form)
	problems = checkRDW(src, form, problems)
	src, problems = padTo(src, size, problems)
	problems = l.decode(src[:size], form, 0, rec, problems)
	switch {
	case len(src) == size:
	case trimmedLen(src[size:]) == 0:
		problems = append(problems, recordProblem(size+1, "F01", Warning, saysPadding))
	default:
		problems = append(problems, recordProblem(size+1, "F01", Error, saysTail))
	}
	return problems
}

// restoreRDW puts a descriptor word in front of a record that has none.
func (r *Reader) restoreRDW(data []byte) []byte {
	if !r.lacksRDW(data) {
		return data
	}
	r.problem("F01", Error, saysMissingRDW)
	out := append(make([]byte, 0, len(data)+4), "0000"...)
	out = append(out, data...)
	if len(out) <= maxCharacterRecord {
		putDigits(out[:4], uint64(len(out)))
	}
	return out
}

// lacksRDW tells a record that begins with its identifier from one whose
// descriptor word happens to begin with the digit 1.
func (r *Reader) lacksRDW(data []byte) bool {
	if hasPrefix(data, "HEADER") || hasPrefix(data, "TRAILER") {
		return true
	}
	if len(data) == 0 || data[0] != '1' {
		return false
	}
	if r.noRDW {
		return true
	}
	if rdw, ok := rdwOf(data, Character); ok && rdw == len(data) {
		return false
	}
	end, whole := segmentsEnd(data, baseLayout.Size(Character)-4)
	return whole && end == len(data)
}

// restoreBlanks fills up what an editor or a mail gateway has stripped from a
// line, or from the end of the file; the record then agrees with its descriptor
// word again. What is short in another way stays so, for the decoder to report.
func (r *Reader) restoreBlanks(data []byte) []byte {
	n := len(data)
	rdw, ok := rdwOf(data, Character)
	if n < minRecord || ok && rdw == n || data[n-1] == ' ' || !ok && r.kindOf(data) == KindUnknown {
		return data
	}
	trailer := hasPrefix(data[4:], "TRAILER")
	if r.framing != byLine && !trailer {
		return data
	}
	full, _ := segmentsEnd(data, baseLayout.Size(Character))
	if ok && rdw > full && (trailer || hasPrefix(data[4:], "HEADER")) {
		full = rdw // padded like the records of a fixed-length file
	}
	if full <= n {
		return data
	}
	r.problem("F01", Warning, saysStripped)
	r.work = appendBlanks(append(r.work[:0], data...), full-n)
	return r.work
}

// segmentsEnd follows the segment identifiers of a record from the end of its
// first segment and returns where they lead: beyond what there is when the last
// segment is cut. whole is false when something else stands in between.
func segmentsEnd(data []byte, at int) (end int, whole bool) {
	for at < len(data) {
		order := segmentAt(data[at:])
		if order < 0 {
			return at, false
		}
		at += segmentKinds[order].size
	}
	return at, true
}

func hasPrefix(data []byte, prefix string) bool {
	return len(data) >= len(prefix) && string(data[:len(prefix)]) == prefix
}
